/** Cheatcodes on time: travel to a slot, an epoch or a moment, stand still, go on. Shapes: Surfpool's `surfnet_*`. */
import { MAX_WARP_SLOT } from '@parhelion/runtime';
import { enumeration, type Reader, readU64 } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { epochInfoJson } from './cheatcodes.ts';
import { type Cheat, cheat } from './table.ts';

type Destination =
	| { readonly kind: 'slot'; readonly value: bigint }
	| { readonly kind: 'epoch'; readonly value: bigint }
	| { readonly kind: 'timestamp'; readonly value: bigint };

const readDestination: Reader<Destination> = enumeration<Destination>({
	absoluteSlot: (value) => ({ kind: 'slot', value: readU64(value) }),
	absoluteEpoch: (value) => ({ kind: 'epoch', value: readU64(value) }),
	absoluteTimestamp: (value) => ({ kind: 'timestamp', value: readU64(value) }),
});

const MS_PER_SECOND = 1000n;

const timeTravel: Cheat = cheat('timeTravel', [readDestination], (cheats, { kind, value }) => {
	const { chain } = cheats;
	if (kind === 'timestamp') {
		const seconds = value / MS_PER_SECOND;
		if (seconds < chain.clock().unixTimestamp) {
			return failInvalidParams('Invalid param: time does not go back');
		}
		cheats.travelTo(seconds);
		return epochInfoJson(chain);
	}
	const slot = kind === 'slot' ? value : chain.epochSchedule.getFirstSlotInEpoch(value);
	if (slot <= chain.slot) {
		return failInvalidParams(`Invalid param: slot ${slot} is not above the open one, ${chain.slot}`);
	}
	if (slot > MAX_WARP_SLOT)
		return failInvalidParams(`Invalid param: slot ${slot} is beyond ${MAX_WARP_SLOT}`);
	chain.warpToSlot(slot);
	return epochInfoJson(chain);
});

const pauseClock: Cheat = cheat('pauseClock', [], (cheats) => {
	cheats.pause();
	return epochInfoJson(cheats.chain);
});

const resumeClock: Cheat = cheat('resumeClock', [], (cheats) => {
	cheats.resume();
	return epochInfoJson(cheats.chain);
});

/** Cheatcodes on time. */
export const timeCheats: readonly Cheat[] = [timeTravel, pauseClock, resumeClock];
