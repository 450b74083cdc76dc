/**
 * What cheatcodes change and have to remember: accounts as they were before, the time that was travelled to, snapshots,
 * descriptions of programs. One for each node.
 */
import type { Chain } from '@parhelion/runtime';
import {
	type AccountSharedData,
	createAccount,
	encodeClock,
	type Pubkey,
	type Slot,
	sysvarIds,
	type UnixTimestamp,
} from '@parhelion/sdk';
import type { JsonObject } from '../json/value.ts';
import type { Json } from '../json/write.ts';
import type { RpcNode, SupplyOverride } from '../node.ts';
import type { SlotClock } from '../slot-clock.ts';
import { IdlRegistry } from './idl-registry.ts';
import { SnapshotRegistry } from './snapshot-registry.ts';

interface Original {
	readonly pubkey: Pubkey;
	readonly account: AccountSharedData | null;
}

/** A moment that was travelled to: the time of the chain goes on from it. */
interface Journey {
	readonly timestamp: UnixTimestamp;
	/** The slot that was open then. */
	readonly start: Slot;
}

/** What goes back with the chain. Whether slots are opened by themselves (`pauseClock`) is no state of it, and stays. */
export interface CheatState {
	readonly originals: ReadonlyMap<string, Original>;
	readonly journey: Journey | null;
	readonly supplyOverride: SupplyOverride | null;
	readonly idls: ReadonlyMap<string, JsonObject>;
}

/** The state of a node's cheatcodes. */
export class Cheatcodes {
	readonly node: RpcNode;
	readonly chain: Chain;
	readonly idls: IdlRegistry = new IdlRegistry();
	readonly snapshots: SnapshotRegistry;
	/** Null where somebody else opens the slots. */
	private readonly clock: SlotClock | null;
	private readonly msPerSlot: number;
	/** Accounts that were changed, as they stood before the first change. */
	private originals = new Map<string, Original>();
	private journey: Journey | null = null;
	/** Ends the setting of each new slot's time; null until time was travelled. */
	private stopTime: (() => void) | null = null;

	constructor(node: RpcNode, clock: SlotClock | null, msPerSlot: number) {
		this.node = node;
		this.chain = node.chain;
		this.clock = clock;
		this.msPerSlot = msPerSlot;
		this.snapshots = new SnapshotRegistry(this);
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
		this.journey = { timestamp, start: this.chain.slot };
		this.stopTime ??= this.chain.events.on('slot', () => this.setTime());
		this.setTime();
	}

	/** Sets the clock of the open slot, where the time was travelled. */
	private setTime(): void {
		const account = this.chain.getAccount(sysvarIds.clock);
		if (this.journey === null || account === null) return;
		const { timestamp, start } = this.journey;
		const slots = this.chain.slot - start;
		const unixTimestamp = timestamp + (slots * BigInt(Math.round(this.msPerSlot * 1000))) / 1_000_000n;
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

	/** What a snapshot of the chain keeps besides. */
	get state(): CheatState {
		const { originals, journey, node, idls } = this;
		const { supplyOverride } = node;
		return { originals: new Map(originals), journey, supplyOverride, idls: idls.state };
	}

	/** Before the chain goes back to where this was kept: the slot that it opens has the time of then. */
	restore({ originals, journey, supplyOverride, idls }: CheatState): void {
		this.originals = new Map(originals);
		this.journey = journey;
		this.node.supplyOverride = supplyOverride;
		this.idls.restore(idls);
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
