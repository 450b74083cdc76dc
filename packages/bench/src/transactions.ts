/**
 * Transactions, with and without the check of signatures: the same objects of `@solana/kit` for both engines.
 *
 * No two transactions of a case are the same, and the history is off, so that rounds can repeat them.
 */
import {
	type Address,
	getAddressDecoder,
	getProgramDerivedAddress,
	getTransactionEncoder,
	type KeyPairSigner,
	type Transaction,
} from '@solana/kit';
import type { BenchCase, Contest, Side } from './contest.ts';
import { ownProgram } from './elf.ts';
import { createPair, type Engine, sendToBoth } from './engines.ts';
import { type Scene, stageTokenTransfer } from './token-scene.ts';
import {
	ASSOCIATED_TOKEN_PROGRAM,
	bytesOf,
	fund,
	instructionData,
	namedSigner,
	READONLY,
	SYSTEM_PROGRAM,
	setAccount,
	setMint,
	signedTransaction,
	TOKEN_2022_PROGRAM,
	TOKEN_PROGRAM,
	WRITABLE,
	WRITABLE_SIGNER,
} from './transaction-builder.ts';

interface TransactionCase {
	readonly name: string;
	/** Whether rounds must not repeat each other's addresses: what was derived once is remembered. */
	readonly needsFreshAddresses?: boolean;
	/** Sets the accounts up in both engines. */
	stage(engines: readonly Engine[], payer: KeyPairSigner): Promise<Scene>;
}

const GOAL = 2;
const CHECKED_GROUP = 'Transactions, signatures checked';
/** The group whose goals count. */
export const TRANSACTION_GROUP = 'Transactions';
/** Transactions a round. */
const COUNT = 200;
const QUICK_COUNT = 50;
/** A round of a scene whose addresses are new each time takes the next of so many rounds' transactions. */
const FRESH_ROUNDS = 12;
const QUICK_FRESH_ROUNDS = 3;

/** An address that is nobody's key, by its number. */
function numberedAddress(tag: number, i: number): Address {
	const bytes = new Uint8Array(32);
	new DataView(bytes.buffer).setUint32(0, i, true);
	bytes[5] = tag;
	bytes[31] = 7;
	return getAddressDecoder().decode(bytes);
}

const TRANSACTIONS: readonly TransactionCase[] = [
	{
		name: 'System transfer',
		async stage(engines, payer) {
			const { address } = await namedSigner('recipient');
			fund(engines, address);
			return {
				instruction: (i) => ({
					programAddress: SYSTEM_PROGRAM,
					accounts: [
						{ address: payer.address, role: WRITABLE_SIGNER },
						{ address, role: WRITABLE },
					],
					data: instructionData(2, 0, 0, 0, BigInt(i + 1)),
				}),
			};
		},
	},
	{
		name: 'SPL Token transfer',
		stage: (engines, payer) => stageTokenTransfer(engines, payer, TOKEN_PROGRAM, false),
	},
	{
		name: 'Token-2022 transfer, checked',
		stage: (engines, payer) => stageTokenTransfer(engines, payer, TOKEN_2022_PROGRAM, true),
	},
	{
		name: 'associated account creation',
		needsFreshAddresses: true,
		async stage(engines, payer) {
			const mint = (await namedSigner('mint')).address;
			setMint(engines, mint, TOKEN_PROGRAM, bytesOf(payer.address));
			const made: Address[] = [];
			return {
				async instruction(i) {
					const owner = numberedAddress(1, i);
					const [account] = await getProgramDerivedAddress({
						programAddress: ASSOCIATED_TOKEN_PROGRAM,
						seeds: [bytesOf(owner), bytesOf(TOKEN_PROGRAM), bytesOf(mint)],
					});
					made.push(account);
					return {
						programAddress: ASSOCIATED_TOKEN_PROGRAM,
						accounts: [
							{ address: payer.address, role: WRITABLE_SIGNER },
							{ address: account, role: WRITABLE },
							{ address: owner, role: READONLY },
							{ address: mint, role: READONLY },
							{ address: SYSTEM_PROGRAM, role: READONLY },
							{ address: TOKEN_PROGRAM, role: READONLY },
						],
						data: new Uint8Array(0),
					};
				},
				undo: (engine, from, to) => {
					// An account without lamports is none.
					for (const account of made.slice(from, to)) setAccount([engine], account, SYSTEM_PROGRAM, 0n);
					fund([engine], payer.address);
				},
			};
		},
	},
	{
		name: 'counter program',
		async stage(engines) {
			const { program, account } = await stageProgram(engines, 'counter');
			return {
				instruction: (i) => ({
					programAddress: program,
					accounts: [{ address: account, role: WRITABLE }],
					data: instructionData(BigInt(i)),
				}),
			};
		},
	},
	{
		name: 'CPI four deep',
		async stage(engines) {
			const { program, account } = await stageProgram(engines, 'chain');
			return {
				instruction: (i) => ({
					programAddress: program,
					accounts: [
						{ address: account, role: WRITABLE },
						{ address: program, role: READONLY },
					],
					data: instructionData(4, BigInt(i)),
				}),
			};
		},
	},
];

