/**
 * Looking on while a transaction runs: a callback before and after each invocation of a program.
 *
 * Owns: the invocation as the callback sees it, and what becomes of an error it throws. That ends the transaction
 * inside the machine as a program's failure would, so that the machine stays sound, and then comes out of the call
 * that sent the transaction; nothing is committed.
 *
 * Source: litesvm lib.rs (`InvocationInspectCallback`), which is called once a transaction; the face is ours.
 */
import { Fault, InstructionError, InvariantError } from '@parhelion/sdk';
import type { InstructionContext, InvocationHook, InvokeContext } from '@parhelion/svm';
import { toEncodedAccount } from './account.ts';
import { copyBytes } from './copy-bytes.ts';
import { expectFunction, expectObject, toPubkey } from './expect-type.ts';
import type { Address, MaybeEncodedAccount } from './kit-types.ts';

/** An account as an invocation names it. */
export interface InvocationAccount {
	readonly address: Address;
	readonly isSigner: boolean;
	readonly isWritable: boolean;
}

/** A program that is invoked: by the transaction, or by another program. */
export interface ProgramInvocation {
	readonly programId: Address;
	/** 1 for a program that the transaction invokes, 2 for one that this invokes, and so on. */
	readonly stackHeight: number;
	/** Which of the transaction's instructions this belongs to. */
	readonly instructionIndex: number;
	readonly accounts: readonly InvocationAccount[];
	/** A copy of the instruction's data. */
	readonly data: Uint8Array;
	/** CU left. Error once the callback has returned. */
	remainingComputeUnits(): number;
	/**
	 * An account of the transaction as it is now. RangeError for one that the transaction does not name; Error once
	 * the callback has returned.
	 */
	getAccount<Text extends string>(address: Text): MaybeEncodedAccount<Text>;
}

/** How an invocation ended. */
export interface InvocationOutcome {
	/** `null` where the program succeeded. The runtime's own checks of what it did come afterwards. */
	readonly error: InstructionError | null;
	/** CU, those of the programs it invoked included. */
	readonly computeUnitsConsumed: number;
	/** What was last returned, and by whom; no bytes for nothing. */
	readonly returnData: { readonly programId: Address; readonly data: Uint8Array };
}

/** Called for every invocation, synchronously. */
export interface InvocationCallback {
	/** The program has not begun. */
	before?(invocation: ProgramInvocation): void;
	/** The program has ended. */
	after?(invocation: ProgramInvocation, outcome: InvocationOutcome): void;
}

/** `value`, if it may be a callback. TypeError if not. */
export function expectInvocationCallback(value: unknown): InvocationCallback {
	expectObject(value, 'callback', 'an object with the functions before and after, or one of them');
	const callback = value as InvocationCallback;
	for (const name of ['before', 'after'] as const) {
		if (callback[name] !== undefined) expectFunction(callback[name], `callback.${name}`);
	}
	return callback;
}

class Invocation implements ProgramInvocation {
	readonly programId: Address;
	readonly stackHeight: number;
	readonly instructionIndex: number;
	readonly #instruction: InstructionContext;
	/** `null` once the callback has returned. */
	#context: InvokeContext | null;

	constructor(context: InvokeContext) {
		const { transactionContext } = context;
		this.#context = context;
		this.#instruction = transactionContext.getCurrentInstructionContext();
		this.programId = this.#instruction.getProgramKey().toBase58() as Address;
		this.stackHeight = context.getStackHeight();
		this.instructionIndex = transactionContext.getInstructionContextAtNestingLevel(0).getIndexInTrace();
	}
	get accounts(): readonly InvocationAccount[] {
		const { list } = this.#instruction.transactionContext.accounts;
		return this.#instruction.instructionAccounts.map(({ indexInTransaction, isSigner, isWritable }) => ({
			address: list[indexInTransaction]!.key.toBase58() as Address,
			isSigner,
			isWritable,
		}));
	}
	get data(): Uint8Array {
		return copyBytes(this.#instruction.getInstructionData());
	}
	remainingComputeUnits(): number {
		return this.#live().getRemaining();
	}
	getAccount<Text extends string>(address: Text): MaybeEncodedAccount<Text> {
		const { accounts } = this.#live().transactionContext;
		const pubkey = toPubkey(address, 'address');
		const account = accounts.list.find(({ key }) => key.equals(pubkey));
		if (account === undefined) throw new RangeError(`the transaction does not name the account ${address}`);
		// An account without lamports will not be there after the transaction.
		if (account.lamports === 0n) return { exists: false, address: address as string as Address<Text> };
		return { exists: true, ...toEncodedAccount(address, account.toAccountSharedData()) };
	}
	end(): void {
		this.#context = null;
	}
	#live(): InvokeContext {
		if (this.#context === null) throw new Error('the invocation is over: look at it inside the callback');
		return this.#context;
	}
}

/** Calls a callback for the invocations of one transaction. */
export class InvocationWatcher implements InvocationHook {
	readonly #callback: InvocationCallback;
	/** CU left when the invocations now on the stack began. */
	readonly #begun: number[] = [];
	#thrown: { readonly error: unknown } | null = null;

	constructor(callback: InvocationCallback) {
		this.#callback = callback;
	}

	before(context: InvokeContext): void {
		this.#begun.push(context.getRemaining());
		const { before } = this.#callback;
		if (before !== undefined) this.#call(context, (invocation) => before.call(this.#callback, invocation));
	}

	after(context: InvokeContext, error: InstructionError | null): void {
		const begun = this.#begun.pop();
		if (begun === undefined) throw new InvariantError('an invocation ended that had not begun');
		const { after } = this.#callback;
		if (after === undefined) return;
		const { programId, data } = context.transactionContext.getReturnData();
		const outcome: InvocationOutcome = {
			error,
			computeUnitsConsumed: begun - context.getRemaining(),
			returnData: { programId: programId.toBase58() as Address, data: copyBytes(data) },
		};
		this.#call(context, (invocation) => after.call(this.#callback, invocation, outcome));
	}

	/** Throws what the callback threw. */
	rethrow(): void {
		if (this.#thrown !== null) throw this.#thrown.error;
	}

	#call(context: InvokeContext, call: (invocation: Invocation) => unknown): void {
		// On the way out of a transaction that the callback itself has ended.
		if (this.#thrown !== null) return;
		const invocation = new Invocation(context);
		try {
			const answer = call(invocation);
			if (isPromise(answer)) throw new TypeError('an invocation callback must not be asynchronous');
		} catch (error) {
			this.#thrown = { error };
			throw new Fault(InstructionError.ProgramFailedToComplete);
		} finally {
			invocation.end();
		}
	}
}

/** Whether `value` is a promise; one that fails is not to end the process. */
function isPromise(value: unknown): boolean {
	if (!(value instanceof Promise)) return false;
	value.catch(() => {});
	return true;
}
