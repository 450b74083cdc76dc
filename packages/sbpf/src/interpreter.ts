/**
 * The interpreter: runs a decoded program on a machine's registers and memory.
 *
 * Owns the semantics of every operation, the exact meter and the call frames. Refuses versions (resolved
 * by `decode.ts`), the meter of the host and errors of the host's functions (`vm.ts`).
 * Source: solana-sbpf `interpreter.rs` (`Interpreter::step`, `push_frame`, `dispatch_syscall`).
 *
 * Registers are pairs of 32-bit words, lower first, in one `Int32Array`: on V8 11.3 300 million
 * arithmetic instructions a second, against 180 million with a `BigInt64Array` and `BigInt.asIntN`
 * (which other engines do not optimise at all); see docs/benchmarks.md, "Interpreter". Words are
 * little-endian, as every engine's platform is.
 *
 * The meter. Upstream asks before each instruction whether the budget is spent. Between two
 * instructions that may go elsewhere there is nothing to decide, so a whole run is taken from the
 * budget when it is entered (`left`); asking each time costs 10 to 20 % (measured). Where a run is
 * longer than what is left, {@link endMeterInside} puts STOP in place of the first instruction that
 * must not execute: everything before it happens, as upstream. An instruction that fails inside a run
 * gives back what it did not reach.
 *
 * One function, one dense switch over literals: V8 compiles it to a jump table and optimises it on the
 * stack. `case` labels are indices of `OPS` in `decode.ts`.
 */
import { divide64, pqr64, remainder64, swap32 } from './arithmetic.ts';
import { type DecodedProgram, SLOT_WORDS } from './decode.ts';
import type { EbpfError } from './errors.ts';
import { ACCESS_LOAD, ACCESS_STORE, type AccessType, type MemoryMapping } from './memory/memory-mapping.ts';
import type { ContextObject } from './program.ts';
import type { EbpfVm } from './vm.ts';

/** The frame at `vm.floor` exited: the program's root frame. */
export const EXITED = 0;
/** The machine holds the error. */
export const FAILED = 1;
/** The budget `vm.left` is spent, or the arena moved: go on with another {@link interpret}. */
export const PAUSED = 2;

/** The operations {@link endMeterInside} needs to know. */
const STOP = 0;
const LDDW = 5;

/** Words of a call frame: r6 to r9, r10, the word index to return to. */
export const FRAME_WORDS = 16;
/** Where the windows for storing begin, see `memory-mapping.ts`. */
const STORE_WINDOWS = 32;

const EXECUTION_OVERRUN: EbpfError = Object.freeze({ kind: 'ExecutionOverrun' });
const UNSUPPORTED_INSTRUCTION: EbpfError = Object.freeze({ kind: 'UnsupportedInstruction' });
const INVALID_INSTRUCTION: EbpfError = Object.freeze({ kind: 'InvalidInstruction' });
const DIVIDE_BY_ZERO: EbpfError = Object.freeze({ kind: 'DivideByZero' });
const CALL_DEPTH_EXCEEDED: EbpfError = Object.freeze({ kind: 'CallDepthExceeded' });
const CALL_OUTSIDE_TEXT_SEGMENT: EbpfError = Object.freeze({ kind: 'CallOutsideTextSegment' });

/**
 * Runs from `vm.pc` until the program ends or `vm.left` instructions are done; answers {@link EXITED},
 * {@link FAILED} or {@link PAUSED}. `vm.pc`, `vm.left` and `vm.callDepth` say where it stands.
 */
