/**
 * The answers have the shapes that `@solana/rpc-api` promises. The samples are checked against its types by the
 * compiler, the answers against the samples here: the same members everywhere, with values of the same kinds.
 */

import { base58Encode, createAccount, programIds } from '@parhelion/sdk';
import {
	type Address,
	address,
	type Blockhash,
	blockhash,
	lamports,
	type Signature,
	type SolanaRpcApi,
	type SolanaRpcSubscriptionsApi,
	type SolanaRpcSubscriptionsApiUnstable,
	type StringifiedBigInt,
	type StringifiedNumber,
	signature,
} from '@solana/kit';
import { describe, expect, it } from 'vitest';
import { ALICE, BOB, base64Of, keypair, TestNode, transfer } from '../test/test-node.ts';
import { methods } from './methods/index.ts';
import { subscriptions } from './subscriptions/index.ts';

type Results = { [K in keyof SolanaRpcApi]: ReturnType<SolanaRpcApi[K]> };

const KEY: Address = address('11111111111111111111111111111111');
const HASH: Blockhash = blockhash('11111111111111111111111111111111');
const SIGNATURE: Signature = signature(base58Encode(new Uint8Array(64)));
const SOME = lamports(1n);
const context = { slot: 1n, apiVersion: '4.3.0' };
const tokenAmount = {
	amount: '1' as StringifiedBigInt,
	decimals: 1,
	uiAmount: 1.5,
	uiAmountString: '1.5' as StringifiedNumber,
};

/** One of each, as the types have it. */
const SAMPLES = {
	getBalance: { context, value: SOME },
	getBlockCommitment: { commitment: [SOME], totalStake: SOME },
	getBlockHeight: 1n,
	getBlockTime: 1n as Results['getBlockTime'],
	getBlocks: [1n],
	getBlocksWithLimit: [1n],
	getEpochInfo: {
		absoluteSlot: 1n,
		blockHeight: 1n,
		epoch: 1n,
		slotIndex: 1n,
		slotsInEpoch: 1n,
		transactionCount: 1n,
	},
	getEpochSchedule: {
		firstNormalEpoch: 1n,
		firstNormalSlot: 1n,
		leaderScheduleSlotOffset: 1n,
		slotsPerEpoch: 1n,
		warmup: true,
	},
	getFirstAvailableBlock: 1n,
	getGenesisHash: HASH,
	getHealth: 'ok',
	getIdentity: { identity: KEY },
	getInflationGovernor: { foundation: 1, foundationTerm: 1, initial: 1, taper: 1, terminal: 1 },
	getInflationRate: { epoch: 1n, foundation: 1, total: 1, validator: 1 },
	getLargestAccounts: { context, value: [{ address: KEY, lamports: SOME }] },
	getLatestBlockhash: { context, value: { blockhash: HASH, lastValidBlockHeight: 1n } },
	getMaxRetransmitSlot: 1n,
	getMaxShredInsertSlot: 1n,
	getMinimumBalanceForRentExemption: SOME,
	getRecentPrioritizationFees: [{ prioritizationFee: 1n as never, slot: 1n }],
	getSlot: 1n,
	getSlotLeader: KEY,
	getSlotLeaders: [KEY],
	getStakeMinimumDelegation: { context, value: SOME },
	getTokenAccountBalance: { context, value: tokenAmount },
	getTokenLargestAccounts: { context, value: [{ ...tokenAmount, address: KEY }] },
	getTokenSupply: { context, value: tokenAmount },
	getTransactionCount: 1n,
	getVersion: { 'feature-set': 1, 'solana-core': '4.3.0' },
	isBlockhashValid: { context, value: true },
	minimumLedgerSlot: 1n,
	requestAirdrop: SIGNATURE,
	sendTransaction: SIGNATURE,
} satisfies Partial<Results>;

/** Names the kinds of values and members; of a list, the kind of its first element. */
function shapeOf(value: unknown): unknown {
	if (typeof value === 'bigint') return 'number';
	if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
	if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
	return Object.fromEntries(
		Object.entries(value)
			.map(([key, member]) => [key, shapeOf(member)] as const)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);
}

const MINT = keypair(20).pubkey;
const TOKENS = keypair(21).pubkey;

