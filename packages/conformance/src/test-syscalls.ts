/**
 * The host side of the test programs: a context with a meter, and the functions of upstream's own tests.
 *
 * Source: anza-xyz/sbpf `test_utils/src/lib.rs` (`TestContextObject`) and `syscalls.rs`.
 */
import {
	ACCESS_LOAD,
	ACCESS_STORE,
	type BuiltinFunction,
	type ContextObject,
	type EbpfVm,
	type MemoryMapping,
} from '@parhelion/sbpf';
import { InvariantError } from '@parhelion/sdk';
import { RowError } from './row.ts';

/** A context that counts down and holds the mapping it is given. */
export class TestContextObject implements ContextObject {
	/** Instructions left. */
	remaining: number;
	/** The mapping of the program; set before it runs. */
	mapping: MemoryMapping | null = null;

	constructor(remaining: number) {
		this.remaining = remaining;
	}

	consume(amount: number): void {
		this.remaining = Math.max(0, this.remaining - amount);
	}

	getRemaining(): number {
		return this.remaining;
	}

	activeMapping(): MemoryMapping {
		if (this.mapping === null) throw new InvariantError('the test context has no mapping yet');
		return this.mapping;
	}
}

type TestSyscall = BuiltinFunction<TestContextObject>;

const MEM_FROB_KEY = 0b101010;

const TEST_SYSCALLS: ReadonlyMap<string, TestSyscall> = new Map<string, TestSyscall>([
	['SyscallString', readString],
	['SyscallU64', (vm) => vm.setReturn(0)],
	['SyscallMemFrob', memFrob],
	['SyscallGatherBytes', gatherBytes],
	['SyscallStrCmp', strCmp],
]);

/** The function of upstream's name for it. */
export function testSyscall(name: string): TestSyscall {
	const syscall = TEST_SYSCALLS.get(name);
	if (syscall === undefined) throw new RowError(`no such test syscall: ${name}`);
	return syscall;
}

/** r1: pointer, r2: length in bytes. Reads a string and gives it to nobody. */
function readString(vm: EbpfVm<TestContextObject>): void {
	const len = vm.arg(2);
	if (len !== 0n) vm.context.activeMapping().map(ACCESS_LOAD, vm.arg(1), len);
	vm.setReturn(0);
}

/** r1: pointer, r2: length in bytes. Flips the bits of 42 in every byte. */
function memFrob(vm: EbpfVm<TestContextObject>): void {
	const len = vm.arg(2);
	if (len !== 0n) {
		const host = vm.context.activeMapping().map(ACCESS_STORE, vm.arg(1), len);
		const bytes = vm.arena.u8;
		for (let at = host; at < host + Number(len); at++) bytes[at]! ^= MEM_FROB_KEY;
	}
	vm.setReturn(0);
}

/** r1 to r5: joined, each 8 bits below the one before. */
function gatherBytes(vm: EbpfVm<TestContextObject>): void {
	const joined = (vm.arg(1) << 32n) | (vm.arg(2) << 24n) | (vm.arg(3) << 16n) | (vm.arg(4) << 8n) | vm.arg(5);
	vm.setReturn(BigInt.asUintN(64, joined));
}

/** r1, r2: pointers to strings that end in 0. Answers how far the first different bytes are apart. */
function strCmp(vm: EbpfVm<TestContextObject>): void {
	const [first, second] = [vm.arg(1), vm.arg(2)];
	if (first === 0n || second === 0n) {
		vm.setReturn(0xffff_ffff_ffff_ffffn);
		return;
	}
	const mapping = vm.context.activeMapping();
	const byteAt = (vmAddr: bigint): number => vm.arena.u8[mapping.map(ACCESS_LOAD, vmAddr, 1n)]!;
	for (let i = 0n; ; i++) {
		const [a, b] = [byteAt(first + i), byteAt(second + i)];
		if (a !== b || a === 0) {
			vm.setReturn(Math.abs(a - b));
			return;
		}
	}
}
