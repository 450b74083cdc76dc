/** The `jsonParsed` form of sysvars, a row each. Source: solana-account-decoder 4.3.0 `parse_sysvar.rs`. */
import {
	ByteReader,
	catchFault,
	decodeClock,
	decodeEpochRewards,
	decodeEpochSchedule,
	decodeFees,
	decodeLastRestartSlot,
	decodeRecentBlockhashes,
	decodeRent,
	decodeSlotHashes,
	decodeSlotHistory,
	decodeStakeHistory,
	type Pubkey,
	type Result,
	SLOT_HISTORY_MAX_ENTRIES,
	sysvarIds,
	type WireError,
} from '@parhelion/sdk';
import { Float64, type Json } from '../../json/write.ts';

interface Row {
	readonly type: string;
	readonly parse: (data: Uint8Array) => Json;
}

function row<T>(
	type: string,
	decode: (data: Uint8Array) => Result<T, WireError>,
	info: (value: T) => Json,
): Row {
	return {
		type,
		parse(data) {
			const decoded = decode(data);
			return decoded.ok ? info(decoded.value) : null;
		},
	};
}

/** `UiFeeCalculator`. */
export function feeCalculator(lamportsPerSignature: bigint): Json {
	return { lamportsPerSignature: String(lamportsPerSignature) };
}

const BITS_BY_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
	[...byte.toString(2).padStart(8, '0')].reverse().join(''),
);

/** A digit a slot: by the place of the slot in the history's ring. */
function slotHistoryBits(bits: Uint8Array): string {
	let text = '';
	for (let i = 0; i < SLOT_HISTORY_MAX_ENTRIES / 8; i++) text += BITS_BY_BYTE[bits[i] ?? 0]!;
	return text;
}

/** A value, and one that is not used any more. */
function decodeRewards(data: Uint8Array): Result<number, WireError> {
	return catchFault(() => {
		const reader = new ByteReader(data);
		const value = reader.f64();
		reader.f64();
		return value;
	});
}

const ROWS: readonly (readonly [Pubkey, Row])[] = [
	[
		sysvarIds.clock,
		row('clock', decodeClock, ({ slot, epoch, epochStartTimestamp, leaderScheduleEpoch, unixTimestamp }) => ({
			slot,
			epoch,
			epochStartTimestamp,
			leaderScheduleEpoch,
			unixTimestamp,
		})),
	],
	[
		sysvarIds.epochSchedule,
		row('epochSchedule', decodeEpochSchedule, (schedule) => ({
			slotsPerEpoch: schedule.slotsPerEpoch,
			leaderScheduleSlotOffset: schedule.leaderScheduleSlotOffset,
			warmup: schedule.warmup,
			firstNormalEpoch: schedule.firstNormalEpoch,
			firstNormalSlot: schedule.firstNormalSlot,
		})),
	],
	[
		sysvarIds.fees,
		row('fees', decodeFees, (fees) => ({ feeCalculator: feeCalculator(fees.lamportsPerSignature) })),
	],
	[
		sysvarIds.recentBlockhashes,
		row('recentBlockhashes', decodeRecentBlockhashes, (entries) =>
			entries.map(({ blockhash, lamportsPerSignature }) => ({
				blockhash: blockhash.toBase58(),
				feeCalculator: feeCalculator(lamportsPerSignature),
			})),
		),
	],
	[
		sysvarIds.rent,
		row('rent', decodeRent, ({ lamportsPerByte }) => ({ lamportsPerByte: String(lamportsPerByte) })),
	],
	[
		sysvarIds.rewards,
		row('rewards', decodeRewards, (value) => ({ validatorPointValue: new Float64(value) })),
	],
	[
		sysvarIds.slotHashes,
		row('slotHashes', decodeSlotHashes, ({ entries }) =>
			entries.map(([slot, hash]) => ({ slot, hash: hash.toBase58() })),
		),
	],
	[
		sysvarIds.slotHistory,
		row('slotHistory', decodeSlotHistory, (history) => ({
			nextSlot: history.nextSlot,
			bits: slotHistoryBits(history.bits),
		})),
	],
	[
		sysvarIds.stakeHistory,
		row('stakeHistory', decodeStakeHistory, ({ entries }) =>
			entries.map(([epoch, { effective, activating, deactivating }]) => ({
				epoch,
				stakeHistory: { effective, activating, deactivating },
			})),
		),
	],
	[
		sysvarIds.lastRestartSlot,
		row('lastRestartSlot', decodeLastRestartSlot, ({ lastRestartSlot }) => ({ lastRestartSlot })),
	],
	[
		sysvarIds.epochRewards,
		row('epochRewards', decodeEpochRewards, (rewards) => ({
			distributionStartingBlockHeight: rewards.distributionStartingBlockHeight,
			numPartitions: rewards.numPartitions,
			parentBlockhash: rewards.parentBlockhash.toBase58(),
			totalPoints: String(rewards.totalPoints),
			totalRewards: String(rewards.totalRewards),
			distributedRewards: String(rewards.distributedRewards),
			active: rewards.active,
		})),
	],
];

const BY_ADDRESS: ReadonlyMap<string, Row> = new Map(ROWS.map(([pubkey, found]) => [pubkey.key, found]));

/** The parsed form of the sysvar at `pubkey`; null where it is none that is known, or does not decode. */
export function parseSysvar(data: Uint8Array, pubkey: Pubkey): Json {
	const known = BY_ADDRESS.get(pubkey.key);
	const info = known?.parse(data) ?? null;
	return info === null ? null : { type: known!.type, info };
}
