/**
 * What a bank begins with: from a genesis, from its parent, from a checkpoint.
 *
 * Source: solana-runtime 4.3.0 (bank.rs: `process_genesis_config`, `_new_from_parent`, `new_from_snapshot`).
 */
import { Arena } from '@parhelion/sbpf';
import {
	type AccountSharedData,
	type Clock,
	decodeFeature,
	type Epoch,
	type EpochSchedule,
	FeatureSet,
	Hash,
	type Lamports,
	type Pubkey,
	programIds,
	type Rent,
	type Slot,
	sysvarIds,
} from '@parhelion/sdk';
import { enabledBuiltins, ProgramCache, TransactionBatchProcessor } from '@parhelion/svm';
import type { AccountsDb } from '../accounts-db/accounts-db.ts';
import { Ancestors } from '../accounts-db/ancestors.ts';
import { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import { Emitter } from '../events.ts';
import { deriveFeeRateGovernor, type FeeRateGovernor } from '../genesis/fee-rate-governor.ts';
import {
	type GenesisConfig,
	genesisConfigHash,
	type HardForks,
	nanosPerSlot,
	slotsPerYear,
} from '../genesis/genesis-config.ts';
import type { Bank } from './bank.ts';
import type { BankCheckpoint } from './bank-checkpoint.ts';
import type { BankOptions, BankShared } from './bank-context.ts';
import type { BankEvents } from './bank-events.ts';
import { BlockhashQueue } from './blockhash-queue.ts';
import { clockOf } from './clock.ts';
import { inflationYear, stakeMath } from './epoch-rewards/calculation.ts';
import type { EpochRewardStatus } from './epoch-rewards/distribution.ts';
import { activeFeatures, genesisRentAndInflation, inflationAfter, rentAfter } from './feature-activation.ts';
import { HardForkRegister } from './hard-forks.ts';
import type { Inflation } from './inflation.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { genesisSlotParams, type SlotParams, SlotParamsArchive } from './slot-params.ts';
import { SlotTree } from './slot-tree.ts';
import { EpochStakes, epochStakesAfter, filterForVat } from './stakes/epoch-stakes.ts';
import { StakesCache } from './stakes/stakes-cache.ts';
import { StatusCache } from './status-cache.ts';

/** What a bank begins with. */
export interface BankFields {
	readonly shared: BankShared;
	readonly parent: Bank | null;
	readonly slot: Slot;
	readonly parentSlot: Slot;
	readonly leader: SlotLeader;
	readonly ancestors: Ancestors;
	readonly blockhashes: BlockhashQueue;
	readonly feeRateGovernor: FeeRateGovernor;
	readonly epochSchedule: EpochSchedule;
	readonly rent: Rent;
	readonly featureSet: FeatureSet;
	readonly processor: TransactionBatchProcessor;
	readonly ticksPerSlot: bigint;
	readonly blockHeight: bigint;
	readonly parentHash: Hash;
	readonly tickHeight: bigint;
	readonly capitalization: Lamports;
	readonly transactionCount: bigint;
	readonly accountsLtHash: AccountsLtHash;
	readonly stakes: StakesCache;
	readonly epochStakes: ReadonlyMap<Epoch, EpochStakes>;
	readonly inflation: Inflation;
	readonly slotParams: SlotParamsArchive;
	readonly clock: Clock;
	readonly epochRewards: EpochRewardStatus | null;
	/** What only a frozen bank has; `null` for one that opens. */
	readonly frozen: { readonly hash: Hash; readonly signatureCount: bigint } | null;
}

function newShared(
	genesisHash: Hash,
	accountsDb: AccountsDb,
	root: Slot,
	hardForks: HardForks,
	options: BankOptions,
): BankShared {
	const slots = new SlotTree();
	slots.root = root;
	const events = new Emitter<BankEvents>();
	accountsDb.onFlush = (report): void => events.emit('flushed', report);
	return {
		genesisHash,
		accountsDb,
		statusCache: new StatusCache(),
		programCache: new ProgramCache(root, slots),
		slots,
		hardForks: new HardForkRegister(hardForks),
		arena: new Arena(),
		events,
		options,
	};
}

/** The bank of slot 0, whose accounts this stores. RangeError where the database is not empty. */
export function genesisFields(
	config: GenesisConfig,
	leader: SlotLeader,
	accountsDb: AccountsDb,
	options: BankOptions,
): BankFields {
	if (accountsDb.root !== null) throw new RangeError('a chain begins in an empty database');
	const shared = newShared(genesisConfigHash(config), accountsDb, 0n, options.hardForks ?? [], options);
	const ancestors = Ancestors.of([0n]);
	for (const [pubkey, account] of config.accounts.values()) accountsDb.storeOne(0n, pubkey, account);
	for (const [pubkey, account] of config.rewardsPools.values()) accountsDb.storeOne(0n, pubkey, account);
	let capitalization = 0n;
	for (const [, { lamports }] of config.accounts.values())
		capitalization = BigInt.asUintN(64, capitalization + lamports);
	const known = FeatureSet.default();
	// Features of other releases too, if they are active: one that waits is for a release that knows what it does.
	for (const [id, { owner, data }] of config.accounts.values()) {
		if (!owner.equals(programIds.feature)) continue;
		const decoded = decodeFeature(data);
		if (decoded.ok && decoded.value !== null) known.deactivate(id);
	}
	const { featureSet } = activeFeatures((id) => accountsDb.load(ancestors, id), 0n, false, known);
	const { epochSchedule } = config;
	const [rent, inflation] = genesisRentAndInflation(config.rent, config.inflation, featureSet);
	const stakes = StakesCache.fromGenesis(config.accounts.values(), stakeMath(featureSet, epochSchedule));
	const epochStakes = new Map<Epoch, EpochStakes>();
	for (let epoch = 0n; epoch <= epochSchedule.getLeaderScheduleEpoch(0n); epoch++) {
		epochStakes.set(epoch, new EpochStakes(epoch, filterForVat(stakes.stakedVoteAccounts(), rent)));
	}
	const blockhashes = new BlockhashQueue();
	blockhashes.genesisHash(shared.genesisHash, config.feeRateGovernor.lamportsPerSignature);
	const processor = new TransactionBatchProcessor(0n, 0n, shared.arena, shared.programCache);
	for (const { programId, name, entrypoint } of enabledBuiltins(featureSet)) {
		processor.addBuiltin(programId, name, entrypoint);
	}
	return {
		shared,
		parent: null,
		slot: 0n,
		parentSlot: 0n,
		leader,
		ancestors,
		blockhashes,
		feeRateGovernor: config.feeRateGovernor,
		epochSchedule,
		rent,
		featureSet,
		processor,
		ticksPerSlot: config.ticksPerSlot,
		blockHeight: 0n,
		parentHash: Hash.default,
		tickHeight: 0n,
		capitalization,
		transactionCount: 0n,
		accountsLtHash: new AccountsLtHash(),
		stakes,
		epochStakes,
		inflation,
		slotParams: new SlotParamsArchive(featureSet, epochSchedule, baselineOf(config)),
		clock: clockOf(accountsDb.load(ancestors, sysvarIds.clock)),
		epochRewards: null,
		frozen: null,
	};
}

/** The figures of the slots that a genesis asks for. */
export function baselineOf(config: GenesisConfig): SlotParams {
	const { hashesPerTick } = config.pohConfig;
	const hashes = hashesPerTick === null ? null : Number(hashesPerTick);
	return genesisSlotParams(Number(nanosPerSlot(config)), slotsPerYear(config), hashes);
}

/** What a bank begins with on its parent. */
export interface ChildFields {
	readonly fields: BankFields;
	/** The features that its epoch activates. */
	readonly activated: readonly Pubkey[];
}

/** The bank of a slot on a frozen parent. */
export function childFields(parent: Bank, leader: SlotLeader, slot: Slot): ChildFields {
	const { shared, epochSchedule } = parent;
	const { root } = shared.slots;
	const ancestors = parent.ancestors.with(slot, root === 0n ? null : root - 1n);
	const epoch = epochSchedule.getEpoch(slot);
	const startsEpoch = epoch !== parent.epoch;
	const { featureSet, activated } = startsEpoch
		? activeFeatures((id) => shared.accountsDb.load(ancestors, id), slot, true, parent.featureSet)
		: { featureSet: parent.featureSet, activated: [] };
	const slotParams = startsEpoch
		? new SlotParamsArchive(featureSet, epochSchedule, parent.slotParams.baseline)
		: parent.slotParams;
	const rent = rentAfter(parent.rent, activated);
	const stakes = parent.stakes.clone();
	if (startsEpoch) stakes.activateEpoch(epoch, stakeMath(featureSet, epochSchedule));
	const fields: BankFields = {
		shared,
		parent,
		slot,
		parentSlot: parent.slot,
		leader,
		ancestors,
		blockhashes: parent.blockhashes.clone(),
		feeRateGovernor: deriveFeeRateGovernor(parent.feeRateGovernor, parent.signatureCount),
		epochSchedule,
		rent,
		featureSet,
		processor: TransactionBatchProcessor.newFrom(parent.processor, slot, epoch),
		ticksPerSlot: parent.ticksPerSlot,
		blockHeight: parent.blockHeight + 1n,
		parentHash: parent.hash,
		tickHeight: parent.tickHeight,
		capitalization: parent.capitalization,
		transactionCount: parent.transactionCount,
		accountsLtHash: parent.accountsLtHash,
		stakes,
		epochStakes: epochStakesAfter(
			parent.epochStakes,
			epochSchedule.getLeaderScheduleEpoch(slot),
			stakes,
			rent,
		),
		inflation: inflationAfter(parent.inflation, activated, featureSet, () =>
			inflationYear(epoch, featureSet, epochSchedule, slotParams),
		),
		slotParams,
		clock: parent.clock(),
		epochRewards: parent.epochRewards,
		frozen: null,
	};
	return { fields, activated };
}

/**
 * The fields of a bank that leaves out the slots below it (`warp_from_parent`): their ticks count as made, and the stakes of
 * its own epoch are taken now.
 */
export function warpedFields(fields: BankFields): BankFields {
	const { slot, ticksPerSlot, epochSchedule, epochStakes, stakes, rent } = fields;
	return {
		...fields,
		tickHeight: slot * ticksPerSlot,
		epochStakes: epochStakesAfter(epochStakes, epochSchedule.getEpoch(slot), stakes, rent),
	};
}

/** The frozen bank of the root that the database stands at. RangeError where it stands elsewhere. */
export function restoredFields(
	checkpoint: BankCheckpoint,
	genesisHash: Hash,
	accountsDb: AccountsDb,
	options: BankOptions,
): BankFields {
	const {
		slot,
		hash,
		signatureCount,
		hardForks,
		stakeHistory,
		slotParamsBaseline,
		slotDeltas,
		builtins,
		...rest
	} = checkpoint;
	if (accountsDb.root !== slot) {
		throw new RangeError(`a checkpoint of slot ${slot} does not fit a database at slot ${accountsDb.root}`);
	}
	const shared = newShared(genesisHash, accountsDb, slot, options.hardForks ?? hardForks, options);
	shared.statusCache.append(slotDeltas);
	const { featureSet, epochSchedule } = checkpoint;
	const ancestors = Ancestors.of([slot]);
	const epoch = epochSchedule.getEpoch(slot);
	const math = stakeMath(featureSet, epochSchedule);
	const stakes = StakesCache.restored(epoch, stakeHistory, stakeAccounts(accountsDb, ancestors), math);
	const processor = new TransactionBatchProcessor(slot, epoch, shared.arena, shared.programCache);
	const known = builtins === null ? null : new Set(builtins.map(({ key }) => key));
	for (const { programId, name, entrypoint } of enabledBuiltins(featureSet)) {
		// In a snapshot a builtin that a program on chain has replaced is known by its owner, which is another loader by then.
		const isBuiltin =
			known?.has(programId.key) ??
			accountsDb.load(ancestors, programId)?.owner.equals(programIds.nativeLoader) === true;
		if (isBuiltin) processor.addBuiltin(programId, name, entrypoint);
	}
	return {
		...rest,
		shared,
		parent: null,
		slot,
		ancestors,
		processor,
		stakes,
		slotParams: new SlotParamsArchive(featureSet, epochSchedule, slotParamsBaseline),
		clock: clockOf(accountsDb.load(ancestors, sysvarIds.clock)),
		frozen: { hash, signatureCount },
	};
}

/** The accounts that the stakes of a bank are made of. */
function* stakeAccounts(
	accountsDb: AccountsDb,
	ancestors: Ancestors,
): IterableIterator<readonly [Pubkey, AccountSharedData]> {
	yield* accountsDb.scanByOwner(ancestors, programIds.vote);
	yield* accountsDb.scanByOwner(ancestors, programIds.stake);
}
