/**
 * Whether memory stays flat: transactions of many kinds, good and bad, one after the other in one instance, with what
 * else a long session does in between (blockhashes, snapshots and forks, programs replaced by others).
 *
 * `node packages/bench/dist/memory-main.js [TRANSACTIONS]` prints a line every so often; `memory.test.ts` asserts counts
 * and bytes over a shorter run.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ed25519PublicKey, ed25519Sign, sha256 } from '@parhelion/crypto';
import {
	type AccountMeta,
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import { createWithSeed } from '@parhelion/svm';
import { LiteSVM } from 'parhelion/node';
import { ownProgram } from './elf.ts';

const PAYERS = 40;
/** Transactions that are signed together, then sent in a circle: far more than the history remembers. */
const RING = 1600;
/** After so many transactions the ring is signed anew, a program replaced, a state kept and left again. */
const CHORES_EVERY = 4000;
const LAMPORTS = 1_000_000_000_000n;
const LOG_FLOOD = 3000;

/** What was found at one moment, after a collection of garbage. */
export interface MemorySample {
	/** Transactions sent so far. */
	readonly transactions: number;
	/** Bytes. */
	readonly resident: number;
	/** Bytes of JavaScript objects. */
	readonly heap: number;
	/** Bytes outside that heap: the arena, tables of keys, array buffers. */
	readonly external: number;
	readonly accounts: number;
	/** Transactions that are remembered. */
	readonly history: number;
	/** Layers of the account database. */
	readonly layers: number;
}

/** Counts what an instance holds. */
class CountedSVM extends LiteSVM {
	counts(): Pick<MemorySample, 'accounts' | 'history' | 'layers'> {
		const { bank, history } = this.core;
		return {
			accounts: bank.accounts.size,
			history: [...history.entries()].length,
			layers: bank.accounts.depth,
		};
	}
}

interface Signer {
	readonly seed: Uint8Array;
	readonly pubkey: Pubkey;
}

function signer(name: string, i: number): Signer {
	const seed = sha256(new TextEncoder().encode(`${name} ${i}`));
	return { seed, pubkey: Pubkey.fromBytes(ed25519PublicKey(seed)) };
}

function bytes(...parts: readonly (number | bigint | Uint8Array)[]): Uint8Array {
	const out: number[] = [];
	for (const part of parts) {
		if (typeof part === 'number') out.push(part);
		else if (part instanceof Uint8Array) out.push(...part);
		else for (let i = 0n; i < 64n; i += 8n) out.push(Number((part >> i) & 0xffn));
	}
	return Uint8Array.from(out);
}

const writable = (pubkey: Pubkey, isSigner = false): AccountMeta => ({ pubkey, isSigner, isWritable: true });
const readonly = (pubkey: Pubkey, isSigner = false): AccountMeta => ({ pubkey, isSigner, isWritable: false });

const COUNTER = signer('counter', 0).pubkey;
const COUNTER_ACCOUNT = signer('counter account', 0).pubkey;
const CHAIN = signer('chain', 0).pubkey;
const CHAIN_ACCOUNT = signer('chain account', 0).pubkey;
const REPLACED = signer('replaced', 0).pubkey;
const SEED = new TextEncoder().encode('for a moment');
const payers = Array.from({ length: PAYERS }, (_, i) => signer('payer', i));

function transfer(from: Pubkey, to: Pubkey, lamports: bigint): Instruction {
	const data = bytes(2, 0, 0, 0, lamports);
	return { programId: programIds.systemProgram, accounts: [writable(from, true), writable(to)], data };
}

/** An account is made and, in the same transaction, is gone again. */
function comeAndGo({ pubkey }: Signer): Instruction[] {
	const { systemProgram } = programIds;
	const made = createWithSeed(pubkey, SEED, systemProgram);
	if (!made.ok) throw new Error(made.error);
	const text = bytes(BigInt(SEED.length), SEED);
	return [
		{
			programId: systemProgram,
			accounts: [writable(pubkey, true), writable(made.value)],
			data: bytes(3, 0, 0, 0, pubkey.bytes, text, LAMPORTS / 1000n, 0n, systemProgram.bytes),
		},
		{
			programId: systemProgram,
			accounts: [writable(made.value), readonly(pubkey, true), writable(pubkey)],
			data: bytes(11, 0, 0, 0, LAMPORTS / 1000n, text, systemProgram.bytes),
		},
	];
}

function counted(program: Pubkey, i: number): Instruction {
	return { programId: program, accounts: [writable(COUNTER_ACCOUNT)], data: bytes(BigInt(i)) };
}

