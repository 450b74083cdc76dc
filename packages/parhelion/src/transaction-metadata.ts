/**
 * What a transaction did: the classes that `sendTransaction` and `simulateTransaction` return.
 *
 * The bytes handed out are copies; a caller may write to them.
 * Source: node-litesvm transaction_metadata.rs, litesvm types.rs.
 */
import {
	type CompiledInstruction as CompiledInstructionFields,
	type Lamports,
	type TransactionError,
	transactionErrorText,
} from '@parhelion/sdk';
import type {
	InnerInstruction as InnerInstructionFields,
	InnerInstructionsList,
	TransactionReturnData as TransactionReturnDataFields,
} from '@parhelion/svm';
import { type AddressAndAccount, toEncodedAccount } from './account.ts';
import { copyBytes } from './copy-bytes.ts';
import { formatLogs } from './format-logs.ts';
import type { EncodedAccount } from './kit-types.ts';
import { formatLogTree, type LogTreeOptions } from './log-tree.ts';
import {
	debugAccount,
	debugCompiledInstruction,
	debugList,
	debugSignature,
	debugString,
	debugStruct,
	debugTransactionError,
	debugTuple,
} from './rust-debug.ts';
import { type LiteTransactionError, toLiteTransactionError } from './transaction-error.ts';

