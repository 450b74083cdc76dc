/**
 * `parallel-child.js transfer|token checked|unchecked ROUNDS COUNT` executes blocks of so many transactions serially, with one
 * worker and with two, and prints nanoseconds a transaction and what two workers are over one, as JSON.
 */
import { createHash, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { nodeFastPaths, setFastPaths } from '@parhelion/crypto';
import { Chain, keypairFromSeed, transferInstruction } from '@parhelion/runtime';
import { type BlockExecutor, createBlockExecutor } from '@parhelion/runtime/node';
import {
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	encodeTransaction,
	type Hash,
	type Instruction,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import { ed25519PrivateKey } from 'parhelion/node';
import { decodeAll } from './bank-overhead.ts';
import { median } from './contest.ts';
import { bundledProgram } from './elf.ts';

const LAMPORTS = 1_000_000_000_000n;
const TOKENS = 1n << 50n;

setFastPaths(nodeFastPaths({ createHash, createPublicKey, hash, verify }));

function bytesOf(tag: number, i: number): Uint8Array {
	const bytes = new Uint8Array(32).fill(tag);
	new DataView(bytes.buffer).setUint32(0, i, true);
	return bytes;
}
const key = (tag: number, i: number): Pubkey => Pubkey.fromBytes(bytesOf(tag, i));

interface Payer {
	readonly pubkey: Pubkey;
	readonly signer: KeyObject;
}

function payerOf(i: number): Payer {
	const { seed, pubkey } = keypairFromSeed(bytesOf(1, i));
	return { pubkey, signer: ed25519PrivateKey(seed) };
}

const MINT = key(2, 0);

function tokenAccount(owner: Pubkey): ReturnType<typeof createAccount> {
	const data = new Uint8Array(165);
	data.set(MINT.bytes);
	data.set(owner.bytes, 32);
	new DataView(data.buffer).setBigUint64(64, TOKENS, true);
	data[108] = 1;
	return createAccount({ lamports: LAMPORTS, data, owner: programIds.splToken });
}

/** The instruction of payer `i`, which no other conflicts with. */
function instructionOf(kind: string, payer: Pubkey, i: number, amount: bigint): Instruction {
	if (kind === 'transfer') return transferInstruction(payer, key(4, i), amount);
	const data = new Uint8Array(9).fill(3);
	new DataView(data.buffer).setBigUint64(1, amount, true);
	return {
		programId: programIds.splToken,
		accounts: [
			{ pubkey: key(5, i), isSigner: false, isWritable: true },
			{ pubkey: key(6, i), isSigner: false, isWritable: true },
			{ pubkey: payer, isSigner: true, isWritable: false },
		],
		data,
	};
}

function chainOf(payers: readonly Payer[]): Chain {
	const plain = createAccount({ lamports: LAMPORTS });
	const chain = Chain.genesis({
		historyLimit: 0,
		programs: [
			{
				programId: programIds.splToken,
				loader: programIds.bpfLoaderUpgradeable,
				elf: bundledProgram('p-token.so'),
			},
		],
		accounts: payers.flatMap(({ pubkey }, i) => [
			[pubkey, plain] as const,
			[key(4, i), plain] as const,
			[key(5, i), tokenAccount(pubkey)] as const,
			[key(6, i), tokenAccount(key(4, i))] as const,
		]),
	});
	chain.advanceSlot();
	return chain;
}

interface Side {
	readonly chain: Chain;
	readonly executor: BlockExecutor;
	readonly times: number[];
}

const [kind = '', signatures = '', rounds = '', count = ''] = process.argv.slice(2);
const payers = Array.from({ length: Number(count) }, (_, i) => payerOf(i));
const sides = [0, 1, 2].map(
	(workers): Side => ({ chain: chainOf(payers), executor: createBlockExecutor({ workers }), times: [] }),
);

/** Transactions as they come off the wire. */
function blockOf(blockhash: Hash, round: number): Uint8Array[] {
	return payers.map(({ pubkey, signer }, i) => {
		const instruction = instructionOf(kind, pubkey, i, BigInt(round + 1));
		const message = compileLegacyMessage(pubkey, [instruction], blockhash);
		const signature = new Uint8Array(sign(null, encodeMessage(message), signer));
		return encodeTransaction({ signatures: [signature], message });
	});
}

/** Resolves once V8's own threads are done with what the side before has left: a core has no room for them. */
function settled(): Promise<void> {
	return new Promise((resolve) => setTimeout(resolve, 30));
}

async function time({ chain, executor, times }: Side, wire: readonly Uint8Array[]): Promise<void> {
	const transactions = decodeAll(wire);
	await settled();
	const start = process.hrtime.bigint();
	const outcomes = await executor.execute(chain.bank, transactions, {
		skipSigVerify: signatures === 'unchecked',
		keepNoOpTransactions: true,
		stopAtRefusal: true,
		blockLimits: 'check',
	});
	times.push(Number(process.hrtime.bigint() - start) / wire.length);
	const failed = outcomes.find(({ err }) => err !== null);
	if (failed !== undefined || outcomes.length < wire.length)
		throw new Error(`a transaction fails: ${failed?.err?.kind}`);
}

const warm = Math.floor(Number(rounds) / 4);
for (let round = 0; round < Number(rounds); round++) {
	for (const { chain } of sides) chain.advanceSlot();
	const wire = blockOf(sides[0]!.chain.lastBlockhash(), round);
	// Whoever begins has another's leavings in the cache: take turns.
	for (let turn = 0; turn < sides.length; turn++) await time(sides[(round + turn) % sides.length]!, wire);
}
for (const { executor } of sides) await executor.close();
const [serial, one, two] = sides.map(({ times }) => times.slice(warm));
const ratio = median(one!.map((nanoseconds, i) => nanoseconds / two![i]!));
console.log(JSON.stringify({ serial: median(serial!), one: median(one!), two: median(two!), ratio }));
