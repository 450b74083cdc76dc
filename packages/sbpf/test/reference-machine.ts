/**
 * A second interpreter, for tests only: BigInt throughout, one instruction at a time, nothing clever.
 *
 * Written from solana-sbpf's `interpreter.rs` and `memory_region.rs` without looking at the real one, so that comparing the
 * two can find the errors of either. Shares with it only the instruction table (names of bytes).
 */
import type { EbpfError } from '../src/errors.ts';
import { instructionTable } from '../src/isa/table.ts';
import type { SBPFVersion } from '../src/program.ts';

/** Memory as the reference sees it. */
export interface ReferenceRegion {
	readonly start: bigint;
	readonly bytes: Uint8Array;
	readonly writable: boolean;
	/** Bytes of a gap, 0 for none. */
	readonly gap: number;
}

/** A program and everything around it. */
export interface ReferenceInput {
	readonly text: Uint8Array;
	readonly textAddress: bigint;
	readonly version: SBPFVersion;
	readonly entryPc: number;
	readonly registers: readonly bigint[];
	readonly regions: readonly ReferenceRegion[];
	readonly budget: number;
	readonly gaps: boolean;
	/** Functions of the program by key, before V3. */
	readonly functions: ReadonlyMap<number, number>;
	/** Functions of the host by key: what they answer, given r1 to r5. */
	readonly syscalls: ReadonlyMap<number, (args: readonly bigint[]) => bigint>;
}

/** Where the run ended. */
export interface ReferenceOutcome {
	readonly error: EbpfError | null;
	readonly executed: number;
	/** r0 to r10. */
	readonly registers: readonly bigint[];
	readonly trace: readonly (readonly bigint[])[];
}

const U64 = (v: bigint): bigint => BigInt.asUintN(64, v);
const S64 = (v: bigint): bigint => BigInt.asIntN(64, v);
const U32 = (v: bigint): bigint => BigInt.asUintN(32, v);
const S32 = (v: bigint): bigint => BigInt.asIntN(32, v);

class Stop {
	readonly error: EbpfError | null;
	constructor(error: EbpfError | null) {
		this.error = error;
	}
}

interface Frame {
	readonly saved: readonly bigint[];
	readonly framePointer: bigint;
	readonly returnTo: number;
}

class Machine {
	readonly input: ReferenceInput;
	readonly r: bigint[];
	readonly frames: Frame[] = [];
	readonly trace: bigint[][] = [];
	readonly view: DataView;
	pc: number;
	executed = 0;

	constructor(input: ReferenceInput) {
		this.input = input;
		this.r = input.registers.slice(0, 11);
		this.pc = input.entryPc;
		this.view = new DataView(input.text.buffer, input.text.byteOffset, input.text.byteLength);
	}

	find(access: 'Load' | 'Store', address: bigint, len: number): { bytes: Uint8Array; at: number } {
		let region: ReferenceRegion | undefined;
		for (const candidate of this.input.regions) if (candidate.start <= address) region = candidate;
		if (region !== undefined && (region.writable || access === 'Load')) {
			let offset = address - region.start;
			let inGap = false;
			if (region.gap > 0) {
				const gap = BigInt(region.gap);
				inGap = (offset / gap) % 2n === 1n;
				offset = (offset / gap / 2n) * gap + (offset % gap);
			}
			if (!inGap && offset + BigInt(len) <= BigInt(region.bytes.length)) {
				return { bytes: region.bytes, at: Number(offset) };
			}
		}
		throw new Stop(this.violation(access, address, len, region));
	}

	violation(
		access: 'Load' | 'Store',
		address: bigint,
		len: number,
		region: ReferenceRegion | undefined,
	): EbpfError {
		const manual = this.input.version === 1 || this.input.version === 2;
		let distance = S64(address) - 0x2_0000_0000n;
		if (distance < -(2n ** 63n)) distance = -(2n ** 63n);
		const frame = distance / 4096n;
		if (!manual && frame >= -1n && frame < 65n) {
			return {
				kind: 'StackAccessViolation',
				access,
				vmAddr: address,
				len: BigInt(len),
				frame: Number(frame),
			};
		}
		const span = region === undefined ? 0n : BigInt(region.bytes.length) * (region.gap > 0 ? 2n : 1n);
		const known = region !== undefined && address < region.start + span;
		const names = ['allocated', 'program', 'stack', 'heap', 'input'];
		const name = known ? (names[Number(address >> 32n)] ?? 'allocated') : 'unallocated';
		return { kind: 'AccessViolation', access, vmAddr: address, len: BigInt(len), region: name };
	}

