/** `getSlotLeaders`: of slots that follow one another. Errors: -32602 (more than 5,000, an epoch that is too far). */
import { slotLeaders } from '../leaders.ts';
import { readU64 } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

const MAX_GET_SLOT_LEADERS = 5000n;

export const getSlotLeaders: Method = method(
	'getSlotLeaders',
	[readU64, readU64],
	({ chain }, startSlot, limit) => {
		if (limit > MAX_GET_SLOT_LEADERS) {
			return failInvalidParams(`Invalid limit; max ${MAX_GET_SLOT_LEADERS}`);
		}
		return slotLeaders(chain, startSlot, Number(limit)).map((leader) => leader.toBase58());
	},
);
