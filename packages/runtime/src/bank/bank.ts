/**
 * A bank: the state of the chain at one slot of one fork.
 *
 * Owns: what changes from slot to slot (blockhashes, fees, counts, sysvars, features, the accounts' hash) and the order in
 * which a slot is opened, frozen and rooted; the steps are in `bank-open.ts`, `bank-freeze.ts` and `bank-squash.ts`.
 * Refuses: to choose between forks (`bank-forks.ts` keeps them), to hold accounts (`accounts-db/`), to check and run
 * transactions (`transaction-processing.ts` and `svm`), to make entries (`ledger/`).
 *
 * Source: solana-runtime 4.3.0 (bank.rs).
 */
import {
	type AccountSharedData,
	type AddressLoader,
	type Clock,
	type Epoch,
	type EpochSchedule,
	type FeatureSet,
	type Hash,
	InvariantError,
	type Lamports,
	type Pubkey,
	type Rent,
	type RuntimeFeatures,
	reservedAccountKeys,
	resolveRuntimeFeatures,
	type Slot,
	sysvarIds,
} from '@parhelion/sdk';
import type {
	FeeDetails,
	TransactionBatchProcessor,
	TransactionProcessingCallback,
	TransactionProcessingEnvironment,
} from '@parhelion/svm';
import type { AccountsDb } from '../accounts-db/accounts-db.ts';
import type { Ancestors } from '../accounts-db/ancestors.ts';
import type { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import type { FeeRateGovernor } from '../genesis/fee-rate-governor.ts';
import { computeShredVersion, type GenesisConfig, type HardForks } from '../genesis/genesis-config.ts';
import { CostTracker } from '../scheduler/cost-tracker.ts';
import { resolveLookups } from './address-lookups.ts';
import type { BankCheckpoint } from './bank-checkpoint.ts';
import type { BankOptions, BankShared } from './bank-context.ts';
import type { Reward } from './bank-events.ts';
import { type BankFields, genesisFields, restoredFields } from './bank-fields.ts';
import { accountsLtHashAfter, hashInternalState, runIncinerator, tellFrozen } from './bank-freeze.ts';
import { fieldsOnParent, openGenesis, openOnParent } from './bank-open.ts';
import { rootSlots } from './bank-squash.ts';
import { type BlockhashQueue, MAX_PROCESSING_AGE } from './blockhash-queue.ts';
import { clockOf } from './clock.ts';
import { stakeMath } from './epoch-rewards/calculation.ts';
import type { EpochRewardStatus } from './epoch-rewards/distribution.ts';
import { distributeFees } from './fee-distribution.ts';
import type { Inflation } from './inflation.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { costLimits, type SlotParamsArchive } from './slot-params.ts';
import type { StakeMath } from './stakes/activation.ts';
import type { EpochStakes } from './stakes/epoch-stakes.ts';
import type { StakesCache } from './stakes/stakes-cache.ts';
import type { ProcessedStatus } from './status-cache.ts';
import { type SysvarStore, updateRecentBlockhashes, updateSlotHistory } from './sysvar-accounts.ts';

/** The chain at one slot of one fork. */
export class Bank implements TransactionProcessingCallback, SysvarStore {
	readonly shared: BankShared;
	readonly slot: Slot;
	readonly parentSlot: Slot;
	readonly parentHash: Hash;
	readonly epoch: Epoch;
	/** Blocks below this one on its fork. */
	readonly blockHeight: bigint;
	readonly leader: SlotLeader;
	/** The slots whose writes this bank sees before they are rooted: its own and its ancestors'. */
	readonly ancestors: Ancestors;
	readonly epochSchedule: EpochSchedule;
	readonly blockhashes: BlockhashQueue;
	readonly feeRateGovernor: FeeRateGovernor;
	readonly processor: TransactionBatchProcessor;
	readonly maxTickHeight: bigint;
	readonly ticksPerSlot: bigint;
	readonly rent: Rent;
	readonly featureSet: FeatureSet;
	readonly features: RuntimeFeatures;
	/** Keys that are never locked for writing. */
	readonly reservedKeys: ReadonlySet<string>;
	/** Resolves the lookups of a v0 message; errors as of `resolveLookups`. */
	readonly addressLoader: AddressLoader = (lookups) => resolveLookups(this, lookups);
	readonly costTracker: CostTracker;
	/** Who votes and who is staked as of now. */
	readonly stakes: StakesCache;
	/** The stakes by which an epoch is led and voted: of the present epochs and the next ones. */
	readonly epochStakes: ReadonlyMap<Epoch, EpochStakes>;
	readonly inflation: Inflation;
	/** The figures that follow from the length of slots. */
	readonly slotParams: SlotParamsArchive;
	/** The hard forks that were known when the slot was opened. */
	readonly openedHardForks: HardForks;
	/** What the block paid beside its transactions. */
	readonly rewards: Reward[] = [];

	readonly #stakeMath: StakeMath;
	#parent: Bank | null;
	#tickHeight: bigint;
	#capitalization: Lamports;
	/** Transactions before this block. */
	readonly #earlierTransactions: bigint;
	#blockTransactions = 0;
	#signatureCount: number;
	#transactionFees: Lamports = 0n;
	#prioritizationFees: Lamports = 0n;
	#accountsLtHash: AccountsLtHash;
	#hash: Hash | null = null;
	/** Those that were known when the bank was frozen. */
	#hardForks: HardForks | null;
	#epochRewards: EpochRewardStatus | null;
	#clock: Clock;
	#environment: TransactionProcessingEnvironment | null = null;

	private constructor(fields: BankFields) {
		this.shared = fields.shared;
		this.slot = fields.slot;
		this.#parent = fields.parent;
		this.parentSlot = fields.parentSlot;
		this.parentHash = fields.parentHash;
		this.epochSchedule = fields.epochSchedule;
		this.epoch = fields.epochSchedule.getEpoch(fields.slot);
		this.blockHeight = fields.blockHeight;
		this.leader = fields.leader;
		this.ancestors = fields.ancestors;
		this.blockhashes = fields.blockhashes;
		this.feeRateGovernor = fields.feeRateGovernor;
		this.processor = fields.processor;
		this.ticksPerSlot = fields.ticksPerSlot;
		this.maxTickHeight = (fields.slot + 1n) * fields.ticksPerSlot;
		this.rent = fields.rent;
		this.featureSet = fields.featureSet;
		// Most slots have the features of their parent.
		const alike = fields.parent?.featureSet === fields.featureSet ? fields.parent : null;
		this.features = alike?.features ?? resolveRuntimeFeatures(fields.featureSet);
		this.reservedKeys = alike?.reservedKeys ?? reservedAccountKeys(fields.featureSet);
		this.slotParams = fields.slotParams;
		const params = this.slotParams.paramsAtSlot(fields.slot);
		this.inflation = fields.inflation;
		this.#epochRewards = fields.epochRewards;
		this.#clock = fields.clock;
		this.costTracker = new CostTracker(costLimits(params, this.features.raiseBlockLimitsTo100m));
		this.#tickHeight = fields.tickHeight;
		this.#capitalization = fields.capitalization;
		this.#earlierTransactions = fields.transactionCount;
		this.#accountsLtHash = fields.accountsLtHash;
		this.#hash = fields.frozen?.hash ?? null;
		this.openedHardForks = fields.shared.hardForks.forks;
		this.#hardForks = fields.frozen === null ? null : this.openedHardForks;
		this.#signatureCount = Number(fields.frozen?.signatureCount ?? 0n);
		this.stakes = fields.stakes;
		this.epochStakes = fields.epochStakes;
		this.#stakeMath = stakeMath(fields.featureSet, fields.epochSchedule);
		fields.shared.slots.add(fields.slot, fields.ancestors);
	}

	/** The bank of slot 0 of a chain, in an empty database. RangeError where the database is not empty. */
	static newFromGenesis(
		config: GenesisConfig,
		leader: SlotLeader,
		accountsDb: AccountsDb,
		options: BankOptions = {},
	): Bank {
		const bank = new Bank(genesisFields(config, leader, accountsDb, options));
		openGenesis(bank, config.creationTime);
		return bank;
	}

	/**
	 * The frozen bank of the root that the database stands at, from its checkpoint: its children are what they would have
	 * been. RangeError where the database stands elsewhere.
	 */
	static fromCheckpoint(
		checkpoint: BankCheckpoint,
		genesisHash: Hash,
		accountsDb: AccountsDb,
		options: BankOptions = {},
	): Bank {
		const bank = new Bank(restoredFields(checkpoint, genesisHash, accountsDb, options));
		bank.processor.fillMissingSysvarCacheEntries(bank);
		// Now, so that all banks on top share the environment of the epoch.
		bank.processor.programRuntimeEnvironments(bank.features);
		return bank;
	}

	/**
	 * The bank of a slot on top of `parent`, which is frozen by this. RangeError for a slot that is not above the parent's
	 * or has a bank, and for a parent whose fork was dropped. With `isWarp` the ticks of the slots between are left out, as
	 * if they had been made.
	 */
	static newFromParent(parent: Bank, leader: SlotLeader, slot: Slot, isWarp: boolean = false): Bank {
		const { fields, activated } = fieldsOnParent(parent, leader, slot, isWarp);
		const bank = new Bank(fields);
		bank.#epochRewards = openOnParent(bank, parent, activated);
		return bank;
	}

	// Where the chain stands.

	/** The bank below, until it is rooted. */
	get parent(): Bank | null {
		return this.#parent;
	}

	/** Ticks since genesis. */
	get tickHeight(): bigint {
		return this.#tickHeight;
	}

	/** Whether the block has all its ticks. */
	get isComplete(): boolean {
		return this.#tickHeight === this.maxTickHeight;
	}

	get isFrozen(): boolean {
		return this.#hash !== null;
	}

	/** The bank hash. An error before the bank is frozen. */
	get hash(): Hash {
		if (this.#hash === null) throw new InvariantError(`slot ${this.slot} is not frozen`);
		return this.#hash;
	}

	/** The rewards of the epoch before that are still to be paid. */
	get epochRewards(): EpochRewardStatus | null {
		return this.#epochRewards;
	}

	/** Takes up the payment of rewards where a snapshot left it: for a bank that was just restored. */
	resumeEpochRewards(status: EpochRewardStatus): void {
		this.#epochRewards = status;
	}

	/** Lamports that exist, modulo 2^64: what is written past the rules may make more, and upstream counts in a u64. */
	get capitalization(): Lamports {
		return this.#capitalization;
	}

	/** Transactions committed since genesis. */
	get transactionCount(): bigint {
		return this.#earlierTransactions + BigInt(this.#blockTransactions);
	}

	/** Transactions committed in this block. */
	get blockTransactionCount(): number {
		return this.#blockTransactions;
	}

	/** Signatures of this block's transactions. */
	get signatureCount(): bigint {
		return BigInt(this.#signatureCount);
	}

	/** The lattice hash of all accounts as of the freezing. */
	get accountsLtHash(): AccountsLtHash {
		return this.#accountsLtHash;
	}

	/** The clock sysvar; all zeros where its account holds none. */
	clock(): Clock {
		return this.#clock;
	}

	/** The hard forks that its hash tells of: those that are known now, those that were once it is frozen. */
	get hardForks(): HardForks {
		return this.#hardForks ?? this.shared.hardForks.forks;
	}

	/**
	 * Registers a hard fork for all banks of the chain. Answers `false`, and does nothing, for a slot that this bank has
	 * left behind.
	 */
	registerHardFork(slot: Slot): boolean {
		if (slot < this.slot || (slot === this.slot && this.isFrozen)) return false;
		this.shared.hardForks.register(slot);
		return true;
	}

	/** By which shreds of this chain are told from those of others. */
	get shredVersion(): number {
		return computeShredVersion(this.shared.genesisHash, this.shared.hardForks.forks);
	}

	/** What the processor is told of this slot. */
	get environment(): TransactionProcessingEnvironment {
		this.#environment ??= {
			blockhash: this.blockhashes.lastHash(),
			blockhashLamportsPerSignature: this.blockhashes.lastHashInfo().lamportsPerSignature,
			epochTotalStake: this.getEpochStake(),
			featureSet: this.featureSet,
			runtimeFeatures: this.features,
			rent: this.rent,
		};
		return this.#environment;
	}

	// Accounts.

	/** The account as this bank sees it; `null` if it does not exist. */
	getAccount(pubkey: Pubkey): AccountSharedData | null {
		return this.shared.accountsDb.load(this.ancestors, pubkey);
	}

	/** The same, under the name by which `svm` asks for it. */
	getAccountSharedData(pubkey: Pubkey): AccountSharedData | null {
		return this.shared.accountsDb.load(this.ancestors, pubkey);
	}

	/** How a message ended on this fork, if it was processed under this blockhash. */
	getStatus(messageHash: Hash, blockhash: Hash): ProcessedStatus | undefined {
		return this.shared.statusCache.getStatus(messageHash, blockhash, this.ancestors);
	}

	/** Lamports; 0 for an account that does not exist. */
	getBalance(pubkey: Pubkey): Lamports {
		return this.getAccount(pubkey)?.lamports ?? 0n;
	}

	/** The accounts that `program` owns. */
	getProgramAccounts(program: Pubkey): IterableIterator<readonly [Pubkey, AccountSharedData]> {
		return this.shared.accountsDb.scanByOwner(this.ancestors, program);
	}

	/** InvariantError once the bank is frozen. */
	assertNotFrozen(): void {
		if (this.isFrozen) throw new InvariantError(`slot ${this.slot} is frozen`);
	}

	/** Stores an account; without lamports it is deleted. InvariantError once the bank is frozen. */
	store(pubkey: Pubkey, account: AccountSharedData): void {
		this.storeUntold(pubkey, account);
		this.tellStored(pubkey, account);
	}

	/** As {@link store}, but nobody hears of it: {@link tellStored} is the caller's to call. */
	storeUntold(pubkey: Pubkey, account: AccountSharedData): void {
		this.assertNotFrozen();
		this.shared.accountsDb.storeOne(this.slot, pubkey, account);
		this.stakes.checkAndStore(pubkey, account, this.#stakeMath);
	}

	/** Tells whoever listens that an account was stored. */
	tellStored(pubkey: Pubkey, account: AccountSharedData): void {
		const { events } = this.shared;
		if (!events.has('account')) return;
		const kept = account.lamports === 0n ? null : account;
		events.emit('account', { slot: this.slot, pubkey, account: kept });
	}

	/** Stores an account and counts the lamports that come into being or vanish. */
	storeAndCount(pubkey: Pubkey, account: AccountSharedData): void {
		this.#storeCounted(pubkey, account);
		this.tellStored(pubkey, account);
	}

	#storeCounted(pubkey: Pubkey, account: AccountSharedData): void {
		const created = account.lamports - this.getBalance(pubkey);
		this.storeUntold(pubkey, account);
		this.#capitalization = BigInt.asUintN(64, this.#capitalization + created);
	}

	/**
	 * Stores an account in the place of another that it need not have anything to do with: past all rules. Without
	 * lamports it deletes, and burns.
	 */
	overwrite(pubkey: Pubkey, account: AccountSharedData): void {
		this.assertNotFrozen();
		// The owner may be another now, and who was staked would be so for ever.
		this.stakes.remove(pubkey, this.#stakeMath);
		this.storeSysvar(pubkey, account);
	}

	/** Stores a sysvar, which transactions see from then on; of any other account they see it anyway. */
	storeSysvar(pubkey: Pubkey, account: AccountSharedData): void {
		this.#storeCounted(pubkey, account);
		this.processor.sysvarCache.setSysvar(pubkey, account.data);
		if (pubkey.equals(sysvarIds.clock)) this.#clock = clockOf(account);
		this.tellStored(pubkey, account);
	}

	/** Lamports an account of `dataLength` bytes must hold. RangeError above 10 MiB. */
	minimumBalanceForRentExemption(dataLength: number): Lamports {
		const minimum = this.rent.minimumBalance(dataLength);
		return minimum > 1n ? minimum : 1n;
	}

	// Stakes.

	/** Lamports staked in the present epoch, as the programs are told. */
	getEpochStake(): Lamports {
		return this.currentEpochStakes?.totalStake ?? 0n;
	}

	/** Lamports delegated to a vote account in the present epoch, as the programs are told. */
	getEpochStakeForVoteAccount(vote: Pubkey): Lamports {
		return this.currentEpochStakes?.voteAccountStake(vote) ?? 0n;
	}

	/** Upstream's `current_epoch_stakes`: those that were taken when this epoch began, to lead the next. */
	get currentEpochStakes(): EpochStakes | undefined {
		return this.epochStakes.get(this.epoch + 1n);
	}

	/** Who leads a slot; `null` where the stakes of its epoch are not known, or nobody is staked. */
	leaderAt(slot: Slot): SlotLeader | null {
		const [epoch, index] = this.epochSchedule.getEpochAndSlotIndex(slot);
		const stakes = this.epochStakes.get(epoch);
		if (stakes === undefined || stakes.totalStake === 0n) return null;
		return stakes.leaderSchedule(this.epochSchedule).leaderAt(Number(index));
	}

	// Blockhashes.

	lastBlockhash(): Hash {
		return this.blockhashes.lastHash();
	}

	/** Whether a transaction may still name `hash`. */
	isBlockhashValid(hash: Hash): boolean {
		return this.blockhashes.isHashValidForAge(hash, MAX_PROCESSING_AGE);
	}

	/** The last block height at which a transaction may name `hash`; `null` for an unknown hash. */
	lastValidBlockHeight(hash: Hash): bigint | null {
		const age = this.blockhashes.hashAge(hash);
		return age === null ? null : this.blockHeight + BigInt(MAX_PROCESSING_AGE - age);
	}

	/**
	 * Counts a tick. The last one of the slot makes `hash` the newest blockhash. InvariantError once the bank is frozen or
	 * complete.
	 */
	registerTick(hash: Hash): void {
		if (this.isFrozen || this.isComplete) throw new InvariantError(`slot ${this.slot} takes no more ticks`);
		this.#tickHeight += 1n;
		if (!this.isComplete) return;
		this.blockhashes.registerHash(hash, this.feeRateGovernor.lamportsPerSignature);
		this.#environment = null;
		updateRecentBlockhashes(this, this.blockhashes);
	}

	// What a transaction leaves.

	/** Counts a transaction that was committed. */
	countTransaction(signatures: number, fee: FeeDetails): void {
		this.#blockTransactions += 1;
		this.#signatureCount += signatures;
		// A u64 as upstream's, which V8 adds without a BigInt of its own.
		this.#transactionFees = BigInt.asUintN(64, this.#transactionFees + fee.transactionFee);
		if (fee.prioritizationFee !== 0n) this.#prioritizationFees += fee.prioritizationFee;
	}

	// The end of a slot.

	/** Ends the block: pays the leader, writes the slot history, hashes the state. Does nothing the second time. */
	freeze(): void {
		if (this.isFrozen) return;
		this.#distributeFees();
		updateSlotHistory(this, this.slot);
		runIncinerator(this);
		this.#accountsLtHash = accountsLtHashAfter(this);
		this.#hardForks = this.shared.hardForks.forks;
		this.#hash = hashInternalState(this);
		tellFrozen(this);
	}

	/** Pays the collector its part of the fees and burns the rest. */
	#distributeFees(): void {
		const fees = { transactionFee: this.#transactionFees, prioritizationFee: this.#prioritizationFees };
		const { burned, deposit } = distributeFees(this, fees);
		this.#transactionFees = 0n;
		this.#prioritizationFees = 0n;
		this.#capitalization = BigInt.asUintN(64, this.#capitalization - burned);
		if (deposit === null) return;
		const { collector: pubkey, lamports, account } = deposit;
		this.rewards.push({ pubkey, type: 'Fee', lamports, postBalance: account.lamports, commission: null });
		this.store(pubkey, account);
	}

	/**
	 * Roots this bank and those before it on its fork; answers the slots that were not rooted before, ascending. For
	 * `BankForks`, which tells of it.
	 */
	squash(): Slot[] {
		this.freeze();
		const rooted = rootSlots(this);
		this.#parent = null;
		return rooted;
	}
}