/** An instruction whose accounts are numbers into the transaction's accounts. */
export class CompiledInstruction {
	readonly #fields: CompiledInstructionFields;
	constructor(programIdIndex: number, accounts: Uint8Array, data: Uint8Array) {
		this.#fields = { programIdIndex, accounts: copyBytes(accounts), data: copyBytes(data) };
	}
	programIdIndex(): number {
		return this.#fields.programIdIndex;
	}
	accounts(): Uint8Array {
		return copyBytes(this.#fields.accounts);
	}
	data(): Uint8Array {
		return copyBytes(this.#fields.data);
	}
	toString(): string {
		return debugTuple('CompiledInstruction', debugCompiledInstruction(this.#fields));
	}
}

function debugInnerInstruction(inner: InnerInstructionFields): string {
	return debugStruct('InnerInstruction', {
		instruction: debugCompiledInstruction(inner.instruction),
		stack_height: inner.stackHeight,
	});
}

/** An instruction that a program invoked. */
export class InnerInstruction {
	readonly #fields: InnerInstructionFields;
	constructor(fields: InnerInstructionFields) {
		this.#fields = fields;
	}
	instruction(): CompiledInstruction {
		const { programIdIndex, accounts, data } = this.#fields.instruction;
		return new CompiledInstruction(programIdIndex, accounts, data);
	}
	/** 2 for an instruction that a top-level instruction invoked, and so on. */
	stackHeight(): number {
		return this.#fields.stackHeight;
	}
	toString(): string {
		return debugTuple('InnerInstruction', debugInnerInstruction(this.#fields));
	}
}

function debugReturnData(returnData: TransactionReturnDataFields): string {
	return debugStruct('TransactionReturnData', {
		program_id: returnData.programId.toBase58(),
		data: debugList(returnData.data),
	});
}

/** The data that a program returned, and which program it was. */
export class TransactionReturnData {
	readonly #fields: TransactionReturnDataFields;
	constructor(fields: TransactionReturnDataFields) {
		this.#fields = fields;
	}
	programId(): Uint8Array {
		return copyBytes(this.#fields.programId.bytes);
	}
	data(): Uint8Array {
		return copyBytes(this.#fields.data);
	}
	toString(): string {
		return debugTuple('TransactionReturnData', debugReturnData(this.#fields));
	}
}

/** The facts of a transaction; immutable, shared by the history and the objects handed out. */
export interface TransactionFacts {
	readonly signature: Uint8Array;
	readonly logs: readonly string[];
	readonly innerInstructions: InnerInstructionsList;
	/** CU. */
	readonly computeUnitsConsumed: number;
	readonly returnData: TransactionReturnDataFields;
	readonly fee: Lamports;
}

function debugFacts(facts: TransactionFacts): string {
	return debugStruct('TransactionMetadata', {
		signature: debugSignature(facts.signature),
		logs: debugList(facts.logs.map(debugString)),
		inner_instructions: debugList(
			facts.innerInstructions.map((inners) => debugList(inners.map(debugInnerInstruction))),
		),
		compute_units_consumed: facts.computeUnitsConsumed,
		return_data: debugReturnData(facts.returnData),
		fee: facts.fee,
	});
}

/** What a transaction did. */
export class TransactionMetadata {
	readonly #facts: TransactionFacts;
	constructor(facts: TransactionFacts) {
		this.#facts = facts;
	}
	/** The first signature; zeros if the transaction was turned away. */
	signature(): Uint8Array {
		return copyBytes(this.#facts.signature);
	}
	logs(): string[] {
		return this.#facts.logs.slice();
	}
	/** For each top-level instruction the instructions below it. */
	innerInstructions(): InnerInstruction[][] {
		return this.#facts.innerInstructions.map((inners) => inners.map((inner) => new InnerInstruction(inner)));
	}
	computeUnitsConsumed(): bigint {
		return BigInt(this.#facts.computeUnitsConsumed);
	}
	returnData(): TransactionReturnData {
		return new TransactionReturnData(this.#facts.returnData);
	}
	/** Lamports. The original computes it too but does not show it. */
	fee(): bigint {
		return this.#facts.fee;
	}
	/** The same as plain data, to be read only. Not in the original. */
	toFacts(): TransactionFacts {
		return this.#facts;
	}
	/** The logs with terminal colours. */
	prettyLogs(): string {
		return formatLogs(this.#facts.logs);
	}
	/** The logs as a tree of invocations, with names, results and CU. Not in the original. */
	logTree(options?: LogTreeOptions): string {
		return formatLogTree(this.#facts.logs, options);
	}
	toString(): string {
		return debugTuple('TransactionMetadata', debugFacts(this.#facts));
	}
}

/** What a failed transaction did, and why it failed. */
export class FailedTransactionMetadata {
	readonly #error: TransactionError;
	readonly #facts: TransactionFacts;
	constructor(error: TransactionError, facts: TransactionFacts) {
		this.#error = error;
		this.#facts = facts;
	}
	/** The error in the original's form: a number for an error without fields, else an object. */
	err(): LiteTransactionError {
		return toLiteTransactionError(this.#error);
	}
	/** The error as a value with its name. Not in the original. */
	transactionError(): TransactionError {
		return this.#error;
	}
	/** Why it failed, in Agave's words. Not in the original. */
	message(): string {
		return transactionErrorText(this.#error);
	}
	meta(): TransactionMetadata {
		return new TransactionMetadata(this.#facts);
	}
	toString(): string {
		return debugTuple(
			'FailedTransactionMetadata',
			debugStruct('FailedTransactionMetadata', {
				err: debugTransactionError(this.#error),
				meta: debugFacts(this.#facts),
			}),
		);
	}
}

/** What a transaction would do. */
export class SimulatedTransactionInfo {
	readonly #facts: TransactionFacts;
	readonly #postAccounts: readonly AddressAndAccount[];
	constructor(facts: TransactionFacts, postAccounts: readonly AddressAndAccount[]) {
		this.#facts = facts;
		this.#postAccounts = postAccounts;
	}
	meta(): TransactionMetadata {
		return new TransactionMetadata(this.#facts);
	}
	/** The writable accounts as they would be afterwards. */
	postAccounts(): EncodedAccount[] {
		return this.#postAccounts.map(([address, account]) => toEncodedAccount(address.toBase58(), account));
	}
	toString(): string {
		return debugTuple(
			'SimulatedTransactionInfo',
			debugStruct('SimulatedTransactionInfo', {
				meta: debugFacts(this.#facts),
				post_accounts: debugList(
					this.#postAccounts.map(([address, account]) => `(${address.toBase58()}, ${debugAccount(account)})`),
				),
			}),
		);
	}
}
