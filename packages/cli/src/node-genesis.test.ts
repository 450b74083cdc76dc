import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@parhelion/rpc';
import { Chain, keypairFromSeed, LAMPORTS_PER_SOL, programdataAddressOf } from '@parhelion/runtime';
import {
	createAccount,
	decodeUpgradeableLoaderState,
	FeatureSet,
	featureId,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import { accountToJson, readBundledProgram } from 'parhelion/node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CliError } from './cli-error.ts';
import type { StartOptions } from './flags/start-flags.ts';
import { keypairIn, readKeypairFile } from './keypair-file.ts';
import { createNodeChain } from './node-chain.ts';
import { setUpNode } from './node-setup.ts';
import { start } from './start.ts';
import { Cluster } from './upstream/cluster.ts';

const OPTIONS: StartOptions = { rpcPort: 0, bindAddress: '127.0.0.1', quiet: true, cache: '' };
const address = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const KEYPAIR = keypairFromSeed(new Uint8Array(32).fill(1));
const memo = readBundledProgram('spl-memo-v4.so');

let folder: string;
const inFolder = (name: string): string => join(folder, name);

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'parhelion-genesis-'));
	if (memo !== null) writeFileSync(inFolder('memo.so'), memo);
	writeFileSync(inFolder('text.so'), 'not a program');
	writeFileSync(inFolder('broken.so'), memo === null ? '\u007fELF' : memo.subarray(0, 1000));
	writeFileSync(inFolder('id.json'), JSON.stringify([...KEYPAIR.seed, ...KEYPAIR.pubkey.bytes]));
	writeFileSync(inFolder('bad-id.json'), JSON.stringify(new Array(64).fill(1)));
	mkdirSync(inFolder('accounts'));
	for (const byte of [10, 11]) {
		const account = createAccount({ lamports: BigInt(byte), data: Uint8Array.of(byte) });
		writeFileSync(inFolder(`accounts/${byte}.json`), accountToJson(address(byte), account));
	}
	writeFileSync(inFolder('accounts/readme.txt'), 'no account');
});

afterAll(() => rmSync(folder, { recursive: true }));

async function chainOf(options: Partial<StartOptions>): Promise<Chain> {
	const { genesis, startSlot } = await setUpNode(
		{ ...OPTIONS, ...options },
		false,
		() => {},
		() => {},
	);
	const { chain } = createNodeChain(genesis);
	if (startSlot !== null) chain.warpToSlot(startSlot);
	return chain;
}

/** What is said of flags that will not do. */
async function refusal(options: Partial<StartOptions>): Promise<string> {
	const error: unknown = await chainOf(options).catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(CliError);
	return (error as CliError).message;
}

describe.skipIf(memo === null)('programs', () => {
	it('are had under an address or that of a key pair file, with their authority or none', async () => {
		const file = inFolder('memo.so');
		const chain = await chainOf({
			bpfProgram: [{ address: inFolder('id.json'), file, authority: 'none' }],
			upgradeableProgram: [{ address: address(3).toBase58(), file, authority: inFolder('id.json') }],
		});
		for (const [program, authority] of [
			[KEYPAIR.pubkey, null],
			[address(3), KEYPAIR.pubkey],
		] as const) {
			expect(chain.getAccount(program)?.executable).toBe(true);
			const state = decodeUpgradeableLoaderState(chain.getAccount(programdataAddressOf(program))!.data);
			expect(state).toMatchObject({ ok: true, value: { kind: 'ProgramData', slot: 0n } });
			const found =
				state.ok && state.value.kind === 'ProgramData' ? state.value.upgradeAuthorityAddress : undefined;
			expect(found?.toBase58()).toBe(authority?.toBase58());
		}
	});

	it('take the place of a bundled one', async () => {
		const chain = await chainOf({
			bpfProgram: [{ address: programIds.splToken.toBase58(), file: inFolder('memo.so'), authority: 'none' }],
		});
		const code = chain.getAccount(programdataAddressOf(programIds.splToken));
		expect(code?.data.length).toBe(45 + memo!.length);
	});

	it.each([
		['missing.so', /--bpf-program .*missing\.so: there is no such file/],
		['accounts', /--bpf-program .*accounts: it is a folder/],
		['text.so', /that is no ELF; a program is the \.so file/],
		['broken.so', /the program cannot run: /],
	])('are refused where the file is %s', async (name, message) => {
		const program = { address: address(3).toBase58(), file: inFolder(name), authority: 'none' };
		expect(await refusal({ bpfProgram: [program] })).toMatch(message);
	});

	it('are refused without an address, and twice under one', async () => {
		const file = inFolder('memo.so');
		const nowhere = await refusal({ bpfProgram: [{ address: 'nowhere.json', file, authority: 'none' }] });
		expect(nowhere).toMatch(
			/nowhere\.json is no address, and no key pair file either \(.*there is no such file\)/,
		);
		const wrong = await refusal({
			bpfProgram: [{ address: inFolder('bad-id.json'), file, authority: 'none' }],
		});
		expect(wrong).toContain('that is no key pair file, a JSON array of 64 bytes');
		const program = { address: address(3).toBase58(), file, authority: 'none' };
		expect(await refusal({ bpfProgram: [program], upgradeableProgram: [program] })).toBe(
			`${address(3)} is given twice: by --bpf-program and by --upgradeable-program`,
		);
	});
});

