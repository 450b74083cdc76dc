/**
 * What cheatcodes change and have to remember: accounts as they were before, the time that was travelled to,
 * descriptions of programs.
 * One for each node.
 */
import type { Chain } from '@parhelion/runtime';
import {
	type AccountSharedData,
	createAccount,
	encodeClock,
	type Pubkey,
	sysvarIds,
	type UnixTimestamp,
} from '@parhelion/sdk';
import type { Json } from '../json/write.ts';
import type { RpcNode } from '../node.ts';
import type { SlotClock } from '../slot-clock.ts';
import { IdlRegistry } from './idl-registry.ts';

interface Original {
	readonly pubkey: Pubkey;
	readonly account: AccountSharedData | null;
}

/** The state of a node's cheatcodes. */
export class Cheatcodes {
	readonly node: RpcNode;
	readonly chain: Chain;
	readonly idls: IdlRegistry = new IdlRegistry();
	/** Null where somebody else opens the slots. */
	private readonly clock: SlotClock | null;
	private readonly msPerSlot: number;
	/** Accounts that were changed, as they stood before the first change. */
	private readonly originals = new Map<string, Original>();
	private stopTime: (() => void) | null = null;

	constructor(node: RpcNode, clock: SlotClock | null, msPerSlot: number) {
		this.node = node;
		this.chain = node.chain;
		this.clock = clock;
		this.msPerSlot = msPerSlot;
	}

	/** Stores an account past all rules; null deletes it. */
	setAccount(pubkey: Pubkey, account: AccountSharedData | null): void {
		if (!this.originals.has(pubkey.key)) {
			this.originals.set(pubkey.key, { pubkey, account: this.chain.getAccount(pubkey) });
		}
		this.chain.setAccount(pubkey, account);
	}

	/** Puts an account back as it stood before a cheatcode changed it; nothing where none did. */
	resetAccount(pubkey: Pubkey): void {
		const original = this.originals.get(pubkey.key);
		if (original === undefined) return;
		this.originals.delete(pubkey.key);
		this.chain.setAccount(pubkey, original.account);
	}

	/** Puts back all accounts. */
	resetAll(): void {
		for (const { pubkey } of [...this.originals.values()]) this.resetAccount(pubkey);
	}

	/** Lets the time of the chain go on from `timestamp` (seconds since 1970), by the length of its slots. */
	travelTo(timestamp: UnixTimestamp): void {
		const { slot: start } = this.chain;
		const setTime = (): void => {
			const slots = this.chain.slot - start;
			this.setClock(timestamp + (slots * BigInt(Math.round(this.msPerSlot * 1000))) / 1_000_000n);
		};
		this.stopTime?.();
		setTime();
		this.stopTime = this.chain.events.on('slot', setTime);
	}

	private setClock(unixTimestamp: UnixTimestamp): void {
		const account = this.chain.getAccount(sysvarIds.clock);
		if (account === null) return;
		const data = encodeClock({ ...this.chain.clock(), unixTimestamp });
		this.chain.setAccount(sysvarIds.clock, createAccount({ ...account, data }));
	}

	/** Stops the opening of slots. */
	pause(): void {
		this.clock?.stop();
	}

	/** Lets slots be opened again. */
	resume(): void {
		this.clock?.resume();
	}

	/** Ends what goes on by itself. */
	stop(): void {
		this.stopTime?.();
	}
}

/** Where the chain stands now, as `getEpochInfo` gives it of the open slot. */
export function epochInfoJson(chain: Chain): Json {
	const { epoch, slotIndex, slotsInEpoch, absoluteSlot, blockHeight, transactionCount } = chain.epochInfo();
	return { epoch, slotIndex, slotsInEpoch, absoluteSlot, blockHeight, transactionCount };
}
