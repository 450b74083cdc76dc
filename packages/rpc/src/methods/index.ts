/** Owns the table of methods. */
import { getAccountInfo } from './get-account-info.ts';
import { getAgGenesisCert } from './get-ag-genesis-cert.ts';
import { getBalance } from './get-balance.ts';
import { getBlock } from './get-block.ts';
import { getBlockCommitment } from './get-block-commitment.ts';
import { getBlockHeight } from './get-block-height.ts';
import { getBlockProduction } from './get-block-production.ts';
import { getBlockTime } from './get-block-time.ts';
import { getBlocks } from './get-blocks.ts';
import { getBlocksWithLimit } from './get-blocks-with-limit.ts';
import { getClusterNodes } from './get-cluster-nodes.ts';
import { getEpochInfo } from './get-epoch-info.ts';
import { getEpochSchedule } from './get-epoch-schedule.ts';
import { getFeeForMessage } from './get-fee-for-message.ts';
import { getFirstAvailableBlock } from './get-first-available-block.ts';
import { getGenesisHash } from './get-genesis-hash.ts';
import { getHealth } from './get-health.ts';
import { getHighestSnapshotSlot } from './get-highest-snapshot-slot.ts';
import { getIdentity } from './get-identity.ts';
import { getInflationGovernor } from './get-inflation-governor.ts';
import { getInflationRate } from './get-inflation-rate.ts';
import { getInflationReward } from './get-inflation-reward.ts';
import { getLargestAccounts } from './get-largest-accounts.ts';
import { getLatestBlockhash } from './get-latest-blockhash.ts';
import { getLeaderSchedule } from './get-leader-schedule.ts';
import { getMaxRetransmitSlot } from './get-max-retransmit-slot.ts';
import { getMaxShredInsertSlot } from './get-max-shred-insert-slot.ts';
import { getMinimumBalanceForRentExemption } from './get-minimum-balance-for-rent-exemption.ts';
import { getMultipleAccounts } from './get-multiple-accounts.ts';
import { getProgramAccounts } from './get-program-accounts.ts';
import { getRecentPerformanceSamples } from './get-recent-performance-samples.ts';
import { getRecentPrioritizationFees } from './get-recent-prioritization-fees.ts';
import { getSignatureStatuses } from './get-signature-statuses.ts';
import { getSignaturesForAddress } from './get-signatures-for-address.ts';
import { getSlot } from './get-slot.ts';
import { getSlotLeader } from './get-slot-leader.ts';
import { getSlotLeaders } from './get-slot-leaders.ts';
import { getStakeMinimumDelegation } from './get-stake-minimum-delegation.ts';
import { getSupply } from './get-supply.ts';
import { getTokenAccountBalance } from './get-token-account-balance.ts';
import { getTokenAccountsByDelegate } from './get-token-accounts-by-delegate.ts';
import { getTokenAccountsByOwner } from './get-token-accounts-by-owner.ts';
import { getTokenLargestAccounts } from './get-token-largest-accounts.ts';
import { getTokenSupply } from './get-token-supply.ts';
import { getTransaction } from './get-transaction.ts';
import { getTransactionCount } from './get-transaction-count.ts';
import { getVersion } from './get-version.ts';
import { getVoteAccounts } from './get-vote-accounts.ts';
import { isBlockhashValid } from './is-blockhash-valid.ts';
import type { Method } from './method.ts';
import { minimumLedgerSlot } from './minimum-ledger-slot.ts';
import { requestAirdrop } from './request-airdrop.ts';
import { sendTransaction } from './send-transaction.ts';
import { simulateTransaction } from './simulate-transaction.ts';

const ROWS: readonly Method[] = [
	getAccountInfo,
	getAgGenesisCert,
	getBalance,
	getBlockCommitment,
	getBlockHeight,
	getBlockProduction,
	getBlockTime,
	getBlock,
	getBlocksWithLimit,
	getBlocks,
	getClusterNodes,
	getEpochInfo,
	getEpochSchedule,
	getFeeForMessage,
	getFirstAvailableBlock,
	getGenesisHash,
	getHealth,
	getHighestSnapshotSlot,
	getIdentity,
	getInflationGovernor,
	getInflationRate,
	getInflationReward,
	getLargestAccounts,
	getLatestBlockhash,
	getLeaderSchedule,
	getMaxRetransmitSlot,
	getMaxShredInsertSlot,
	getMinimumBalanceForRentExemption,
	getMultipleAccounts,
	getProgramAccounts,
	getRecentPerformanceSamples,
	getRecentPrioritizationFees,
	getSignatureStatuses,
	getSignaturesForAddress,
	getSlotLeader,
	getSlotLeaders,
	getSlot,
	getStakeMinimumDelegation,
	getSupply,
	getTokenAccountBalance,
	getTokenAccountsByDelegate,
	getTokenAccountsByOwner,
	getTokenLargestAccounts,
	getTokenSupply,
	getTransactionCount,
	getTransaction,
	getVersion,
	getVoteAccounts,
	isBlockhashValid,
	minimumLedgerSlot,
	requestAirdrop,
	sendTransaction,
	simulateTransaction,
];

/** Every method by its name. */
export const methods: ReadonlyMap<string, Method> = new Map(ROWS.map((row) => [row.name, row]));
