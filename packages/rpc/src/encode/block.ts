/**
 * Writes blocks as JSON. Source: solana-transaction-status 4.3.0 `lib.rs` (`ConfirmedBlock::encode_with_options`).
 */
import type { ChainBlock, CommittedTransaction, Reward } from '@parhelion/runtime';
import { base58Encode } from '@parhelion/sdk';
import { type Json, LazyJson } from '../json/write.ts';
import type { UiTransactionEncoding } from '../params/configs.ts';
import type { TransactionDetails } from '../params/ledger-configs.ts';
import { encodeBlockTransaction, encodeBlockTransactionAccounts, encodeVersion } from './transaction.ts';

/** How a block is to be shown. */
export interface BlockEncodingOptions {
	readonly encoding: UiTransactionEncoding;
	readonly transactionDetails: TransactionDetails;
	readonly showRewards: boolean;
	/** Null: legacy only. */
	readonly maxSupportedVersion: number | null;
}

/** `Reward`. */
export function encodeReward(reward: Reward): Json {
	return {
		pubkey: reward.pubkey.toBase58(),
		lamports: reward.lamports,
		postBalance: reward.postBalance,
		rewardType: reward.type,
		commission: reward.commission,
		commissionBps: reward.commissionBps,
	};
}

function encodeTransactions(
	transactions: readonly CommittedTransaction[],
	options: BlockEncodingOptions,
): Json | undefined {
	const { encoding, transactionDetails, showRewards, maxSupportedVersion } = options;
	if (transactionDetails === 'none' || transactionDetails === 'signatures') return undefined;
	// What is refused is refused before anything is written.
	for (const { transaction } of transactions) encodeVersion(transaction.message, maxSupportedVersion);
	return transactions.map(
		(transaction) =>
			new LazyJson(() =>
				transactionDetails === 'full'
					? encodeBlockTransaction(transaction, encoding, maxSupportedVersion, showRewards)
					: encodeBlockTransactionAccounts(transaction, maxSupportedVersion, showRewards),
			),
	);
}

/** `UiConfirmedBlock` of `block` with these of its transactions. Ends the call with -32015. */
export function encodeBlock(
	block: ChainBlock,
	transactions: readonly CommittedTransaction[],
	options: BlockEncodingOptions,
): Json {
	return {
		previousBlockhash: block.previousBlockhash.toBase58(),
		blockhash: block.blockhash.toBase58(),
		parentSlot: block.parentSlot,
		transactions: encodeTransactions(transactions, options),
		signatures:
			options.transactionDetails === 'signatures'
				? transactions.map(({ signature }) => base58Encode(signature))
				: undefined,
		rewards: options.showRewards ? block.rewards.map(encodeReward) : undefined,
		numRewardPartitions: block.numRewardPartitions ?? undefined,
		blockTime: block.blockTime,
		blockHeight: block.blockHeight,
	};
}