/** A node where each of the calls has something to show. */
function makeNode(): TestNode {
	const node = new TestNode();
	const owner = programIds.splToken;
	const mint = new Uint8Array(82);
	mint[44] = 1;
	mint[45] = 1;
	const tokens = new Uint8Array(165);
	tokens.set(MINT.bytes);
	tokens[64] = 15;
	tokens[108] = 1;
	node.chain.setAccount(MINT, createAccount({ lamports: 1n, data: mint, owner }));
	node.chain.setAccount(TOKENS, createAccount({ lamports: 1n, data: tokens, owner }));
	node.chain.processTransaction(transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash()));
	node.finalize();
	return node;
}

describe('@solana/rpc-api', () => {
	const node = makeNode();
	const processed = { commitment: 'processed' };
	const pay = transfer(ALICE, BOB.pubkey, 2_000_000n, node.chain.lastBlockhash());
	const arguments_: { readonly [K in keyof typeof SAMPLES]?: readonly unknown[] } = {
		getBalance: [KEY],
		getBlockCommitment: [1],
		getBlockTime: [1],
		getBlocks: [0],
		getBlocksWithLimit: [0, 5],
		getMinimumBalanceForRentExemption: [0],
		getRecentPrioritizationFees: [[]],
		getSlotLeaders: [0, 1],
		getTokenAccountBalance: [TOKENS],
		getTokenLargestAccounts: [MINT],
		getTokenSupply: [MINT],
		isBlockhashValid: [node.chain.lastBlockhash(), processed],
		requestAirdrop: [BOB.pubkey, 1_000_000],
		sendTransaction: [base64Of(pay), { encoding: 'base64', preflightCommitment: 'processed' }],
	};

	it.each(Object.entries(SAMPLES))('%s has its shape', async (name, sample) => {
		const params = (arguments_[name as keyof typeof SAMPLES] ?? []).map((value) =>
			typeof value === 'object' && value !== null && 'toBase58' in value ? String(value) : value,
		);
		expect(shapeOf(await node.result(name, ...params))).toEqual(shapeOf(sample));
	});

	it('names no method that the node lacks', () => {
		// Asked of some providers' nodes; no Agave has it.
		type Known = Exclude<keyof SolanaRpcApi, 'getTransactionsForAddress'>;
		const names: Record<Known, true> = {
			getAccountInfo: true,
			getAgGenesisCert: true,
			getBalance: true,
			getBlock: true,
			getBlockCommitment: true,
			getBlockHeight: true,
			getBlockProduction: true,
			getBlocks: true,
			getBlocksWithLimit: true,
			getBlockTime: true,
			getClusterNodes: true,
			getEpochInfo: true,
			getEpochSchedule: true,
			getFeeForMessage: true,
			getFirstAvailableBlock: true,
			getGenesisHash: true,
			getHealth: true,
			getHighestSnapshotSlot: true,
			getIdentity: true,
			getInflationGovernor: true,
			getInflationRate: true,
			getInflationReward: true,
			getLargestAccounts: true,
			getLatestBlockhash: true,
			getLeaderSchedule: true,
			getMaxRetransmitSlot: true,
			getMaxShredInsertSlot: true,
			getMinimumBalanceForRentExemption: true,
			getMultipleAccounts: true,
			getProgramAccounts: true,
			getRecentPerformanceSamples: true,
			getRecentPrioritizationFees: true,
			getSignaturesForAddress: true,
			getSignatureStatuses: true,
			getSlot: true,
			getSlotLeader: true,
			getSlotLeaders: true,
			getStakeMinimumDelegation: true,
			getSupply: true,
			getTokenAccountBalance: true,
			getTokenAccountsByDelegate: true,
			getTokenAccountsByOwner: true,
			getTokenLargestAccounts: true,
			getTokenSupply: true,
			getTransaction: true,
			getTransactionCount: true,
			getVersion: true,
			getVoteAccounts: true,
			isBlockhashValid: true,
			minimumLedgerSlot: true,
			requestAirdrop: true,
			sendTransaction: true,
			simulateTransaction: true,
		};
		expect([...methods.keys()].sort()).toEqual(Object.keys(names).sort());
	});
});

describe('@solana/rpc-subscriptions-api', () => {
	it('names no subscription that the node lacks', () => {
		type Api = SolanaRpcSubscriptionsApi & SolanaRpcSubscriptionsApiUnstable;
		const names: Record<keyof Api, true> = {
			accountNotifications: true,
			blockNotifications: true,
			logsNotifications: true,
			programNotifications: true,
			rootNotifications: true,
			signatureNotifications: true,
			slotNotifications: true,
			slotsUpdatesNotifications: true,
			voteNotifications: true,
		};
		expect(subscriptions.map(({ name }) => `${name}Notifications`).sort()).toEqual(Object.keys(names).sort());
	});
});
