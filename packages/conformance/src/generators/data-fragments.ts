/**
 * Fragments of a random program that stay where they are: addresses, memory accesses, arithmetic.
 *
 * Owns what is believed of registers. It is a guess: a jump may come from elsewhere.
 */
import type { Instruction } from '@parhelion/sbpf';
import type { Random } from '../oracle/random.ts';
import type { Assembly } from './assembly.ts';
import { type Range, randomAddress, randomOffset } from './layout.ts';

/** What may be in a register: an offset in a range, or from the frame pointer. */
interface Belief {
	readonly range: Range | null;
	readonly offset: number;
}

const REGISTERS = 10;
const IMMEDIATES: readonly number[] = [
	...[0, 1, 2, 3, 7, 8, 31, 32, 63, 64, 255, -1, -2, -8],
	...[0x7fff_ffff, -0x8000_0000],
];
const LENGTHS: readonly number[] = [0, 1, 2, 7, 8, 9, 16, 31, 40, 64, 65, 100, 260];

/** Writes fragments into a program. */
export class DataFragments {
	readonly #random: Random;
	readonly #assembly: Assembly;
	readonly #ranges: readonly Range[];
	/** Where addresses lie more often than elsewhere, so that they meet. */
	readonly #favourite: Range;
	readonly #frameSize: number;
	readonly #beliefs: (Belief | null)[] = new Array<Belief | null>(REGISTERS).fill(null);

	/** `ranges` are the read-only data, the stack, the heap, then the input. */
	constructor(random: Random, assembly: Assembly, ranges: readonly Range[], frameSize: number) {
		this.#random = random;
		this.#assembly = assembly;
		this.#ranges = ranges;
		this.#favourite = random.pick(random.oneIn(3) ? ranges : ranges.slice(3));
		this.#frameSize = frameSize;
	}

	/** Forgets everything, or what a call does not keep. */
	forget(registers: number = REGISTERS): void {
		this.#beliefs.fill(null, 0, registers);
	}

	/** At the start of a program r1 points to the input. */
	expectInput(): void {
		this.forget();
		this.#beliefs[1] = { range: this.#ranges[3]!, offset: 0 };
	}

	/** A register, rather one that is not believed to be an address. */
	register(): number {
		const register = this.#random.int(REGISTERS);
		return this.#beliefs[register] === null || this.#random.oneIn(5) ? register : this.#random.int(REGISTERS);
	}

	/** An immediate: at an edge, or any. */
	immediate(): number {
		const random = this.#random;
		return random.oneIn(2) ? random.pick(IMMEDIATES) : random.int(2 ** 32) | 0;
	}

	/** Puts a small number into a register. */
	writeNumber(register: number, value: number): void {
		this.#assembly.emit('MOV64_IMM', { dst: register, imm: value });
		this.#beliefs[register] = null;
	}

	/** Puts an address that is none of code's business into a register. */
	writeOddAddress(register: number): void {
		this.#assembly.loadConstant(register, randomAddress(this.#random, this.#ranges));
		this.#beliefs[register] = null;
	}

	/** Puts the frame pointer into a register, and believes it to be there `isKept` or not. */
	writeFramePointer(register: number, isKept: boolean): void {
		this.#assembly.emit('MOV64_REG', { dst: register, src: 10 });
		this.#beliefs[register] = isKept ? { range: null, offset: 0 } : null;
	}

