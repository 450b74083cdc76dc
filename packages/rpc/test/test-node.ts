/**
 * What the tests of this room share: a chain with funded accounts, and calls without a socket.
 */
import { ed25519KeypairFromSeed, ed25519Sign } from '@parhelion/crypto';
import { Chain, type GenesisOptions, LAMPORTS_PER_SOL, transferInstruction } from '@parhelion/runtime';
import {
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	encodeTransaction,
	type Hash,
	type Instruction,
	Pubkey,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type { JsonRpcHandler } from '../src/json-rpc.ts';
import type { RpcNode } from '../src/node.ts';
import { createNode, createRpcHandler } from '../src/rpc-handler.ts';

/** A key pair whose seed is `byte` 32 times. */
export interface TestKeypair {
	readonly seed: Uint8Array;
	readonly pubkey: Pubkey;
}

/** The key pair number `byte`. */
export function keypair(byte: number): TestKeypair {
	const seed = new Uint8Array(32).fill(byte);
	return { seed, pubkey: Pubkey.fromBytes(ed25519KeypairFromSeed(seed).publicKey) };
}

export const ALICE: TestKeypair = keypair(1);
export const BOB: TestKeypair = keypair(2);

/** A transaction of `signer` alone. */
export function signed(
	signer: TestKeypair,
	instructions: readonly Instruction[],
	blockhash: Hash,
): VersionedTransaction {
	const message = compileLegacyMessage(signer.pubkey, instructions, blockhash);
	return { signatures: [ed25519Sign(encodeMessage(message), signer.seed)], message };
}

/** A transfer from `from`. */
export function transfer(
	from: TestKeypair,
	to: Pubkey,
	lamports: bigint,
	blockhash: Hash,
): VersionedTransaction {
	return signed(from, [transferInstruction(from.pubkey, to, lamports)], blockhash);
}

/** A transaction as clients send it. */
export function base64Of(transaction: VersionedTransaction): string {
	return Buffer.from(encodeTransaction(transaction)).toString('base64');
}

/** A JSON-RPC answer, integers read as JavaScript reads them. */
export interface Answer {
	readonly jsonrpc?: string;
	readonly id: unknown;
	// The tests know what they ask for.
	readonly result?: unknown;
	readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** A chain at slot 1 where Alice has ten SOL, and the calls that can be made on it. */
export class TestNode {
	readonly chain: Chain;
	readonly node: RpcNode;
	readonly handler: JsonRpcHandler;
	readonly defects: unknown[] = [];

	constructor(options: GenesisOptions = {}) {
		this.chain = Chain.genesis(options);
		this.chain.setAccount(ALICE.pubkey, createAccount({ lamports: 10n * LAMPORTS_PER_SOL }));
		this.chain.advanceSlot();
		this.node = createNode(this.chain).node;
		this.handler = createRpcHandler(this.node, (defect) => this.defects.push(defect));
	}

	/** Lets slots pass until what was done up to now can be seen at every commitment. */
	finalize(): void {
		const { slot } = this.chain;
		while (this.chain.root < slot) this.chain.advanceSlot();
	}

	/** The text of the answer. */
	async text(method: string, ...params: readonly unknown[]): Promise<string> {
		const answer = await this.handler.handle(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
		return answer!;
	}

	async call(method: string, ...params: readonly unknown[]): Promise<Answer> {
		return JSON.parse(await this.text(method, ...params)) as Answer;
	}

	/** The result, or the end of the test. */
	async result<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T> {
		const { result, error } = await this.call(method, ...params);
		if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`);
		return result as T;
	}

	/** The error, or the end of the test. */
	async error(method: string, ...params: readonly unknown[]): Promise<NonNullable<Answer['error']>> {
		const { error } = await this.call(method, ...params);
		if (error === undefined) throw new Error(`${method} did not fail`);
		return error;
	}

	/** The value of a result with context. */
	async value<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T> {
		return (await this.result<{ value: T }>(method, ...params)).value;
	}
}
