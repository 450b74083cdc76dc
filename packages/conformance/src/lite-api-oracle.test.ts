/** The in-process API behaves as the oracle's where no transaction of a real program is needed to see it. */

import {
	AccountRole,
	type Address,
	appendTransactionMessageInstructions,
	createKeyPairSignerFromPrivateKeyBytes,
	createTransactionMessage,
	getAddressEncoder,
	getBase58Decoder,
	getSignatureFromTransaction,
	getTransactionEncoder,
	type Instruction,
	type KeyPairSigner,
	lamports,
	pipe,
	setTransactionMessageFeePayerSigner,
	setTransactionMessageLifetimeUsingBlockhash,
	signTransactionMessageWithSigners,
	type Transaction,
} from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import * as oracle from 'litesvm';
import * as ours from 'parhelion/node';
import { beforeAll, describe, expect, it as test } from 'vitest';

/** A test that may hand back what it said. */
const it = (name: string, body: () => unknown): void => {
	test(name, async () => {
		await body();
	});
};

type Lib = typeof oracle;
/** Both libraries; ours is used through the oracle's own types, which is what a drop-in has to bear. */
const LIBS: readonly (readonly [string, Lib])[] = [
	['oracle', oracle],
	['ours', ours as never],
];

const SYSTEM = '11111111111111111111111111111111' as Address;
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr' as Address;
const NOWHERE = '1nc1nerator11111111111111111111111111111111' as Address;

let payer: KeyPairSigner;
let friend: KeyPairSigner;
beforeAll(async () => {
	payer = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(1));
	friend = await createKeyPairSignerFromPrivateKeyBytes(new Uint8Array(32).fill(2));
});

