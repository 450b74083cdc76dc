/** What people do with `solana program`: deploy, upgrade, extend, buffers, authorities, dump, close. */
import assert from 'node:assert/strict';
import type { CommandLine } from './command-line.ts';
import type { Steps } from './steps.ts';

/** Bytes that the loader extends a program by at least. */
const MIN_EXTENSION = 10_240;

/** The steps, with a program to deploy and a larger one to upgrade it to. */
export function solanaProgramSteps(tool: CommandLine, elf: Uint8Array, larger: Uint8Array): Steps {
	const program = tool.keypair('program');
	const buffer = tool.keypair('buffer');
	const owner = tool.keypair('owner');
	const small = tool.file('small.so', elf);
	const large = tool.file('large.so', larger);
	const deploy = async (file: string, ...args: readonly string[]): Promise<string> =>
		(await tool.json('program', 'deploy', file, '--use-rpc', ...args)).text('programId');
	const dumped = async (address: string): Promise<Uint8Array> => {
		await tool.text('program', 'dump', address, tool.path('dump.so'));
		return tool.read('dump.so');
	};
	/** The account holds the program, and zeros up to its end. */
	const holds = async (bytes: Uint8Array, address = program.address): Promise<void> => {
		const found = await dumped(address);
		assert.deepEqual(found.subarray(0, bytes.length), bytes);
		assert.ok(
			found.subarray(bytes.length).every((byte) => byte === 0),
			'not zero behind the program',
		);
	};
	const shown = (address = program.address): Promise<string> => tool.text('program', 'show', address);
	let brief = '';
	return {
		'program deploy --use-rpc': async () => {
			assert.equal(await deploy(small, '--program-id', program.path), program.address);
		},
		'program show': async () => {
			const text = await shown();
			assert.match(text, /Owner: BPFLoaderUpgradeab1e11111111111111111111111/);
			assert.ok(text.includes(`Authority: ${tool.payer.address}`));
			assert.ok(text.includes(`Data Length: ${elf.length} (0x${elf.length.toString(16)}) bytes`));
		},
		'program dump': () => holds(elf),
		'program show --programs': () => tool.says(new RegExp(program.address), 'program', 'show', '--programs'),
		'program deploy again extends and upgrades': async () => {
			await deploy(large, '--program-id', program.path);
			await holds(larger);
		},
		'program extend': async () => {
			await tool.text('program', 'extend', program.address, String(MIN_EXTENSION));
			assert.match(await shown(), new RegExp(`Data Length: ${larger.length + MIN_EXTENSION} `));
			await holds(larger);
		},
		'program write-buffer': async () => {
			await tool.text('program', 'write-buffer', small, '--use-rpc', '--buffer', buffer.path);
			assert.match(await shown(buffer.address), new RegExp(`Authority: ${tool.payer.address}`));
			await holds(elf, buffer.address);
		},
		'program show --buffers': () => tool.says(new RegExp(buffer.address), 'program', 'show', '--buffers'),
		'program upgrade from a buffer': async () => {
			await tool.text('program', 'upgrade', buffer.address, program.address);
			await holds(elf);
			await tool.fails(/Unable to find the account/, 'program', 'show', buffer.address);
		},
		'program set-upgrade-authority': async () => {
			const args = ['program', 'set-upgrade-authority', program.address];
			await tool.text(...args, '--new-upgrade-authority', owner.path);
			assert.match(await shown(), new RegExp(`Authority: ${owner.address}`));
		},
		'program deploy by a stranger': () =>
			tool.fails(/authority/i, 'program', 'deploy', large, '--use-rpc', '--program-id', program.path),
		'program set-buffer-authority, deploy --buffer': async () => {
			const second = tool.keypair('second-buffer');
			await tool.text('program', 'write-buffer', small, '--use-rpc', '--buffer', second.path);
			const args = ['program', 'set-buffer-authority', second.address];
			await tool.text(...args, '--new-buffer-authority', owner.address);
			const own = ['--upgrade-authority', owner.path, '--program-id', program.path];
			await tool.text('program', 'deploy', '--buffer', second.address, ...own);
			await holds(elf);
		},
		'program close of a buffer': async () => {
			const third = tool.keypair('third-buffer');
			await tool.text('program', 'write-buffer', small, '--use-rpc', '--buffer', third.path);
			await tool.says(new RegExp(third.address), 'program', 'close', third.address);
			await tool.fails(/Unable to find the account/, 'program', 'show', third.address);
		},
		'program close': async () => {
			brief = await deploy(small);
			await tool.says(/Closed Program Id/, 'program', 'close', brief, '--bypass-warning');
			await tool.fails(/closed/i, 'program', 'show', brief);
		},
		'program deploy of a closed address': () =>
			tool.fails(/./, 'program', 'deploy', small, '--use-rpc', '--program-id', brief),
		'program deploy --final': async () => {
			const address = await deploy(small, '--final');
			assert.match(await shown(address), /Authority: none/);
		},
		'program deploy of what is no program': () =>
			tool.fails(/^Error: /, 'program', 'deploy', tool.payer.path, '--use-rpc'),
		'program deploy over QUIC': async () => {
			const address = (await tool.json('program', 'deploy', large)).text('programId');
			await holds(larger, address);
		},
	};
}