describe('accounts', () => {
	it('come from files, under their own address or another, and from folders', async () => {
		const chain = await chainOf({
			account: [
				{ address: null, file: inFolder('accounts/10.json') },
				{ address: address(20), file: inFolder('accounts/11.json') },
			],
		});
		expect(chain.getAccount(address(10))).toMatchObject({ lamports: 10n, data: Uint8Array.of(10) });
		expect(chain.getAccount(address(20))).toMatchObject({ lamports: 11n, data: Uint8Array.of(11) });
		const whole = await chainOf({ accountDir: [inFolder('accounts')] });
		expect([10, 11].map((byte) => whole.getBalance(address(byte)))).toEqual([10n, 11n]);
	});

	it('are refused where they are none, missing or given twice', async () => {
		expect(await refusal({ account: [{ address: null, file: inFolder('id.json') }] })).toMatch(
			/--account .*id\.json: that is no account as "solana account --output json" writes it/,
		);
		expect(await refusal({ account: [{ address: null, file: inFolder('x.json') }] })).toContain(
			'there is no such file',
		);
		expect(await refusal({ accountDir: [inFolder('x')] })).toMatch(
			/--account-dir .*x: there is no such file/,
		);
		expect(await refusal({ accountDir: [inFolder('id.json')] })).toContain('it is no folder');
		expect(
			await refusal({
				account: [{ address: null, file: inFolder('accounts/10.json') }],
				accountDir: [inFolder('accounts')],
			}),
		).toContain('is given twice: by --account and by --account-dir');
	});
});

describe('accounts of more than the genesis of a ledger holds', () => {
	it('are set when the chain begins, and there when it goes on', async () => {
		mkdirSync(inFolder('large'));
		for (const byte of [30, 31]) {
			const account = createAccount({
				lamports: LAMPORTS_PER_SOL,
				data: new Uint8Array(4_500_000).fill(byte),
			});
			writeFileSync(inFolder(`large/${byte}.json`), accountToJson(address(byte), account));
		}
		const options = { ...OPTIONS, ledger: inFolder('large-ledger'), accountDir: [inFolder('large')] };
		const { genesis, lateAccounts } = await setUpNode(
			options,
			false,
			() => {},
			() => {},
		);
		expect(lateAccounts).toHaveLength(1);
		expect([...(genesis.accounts ?? [])].length).toBeGreaterThanOrEqual(1);
		for (let run = 0; run < 2; run++) {
			let end: () => void = () => {};
			const ended = new Promise<void>((resolve) => {
				end = resolve;
			});
			const printed: string[] = [];
			vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
			const running = start(
				{ ...options, json: true, quiet: run === 1, slotMs: 50 },
				{ version: '1.2.3', ended },
			);
			await vi.waitFor(() => expect(printed).toHaveLength(1), 20_000);
			const { rpcUrl } = JSON.parse(printed[0] ?? '') as { rpcUrl: string };
			const cluster = await Cluster.connect(rpcUrl, { cache: '' });
			const found = await vi.waitUntil(async () => {
				const accounts = [...(await cluster.getAccounts([30, 31].map(address))).values()];
				return accounts.every((account) => account !== null) ? accounts : null;
			}, 20_000);
			expect(found?.map((account) => account?.data[0])).toEqual([30, 31]);
			end();
			await running;
			vi.restoreAllMocks();
		}
	});
});

