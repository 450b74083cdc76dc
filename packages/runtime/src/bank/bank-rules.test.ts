import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519Sign } from '@parhelion/crypto';
import {
	type AccountSharedData,
	AuthorizedVoters,
	compileLegacyMessage,
	createAccount,
	decodeRent,
	EpochSchedule,
	encodeFeature,
	encodeMessage,
	encodeVoteStateVersions,
	type FeatureName,
	FeatureSet,
	featureId,
	Hash,
	ok,
	Pubkey,
	programIds,
	Rent,
	sanitizeTransaction,
	sysvarIds,
	type VersionedTransaction,
	VOTE_STATE_SIZE,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import {
	type BootstrapGenesisOptions,
	createBootstrapGenesis,
	createBootstrapStakeAccount,
} from '../genesis/bootstrap-genesis.ts';
import type { KeyedAccount } from '../genesis/genesis-accounts.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '../genesis/local-genesis.ts';
import { Bank } from './bank.ts';
import { BankForks } from './bank-forks.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { filterForVat } from './stakes/epoch-stakes.ts';
import { checkTransaction, processTransaction } from './transaction-processing.ts';
import { hashMessage } from './verify-transaction.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const faucet = keypairFromSeed(new Uint8Array(32).fill(1));
const leader: SlotLeader = { id: key(200), voteAddress: key(201) };
const SLOTS_PER_EPOCH = 32n;

/** Mainnet-beta's features without the ones named. */
function without(...names: FeatureName[]): FeatureSet {
	const features = FeatureSet.mainnet();
	for (const name of names) features.deactivate(featureId(name));
	return features;
}

/** The account of a feature that waits for an epoch. */
const pendingFeature = (id: Pubkey): KeyedAccount => [
	id,
	createAccount({ lamports: 953_520n, data: encodeFeature(null), owner: programIds.feature }),
];

function genesisBank(options: Partial<BootstrapGenesisOptions> = {}): Bank {
	const config = createBootstrapGenesis({
		faucet: faucet.pubkey,
		validator: { identity: leader.id, vote: leader.voteAddress, stake: key(202) },
		features: FeatureSet.mainnet(),
		epochSchedule: EpochSchedule.custom(SLOTS_PER_EPOCH, SLOTS_PER_EPOCH, false),
		creationTime: 1_700_000_000n,
		ticksPerSlot: 1n,
		...options,
	});
	return Bank.newFromGenesis(config, leader, new AccountsDb({ storage: new MemoryStorage() }));
}

function complete(bank: Bank): Bank {
	while (!bank.isComplete) bank.registerTick(Hash.fromBytes(key(Number(bank.slot % 250n) + 1).bytes));
	bank.freeze();
	return bank;
}

const child = (parent: Bank, slot: bigint, by = leader): Bank =>
	Bank.newFromParent(complete(parent), by, slot);

function transfer(bank: Bank, to: Pubkey, lamports: bigint, payer = faucet): VersionedTransaction {
	const instruction = transferInstruction(payer.pubkey, to, lamports);
	const message = compileLegacyMessage(payer.pubkey, [instruction], bank.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), payer.seed)], message };
}

function sumOfLamports(bank: Bank): bigint {
	let sum = 0n;
	for (const [, { lamports }] of bank.shared.accountsDb.accounts(bank.ancestors)) sum += lamports;
	return sum;
}

interface VoteOptions {
	readonly bls?: Uint8Array | null;
	readonly lamports?: bigint;
	readonly collector?: Pubkey;
}

/** A vote account at `vote` and a stake account of so many SOL beside it. */
function validator(vote: Pubkey, stake: Pubkey, sol: bigint, options: VoteOptions = {}): KeyedAccount[] {
	const data = new Uint8Array(VOTE_STATE_SIZE);
	data.set(
		encodeVoteStateVersions({
			version: 'V4',
			state: {
				nodePubkey: vote,
				authorizedWithdrawer: vote,
				rootSlot: null,
				authorizedVoters: AuthorizedVoters.of(0n, vote),
				epochCredits: [],
				lastTimestamp: { slot: 0n, timestamp: 0n },
				inflationRewardsCollector: vote,
				blockRevenueCollector: options.collector ?? vote,
				inflationRewardsCommissionBps: 0,
				blockRevenueCommissionBps: 10_000,
				pendingDelegatorRewards: 0n,
				blsPubkeyCompressed: options.bls === undefined ? new Uint8Array(48) : options.bls,
				votes: [],
			},
		}),
	);
	const lamports = options.lamports ?? LAMPORTS_PER_SOL;
	const account: AccountSharedData = createAccount({ lamports, data, owner: programIds.vote });
	const staked = createBootstrapStakeAccount(stake, vote, Rent.default(), sol * LAMPORTS_PER_SOL);
	return [
		[vote, account],
		[stake, staked],
	];
}

