/**
 * A cluster that programs are deployed to, by JSON-RPC.
 */
import {
	type AccountSharedData,
	base58Encode,
	Hash,
	type Lamports,
	type Pubkey,
	type Slot,
} from '@parhelion/sdk';
import type { Commitment, DeployTarget, LandedTransaction, SendOutcome } from '@parhelion/toolchain';
import { decodeRpcAccount } from '../upstream/cluster.ts';
import { member, toBigInt } from '../upstream/json.ts';
import { type RpcClient, UpstreamError } from '../upstream/rpc-client.ts';

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

/** {@link DeployTarget} over a client. */
export class RpcTarget implements DeployTarget {
	readonly #rpc: RpcClient;

	constructor(rpc: RpcClient) {
		this.#rpc = rpc;
	}

	#unreadable(what: string): never {
		throw new UpstreamError(`${this.#rpc.host}: ${what} cannot be read`);
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
		return decodeRpcAccount(value) ?? this.#unreadable(`the account ${address}`);
	}

	async send(transaction: Uint8Array, preflight: boolean): Promise<SendOutcome> {
		const text = Buffer.from(transaction.buffer, transaction.byteOffset, transaction.length).toString(
			'base64',
		);
		const config = {
			encoding: 'base64',
			skipPreflight: !preflight,
			preflightCommitment: CONFIG.commitment,
			maxRetries: 0,
		};
		try {
			await this.#rpc.call('sendTransaction', [text, config]);
			return { kind: 'sent' };
		} catch (thrown) {
			// Without a code nobody has looked at the transaction.
			if (!(thrown instanceof UpstreamError) || thrown.code === null) throw thrown;
			if (ALREADY_PROCESSED.test(thrown.message)) return { kind: 'sent' };
			if (BLOCKHASH_UNKNOWN.test(thrown.message)) return { kind: 'blockhash-unknown' };
			const logs = thrown.code === PREFLIGHT_FAILED ? member(thrown.data, 'logs') : null;
			return {
				kind: 'refused',
				reason: thrown.message,
				logs: Array.isArray(logs) ? logs.slice(-MAX_LOGS).map(String) : [],
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
