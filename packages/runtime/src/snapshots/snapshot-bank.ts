/**
 * Owns making a bank of a loaded snapshot: one that goes on as the bank went on that was written into it.
 *
 * What the manifest does not say is found in the accounts (features, rent, who is staked) or in the genesis (the length of
 * slots before features shortened them); the rewards of an epoch that are being paid are calculated once more.
 *
 * Source: solana-runtime 4.3.0 (bank.rs: `new_from_snapshot`, `initialize_after_snapshot_restore`,
 * `snapshot_restore_slot_params_baseline`; snapshot_bank_utils.rs: `verify_slot_deltas`, `_verify_epoch_stakes`;
 * bank/partitioned_epoch_rewards/calculation.rs: `recalculate_stake_rewards`).
 */
import {
	decodeEpochRewards,
	decodeRent,
	decodeSlotHistory,
	type Epoch,
	FeatureSet,
	type Pubkey,
	type Rent,
	type Result,
	SLOT_HISTORY_MAX_ENTRIES,
	type Slot,
	sysvarIds,
	type WireError,
} from '@parhelion/sdk';
import type { AccountsDb } from '../accounts-db/accounts-db.ts';
import { Ancestors } from '../accounts-db/ancestors.ts';
import { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import { Bank } from '../bank/bank.ts';
import type { BankCheckpoint } from '../bank/bank-checkpoint.ts';
import type { BankOptions } from '../bank/bank-context.ts';
import { baselineOf } from '../bank/bank-fields.ts';
import { computeBankHash } from '../bank/bank-hash.ts';
import { BlockhashQueue, MAX_RECENT_BLOCKHASHES } from '../bank/blockhash-queue.ts';
import { recalculateEpochRewards } from '../bank/epoch-rewards/distribution.ts';
import { activeFeatures } from '../bank/feature-activation.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';
import { genesisSlotParams, type SlotParams, SlotParamsArchive } from '../bank/slot-params.ts';
import { EpochStakes } from '../bank/stakes/epoch-stakes.ts';
import type { StakedVoteAccount } from '../bank/stakes/stakes-cache.ts';
import { VoteAccount } from '../bank/stakes/vote-account.ts';
import type { SlotDelta } from '../bank/status-cache.ts';
import { type GenesisConfig, genesisConfigHash } from '../genesis/genesis-config.ts';
import type { LoadedSnapshot } from './load-snapshot.ts';
import type { SnapshotBankFields, SnapshotEpochStakes } from './manifest.ts';
import { SnapshotError } from './snapshot-error.ts';

function fail(what: string): never {
	throw new SnapshotError('bank', `The snapshot's bank cannot go on: ${what}.`);
}

/**
 * The bank of a snapshot, frozen; its children are what they were in the cluster. `accountsDb` is over the storage that
 * the snapshot was loaded into.
 *
 * Errors: SnapshotError `mismatch` where `genesis` is of another chain, `hash` where the bank's fields do not make its
 * bank hash, `bank` where they do not fit together.
 */
export function bankFromSnapshot(
	{ bank: fields, slotDeltas }: LoadedSnapshot,
	genesis: GenesisConfig,
	accountsDb: AccountsDb,
	options: BankOptions = {},
): Bank {
	checkGenesis(fields, genesis);
	const accountsLtHash = new AccountsLtHash();
	accountsLtHash.bytes.set(fields.accountsLtHash);
	checkBankHash(fields, accountsLtHash);
	const { slot, epochSchedule } = fields;
	const ancestors = Ancestors.of([slot]);
	const getAccount = (pubkey: Pubkey) => accountsDb.load(ancestors, pubkey);
	const sysvar = <T>(id: Pubkey, name: string, decode: (data: Uint8Array) => Result<T, WireError>): T => {
		const account = getAccount(id);
		const decoded = account === null ? null : decode(account.data);
		return decoded?.ok === true ? decoded.value : fail(`there is no sysvar ${name}`);
	};
	const { featureSet } = activeFeatures(getAccount, slot, false, FeatureSet.default());
	const rent: Rent = sysvar(sysvarIds.rent, 'Rent', decodeRent);
	const history = sysvar(sysvarIds.slotHistory, 'SlotHistory', decodeSlotHistory);
	if (history.newest() !== slot || history.bits.length * 8 !== SLOT_HISTORY_MAX_ENTRIES) {
		fail('its slot history is of another slot');
	}
	const epochStakes = epochStakesOf(fields);
	const checkpoint: BankCheckpoint = {
		slot,
		parentSlot: fields.parentSlot,
		hash: fields.hash,
		parentHash: fields.parentHash,
		leader: leaderOf(fields, epochStakes),
		blockHeight: fields.blockHeight,
		tickHeight: fields.tickHeight,
		ticksPerSlot: fields.ticksPerSlot,
		capitalization: fields.capitalization,
		transactionCount: fields.transactionCount,
		signatureCount: fields.signatureCount,
		blockhashes: blockhashesOf(fields),
		feeRateGovernor: fields.feeRateGovernor,
		epochSchedule,
		rent,
		inflation: fields.inflation,
		slotParamsBaseline: slotParamsBaseline(fields, genesis, featureSet),
		featureSet,
		builtins: null,
		hardForks: fields.hardForks,
		accountsLtHash,
		stakeHistory: fields.stakes.stakeHistory,
		epochStakes,
		epochRewards: null,
		slotDeltas: checkedSlotDeltas(slotDeltas, slot, (other) => history.check(other) === 'Found'),
	};
	const bank = Bank.fromCheckpoint(checkpoint, genesisConfigHash(genesis), accountsDb, options);
	if (bank.stakes.delegations.size !== fields.stakes.stakeDelegations.length) {
		fail(
			`it names ${fields.stakes.stakeDelegations.length} stakes, its accounts ${bank.stakes.delegations.size}`,
		);
	}
	const rewards = getAccount(sysvarIds.epochRewards);
	if (rewards !== null) {
		const decoded = decodeEpochRewards(rewards.data);
		if (decoded.ok && decoded.value.active)
			bank.resumeEpochRewards(recalculateEpochRewards(bank, decoded.value));
	}
	return bank;
}

/** A snapshot and a genesis of different clusters can be told by these; the genesis' hash is the oldest blockhash of the first 300. */
function checkGenesis(fields: SnapshotBankFields, genesis: GenesisConfig): void {
	const { epochSchedule } = fields;
	const oldest = fields.blockhashQueue.hashes.find(({ hashIndex }) => hashIndex === 0n);
	const isSame =
		oldest?.hash.equals(genesisConfigHash(genesis)) !== false &&
		fields.genesisCreationTime === genesis.creationTime &&
		fields.ticksPerSlot === genesis.ticksPerSlot &&
		epochSchedule.slotsPerEpoch === genesis.epochSchedule.slotsPerEpoch &&
		epochSchedule.leaderScheduleSlotOffset === genesis.epochSchedule.leaderScheduleSlotOffset &&
		epochSchedule.warmup === genesis.epochSchedule.warmup &&
		epochSchedule.firstNormalEpoch === genesis.epochSchedule.firstNormalEpoch &&
		epochSchedule.firstNormalSlot === genesis.epochSchedule.firstNormalSlot;
	if (!isSame) {
		throw new SnapshotError(
			'mismatch',
			`The snapshot of slot ${fields.slot} is of a chain with another genesis.`,
		);
	}
	if (fields.maxTickHeight !== (fields.slot + 1n) * fields.ticksPerSlot)
		fail('its ticks are of another slot');
	if (fields.tickHeight !== fields.maxTickHeight) fail('its block is not complete');
}

function checkBankHash(fields: SnapshotBankFields, accountsLtHash: AccountsLtHash): void {
	const { slot, parentSlot, parentHash, signatureCount, hardForks } = fields;
	const lastBlockhash = fields.blockhashQueue.lastHash;
	if (lastBlockhash === null) fail('it has no blockhash');
	const hash = computeBankHash({
		slot,
		parentSlot,
		parentHash,
		signatureCount,
		lastBlockhash,
		accountsLtHash,
		hardForks,
	});
	if (!hash.equals(fields.hash)) {
		throw new SnapshotError(
			'hash',
			`The fields of the bank of slot ${slot} do not make its bank hash ${fields.hash}.`,
		);
	}
}

function blockhashesOf({ blockhashQueue }: SnapshotBankFields): BlockhashQueue {
	const { hashes, lastHash, lastHashIndex } = blockhashQueue;
	const infos = hashes
		.map(({ hash, lamportsPerSignature, hashIndex }) => ({
			hash,
			lamportsPerSignature,
			hashIndex: Number(hashIndex),
		}))
		.sort((a, b) => a.hashIndex - b.hashIndex);
	const newest = infos.at(-1);
	if (newest === undefined || lastHash?.equals(newest.hash) !== true)
		fail('its newest blockhash is not the last');
	if (BigInt(newest!.hashIndex) !== lastHashIndex) fail('its blockhashes are counted wrong');
	return BlockhashQueue.of(infos);
}

/** Who led the slot: the manifest names the identity, the schedule has the vote account with it. */
function leaderOf(fields: SnapshotBankFields, epochStakes: ReadonlyMap<Epoch, EpochStakes>): SlotLeader {
	const [epoch, index] = fields.epochSchedule.getEpochAndSlotIndex(fields.slot);
	const stakes = epochStakes.get(epoch);
	if (stakes === undefined || stakes.totalStake === 0n) return fail(`nobody is known to lead epoch ${epoch}`);
	const leader = stakes.leaderSchedule(fields.epochSchedule).leaderAt(Number(index));
	// The slots of a genesis are led by whom it has most stake.
	if (fields.slot > 0n && !leader.id.equals(fields.leaderId)) {
		fail(`slot ${fields.slot} was led by ${fields.leaderId}, its stakes say ${leader.id}`);
	}
	return { id: fields.leaderId, voteAddress: leader.voteAddress };
}

function epochStakesOf({ epochStakes, epochSchedule, slot }: SnapshotBankFields): Map<Epoch, EpochStakes> {
	const epoch = epochSchedule.getEpoch(slot);
	const newest = epochSchedule.getLeaderScheduleEpoch(slot);
	const byEpoch = new Map<Epoch, EpochStakes>();
	for (const stakes of epochStakes) {
		if (stakes.leaderScheduleEpoch > newest) fail(`it has stakes of epoch ${stakes.leaderScheduleEpoch}`);
		byEpoch.set(stakes.leaderScheduleEpoch, new EpochStakes(stakes.leaderScheduleEpoch, votesOf(stakes)));
	}
	for (let at = epoch; at <= newest; at++) if (!byEpoch.has(at)) fail(`it lacks the stakes of epoch ${at}`);
	return byEpoch;
}

function votesOf({ voteAccounts, totalStake, leaderScheduleEpoch }: SnapshotEpochStakes) {
	const staked = new Map<string, StakedVoteAccount>();
	let total = 0n;
	for (const { pubkey, account, stake } of voteAccounts) {
		const vote = VoteAccount.from(pubkey, account);
		if (vote === null) continue;
		staked.set(pubkey.key, { vote, stake });
		total += stake;
	}
	if (total !== totalStake) fail(`the stakes of epoch ${leaderScheduleEpoch} do not sum up`);
	return staked;
}

/** The genesis' figures once a feature has shortened slots; before that the bank's own, whatever changed them. */
function slotParamsBaseline(
	fields: SnapshotBankFields,
	genesis: GenesisConfig,
	featureSet: FeatureSet,
): SlotParams {
	const archive = new SlotParamsArchive(featureSet, fields.epochSchedule, baselineOf(genesis));
	if (archive.paramsAtSlot(fields.slot) !== archive.baseline) return archive.baseline;
	const hashesPerTick = fields.hashesPerTick === null ? null : Number(fields.hashesPerTick);
	return genesisSlotParams(Number(fields.nsPerSlot), fields.slotsPerYear, hashesPerTick);
}

/**
 * The slot deltas by ascending slot: rooted slots up to the bank's, each once, and none of those left out that its
 * blockhashes may name.
 */
function checkedSlotDeltas(
	slotDeltas: readonly SlotDelta[],
	bankSlot: Slot,
	isInHistory: (slot: Slot) => boolean,
): SlotDelta[] {
	const sorted = [...slotDeltas].sort((a, b) => (a.slot < b.slot ? -1 : 1));
	if (sorted.length > MAX_RECENT_BLOCKHASHES) fail(`it has the status of ${sorted.length} slots`);
	const slots = new Set<Slot>();
	for (const { slot, isRoot } of sorted) {
		if (!isRoot) fail(`slot ${slot} of its status cache is not rooted`);
		if (slot > bankSlot) fail(`slot ${slot} of its status cache is to come`);
		if (slots.has(slot)) fail(`slot ${slot} is in its status cache twice`);
		if (!isInHistory(slot)) fail(`slot ${slot} of its status cache is not in its history`);
		slots.add(slot);
	}
	const oldest =
		bankSlot > BigInt(SLOT_HISTORY_MAX_ENTRIES) ? bankSlot - BigInt(SLOT_HISTORY_MAX_ENTRIES) + 1n : 0n;
	let found = 0;
	for (let slot = bankSlot; slot >= oldest && found < MAX_RECENT_BLOCKHASHES; slot--) {
		if (!isInHistory(slot)) continue;
		found++;
		if (!slots.has(slot)) fail(`slot ${slot} is missing in its status cache`);
	}
	return sorted;
}