describe('a bank, as Agave’s', () => {
	it('tells programs the fee that goes with the last blockhash, not that of its own slot', () => {
		const genesis = genesisBank();
		const bank = child(genesis, 1n);
		const { lamportsPerSignature } = genesis.feeRateGovernor;
		expect(bank.feeRateGovernor.lamportsPerSignature).not.toBe(lamportsPerSignature);
		expect(bank.environment.blockhashLamportsPerSignature).toBe(lamportsPerSignature);
	});

	it('writes the last restart slot once', () => {
		const genesis = genesisBank();
		const bank = child(genesis, 1n);
		const written = [...bank.shared.accountsDb.slotEntries(1n)].map(([pubkey]) => pubkey.toBase58());
		expect(written).toContain(sysvarIds.clock.toBase58());
		expect(written).not.toContain(sysvarIds.lastRestartSlot.toBase58());
		expect(bank.getAccount(sysvarIds.lastRestartSlot)).not.toBeNull();
	});

	it('refuses a transaction with too many accounts before it looks for doubles', () => {
		const bank = child(genesisBank({ features: without('increase_tx_account_lock_limit') }), 1n);
		const check = (count: number) => {
			const transaction: VersionedTransaction = {
				signatures: [new Uint8Array(64)],
				message: {
					version: 0,
					header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 0 },
					accountKeys: [faucet.pubkey],
					recentBlockhash: bank.lastBlockhash(),
					instructions: [],
					addressTableLookups: [
						{
							accountKey: key(5),
							writableIndexes: new Uint8Array(count),
							readonlyIndexes: new Uint8Array(0),
						},
					],
				},
			};
			const sanitized = sanitizeTransaction(transaction, {
				messageHash: hashMessage,
				loadedAddresses: () => ok({ writable: Array.from({ length: count }, () => key(6)), readonly: [] }),
				reservedAccountKeys: bank.reservedKeys,
			});
			if (!sanitized.ok) throw new Error(sanitized.error.kind);
			const checked = checkTransaction(bank, sanitized.value);
			return checked.ok ? null : checked.error.kind;
		};
		expect([check(1), check(2), check(63), check(64)]).toEqual([
			null,
			'AccountLoadedTwice',
			'AccountLoadedTwice',
			'TooManyAccountLocks',
		]);
	});

	it('keeps a transaction that cannot pay where it is told to (SIMD-0290)', () => {
		const features = FeatureSet.mainnet();
		features.activate(featureId('relax_fee_payer_constraint'), 0n);
		const bank = child(genesisBank({ features }), 1n);
		const poor = keypairFromSeed(new Uint8Array(32).fill(9));
		const sent = transfer(bank, key(3), 5n, poor);
		expect(processTransaction(bank, sent)).toMatchObject({ committed: false });
		expect(bank.signatureCount).toBe(0n);
		expect(processTransaction(bank, sent, { keepNoOpTransactions: true })).toMatchObject({
			err: { kind: 'AccountNotFound' },
			committed: true,
			fee: 0n,
		});
		expect([bank.signatureCount, bank.blockTransactionCount]).toEqual([1n, 1]);
		expect(processTransaction(bank, sent).err).toEqual({ kind: 'AlreadyProcessed' });
	});

	it('pays the fees to the collector that the leader’s vote account names (SIMD-0232)', () => {
		const features = FeatureSet.mainnet();
		features.activate(featureId('custom_commission_collector'), 0n);
		const [vote, collector] = [key(211), key(77)];
		const other: SlotLeader = { id: key(210), voteAddress: vote };
		const accounts = validator(vote, key(212), 10n, { collector });
		const bank = child(genesisBank({ features, accounts }), 1n, other);
		processTransaction(bank, transfer(bank, collector, LAMPORTS_PER_SOL));
		complete(bank);
		expect(bank.getBalance(collector)).toBe(LAMPORTS_PER_SOL + 2_500n);
		expect(bank.getBalance(other.id)).toBe(0n);
		expect(bank.rewards.map(({ pubkey, lamports }) => [pubkey.key, lamports])).toEqual([
			[collector.key, 2_500n],
		]);
	});

	it('counts only vote accounts with a BLS key, a stake and the rent in the stakes of an epoch (SIMD-0357)', () => {
		const rent = Rent.default().minimumBalance(VOTE_STATE_SIZE);
		const accounts = [
			...validator(key(101), key(111), 10n),
			...validator(key(102), key(112), 10n, { bls: null }),
			...validator(key(103), key(113), 10n, { lamports: rent - 1n }),
			...validator(key(104), key(114), 10n, { lamports: rent }),
		];
		const genesis = genesisBank({ accounts });
		const staked = (bank: Bank): boolean[] =>
			[101, 102, 103, 104].map((byte) => bank.getEpochStakeForVoteAccount(key(byte)) > 0n);
		expect(staked(genesis)).toEqual([true, false, false, true]);
		expect(staked(child(genesis, SLOTS_PER_EPOCH))).toEqual([true, false, false, true]);
	});

	it('takes the vote accounts with the most stake, and of equal ones all or none', () => {
		const accounts = [1, 2, 3, 4].flatMap((n) => validator(key(100 + n), key(110 + n), n === 4 ? 30n : 20n));
		const staked = genesisBank({ accounts }).stakes.stakedVoteAccounts();
		const kept = (most: number): string[] => [...filterForVat(staked, Rent.default(), most).keys()].sort();
		expect(staked.size).toBe(5);
		expect(kept(5)).toHaveLength(5);
		// The bootstrap validator has a million SOL.
		expect(kept(4)).toEqual([key(104).key, leader.voteAddress.key]);
		expect(kept(2)).toEqual([key(104).key, leader.voteAddress.key]);
		expect(kept(1)).toEqual([leader.voteAddress.key]);
	});

	it('opens no second bank of a slot, and none on a parent that was dropped', () => {
		const genesis = genesisBank();
		const forks = new BankForks(genesis);
		const base = forks.insert(child(genesis, 1n));
		const left = forks.insert(child(base, 2n));
		const balance = left.getBalance(faucet.pubkey);
		processTransaction(left, transfer(left, key(3), LAMPORTS_PER_SOL));
		expect(() => Bank.newFromParent(base, leader, 2n)).toThrow(RangeError);
		expect(left.getBalance(faucet.pubkey)).toBe(balance - LAMPORTS_PER_SOL - 5_000n);
		complete(left);
		forks.remove(2n);
		expect(() => Bank.newFromParent(left, leader, 3n)).toThrow(RangeError);
		expect([...base.shared.accountsDb.slotEntries(3n)]).toEqual([]);
		expect(forks.insert(Bank.newFromParent(base, leader, 2n)).getBalance(key(3))).toBe(0n);
	});

	it('changes nothing at all once it is frozen', () => {
		const bank = complete(genesisBank());
		const before = bank.capitalization;
		expect(() => bank.storeAndCount(key(3), createAccount({ lamports: 5n }))).toThrow('frozen');
		expect(bank.capitalization).toBe(before);
	});

	it('commits a transaction whole though a listener throws', () => {
		const bank = child(genesisBank(), 1n);
		const before = bank.capitalization;
		const sent = transfer(bank, key(3), LAMPORTS_PER_SOL);
		const leave = bank.shared.events.on('account', () => {
			throw new RangeError('a listener of somebody else');
		});
		expect(() => processTransaction(bank, sent)).toThrow('a listener');
		leave();
		expect(bank.getBalance(key(3))).toBe(LAMPORTS_PER_SOL);
		expect(processTransaction(bank, sent).err).toEqual({ kind: 'AlreadyProcessed' });
		complete(bank);
		expect(bank.capitalization).toBe(sumOfLamports(bank));
		expect(before - bank.capitalization).toBe(2_500n);
	});

	it('stays whole though listeners throw at the ends of slots', () => {
		let thrown = 0;
		const run = (throws: boolean): string[] => {
			const genesis = genesisBank();
			const forks = new BankForks(genesis);
			const { events } = genesis.shared;
			/** Does a thing again until no listener throws any more: one of each kind does once. */
			const insist = <T>(act: () => T): T => {
				const names = ['account', 'slotFrozen', 'slotOpened', 'slotsRooted', 'slotDropped'] as const;
				const leave = (throws ? names : []).map((name) => {
					const off = events.on(name, () => {
						off();
						throw new RangeError('a listener of somebody else');
					});
					return off;
				});
				for (let tries: number = names.length; ; tries--) {
					try {
						const done = act();
						for (const off of leave) off();
						return done;
					} catch (error) {
						if (tries === 0) throw error;
						thrown++;
					}
				}
			};
			const first = forks.insert(insist(() => child(genesis, 1n)));
			processTransaction(first, transfer(first, key(3), LAMPORTS_PER_SOL));
			processTransaction(first, transfer(first, programIds.incinerator, LAMPORTS_PER_SOL));
			const second = forks.insert(insist(() => child(first, 2n)));
			const other = forks.insert(insist(() => child(first, 3n)));
			complete(other);
			insist(() => complete(second));
			insist(() => forks.setRoot(2n));
			const banks = forks.banks().map(({ slot }) => slot);
			return [first.hash, second.hash, first.capitalization, second.capitalization, forks.root, ...banks].map(
				String,
			);
		};
		const expected = run(false);
		expect(thrown).toBe(0);
		expect(run(true)).toEqual(expected);
		expect(thrown).toBeGreaterThan(10);
	});

	it('forgets with the root the programs that were verified for the rules of an ended epoch', () => {
		const feature = featureId('raise_cpi_nesting_limit_to_8');
		const elf = readFileSync(join(import.meta.dirname, '../../../bench/elf/counter.so'));
		const programs = [key(50), key(51)];
		const accounts = programs.map((id): KeyedAccount => {
			const fields = { lamports: LAMPORTS_PER_SOL, owner: programIds.bpfLoader, executable: true };
			return [id, createAccount({ ...fields, data: new Uint8Array(elf) })];
		});
		const features = without('raise_cpi_nesting_limit_to_8');
		const genesis = genesisBank({ features, accounts: [...accounts, pendingFeature(feature)] });
		const forks = new BankForks(genesis);
		const call = (bank: Bank, programId: Pubkey): void => {
			const instruction = { programId, accounts: [], data: new Uint8Array(8) };
			const message = compileLegacyMessage(faucet.pubkey, [instruction], bank.lastBlockhash());
			const signature = ed25519Sign(encodeMessage(message), faucet.seed);
			expect(processTransaction(bank, { signatures: [signature], message }).logs.join()).toContain(
				'consumed',
			);
		};
		const first = forks.insert(child(genesis, 1n));
		for (const id of programs) call(first, id);
		const second = forks.insert(child(first, SLOTS_PER_EPOCH));
		const third = forks.insert(child(second, SLOTS_PER_EPOCH + 1n));
		call(third, programs[0]!);
		const environments = (): number =>
			new Set([...first.shared.programCache.flattened()].map((entry) => entry.environment())).size;
		expect(environments()).toBe(2);
		forks.setRoot(second.slot);
		expect(environments()).toBe(1);
		expect([...first.shared.programCache.flattened()]).toHaveLength(1);
		call(forks.insert(child(third, SLOTS_PER_EPOCH + 2n)), programs[1]!);
	});

	it('is announced before the accounts that it begins with', () => {
		const genesis = genesisBank();
		const seen: string[] = [];
		genesis.shared.events.on('slotOpened', ({ slot }) => seen.push(`opened ${slot}`));
		genesis.shared.events.on('account', ({ slot }) => seen.push(`account of ${slot}`));
		complete(genesis);
		seen.length = 0;
		Bank.newFromParent(genesis, leader, 1n);
		expect(seen[0]).toBe('opened 1');
		expect(seen.at(-1)).toBe('account of 1');
		expect(seen.filter((line) => line.startsWith('opened'))).toHaveLength(1);
	});
});

