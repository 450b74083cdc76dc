/** Owns the table of methods. */
import { getAccountInfo } from './get-account-info.ts';
import { getBalance } from './get-balance.ts';
import { getBlockHeight } from './get-block-height.ts';
import { getBlockTime } from './get-block-time.ts';
import { getEpochInfo } from './get-epoch-info.ts';
import { getEpochSchedule } from './get-epoch-schedule.ts';
import { getFeeForMessage } from './get-fee-for-message.ts';
import { getFirstAvailableBlock } from './get-first-available-block.ts';
import { getGenesisHash } from './get-genesis-hash.ts';
import { getHealth } from './get-health.ts';
import { getHighestSnapshotSlot } from './get-highest-snapshot-slot.ts';
import { getIdentity } from './get-identity.ts';
import { getLatestBlockhash } from './get-latest-blockhash.ts';
import { getMinimumBalanceForRentExemption } from './get-minimum-balance-for-rent-exemption.ts';
import { getMultipleAccounts } from './get-multiple-accounts.ts';
import { getProgramAccounts } from './get-program-accounts.ts';
import { getRecentPrioritizationFees } from './get-recent-prioritization-fees.ts';
import { getSignatureStatuses } from './get-signature-statuses.ts';
import { getSlot } from './get-slot.ts';
import { getSlotLeader } from './get-slot-leader.ts';
import { getSlotLeaders } from './get-slot-leaders.ts';
import { getTokenAccountBalance } from './get-token-account-balance.ts';
import { getTokenAccountsByDelegate } from './get-token-accounts-by-delegate.ts';
import { getTokenAccountsByOwner } from './get-token-accounts-by-owner.ts';
import { getTokenSupply } from './get-token-supply.ts';
import { getTransaction } from './get-transaction.ts';
import { getTransactionCount } from './get-transaction-count.ts';
import { getVersion } from './get-version.ts';
import { isBlockhashValid } from './is-blockhash-valid.ts';
import type { Method } from './method.ts';
import { minimumLedgerSlot } from './minimum-ledger-slot.ts';
import { requestAirdrop } from './request-airdrop.ts';
import { sendTransaction } from './send-transaction.ts';
import { simulateTransaction } from './simulate-transaction.ts';

const ROWS: readonly Method[] = [
	getAccountInfo,
	getBalance,
	getBlockHeight,
	getBlockTime,
	getEpochInfo,
	getEpochSchedule,
	getFeeForMessage,
	getFirstAvailableBlock,
	getGenesisHash,
	getHealth,
	getHighestSnapshotSlot,
	getIdentity,
	getLatestBlockhash,
	getMinimumBalanceForRentExemption,
	getMultipleAccounts,
	getProgramAccounts,
	getRecentPrioritizationFees,
	getSignatureStatuses,
	getSlotLeader,
	getSlotLeaders,
	getSlot,
	getTokenAccountBalance,
	getTokenAccountsByDelegate,
	getTokenAccountsByOwner,
	getTokenSupply,
	getTransactionCount,
	getTransaction,
	getVersion,
	isBlockhashValid,
	minimumLedgerSlot,
	requestAirdrop,
	sendTransaction,
	simulateTransaction,
];

/** Every method by its name. */
export const methods: ReadonlyMap<string, Method> = new Map(ROWS.map((row) => [row.name, row]));
