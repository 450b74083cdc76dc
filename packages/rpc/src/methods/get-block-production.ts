/** `getBlockProduction`: slots led and blocks made, by validator. Errors: -32602 (no address, range), -32021. */
import { decodeSlotHistory, type SlotHistory, sysvarIds } from '@parhelion/sdk';
import { slotLeaders } from '../leaders.ts';
import { bankWithConfig, newResponse } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { readBlockProductionConfig } from '../params/ledger-configs.ts';
import { opt } from '../params/params.ts';
import { fail, failInvalidParams, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

function checkRange(history: SlotHistory, first: bigint, last: bigint): void {
	if (last < first) failInvalidParams(`lastSlot, ${last}, cannot be less than firstSlot, ${first}`);
	const [oldest, newest] = [history.oldest(), history.newest()];
	if (first < oldest) failInvalidParams(`firstSlot, ${first}, is too small; min ${oldest}`);
	if (last > newest) failInvalidParams(`lastSlot, ${last}, is too large; max ${newest}`);
}

export const getBlockProduction: Method = method(
	'getBlockProduction',
	[opt(readBlockProductionConfig)],
	(node, config) => {
		const identity = config?.identity ?? null;
		const only = identity === null ? null : verifyPubkey(identity);
		// A slot goes into the history as its bank is frozen, so the open one cannot answer: upstream's newest is frozen.
		const commitment = config?.commitment === 'processed' ? 'confirmed' : (config?.commitment ?? null);
		const bank = bankWithConfig(node, { commitment });
		const account = bank.getAccount(sysvarIds.slotHistory);
		const history = account === null ? null : decodeSlotHistory(account.data);
		if (history === null || !history.ok) return fail(RpcCustomError.noSlotHistory);
		const firstSlot = config?.range?.firstSlot ?? bank.epochSchedule.getFirstSlotInEpoch(bank.epoch);
		const lastSlot = config?.range?.lastSlot ?? bank.slot;
		if (config?.range) checkRange(history.value, firstSlot, lastSlot);
		const counts = new Map<string, [led: number, made: number]>();
		slotLeaders(node.chain, firstSlot, Number(lastSlot - firstSlot) + 1).forEach((leader, index) => {
			if (only !== null && !leader.equals(only)) return;
			const name = leader.toBase58();
			const count = counts.get(name) ?? [0, 0];
			counts.set(name, count);
			count[0]++;
			if (history.value.check(firstSlot + BigInt(index)) === 'Found') count[1]++;
		});
		return newResponse(bank, {
			byIdentity: Object.fromEntries(counts),
			range: { firstSlot, lastSlot },
		});
	},
);
