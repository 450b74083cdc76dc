/**
 * Transactions, with and without the check of signatures: the same objects of `@solana/kit` for both engines.
 *
 * No two transactions of a case are the same, and the history is off, so that rounds can repeat them.
 */
import {
	type Address,
	getAddressDecoder,
	getAddressEncoder,
	getProgramDerivedAddress,
	getTransactionEncoder,
	type Instruction,
	type KeyPairSigner,
	type Transaction,
} from '@solana/kit';
import type { BenchCase, Contest, Side } from './contest.ts';
import { ownProgram } from './elf.ts';
import { createPair, type Engine, type Pair, sendToBoth } from './engines.ts';
import {
	ASSOCIATED_TOKEN_PROGRAM,
	fund,
	instructionData,
	namedSigner,
	READONLY,
	READONLY_SIGNER,
	SYSTEM_PROGRAM,
	setAccount,
	setMint,
	setTokenAccount,
	signedTransaction,
	TOKEN_2022_PROGRAM,
	TOKEN_PROGRAM,
	WRITABLE,
	WRITABLE_SIGNER,
} from './transaction-builder.ts';

/** A transaction's instruction by its number, and what a round leaves to be undone. */
interface Scene {
	instruction(i: number): Instruction | Promise<Instruction>;
	reset?(): void;
}

interface TransactionCase {
	readonly name: string;
	/** Sets the accounts up in both engines. */
	stage(pair: Pair, payer: KeyPairSigner): Promise<Scene>;
}

const GOAL = 2;
const CHECKED_GROUP = 'Transactions, signatures checked';
/** The group whose goals count. */
export const TRANSACTION_GROUP = 'Transactions';
const COUNT = 200;
const QUICK_COUNT = 50;

const bytesOf = (key: Address): Uint8Array => new Uint8Array(getAddressEncoder().encode(key));

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
		async stage(pair, payer) {
			const { address } = await namedSigner('recipient');
			fund(pair, address);
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
	tokenTransfer('SPL Token transfer', TOKEN_PROGRAM, false),
	tokenTransfer('Token-2022 transfer, checked', TOKEN_2022_PROGRAM, true),
	{
		name: 'associated account creation',
		async stage(pair, payer) {
			const mint = (await namedSigner('mint')).address;
			setMint(pair, mint, TOKEN_PROGRAM, bytesOf(payer.address));
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
				// An account without lamports is none.
				reset: () => {
					for (const account of made) setAccount(pair, account, SYSTEM_PROGRAM, 0n);
					fund(pair, payer.address);
				},
			};
		},
	},
	{
		name: 'counter program',
		async stage(pair) {
			const { program, account } = await stageProgram(pair, 'counter');
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
		async stage(pair) {
			const { program, account } = await stageProgram(pair, 'chain');
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
async function stageProgram(pair: Pair, name: string): Promise<{ program: Address; account: Address }> {
	const program = (await namedSigner(name)).address;
	const account = (await namedSigner(`${name} account`)).address;
	pair.ours.addProgram(program, ownProgram(name));
	pair.oracle.addProgram(program, ownProgram(name));
	setAccount(pair, account, program, 1_000_000_000n, new Uint8Array(8));
	return { program, account };
}

function tokenTransfer(name: string, program: Address, isChecked: boolean): TransactionCase {
	return {
		name,
		async stage(pair, payer) {
			const mint = (await namedSigner('mint')).address;
			const from = (await namedSigner('from')).address;
			const to = (await namedSigner('to')).address;
			setMint(pair, mint, program, bytesOf(payer.address));
			setTokenAccount(pair, from, program, bytesOf(mint), bytesOf(payer.address), 1n << 50n);
			setTokenAccount(pair, to, program, bytesOf(mint), bytesOf(payer.address), 0n);
			return {
				instruction: (i) => ({
					programAddress: program,
					accounts: [
						{ address: from, role: WRITABLE },
						...(isChecked ? [{ address: mint, role: READONLY }] : []),
						{ address: to, role: WRITABLE },
						{ address: payer.address, role: READONLY_SIGNER },
					],
					data: isChecked ? instructionData(12, BigInt(i + 1), 9) : instructionData(3, BigInt(i + 1)),
				}),
			};
		},
	};
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

async function prepareTransactions(one: TransactionCase, sigverify: boolean, quick: boolean): Promise<Contest> {
	const pair = createPair({ sigverify });
	const payer = await namedSigner('payer');
	fund(pair, payer.address);
	const scene = await one.stage(pair, payer);
	const blockhash = pair.ours.latestBlockhash();
	const transactions: Transaction[] = [];
	for (let i = 0; i < (quick ? QUICK_COUNT : COUNT); i++) {
		transactions.push(await signedTransaction(payer, blockhash, [await scene.instruction(i)]));
	}
	const outcome = sendToBoth(pair, transactions[0]!, one.name);
	scene.reset?.();
	for (const transaction of transactions) sendToBoth(pair, transaction, one.name);
	scene.reset?.();
	const wire = transactions.map((transaction) => new Uint8Array(getTransactionEncoder().encode(transaction)));
	return {
		ours: sender(pair.ours, transactions),
		oracle: sender(pair.oracle, transactions),
		also: {
			name: 'from wire bytes',
			side: {
				operations: wire.length,
				run: () => {
					for (const bytes of wire) pair.ours.sendTransaction(bytes);
				},
			},
		},
		...(scene.reset && { reset: scene.reset }),
		note: `${outcome.computeUnitsConsumed()} CU`,
	};
}

function sender(engine: Engine, transactions: readonly Transaction[]): Side {
	return {
		operations: transactions.length,
		run: () => {
			for (const transaction of transactions) engine.sendTransaction(transaction);
		},
	};
}
