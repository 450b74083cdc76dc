/**
 * Random programs that pass the verifier and do something before they fail.
 *
 * Owns the choice of control flow: branches, loops, calls, `callx`, syscalls, strewn with what compilers never
 * write (jumps between functions, loops with several entries, calls into the middle of things).
 */
import { type Config, manualStackFrameBump, SBPF_VERSIONS, type SBPFVersion } from '@parhelion/sbpf';
import type { Random } from '../oracle/random.ts';
import { Assembly, type Label, type Place } from './assembly.ts';
import { DataFragments } from './data-fragments.ts';
import type { GuestProgram } from './guest-program.ts';
import { type Layout, randomLayout, rangesOf } from './layout.ts';

/** What a program is written for. */
export interface Setting {
	readonly version: SBPFVersion;
	readonly config: Partial<Config>;
	readonly layout: Layout;
	/** Syscalls it may call, the frequent ones more than once. */
	readonly syscalls: readonly Syscall[];
}

/** A syscall, and what it wants in its arguments. */
export interface Syscall {
	readonly name: string;
	readonly wants: 'numbers' | 'address' | 'copy' | 'set' | 'compare';
}

const numbers = (...names: string[]): Syscall[] => names.map((name) => ({ name, wants: 'numbers' }));
const FUZZ_HOST: readonly Syscall[] = [
	...numbers('mix', 'mix', 'mix', 'spend', 'fail', 'remap', 'remap', 'nest', 'grow'),
	...['poke', 'poke', 'peek'].map((name): Syscall => ({ name, wants: 'address' })),
	{ name: 'memcpy', wants: 'copy' },
	{ name: 'memcpy', wants: 'copy' },
	{ name: 'memmove', wants: 'copy' },
	{ name: 'memset', wants: 'set' },
	{ name: 'memcmp', wants: 'compare' },
];

/** A setting for the host of `fuzz-host.ts`. */
export function randomSetting(random: Random, versions: readonly SBPFVersion[] = SBPF_VERSIONS): Setting {
	const version = random.pick(versions);
	const isAligned = random.oneIn(3);
	const config: Partial<Config> = {
		enabledSbpfVersions: { min: version, max: version },
		...(isAligned ? { alignedMemoryMapping: true } : {}),
		...(random.oneIn(6) ? { enableStackFrameGaps: false } : {}),
		...(random.oneIn(5) ? { maxCallDepth: random.pick([1, 2, 3, 5, 20]) } : {}),
		...(random.oneIn(5) ? { stackFrameSize: random.pick([64, 256, 1024]) } : {}),
	};
	return { version, config, layout: randomLayout(random, isAligned || version >= 4), syscalls: FUZZ_HOST };
}

/** A random program. */
export function randomProgram(random: Random, setting: Setting): GuestProgram {
	return new ProgramWriter(random, setting).write();
}

/** Bytes of text a program has, about. */
const TEXT_BYTES = 400;
const DEFAULT_FRAME = 4096;
const DEEPEST = 3;

class ProgramWriter {
	readonly #random: Random;
	readonly #setting: Setting;
	readonly #assembly: Assembly;
	readonly #data: DataFragments;
	readonly #functionCount: number;
	/** The function at hand, and places in it that jumps may lead to. */
	#f = 0;
	#labels: Label[] = [];

	constructor(random: Random, setting: Setting) {
		this.#random = random;
		this.#setting = setting;
		this.#assembly = new Assembly(setting.version);
		const ranges = rangesOf(setting.layout, setting.version, TEXT_BYTES);
		const frameSize = setting.config.stackFrameSize ?? DEFAULT_FRAME;
		this.#data = new DataFragments(random, this.#assembly, ranges, frameSize);
		this.#functionCount = random.pick([1, 1, 2, 3, 4, 6]);
	}

