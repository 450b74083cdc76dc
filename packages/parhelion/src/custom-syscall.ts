/**
 * Syscalls that a test lends to programs, beside the runtime's own.
 *
 * Owns: the call as the function sees it, and what becomes of an error it throws. A program links against the
 * name as against any syscall (`extern "C" { fn my_syscall(..) -> u64; }`).
 *
 * Source: litesvm lib.rs (`with_custom_syscall`); the face is ours.
 */
import type { BuiltinFunction, EbpfVm } from '@parhelion/sbpf';
import { Fault, InstructionError } from '@parhelion/sdk';
import type { InvokeContext } from '@parhelion/svm';
import { expectBytes, expectString, wrongType } from './expect-type.ts';

/** Access kinds of the memory mapping. */
const LOAD = 0;
const STORE = 1;
const U64_LIMIT = 1n << 64n;

/** A call of a custom syscall by a program. Valid until the function returns. */
export interface SyscallCall {
	/** Registers r1 to r5: addresses in the program's memory, or values. */
	readonly args: readonly [bigint, bigint, bigint, bigint, bigint];
	/** Base58 address of the program that calls. */
	readonly programId: string;
	/** 1 for a program that a transaction invokes, 2 for one that this invokes, and so on. */
	readonly stackHeight: number;
	/** CU left. */
	remainingComputeUnits(): number;
	/** Takes CU off the meter; the program ends where there are too few. */
	consume(computeUnits: number): void;
	/** A copy of `length` bytes of the program's memory; the program ends with an access violation if it has none there. */
	read(address: bigint, length: number | bigint): Uint8Array;
	/** Writes to the program's memory; the program ends with an access violation if it may not. */
	write(address: bigint, bytes: Uint8Array): void;
	/** Adds `Program log: text` to the logs. */
	log(text: string): void;
	/** Ends the program with an error code of its own. */
	fail(code: number): never;
}

/** What a custom syscall does; what it returns is the program's r0, nothing being 0. */
export type SyscallFunction = (call: SyscallCall) => bigint | number | boolean | undefined;

/** A syscall under its name on chain. */
export interface CustomSyscall {
	readonly name: string;
	readonly fn: BuiltinFunction<InvokeContext>;
}

/** An error that {@link SyscallCall} itself threw: it ends the program as it is. */
function isFault(thrown: unknown): boolean {
	return thrown instanceof Fault;
}

class Call implements SyscallCall {
	readonly args: readonly [bigint, bigint, bigint, bigint, bigint];
	readonly #context: InvokeContext;

	constructor(vm: EbpfVm<InvokeContext>) {
		this.args = [vm.arg(1), vm.arg(2), vm.arg(3), vm.arg(4), vm.arg(5)];
		this.#context = vm.context;
	}
	get programId(): string {
		return this.#context.transactionContext.getCurrentInstructionContext().getProgramKey().toBase58();
	}
	get stackHeight(): number {
		return this.#context.getStackHeight();
	}
	remainingComputeUnits(): number {
		return this.#context.getRemaining();
	}
	consume(computeUnits: number): void {
		if (!Number.isSafeInteger(computeUnits) || computeUnits < 0) {
			throw new RangeError(`consume: expected an integer of 0 or more, got ${String(computeUnits)}`);
		}
		this.#context.computeMeter.consumeChecked(computeUnits);
	}
	read(address: bigint, length: number | bigint): Uint8Array {
		const size = toU64(length, 'length');
		if (size === 0n) return new Uint8Array(0);
		const host = this.#context.activeMapping().map(LOAD, toU64(address, 'address'), size);
		return this.#context.arena.u8.slice(host, host + Number(size));
	}
	write(address: bigint, bytes: Uint8Array): void {
		const { length } = expectBytes(bytes, 'bytes');
		if (length === 0) return;
		const mapping = this.#context.activeMapping();
		const host = mapping.mapWithAccessViolationHandler(STORE, toU64(address, 'address'), BigInt(length));
		this.#context.arena.u8.set(bytes, host);
	}
	log(text: string): void {
		this.#context.icMsg(`Program log: ${expectString(text, 'text')}`);
	}
	fail(code: number): never {
		if (!Number.isInteger(code) || code < 0 || code > 0xffff_ffff) {
			throw new RangeError(`fail: expected a code of 32 bits, got ${String(code)}`);
		}
		throw new Fault(InstructionError.Custom(code));
	}
}

function toU64(value: number | bigint, name: string): bigint {
	if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw wrongType(name, 'a bigint', value);
	const integer = BigInt(value);
	if (integer < 0n || integer >= U64_LIMIT) throw new RangeError(`${name}: ${value} is no u64`);
	return integer;
}

function toReturnValue(value: unknown): bigint {
	if (value === undefined) return 0n;
	if (typeof value === 'boolean') return value ? 1n : 0n;
	if (typeof value === 'bigint') return BigInt.asUintN(64, value);
	if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt.asUintN(64, BigInt(value));
	throw wrongType('the result of a syscall', 'an integer, a boolean or nothing', value);
}

/**
 * The syscall in the loader's form. An error that `fn` throws is logged and ends the program with
 * `ProgramFailedToComplete`: the machine's state stays sound, and the message is in the logs.
 */
export function createCustomSyscall(name: string, fn: SyscallFunction): CustomSyscall {
	return {
		name,
		fn: (vm) => {
			try {
				vm.setReturn(toReturnValue(fn(new Call(vm))));
			} catch (thrown) {
				if (isFault(thrown)) throw thrown;
				const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
				vm.context.icMsg(`Program log: custom syscall ${name} threw ${message}`);
				throw new Fault({ room: 'syscall', kind: 'Abort' });
			}
		},
	};
}