describe('genesis', () => {
	it('follows mint, faucet, epochs, ticks, features and the slot to begin at', async () => {
		const feature = featureId('relax_authority_signer_check_for_lookup_table_creation');
		const chain = await chainOf({
			mint: address(9),
			faucetSol: 5n * LAMPORTS_PER_SOL,
			slotsPerEpoch: 64n,
			ticksPerSlot: 8,
			deactivateFeature: [feature],
			warpSlot: 1000n,
		});
		expect(chain.getBalance(address(9))).toBe(500_000_000n * LAMPORTS_PER_SOL);
		expect(chain.getBalance(chain.faucet.pubkey)).toBe(5n * LAMPORTS_PER_SOL);
		expect(chain.slot).toBe(1000n);
		expect(chain.epoch).toBe(15n);
		// The stakes that the leaders of this epoch are drawn by, and those of the next.
		expect([15n, 16n].map((epoch) => chain.bank.epochStakes.has(epoch))).toEqual([true, true]);
		expect(chain.bank.ticksPerSlot).toBe(8n);
		expect(FeatureSet.mainnet().isActive(feature)).toBe(true);
		expect(chain.featureSet.isActive(feature)).toBe(false);
		expect(chain.getAccount(feature)).toBeNull();
		for (let i = 0; i < 70; i++) chain.advanceSlot();
		expect([chain.slot, chain.root]).toEqual([1070n, 1038n]);
	});

	it('refuses a feature that nobody knows', async () => {
		expect(await refusal({ deactivateFeature: [address(9)] })).toContain('there is no such feature');
	});
});

describe('another cluster', () => {
	let upstream: Validator;

	beforeAll(async () => {
		const chain = Chain.genesis({
			accounts: [[address(5), createAccount({ lamports: 55n })]],
			programs:
				memo === null ? [] : [{ programId: address(6), loader: programIds.bpfLoaderUpgradeable, elf: memo }],
			featureSet: FeatureSet.default(),
		});
		chain.warpToSlot(500n);
		chain.advanceSlot();
		upstream = await Validator.start({ chain, rpcPort: 0, slotMs: null });
	});

	afterAll(() => upstream.stop());

	it('gives accounts, those that may be missing, and programs with their code', async () => {
		const chain = await chainOf({
			url: upstream.rpcUrl,
			clone: [address(5)],
			maybeClone: [address(7)],
			...(memo === null ? {} : { cloneUpgradeableProgram: [address(6)] }),
		});
		expect(chain.getBalance(address(5))).toBe(55n);
		expect(chain.getAccount(address(7))).toBeNull();
		if (memo === null) return;
		expect(chain.getAccount(address(6))?.executable).toBe(true);
		expect(chain.getAccount(programdataAddressOf(address(6)))?.data.length).toBe(45 + memo.length);
	});

	it('gives its features and its slot', async () => {
		const chain = await chainOf({ url: upstream.rpcUrl, cloneFeatureSet: true, warpSlot: true });
		expect([...chain.featureSet.activeFeatures()]).toEqual([]);
		expect(chain.slot).toBe(500n);
	});

	it('must be named where it is asked, and must have what must be there', async () => {
		for (const options of [{ clone: [address(5)] }, { cloneFeatureSet: true }, { warpSlot: true as const }]) {
			expect(await refusal(options)).toContain('needs --url: the cluster to ask');
		}
		expect(await refusal({ url: upstream.rpcUrl, clone: [address(7), address(5)] })).toBe(
			`${new URL(upstream.rpcUrl).host} has no account ${address(7)} (--maybe-clone takes what exists)`,
		);
		expect(await refusal({ url: upstream.rpcUrl, cloneUpgradeableProgram: [address(5)] })).toContain(
			'that is no upgradeable program; --clone takes it',
		);
	});
});

describe('key pair files', () => {
	it('are made once, for their owner alone, and read from then on', () => {
		const made = keypairIn(inFolder('ledger/a'), 'faucet-keypair.json');
		expect(keypairIn(inFolder('ledger/a'), 'faucet-keypair.json')).toEqual(made);
		const path = inFolder('ledger/a/faucet-keypair.json');
		expect(readKeypairFile(path).pubkey.equals(made.pubkey)).toBe(true);
		if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
	});

	it('never show what is in them when they are wrong', () => {
		writeFileSync(inFolder('secret.json'), JSON.stringify([...KEYPAIR.seed, ...address(9).bytes]));
		const error = (() => {
			try {
				return readKeypairFile(inFolder('secret.json'));
			} catch (thrown) {
				return thrown as Error;
			}
		})();
		expect(error).toBeInstanceOf(CliError);
		expect(String(error)).not.toContain('1,1,1');
	});
});
