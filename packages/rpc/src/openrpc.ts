/**
 * Describes the node's calls in OpenRPC (1.3): `rpc.discover` answers with it. The schemas of parameters are those of the
 * readers that read them.
 */
import { cheats } from './cheatcodes/index.ts';
import type { Json } from './json/write.ts';
import { methods } from './methods/index.ts';
import { type Method, method } from './methods/method.ts';
import { SOLANA_CORE_VERSION } from './node.ts';
import { type Argument, Optional } from './params/params.ts';
import { schemaOf } from './params/readers.ts';
import { subscriptions } from './subscriptions/index.ts';

const CONFIG = ['config'];
const ADDRESS = ['address', 'config'];
const SLOT = ['slot'];

/** What the parameters are called, in order; methods that are not here take none. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
	getAccountInfo: ADDRESS,
	getBalance: ADDRESS,
	getBlock: ['slot', 'config'],
	getBlockCommitment: SLOT,
	getBlockHeight: CONFIG,
	getBlockProduction: CONFIG,
	getBlocks: ['startSlot', 'endSlotOrConfig', 'config'],
	getBlocksWithLimit: ['startSlot', 'limit', 'config'],
	getBlockTime: SLOT,
	getEpochInfo: CONFIG,
	getFeeForMessage: ['message', 'config'],
	getInflationGovernor: CONFIG,
	getInflationReward: ['addresses', 'config'],
	getLargestAccounts: CONFIG,
	getLatestBlockhash: CONFIG,
	getLeaderSchedule: ['slotOrConfig', 'config'],
	getMinimumBalanceForRentExemption: ['dataLength', 'config'],
	getMultipleAccounts: ['addresses', 'config'],
	getProgramAccounts: ['programId', 'config'],
	getRecentPerformanceSamples: ['limit'],
	getRecentPrioritizationFees: ['addresses'],
	getSignaturesForAddress: ADDRESS,
	getSignatureStatuses: ['signatures', 'config'],
	getSlot: CONFIG,
	getSlotLeader: CONFIG,
	getSlotLeaders: ['startSlot', 'limit'],
	getStakeMinimumDelegation: CONFIG,
	getSupply: CONFIG,
	getTokenAccountBalance: ADDRESS,
	getTokenAccountsByDelegate: ['delegate', 'filter', 'config'],
	getTokenAccountsByOwner: ['owner', 'filter', 'config'],
	getTokenLargestAccounts: ['mint', 'config'],
	getTokenSupply: ['mint', 'config'],
	getTransaction: ['signature', 'config'],
	getTransactionCount: CONFIG,
	getVoteAccounts: CONFIG,
	isBlockhashValid: ['blockhash', 'config'],
	requestAirdrop: ['address', 'lamports', 'config'],
	sendTransaction: ['transaction', 'config'],
	simulateTransaction: ['transaction', 'config'],
	accountSubscribe: ADDRESS,
	blockSubscribe: ['filter', 'config'],
	logsSubscribe: ['filter', 'config'],
	programSubscribe: ['programId', 'config'],
	signatureSubscribe: ['signature', 'config'],
	parhelion_cloneProgramAccount: ['source', 'destination'],
	parhelion_deleteSnapshot: ['id'],
	parhelion_getActiveIdl: ['programId'],
	parhelion_profileTransaction: ['transaction', 'tag'],
	parhelion_registerIdl: ['idl'],
	parhelion_resetAccount: ['address'],
	parhelion_revert: ['id'],
	parhelion_setAccount: ['address', 'update'],
	parhelion_setProgramAuthority: ['programId', 'authority'],
	parhelion_setSupply: ['update'],
	parhelion_setTokenAccount: ['owner', 'mint', 'update', 'tokenProgram'],
	parhelion_timeTravel: ['destination'],
	parhelion_writeProgram: ['programId', 'data', 'offset', 'authority'],
};

function describeCall(name: string, args: readonly Argument[], tag: string): Json {
	const names = PARAMETERS[name] ?? [];
	return {
		name,
		tags: [{ name: tag }],
		paramStructure: 'by-position',
		params: args.map((argument, index) => {
			const isOptional = argument instanceof Optional;
			return {
				name: names[index] ?? `parameter${index + 1}`,
				required: !isOptional,
				schema: schemaOf(isOptional ? argument.reader : argument),
			};
		}),
		result: { name: 'result', schema: {} },
	};
}

/** The whole document. */
export function openRpcDocument(): Json {
	return {
		openrpc: '1.3.2',
		info: { title: 'Parhelion: the JSON-RPC of a Solana node', version: SOLANA_CORE_VERSION },
		methods: [
			...[...methods.values()].map((row) => describeCall(row.name, row.args, 'http')),
			...subscriptions.map((row) => describeCall(`${row.name}Subscribe`, row.args, 'websocket')),
			...cheats.map((row) => describeCall(`parhelion_${row.name}`, row.args, 'cheatcode')),
		],
	};
}

/** `rpc.discover`: the description of this very node. */
export const discover: Method = method('rpc.discover', [], () => openRpcDocument());
