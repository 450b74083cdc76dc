/**
 * Transactions, with and without the check of signatures: the same objects of `@solana/kit` for both engines.
 *
 * No two transactions of a case are the same, and the history is off, so that rounds can repeat them. A round is long, so that collecting garbage falls into each.
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
	/** Whether no address may come back soon: what was derived once is remembered. */
	readonly needsFreshAddresses?: boolean;
	/** Sets the accounts up in both engines. */
	stage(engines: readonly Engine[], payer: KeyPairSigner): Promise<Scene>;
}

const GOAL = 2;
const CHECKED_GOAL = 1;
const CHECKED_GROUP = 'Transactions, signatures checked';
const BATCH_GROUP = 'Transactions, signatures checked, in batches';
/** The group whose goals count. */
export const TRANSACTION_GROUP = 'Transactions';
/** Transactions of a case; of one whose addresses are new each time, more than are remembered. */
const COUNT = 200;
const QUICK_COUNT = 50;
const FRESH_COUNT = 2400;
const QUICK_FRESH_COUNT = 150;
/**
 * How long the oracle's side of a round lasts at least, in nanoseconds: long enough for our side to collect its
 * own garbage in its own time.
 */
const ROUND_NANOSECONDS = 150e6;

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
				undo: (engine) => {
					// An account without lamports is none.
					for (const account of made) setAccount([engine], account, SYSTEM_PROGRAM, 0n);
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

/** How they are sent: one by one without and with the check of signatures, or by `sendTransactions`. */
type Manner = 'unchecked' | 'checked' | 'batch';
const MANNERS: readonly { readonly manner: Manner; readonly group: string; readonly goal: number }[] = [
	{ manner: 'unchecked', group: TRANSACTION_GROUP, goal: GOAL },
	{ manner: 'checked', group: CHECKED_GROUP, goal: CHECKED_GOAL },
	{ manner: 'batch', group: BATCH_GROUP, goal: CHECKED_GOAL },
];

export function transactionCases(): BenchCase[] {
	return MANNERS.flatMap(({ manner, group, goal }) =>
		TRANSACTIONS.map((one) => ({
			group,
			name: one.name,
			goal,
			prepare: (quick: boolean) => prepareTransactions(one, manner, quick),
		})),
	);
}

async function prepareTransactions(one: TransactionCase, manner: Manner, quick: boolean): Promise<Contest> {
	const pair = createPair({ sigverify: manner !== 'unchecked' });
	const payer = await namedSigner('payer');
	fund(pair.both, payer.address);
	const scene = await one.stage(pair.both, payer);
	const blockhash = pair.ours.latestBlockhash();
	const fresh = one.needsFreshAddresses === true;
	const count = fresh ? (quick ? QUICK_FRESH_COUNT : FRESH_COUNT) : quick ? QUICK_COUNT : COUNT;
	const transactions: Transaction[] = [];
	for (let i = 0; i < count; i++) {
		transactions.push(await signedTransaction(payer, blockhash, [await scene.instruction(i)]));
	}
	let units = 0n;
	let elapsed = 0;
	// Twice: the first time must leave nothing behind that makes the second one fail.
	for (let time = 0; time < 2; time++) {
		for (const transaction of transactions) {
			units = sendToBoth(pair, transaction, one.name).computeUnitsConsumed();
		}
		for (const engine of pair.both) scene.undo?.(engine);
		const start = process.hrtime.bigint();
		for (const transaction of transactions) pair.oracle.sendTransaction(transaction);
		elapsed = Number(process.hrtime.bigint() - start);
		scene.undo?.(pair.oracle);
	}
	if (manner === 'batch') {
		const failed = (await pair.ours.sendTransactions(transactions)).find((outcome) => 'err' in outcome);
		if (failed !== undefined) throw new Error(`${one.name} fails in a batch: ${failed}`);
		scene.undo?.(pair.ours);
	}
	const passes = quick || scene.undo !== undefined ? 1 : Math.max(1, Math.ceil(ROUND_NANOSECONDS / elapsed));
	const encoder = getTransactionEncoder();
	const wire = transactions.map((transaction) => new Uint8Array(encoder.encode(transaction)));
	const side = (engine: Engine, pass: () => void): Side => ({
		operations: passes * transactions.length,
		run: () => {
			for (let i = 0; i < passes; i++) pass();
		},
		settle: () => scene.undo?.(engine),
	});
	const ours = (list: readonly (Transaction | Uint8Array)[]): Side =>
		side(pair.ours, () => {
			// A batch is through when its promise is handed out.
			if (manner === 'batch') void pair.ours.sendTransactions(list);
			else for (const one of list) pair.ours.sendTransaction(one);
		});
	return {
		ours: ours(transactions),
		oracle: side(pair.oracle, () => {
			for (const transaction of transactions) pair.oracle.sendTransaction(transaction);
		}),
		also: { name: 'from wire bytes', side: ours(wire) },
		note: `${units} CU`,
	};
}
