/** Deployments by real loader transactions, to a node of ours. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ed25519Sign } from '@parhelion/crypto';
import { Validator } from '@parhelion/rpc';
import {
	type Chain,
	type Keypair,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	programdataAddressOf,
} from '@parhelion/runtime';
import {
	compileLegacyMessage,
	createAccount,
	decodeUpgradeableLoaderState,
	ENABLE_LOADER_V4,
	encodeMessage,
	FeatureSet,
	Pubkey,
} from '@parhelion/sdk';
import { type DeployRequest, type DeployTarget, link, RpcTarget, runDeploy } from '@parhelion/toolchain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../test/run-command.ts';
import { orFail, signerOf } from '../deploy/deploy-context.ts';
import { createNodeChain } from '../node-chain.ts';
import { SYSCALL_NAMES } from '../program-files.ts';
import { RpcClient } from '../upstream/rpc-client.ts';

const ALICE = keypairFromSeed(new Uint8Array(32).fill(1));
const BOB = keypairFromSeed(new Uint8Array(32).fill(2));
const POOR = keypairFromSeed(new Uint8Array(32).fill(3));

let node: Validator;
let chain: Chain;
let folder: string;
const at = (name: string): string => join(folder, name);

/** A program that ends with `code`, with as many further instructions as asked for. */
function program(code: number, instructions = 0): Uint8Array {
	const padding = Array.from({ length: instructions }, (_, i) => `  mov64 r1, ${i + 1}\n`).join('');
	const assembly = `entrypoint:\n${padding}  call function_end\n  exit\nfunction_end:\n  mov64 r0, ${code}\n  exit\n`;
	const linked = link([{ name: 'program.s', assembly }], { syscalls: SYSCALL_NAMES });
	if (!linked.ok) throw new Error(JSON.stringify(linked.error));
	return linked.value.elf;
}

function keypairFile(name: string, { seed, pubkey }: Keypair): string {
	writeFileSync(at(name), JSON.stringify([...seed, ...pubkey.bytes]));
	return at(name);
}

beforeAll(async () => {
	const features = FeatureSet.mainnet();
	features.activate(ENABLE_LOADER_V4, 0n);
	const rich = createAccount({ lamports: 1000n * LAMPORTS_PER_SOL });
	chain = createNodeChain({
		featureSet: features,
		accounts: [
			[ALICE.pubkey, rich],
			[BOB.pubkey, rich],
			[POOR.pubkey, createAccount({ lamports: 10_000_000n })],
		],
	}).chain;
	node = await Validator.start({ chain, rpcPort: 0, slotMs: 25 });
	folder = mkdtempSync(join(tmpdir(), 'parhelion-deploy-'));
	for (const [name, keypair] of [
		['alice.json', ALICE],
		['bob.json', BOB],
		['poor.json', POOR],
	] as const)
		keypairFile(name, keypair);
});

afterAll(async () => {
	await node.stop();
	rmSync(folder, { recursive: true });
});

/** `parhelion ARGS` as Alice. */
function asAlice(...args: string[]): ReturnType<typeof runCommand> {
	return runCommand(...args, '-u', node.rpcUrl, '-k', at('alice.json'));
}