/** A value as text: by its class's own `toString`, else as JSON. */
function spell(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value);
	const isPlain = Array.isArray(value) || value.toString === Object.prototype.toString;
	if (!isPlain) return String(value);
	return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}n` : part));
}

/** Runs `script` on both libraries and expects the same list of texts from each. */
async function same(
	script: (lib: Lib, say: (text: unknown) => void) => void | Promise<void>,
): Promise<string[]> {
	const said: string[][] = [];
	for (const [, lib] of LIBS) {
		const texts: string[] = [];
		await script(lib, (text) => {
			texts.push(spell(text));
		});
		said.push(texts);
	}
	expect(said[1]).toEqual(said[0]);
	expect(said[0]!.length).toBeGreaterThan(0);
	return said[0]!;
}

/** An instance whose payer has ten SOL, without an airdrop: its signature is different in every run. */
function funded(lib: Lib): oracle.LiteSVM {
	const svm = new lib.LiteSVM();
	svm.setAccount({
		address: payer.address,
		lamports: lamports(10_000_000_000n),
		data: new Uint8Array(0),
		programAddress: SYSTEM,
		executable: false,
		space: 0n,
	});
	return svm;
}

async function sign(
	svm: oracle.LiteSVM,
	instructions: Instruction[],
	version: 0 | 1 = 0,
): Promise<Transaction> {
	const lifetime = { blockhash: svm.latestBlockhash(), lastValidBlockHeight: 0n };
	const message = pipe(
		createTransactionMessage({ version }),
		(m) => setTransactionMessageFeePayerSigner(payer, m),
		(m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
		(m) => appendTransactionMessageInstructions(instructions, m),
	);
	return signTransactionMessageWithSigners(message as never);
}

const transfer = (amount: bigint): Instruction =>
	getTransferSolInstruction({ source: payer, destination: friend.address, amount });
const memo = (text: string): Instruction => ({ programAddress: MEMO, data: new TextEncoder().encode(text) });

/** What a call throws, without the name of the error's class. */
function thrown(call: () => unknown): string {
	try {
		return `returned ${String(call())}`;
	} catch (error) {
		return `threw ${(error as Error).message}`;
	}
}

describe('results', () => {
	it('of a success print the same', () =>
		same(async (lib, say) => {
			const svm = funded(lib);
			const result = svm.sendTransaction(
				await sign(svm, [transfer(1_000_000n), memo('h"i\n \u00e9\u0001\u{1f600}')]),
			);
			if (!('computeUnitsConsumed' in result)) throw new Error(String(result));
			say(result);
			say(result.prettyLogs());
			say(result.logs());
			say(result.computeUnitsConsumed());
			say(result.returnData());
			say(Array.from(result.returnData().programId()));
			say(result.innerInstructions());
			say(Array.from(result.signature()));
			say(svm.getBalance(payer.address));
			say(svm.getAccount(friend.address));
		}));

	test.each([
		['a program error', (): Instruction[] => [transfer(20_000_000_000n)]],
		['an account left too poor', (): Instruction[] => [transfer(5n)]],
		['a missing program', (): Instruction[] => [{ programAddress: NOWHERE, data: new Uint8Array(1) }]],
		['a runtime error', (): Instruction[] => [{ programAddress: SYSTEM, data: new Uint8Array(3) }]],
		['an empty transaction', (): Instruction[] => []],
	])('of %s print the same, and charge the same', async (_name, instructions) => {
		await same(async (lib, say) => {
			const svm = funded(lib);
			const result = svm.sendTransaction(await sign(svm, instructions()));
			say(result);
			if ('err' in result) {
				const error = result.err();
				say(error);
				if (typeof error === 'object' && 'err' in error) say(error.err());
				say(result.meta().prettyLogs());
			}
			say(svm.getBalance(payer.address));
		});
	});

	it('of a simulation print the same, and change nothing', () =>
		same(async (lib, say) => {
			const svm = funded(lib);
			const transaction = await sign(svm, [transfer(1_000_000n)]);
			const simulated = svm.simulateTransaction(transaction);
			if (!('postAccounts' in simulated)) throw new Error(String(simulated));
			say(simulated.meta());
			say(simulated.postAccounts());
			say(svm.getBalance(friend.address));
			say(svm.getTransaction(getSignatureFromTransaction(transaction)));
			say(svm.simulateTransaction(await sign(svm, [transfer(5n)])));
		}));
});

describe('a transaction', () => {
	it('is refused twice, and passes again under a new blockhash', async () => {
		const texts = await same(async (lib, say) => {
			const svm = funded(lib);
			const first = await sign(svm, [transfer(1_000_000n)]);
			say(svm.sendTransaction(first));
			const again = svm.sendTransaction(first);
			say(again);
			say('err' in again ? again.err() : 'no error');
			svm.expireBlockhash();
			say(svm.latestBlockhash());
			say(svm.sendTransaction(first));
			say(svm.sendTransaction(await sign(svm, [transfer(1_000_000n)])));
			say(svm.getBalance(friend.address));
			say(svm.getTransaction(getSignatureFromTransaction(first)));
		});
		expect(texts[1]).toContain('AlreadyProcessed');
		expect(texts[2]).toBe('6');
		expect(texts[4]).toContain('BlockhashNotFound');
	});

	it('is repeated freely while signatures are not checked', () =>
		same(async (lib, say) => {
			const svm = funded(lib).withSigverify(false);
			const { messageBytes } = await sign(svm, [transfer(1_000_000n)]);
			const unsigned = { messageBytes, signatures: { [payer.address]: null } } as Transaction;
			say(svm.sendTransaction(unsigned));
			say(svm.sendTransaction(unsigned));
			say(svm.getBalance(friend.address));
		}));

	it('passes with any blockhash while those are not checked', () =>
		same(async (lib, say) => {
			const svm = funded(lib).withBlockhashCheck(false);
			const old = await sign(svm, [transfer(1_000_000n)]);
			svm.expireBlockhash();
			say(svm.sendTransaction(old));
		}));

	it('with wrong, missing or too many signatures is refused alike', () =>
		same(async (lib, say) => {
			const svm = funded(lib);
			const { messageBytes, signatures } = await sign(svm, [transfer(1_000_000n)]);
			const send = (changed: object): void =>
				say(thrown(() => svm.sendTransaction({ messageBytes, signatures: changed } as Transaction)));
			send({ [payer.address]: new Uint8Array(64).fill(7) });
			send({ [payer.address]: new Uint8Array(63).fill(7) });
			send({ ...signatures, [friend.address]: new Uint8Array(64).fill(1) });
			say(svm.getBalance(payer.address));
		}));

	it('with bytes after its message is taken', () =>
		same(async (lib, say) => {
			const svm = funded(lib);
			const { messageBytes, signatures } = await sign(svm, [transfer(1_000_000n)]);
			const longer = new Uint8Array([...messageBytes, 0, 1, 2]);
			say(svm.sendTransaction({ messageBytes: longer, signatures } as never));
		}));

	it('of version 1 that asks for no account data loads none', async () => {
		const texts = await same(async (lib, say) => {
			const svm = funded(lib);
			say(svm.sendTransaction(await sign(svm, [transfer(1_000_000n)], 1)));
		});
		expect(texts[0]).toContain('MaxLoadedAccountsDataSizeExceeded');
	});

	it('with a durable nonce runs while the nonce holds, and leaves it be where it fails', async () => {
		const texts = await same(async (lib, say) => {
			const svm = funded(lib);
			const nonce = friend.address;
			const value = new Uint8Array(32).fill(0x55);
			const data = new Uint8Array(80);
			data.set([1, 0, 0, 0, 1, 0, 0, 0]);
			data.set(getAddressEncoder().encode(payer.address), 8);
			data.set(value, 40);
			svm.setAccount({
				address: nonce,
				lamports: lamports(2_000_000n),
				data,
				programAddress: SYSTEM,
				executable: false,
				space: 80n,
			});
			const advance: Instruction = {
				programAddress: SYSTEM,
				accounts: [
					{ address: nonce, role: AccountRole.WRITABLE },
					{ address: 'SysvarRecentB1ockHashes11111111111111111111' as Address, role: AccountRole.READONLY },
					{ address: payer.address, role: AccountRole.READONLY_SIGNER },
				],
				data: Uint8Array.of(4, 0, 0, 0),
			};
			const withNonce = async (instructions: Instruction[]): Promise<Transaction> =>
				sign({ latestBlockhash: () => getBase58Decoder().decode(value) } as never, instructions);
			for (const instructions of [
				[transfer(1_000_000n)],
				[advance, transfer(20_000_000_000n)],
				[advance, memo('first')],
				[advance, memo('second')],
			]) {
				say(svm.sendTransaction(await withNonce(instructions)));
				say(svm.getAccount(nonce));
				say(svm.getBalance(payer.address));
			}
		});
		expect(texts.filter((text) => text.startsWith('TransactionMetadata')).length).toBe(1);
	});

	test.each([
		['more than there is', [2, 0xff, 0xff, 0xff, 0xff]],
		['none', [2, 0, 0, 0, 0]],
		['a priority fee', [3, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0]],
		['a heap that is too large', [1, 0, 0, 8, 0]],
		['no account data', [4, 0, 0, 0, 0]],
		['little account data', [4, 0, 1, 0, 0]],
		['an unknown thing', [9]],
	])('that asks the compute budget for %s ends alike', async (_name, data) => {
		await same(async (lib, say) => {
			const svm = funded(lib);
			const ask: Instruction = {
				programAddress: 'ComputeBudget111111111111111111111111111111' as Address,
				data: Uint8Array.from(data),
			};
			say(svm.sendTransaction(await sign(svm, [ask, memo('x')])));
			say(svm.sendTransaction(await sign(svm, [ask, ask, memo('y')])));
			say(svm.getBalance(payer.address));
		});
	});

	it('truncates its log at the limit', async () => {
		const texts = await same(async (lib, say) => {
			for (const limit of [0n, 60n, 200n, undefined]) {
				const svm = funded(lib).withLogBytesLimit(limit as bigint);
				const result = svm.sendTransaction(
					await sign(svm, [memo('a'.repeat(100)), memo('\u00e9'.repeat(20))]),
				);
				say('logs' in result ? result.logs() : result.meta().logs());
			}
		});
		expect(texts[0]).toBe('["Log truncated"]');
	});

	it('runs under the compute budget that was set', () =>
		same(async (lib, say) => {
			const budget = new lib.ComputeBudget();
			for (const limit of [1_000_000n, 250n, 150n]) {
				budget.computeUnitLimit = limit;
				const svm = funded(lib).withComputeBudget(budget);
				say(svm.sendTransaction(await sign(svm, [memo('abc')])));
			}
		}));
});

describe('the history', () => {
	test.each([undefined, 0n, 1n, 31n, 32n, 33n, 40n, 64n, 65n, 100n])(
		'holds as many for a capacity of %s',
		async (capacity) => {
			await same(async (lib, say) => {
				const svm = funded(lib);
				if (capacity !== undefined) svm.withTransactionHistory(capacity);
				const signatures: string[] = [];
				for (let i = 0; i < 130; i++) {
					const transaction = await sign(svm, [memo(String(i))]);
					svm.withSigverify(false).sendTransaction(transaction);
					signatures.push(getSignatureFromTransaction(transaction));
				}
				say(
					signatures.map((signature) => (svm.getTransaction(signature as never) === null ? 0 : 1)).join(''),
				);
			});
		},
	);

	it('keeps the oldest when it shrinks, and grows again', () =>
		same(async (lib, say) => {
			const svm = funded(lib).withSigverify(false);
			const signatures: string[] = [];
			const sendSome = async (count: number): Promise<void> => {
				for (let i = 0; i < count; i++) {
					const transaction = await sign(svm, [memo(String(signatures.length))]);
					svm.sendTransaction(transaction);
					signatures.push(getSignatureFromTransaction(transaction));
				}
				say(
					signatures.map((signature) => (svm.getTransaction(signature as never) === null ? 0 : 1)).join(''),
				);
			};
			await sendSome(20);
			svm.withTransactionHistory(5n);
			await sendSome(0);
			await sendSome(3);
			svm.withTransactionHistory(20n);
			await sendSome(40);
		}));
});

describe('accounts', () => {
	it('are read as they were set', () =>
		same((lib, say) => {
			const svm = new lib.LiteSVM();
			say(svm.getAccount(NOWHERE));
			say(svm.getBalance(NOWHERE));
			const account = {
				address: NOWHERE,
				lamports: lamports(5n),
				data: new Uint8Array([1, 2, 3]),
				programAddress: MEMO,
				executable: false,
				space: 3n,
			};
			svm.setAccount(account);
			account.data[0] = 9;
			say(svm.getAccount(NOWHERE));
			say(svm.getProgramAccounts(MEMO));
			svm.setAccount({ ...account, lamports: lamports(0n) });
			say(svm.getAccount(NOWHERE));
			say(svm.minimumBalanceForRentExemption(0n));
			say(svm.minimumBalanceForRentExemption(10_485_760n));
			say(svm.minimumBalanceForRentExemption(10_485_761n));
		}));

	test.each([
		['a clock that is too short', 'SysvarC1ock11111111111111111111111111111111', SYSTEM, false],
		['slot hashes that are too short', 'SysvarS1otHashes111111111111111111111111111', SYSTEM, false],
		['a program of no loader', NOWHERE, SYSTEM, true],
		['a program that is no ELF', NOWHERE, 'BPFLoader2111111111111111111111111111111111', true],
		['an upgradeable program without state', NOWHERE, 'BPFLoaderUpgradeab1e11111111111111111111111', true],
		['a program of loader v4 without state', NOWHERE, 'LoaderV411111111111111111111111111111111111', true],
	])('are refused for %s', async (_name, address, owner, executable) => {
		await same((lib, say) => {
			const svm = new lib.LiteSVM();
			say(
				thrown(() =>
					svm.setAccount({
						address: address as Address,
						lamports: lamports(1n),
						data: new Uint8Array(3),
						programAddress: owner as Address,
						executable,
						space: 3n,
					}),
				),
			);
		});
	});

	it('of the native mints are the same', () =>
		same((lib, say) => {
			const svm = new lib.LiteSVM().withNativeMints();
			for (const mint of [
				'So11111111111111111111111111111111111111112',
				'9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXejP',
			]) {
				say(svm.getAccount(mint as Address));
			}
			say(lib.LiteSVM.default().withNativeMints().getProgramAccounts(SYSTEM).length);
		}));
});

describe('programs', () => {
	it('added under any loader run at once, but not in the slot before', async () => {
		const texts = await same(async (lib, say) => {
			const svm = funded(lib).withSigverify(false);
			const elf = svm.getAccount(MEMO);
			if (!elf.exists) throw new Error('the memo program is missing');
			const loaders = [
				'BPFLoader1111111111111111111111111111111111',
				'BPFLoader2111111111111111111111111111111111',
				'BPFLoaderUpgradeab1e11111111111111111111111',
			];
			svm.warpToSlot(5n);
			for (const loader of loaders) {
				svm.addProgramWithLoader(friend.address, elf.data as Uint8Array, loader as Address);
				for (const slot of [0n, 3n, 4n, 5n, 6n]) {
					svm.warpToSlot(slot);
					say(svm.sendTransaction(await sign(svm, [{ ...memo('x'), programAddress: friend.address }])));
				}
				svm.warpToSlot(5n);
				say(svm.getAccount(friend.address));
			}
			svm.addProgram(friend.address, elf.data as Uint8Array);
			say(svm.getProgramAccounts('BPFLoaderUpgradeab1e11111111111111111111111' as Address).length);
		});
		expect(texts.some((text) => text.includes('Program is not deployed'))).toBe(true);
	});

	it('that are none are refused in the same words', () =>
		same((lib, say) => {
			const svm = new lib.LiteSVM();
			const elf = svm.getAccount(MEMO);
			if (!elf.exists) throw new Error('the memo program is missing');
			say(thrown(() => svm.addProgram(friend.address, new Uint8Array(0))));
			say(thrown(() => svm.addProgram(friend.address, new Uint8Array([1, 2, 3]))));
			for (const [offset, value] of [
				[0, 0],
				[4, 1],
				[5, 2],
				[18, 3],
				[24, 0xff],
			] as const) {
				const broken = (elf.data as Uint8Array).slice();
				broken[offset] = value;
				say(thrown(() => svm.addProgram(friend.address, broken)));
			}
			// An instruction no version knows, somewhere in the text.
			const illegal = (elf.data as Uint8Array).slice();
			illegal[0x120] = 0xff;
			say(thrown(() => svm.addProgram(friend.address, illegal)));
			say(thrown(() => svm.addProgramWithLoader(friend.address, new Uint8Array(1), SYSTEM)));
		}));
});

describe('a bare instance', () => {
	it('is built up step by step', () =>
		same(async (lib, say) => {
			const svm = lib.LiteSVM.default();
			say(svm.getAccount(SYSTEM));
			svm.withFeatureSet(lib.FeatureSet.allEnabled()).withBuiltins().withSysvars().withLamports(5_000_000n);
			say(svm.getProgramAccounts(SYSTEM).map((account) => account.lamports));
			say(svm.getAccount('SysvarRent111111111111111111111111111111111' as Address));
			svm.withPrecompiles().withDefaultPrograms();
			const native = svm.getProgramAccounts('NativeLoader1111111111111111111111111111111' as Address);
			say(native.map(({ address, data }) => `${address} ${Buffer.from(data)}`).sort());
			svm.setAccount({
				address: payer.address,
				lamports: lamports(10_000_000n),
				data: new Uint8Array(0),
				programAddress: SYSTEM,
				executable: false,
				space: 0n,
			});
			say(svm.sendTransaction(await sign(svm, [memo('built')])));
			const airdrop = svm.airdrop(friend.address, lamports(1_000_000n));
			say(airdrop !== null && 'logs' in airdrop ? airdrop.logs() : 'failed');
			say(svm.getBalance(friend.address));
		}));

	it('without features has the old rent, the old token program and no airdrop account', () =>
		same((lib, say) => {
			const svm = lib.LiteSVM.default().withBuiltins().withSysvars().withDefaultPrograms();
			say(svm.getRent());
			say(svm.getAccount('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address).exists);
			const token = svm.getAccount('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' as Address);
			say(token.exists ? `${token.programAddress} ${token.space}` : 'missing');
			const failed = svm.airdrop(friend.address, lamports(1n));
			say(failed !== null && 'err' in failed ? failed.err() : 'no error');
		}));
});

describe('sysvars', () => {
	it('are read as they were set', () =>
		same((lib, say) => {
			const svm = new lib.LiteSVM();
			say(svm.getClock());
			svm.setClock(new lib.Clock(1000n, -1n, 100n, 3n, -4n));
			say(svm.getClock());
			svm.warpToSlot(77n);
			say(svm.getClock());
			say(svm.getRent());
			svm.setRent(new lib.Rent(10n, 2.5, 3));
			say(svm.getRent());
			say(svm.minimumBalanceForRentExemption(10n));
			const schedule = svm.getEpochSchedule();
			say([schedule.slotsPerEpoch, schedule.warmup, schedule.firstNormalEpoch, schedule.firstNormalSlot]);
			svm.setEpochSchedule(new lib.EpochSchedule(64n, 32n, false, 1n, 2n));
			say([svm.getEpochSchedule().slotsPerEpoch, svm.getEpochSchedule().leaderScheduleSlotOffset]);
			const hash = svm.latestBlockhash();
			svm.setEpochRewards(new lib.EpochRewards(1n, 2n, hash, 1n << 100n, 3n, 4n, true));
			const rewards = svm.getEpochRewards();
			say([rewards.numPartitions, rewards.parentBlockhash, rewards.totalPoints, rewards.active]);
			say(svm.getLastRestartSlot());
			svm.setLastRestartSlot(9n);
			say(svm.getLastRestartSlot());
			say(svm.getSlotHashes().map(({ slot, hash }) => `${slot} ${hash}`));
			svm.setSlotHashes([
				{ slot: 1n, hash },
				{ slot: 3n, hash },
			]);
			say(svm.getSlotHashes().map(({ slot, hash }) => `${slot} ${hash}`));
			const stakes = new lib.StakeHistory();
			for (const epoch of [3n, 5n, 4n]) stakes.add(epoch, new lib.StakeHistoryEntry(epoch, 2n, 1n));
			svm.setStakeHistory(stakes);
			for (const epoch of [2n, 3n, 4n, 5n, 6n]) say(svm.getStakeHistory().get(epoch));
			const history = svm.getSlotHistory();
			history.add(70n);
			svm.setSlotHistory(history);
			say([svm.getSlotHistory().nextSlot, svm.getSlotHistory().check(70n), svm.getSlotHistory().check(69n)]);
			for (const id of ['C1ock11111111111111111111111111111111', 'StakeHistory1111111111111111111111111']) {
				say(svm.getAccount(`Sysvar${id}` as Address));
			}
		}));

	it('print the same', () =>
		same((lib, say) => {
			const entry = new lib.StakeHistoryEntry(1n, 2n, 3n);
			say(entry);
			entry.activating = 9n;
			say(String(entry));
			say(String(new lib.Clock(1n, -2n, 3n, 4n, 5n)));
			say(String(lib.Rent.default()));
			say(String(lib.Rent.free()));
			say(String(lib.SlotHistory.default()));
			say(String(new lib.Account(1n, new Uint8Array(70).fill(0xab), new Uint8Array(32), true, 3n)));
			say(String(new lib.Account(1n, new Uint8Array(0), new Uint8Array(32), false, 3n)));
		}));

	it('calculate the same', () =>
		same((lib, say) => {
			for (const rent of [lib.Rent.default(), new lib.Rent(3480n, 2, 50), new lib.Rent(7n, 0.3, 255)]) {
				say(rent.minimumBalance(11n));
				say(rent.isExempt(1000n, 11n));
				say(rent.due(1n, 10n, 2.5));
				say(rent.due(1n << 60n, 10n, 2.5));
				say(rent.dueAmount(10n, -1));
				say(rent.calculateBurn(1001n));
				say(thrown(() => rent.minimumBalance(11_000_000n)));
			}
			const history = lib.SlotHistory.default();
			for (const slot of [0n, 10n, 9n, 1n << 20n, (1n << 21n) + 5n]) {
				history.add(slot);
				say([history.nextSlot, history.oldest(), history.newest(), history.bits.length]);
				for (const at of [0n, 9n, 10n, 11n, 1n << 20n, 1n << 22n]) say(history.check(at));
			}
		}));
});

describe('misuse', () => {
	it('is named in the same words', () =>
		same((lib, say) => {
			const svm = new lib.LiteSVM();
			say(thrown(() => new lib.Clock(-1n, 0n, 0n, 0n, 0n)));
			say(thrown(() => new lib.Clock(1n << 70n, 0n, 0n, 0n, 0n)));
			say(thrown(() => new lib.Clock(1n, 1n << 64n, 0n, 0n, 0n)));
			say(thrown(() => svm.airdrop(friend.address, lamports(1n) && (-1n as never))));
			say(thrown(() => svm.warpToSlot(-(1n << 65n))));
			say(thrown(() => svm.minimumBalanceForRentExemption(-1n)));
		}));

	it('of features counts alike', () =>
		same((lib, say) => {
			const set = new lib.FeatureSet();
			say([set.getActiveFeaturesCount(), set.getInactiveFeaturesCount()]);
			const unknown = new Uint8Array(32).fill(9);
			const known = lib.FeatureSet.allEnabled().getActiveFeatures()[0]!;
			say(lib.FeatureSet.allEnabled().getActiveFeaturesCount());
			set.activate(unknown, -3n);
			set.activate(known, 7n);
			say([set.isActive(unknown), set.activatedSlot(unknown), set.activatedSlot(known)]);
			set.deactivate(unknown);
			say([set.isActive(unknown), set.activatedSlot(unknown)]);
			say([set.getActiveFeaturesCount(), set.getInactiveFeaturesCount()]);
			const ids = lib.FeatureSet.allEnabled().getActiveFeatures();
			say(ids.map((id) => getBase58Decoder().decode(id)).sort());
		}));

	it('has the same defaults of the compute budget', () =>
		same((lib, say) => {
			const budget = new lib.ComputeBudget();
			const names = Object.getOwnPropertyNames(oracle.ComputeBudget.prototype).filter(
				(name) => name !== 'constructor',
			);
			expect(names.length).toBe(42);
			for (const name of names) say(`${name} ${budget[name as keyof oracle.ComputeBudget]}`);
			for (const name of names) {
				if (name === 'heapSize') budget.heapSize = 65_536;
				else (budget as unknown as Record<string, bigint>)[name] = 12n;
			}
			for (const name of names) say(`${name} ${budget[name as keyof oracle.ComputeBudget]}`);
		}));
});

describe('wire bytes, which the oracle does not take', () => {
	it('run as the transaction they encode', async () => {
		const svm = funded(ours as never) as unknown as ours.LiteSVM;
		const transaction = await sign(svm as never, [transfer(1_000_000n)]);
		const result = svm.sendTransaction(new Uint8Array(getTransactionEncoder().encode(transaction)));
		expect(result).toBeInstanceOf(ours.TransactionMetadata);
	});

	it('that are no transaction are refused and change nothing', () => {
		const svm = new ours.LiteSVM();
		for (const bytes of [[], [1, 2, 3], [0x81], new Array(200).fill(0xff)]) {
			const result = svm.sendTransaction(Uint8Array.from(bytes));
			expect(String(result)).toContain('err: SanitizeFailure');
		}
	});
});
