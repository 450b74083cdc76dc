/**
 * A bank: the state of the chain at one slot of one fork.
 *
 * Owns: what changes from slot to slot (blockhashes, fees, counts, sysvars, features, the accounts' hash), what opening
 * and freezing a slot do. Refuses: to choose between forks (`bank-forks.ts` keeps them), to hold accounts
 * (`accounts-db/`), to check and run transactions (`transaction-processing.ts` and `svm`), to make entries (`ledger/`).
 *
 * Source: solana-runtime 4.3.0 (bank.rs).
 */
import {
	type AccountSharedData,
	type Clock,
	createAccount,
	decodeClock,
	type Epoch,
	type EpochSchedule,
	type FeatureSet,
	type Hash,
	InvariantError,
	type Lamports,
	type Pubkey,
	programIds,
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
import { Ancestors } from '../accounts-db/ancestors.ts';
import type { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import type { FeeRateGovernor } from '../genesis/fee-rate-governor.ts';
import { computeShredVersion, type GenesisConfig } from '../genesis/genesis-config.ts';
import { CostTracker } from '../scheduler/cost-tracker.ts';
import type { BankCheckpoint } from './bank-checkpoint.ts';
import type { BankOptions, BankShared } from './bank-context.ts';
import type { Reward } from './bank-events.ts';
import { type BankFields, childFields, genesisFields, restoredFields, warpedFields } from './bank-fields.ts';
import { computeBankHash } from './bank-hash.ts';
import { type BlockhashQueue, MAX_PROCESSING_AGE } from './blockhash-queue.ts';
import { genesisClock, nextClock } from './clock.ts';
import { stakeMath } from './epoch-rewards/calculation.ts';
import {
	beginPartitionedRewards,
	distributePartitionedRewards,
	type EpochRewardStatus,
} from './epoch-rewards/distribution.ts';
import { activeFeatures, addProgramAccounts, applyFeatures, rentSteps } from './feature-activation.ts';
import { distributeFees } from './fee-distribution.ts';
import type { Inflation } from './inflation.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { costLimits, type SlotParamsArchive } from './slot-params.ts';
import type { StakeMath } from './stakes/activation.ts';
import type { EpochStakes } from './stakes/epoch-stakes.ts';
import type { StakesCache } from './stakes/stakes-cache.ts';
import type { ProcessedStatus } from './status-cache.ts';
import {
	type SysvarStore,
	updateClock,
	updateEpochSchedule,
	updateLastRestartSlot,
	updateRecentBlockhashes,
	updateRent,
	updateSlotHashes,
	updateSlotHistory,
	updateStakeHistory,
} from './sysvar-accounts.ts';

/** `Clock::default`. */
const NO_CLOCK: Clock = Object.freeze({
	slot: 0n,
	epochStartTimestamp: 0n,
	epoch: 0n,
	leaderScheduleEpoch: 0n,
	unixTimestamp: 0n,
});

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
	readonly costTracker: CostTracker;
	/** Who votes and who is staked as of now. */
	readonly stakes: StakesCache;
	/** The stakes by which an epoch is led and voted: of the present epochs and the next ones. */
	readonly epochStakes: ReadonlyMap<Epoch, EpochStakes>;
	readonly inflation: Inflation;
	/** The figures that follow from the length of slots. */
	readonly slotParams: SlotParamsArchive;
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
	#epochRewards: EpochRewardStatus | null;
	#clock: Clock = NO_CLOCK;
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
		this.costTracker = new CostTracker(costLimits(params, this.features.raiseBlockLimitsTo100m));
		this.#tickHeight = fields.tickHeight;
		this.#capitalization = fields.capitalization;
		this.#earlierTransactions = fields.transactionCount;
		this.#accountsLtHash = fields.accountsLtHash;
		this.#hash = fields.frozen?.hash ?? null;
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
		addProgramAccounts(bank);
		updateStakeHistory(bank, bank.stakes.history);
		updateClock(bank, genesisClock(bank, options.unixTimestamp?.(0n) ?? config.creationTime));
		updateRent(bank, bank.rent);
		updateEpochSchedule(bank, bank.epochSchedule);
		updateRecentBlockhashes(bank, bank.blockhashes);
		updateLastRestartSlot(bank, bank.shared.hardForks.lastRestartSlot(0n));
		bank.processor.fillMissingSysvarCacheEntries(bank);
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
		const { processor } = bank;
		processor.fillMissingSysvarCacheEntries(bank);
		// Now, so that all banks on top share the environment of the epoch.
		processor.programRuntimeEnvironments(bank.features);
		const clock = decodeClock(bank.getAccount(sysvarIds.clock)?.data ?? new Uint8Array(0));
		bank.#clock = clock.ok ? clock.value : NO_CLOCK;
		return bank;
	}

	/**
	 * The bank of a slot on top of `parent`, which is frozen by this. RangeError for a slot that is not above the parent's
	 * or has a bank, and for a parent whose fork was dropped. With `isWarp` the ticks of the slots between are left out, as
	 * if they had been made.
	 */
	static newFromParent(parent: Bank, leader: SlotLeader, slot: Slot, isWarp: boolean = false): Bank {
		const { shared } = parent;
		if (slot <= parent.slot) throw new RangeError(`slot ${slot} is not above its parent ${parent.slot}`);
		if (shared.slots.has(slot)) throw new RangeError(`slot ${slot} has a bank already`);
		if (!shared.slots.has(parent.slot)) throw new RangeError(`slot ${parent.slot} is on no fork any more`);
		parent.freeze();
		const { events } = shared;
		if (events.has('slotOpened')) {
			events.emit('slotOpened', { slot, parent: parent.slot, leader: leader.id });
		}
		const { fields, activated } = childFields(parent, leader, slot);
		const bank = new Bank(isWarp ? warpedFields(fields) : fields);
		try {
			bank.#prepare(parent, activated);
		} catch (error) {
			// Whatever a listener threw, the slot can be opened again.
			bank.discard();
			if (events.has('slotDropped')) events.emit('slotDropped', { slot });
			throw error;
		}
		return bank;
	}

	/** What happens before the first transaction (`prepare_for_block_execution`). */
	#prepare(parent: Bank, activated: readonly Pubkey[]): void {
		const startsEpoch = this.epoch !== parent.epoch;
		applyFeatures(this, activated);
		for (const rent of rentSteps(parent.rent, activated)) updateRent(this, rent);
		if (startsEpoch) {
			this.#epochRewards = beginPartitionedRewards(this, parent.epoch);
			// Now, so that all banks on top share the environment of the epoch.
			this.processor.programRuntimeEnvironments(this.features);
		}
		if (this.#epochRewards !== null) {
			this.#epochRewards = distributePartitionedRewards(this, this.#epochRewards);
		}
		updateSlotHashes(this, parent.slot, parent.hash);
		if (startsEpoch) updateStakeHistory(this, this.stakes.history);
		updateClock(this, nextClock(this, parent));
		updateLastRestartSlot(this, this.shared.hardForks.lastRestartSlot(this.slot));
		this.processor.fillMissingSysvarCacheEntries(this);
		if (this.epochSchedule.getEpoch(this.slot + 1n) !== this.epoch) this.#anticipateFeatures();
	}

	/** In the last slot of an epoch: programs are deployed for the features that the next one will have. */
	#anticipateFeatures(): void {
		const getAccount = (id: Pubkey): AccountSharedData | null => this.getAccount(id);
		const { featureSet, activated } = activeFeatures(getAccount, this.slot + 1n, true, this.featureSet);
		if (activated.length === 0) return;
		this.processor.setUpcomingFeatures(this.features, resolveRuntimeFeatures(featureSet));
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

	/** Lamports that exist. */
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
		this.#capitalization += created;
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
		if (pubkey.equals(sysvarIds.clock)) {
			const decoded = decodeClock(account.data);
			this.#clock = decoded.ok ? decoded.value : NO_CLOCK;
		}
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
		this.#runIncinerator();
		this.#hashAccounts();
		const { slot, parentSlot, parentHash, signatureCount, accountsLtHash } = this;
		const lastBlockhash = this.lastBlockhash();
		this.#hash = computeBankHash({
			slot,
			parentSlot,
			parentHash,
			signatureCount,
			lastBlockhash,
			accountsLtHash,
			hardForks: this.shared.hardForks.forks,
		});
		const { events } = this.shared;
		if (events.has('slotFrozen')) {
			const { blockTransactionCount: transactionCount } = this;
			const [hash, blockhash] = [this.#hash, lastBlockhash];
			events.emit('slotFrozen', { slot, parent: parentSlot, hash, blockhash, transactionCount });
		}
	}

	/**
	 * Roots this bank and those before it on its fork; answers the slots that were not rooted before, ascending. For
	 * `BankForks`, which tells of it.
	 */
	squash(): Slot[] {
		this.freeze();
		const { accountsDb, statusCache, slots, programCache } = this.shared;
		const rooted: Slot[] = [];
		let oldest: Bank = this;
		for (let bank: Bank | null = this; bank !== null; bank = bank.#parent) {
			rooted.push(bank.slot);
			oldest = bank;
		}
		rooted.reverse();
		// The oldest is the root before; at genesis it is not rooted yet.
		if (accountsDb.root !== null && accountsDb.root >= rooted[0]!) rooted.shift();
		for (const slot of rooted) {
			accountsDb.addRoot(slot);
			statusCache.addRoot(slot);
		}
		this.#parent = null;
		// Nobody needs programs any more that were verified for the rules of an epoch that has ended.
		const endsEpoch = this.epoch !== oldest.epoch;
		const environment = endsEpoch ? this.processor.programRuntimeEnvironments(this.features).execution : null;
		programCache.prune(this.slot, environment);
		for (const slot of rooted) if (slot !== this.slot) slots.remove(slot);
		slots.remove(slots.root);
		slots.root = this.slot;
		slots.add(this.slot, this.ancestors);
		return rooted;
	}

	/** Forgets what this bank wrote: its fork was dropped. For `BankForks`, which tells of it. */
	discard(): void {
		const { accountsDb, statusCache, slots, programCache } = this.shared;
		accountsDb.purgeSlot(this.slot);
		statusCache.clearSlot(this.slot);
		programCache.pruneByDeploymentSlot(this.slot);
		slots.remove(this.slot);
	}

	/** Pays the leader, or whom its vote account names, its part of the fees; the rest is burned. */
	#distributeFees(): void {
		const id = this.#feeCollector;
		const vote = this.leader.voteAddress;
		const fees = {
			transactionFee: this.#transactionFees,
			prioritizationFee: this.#prioritizationFees,
		};
		const { account, reward, burned } = distributeFees(this, id, vote, this.getAccount(id), fees);
		this.#transactionFees = 0n;
		this.#prioritizationFees = 0n;
		this.#capitalization -= burned;
		if (account === null) return;
		const { lamports: postBalance } = account;
		this.rewards.push({ pubkey: id, type: 'Fee', lamports: reward, postBalance, commission: null });
		this.store(id, account);
	}

	/**
	 * Who gets the fees: named by the vote account as it was when this epoch's leaders were drawn, if the features let it
	 * (SIMD-0232). On a chain whose leaders are not drawn by stake the leader itself.
	 */
	get #feeCollector(): Pubkey {
		const { id, voteAddress } = this.leader;
		if (!this.features.customCommissionCollector) return id;
		const staked = this.epochStakes.get(this.epoch)?.voteAccounts.get(voteAddress.key);
		return staked?.vote.blockRevenueCollector ?? id;
	}

	/** Burns what was sent to the incinerator. */
	#runIncinerator(): void {
		const lamports = this.getBalance(programIds.incinerator);
		if (lamports === 0n) return;
		this.#capitalization -= lamports;
		this.store(programIds.incinerator, createAccount({}));
	}

	/** Brings the accounts' hash up to what this slot wrote. */
	#hashAccounts(): void {
		const { accountsDb } = this.shared;
		const hash = this.#accountsLtHash.clone();
		const before = this.#parent?.ancestors ?? Ancestors.none;
		for (const [pubkey, account] of accountsDb.slotEntries(this.slot)) {
			const old = this.#parent === null ? null : accountsDb.load(before, pubkey);
			hash.update(pubkey, old, account);
		}
		this.#accountsLtHash = hash;
	}
}
