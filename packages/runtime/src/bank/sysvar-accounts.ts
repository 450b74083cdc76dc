/**
 * How a bank writes its sysvars: at genesis, at the start of a slot, at its end.
 *
 * Source: solana-runtime bank.rs (`update_sysvar_account` and its callers), bank/recent_blockhashes_account.rs.
 */
import {
	type AccountSharedData,
	type Clock,
	createAccount,
	decodeLastRestartSlot,
	decodeSlotHashes,
	decodeSlotHistory,
	type EpochRewards,
	type EpochSchedule,
	encodeClock,
	encodeEpochRewards,
	encodeEpochSchedule,
	encodeLastRestartSlot,
	encodeRecentBlockhashes,
	encodeRent,
	encodeSlotHashes,
	encodeSlotHistory,
	encodeStakeHistory,
	type Hash,
	type Pubkey,
	RECENT_BLOCKHASHES_MAX_ENTRIES,
	RECENT_BLOCKHASHES_SIZE,
	type Rent,
	SLOT_HASHES_SIZE,
	type Slot,
	SlotHashes,
	SlotHistory,
	STAKE_HISTORY_SIZE,
	type StakeHistory,
	sysvarIds,
} from '@parhelion/sdk';
import type { BlockhashQueue } from './blockhash-queue.ts';

/** What the writing of sysvars needs of a bank. */
export interface SysvarStore {
	readonly rent: Rent;
	getAccount(pubkey: Pubkey): AccountSharedData | null;
	/** Stores an account and tells the sysvar cache. */
	storeSysvar(pubkey: Pubkey, account: AccountSharedData): void;
}

/**
 * Writes one sysvar: the data, padded by zeros to `size`; lamports and rent epoch of the account before it, but
 * never less than the account needs.
 */
function updateSysvarAccount(
	store: SysvarStore,
	id: Pubkey,
	encoded: Uint8Array,
	size: number,
	rent: Rent = store.rent,
): void {
	const before = store.getAccount(id);
	let data = encoded;
	if (encoded.length < size) {
		data = new Uint8Array(size);
		data.set(encoded);
	}
	const minimum = rent.minimumBalance(data.length);
	const inherited = before?.lamports ?? 1n;
	store.storeSysvar(
		id,
		createAccount({
			lamports: inherited > minimum ? inherited : minimum,
			data,
			owner: sysvarIds.owner,
			rentEpoch: before?.rentEpoch ?? 0n,
		}),
	);
}

/** Writes the clock. */
export function updateClock(store: SysvarStore, clock: Clock): void {
	updateSysvarAccount(store, sysvarIds.clock, encodeClock(clock), 0);
}

/** Writes a rent, the store's own or one on the way to it. */
export function updateRent(store: SysvarStore, rent: Rent): void {
	updateSysvarAccount(store, sysvarIds.rent, encodeRent(rent), 0, rent);
}

/** Writes the epoch schedule. */
export function updateEpochSchedule(store: SysvarStore, schedule: EpochSchedule): void {
	updateSysvarAccount(store, sysvarIds.epochSchedule, encodeEpochSchedule(schedule), 0);
}

/** Writes the slot of the last restart where the account does not say so yet. */
export function updateLastRestartSlot(store: SysvarStore, lastRestartSlot: Slot): void {
	const account = store.getAccount(sysvarIds.lastRestartSlot);
	const decoded = account === null ? null : decodeLastRestartSlot(account.data);
	if (decoded?.ok === true && decoded.value.lastRestartSlot === lastRestartSlot) return;
	updateSysvarAccount(store, sysvarIds.lastRestartSlot, encodeLastRestartSlot({ lastRestartSlot }), 0);
}

/** Writes how far the rewards of an epoch are paid. */
export function updateEpochRewards(store: SysvarStore, rewards: EpochRewards): void {
	updateSysvarAccount(store, sysvarIds.epochRewards, encodeEpochRewards(rewards), 0);
}

/** Writes the stake history. */
export function updateStakeHistory(store: SysvarStore, history: StakeHistory): void {
	updateSysvarAccount(store, sysvarIds.stakeHistory, encodeStakeHistory(history), STAKE_HISTORY_SIZE);
}

/** Adds the parent's slot and bank hash to the slot hashes. */
export function updateSlotHashes(store: SysvarStore, parentSlot: Slot, parentHash: Hash): void {
	const account = store.getAccount(sysvarIds.slotHashes);
	const decoded = account === null ? null : decodeSlotHashes(account.data);
	const before = decoded?.ok === true ? decoded.value : new SlotHashes([]);
	const after = encodeSlotHashes(before.add(parentSlot, parentHash));
	updateSysvarAccount(store, sysvarIds.slotHashes, after, SLOT_HASHES_SIZE);
}

/** Marks a slot that was completed. */
export function updateSlotHistory(store: SysvarStore, slot: Slot): void {
	const account = store.getAccount(sysvarIds.slotHistory);
	const decoded = account === null ? null : decodeSlotHistory(account.data);
	const before = decoded?.ok === true ? decoded.value : SlotHistory.default();
	updateSysvarAccount(store, sysvarIds.slotHistory, encodeSlotHistory(before.add(slot)), 0);
}

/** Writes the newest 150 blockhashes. */
export function updateRecentBlockhashes(store: SysvarStore, queue: BlockhashQueue): void {
	const newestFirst = [...queue.entries()].reverse().slice(0, RECENT_BLOCKHASHES_MAX_ENTRIES);
	const encoded = encodeRecentBlockhashes(
		newestFirst.map(({ hash, lamportsPerSignature }) => ({ blockhash: hash, lamportsPerSignature })),
	);
	updateSysvarAccount(store, sysvarIds.recentBlockhashes, encoded, RECENT_BLOCKHASHES_SIZE);
}