	write(): GuestProgram {
		const random = this.#random;
		for (this.#f = 0; this.#f < this.#functionCount; this.#f++) this.#writeFunction();
		// The verifier lets a program run over its end.
		if (!random.oneIn(20)) this.#assembly.emit('EXIT');
		const entry = this.#assembly.starts[random.oneIn(8) ? random.int(this.#functionCount) : 0]!;
		const { version, config, layout } = this.#setting;
		return { version, config, layout, items: this.#assembly.finish(random), entry };
	}

	#writeFunction(): void {
		const random = this.#random;
		const assembly = this.#assembly;
		assembly.starts.push(assembly.next);
		if (this.#f === 0) this.#data.expectInput();
		else this.#data.forget();
		this.#labels = [];
		const fragments = 1 + random.int(random.oneIn(4) ? 16 : 7);
		const isTangle = random.oneIn(5);
		for (let i = 0; i < fragments; i++) {
			if (isTangle) this.#writeKnot();
			else this.#writeFragment(0);
		}
		if (random.oneIn(3)) this.#data.writeFold();
		if (!random.oneIn(7)) assembly.emit('EXIT');
		else if (random.oneIn(2)) assembly.emit('JA', { place: this.#anyPlace() });
		for (const label of this.#labels) if (label.number === -1) label.number = assembly.next;
	}

	#writeFragment(nesting: number): void {
		const data = this.#data;
		const choice = this.#random.int(32);
		if (choice < 6) data.writeAccesses();
		else if (choice < 8) data.writeAliasedAccesses();
		else if (choice < 10) data.writeFrameAccesses();
		else if (choice < 14) data.writeArithmetic();
		else if (choice < 16) data.writePointer(this.#random.int(10));
		else if (choice < 20) this.#writeBranch(nesting);
		else if (choice < 22) this.#writeLoop(nesting);
		else if (choice < 26) this.#writeCall();
		else if (choice < 28) this.#writeCallx();
		else if (choice < 31) this.#writeSyscall();
		else this.#writeOddity();
	}

	/** A conditional jump over a fragment or two, back, or anywhere. */
	#writeBranch(nesting: number): void {
		const random = this.#random;
		const kind = random.int(12);
		if (kind === 0) this.#branchTo(this.#anyPlace());
		else if (kind <= 2) this.#branchTo({ f: this.#f, part: 'inside' });
		else if (kind <= 4 && this.#labels.length > 0) this.#branchTo({ label: random.pick(this.#labels) });
		else this.#writeDiamond(nesting);
	}

	#writeDiamond(nesting: number): void {
		const otherwise: Label = { number: -1 };
		const end: Label = { number: -1 };
		const hasElse = this.#random.oneIn(2);
		this.#branchTo({ label: otherwise });
		if (nesting < DEEPEST) this.#writeFragment(nesting + 1);
		if (hasElse) this.#assembly.emit('JA', { place: { label: end } });
		this.#mark(otherwise);
		if (!hasElse) return;
		if (nesting < DEEPEST) this.#writeFragment(nesting + 1);
		this.#mark(end);
	}

	/** Counts a register down and goes back. */
	#writeLoop(nesting: number): void {
		const random = this.#random;
		const counter = this.#data.register();
		this.#data.writeNumber(counter, 1 + random.int(random.oneIn(8) ? 60 : 5));
		const start: Label = { number: -1 };
		this.#mark(start);
		const fragments = nesting < DEEPEST ? random.int(3) : 0;
		for (let i = 0; i < fragments; i++) this.#writeFragment(nesting + 1);
		this.#assembly.emit('ADD64_IMM', { dst: counter, imm: -1 });
		this.#assembly.emit('JNE64_IMM', { dst: counter, imm: 0, place: { label: start } });
	}

	/** A part of a flow nobody would draw: blocks that lead to each other as they like. */
	#writeKnot(): void {
		const random = this.#random;
		const label: Label = { number: -1 };
		this.#mark(label);
		this.#data.writeArithmetic(random.int(3));
		if (random.oneIn(4)) this.#data.writeAccesses();
		// Some labels lead forward: they are decided at a later knot, or at the end of the function.
		if (random.oneIn(2)) this.#labels.push({ number: -1 });
		this.#branchTo({ label: random.pick(this.#labels) });
		if (random.oneIn(4)) this.#branchTo({ label });
		if (random.oneIn(5)) this.#assembly.emit('JA', { place: { label: random.pick(this.#labels) } });
		for (const waiting of this.#labels) {
			if (waiting.number === -1 && random.oneIn(2)) waiting.number = this.#assembly.next;
		}
	}

	#mark(label: Label): void {
		label.number = this.#assembly.next;
		this.#labels.push(label);
		if (!this.#random.oneIn(4)) this.#data.forget();
	}

	#anyPlace(): Place {
		const random = this.#random;
		return { f: random.int(this.#functionCount), part: random.oneIn(2) ? 'start' : 'inside' };
	}

	#branchTo(place: Place): void {
		const random = this.#random;
		const row = random.pick(this.#assembly.repertoire.branches);
		const operand = row.shape === 'jumpReg' ? { src: random.int(11) } : { imm: this.#data.immediate() };
		this.#assembly.put(row, { dst: random.int(10), ...operand, place });
	}

	/** A function to call: mostly one further on, so that not every program calls itself to its limit. */
	#callee(): number {
		const further = this.#functionCount - this.#f - 1;
		if (further === 0 || this.#random.oneIn(6)) return this.#random.int(this.#functionCount);
		return this.#f + 1 + this.#random.int(further);
	}

	#writeCall(): void {
		const random = this.#random;
		if (random.oneIn(3)) this.#data.writeNumber(1 + random.int(5), this.#data.immediate());
		const part = random.oneIn(6) ? 'inside' : 'start';
		this.#assembly.emit('CALL_IMM', { place: { f: this.#callee(), part } });
		if (!random.oneIn(4)) this.#data.forget(6);
	}

	#writeCallx(): void {
		const random = this.#random;
		const register = random.int(10);
		if (random.oneIn(8)) {
			this.#data.writeOddAddress(register);
		} else {
			const place: Place = random.oneIn(4) ? this.#anyPlace() : { f: this.#callee(), part: 'start' };
			this.#data.writeNumber(register, 0);
			this.#assembly.loadCode(register, place, random.oneIn(6) ? random.int(8) : 0);
		}
		if (random.oneIn(12)) {
			this.#assembly.emit('ADD64_IMM', { dst: register, imm: random.pick([8, -8, 4, 4000, -4000]) });
		}
		this.#assembly.emit('CALL_REG', { dst: register });
		if (!random.oneIn(4)) this.#data.forget(6);
	}

	#writeSyscall(): void {
		const random = this.#random;
		const data = this.#data;
		const { name, wants } = random.pick(this.#setting.syscalls);
		if (wants === 'address') data.writePointer(1);
		else if (wants !== 'numbers') data.writeMemoryArguments(wants);
		else if (random.oneIn(3)) data.writeNumber(1 + random.int(2), random.int(9));
		const keepsFrame = random.oneIn(12);
		if (keepsFrame) data.writeFramePointer(0, true);
		this.#assembly.emit('CALL_IMM', { syscall: name });
		if (!keepsFrame) data.forget(1);
	}

	/** What is rare: an early end, a syscall nobody lends, the frame pointer moved or copied. */
	#writeOddity(): void {
		const random = this.#random;
		const choice = random.int(4);
		if (choice === 0) this.#assembly.emit('EXIT');
		else if (choice === 1) this.#assembly.emit('CALL_IMM', { syscall: 'nobody' });
		else if (choice === 2 && manualStackFrameBump(this.#setting.version)) {
			this.#assembly.emit('ADD64_IMM', { dst: 10, imm: 64 * (random.int(9) - 5) });
		} else this.#data.writeFramePointer(random.int(10), false);
	}
}
