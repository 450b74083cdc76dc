/**
 * The package in a browser: what a bundler makes of it has no Node and no `eval`, and Chromium runs it to the same
 * logs, compute units and accounts as Node does.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { DEFAULT_PROGRAMS, setBundledPrograms } from 'parhelion';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { runFlow } from './browser-flow.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const PROGRAMS = join(HERE, '../programs');
const DOCUMENT = join(HERE, '../../../docs/in-process.md');
/** The programs of an instance with mainnet's features. */
const DEFAULTS = DEFAULT_PROGRAMS.filter(({ feature }) => feature?.active !== false);

/** The entry bundled for a browser, its packages resolved by their browser condition. */
async function bundle(entry: string, source?: string): Promise<string> {
	const virtual = {
		name: 'virtual',
		resolveId: (id: string) => (source !== undefined && id === entry ? join(HERE, entry) : null),
		load: (id: string) => (source !== undefined && id === join(HERE, entry) ? source : null),
	};
	const build = await rolldown({
		input: entry,
		cwd: HERE,
		platform: 'browser',
		plugins: [virtual],
		resolve: { conditionNames: ['source', 'browser', 'import', 'default'] },
		onLog: (level, log) => {
			if (level === 'warn') throw new Error(log.message);
		},
	});
	const { output } = await build.generate({ format: 'esm', minify: true });
	await build.close();
	expect(output.length).toBe(1);
	return output[0].code;
}

/** A Chromium that starts, or `null`. */
function findChromium(): string | null {
	const names = [process.env['CHROMIUM'] ?? '', 'chromium', 'chromium-browser', 'google-chrome'];
	return (
		names.find((name) => name !== '' && spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0) ??
		null
	);
}

/** Ends what is left of a process group. */
function killGroup(leader: number | undefined): void {
	if (leader === undefined) return;
	try {
		process.kill(-leader, 'SIGKILL');
	} catch {
		// None of it is left.
	}
}

