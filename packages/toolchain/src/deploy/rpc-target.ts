/**
 * A cluster that programs are deployed to, by JSON-RPC.
 */
import {
	type AccountSharedData,
	base58Encode,
	createAccount,
	Hash,
	type Lamports,
	Pubkey,
	type Slot,
} from '@parhelion/sdk';
import { fromBase64, toBase64 } from './base64.ts';
import { CallBatcher } from './call-batcher.ts';
import { member, type RpcCaller, toBigInt } from './rpc-caller.ts';
import type { Commitment, DeployTarget, LandedTransaction, SendOutcome } from './target.ts';

const CONFIG = { commitment: 'confirmed' } as const;
/** JSON-RPC's code for a transaction that failed when the node tried it. */
const PREFLIGHT_FAILED = -32002;
/** Lines of a log that are shown. */
const MAX_LOGS = 20;
const ALREADY_PROCESSED = /already been processed/i;
const BLOCKHASH_UNKNOWN = /blockhash not found/i;

function isCommitment(value: unknown): value is Commitment {
	return value === 'processed' || value === 'confirmed' || value === 'finalized';
}

/** The account in an answer with base64; null where it is none. What a deployment does not ask for is left out. */
function readAccount(value: unknown): AccountSharedData | null {
	const ownerText = member(value, 'owner');
	const owner = typeof ownerText === 'string' ? Pubkey.tryFromBase58(ownerText) : null;
	const lamports = toBigInt(member(value, 'lamports'));
	const data = member(value, 'data');
	const bytes = Array.isArray(data) && data[1] === 'base64' ? fromBase64(data[0]) : null;
	return owner === null || lamports === null || bytes === null
		? null
		: createAccount({ owner, lamports, data: bytes });
}

/** {@link DeployTarget} over a client. */
export class RpcTarget implements DeployTarget {
	readonly #rpc: RpcCaller;
	readonly #sends: CallBatcher;

	constructor(rpc: RpcCaller) {
		this.#rpc = rpc;
		this.#sends = new CallBatcher(rpc, 'sendTransaction');
	}

	#unreadable(what: string): never {
		throw this.#rpc.unreadable(what);
	}

	async #integer(method: string, params: readonly unknown[]): Promise<bigint> {
		return toBigInt(await this.#rpc.call(method, params)) ?? this.#unreadable(`the answer to ${method}`);
	}

	async latestBlockhash(): Promise<{ readonly blockhash: Hash; readonly lastValidBlockHeight: bigint }> {
		const value = member(await this.#rpc.call('getLatestBlockhash', [CONFIG]), 'value');
		const text = member(value, 'blockhash');
		const blockhash = typeof text === 'string' ? Hash.tryFromBase58(text) : null;
		const lastValidBlockHeight = toBigInt(member(value, 'lastValidBlockHeight'));
		if (blockhash === null || lastValidBlockHeight === null) return this.#unreadable('the blockhash');
		return { blockhash, lastValidBlockHeight };
	}

	blockHeight(): Promise<bigint> {
		return this.#integer('getBlockHeight', [CONFIG]);
	}

	slot(): Promise<Slot> {
		return this.#integer('getSlot', [CONFIG]);
	}

	minimumBalance(size: number): Promise<Lamports> {
		return this.#integer('getMinimumBalanceForRentExemption', [size, CONFIG]);
	}

	async account(address: Pubkey): Promise<AccountSharedData | null> {
		const result = await this.#rpc.call('getAccountInfo', [
			address.toBase58(),
			{ ...CONFIG, encoding: 'base64' },
		]);
		const value = member(result, 'value');
		if (value === null) return null;
		return readAccount(value) ?? this.#unreadable(`the account ${address}`);
	}

	async send(transaction: Uint8Array, preflight: boolean): Promise<SendOutcome> {
		const text = toBase64(transaction);
		const config = {
			encoding: 'base64',
			skipPreflight: !preflight,
			preflightCommitment: CONFIG.commitment,
			maxRetries: 0,
		};
		try {
			if (preflight) await this.#rpc.call('sendTransaction', [text, config]);
			else await this.#sends.call([text, config]);
			return { kind: 'sent' };
		} catch (thrown) {
			// Without a code nobody has looked at the transaction.
			const code = member(thrown, 'code');
			if (!(thrown instanceof Error) || typeof code !== 'number') throw thrown;
			const { message } = thrown;
			if (ALREADY_PROCESSED.test(message)) return { kind: 'sent' };
			if (BLOCKHASH_UNKNOWN.test(message)) return { kind: 'blockhash-unknown' };
			const logs = code === PREFLIGHT_FAILED ? member(member(thrown, 'data'), 'logs') : null;
			return {
				kind: 'refused',
				reason: message,
				logs: Array.isArray(logs) ? logs.slice(-MAX_LOGS).filter((line) => typeof line === 'string') : [],
			};
		}
	}

	async statuses(signatures: readonly Uint8Array[]): Promise<readonly (LandedTransaction | null)[]> {
		if (signatures.length === 0) return [];
		const result = await this.#rpc.call('getSignatureStatuses', [signatures.map(base58Encode)]);
		const values = member(result, 'value');
		if (!Array.isArray(values) || values.length !== signatures.length) {
			return this.#unreadable('the answer to getSignatureStatuses');
		}
		return values.map((value: unknown): LandedTransaction | null => {
			if (value === null) return null;
			const slot = toBigInt(member(value, 'slot'));
			const commitment = member(value, 'confirmationStatus');
			const error = member(value, 'err');
			if (slot === null || !isCommitment(commitment)) return this.#unreadable('the status of a transaction');
			return { slot, commitment, error: error === null ? null : JSON.stringify(error) };
		});
	}

	sleep(milliseconds: number): Promise<void> {
		return new Promise((resolve) => setTimeout(resolve, milliseconds));
	}
}
