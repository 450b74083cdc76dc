/**
 * What the calls work on: a chain, and what the server knows besides.
 *
 * Commitment in a cluster of one validator. There is one fork and one state, that of the open slot, and no
 * vote can undo it. So every read, at whatever commitment, sees that state and names its slot as the context.
 * What commitment distinguishes is how far a slot has come: *processed* is the open slot, *confirmed* the
 * newest slot that is closed, *finalized* the newest one that is rooted. The calls that ask for a position
 * (`getSlot`, `getBlockHeight`, `getEpochInfo`), statuses of signatures, and subscriptions follow that.
 * Upstream: solana-rpc 4.3.0 `rpc.rs` (`JsonRpcRequestProcessor::bank`).
 */
import type { Chain } from '@parhelion/runtime';
import type { AccountSharedData, Pubkey, Slot } from '@parhelion/sdk';
import type { AccountSource } from './encode/account.ts';
import type { Json } from './json/write.ts';
import type { CommitmentLevel, RpcContextConfig } from './params/configs.ts';
import type { PrioritizationFeeCache } from './prioritization-fee-cache.ts';
import { fail, RpcCustomError } from './rpc-error.ts';
import type { TransactionIndex } from './transaction-index.ts';

/** The release whose behaviour is followed; clients decide by it what a server can do. */
export const SOLANA_CORE_VERSION = '4.3.0';

/** What the calls of one server work on. */
export interface RpcNode {
	readonly chain: Chain;
	readonly prioritizationFees: PrioritizationFeeCache;
	readonly transactionIndex: TransactionIndex;
	/** The first four bytes of the feature set's id, as a number (u32). */
	readonly featureSetId: number;
}

/** Upstream's default commitment. */
export const DEFAULT_COMMITMENT: CommitmentLevel = 'finalized';

/** The newest slot that has come as far as `commitment`. */
export function slotWithCommitment(chain: Chain, commitment: CommitmentLevel | null): Slot {
	switch (commitment ?? DEFAULT_COMMITMENT) {
		case 'processed':
			return chain.slot;
		case 'confirmed':
			return chain.parentSlot;
		case 'finalized':
			return chain.root;
	}
}

/** Blocks below the newest one that has come as far as `commitment`; every slot has a block. */
export function blockHeightWithCommitment(chain: Chain, commitment: CommitmentLevel | null): bigint {
	const height = chain.blockHeight - (chain.slot - slotWithCommitment(chain, commitment));
	return height > 0n ? height : 0n;
}

/** Ends the call with -32016 where `slot` is below the least that the client accepts. */
export function checkMinContextSlot(slot: Slot, minContextSlot: bigint | null | undefined): void {
	if (minContextSlot !== null && minContextSlot !== undefined && slot < minContextSlot) {
		fail(RpcCustomError.minContextSlotNotReached(slot));
	}
}

/** The chain to read state from. Ends the call with -32016. */
export function bankWithConfig(
	node: RpcNode,
	config: Pick<RpcContextConfig, 'minContextSlot'> | null,
): Chain {
	checkMinContextSlot(node.chain.slot, config?.minContextSlot);
	return node.chain;
}

/** `RpcResponse`: the value with the slot whose state it was read from. */
export function newResponse(chain: Chain, value: Json): Json {
	return { context: { apiVersion: SOLANA_CORE_VERSION, slot: chain.slot }, value };
}

/** The chain as a source of accounts, some of them replaced. */
export function accountSource(
	chain: Chain,
	overrides?: ReadonlyMap<string, AccountSharedData>,
): AccountSource {
	return {
		getAccount: (pubkey: Pubkey) => overrides?.get(pubkey.key) ?? chain.getAccount(pubkey),
		unixTimestamp: () => chain.clock().unixTimestamp,
	};
}
