/** The examples, as a reader would run them, against a node with the real programs. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Validator } from '@parhelion/rpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeChain } from './node-chain.ts';

const node = createNodeChain();
let validator: Validator;

beforeAll(async () => {
	validator = await Validator.start({ chain: node.chain, rpcPort: 0, slotMs: 100 });
});

afterAll(async () => {
	await validator.stop();
});

interface Run {
	readonly code: number | null;
	readonly output: string;
}

function run(example: string): Promise<Run> {
	const path = fileURLToPath(new URL(`../../../examples/${example}`, import.meta.url));
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [path, validator.rpcUrl, validator.wsUrl], {
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let output = '';
		child.stdout.on('data', (chunk) => (output += chunk));
		child.stderr.on('data', (chunk) => (output += chunk));
		child.on('error', reject);
		child.on('close', (code) => resolve({ code, output }));
	});
}

// Where the programs could not be dumped there is nothing to run: the node says so itself.
describe.skipIf(node.missing.length > 0)('the examples', () => {
	it.each(['token-kit.mjs', 'token-web3.mjs'])('%s creates a mint, mints and transfers', async (example) => {
		const { code, output } = await run(example);
		expect(output).toMatch(/Alice\s+749\.5\n\s+Bob\s+250\.5\n\s+Supply 1000/);
		expect(code).toBe(0);
	});
});