describe('features of a bank, as Agave’s', () => {
	const doubled = featureId('double_disinflation_rate');

	it('make the rent’s threshold part of its rate from genesis on (SIMD-0194)', () => {
		const rent = new Rent(3_480n, 2, 7);
		expect(genesisBank({ rent }).rent).toEqual(new Rent(6_960n, 1, 50));
		const old = genesisBank({ rent, features: without('deprecate_rent_exemption_threshold') });
		expect(old.rent).toEqual(rent);
	});

	it('leave the rent sysvar what its balance was when several rates begin at once', () => {
		const names = ['set_lamports_per_byte_to_6333', 'set_lamports_per_byte_to_696'] as const;
		const genesis = genesisBank({
			rent: new Rent(1n, 1, 50),
			features: without(...names),
			accounts: names.map((name) => pendingFeature(featureId(name))),
		});
		const bank = child(genesis, SLOTS_PER_EPOCH);
		expect(bank.rent.lamportsPerByte).toBe(696n);
		expect(bank.getBalance(sysvarIds.rent)).toBe(new Rent(6_333n, 1, 50).minimumBalance(17));
		expect(decodeRent(bank.getAccount(sysvarIds.rent)!.data)).toMatchObject({ ok: true, value: bank.rent });
		expect(bank.capitalization).toBe(sumOfLamports(bank));
	});

	it('that begin with the next slot are those that programs are deployed for, and no others', () => {
		const name = 'enable_sha512_syscall';
		const sha512 = new TextEncoder().encode('sol_sha512');
		const genesis = genesisBank({
			features: without(name),
			accounts: [pendingFeature(featureId(name))],
		});
		const known = (bank: Bank): boolean[] => {
			const { execution, deployment } = bank.processor.programRuntimeEnvironments(bank.features);
			return [execution, deployment].map(({ functions }) => functions.lookupByName(sha512) !== undefined);
		};
		const before = child(genesis, SLOTS_PER_EPOCH - 2n);
		const last = child(before, SLOTS_PER_EPOCH - 1n);
		expect([before, last, child(last, SLOTS_PER_EPOCH)].map(known)).toEqual([
			[false, false],
			[false, true],
			[true, true],
		]);
	});

	it('double the taper of inflation, at genesis and at an epoch, without a step (SIMD-0550)', () => {
		const features = FeatureSet.mainnet();
		features.activate(doubled, 0n);
		expect(genesisBank({ features }).inflation).toMatchObject({ initial: 0.08, taper: 0.3 });
		features.deactivate(doubled);
		const waiting = genesisBank({ features, accounts: [pendingFeature(doubled)] });
		expect(waiting.inflation).toMatchObject({ initial: 0.08, taper: 0.15 });
		const { inflation } = child(waiting, 3n * SLOTS_PER_EPOCH);
		expect(inflation.taper).toBe(0.3);
		const years = Number(3n * SLOTS_PER_EPOCH) / waiting.slotParams.baseline.slotsPerYear;
		expect(inflation.initial).toBeCloseTo((0.08 * 0.85 ** years) / 0.7 ** years, 12);
		expect(inflation.initial).not.toBe(0.08);
	});

	it('switch inflation on in full only with the validators’ vote', () => {
		const enable = featureId('full_inflation::mainnet::certusone::enable');
		const off = without(
			'full_inflation::mainnet::certusone::enable',
			'full_inflation::mainnet::certusone::vote',
			'full_inflation::devnet_and_testnet',
		);
		const options = { features: off, accounts: [pendingFeature(enable)] };
		expect(child(genesisBank(options), SLOTS_PER_EPOCH).inflation.foundation).toBe(0.05);
		const voted = without('full_inflation::mainnet::certusone::enable', 'full_inflation::devnet_and_testnet');
		voted.activate(featureId('full_inflation::mainnet::certusone::vote'), 0n);
		const full = genesisBank({ features: voted, accounts: [pendingFeature(enable)] });
		expect(child(full, SLOTS_PER_EPOCH).inflation.foundation).toBe(0);
	});

	it('put a builtin in the place of whoever sent lamports to its address', () => {
		const feature = featureId('zk_elgamal_proof_program_enabled');
		const squatter: KeyedAccount = [programIds.zkElgamalProof, createAccount({ lamports: 1_000_000n })];
		const features = without('zk_elgamal_proof_program_enabled');
		const genesis = genesisBank({ features, accounts: [pendingFeature(feature), squatter] });
		expect(genesis.getAccount(programIds.zkElgamalProof)?.executable).toBe(false);
		const bank = child(genesis, SLOTS_PER_EPOCH);
		const builtin = bank.getAccount(programIds.zkElgamalProof);
		expect(builtin).toMatchObject({ lamports: 1n, executable: true });
		expect(builtin?.owner).toEqual(programIds.nativeLoader);
		expect(bank.capitalization).toBe(sumOfLamports(bank));
	});

	it('put builtins and precompiles in the place of whoever holds their addresses at genesis', () => {
		const accounts: KeyedAccount[] = [
			[programIds.vote, createAccount({ lamports: 1_000n })],
			[programIds.ed25519Program, createAccount({ lamports: 1_000n })],
		];
		const bank = genesisBank({ accounts });
		for (const id of [programIds.vote, programIds.ed25519Program]) {
			expect(bank.getAccount(id)).toMatchObject({ lamports: 1n, executable: true });
		}
		expect(bank.capitalization).toBe(sumOfLamports(bank));
	});

	it('of which this release knows nothing stay as they are', () => {
		const bank = child(genesisBank({ accounts: [pendingFeature(key(66))] }), SLOTS_PER_EPOCH);
		expect(bank.getAccount(key(66))?.data).toEqual(encodeFeature(null));
		expect(bank.featureSet.isActive(key(66))).toBe(false);
	});
});
