/**
 * What the calls work on: a chain, and what the server knows besides.
 *
 * Commitment: *processed* is the bank of the open slot, *confirmed* the newest frozen one, *finalized* the root's. A
 * call is answered from the bank of the commitment it asks for, finalized where it asks for none, and names that bank's
 * slot as the context. Upstream: solana-rpc 4.3.0 `rpc.rs` (`JsonRpcRequestProcessor::bank`, `get_bank_with_config`).
 */
import type { Bank, Chain } from '@parhelion/runtime';
import type { AccountSharedData, Clock, Pubkey, Slot } from '@parhelion/sdk';
import type { AccountSource } from './encode/account.ts';
import type { Json } from './json/write.ts';
import type { CommitmentLevel, RpcContextConfig } from './params/configs.ts';
import type { PerformanceSamples } from './performance-samples.ts';
import type { PrioritizationFeeCache } from './prioritization-fee-cache.ts';
import { fail, failInvalidParams, RpcCustomError } from './rpc-error.ts';
import type { TransactionIndex } from './transaction-index.ts';

/** The release whose behaviour is followed; clients decide by it what a server can do. */
export const SOLANA_CORE_VERSION = '4.3.0';

/** Where a node listens, as `host:port`; null where it does not. */
export interface Endpoints {
	rpc: string | null;
	pubsub: string | null;
	tpuQuic: string | null;
}

/** A supply to claim; members that are null stay true. */
export interface SupplyOverride {
	readonly total: bigint | null;
	readonly circulating: bigint | null;
	readonly nonCirculating: bigint | null;
	readonly nonCirculatingAccounts: readonly string[] | null;
}

/** What the calls of one server work on. */
export interface RpcNode {
	readonly chain: Chain;
	readonly prioritizationFees: PrioritizationFeeCache;
	readonly performanceSamples: PerformanceSamples;
	readonly transactionIndex: TransactionIndex;
	/** The first four bytes of the feature set's id, as a number (u32). */
	readonly featureSetId: number;
	readonly endpoints: Endpoints;
	/** What `getSupply` claims instead of the truth, where a cheatcode said so. */
	supplyOverride: SupplyOverride | null;
	/**
	 * State is read from the open slot at every commitment: accounts that were fetched from another cluster are in no
	 * slot before it.
	 */
	readonly readsOpenSlot: boolean;
}

/** Upstream's default commitment. */
export const DEFAULT_COMMITMENT: CommitmentLevel = 'finalized';

/** The newest slot that has come as far as `commitment`. */
export function slotWithCommitment(chain: Chain, commitment: CommitmentLevel | null): Slot {
	return chain.bankAt(commitment ?? DEFAULT_COMMITMENT).slot;
}

/** Ends the call with -32016 where `slot` is below the least that the client accepts. */
export function checkMinContextSlot(slot: Slot, minContextSlot: bigint | null | undefined): void {
	if (minContextSlot !== null && minContextSlot !== undefined && slot < minContextSlot) {
		fail(RpcCustomError.minContextSlotNotReached(slot));
	}
}

/** The bank to answer from. Ends the call with -32016. */
export function bankWithConfig({ chain }: RpcNode, config: Partial<RpcContextConfig> | null): Bank {
	const bank = chain.bankAt(config?.commitment ?? DEFAULT_COMMITMENT);
	checkMinContextSlot(bank.slot, config?.minContextSlot);
	return bank;
}

/** The bank to read state from, or to simulate on. Ends the call with -32016. */
export function stateWithConfig(node: RpcNode, config: Partial<RpcContextConfig> | null): Bank {
	return bankWithConfig(node, node.readsOpenSlot ? { ...config, commitment: 'processed' } : config);
}

/** The commitment of a call that reads blocks. Ends the call with -32602 below confirmed. */
export function atLeastConfirmed(commitment: CommitmentLevel | null | undefined): CommitmentLevel {
	if (commitment === 'processed') {
		return failInvalidParams('Method does not support commitment below `confirmed`');
	}
	return commitment ?? DEFAULT_COMMITMENT;
}

/** `RpcResponse`: the value with the slot whose state it was read from. */
export function newResponse({ slot }: { readonly slot: Slot }, value: Json): Json {
	return { context: { apiVersion: SOLANA_CORE_VERSION, slot }, value };
}

/** What accounts can be read from: a bank, or a chain for its open slot. */
interface AccountState {
	getAccount(pubkey: Pubkey): AccountSharedData | null;
	clock(): Clock;
}

/** A source of accounts, some of them replaced. */
export function accountSource(
	state: AccountState,
	overrides?: ReadonlyMap<string, AccountSharedData>,
): AccountSource {
	return {
		getAccount: (pubkey: Pubkey) => overrides?.get(pubkey.key) ?? state.getAccount(pubkey),
		unixTimestamp: () => state.clock().unixTimestamp,
	};
}
