/**
 * A program while it is written: instructions, functions, places that are not known yet.
 *
 * Owns which instructions a version has, by what they are good for, and the numbers that instructions are named by.
 */
import { ALL_INSTRUCTIONS, type Instruction, isAvailable, type SBPFVersion } from '@parhelion/sbpf';
import type { Random } from '../oracle/random.ts';
import type { Item } from './guest-program.ts';

/** A place in the function at hand; -1 until it is decided. */
export interface Label {
	number: number;
}

/** What jumps and calls lead to: decided when all instructions are there. */
export type Place = { readonly f: number; readonly part: 'start' | 'inside' } | { readonly label: Label };

/** An instruction's fields; those left out are 0. */
export interface Fields {
	readonly dst?: number;
	readonly src?: number;
	readonly off?: number;
	readonly imm?: number;
	readonly high?: number;
	readonly skew?: number;
	readonly syscall?: string;
	readonly place?: Place;
}

/** The instructions of one version, by what a writer wants of them. */
export interface Repertoire {
	readonly named: ReadonlyMap<string, Instruction>;
	readonly arithmetic: readonly Instruction[];
	readonly divisions: readonly Instruction[];
	readonly branches: readonly Instruction[];
	readonly loads: readonly Instruction[];
	readonly stores: readonly Instruction[];
}

const repertoires: Map<SBPFVersion, Repertoire> = new Map();

function repertoireOf(version: SBPFVersion): Repertoire {
	const known = repertoires.get(version);
	if (known !== undefined) return known;
	const rows = ALL_INSTRUCTIONS.filter((row) => isAvailable(row, version));
	const isArithmetic = ({ shape }: Instruction): boolean => shape.startsWith('alu') || shape === 'endian';
	const isDivision = ({ name }: Instruction): boolean => /DIV|MOD|REM/.test(name);
	const repertoire: Repertoire = {
		named: new Map(rows.map((row) => [row.name, row])),
		arithmetic: rows.filter((row) => isArithmetic(row) && !isDivision(row)),
		divisions: rows.filter(isDivision),
		branches: rows.filter(({ shape }) => shape === 'jumpImm' || shape === 'jumpReg'),
		loads: rows.filter(({ shape }) => shape === 'load'),
		stores: rows.filter(({ shape }) => shape === 'storeImm' || shape === 'storeReg'),
	};
	repertoires.set(version, repertoire);
	return repertoire;
}

/** Instructions in order. */
export class Assembly {
	readonly version: SBPFVersion;
	readonly repertoire: Repertoire;
	/** Numbers of the first instruction of each function. */
	readonly starts: number[] = [];
	readonly #items: (Omit<Item, 'target'> & { readonly place: Place | null })[] = [];

	constructor(version: SBPFVersion) {
		this.version = version;
		this.repertoire = repertoireOf(version);
	}

	/** The number that the next instruction will have. */
	get next(): number {
		return this.#items.length;
	}

	/** Whether the version has an instruction of upstream's name. */
	has(name: string): boolean {
		return this.repertoire.named.has(name);
	}

	/** Adds the instruction of upstream's name. */
	emit(name: string, fields: Fields = {}): void {
		const row = this.repertoire.named.get(name);
		if (row === undefined) throw new TypeError(`V${this.version} has no ${name}`);
		this.put(row, fields);
	}

	/** Adds an instruction. */
	put(row: Instruction, { place, ...fields }: Fields): void {
		const plain = { dst: 0, src: 0, off: 0, imm: 0, high: 0, skew: 0, syscall: '' };
		this.#items.push({ number: this.next, row, ...plain, ...fields, place: place ?? null });
	}

	/** Puts 64 bits into a register. */
	loadConstant(register: number, value: bigint): void {
		const imm = Number(BigInt.asIntN(32, value));
		const high = Number(BigInt.asIntN(32, value >> 32n));
		if (this.has('LD_DW_IMM')) {
			this.emit('LD_DW_IMM', { dst: register, imm, high });
		} else {
			this.emit('MOV32_IMM', { dst: register, imm });
			if (high !== 0) this.emit('HOR64_IMM', { dst: register, imm: high });
		}
	}

	/** Puts the address of code into a register; `skew` bytes are added. */
	loadCode(register: number, place: Place, skew: number): void {
		if (this.has('LD_DW_IMM')) {
			this.emit('LD_DW_IMM', { dst: register, place, skew });
		} else {
			this.emit('MOV32_IMM', { dst: register, place, skew });
			this.emit('HOR64_IMM', { dst: register, imm: 1 });
		}
	}

	/** All instructions, every place decided; `random` picks those that are anywhere in a function. */
	finish(random: Random): Item[] {
		return this.#items.map(({ place, ...item }) => ({
			...item,
			target: place === null ? -1 : this.#numberOf(place, random),
		}));
	}

	#numberOf(place: Place, random: Random): number {
		if ('label' in place) return Math.min(place.label.number, this.next - 1);
		const start = this.starts[place.f]!;
		if (place.part === 'start') return start;
		const end = this.starts[place.f + 1] ?? this.next;
		return start + random.int(Math.max(1, end - start));
	}
}