	load(address: bigint, len: number): bigint {
		const { bytes, at } = this.find('Load', address, len);
		let value = 0n;
		for (let i = len - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
		return value;
	}

	store(address: bigint, len: number, value: bigint): void {
		const { bytes, at } = this.find('Store', address, len);
		for (let i = 0; i < len; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
	}

	pushFrame(): void {
		this.frames.push({ saved: this.r.slice(6, 10), framePointer: this.r[10]!, returnTo: this.pc + 1 });
		if (this.frames.length === 64) throw new Stop({ kind: 'CallDepthExceeded' });
		const { version, gaps } = this.input;
		if (version === 1 || version === 2) return;
		this.r[10] = U64(this.r[10]! + (version === 0 && gaps ? 8192n : 4096n));
	}

	insideProgram(pc: bigint): boolean {
		return pc >= 0n && pc < BigInt(this.input.text.length / 8);
	}

	step(): void {
		if (this.executed >= this.input.budget) throw new Stop({ kind: 'ExceededMaxInstructions' });
		this.executed++;
		if (!this.insideProgram(BigInt(this.pc))) throw new Stop({ kind: 'ExecutionOverrun' });
		this.trace.push([...this.r, BigInt(this.pc)]);
		const at = this.pc * 8;
		const opcode = this.view.getUint8(at);
		const dst = this.view.getUint8(at + 1) & 15;
		const src = this.view.getUint8(at + 1) >> 4;
		const off = this.view.getInt16(at + 2, true);
		const imm = BigInt(this.view.getInt32(at + 4, true));
		const row = instructionTable(this.input.version).rows[opcode];
		if (row === undefined) throw new Stop({ kind: 'UnsupportedInstruction' });
		const next = this.execute(row.name, dst, src, off, imm);
		this.pc = next ?? this.pc + 1;
	}

	/** Executes one instruction; answers the next slot where it is not the following one. */
	execute(name: string, dst: number, src: number, off: number, imm: bigint): number | undefined {
		const { r } = this;
		const v2 = this.input.version === 2;
		const memory = /^(LD|ST)_(1B|2B|4B|8B|B|H|W|DW)_(REG|IMM)$/.exec(name);
		if (name === 'LD_DW_IMM') {
			const upper = BigInt(this.view.getInt32(this.pc * 8 + 12, true));
			r[dst] = U64((upper << 32n) | U32(imm));
			return this.pc + 2;
		}
		if (memory !== null) {
			const size = { '1B': 1, '2B': 2, '4B': 4, '8B': 8, B: 1, H: 2, W: 4, DW: 8 }[memory[2]!]!;
			if (memory[1] === 'LD') r[dst] = this.load(U64(r[src]! + BigInt(off)), size);
			else this.store(U64(r[dst]! + BigInt(off)), size, U64(memory[3] === 'IMM' ? imm : r[src]!));
			return undefined;
		}
		const jump = /^J(EQ|NE|GT|GE|LT|LE|SET|SGT|SGE|SLT|SLE)(32|64)_(IMM|REG)$/.exec(name);
		if (jump !== null) {
			const operand = jump[3] === 'IMM' ? imm : r[src]!;
			const taken =
				jump[2] === '32' ? jumps32(jump[1]!, r[dst]!, operand) : jumps64(jump[1]!, r[dst]!, operand);
			return taken ? this.pc + 1 + off : undefined;
		}
		switch (name) {
			case 'JA':
				return this.pc + 1 + off;
			case 'CALL_REG':
				return this.callRegister(v2 ? r[src]! : this.input.version >= 3 ? r[dst]! : r[Number(imm)]!);
			case 'CALL_IMM':
				return this.callImmediate(src, imm);
			case 'EXIT': {
				const frame = this.frames.pop();
				if (frame === undefined) throw new Stop(null);
				r.splice(6, 4, ...frame.saved);
				r[10] = frame.framePointer;
				return frame.returnTo;
			}
			case 'NEG32':
				r[dst] = U32(-r[dst]!);
				return undefined;
			case 'NEG64':
				r[dst] = U64(-r[dst]!);
				return undefined;
			case 'HOR64_IMM':
				r[dst] = U64(r[dst]! | (U64(imm) << 32n));
				return undefined;
			case 'LE':
			case 'BE':
				r[dst] = endian(name, r[dst]!, imm);
				return undefined;
		}
		const alu = /^([A-Z]+)(32|64)_(IMM|REG)$/.exec(name);
		if (alu === null) throw new Error(`the reference does not know ${name}`);
		const operand = alu[3] === 'IMM' ? imm : r[src]!;
		r[dst] = arithmetic(alu[1]!, alu[2] === '32', r[dst]!, operand, alu[3] === 'IMM', v2);
		return undefined;
	}

	callRegister(target: bigint): number {
		this.pushFrame();
		const slot = U64(target - this.input.textAddress) / 8n;
		if (!this.insideProgram(slot)) throw new Stop({ kind: 'CallOutsideTextSegment' });
		return Number(slot);
	}

	callImmediate(src: number, imm: bigint): number | undefined {
		const { version, syscalls, functions } = this.input;
		const key = Number(U32(imm));
		const syscall = version < 3 || src === 0 ? syscalls.get(key) : undefined;
		if (syscall !== undefined) {
			this.r[0] = U64(syscall(this.r.slice(1, 6)));
			return undefined;
		}
		if (version < 3) {
			const target = functions.get(key);
			if (target === undefined) throw new Stop({ kind: 'UnsupportedInstruction' });
			this.pushFrame();
			if (!this.insideProgram(BigInt(target))) throw new Stop({ kind: 'CallOutsideTextSegment' });
			return target;
		}
		const target = BigInt(this.pc + 1) + imm;
		if (src !== 1 || !this.insideProgram(target)) throw new Stop({ kind: 'UnsupportedInstruction' });
		this.pushFrame();
		return Number(target);
	}
}

function endian(name: string, value: bigint, bits: bigint): bigint {
	if (bits !== 16n && bits !== 32n && bits !== 64n) throw new Stop({ kind: 'InvalidInstruction' });
	const low = BigInt.asUintN(Number(bits), value);
	if (name === 'LE') return low;
	let swapped = 0n;
	for (let i = 0n; i < bits; i += 8n) swapped = (swapped << 8n) | ((low >> i) & 0xffn);
	return swapped;
}

function arithmetic(
	op: string,
	narrow: boolean,
	a: bigint,
	operand: bigint,
	isImmediate: boolean,
	v2: boolean,
): bigint {
	const unsigned = narrow ? U32 : U64;
	const signed = narrow ? S32 : S64;
	const width = narrow ? 32n : 64n;
	const x = unsigned(a);
	const y = unsigned(operand);
	/** Sums, differences and products of 32 bits: sign-extended, but not in V2. */
	const result = (value: bigint): bigint => (narrow && !v2 ? U64(S32(value)) : unsigned(value));
	/** V2's immediates of 64-bit unsigned division and upper product are zero-extended. */
	const y32 = isImmediate ? U32(operand) : y;
	switch (op) {
		case 'ADD':
			return result(x + y);
		case 'SUB':
			return result(isImmediate && v2 ? y - x : x - y);
		case 'MUL':
			return result(x * y);
		case 'DIV':
			return x / divisor(y);
		case 'MOD':
			return x % divisor(y);
		case 'OR':
			return x | y;
		case 'AND':
			return x & y;
		case 'XOR':
			return x ^ y;
		case 'LSH':
			return unsigned(x << (y % width));
		case 'RSH':
			return x >> (y % width);
		case 'ARSH':
			return unsigned(signed(a) >> (y % width));
		case 'MOV':
			return narrow && v2 && !isImmediate ? U64(S32(operand)) : y;
		case 'LMUL':
			return unsigned(x * y);
		case 'UHMUL':
			return (x * y32) >> 64n;
		case 'SHMUL':
			return U64((S64(a) * S64(operand)) >> 64n);
		case 'UDIV':
			return x / divisor(y32);
		case 'UREM':
			return x % divisor(y32);
		case 'SDIV':
			overflow(signed(a), signed(operand), width);
			return unsigned(signed(a) / signed(operand));
		case 'SREM':
			overflow(signed(a), signed(operand), width);
			return unsigned(signed(a) % signed(operand));
		default:
			throw new Error(`the reference does not know ${op}`);
	}
}

function divisor(y: bigint): bigint {
	if (y === 0n) throw new Stop({ kind: 'DivideByZero' });
	return y;
}

function overflow(x: bigint, y: bigint, width: bigint): void {
	divisor(y);
	if (x === -(2n ** (width - 1n)) && y === -1n) throw new Stop({ kind: 'DivideOverflow' });
}

function jumps64(op: string, a: bigint, operand: bigint): boolean {
	return compares(op, U64(a), U64(operand), S64(a), S64(operand));
}

function jumps32(op: string, a: bigint, operand: bigint): boolean {
	return compares(op, U32(a), U32(operand), S32(a), S32(operand));
}

function compares(op: string, x: bigint, y: bigint, sx: bigint, sy: bigint): boolean {
	switch (op) {
		case 'EQ':
			return x === y;
		case 'NE':
			return x !== y;
		case 'GT':
			return x > y;
		case 'GE':
			return x >= y;
		case 'LT':
			return x < y;
		case 'LE':
			return x <= y;
		case 'SET':
			return (x & y) !== 0n;
		case 'SGT':
			return sx > sy;
		case 'SGE':
			return sx >= sy;
		case 'SLT':
			return sx < sy;
		case 'SLE':
			return sx <= sy;
		default:
			throw new Error(`the reference does not know J${op}`);
	}
}

/** Runs a program to its end. Writes to the bytes of the regions. */
export function runReference(input: ReferenceInput): ReferenceOutcome {
	const machine = new Machine(input);
	try {
		for (;;) machine.step();
	} catch (thrown) {
		if (!(thrown instanceof Stop)) throw thrown;
		const { executed, r, trace } = machine;
		return { error: thrown.error, executed, registers: r, trace };
	}
}