async function slotsPass(count: number): Promise<void> {
	const last = chain.slot + BigInt(count);
	while (chain.slot < last) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What the program at `address` ends with; null for 0. */
async function invoke(address: Pubkey): Promise<unknown> {
	await slotsPass(1);
	const instruction = { programId: address, accounts: [], data: Uint8Array.of(Number(chain.slot & 0xffn)) };
	const message = compileLegacyMessage(ALICE.pubkey, [instruction], chain.lastBlockhash());
	return chain.processTransaction({ signatures: [ed25519Sign(encodeMessage(message), ALICE.seed)], message })
		.err;
}

const ended = (code: number): unknown => ({
	kind: 'InstructionError',
	index: 0,
	error: { kind: 'Custom', code },
});

describe('deploy, by the upgradeable loader', () => {
	it('deploys, upgrades to a larger program, extends, hands over and closes', async () => {
		writeFileSync(at('hello.so'), program(7));
		const shown = await asAlice('deploy', at('hello.so'), '--plan');
		expect(shown.out).toMatch(/Program +at a new address\n[\s\S]* 1\. create buffer: 1 transaction, /);
		expect(existsSync(at('hello-keypair.json')) || existsSync(at('hello-buffer-keypair.json'))).toBe(false);
		const first = await asAlice('deploy', at('hello.so'), '--json');
		expect(first.error).toBeNull();
		const deployed = JSON.parse(first.out);
		expect(deployed).toMatchObject({ kind: 'deploy', loader: 'v3', writes: 1 });
		const address = Pubkey.fromBase58(deployed.program);
		expect(await invoke(address)).toEqual(ended(7));
		expect(existsSync(at('hello-keypair.json'))).toBe(true);
		expect(existsSync(at('hello-buffer-keypair.json'))).toBe(false);

		writeFileSync(at('hello.so'), program(8, 3000));
		const plan = JSON.parse((await asAlice('deploy', at('hello.so'), '--plan', '--json')).out);
		expect(plan.kind).toBe('upgrade');
		expect(plan.steps.map(({ name }: { name: string }) => name)).toEqual([
			'create buffer',
			'write',
			expect.stringMatching(/^extend by \d+ bytes$/),
			'upgrade',
		]);
		for (const { largest } of plan.steps) expect(largest).toBeLessThanOrEqual(1232);
		expect(plan.steps[1].largest).toBe(1232);
		const second = await asAlice('deploy', at('hello.so'), '--json');
		expect(second.error).toBeNull();
		expect(JSON.parse(second.out)).toMatchObject({ kind: 'upgrade', writes: plan.steps[1].transactions });
		expect(await invoke(address)).toEqual(ended(8));
		expect(chain.getAccount(programdataAddressOf(address))?.data.subarray(45, 45 + 3000)).toEqual(
			program(8, 3000).subarray(0, 3000),
		);

		const again = await asAlice('deploy', at('hello.so'), '--json');
		expect(JSON.parse(again.out)).toMatchObject({ kind: 'unchanged', writes: 0, slot: null });

		const before = chain.getAccount(programdataAddressOf(address))?.data.length ?? 0;
		expect((await asAlice('program', 'extend', deployed.program, '--bytes', '20000')).error).toBeNull();
		expect(chain.getAccount(programdataAddressOf(address))?.data.length).toBe(before + 20_000);

		const handed = await asAlice(
			'program',
			'set-authority',
			deployed.program,
			'--new-authority',
			at('bob.json'),
		);
		expect(handed.error).toBeNull();
		writeFileSync(at('hello.so'), program(9));
		const refused = await asAlice('deploy', at('hello.so'));
		expect(refused.error?.message).toBe(
			`${address} can be upgraded by ${BOB.pubkey}, not by ${ALICE.pubkey}; nothing was sent`,
		);
		expect(refused.error).toMatchObject({ exitCode: 1 });

		const closing = ['program', 'close', deployed.program, '-u', node.rpcUrl, '-k', at('bob.json')];
		expect((await runCommand(...closing)).error).toBeNull();
		expect(chain.getAccount(programdataAddressOf(address))).toBeNull();
		expect(await invoke(address)).not.toBeNull();
		const late = await runCommand('deploy', at('hello.so'), '-u', node.rpcUrl, '-k', at('bob.json'));
		expect(late.error?.message).toContain('was closed: nothing can be deployed at this address any more');
	});

	it('makes a program final', async () => {
		writeFileSync(at('final.so'), program(1));
		const { out } = await asAlice('deploy', at('final.so'), '--final', '--max-len', '5000');
		const address = Pubkey.fromBase58(out.trim());
		const data = chain.getAccount(programdataAddressOf(address))?.data ?? new Uint8Array(0);
		expect(data.length).toBe(5045);
		const state = decodeUpgradeableLoaderState(data);
		expect(state).toMatchObject({ ok: true, value: { kind: 'ProgramData', upgradeAuthorityAddress: null } });
		writeFileSync(at('final.so'), program(2));
		expect((await asAlice('deploy', at('final.so'))).error?.message).toContain('is final');
	});

	it('sends nothing where the file would be refused, the payer is too poor or a key is missing', async () => {
		const count = chain.transactionCount;
		const broken = program(1).slice();
		broken[broken.indexOf(0xb7)] = 0xff;
		writeFileSync(at('broken.so'), broken);
		expect((await asAlice('deploy', at('broken.so'))).error?.message).toMatch(
			/does not pass its checks, and nothing was sent:\n {2}instructions: .*UnknownOpCode/,
		);
		expect(existsSync(at('broken-keypair.json')) || existsSync(at('broken-buffer-keypair.json'))).toBe(false);
		writeFileSync(at('big.so'), program(1, 2000));
		const nowhere = await runCommand(
			'deploy',
			at('big.so'),
			'-u',
			'http://127.0.0.1:9',
			'-k',
			at('alice.json'),
		);
		expect(nowhere.error?.message).toContain('cannot be reached');
		expect(existsSync(at('big-keypair.json')) || existsSync(at('big-buffer-keypair.json'))).toBe(false);
		const poor = await runCommand('deploy', at('big.so'), '-u', node.rpcUrl, '-k', at('poor.json'));
		expect(poor.error?.message).toMatch(/has 10000000 lamports, and \d+ are needed; nothing was sent/);
		const nobody = Pubkey.fromBytes(new Uint8Array(32).fill(99));
		const keyless = await asAlice('deploy', at('big.so'), '--program-id', `${nobody}`);
		expect(keyless.error?.message).toBe(`the key pair of ${nobody} is needed; nothing was sent`);
		expect((await asAlice('deploy', at('big.so'), '--max-len', '10')).error?.message).toContain(
			'room for 10',
		);
		expect((await asAlice('program', 'close', `${nobody}`)).error?.message).toBe(`${nobody} does not exist`);
		expect(chain.transactionCount).toBe(count);
	});

	it('goes on with an upload that was interrupted, and gives one up', async () => {
		const elf = program(5, 2500);
		writeFileSync(at('long.so'), elf);
		const programKey = keypairFromSeed(new Uint8Array(32).fill(11));
		const bufferKey = keypairFromSeed(new Uint8Array(32).fill(12));
		const request: DeployRequest = {
			loader: 'v3',
			elf,
			payer: ALICE.pubkey,
			authority: ALICE.pubkey,
			program: programKey.pubkey,
			programData: programdataAddressOf(programKey.pubkey),
			buffer: bufferKey.pubkey,
		};
		const target = new RpcTarget(new RpcClient(node.rpcUrl));
		let writes = 0;
		const unplugged: DeployTarget = {
			...bound(target),
			// The buffer is processed, and not confirmed yet.
			account: async (address) => (address.equals(bufferKey.pubkey) ? null : target.account(address)),
			send: (bytes, preflight) => {
				if (!preflight && ++writes > 10) return Promise.reject(new Error('the line is dead'));
				return target.send(bytes, preflight);
			},
		};
		const signers = [ALICE, programKey, bufferKey].map(signerOf);
		const broken = await runDeploy(request, unplugged, signers, { syscalls: SYSCALL_NAMES });
		expect(broken).toMatchObject({
			ok: false,
			error: { kind: 'StepFailed', step: 'write', reason: 'the line is dead', leftBehind: bufferKey.pubkey },
		});
		expect(() => orFail(broken)).toThrow(/The same command goes on where it ended\.$/);
		await slotsPass(2);
		const flags = [
			...['--buffer', keypairFile('buffer.json', bufferKey)],
			...['--program-id', keypairFile('program.json', programKey)],
		];
		const all = Math.ceil(elf.length / 1000);
		const resumed = await asAlice('deploy', at('long.so'), ...flags, '--json');
		expect(resumed.error).toBeNull();
		const { writes: sent } = JSON.parse(resumed.out);
		expect(sent).toBeGreaterThan(0);
		expect(sent).toBeLessThanOrEqual(all - 8);
		expect(await invoke(programKey.pubkey)).toEqual(ended(5));

		// A buffer for another program is not written over.
		const other = { ...request, elf: program(6, 100) };
		writes = 100;
		await runDeploy(other, unplugged, signers, { syscalls: SYSCALL_NAMES });
		const conflict = await asAlice(
			'deploy',
			at('long.so'),
			'--buffer',
			at('buffer.json'),
			'--program-id',
			at('bob.json'),
		);
		expect(conflict.error?.message).toContain(`${BOB.pubkey} is an account of`);
		writeFileSync(at('long.so'), program(6, 200));
		const size = await asAlice('deploy', at('long.so'), ...flags);
		expect(size.error?.message).toMatch(/the buffer \w+ is for a program of \d+ bytes/);
		expect((await asAlice('program', 'close', at('buffer.json'))).error).toBeNull();
		expect(chain.getAccount(bufferKey.pubkey)).toBeNull();
	});

	it('writes again what a node has lost, and asks for a new blockhash where one is not known', async () => {
		const elf = program(3, 1500);
		const programKey = keypairFromSeed(new Uint8Array(32).fill(21));
		const bufferKey = keypairFromSeed(new Uint8Array(32).fill(22));
		const target = new RpcTarget(new RpcClient(node.rpcUrl));
		let sends = 0;
		let refusals = 0;
		const lossy: DeployTarget = {
			...bound(target),
			send: async (bytes, preflight) => {
				if (preflight && refusals++ === 0) return { kind: 'blockhash-unknown' };
				if (!preflight && ++sends % 3 === 0) return { kind: 'refused', reason: 'busy', logs: [] };
				return target.send(bytes, preflight);
			},
		};
		const progress: string[] = [];
		const deployed = await runDeploy(
			{
				loader: 'v3',
				elf,
				payer: ALICE.pubkey,
				authority: BOB.pubkey,
				program: programKey.pubkey,
				programData: programdataAddressOf(programKey.pubkey),
				buffer: bufferKey.pubkey,
			},
			lossy,
			[ALICE, BOB, programKey, bufferKey].map(signerOf),
			{
				syscalls: SYSCALL_NAMES,
				onProgress: (step, done, total) => progress.push(`${step} ${done}/${total}`),
			},
		);
		expect(deployed.ok).toBe(true);
		expect(deployed.ok && deployed.value.writes).toBeGreaterThan(
			deployed.ok ? (deployed.value.plan.steps[1]?.transactions.length ?? 0) : 0,
		);
		expect(progress.at(-1)).toBe('deploy 1/1');
		expect(await invoke(programKey.pubkey)).toEqual(ended(3));
	});
});

describe('deploy, by loader v4', () => {
	it('deploys, upgrades in place, hands over, and finalizes', async () => {
		writeFileSync(at('four.so'), program(4));
		const first = await asAlice('deploy', at('four.so'), '--loader', 'v4', '--json');
		expect(first.error).toBeNull();
		const deployed = JSON.parse(first.out);
		const address = Pubkey.fromBase58(deployed.program);
		expect(await invoke(address)).toEqual(ended(4));
		writeFileSync(at('four.so'), program(44, 500));
		const second = await asAlice('deploy', at('four.so'), '--loader', 'v4', '--json');
		expect(second.error).toBeNull();
		expect(JSON.parse(second.out)).toMatchObject({ kind: 'upgrade', loader: 'v4' });
		expect(await invoke(address)).toEqual(ended(44));
		expect(
			(await asAlice('program', 'set-authority', deployed.program, '--new-authority', at('bob.json'))).error,
		).toBeNull();
		const bobs = ['-u', node.rpcUrl, '-k', at('bob.json')];
		expect(
			(await runCommand('program', 'set-authority', deployed.program, '--final', ...bobs)).error,
		).toBeNull();
		writeFileSync(at('four.so'), program(45));
		const refused = await runCommand('deploy', at('four.so'), '--loader', 'v4', ...bobs);
		expect(refused.error?.message).toContain('is final');
	});

	it('closes a program', async () => {
		writeFileSync(at('gone.so'), program(6));
		const { out } = await asAlice('deploy', at('gone.so'), '--loader', 'v4');
		const closed = await asAlice('program', 'close', out.trim());
		expect(closed.error).toBeNull();
		expect(chain.getAccount(Pubkey.fromBase58(out.trim()))).toBeNull();
		expect(readFileSync(at('gone-keypair.json'), 'utf8')).toMatch(/^\[/);
	});
});

/** The functions of a target, that work on whatever they are called on. */
function bound(target: RpcTarget): Omit<DeployTarget, 'send'> {
	return {
		latestBlockhash: () => target.latestBlockhash(),
		blockHeight: () => target.blockHeight(),
		slot: () => target.slot(),
		account: (address) => target.account(address),
		minimumBalance: (size) => target.minimumBalance(size),
		statuses: (signatures) => target.statuses(signatures),
		sleep: (milliseconds) => target.sleep(milliseconds),
	};
}
