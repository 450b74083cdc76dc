/**
 * Assembly text into a text section and its functions.
 *
 * Owns labels, ranges of operands and the encoding; refuses to judge whether the program is valid.
 * Source: solana-sbpf `assembler.rs`, `assemble`.
 */
import { catchFault, err, Fault, type Result } from '@parhelion/sdk';
import { errorDebug } from '../errors.ts';
import { Executable } from '../executable.ts';
import { FunctionRegistry, hashSymbolName } from '../function-registry.ts';
import { FRAME_PTR_REG, INSN_SIZE } from '../isa/ebpf.ts';
import type { Insn } from '../isa/insn.ts';
import { putInsn } from '../isa/insn.ts';
import { INSTRUCTIONS } from '../isa/instructions.ts';
import {
	type BuiltinProgram,
	type ContextObject,
	callxUsesDstReg,
	callxUsesSrcReg,
	manualStackFrameBump,
	type SBPFVersion,
	staticSyscalls,
} from '../program.ts';
import { debugString } from '../rust-debug.ts';
import { type Mnemonic, mnemonics, REGISTER_FORM } from './mnemonics.ts';
import { type Operand, parse, type Statement } from './parser.ts';

/** A text section and the functions its labels and calls name, by slot. */
export interface AssembledProgram {
	readonly text: Uint8Array;
	readonly functionRegistry: FunctionRegistry<number>;
}

/** The largest program in slots; a `.fill` beyond it is refused before it is written. */
const MAX_SLOTS = 1 << 24;

const encoder = new TextEncoder();

/**
 * Assembles `source` for the highest version `loader` accepts.
 *
 * The error is upstream's text: of the parser, then of the first statement that cannot be encoded, then
 * of the program's constructor.
 */
export function assemble<C extends ContextObject>(
	source: string,
	loader: BuiltinProgram<C>,
): Result<Executable<C>, string> {
	const version = loader.config.enabledSbpfVersions.max;
	const assembled = assembleText(source, version);
	if (!assembled.ok) return assembled;
	const { text, functionRegistry } = assembled.value;
	const executable = Executable.fromTextBytes(text, loader, version, functionRegistry);
	if (executable.ok) return executable;
	return err(`Executable constructor ${errorDebug({ kind: 'ElfError', error: executable.error })}`);
}

/** Assembles `source` for `version`; errors as {@link assemble} but without a loader's. */
export function assembleText(source: string, version: SBPFVersion): Result<AssembledProgram, string> {
	return catchFault(() => new Assembler(parse(source), version).program());
}

/** The operands of an instruction before their ranges are checked. */
interface Fields {
	readonly opcode: number;
	readonly dst?: bigint;
	readonly src?: bigint;
	readonly off?: bigint;
	readonly imm?: bigint;
}

class Assembler {
	readonly #statements: readonly Statement[];
	readonly #version: SBPFVersion;
	readonly #labels: Map<string, number> = new Map([['entrypoint', 0]]);
	readonly #functions: FunctionRegistry<number> = new FunctionRegistry();
	#pc = 0;

	constructor(statements: readonly Statement[], version: SBPFVersion) {
		this.#statements = statements;
		this.#version = version;
	}