	/** Makes a register an address: of its own, or made of another. */
	writePointer(register: number): void {
		const random = this.#random;
		const other = random.int(REGISTERS);
		const known = this.#beliefs[other];
		const kind = random.int(20);
		if (kind < 5) {
			const offset = -random.int(Math.min(300, this.#frameSize));
			this.writeFramePointer(register, true);
			this.#add(register, offset);
		} else if (kind < 8 && known && other !== register) {
			this.#assembly.emit('MOV64_REG', { dst: register, src: other });
			this.#beliefs[register] = known;
			this.#add(register, random.oneIn(2) ? random.int(16) : 0);
		} else if (kind === 8 && random.oneIn(4)) {
			this.writeOddAddress(register);
		} else {
			const range = random.oneIn(2) ? this.#favourite : random.pick(this.#ranges);
			const offset = randomOffset(random, range.len);
			this.#assembly.loadConstant(register, BigInt.asUintN(64, BigInt(range.start + offset)));
			this.#beliefs[register] = { range, offset };
		}
	}

	#add(register: number, distance: number): void {
		const known = this.#beliefs[register];
		if (distance === 0 || !known) return;
		this.#assembly.emit('ADD64_IMM', { dst: register, imm: distance });
		this.#beliefs[register] = { ...known, offset: known.offset + distance };
	}

	/** A register believed to be an address, made one if there is none. */
	#pointer(): number {
		const first = this.#random.int(REGISTERS);
		for (let i = 0; i < REGISTERS; i++) {
			if (this.#beliefs[(first + i) % REGISTERS] !== null) return (first + i) % REGISTERS;
		}
		this.writePointer(first);
		return first;
	}

	/** Another register with the same address. */
	#alias(register: number): number {
		const other = this.#random.int(REGISTERS);
		this.#assembly.emit('MOV64_REG', { dst: other, src: register });
		this.#beliefs[other] = this.#beliefs[register] ?? null;
		return other;
	}

	/** Loads and stores off one register, or some in turn. */
	writeAccesses(): void {
		const random = this.#random;
		if (random.oneIn(3)) this.writePointer(random.int(REGISTERS));
		const bases = [this.#pointer()];
		if (random.oneIn(4)) bases.push(this.#pointer());
		if (random.oneIn(4)) bases.push(this.#alias(bases[0]!));
		const count = 1 + random.int(random.oneIn(5) ? 9 : 4);
		for (let i = 0; i < count; i++) {
			this.#writeAccess(this.#loadOrStore(), random.pick(bases));
			if (random.oneIn(12)) this.writeArithmetic(1);
		}
	}

	/** Loads off one register around stores off another with the same address: what the stores move, the loads must follow. */
	writeAliasedAccesses(): void {
		const random = this.#random;
		const { loads, stores } = this.#assembly.repertoire;
		const reader = this.#pointer();
		const writer = this.#alias(reader);
		for (let i = 1 + random.int(2); i > 0; i--) {
			if (!random.oneIn(4)) this.#writeAccess(random.pick(loads), reader);
			for (let j = 1 + random.int(2); j > 0; j--) this.#writeAccess(random.pick(stores), writer);
			this.#writeAccess(random.pick(loads), reader);
		}
	}

	#loadOrStore(): Instruction {
		const { loads, stores } = this.#assembly.repertoire;
		return this.#random.oneIn(2) ? this.#random.pick(loads) : this.#random.pick(stores);
	}

	#writeAccess(row: Instruction, base: number): void {
		const random = this.#random;
		let off = random.oneIn(30) ? random.int(0x1_0000) - 0x8000 : random.int(32) - 8;
		const isCareless = random.oneIn(40);
		const belief = isCareless ? null : this.#suitable(base, row);
		const fitting = belief?.range && !isCareless ? this.#fitting(row, belief.range.len) : row;
		if (belief !== null) {
			const size = fitting.width / 8;
			const { range, offset } = belief;
			// An offset in the range (below the frame pointer), near where the register points.
			const [low, high] = range === null ? [-this.#frameSize, -size] : [0, range.len - size];
			off = Math.min(Math.max(offset + off, low), high) - offset;
			if (random.oneIn(50)) off = high + random.int(3) - offset;
		}
		this.#putAccess(fitting, base, Math.min(Math.max(off, -0x8000), 0x7fff));
	}

	/** What is believed of `base`, once it points to where `row` may access memory. */
	#suitable(base: number, row: Instruction): Belief | null {
		for (let i = 0; i < 4; i++) {
			const belief = this.#beliefs[base] ?? null;
			const isStore = row.shape !== 'load';
			if (belief?.range === null) return belief;
			if (belief !== null && belief.range.len > 0 && (belief.range.isWritable || !isStore)) return belief;
			if (base === 10 || this.#random.oneIn(30)) return belief;
			this.writePointer(base);
		}
		return this.#beliefs[base] ?? null;
	}

	/** `row`, or its like that accesses no more than `bytes`. */
	#fitting(row: Instruction, bytes: number): Instruction {
		if (row.width / 8 <= bytes) return row;
		const { loads, stores } = this.#assembly.repertoire;
		const rows = row.shape === 'load' ? loads : stores;
		return rows.find(({ shape, width }) => shape === row.shape && width <= 8 * bytes) ?? row;
	}

	#putAccess(row: Instruction, base: number, off: number): void {
		const random = this.#random;
		const assembly = this.#assembly;
		if (row.shape === 'load') {
			const dst = base < REGISTERS && random.oneIn(6) ? base : this.register();
			assembly.put(row, { dst, src: base, off });
			this.#beliefs[dst] = null;
		} else if (row.shape === 'storeImm') {
			assembly.put(row, { dst: base, off, imm: this.immediate() });
		} else {
			assembly.put(row, { dst: base, src: random.int(11), off });
		}
	}

