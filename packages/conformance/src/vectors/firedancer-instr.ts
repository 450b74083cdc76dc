/**
 * Firedancer's `.instr` vectors: one instruction a case.
 *
 * Owns the grammar: a stream of tokens in which line ends mean nothing, `#` comments out the rest of a
 * line, `$` starts a case from the state reached so far, `:` turns to the expectation, `key=hex` sets
 * a field (blanks may surround the `=`), `ok`, `err`, `vfy` or `vfyub` is the outcome; of two the
 * later one counts.
 * Source: Firedancer `src/flamenco/vm/test_vm_instr.c` and the vectors' README.
 */

/** What a case expects; registers count for `ok` only. */
export type InstrStatus = 'ok' | 'err' | 'vfy' | 'vfyub';

/** The instruction and the machine around it. */
export interface InstrState {
	readonly op: number;
	readonly dst: number;
	readonly src: number;
	/** 16 bits, unsigned. */
	readonly off: number;
	/** 32 bits, of a wide load 64; unsigned. */
	readonly imm: bigint;
	/** r0 to r11. */
	readonly reg: readonly bigint[];
	/** Hex. */
	readonly input: string;
	/** Ends of the input's regions, as offsets; none for a single one. */
	readonly regionBoundaries: readonly number[];
}

/** A case with the line it stands on. */
export interface InstrCase {
	readonly line: number;
	readonly input: InstrState;
	readonly status: InstrStatus;
	/** The registers after an `ok`. */
	readonly reg: readonly bigint[];
}

const TOKEN = /\s+|#[^\n]*|\$|:|([a-z_0-9]+)\s*=[ \t]*([0-9a-fA-F]*)|[a-z]+/y;
const REGISTERS = 12;

/** The cases of a file, in its order. */
export function parseInstrFile(source: string): InstrCase[] {
	const cases: InstrCase[] = [];
	const state = newState();
	let expected: bigint[] | null = null;
	let hasOutcome = false;
	let caseLine = 0;
	let line = 1;
	const token = new RegExp(TOKEN);
	while (token.lastIndex < source.length) {
		const at = token.lastIndex;
		const match = token.exec(source);
		if (match === null) throw new SyntaxError(`line ${line}: unexpected ${source.slice(at, at + 12)}`);
		const [text, key, value] = match;
		if (text === '$') {
			caseLine = line;
			expected = null;
			hasOutcome = false;
		} else if (text === ':') {
			expected = state.reg.slice();
		} else if (key !== undefined) {
			setField(state, expected, key, value ?? '', line);
		} else if (/^[a-z]/.test(text)) {
			if (!isStatus(text) || expected === null) throw new SyntaxError(`line ${line}: unexpected ${text}`);
			// A second outcome takes the place of the first. Registers may follow, so the case keeps the list itself.
			if (hasOutcome) cases.pop();
			hasOutcome = true;
			cases.push({ line: caseLine, input: snapshot(state), status: text, reg: expected });
		}
		line += text.split('\n').length - 1;
	}
	return cases;
}

interface MutableState {
	op: number;
	dst: number;
	src: number;
	off: number;
	imm: bigint;
	reg: bigint[];
	input: string;
	regionBoundaries: number[];
}

function newState(): MutableState {
	const reg = new Array<bigint>(REGISTERS).fill(0n);
	return { op: 0, dst: 0, src: 0, off: 0, imm: 0n, reg, input: '', regionBoundaries: [] };
}

function snapshot(state: MutableState): InstrState {
	return { ...state, reg: state.reg.slice(), regionBoundaries: state.regionBoundaries.slice() };
}

function isStatus(text: string): text is InstrStatus {
	return text === 'ok' || text === 'err' || text === 'vfy' || text === 'vfyub';
}

function setField(
	state: MutableState,
	expected: bigint[] | null,
	key: string,
	hex: string,
	line: number,
): void {
	const value = BigInt(`0x${hex || '0'}`);
	const register = /^r([0-9]+)$/.exec(key);
	if (register !== null && Number(register[1]) < REGISTERS) {
		(expected ?? state.reg)[Number(register[1])] = value;
		return;
	}
	switch (key) {
		case 'op':
		case 'dst':
		case 'src':
		case 'off':
			state[key] = Number(value);
			break;
		case 'imm':
			state.imm = value;
			break;
		case 'input':
			state.input = hex;
			state.regionBoundaries = [];
			break;
		case 'region_boundary':
			state.regionBoundaries.push(Number(value));
			break;
		default:
			throw new SyntaxError(`line ${line}: no such field: ${key}`);
	}
}