/** What a browser posts back from a page that runs `script`. */
async function runInChromium(chromium: string, script: string): Promise<string> {
	const profile = mkdtempSync(join(tmpdir(), 'parhelion-browser-'));
	const server = createServer();
	try {
		const posted = new Promise<string>((resolve, reject) => {
			server.on('request', (request, response) => {
				const path = request.url ?? '/';
				const send = (type: string, body: string | Uint8Array): void => {
					// Neither eval nor inline scripts; wasm may be compiled, which the policy calls by that name.
					const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
					response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
					response.end(body);
				};
				if (request.method === 'POST') {
					const chunks: Buffer[] = [];
					request.on('data', (chunk: Buffer) => chunks.push(chunk));
					request.on('end', () => {
						send('text/plain', '');
						const body = Buffer.concat(chunks).toString();
						if (path === '/result') resolve(body);
						else reject(new Error(`the page failed: ${body}`));
					});
				} else if (path === '/') {
					send('text/html', '<!doctype html><script type="module" src="/bundle.js"></script>');
				} else if (path === '/bundle.js') {
					send('text/javascript', script);
				} else if (DEFAULTS.some(({ file }) => path === `/programs/${file}`)) {
					send('application/octet-stream', readFileSync(join(PROGRAMS, path.slice('/programs/'.length))));
				} else {
					response.writeHead(404).end();
				}
			});
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const { port } = server.address() as AddressInfo;
		const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
		const browser = spawn(
			chromium,
			[...args, `--user-data-dir=${profile}`, '--no-first-run', `http://127.0.0.1:${port}/`],
			// A group of its own: the browser's processes outlive the one that was started.
			{ stdio: ['ignore', 'ignore', 'pipe'], detached: true },
		);
		let said = '';
		browser.stderr.on('data', (chunk: Buffer) => {
			said = (said + chunk.toString()).slice(-2000);
		});
		const ended = new Promise<void>((resolve) => browser.on('exit', () => resolve()));
		try {
			return await Promise.race([
				posted,
				ended.then(() => Promise.reject(new Error(`the browser ended before the page did: ${said}`))),
			]);
		} finally {
			browser.kill('SIGTERM');
			await ended;
			killGroup(browser.pid);
		}
	} finally {
		server.close();
		// What the system's temporary folder keeps of a profile says nothing of the page.
		await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(() => {});
	}
}

/** What may not stand in code for a browser. */
const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
	['a Node module', /["'`]node:/],
	['eval', /(?<![\w$.])eval\s*\(/],
	['a function made of text', /new Function\b/],
	['require', /(?<![\w$.])require\s*\(/],
	['a Node global', /(?<![\w$."'`])(?:process\.|Buffer\.|__dirname)/],
];

function forbiddenIn(code: string): string[] {
	return FORBIDDEN.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);
}

/** Expects the document to tell the size of `parts`, and their size with gzip, in kB: to a fifth, for it is no promise. */
function expectTold(sentence: RegExp, parts: readonly Uint8Array[]): void {
	const sum = (sizeOf: (part: Uint8Array) => number): number =>
		parts.reduce((total, part) => total + sizeOf(part), 0) / 1000;
	const sizes = [sum((part) => part.length), sum((part) => gzipSync(part, { level: 9 }).length)];
	const told = sentence.exec(readFileSync(DOCUMENT, 'utf8'));
	expect(told, `the document should say ${sizes.map(Math.round)}`).not.toBeNull();
	for (const [i, size] of sizes.entries()) {
		const written = Number(told?.[i + 1]);
		expect(Math.abs(size - written), `${size} kB, the document says ${written}`).toBeLessThan(written / 5);
	}
}

describe('The package in a browser', () => {
	it('is bundled without Node and without eval', async () => {
		const entries = ['parhelion', 'parhelion/litesvm', 'parhelion/toolchain'];
		for (const entry of entries) {
			const code = await bundle('all.ts', `export * from ${JSON.stringify(entry)};`);
			expect(forbiddenIn(code)).toEqual([]);
		}
		for (const code of [
			'import"node:fs"',
			'x=eval("1")',
			'new Function("a")',
			'require("fs")',
			';Buffer.from',
		]) {
			expect(forbiddenIn(code)).not.toEqual([]);
		}
	});

	it('is as large as its document says', async () => {
		const code = await bundle('one.ts', `export { LiteSVM } from 'parhelion';`);
		expectTold(/LiteSVM` alone, minified: (\d+) kB \((\d+) kB with gzip\)/, [Buffer.from(code)]);
		const elfs = DEFAULTS.map(({ file }) => readFileSync(join(PROGRAMS, file)));
		expectTold(/would add (\d+) kB \((\d+) kB with gzip\)/, elfs);
	});

	const chromium = findChromium();
	if (chromium === null) console.warn('No Chromium was found: set CHROMIUM to run the flow in a browser.');
	it.skipIf(chromium === null)(
		'runs a flow to the same logs, compute units and accounts as Node',
		async () => {
			const elf = (file: string): Uint8Array => new Uint8Array(readFileSync(join(PROGRAMS, file)));
			setBundledPrograms(Object.fromEntries(DEFAULTS.map(({ name, file }) => [name, elf(file)])));
			const inNode: unknown = JSON.parse(await runFlow());
			expect(JSON.stringify(inNode)).toContain(
				'"error":"Error processing Instruction 0: custom program error: 0x1"',
			);
			expect(JSON.stringify(inNode)).toContain('"error":"Transaction did not pass signature verification"');
			expect(JSON.stringify(inNode)).toContain('{"signaturesBy":"wasm"}');
			expect(JSON.stringify(inNode)).toContain('"kind":"deploy","writes":');
			expect(JSON.stringify(inNode)).toContain('Program log: 0x');
			const script = await bundle('browser-page.ts');
			expect(forbiddenIn(script)).toEqual([]);
			const inBrowser: unknown = JSON.parse(await runInChromium(chromium ?? '', script));
			expect(inBrowser).toEqual(inNode);
			// Interpreted and compiled are one, too: the flow runs both.
			const [off, eager, off2022, eager2022] = inNode as unknown[];
			expect([eager, eager2022]).toEqual([off, off2022]);
		},
		120_000,
	);
});