/** One of the bench's programs with an account of its own. */
async function stageProgram(
	engines: readonly Engine[],
	name: string,
): Promise<{ program: Address; account: Address }> {
	const program = (await namedSigner(name)).address;
	const account = (await namedSigner(`${name} account`)).address;
	for (const engine of engines) engine.addProgram(program, ownProgram(name));
	setAccount(engines, account, program, 1_000_000_000n, new Uint8Array(8));
	return { program, account };
}

export function transactionCases(): BenchCase[] {
	return [false, true].flatMap((sigverify) =>
		TRANSACTIONS.map((one) => ({
			group: sigverify ? CHECKED_GROUP : TRANSACTION_GROUP,
			name: one.name,
			goal: sigverify ? null : GOAL,
			prepare: (quick: boolean) => prepareTransactions(one, sigverify, quick),
		})),
	);
}

async function prepareTransactions(
	one: TransactionCase,
	sigverify: boolean,
	quick: boolean,
): Promise<Contest> {
	const pair = createPair({ sigverify });
	const payer = await namedSigner('payer');
	fund(pair.both, payer.address);
	const scene = await one.stage(pair.both, payer);
	const blockhash = pair.ours.latestBlockhash();
	const count = quick ? QUICK_COUNT : COUNT;
	const rounds: Transaction[][] = [];
	const freshRounds = quick ? QUICK_FRESH_ROUNDS : FRESH_ROUNDS;
	for (let round = 0; round < (one.needsFreshAddresses ? freshRounds : 1); round++) {
		const transactions: Transaction[] = [];
		for (let i = 0; i < count; i++) {
			const instruction = await scene.instruction(round * count + i);
			transactions.push(await signedTransaction(payer, blockhash, [instruction]));
		}
		rounds.push(transactions);
	}
	let units = 0n;
	// The first once more: a round must leave nothing behind that makes the next one fail.
	for (const [i, round] of [...rounds.entries(), [0, rounds[0]!] as const]) {
		for (const transaction of round) units = sendToBoth(pair, transaction, one.name).computeUnitsConsumed();
		for (const engine of pair.both) scene.undo?.(engine, i * count, (i + 1) * count);
	}
	const encoder = getTransactionEncoder();
	const wire = rounds.map((round) => round.map((one) => new Uint8Array(encoder.encode(one))));
	return {
		ours: sender(pair.ours, scene, rounds, (transaction) => pair.ours.sendTransaction(transaction)),
		oracle: sender(pair.oracle, scene, rounds, (transaction) => pair.oracle.sendTransaction(transaction)),
		also: {
			name: 'from wire bytes',
			// Not the round that ours has just run: its addresses are remembered.
			side: sender(pair.ours, scene, wire, (bytes) => pair.ours.sendTransaction(bytes), rounds.length >> 1),
		},
		note: `${units} CU`,
	};
}

/** Sends the transactions of one round after the other to `engine`, from round `first` on, and begins again. */
function sender<Sent>(
	engine: Engine,
	scene: Scene,
	rounds: readonly (readonly Sent[])[],
	send: (one: Sent) => unknown,
	first = 0,
): Side {
	let round = first - 1;
	const count = rounds[0]!.length;
	return {
		operations: count,
		prepare: () => {
			round = (round + 1) % rounds.length;
		},
		run: () => {
			for (const one of rounds[round]!) send(one);
		},
		settle: () => scene.undo?.(engine, round * count, (round + 1) * count),
	};
}