/** The instructions of transaction `i` and who pays: of each kind in turn. */
function instructionsOf(i: number): { readonly payer: Signer; readonly instructions: Instruction[] } {
	const payer = payers[i % PAYERS]!;
	const other = payers[(i + 1) % PAYERS]!.pubkey;
	const memo = (text: string): Instruction => ({
		programId: programIds.memoV3,
		accounts: [],
		data: new TextEncoder().encode(text),
	});
	const kinds: readonly (() => Instruction[])[] = [
		() => [transfer(payer.pubkey, other, BigInt(i + 1))],
		() => [counted(COUNTER, i)],
		() => [
			{
				programId: CHAIN,
				accounts: [writable(CHAIN_ACCOUNT), readonly(CHAIN)],
				data: bytes(4, BigInt(i)),
			},
		],
		() => comeAndGo(payer),
		// Fails: nobody has as much.
		() => [transfer(payer.pubkey, other, LAMPORTS * 1000n + BigInt(i))],
		() => [memo(`number ${i}`)],
		// More than the log may hold.
		() => Array.from({ length: 4 }, () => memo(`${i}`.padEnd(LOG_FLOOD / 12, 'x'))),
		// Fails: the account is another program's.
		() => [counted(REPLACED, i)],
		// With an account that does not exist, which no other transaction names.
		() => {
			const { accounts, ...rest } = transfer(payer.pubkey, other, 1n);
			return [{ ...rest, accounts: [...accounts, readonly(signer('stranger', i).pubkey)] }];
		},
	];
	return { payer, instructions: kinds[i % kinds.length]!() };
}

/** The ring's transactions under a blockhash, in wire bytes; every sixteenth is signed wrongly. */
function signedRing(blockhash: string): Uint8Array[] {
	const hash = Hash.fromBase58(blockhash);
	return Array.from({ length: RING }, (_, i) => {
		const { payer, instructions } = instructionsOf(i);
		const message = compileLegacyMessage(payer.pubkey, instructions, hash);
		const signature = ed25519Sign(encodeMessage(message), payer.seed);
		if (i % 16 === 15) signature[40]! ^= 1;
		return encodeTransaction({ signatures: [signature], message });
	});
}

function newInstance(): CountedSVM {
	const svm = new CountedSVM();
	const account = (pubkey: Pubkey, owner: Pubkey, data: Uint8Array): void =>
		svm.setAccount({
			address: pubkey.toBase58(),
			lamports: LAMPORTS,
			data,
			programAddress: owner.toBase58(),
			executable: false,
		});
	for (const { pubkey } of payers) account(pubkey, programIds.systemProgram, new Uint8Array(0));
	svm.addProgram(COUNTER.toBase58(), ownProgram('counter'));
	svm.addProgram(CHAIN.toBase58(), ownProgram('chain'));
	account(COUNTER_ACCOUNT, COUNTER, new Uint8Array(8));
	account(CHAIN_ACCOUNT, CHAIN, new Uint8Array(8));
	return svm;
}

/** A program that was never seen: what it logs differs. */
function freshProgram(i: number): Uint8Array {
	const elf = Buffer.from(ownProgram('counter'));
	elf.write(`${i}`.padStart(9, '0'), elf.indexOf('Increment'), 'latin1');
	return new Uint8Array(elf);
}

/** What else happens: see the head of the file. Gives the ring under a new blockhash. */
function doChores(svm: CountedSVM, round: number): Uint8Array[] {
	svm.addProgram(REPLACED.toBase58(), freshProgram(round));
	const before = svm.snapshot();
	const fork = svm.fork();
	svm.expireBlockhash();
	const ring = signedRing(svm.latestBlockhash());
	fork.expireBlockhash();
	for (const one of ring.slice(0, 64)) fork.sendTransaction(one);
	for (const one of ring.slice(64, 128)) svm.simulateTransaction(one);
	svm.restore(before);
	svm.expireBlockhash();
	svm.warpToSlot(svm.getClock().slot + 1n);
	return ring;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The process's memory after a collection of garbage. */
export async function settledMemory(): Promise<Pick<MemorySample, 'resident' | 'heap' | 'external'>> {
	// What waits for the event loop (finalisers, code that was compiled) is to have its turn.
	for (let i = 0; i < 3; i++) {
		collect();
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	const { rss, heapUsed, external } = process.memoryUsage();
	return { resident: rss, heap: heapUsed, external };
}

/**
 * Sends so many transactions, and samples after each `every`, hearing of every sample at once. Error where the
 * transactions do not come out as they are meant to.
 */
export async function runMemory(
	count: number,
	every: number,
	hear: (sample: MemorySample) => void = () => {},
): Promise<MemorySample[]> {
	const svm = newInstance();
	const samples: MemorySample[] = [];
	let ring: Uint8Array[] = [];
	let failed = 0;
	for (let i = 0; i < count; i++) {
		if (i % CHORES_EVERY === 0) ring = doChores(svm, i / CHORES_EVERY);
		if ('err' in svm.sendTransaction(ring[i % RING]!)) failed++;
		if ((i + 1) % every === 0) {
			const one = { transactions: i + 1, ...(await settledMemory()), ...svm.counts() };
			samples.push(one);
			hear(one);
		}
	}
	// Two of nine kinds fail, and one signature of sixteen.
	const share = failed / count;
	if (share < 0.2 || share > 0.35) throw new Error(`${failed} of ${count} transactions failed`);
	return samples;
}
