/**
 * The sysvars of a Mollusk fixture as the runtime reads them.
 *
 * What the fixture leaves out is zero or empty; an account with a sysvar's address comes before the fixture's value.
 * Source: crate `mollusk-svm`, `sysvar.rs` (`setup_sysvar_cache`); crate `mollusk-svm-fuzz-fixture`, `sysvars.rs`.
 */
import {
	EpochSchedule,
	encodeClock,
	encodeEpochRewards,
	encodeEpochSchedule,
	encodeLastRestartSlot,
	encodeRecentBlockhashes,
	encodeRent,
	encodeSlotHashes,
	encodeStakeHistory,
	Hash,
	Rent,
	type SlotHash,
	SlotHashes,
	StakeHistory,
	sysvarIds,
} from '@parhelion/sdk';
import { type KeyedAccountSharedData, SysvarCache } from '@parhelion/svm';
import type { Row } from '../row.ts';

/** A sysvar cache and the rent in it. */
export interface FixtureSysvars {
	readonly cache: SysvarCache;
	readonly rent: Rent;
}

function hashOf(row: Row, name: string): Hash {
	return row.has(name) && row.text(name) !== '' ? Hash.fromBytes(row.hex(name)) : Hash.default;
}

function signed(value: bigint): bigint {
	return BigInt.asIntN(64, value);
}

/** A little-endian u128 of up to 16 bytes. */
function u128(bytes: Uint8Array): bigint {
	return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** The cache of the fixture's `sysvars` under the accounts it gives. */
export function sysvarCacheOf(row: Row, accounts: readonly KeyedAccountSharedData[]): FixtureSysvars {
	const cache = new SysvarCache();
	const addressed = new Map(accounts.map(([address, account]) => [address.key, account.data]));
	const bytes = sysvarBytes(row);
	cache.fillMissingEntries((id) => addressed.get(id.key) ?? null);
	cache.fillMissingEntries((id) => bytes.get(id.key) ?? null);
	return { cache, rent: rentOf(row.row('rent')) };
}

function rentOf(row: Row): Rent {
	const threshold = row.get('exemption_threshold');
	const lamports = row.integer('lamports_per_byte_year', 0n);
	return new Rent(
		lamports,
		typeof threshold === 'number' ? threshold : 0,
		Number(row.integer('burn_percent', 0n)),
	);
}

function sysvarBytes(row: Row): ReadonlyMap<string, Uint8Array> {
	const clock = row.row('clock');
	const rewards = row.row('epoch_rewards');
	const schedule = row.row('epoch_schedule');
	const slotHashes = row.row('slot_hashes').rows('slot_hashes');
	const stakeHistory = row.row('stake_history').rows('stake_history');
	const blockhashes = row.row('recent_blockhashes').rows('entries');
	return new Map([
		[
			sysvarIds.clock.key,
			encodeClock({
				slot: clock.integer('slot', 0n),
				epochStartTimestamp: signed(clock.integer('epoch_start_timestamp', 0n)),
				epoch: clock.integer('epoch', 0n),
				leaderScheduleEpoch: clock.integer('leader_schedule_epoch', 0n),
				unixTimestamp: signed(clock.integer('unix_timestamp', 0n)),
			}),
		],
		[
			sysvarIds.epochRewards.key,
			encodeEpochRewards({
				distributionStartingBlockHeight: rewards.integer('distribution_starting_block_height', 0n),
				numPartitions: rewards.integer('num_partitions', 0n),
				parentBlockhash: hashOf(rewards, 'parent_blockhash'),
				totalPoints: u128(rewards.hex('total_points')),
				totalRewards: rewards.integer('total_rewards', 0n),
				distributedRewards: rewards.integer('distributed_rewards', 0n),
				active: rewards.flag('active', false),
			}),
		],
		[
			sysvarIds.epochSchedule.key,
			encodeEpochSchedule(
				new EpochSchedule(
					schedule.integer('slots_per_epoch', 0n),
					schedule.integer('leader_schedule_slot_offset', 0n),
					schedule.flag('warmup', false),
					schedule.integer('first_normal_epoch', 0n),
					schedule.integer('first_normal_slot', 0n),
				),
			),
		],
		[sysvarIds.rent.key, encodeRent(rentOf(row.row('rent')))],
		[
			sysvarIds.slotHashes.key,
			encodeSlotHashes(
				SlotHashes.from(
					slotHashes.map((entry): SlotHash => [entry.integer('slot', 0n), hashOf(entry, 'hash')]),
				),
			),
		],
		[
			sysvarIds.stakeHistory.key,
			encodeStakeHistory(
				stakeHistory.reduce(
					(history, entry) =>
						history.add(entry.integer('epoch', 0n), {
							effective: entry.integer('effective', 0n),
							activating: entry.integer('activating', 0n),
							deactivating: entry.integer('deactivating', 0n),
						}),
					new StakeHistory([]),
				),
			),
		],
		[sysvarIds.lastRestartSlot.key, encodeLastRestartSlot({ lastRestartSlot: 0n })],
		[
			sysvarIds.recentBlockhashes.key,
			encodeRecentBlockhashes(
				blockhashes.map((entry) => ({
					blockhash: hashOf(entry, 'blockhash'),
					lamportsPerSignature: entry.integer('lamports_per_signature', 0n),
				})),
			),
		],
	]);
}
