/** The two sides of a comparison: how each is set up, and what each shows of a transaction. */
import type { AccountSharedData, FeatureSet } from '@parhelion/sdk';
import { type Account, LiteSvm, FeatureSet as OracleFeatureSet } from 'litesvm/dist/internal.js';
import { FailedTransactionMetadata, FeatureSet as LiteFeatureSet, LiteSVM } from 'parhelion/node';
import { transactionErrorDebug } from '../oracle-bank.ts';

/** Whether programs are interpreted or compiled. */
export type Engine = 'off' | 'eager';

/** What one side shows of a step. */
export interface Seen {
	/** Rust's `Debug` text of the error, or `ok`. */
	readonly outcome: string;
	readonly fee: bigint;
	/** CU. */
	readonly units: number;
	readonly signature: string;
	readonly logs: readonly string[];
	/** `program data`, or nothing. */
	readonly returned: string;
	/** `height program accounts data` of each inner instruction, by top-level instruction. */
	readonly inner: readonly string[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Lamports of the payer in every case that names none of its own. */
const LAMPORTS = 10n ** 18n;

/** The oracle with everything a new instance has, but without its checks and its history. */
export function newOracle(features: FeatureSet): LiteSvm {
	const theirs = new OracleFeatureSet();
	for (const [id, slot] of features.activeFeatures()) theirs.activate(id.bytes, slot);
	const oracle = LiteSvm.default();
	oracle.setFeatureSet(theirs);
	oracle.setBuiltins();
	oracle.setLamports(LAMPORTS);
	oracle.setSysvars();
	oracle.setDefaultPrograms();
	oracle.setPrecompiles();
	oracle.withNativeMints();
	oracle.setTransactionHistory(0n);
	return oracle;
}

/** Parhelion set up in the same way. */
export function newOurs(features: FeatureSet, engine: Engine): LiteSVM {
	return LiteSVM.default()
		.withFeatureSet(new LiteFeatureSet(features))
		.withBuiltins()
		.withLamports(LAMPORTS)
		.withSysvars()
		.withDefaultPrograms()
		.withPrecompiles()
		.withNativeMints()
		.withTransactionHistory(0n)
		.withJit(engine);
}

/** Sends to the oracle, which ends the process where the bytes do not decode. */
export function sendToOracle(oracle: LiteSvm, wire: Uint8Array): Seen {
	const result = oracle.sendVersionedTransaction(wire);
	const failed = 'err' in result;
	const meta = failed ? result.meta() : result;
	const text = String(result);
	const returned = meta.returnData();
	return {
		outcome: failed ? (/err: (.*?), meta: TransactionMetadata/s.exec(text)?.[1] ?? text) : 'ok',
		fee: BigInt(/\bfee: (\d+) \}/.exec(text)?.[1] ?? -1),
		units: Number(meta.computeUnitsConsumed()),
		signature: hex(meta.signature()),
		logs: meta.logs(),
		returned: `${hex(returned.programId())} ${hex(returned.data())}`,
		inner: meta.innerInstructions().map((list) =>
			list
				.map((one) => {
					const instruction = one.instruction();
					return `${one.stackHeight()} ${instruction.programIdIndex()} ${hex(instruction.accounts())} ${hex(instruction.data())}`;
				})
				.join('\n'),
		),
	};
}

/** Whether the oracle's account is the same. */
export function isSameAccount(one: Account, other: AccountSharedData): boolean {
	return (
		one.lamports() === other.lamports &&
		one.executable() === other.executable &&
		Buffer.compare(one.owner(), other.owner.bytes) === 0 &&
		Buffer.compare(one.data(), other.data) === 0
	);
}

/** What is compared of a transaction, the most telling first. */
export const FIELDS = ['outcome', 'logs', 'units', 'fee', 'returned', 'inner', 'signature'] as const;

/** A field of what was seen, as text. */
export function fieldText(seen: Seen, field: (typeof FIELDS)[number]): string {
	const value = seen[field];
	return typeof value === 'object' ? value.join('\n') : String(value);
}

/** An account in words. */
export function accountText(lamports: bigint, owner: string, executable: boolean, data: Uint8Array): string {
	return `${lamports} lamports of ${owner}${executable ? ', executable' : ''}, ${data.length} bytes ${hex(data)}`;
}

/** `ok`, or why a program was refused. */
export function verdict(add: () => void): string {
	try {
		add();
		return 'ok';
	} catch (thrown) {
		if (!(thrown instanceof Error)) throw thrown;
		return thrown.message.replace('Failed to add program: ', '');
	}
}

/** Sends to Parhelion. */
export function sendToOurs(svm: LiteSVM, wire: Uint8Array): Seen {
	const result = svm.sendTransaction(wire);
	const isFailed = result instanceof FailedTransactionMetadata;
	const facts = (isFailed ? result.meta() : result).toFacts();
	return {
		outcome: isFailed ? transactionErrorDebug(result.transactionError()) : 'ok',
		fee: facts.fee,
		units: facts.computeUnitsConsumed,
		signature: hex(facts.signature),
		logs: facts.logs,
		returned: `${hex(facts.returnData.programId.bytes)} ${hex(facts.returnData.data)}`,
		inner: facts.innerInstructions.map((list) =>
			list
				.map(
					({ instruction: { programIdIndex, accounts, data }, stackHeight }) =>
						`${stackHeight} ${programIdIndex} ${hex(accounts)} ${hex(data)}`,
				)
				.join('\n'),
		),
	};
}