export function interpret<C extends ContextObject>(vm: EbpfVm<C>, program: DecodedProgram<C>): number {
	const { code, slots, frameBump, textLo, textHi } = program;
	const { registers32: R, mapping, frames, floor, maxCallDepth, arena } = vm;
	const W = mapping.windows;
	const { u8, i32, view, generation } = arena;
	let ip = (vm.pc * SLOT_WORDS) | 0;
	let depth = vm.callDepth | 0;
	let left = (vm.left - code[ip + 3]!) | 0;
	if (left < 0) endMeterInside(program, ip, left);
	for (;;) {
		const w = code[ip]!;
		const d = (w >> 8) & 31;
		const s = (w >> 16) & 31;
		switch (w & 255) {
			case 0: // STOP
				// The meter ends here: see endMeterInside().
				program.code[ip] = program.patched;
				program.patchedAt = -1;
				return leave(vm, ip, 0, depth);
			case 1: // OVERRUN
				return fail(vm, program, ip, left, depth, EXECUTION_OVERRUN);
			case 2: // UNSUPPORTED
				return fail(vm, program, ip, left, depth, UNSUPPORTED_INSTRUCTION);
			case 3: // INVALID
				return fail(vm, program, ip, left, depth, INVALID_INSTRUCTION);
			case 4: // NOP
				break;
			case 5: // LDDW
				R[d] = code[ip + 1]!;
				R[d + 1] = code[ip + 2]!;
				ip = (ip + 8) | 0;
				continue;
			case 6: // MOV64_IMM
				R[d] = code[ip + 1]!;
				R[d + 1] = code[ip + 2]!;
				break;
			case 7: // MOV64_REG
				R[d] = R[s]!;
				R[d + 1] = R[s + 1]!;
				break;
			case 8: // MOV32_REG
				R[d] = R[s]!;
				R[d + 1] = 0;
				break;
			case 9: {
				// MOV32S_REG
				const a = R[s]!;
				R[d] = a;
				R[d + 1] = a >> 31;
				break;
			}
			case 10: {
				// ADD64_IMM
				const a = R[d]!;
				const lo = (a + code[ip + 1]!) | 0;
				R[d] = lo;
				R[d + 1] = (R[d + 1]! + code[ip + 2]! + (lo >>> 0 < a >>> 0 ? 1 : 0)) | 0;
				break;
			}
			case 11: {
				// ADD64_REG
				const a = R[d]!;
				const lo = (a + R[s]!) | 0;
				R[d + 1] = (R[d + 1]! + R[s + 1]! + (lo >>> 0 < a >>> 0 ? 1 : 0)) | 0;
				R[d] = lo;
				break;
			}
			case 12: {
				// SUB64_REG
				const a = R[d]!;
				const b = R[s]!;
				R[d + 1] = (R[d + 1]! - R[s + 1]! - (a >>> 0 < b >>> 0 ? 1 : 0)) | 0;
				R[d] = (a - b) | 0;
				break;
			}
			case 13: {
				// RSUB64_IMM
				const a = code[ip + 1]!;
				const b = R[d]!;
				R[d + 1] = (code[ip + 2]! - R[d + 1]! - (a >>> 0 < b >>> 0 ? 1 : 0)) | 0;
				R[d] = (a - b) | 0;
				break;
			}
			case 14: {
				// MUL64_IMM
				const a = R[d]!;
				const b = code[ip + 1]!;
				const upper = (Math.imul(a, code[ip + 2]!) + Math.imul(R[d + 1]!, b)) | 0;
				const a0 = a & 0xffff;
				const a1 = a >>> 16;
				const b0 = b & 0xffff;
				const b1 = b >>> 16;
				const p = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
				const q = (Math.imul(a0, b1) + (p & 0xffff)) | 0;
				R[d + 1] = (upper + Math.imul(a1, b1) + (p >>> 16) + (q >>> 16)) | 0;
				R[d] = Math.imul(a, b);
				break;
			}
			case 15: {
				// MUL64_REG
				const a = R[d]!;
				const b = R[s]!;
				const upper = (Math.imul(a, R[s + 1]!) + Math.imul(R[d + 1]!, b)) | 0;
				const a0 = a & 0xffff;
				const a1 = a >>> 16;
				const b0 = b & 0xffff;
				const b1 = b >>> 16;
				const p = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
				const q = (Math.imul(a0, b1) + (p & 0xffff)) | 0;
				R[d + 1] = (upper + Math.imul(a1, b1) + (p >>> 16) + (q >>> 16)) | 0;
				R[d] = Math.imul(a, b);
				break;
			}
			case 16: {
				// DIV64_IMM
				const bl = code[ip + 1]!;
				const bh = code[ip + 2]!;
				if ((bl | bh) === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				if ((R[d + 1]! | bh) === 0) R[d] = ((R[d]! >>> 0) / (bl >>> 0)) | 0;
				else divide64(R, d, bl, bh);
				break;
			}
			case 17: {
				// DIV64_REG
				const bl = R[s]!;
				const bh = R[s + 1]!;
				if ((bl | bh) === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				if ((R[d + 1]! | bh) === 0) R[d] = ((R[d]! >>> 0) / (bl >>> 0)) | 0;
				else divide64(R, d, bl, bh);
				break;
			}
			case 18: {
				// MOD64_IMM
				const bl = code[ip + 1]!;
				const bh = code[ip + 2]!;
				if ((bl | bh) === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				if ((R[d + 1]! | bh) === 0) R[d] = ((R[d]! >>> 0) % (bl >>> 0)) | 0;
				else remainder64(R, d, bl, bh);
				break;
			}
			case 19: {
				// MOD64_REG
				const bl = R[s]!;
				const bh = R[s + 1]!;
				if ((bl | bh) === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				if ((R[d + 1]! | bh) === 0) R[d] = ((R[d]! >>> 0) % (bl >>> 0)) | 0;
				else remainder64(R, d, bl, bh);
				break;
			}
			case 20: // OR64_IMM
				R[d] = R[d]! | code[ip + 1]!;
				R[d + 1] = R[d + 1]! | code[ip + 2]!;
				break;
			case 21: // OR64_REG
				R[d] = R[d]! | R[s]!;
				R[d + 1] = R[d + 1]! | R[s + 1]!;
				break;
			case 22: // AND64_IMM
				R[d] = R[d]! & code[ip + 1]!;
				R[d + 1] = R[d + 1]! & code[ip + 2]!;
				break;
			case 23: // AND64_REG
				R[d] = R[d]! & R[s]!;
				R[d + 1] = R[d + 1]! & R[s + 1]!;
				break;
			case 24: // XOR64_IMM
				R[d] = R[d]! ^ code[ip + 1]!;
				R[d + 1] = R[d + 1]! ^ code[ip + 2]!;
				break;
			case 25: // XOR64_REG
				R[d] = R[d]! ^ R[s]!;
				R[d + 1] = R[d + 1]! ^ R[s + 1]!;
				break;
			case 26: {
				// LSH64_LOW
				const n = code[ip + 1]!;
				const a = R[d]!;
				R[d + 1] = (R[d + 1]! << n) | (a >>> (32 - n));
				R[d] = a << n;
				break;
			}
			case 27: // LSH64_HIGH
				R[d + 1] = R[d]! << code[ip + 1]!; // JavaScript takes the shift modulo 32.
				R[d] = 0;
				break;
			case 28: {
				// LSH64_REG
				const n = R[s]! & 63;
				const a = R[d]!;
				if (n >= 32) {
					R[d + 1] = a << n;
					R[d] = 0;
				} else if (n !== 0) {
					R[d + 1] = (R[d + 1]! << n) | (a >>> (32 - n));
					R[d] = a << n;
				}
				break;
			}
			case 29: {
				// RSH64_LOW
				const n = code[ip + 1]!;
				const h = R[d + 1]!;
				R[d] = (R[d]! >>> n) | (h << (32 - n));
				R[d + 1] = h >>> n;
				break;
			}
			case 30: // RSH64_HIGH
				R[d] = R[d + 1]! >>> code[ip + 1]!;
				R[d + 1] = 0;
				break;
			case 31: {
				// RSH64_REG
				const n = R[s]! & 63;
				const h = R[d + 1]!;
				if (n >= 32) {
					R[d] = h >>> n;
					R[d + 1] = 0;
				} else if (n !== 0) {
					R[d] = (R[d]! >>> n) | (h << (32 - n));
					R[d + 1] = h >>> n;
				}
				break;
			}
			case 32: {
				// ARSH64_LOW
				const n = code[ip + 1]!;
				const h = R[d + 1]!;
				R[d] = (R[d]! >>> n) | (h << (32 - n));
				R[d + 1] = h >> n;
				break;
			}
			case 33: {
				// ARSH64_HIGH
				const h = R[d + 1]!;
				R[d] = h >> code[ip + 1]!;
				R[d + 1] = h >> 31;
				break;
			}
			case 34: {
				// ARSH64_REG
				const n = R[s]! & 63;
				const h = R[d + 1]!;
				if (n >= 32) {
					R[d] = h >> n;
					R[d + 1] = h >> 31;
				} else if (n !== 0) {
					R[d] = (R[d]! >>> n) | (h << (32 - n));
					R[d + 1] = h >> n;
				}
				break;
			}
			case 35: {
				// NEG64
				const a = R[d]!;
				R[d] = -a | 0;
				R[d + 1] = a === 0 ? -R[d + 1]! | 0 : ~R[d + 1]!;
				break;
			}
			case 36: {
				// ADD32_IMM
				const a = (R[d]! + code[ip + 1]!) | 0;
				R[d] = a;
				R[d + 1] = a >> 31;
				break;
			}
			case 37: {
				// ADD32_REG
				const a = (R[d]! + R[s]!) | 0;
				R[d] = a;
				R[d + 1] = a >> 31;
				break;
			}
			case 38: {
				// SUB32_REG
				const a = (R[d]! - R[s]!) | 0;
				R[d] = a;
				R[d + 1] = a >> 31;
				break;
			}
			case 39: {
				// MUL32_IMM
				const a = Math.imul(R[d]!, code[ip + 1]!);
				R[d] = a;
				R[d + 1] = a >> 31;
				break;
			}
			case 40: {
				// MUL32_REG
				const a = Math.imul(R[d]!, R[s]!);
				R[d] = a;
				R[d + 1] = a >> 31;
				break;
			}
			case 41: {
				// ADD32Z_IMM
				const a = (R[d]! + code[ip + 1]!) | 0;
				R[d] = a;
				R[d + 1] = 0;
				break;
			}
			case 42: {
				// ADD32Z_REG
				const a = (R[d]! + R[s]!) | 0;
				R[d] = a;
				R[d + 1] = 0;
				break;
			}
			case 43: {
				// SUB32Z_REG
				const a = (R[d]! - R[s]!) | 0;
				R[d] = a;
				R[d + 1] = 0;
				break;
			}
			case 44: {
				// MUL32Z_IMM
				const a = Math.imul(R[d]!, code[ip + 1]!);
				R[d] = a;
				R[d + 1] = 0;
				break;
			}
			case 45: {
				// MUL32Z_REG
				const a = Math.imul(R[d]!, R[s]!);
				R[d] = a;
				R[d + 1] = 0;
				break;
			}
			case 46: {
				// RSUB32Z_IMM
				const a = (code[ip + 1]! - R[d]!) | 0;
				R[d] = a;
				R[d + 1] = 0;
				break;
			}
			case 47: {
				// DIV32_IMM
				const b = code[ip + 1]!;
				if (b === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				R[d] = ((R[d]! >>> 0) / (b >>> 0)) | 0;
				R[d + 1] = 0;
				break;
			}
			case 48: {
				// DIV32_REG
				const b = R[s]!;
				if (b === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				R[d] = ((R[d]! >>> 0) / (b >>> 0)) | 0;
				R[d + 1] = 0;
				break;
			}
			case 49: {
				// MOD32_IMM
				const b = code[ip + 1]!;
				if (b === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				R[d] = ((R[d]! >>> 0) % (b >>> 0)) | 0;
				R[d + 1] = 0;
				break;
			}
			case 50: {
				// MOD32_REG
				const b = R[s]!;
				if (b === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
				R[d] = ((R[d]! >>> 0) % (b >>> 0)) | 0;
				R[d + 1] = 0;
				break;
			}
			case 51: // OR32_IMM
				R[d] = R[d]! | code[ip + 1]!;
				R[d + 1] = 0;
				break;
			case 52: // OR32_REG
				R[d] = R[d]! | R[s]!;
				R[d + 1] = 0;
				break;
			case 53: // AND32_REG
				R[d] = R[d]! & R[s]!;
				R[d + 1] = 0;
				break;
			case 54: // XOR32_IMM
				R[d] = R[d]! ^ code[ip + 1]!;
				R[d + 1] = 0;
				break;
			case 55: // XOR32_REG
				R[d] = R[d]! ^ R[s]!;
				R[d + 1] = 0;
				break;
			case 56: // LSH32_IMM
				R[d] = R[d]! << code[ip + 1]!;
				R[d + 1] = 0;
				break;
			case 57: // LSH32_REG
				R[d] = R[d]! << R[s]!;
				R[d + 1] = 0;
				break;
			case 58: // RSH32_IMM
				R[d] = R[d]! >>> code[ip + 1]!;
				R[d + 1] = 0;
				break;
			case 59: // RSH32_REG
				R[d] = R[d]! >>> R[s]!;
				R[d + 1] = 0;
				break;
			case 60: // ARSH32_IMM
				R[d] = R[d]! >> code[ip + 1]!;
				R[d + 1] = 0;
				break;
			case 61: // ARSH32_REG
				R[d] = R[d]! >> R[s]!;
				R[d + 1] = 0;
				break;
			case 62: // NEG32
				R[d] = -R[d]! | 0;
				R[d + 1] = 0;
				break;
			case 63: // BE16
				R[d] = ((R[d]! & 0xff) << 8) | ((R[d]! >>> 8) & 0xff);
				R[d + 1] = 0;
				break;
			case 64: // BE32
				R[d] = swap32(R[d]!);
				R[d + 1] = 0;
				break;
			case 65: {
				// BE64
				const a = R[d]!;
				R[d] = swap32(R[d + 1]!);
				R[d + 1] = swap32(a);
				break;
			}
			case 66: {
				// PQR
				const error = pqr64(vm.registers, R, d, s, code[ip + 1]!, code[ip + 2]!);
				if (error !== null) return fail(vm, program, ip, left, depth, error);
				break;
			}
			case 67: {
				// LD8
				const off = code[ip + 1]!;
				const b = R[s]!;
				const h = R[s + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = h << 2;
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 1) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_LOAD, h, b, off, 1);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				R[d] = u8[at]!;
				R[d + 1] = 0;
				break;
			}
			case 68: {
				// LD16
				const off = code[ip + 1]!;
				const b = R[s]!;
				const h = R[s + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = h << 2;
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 2) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_LOAD, h, b, off, 2);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				R[d] = view.getUint16(at, true);
				R[d + 1] = 0;
				break;
			}
			case 69: {
				// LD32
				const off = code[ip + 1]!;
				const b = R[s]!;
				const h = R[s + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = h << 2;
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 4) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_LOAD, h, b, off, 4);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				R[d] = (at & 3) === 0 ? i32[at >> 2]! : view.getInt32(at, true);
				R[d + 1] = 0;
				break;
			}
			case 70: {
				// LD64
				const off = code[ip + 1]!;
				const b = R[s]!;
				const h = R[s + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = h << 2;
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 8) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_LOAD, h, b, off, 8);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				if ((at & 3) === 0) {
					const word = at >> 2;
					R[d] = i32[word]!;
					R[d + 1] = i32[word + 1]!;
				} else {
					R[d] = view.getInt32(at, true);
					R[d + 1] = view.getInt32(at + 4, true);
				}
				break;
			}
			case 71: {
				// ST8_IMM
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 1) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 1);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				const imm = code[ip + 2]!;
				u8[at] = imm;
				break;
			}
			case 72: {
				// ST8_REG
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 1) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 1);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				u8[at] = R[s]!;
				break;
			}
			case 73: {
				// ST16_IMM
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 2) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 2);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				const imm = code[ip + 2]!;
				view.setInt16(at, imm, true);
				break;
			}
			case 74: {
				// ST16_REG
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 2) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 2);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				view.setInt16(at, R[s]!, true);
				break;
			}
			case 75: {
				// ST32_IMM
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 4) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 4);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				const imm = code[ip + 2]!;
				if ((at & 3) === 0) i32[at >> 2] = imm;
				else view.setInt32(at, imm, true);
				break;
			}
			case 76: {
				// ST32_REG
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 4) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 4);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				if ((at & 3) === 0) i32[at >> 2] = R[s]!;
				else view.setInt32(at, R[s]!, true);
				break;
			}
			case 77: {
				// ST64_IMM
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 8) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 8);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				const imm = code[ip + 2]!;
				if ((at & 3) === 0) {
					const word = at >> 2;
					i32[word] = imm;
					i32[word + 1] = imm >> 31;
				} else {
					view.setInt32(at, imm, true);
					view.setInt32(at + 4, imm >> 31, true);
				}
				break;
			}
			case 78: {
				// ST64_REG
				const off = code[ip + 1]!;
				const b = R[d]!;
				const h = R[d + 1]!;
				const lo = (b + off) | 0;
				let at = -1;
				if ((h & ~7) === 0) {
					const e = STORE_WINDOWS + (h << 2);
					const o = (lo - W[e]!) | 0;
					if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 8) | 0)) at = (W[e + 2]! + o) | 0;
				}
				if (at < 0) {
					at = miss(mapping, ACCESS_STORE, h, b, off, 8);
					if (at < 0) return failAccess(vm, program, ip, left, depth);
					if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
				}
				if ((at & 3) === 0) {
					const word = at >> 2;
					i32[word] = R[s]!;
					i32[word + 1] = R[s + 1]!;
				} else {
					view.setInt32(at, R[s]!, true);
					view.setInt32(at + 4, R[s + 1]!, true);
				}
				break;
			}
			case 79: // JA
				ip = code[ip + 2]!;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 80: {
				// JEQ64_IMM
				const imm = code[ip + 1]!;
				ip = R[d]! === imm && R[d + 1]! === imm >> 31 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 81: {
				// JNE64_IMM
				const imm = code[ip + 1]!;
				ip = R[d]! !== imm || R[d + 1]! !== imm >> 31 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 82: {
				// JSET64_IMM
				const imm = code[ip + 1]!;
				ip = ((R[d]! & imm) | (R[d + 1]! & (imm >> 31))) !== 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 83: {
				// JGT64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 > imm >>> 0 : ah >>> 0 > bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 84: {
				// JSGT64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 > imm >>> 0 : ah > bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 85: {
				// JGE64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 >= imm >>> 0 : ah >>> 0 > bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 86: {
				// JSGE64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 >= imm >>> 0 : ah > bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 87: {
				// JLT64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 < imm >>> 0 : ah >>> 0 < bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 88: {
				// JSLT64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 < imm >>> 0 : ah < bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 89: {
				// JLE64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 <= imm >>> 0 : ah >>> 0 < bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 90: {
				// JSLE64_IMM
				const imm = code[ip + 1]!;
				const ah = R[d + 1]!;
				const bh = imm >> 31;
				ip = (ah === bh ? R[d]! >>> 0 <= imm >>> 0 : ah < bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 91: // JEQ64_REG
				ip = R[d]! === R[s]! && R[d + 1]! === R[s + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 92: // JNE64_REG
				ip = R[d]! !== R[s]! || R[d + 1]! !== R[s + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 93: // JSET64_REG
				ip = ((R[d]! & R[s]!) | (R[d + 1]! & R[s + 1]!)) !== 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 94: {
				// JGT64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 > R[s]! >>> 0 : ah >>> 0 > bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 95: {
				// JSGT64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 > R[s]! >>> 0 : ah > bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 96: {
				// JGE64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 >= R[s]! >>> 0 : ah >>> 0 > bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 97: {
				// JSGE64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 >= R[s]! >>> 0 : ah > bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 98: {
				// JLT64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 < R[s]! >>> 0 : ah >>> 0 < bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 99: {
				// JSLT64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 < R[s]! >>> 0 : ah < bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 100: {
				// JLE64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 <= R[s]! >>> 0 : ah >>> 0 < bh >>> 0) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 101: {
				// JSLE64_REG
				const ah = R[d + 1]!;
				const bh = R[s + 1]!;
				ip = (ah === bh ? R[d]! >>> 0 <= R[s]! >>> 0 : ah < bh) ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 102: // JEQ32_IMM
				ip = R[d]! === code[ip + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 103: // JNE32_IMM
				ip = R[d]! !== code[ip + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 104: // JSET32_IMM
				ip = (R[d]! & code[ip + 1]!) !== 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 105: // JGT32_IMM
				ip = R[d]! >>> 0 > code[ip + 1]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 106: // JSGT32_IMM
				ip = R[d]! > code[ip + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 107: // JGE32_IMM
				ip = R[d]! >>> 0 >= code[ip + 1]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 108: // JSGE32_IMM
				ip = R[d]! >= code[ip + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 109: // JLT32_IMM
				ip = R[d]! >>> 0 < code[ip + 1]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 110: // JSLT32_IMM
				ip = R[d]! < code[ip + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 111: // JLE32_IMM
				ip = R[d]! >>> 0 <= code[ip + 1]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 112: // JSLE32_IMM
				ip = R[d]! <= code[ip + 1]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 113: // JEQ32_REG
				ip = R[d]! === R[s]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 114: // JNE32_REG
				ip = R[d]! !== R[s]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 115: // JSET32_REG
				ip = (R[d]! & R[s]!) !== 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 116: // JGT32_REG
				ip = R[d]! >>> 0 > R[s]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 117: // JSGT32_REG
				ip = R[d]! > R[s]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 118: // JGE32_REG
				ip = R[d]! >>> 0 >= R[s]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 119: // JSGE32_REG
				ip = R[d]! >= R[s]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 120: // JLT32_REG
				ip = R[d]! >>> 0 < R[s]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 121: // JSLT32_REG
				ip = R[d]! < R[s]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 122: // JLE32_REG
				ip = R[d]! >>> 0 <= R[s]! >>> 0 ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 123: // JSLE32_REG
				ip = R[d]! <= R[s]! ? code[ip + 2]! : (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 124: {
				// CALL
				const f = depth << 4;
				frames[f] = R[12]!;
				frames[f + 1] = R[13]!;
				frames[f + 2] = R[14]!;
				frames[f + 3] = R[15]!;
				frames[f + 4] = R[16]!;
				frames[f + 5] = R[17]!;
				frames[f + 6] = R[18]!;
				frames[f + 7] = R[19]!;
				const fp = R[20]!;
				frames[f + 8] = fp;
				frames[f + 9] = R[21]!;
				frames[f + 10] = (ip + 4) | 0;
				depth = (depth + 1) | 0;
				if (depth === maxCallDepth) return fail(vm, program, ip, left, depth, CALL_DEPTH_EXCEEDED);
				const bumped = (fp + frameBump) | 0;
				R[20] = bumped;
				R[21] = (R[21]! + (bumped >>> 0 < fp >>> 0 ? 1 : 0)) | 0;
				ip = code[ip + 2]!;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 125: {
				// CALL_OUTSIDE
				const f = depth << 4;
				frames[f] = R[12]!;
				frames[f + 1] = R[13]!;
				frames[f + 2] = R[14]!;
				frames[f + 3] = R[15]!;
				frames[f + 4] = R[16]!;
				frames[f + 5] = R[17]!;
				frames[f + 6] = R[18]!;
				frames[f + 7] = R[19]!;
				const fp = R[20]!;
				frames[f + 8] = fp;
				frames[f + 9] = R[21]!;
				frames[f + 10] = (ip + 4) | 0;
				depth = (depth + 1) | 0;
				if (depth === maxCallDepth) return fail(vm, program, ip, left, depth, CALL_DEPTH_EXCEEDED);
				const bumped = (fp + frameBump) | 0;
				R[20] = bumped;
				R[21] = (R[21]! + (bumped >>> 0 < fp >>> 0 ? 1 : 0)) | 0;
				return fail(vm, program, ip, left, depth, CALL_OUTSIDE_TEXT_SEGMENT);
			}
			case 126: {
				// CALLX
				const a = R[d]!;
				const distance = (a - textLo) | 0;
				const beyond = R[d + 1]! - textHi - (a >>> 0 < textLo >>> 0 ? 1 : 0);
				const target = distance >>> 3;
				const f = depth << 4;
				frames[f] = R[12]!;
				frames[f + 1] = R[13]!;
				frames[f + 2] = R[14]!;
				frames[f + 3] = R[15]!;
				frames[f + 4] = R[16]!;
				frames[f + 5] = R[17]!;
				frames[f + 6] = R[18]!;
				frames[f + 7] = R[19]!;
				const fp = R[20]!;
				frames[f + 8] = fp;
				frames[f + 9] = R[21]!;
				frames[f + 10] = (ip + 4) | 0;
				depth = (depth + 1) | 0;
				if (depth === maxCallDepth) return fail(vm, program, ip, left, depth, CALL_DEPTH_EXCEEDED);
				const bumped = (fp + frameBump) | 0;
				R[20] = bumped;
				R[21] = (R[21]! + (bumped >>> 0 < fp >>> 0 ? 1 : 0)) | 0;
				if ((beyond | 0) !== 0 || target >= slots) {
					return fail(vm, program, ip, left, depth, CALL_OUTSIDE_TEXT_SEGMENT);
				}
				ip = target << 2;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
			case 127: // SYSCALL
				if (!callBuiltin(vm, program, ip, left, depth)) return FAILED;
				if (arena.generation !== generation) return leave(vm, (ip + 4) | 0, vm.left, depth);
				left = vm.left;
				ip = (ip + 4) | 0;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			case 128: {
				// EXIT
				if (depth === floor) {
					leave(vm, ip, left, depth);
					return EXITED;
				}
				depth = (depth - 1) | 0;
				const f = depth << 4;
				R[12] = frames[f]!;
				R[13] = frames[f + 1]!;
				R[14] = frames[f + 2]!;
				R[15] = frames[f + 3]!;
				R[16] = frames[f + 4]!;
				R[17] = frames[f + 5]!;
				R[18] = frames[f + 6]!;
				R[19] = frames[f + 7]!;
				R[20] = frames[f + 8]!;
				R[21] = frames[f + 9]!;
				ip = frames[f + 10]!;
				left = (left - code[ip + 3]!) | 0;
				if (left < 0) endMeterInside(program, ip, left);
				continue;
			}
		}
		ip = (ip + 4) | 0;
	}
}

/** Leaves the loop between two instructions. */
function leave<C extends ContextObject>(vm: EbpfVm<C>, ip: number, left: number, depth: number): number {
	vm.pc = ip / SLOT_WORDS;
	vm.left = left;
	vm.callDepth = depth;
	return PAUSED;
}

/** Leaves the loop at an instruction that failed: it counts, the rest of its run does not. */
function fail<C extends ContextObject>(
	vm: EbpfVm<C>,
	program: DecodedProgram<C>,
	ip: number,
	left: number,
	depth: number,
	error: EbpfError,
): number {
	leave(vm, ip, left + program.code[ip + 3]! - 1, depth);
	restorePatched(program);
	vm.error = error;
	return FAILED;
}

/** As {@link fail}, with the reason the mapping gives. */
function failAccess<C extends ContextObject>(
	vm: EbpfVm<C>,
	program: DecodedProgram<C>,
	ip: number,
	left: number,
	depth: number,
): number {
	return fail(vm, program, ip, left, depth, vm.mapping.violation!);
}

/** Leaves the loop before an instruction whose access moved the arena: the views must be taken anew. */
function retry<C extends ContextObject>(
	vm: EbpfVm<C>,
	program: DecodedProgram<C>,
	ip: number,
	left: number,
	depth: number,
): number {
	restorePatched(program);
	return leave(vm, ip, left + program.code[ip + 3]!, depth);
}

/**
 * Puts STOP where the meter ends inside the run that begins at `ip`. `left` is what the run lacks, below
 * zero: all but that many of its instructions may execute.
 */
function endMeterInside<C extends ContextObject>(program: DecodedProgram<C>, ip: number, left: number): void {
	const { code } = program;
	let at = ip;
	// Word 3 counts down along the run and skips the second slot of lddw.
	while (code[at + 3]! > -left) at += LDDW === (code[at]! & 255) ? 2 * SLOT_WORDS : SLOT_WORDS;
	program.patchedAt = at;
	program.patched = code[at]!;
	code[at] = STOP;
}

/** Takes STOP out of the program again. */
export function restorePatched<C extends ContextObject>(program: DecodedProgram<C>): void {
	if (program.patchedAt < 0) return;
	program.code[program.patchedAt] = program.patched;
	program.patchedAt = -1;
}

/** The address of an access that missed its window, given to the mapping: its arena offset, or -1. */
function miss(
	mapping: MemoryMapping,
	access: AccessType,
	hi: number,
	base: number,
	off: number,
	size: number,
): number {
	const lo = (base + off) | 0;
	const carry = lo >>> 0 < base >>> 0 ? 1 : 0;
	return mapping.translate(access, (hi + (off >> 31) + carry) | 0, lo, size);
}

/** Calls the function of the host that the SYSCALL at `ip` means; `false` where it failed. */
function callBuiltin<C extends ContextObject>(
	vm: EbpfVm<C>,
	program: DecodedProgram<C>,
	ip: number,
	left: number,
	depth: number,
): boolean {
	leave(vm, ip, left, depth);
	return vm.invokeFunction(program.syscalls[program.code[ip + 1]!]!);
}