	/** Accesses off the frame pointer. */
	writeFrameAccesses(): void {
		const random = this.#random;
		const frame = this.#frameSize;
		const count = 1 + random.int(4);
		for (let i = 0; i < count; i++) {
			const row = this.#loadOrStore();
			const size = row.width / 8;
			const isOdd = random.oneIn(40);
			const off = isOdd
				? random.pick([-frame, -frame - 1, 0, 1 - size, 8, frame])
				: -size * (1 + random.int(6));
			this.#putAccess(row, 10, off);
		}
	}

	/** Some arithmetic on any registers. */
	writeArithmetic(count: number = 1 + this.#random.int(5)): void {
		const random = this.#random;
		const { divisions, arithmetic } = this.#assembly.repertoire;
		for (let i = 0; i < count; i++) {
			const row = random.pick(random.oneIn(9) ? divisions : arithmetic);
			const dst = this.register();
			if (row.shape === 'aluReg') {
				this.#assembly.put(row, { dst, src: random.int(random.oneIn(8) ? 11 : 10) });
			} else {
				this.#assembly.put(row, { dst, imm: row.shape === 'aluUnary' ? 0 : this.#immediateOf(row) });
			}
			this.#beliefs[dst] = null;
		}
	}

	/** An immediate that the verifier lets pass. */
	#immediateOf(row: Instruction): number {
		if (row.check === 'endian') return this.#random.pick([16, 32, 64]);
		const imm = this.immediate();
		if (row.check === 'nonzero') return imm === 0 ? 1 : imm;
		if (row.check === 'shift32') return imm & 31;
		return row.check === 'shift64' ? imm & 63 : imm;
	}

	/**
	 * Arguments of a memory operation: r1 (and r2 unless it sets) an address, r3 a length, mostly of what lies there;
	 * r4 another address for a comparison.
	 */
	writeMemoryArguments(operation: 'copy' | 'set' | 'compare'): void {
		const random = this.#random;
		this.writePointer(1);
		if (operation === 'set') this.writeNumber(2, this.immediate());
		else this.writePointer(2);
		let length = random.pick(LENGTHS);
		if (random.oneIn(16)) length = this.immediate();
		const known = this.#beliefs[1 + random.int(2)];
		if (known?.range && random.oneIn(3)) {
			length = known.range.len - known.offset + random.pick([0, 0, 0, 1, -1]);
		}
		this.writeNumber(3, length);
		if (operation !== 'compare') return;
		this.writePointer(4);
		if (random.oneIn(2)) this.#assembly.emit('AND64_IMM', { dst: 4, imm: -4 });
	}

	/** Makes r0 of all registers, so that a difference in any is seen. */
	writeFold(): void {
		const assembly = this.#assembly;
		const multiply = assembly.has('MUL64_IMM') ? 'MUL64_IMM' : 'LMUL64_IMM';
		for (let r = 1; r < REGISTERS; r++) {
			if (this.#random.oneIn(5)) continue;
			assembly.emit(multiply, { imm: 31 });
			assembly.emit('XOR64_REG', { src: r });
		}
		this.#beliefs[0] = null;
	}
}
