/**
 * A transaction of another cluster, with what its node recorded of it.
 */
import {
	base58Decode,
	decodeTransaction,
	Pubkey,
	type VersionedTransaction,
	wireErrorText,
} from '@parhelion/sdk';
import { CliError } from '../cli-error.ts';
import { member, toBigInt } from './json.ts';
import { type RpcClient, UpstreamError } from './rpc-client.ts';

/** The tokens of an account before the transaction. */
export interface RecordedTokenBalance {
	readonly accountIndex: number;
	readonly mint: Pubkey;
	readonly owner: Pubkey | null;
	readonly amount: bigint;
}

/** A transaction, and what became of it. */
export interface RecordedTransaction {
	readonly signature: string;
	readonly slot: bigint;
	/** Seconds since 1970; null where the node does not know. */
	readonly blockTime: bigint | null;
	readonly transaction: VersionedTransaction;
	/** Static, loaded writable, loaded readonly. */
	readonly accountKeys: readonly Pubkey[];
	readonly numLoadedWritable: number;
	/** As JSON; null: it succeeded. */
	readonly err: unknown;
	readonly fee: bigint;
	readonly preBalances: readonly bigint[];
	readonly postBalances: readonly bigint[];
	readonly preTokenBalances: readonly RecordedTokenBalance[];
	/** Null where the node kept none. */
	readonly logs: readonly string[] | null;
	readonly computeUnits: bigint | null;
	/** Instructions that programs invoked. */
	readonly innerInstructions: number;
	/** What the node answered. */
	readonly raw: unknown;
}

/** Newest version of transactions that is understood. */
const MAX_VERSION = 1;
const SIGNATURE_SIZE = 64;

/** A signature in base58. A `CliError` for any other text. */
export function checkSignature(text: string): string {
	const bytes = text.length <= 88 ? base58Decode(text) : null;
	if (bytes?.length !== SIGNATURE_SIZE) throw new CliError(`${text}: a signature is 64 bytes in base58`, 2);
	return text;
}

function bigints(value: unknown): bigint[] {
	return Array.isArray(value) ? value.map((one) => toBigInt(one) ?? 0n) : [];
}

function pubkeys(value: unknown): Pubkey[] {
	if (!Array.isArray(value)) return [];
	return value
		.map((text) => (typeof text === 'string' ? Pubkey.tryFromBase58(text) : null))
		.filter((key) => key !== null);
}

function tokenBalances(value: unknown): RecordedTokenBalance[] {
	if (!Array.isArray(value)) return [];
	const balances: RecordedTokenBalance[] = [];
	for (const one of value) {
		const [mint] = pubkeys([member(one, 'mint')]);
		const [owner = null] = pubkeys([member(one, 'owner')]);
		const amount = toBigInt(member(member(one, 'uiTokenAmount'), 'amount'));
		const accountIndex = member(one, 'accountIndex');
		if (mint === undefined || amount === null || typeof accountIndex !== 'number') continue;
		balances.push({ accountIndex, mint, owner, amount });
	}
	return balances;
}

/** Asks for a transaction. Rejects with a `CliError` where there is none, an `UpstreamError` where the cluster says no. */
export async function fetchTransaction(rpc: RpcClient, signature: string): Promise<RecordedTransaction> {
	const config = { encoding: 'base64', commitment: 'confirmed', maxSupportedTransactionVersion: MAX_VERSION };
	const raw = await rpc.call('getTransaction', [checkSignature(signature), config]);
	if (raw === null) throw new CliError(`${rpc.host} knows no transaction ${signature}`);
	const meta = member(raw, 'meta');
	const slot = toBigInt(member(raw, 'slot'));
	const encoded = member(raw, 'transaction');
	const text = Array.isArray(encoded) ? encoded[0] : null;
	if (slot === null || typeof text !== 'string' || typeof meta !== 'object' || meta === null) {
		throw new UpstreamError(
			`${rpc.host}: the transaction came without its bytes or without what became of it`,
		);
	}
	const decoded = decodeTransaction(new Uint8Array(Buffer.from(text, 'base64')));
	if (!decoded.ok) {
		throw new UpstreamError(`${rpc.host}: the transaction cannot be read: ${wireErrorText(decoded.error)}`);
	}
	const loaded = member(meta, 'loadedAddresses');
	const writable = pubkeys(member(loaded, 'writable'));
	const logs = member(meta, 'logMessages');
	const inner = member(meta, 'innerInstructions');
	const lists: unknown[] = Array.isArray(inner) ? inner : [];
	const blockTime = member(raw, 'blockTime');
	return {
		signature,
		slot,
		blockTime: Number.isSafeInteger(blockTime) ? BigInt(blockTime as number) : null,
		transaction: decoded.value,
		accountKeys: [...decoded.value.message.accountKeys, ...writable, ...pubkeys(member(loaded, 'readonly'))],
		numLoadedWritable: writable.length,
		err: member(meta, 'err') ?? null,
		fee: toBigInt(member(meta, 'fee')) ?? 0n,
		preBalances: bigints(member(meta, 'preBalances')),
		postBalances: bigints(member(meta, 'postBalances')),
		preTokenBalances: tokenBalances(member(meta, 'preTokenBalances')),
		logs: Array.isArray(logs) ? logs.filter((line) => typeof line === 'string') : null,
		computeUnits: toBigInt(member(meta, 'computeUnitsConsumed')),
		innerInstructions: lists.reduce<number>((sum, list) => {
			const instructions = member(list, 'instructions');
			return sum + (Array.isArray(instructions) ? instructions.length : 0);
		}, 0),
		raw,
	};
}

/** Whether the account at `index` may be written, as far as the message itself says. */
export function isWritableIn(
	{ transaction, numLoadedWritable }: RecordedTransaction,
	index: number,
): boolean {
	const { header, accountKeys } = transaction.message;
	const numStatic = accountKeys.length;
	if (index >= numStatic) return index < numStatic + numLoadedWritable;
	const { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts } = header;
	if (index < numRequiredSignatures) return index < numRequiredSignatures - numReadonlySignedAccounts;
	return index < numStatic - numReadonlyUnsignedAccounts;
}