	program(): AssembledProgram {
		const text = new Uint8Array(this.#place() * INSN_SIZE);
		const words = mnemonics(this.#version);
		for (const statement of this.#statements) {
			if (statement.kind === 'Directive') {
				this.#directive(text, statement.name, statement.operands);
			} else if (statement.kind === 'Instruction') {
				const word = words.get(statement.name);
				if (word === undefined) throw new Fault(`Invalid instruction ${debugString(statement.name)}`);
				this.#instruction(text, statement.name, word, statement.operands);
			}
		}
		return { text: text.subarray(0, this.#pc * INSN_SIZE), functionRegistry: this.#functions };
	}

	/** The first pass: gives labels their slots and returns how many slots the program may need. */
	#place(): number {
		let pc = 0;
		let slots = 0;
		for (const statement of this.#statements) {
			if (statement.kind === 'Label') {
				const { name } = statement;
				if (name.startsWith('function_') || name === 'entrypoint') this.#registerFunction(pc, name, name);
				this.#labels.set(name, pc);
			} else {
				const count = statement.kind === 'Instruction' ? slotsOf(statement.name) : fillCount(statement);
				pc += count;
				slots += Math.max(count, 0);
			}
			if (slots > MAX_SLOTS) throw new Fault(`Program exceeds ${MAX_SLOTS} instructions`);
		}
		return slots;
	}

	#directive(text: Uint8Array, name: string, operands: readonly Operand[]): void {
		const [repeat, value] = operands;
		if (!isFill(name, operands) || repeat?.kind !== 'Integer' || value?.kind !== 'Integer') {
			throw new Fault(`Invalid directive ${debugString(name)}`);
		}
		const view = new DataView(text.buffer);
		for (let left = repeat.value; left > 0n; left--) {
			view.setBigInt64(this.#pc * INSN_SIZE, value.value, true);
			this.#pc++;
		}
	}

	#instruction(text: Uint8Array, name: string, word: Mnemonic, operands: readonly Operand[]): void {
		const fields = this.#encode(name, word, operands);
		if (fields === null) throw new Fault(`Unexpected operands: [${operands.map(debugOperand).join(', ')}]`);
		putInsn(text, checkRanges(fields, this.#pc));
		this.#pc++;
		const wide = operands[1];
		if (word.kind === 'lddw' && wide?.kind === 'Integer') {
			putInsn(text, { ptr: this.#pc, opc: 0, dst: 0, src: 0, off: 0, imm: wide.value >> 32n });
			this.#pc++;
		}
	}

	/** Sorts operands into fields; `null` where the word does not take such operands. */
	#encode(name: string, { kind, opcode, bits }: Mnemonic, operands: readonly Operand[]): Fields | null {
		const [a, b, c] = operands;
		const count = operands.length;
		switch (kind) {
			case 'aluBinary':
				if (count !== 2 || a?.kind !== 'Register') return null;
				if (b?.kind === 'Register')
					return { opcode: opcode | REGISTER_FORM, dst: a.register, src: b.register };
				if (b?.kind !== 'Integer') return null;
				if (a.register === BigInt(FRAME_PTR_REG) && opcode === INSTRUCTIONS.ADD64_IMM.opcode) {
					// Where frames are fixed, upstream puts a no-op in place of moving the frame pointer.
					if (!manualStackFrameBump(this.#version)) return { opcode: INSTRUCTIONS.OR64_IMM.opcode };
				}
				return { opcode, dst: a.register, imm: b.value };
			case 'aluUnary':
				return count === 1 && a?.kind === 'Register' ? { opcode, dst: a.register } : null;
			case 'endian':
				return count === 1 && a?.kind === 'Register' ? { opcode, dst: a.register, imm: BigInt(bits) } : null;
			case 'lddw':
				if (count !== 2 || a?.kind !== 'Register' || b?.kind !== 'Integer') return null;
				return { opcode, dst: a.register, imm: BigInt.asIntN(32, b.value) };
			case 'load':
				if (count !== 2 || a?.kind !== 'Register' || b?.kind !== 'Memory') return null;
				return { opcode, dst: a.register, src: b.register, off: b.offset };
			case 'storeReg':
				if (count !== 2 || a?.kind !== 'Memory' || b?.kind !== 'Register') return null;
				return { opcode, dst: a.register, src: b.register, off: a.offset };
			case 'storeImm':
				if (count !== 2 || a?.kind !== 'Memory' || b?.kind !== 'Integer') return null;
				return { opcode, dst: a.register, off: a.offset, imm: b.value };
			case 'exit':
				return count === 0 ? { opcode } : null;
			case 'jump': {
				const off = count === 1 ? this.#jumpOffset(a) : null;
				return off === null ? null : { opcode, off };
			}
			case 'jumpConditional': {
				if (count !== 3 || a?.kind !== 'Register') return null;
				if (b?.kind !== 'Register' && b?.kind !== 'Integer') return null;
				const off = this.#jumpOffset(c);
				if (off === null) return null;
				if (b.kind === 'Integer') return { opcode, dst: a.register, off, imm: b.value };
				return { opcode: opcode | REGISTER_FORM, dst: a.register, src: b.register, off };
			}
			case 'syscall':
				if (count !== 1) return null;
				if (a?.kind === 'Integer') return { opcode, imm: a.value };
				if (a?.kind !== 'Label') return null;
				return { opcode, imm: BigInt(hashSymbolName(encoder.encode(a.name)) | 0) };
			case 'callImm':
				return count === 1 ? this.#call(name, opcode, a) : null;
			case 'callReg':
				if (count !== 1 || a?.kind !== 'Register') return null;
				if (callxUsesSrcReg(this.#version)) return { opcode, src: a.register };
				if (callxUsesDstReg(this.#version)) return { opcode, dst: a.register };
				return { opcode, imm: a.register };
		}
	}

	#call(name: string, opcode: number, target: Operand | undefined): Fields | null {
		const relative = staticSyscalls(this.#version);
		const src = relative ? 1n : 0n;
		if (target?.kind === 'Label') {
			const pc = this.#labelSlot(target.name);
			return { opcode, src, imm: BigInt(relative ? pc - this.#pc - 1 : pc) };
		}
		if (target?.kind !== 'Integer') return null;
		const pc = BigInt.asIntN(64, target.value + BigInt(this.#pc) + 1n);
		const unsigned = BigInt.asUintN(64, pc);
		this.#registerFunction(Number(unsigned), `function_${unsigned}`, name);
		return { opcode, src, imm: relative ? target.value : pc };
	}

	#registerFunction(pc: number, label: string, blamed: string): void {
		const key = Number(BigInt.asUintN(32, BigInt(pc)));
		const registered = catchFault(() => this.#functions.registerFunction(key, encoder.encode(label), pc));
		if (!registered.ok) throw new Fault(`Label hash collision ${blamed}`);
	}

	#jumpOffset(target: Operand | undefined): bigint | null {
		if (target?.kind === 'Integer') return target.value;
		if (target?.kind !== 'Label') return null;
		return BigInt(this.#labelSlot(target.name) - this.#pc - 1);
	}

	#labelSlot(name: string): number {
		const pc = this.#labels.get(name);
		if (pc === undefined) throw new Fault(`Label not found ${name}`);
		return pc;
	}
}

function slotsOf(name: string): number {
	return name === 'lddw' ? 2 : 1;
}

function isFill(name: string, operands: readonly Operand[]): boolean {
	return name === 'fill' && operands.length === 2 && operands.every((o) => o.kind === 'Integer');
}

function fillCount(directive: { readonly name: string; readonly operands: readonly Operand[] }): number {
	const [repeat] = directive.operands;
	return isFill(directive.name, directive.operands) && repeat?.kind === 'Integer' ? Number(repeat.value) : 0;
}

/**
 * The instruction of `fields` in slot `ptr`.
 *
 * @throws Fault<string> for the destination, the source, the offset or the immediate, in this order.
 */
function checkRanges({ opcode, dst = 0n, src = 0n, off = 0n, imm = 0n }: Fields, ptr: number): Insn {
	if (dst < 0n || dst >= 16n) throw new Fault(`Invalid destination register ${dst}`);
	if (src < 0n || src >= 16n) throw new Fault(`Invalid source register ${src}`);
	if (off !== BigInt.asIntN(16, off)) throw new Fault(`Invalid offset ${off}`);
	if (imm !== BigInt.asIntN(32, imm)) throw new Fault(`Invalid immediate ${imm}`);
	return { ptr, opc: opcode, dst: Number(dst), src: Number(src), off: Number(off), imm };
}

/** An operand as Rust's `Debug` prints it. */
function debugOperand(operand: Operand): string {
	switch (operand.kind) {
		case 'Register':
			return `Register(${operand.register})`;
		case 'Integer':
			return `Integer(${operand.value})`;
		case 'Memory':
			return `Memory(${operand.register}, ${operand.offset})`;
		case 'Label':
			return `Label(${debugString(operand.name)})`;
	}
}
