/**
 * Remembers what the transactions of recent blocks offered for priority. Sources: solana-runtime 4.3.0
 * `prioritization_fee_cache.rs`, `prioritization_fee.rs`.
 */
import type { Chain, CommittedTransaction } from '@parhelion/runtime';
import {
	FeatureSet,
	type Pubkey,
	programIds,
	reservedAccountKeys,
	SanitizedMessage,
	type Slot,
	type VersionedMessage,
} from '@parhelion/sdk';

/** Blocks kept. */
const MAX_NUM_RECENT_BLOCKS = 150;
const SET_COMPUTE_UNIT_PRICE = 3;
const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;

const RESERVED = reservedAccountKeys(FeatureSet.allEnabled());

/** Prices in micro-lamports a CU. */
interface BlockFees {
	readonly min: bigint;
	/** By `pubkey.key`, the accounts that only dearer transactions wrote. */
	readonly writableAccounts: ReadonlyMap<string, bigint>;
}

interface Offer {
	readonly price: bigint;
	readonly transaction: CommittedTransaction;
}

/** The price that a message offers, in micro-lamports a CU. */
export function computeUnitPrice(message: VersionedMessage): bigint {
	if (message.version === 1) {
		const { priorityFee, computeUnitLimit } = message.config;
		if (priorityFee === null || computeUnitLimit === null || computeUnitLimit === 0) return 0n;
		return (priorityFee * MICRO_LAMPORTS_PER_LAMPORT) / BigInt(computeUnitLimit);
	}
	for (const { programIdIndex, data } of message.instructions) {
		if (data.length < 9 || data[0] !== SET_COMPUTE_UNIT_PRICE) continue;
		if (message.accountKeys[programIdIndex]?.key !== programIds.computeBudget.key) continue;
		return new DataView(data.buffer, data.byteOffset, data.byteLength).getBigUint64(1, true);
	}
	return 0n;
}

function summarize(offers: readonly Offer[]): BlockFees {
	let min = offers[0]!.price;
	let max = min;
	for (const { price } of offers) {
		if (price < min) min = price;
		if (price > max) max = price;
	}
	const writableAccounts = new Map<string, bigint>();
	// Where everyone offers the same, no account costs more than the block.
	if (max === min) return { min, writableAccounts };
	for (const { price, transaction } of offers) {
		const { message } = transaction.transaction;
		const sanitized = new SanitizedMessage(message, transaction.meta.loadedAddresses, RESERVED);
		sanitized.accountKeys.forEach(({ key }, index) => {
			if (!sanitized.isWritable(index)) return;
			const known = writableAccounts.get(key);
			if (known === undefined || price < known) writableAccounts.set(key, price);
		});
	}
	for (const [key, price] of writableAccounts) if (price <= min) writableAccounts.delete(key);
	return { min, writableAccounts };
}

/** The prices of recent closed blocks that hold a transaction. */
export class PrioritizationFeeCache {
	private readonly blocks = new Map<Slot, BlockFees>();
	private offers: Offer[] = [];

	/** Collects from now on; returns the function that ends it. */
	attach(chain: Chain): () => void {
		const ends = [
			chain.events.on('transaction', (transaction) => {
				this.offers.push({ price: computeUnitPrice(transaction.transaction.message), transaction });
			}),
			chain.events.on('slot', () => this.closeBlock()),
			chain.events.on('reverted', ({ slot }) => {
				this.offers = [];
				for (const known of this.blocks.keys()) if (known > slot) this.blocks.delete(known);
			}),
		];
		return () => {
			for (const end of ends) end();
		};
	}

	private closeBlock(): void {
		const first = this.offers[0];
		if (first === undefined) return;
		this.blocks.set(first.transaction.slot, summarize(this.offers));
		this.offers = [];
		for (const slot of this.blocks.keys()) {
			if (this.blocks.size <= MAX_NUM_RECENT_BLOCKS) break;
			this.blocks.delete(slot);
		}
	}

	/** For each block, the price at which a transaction that writes `accounts` would have gone in. */
	getPrioritizationFees(accounts: readonly Pubkey[]): { slot: Slot; prioritizationFee: bigint }[] {
		return [...this.blocks].map(([slot, { min, writableAccounts }]) => {
			let prioritizationFee = min;
			for (const { key } of accounts) {
				const price = writableAccounts.get(key);
				if (price !== undefined && price > prioritizationFee) prioritizationFee = price;
			}
			return { slot, prioritizationFee };
		});
	}
}
