/** Transactions and accounts for the bench, made outside whatever is timed. */
import {
	AccountRole,
	type Address,
	address,
	appendTransactionMessageInstructions,
	type Blockhash,
	createKeyPairSignerFromPrivateKeyBytes,
	createTransactionMessage,
	getAddressEncoder,
	type Instruction,
	type KeyPairSigner,
	pipe,
	setTransactionMessageFeePayerSigner,
	setTransactionMessageLifetimeUsingBlockhash,
	signTransactionMessageWithSigners,
	type Transaction,
} from '@solana/kit';
import type { Engine, NewAccount } from './engines.ts';

export const SYSTEM_PROGRAM: Address = address('11111111111111111111111111111111');
export const TOKEN_PROGRAM: Address = address('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
export const TOKEN_2022_PROGRAM: Address = address('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb');
export const ASSOCIATED_TOKEN_PROGRAM: Address = address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');

const SOL = 1_000_000_000n;

/** A signer that is the same in every run: seeded by a name. */
export function namedSigner(name: string): Promise<KeyPairSigner> {
	const seed = new Uint8Array(32);
	new TextEncoder().encodeInto(name, seed);
	return createKeyPairSignerFromPrivateKeyBytes(seed);
}

export const READONLY: AccountRole.READONLY = AccountRole.READONLY;
export const WRITABLE: AccountRole.WRITABLE = AccountRole.WRITABLE;
export const READONLY_SIGNER: AccountRole.READONLY_SIGNER = AccountRole.READONLY_SIGNER;
export const WRITABLE_SIGNER: AccountRole.WRITABLE_SIGNER = AccountRole.WRITABLE_SIGNER;

/** The 32 bytes of an address. */
export function bytesOf(key: Address): Uint8Array {
	return new Uint8Array(getAddressEncoder().encode(key));
}

/** An instruction's data: bytes, and numbers of 64 bits where a bigint stands. */
export function instructionData(...parts: readonly (number | bigint)[]): Uint8Array {
	const bytes: number[] = [];
	for (const part of parts) {
		if (typeof part === 'number') bytes.push(part);
		else for (let i = 0n; i < 64n; i += 8n) bytes.push(Number((part >> i) & 0xffn));
	}
	return Uint8Array.from(bytes);
}

/** A v0 transaction, signed. */
export async function signedTransaction(
	payer: KeyPairSigner,
	blockhash: string,
	instructions: readonly Instruction[],
): Promise<Transaction> {
	const lifetime = { blockhash: blockhash as Blockhash, lastValidBlockHeight: 0n };
	const message = pipe(
		createTransactionMessage({ version: 0 }),
		(m) => setTransactionMessageFeePayerSigner(payer, m),
		(m) => setTransactionMessageLifetimeUsingBlockhash(lifetime, m),
		(m) => appendTransactionMessageInstructions(instructions, m),
	);
	return await signTransactionMessageWithSigners(message);
}

/** Writes an account into every engine; one without lamports is deleted. */
export function setAccount(
	engines: readonly Engine[],
	key: string,
	owner: string,
	lamports: bigint,
	bytes: Uint8Array = new Uint8Array(0),
): void {
	const account: NewAccount = {
		address: key,
		lamports,
		data: bytes,
		programAddress: owner,
		executable: false,
		space: BigInt(bytes.length),
	};
	for (const engine of engines) engine.setAccount(account);
}

/** Gives an address a system account. */
export function fund(engines: readonly Engine[], key: string, lamports: bigint = 1_000n * SOL): void {
	setAccount(engines, key, SYSTEM_PROGRAM, lamports);
}

/** An account that holds a mint of nine decimals. */
export function setMint(
	engines: readonly Engine[],
	key: string,
	program: string,
	authority: Uint8Array,
): void {
	const data = new Uint8Array(82);
	const view = new DataView(data.buffer);
	view.setUint32(0, 1, true);
	data.set(authority, 4);
	view.setBigUint64(36, 1n << 60n, true);
	data[44] = 9;
	data[45] = 1;
	setAccount(engines, key, program, SOL, data);
}

/** An account that holds tokens. */
export function setTokenAccount(
	engines: readonly Engine[],
	key: string,
	program: string,
	mint: Uint8Array,
	owner: Uint8Array,
	amount: bigint,
): void {
	const data = new Uint8Array(165);
	data.set(mint);
	data.set(owner, 32);
	new DataView(data.buffer).setBigUint64(64, amount, true);
	data[108] = 1;
	setAccount(engines, key, program, SOL, data);
}
