/**
 * The interpreter: runs a decoded program on a machine's registers and memory.
 *
 * Owns the semantics of every operation, the exact meter and the call frames. Refuses versions (resolved
 * by `decode.ts`), the meter of the host and errors of the host's functions (`vm.ts`).
 * Source: solana-sbpf `interpreter.rs` (`Interpreter::step`, `push_frame`, `dispatch_syscall`).
 *
 * Registers are pairs of 32-bit words, lower first: 263 million arithmetic instructions a second on V8
 * 11.3, against 117 million with a `BigInt64Array` and `BigInt.asIntN`, which other engines do not optimise
 * at all (docs/benchmarks.md, "Interpreter"). Words are little-endian, as every engine's platform is.
 *
 * The meter. Upstream asks before each instruction whether the budget is spent. Between two
 * instructions that may go elsewhere there is nothing to decide, so a whole run is taken from the
 * budget when it is entered (`left`); asking each time costs 15 % on arithmetic (measured). Where a run is
 * longer than what is left, {@link endMeterInside} puts STOP in place of the first instruction that
 * must not execute: everything before it happens, as upstream. An instruction that fails inside a run
 * gives back what it did not reach.
 *
 * One function, one dense switch over literals: V8 compiles it to a jump table and optimises it on the
 * stack. `case` labels are indices of `OPS` in `decode.ts`.
 */
import { divide64, remainder64, seldom } from './arithmetic.ts';
import { type DecodedProgram, FIRST_SLOT, SLOT_WORDS } from './decode.ts';
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
/** Words of r0 to r10. */
const GENERAL_WORDS = 22;

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
	const { memory: M, frameBump } = program;
	const { registers32, mapping, frames, floor, maxCallDepth, arena } = vm;
	const W = mapping.windows;
	const { u8, i32, view, generation } = arena;
	for (let i = 0; i < GENERAL_WORDS; i++) M[i] = registers32[i]!;
	program.entries++;
	let ip = (FIRST_SLOT + vm.pc * SLOT_WORDS) | 0;
	let depth = vm.callDepth | 0;
	let left = (vm.left - M[ip + 4]!) | 0;
	if (left < 0) endMeterInside(program, ip, left);
	for (;;) {
		const w = M[ip]!;
		const s = M[ip + 1]!;
		const d = (w >> 8) & 31;
		// biome-ignore lint/suspicious/noConfusingLabels: leaving the block goes on with the next slot, leaving the switch with the next run
		next: {
			switch (w & 255) {
				case 0: // STOP
					// The meter ends here: see endMeterInside().
					M[ip] = program.patched;
					program.patchedAt = -1;
					return leave(vm, M, ip, 0, depth);
				case 1: // OVERRUN
					return fail(vm, program, ip, left, depth, EXECUTION_OVERRUN);
				case 2: // UNSUPPORTED
					return fail(vm, program, ip, left, depth, UNSUPPORTED_INSTRUCTION);
				case 3: // INVALID
					return fail(vm, program, ip, left, depth, INVALID_INSTRUCTION);
				case 4: // NOP
					break next;
				case 5: // LDDW
					M[d] = M[ip + 2]!;
					M[d + 1] = M[ip + 3]!;
					ip = (ip + 10) | 0;
					continue;
				case 6: // MOV64
					M[d] = M[s]!;
					M[d + 1] = M[s + 1]!;
					break next;
				case 7: // MOV32
					M[d] = M[s]!;
					M[d + 1] = 0;
					break next;
				case 8: {
					// ADD64
					const a = M[d]!;
					const lo = (a + M[s]!) | 0;
					M[d + 1] = (M[d + 1]! + M[s + 1]! + (lo >>> 0 < a >>> 0 ? 1 : 0)) | 0;
					M[d] = lo;
					break next;
				}
				case 9: {
					// SUB64
					const a = M[d]!;
					const b = M[s]!;
					M[d + 1] = (M[d + 1]! - M[s + 1]! - (a >>> 0 < b >>> 0 ? 1 : 0)) | 0;
					M[d] = (a - b) | 0;
					break next;
				}
				case 10: {
					// MUL64
					const a = M[d]!;
					const b = M[s]!;
					const upper = (Math.imul(a, M[s + 1]!) + Math.imul(M[d + 1]!, b)) | 0;
					const a0 = a & 0xffff;
					const a1 = a >>> 16;
					const b0 = b & 0xffff;
					const b1 = b >>> 16;
					const p = (Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)) | 0;
					const q = (Math.imul(a0, b1) + (p & 0xffff)) | 0;
					M[d + 1] = (upper + Math.imul(a1, b1) + (p >>> 16) + (q >>> 16)) | 0;
					M[d] = Math.imul(a, b);
					break next;
				}
				case 11: {
					// DIV64
					const bl = M[s]!;
					const bh = M[s + 1]!;
					if ((bl | bh) === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
					if ((M[d + 1]! | bh) === 0) M[d] = ((M[d]! >>> 0) / (bl >>> 0)) | 0;
					else divide64(M, d, bl, bh);
					break next;
				}
				case 12: {
					// MOD64
					const bl = M[s]!;
					const bh = M[s + 1]!;
					if ((bl | bh) === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
					if ((M[d + 1]! | bh) === 0) M[d] = ((M[d]! >>> 0) % (bl >>> 0)) | 0;
					else remainder64(M, d, bl, bh);
					break next;
				}
				case 13: // OR64
					M[d] = M[d]! | M[s]!;
					M[d + 1] = M[d + 1]! | M[s + 1]!;
					break next;
				case 14: // AND64
					M[d] = M[d]! & M[s]!;
					M[d + 1] = M[d + 1]! & M[s + 1]!;
					break next;
				case 15: // XOR64
					M[d] = M[d]! ^ M[s]!;
					M[d + 1] = M[d + 1]! ^ M[s + 1]!;
					break next;
				case 16: {
					// LSH64_LOW
					const n = M[s]!;
					const a = M[d]!;
					M[d + 1] = (M[d + 1]! << n) | (a >>> (32 - n));
					M[d] = a << n;
					break next;
				}
				case 17: // LSH64_HIGH
					M[d + 1] = M[d]! << M[s]!; // JavaScript takes the shift modulo 32.
					M[d] = 0;
					break next;
				case 18: {
					// LSH64
					const n = M[s]! & 63;
					const a = M[d]!;
					if (n >= 32) {
						M[d + 1] = a << n;
						M[d] = 0;
					} else if (n !== 0) {
						M[d + 1] = (M[d + 1]! << n) | (a >>> (32 - n));
						M[d] = a << n;
					}
					break next;
				}
				case 19: {
					// RSH64_LOW
					const n = M[s]!;
					const h = M[d + 1]!;
					M[d] = (M[d]! >>> n) | (h << (32 - n));
					M[d + 1] = h >>> n;
					break next;
				}
				case 20: {
					// RSH64_HIGH
					const h = M[d + 1]!;
					M[d] = h >>> M[s]!;
					M[d + 1] = 0;
					break next;
				}
				case 21: {
					// RSH64
					const n = M[s]! & 63;
					const h = M[d + 1]!;
					if (n >= 32) {
						M[d] = h >>> n;
						M[d + 1] = 0;
					} else if (n !== 0) {
						M[d] = (M[d]! >>> n) | (h << (32 - n));
						M[d + 1] = h >>> n;
					}
					break next;
				}
				case 22: {
					// ARSH64_LOW
					const n = M[s]!;
					const h = M[d + 1]!;
					M[d] = (M[d]! >>> n) | (h << (32 - n));
					M[d + 1] = h >> n;
					break next;
				}
				case 23: {
					// ARSH64_HIGH
					const h = M[d + 1]!;
					M[d] = h >> M[s]!;
					M[d + 1] = h >> 31;
					break next;
				}
				case 24: {
					// ARSH64
					const n = M[s]! & 63;
					const h = M[d + 1]!;
					if (n >= 32) {
						M[d] = h >> n;
						M[d + 1] = h >> 31;
					} else if (n !== 0) {
						M[d] = (M[d]! >>> n) | (h << (32 - n));
						M[d + 1] = h >> n;
					}
					break next;
				}
				case 25: {
					// NEG64
					const a = M[d]!;
					M[d] = -a | 0;
					M[d + 1] = a === 0 ? -M[d + 1]! | 0 : ~M[d + 1]!;
					break next;
				}
				case 26: {
					// ADD32
					const a = (M[d]! + M[s]!) | 0;
					M[d] = a;
					M[d + 1] = a >> 31;
					break next;
				}
				case 27: {
					// SUB32
					const a = (M[d]! - M[s]!) | 0;
					M[d] = a;
					M[d + 1] = a >> 31;
					break next;
				}
				case 28: {
					// MUL32
					const a = Math.imul(M[d]!, M[s]!);
					M[d] = a;
					M[d + 1] = a >> 31;
					break next;
				}
				case 29: {
					// DIV32
					const b = M[s]!;
					if (b === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
					M[d] = ((M[d]! >>> 0) / (b >>> 0)) | 0;
					M[d + 1] = 0;
					break next;
				}
				case 30: {
					// MOD32
					const b = M[s]!;
					if (b === 0) return fail(vm, program, ip, left, depth, DIVIDE_BY_ZERO);
					M[d] = ((M[d]! >>> 0) % (b >>> 0)) | 0;
					M[d + 1] = 0;
					break next;
				}
				case 31: // OR32
					M[d] = M[d]! | M[s]!;
					M[d + 1] = 0;
					break next;
				case 32: // AND32
					M[d] = M[d]! & M[s]!;
					M[d + 1] = 0;
					break next;
				case 33: // XOR32
					M[d] = M[d]! ^ M[s]!;
					M[d + 1] = 0;
					break next;
				case 34: // LSH32
					M[d] = M[d]! << M[s]!;
					M[d + 1] = 0;
					break next;
				case 35: // RSH32
					M[d] = M[d]! >>> M[s]!;
					M[d + 1] = 0;
					break next;
				case 36: // ARSH32
					M[d] = M[d]! >> M[s]!;
					M[d + 1] = 0;
					break next;
				case 37: // NEG32
					M[d] = -M[d]! | 0;
					M[d + 1] = 0;
					break next;
				case 38: {
					// SELDOM
					const error = seldom(M, d, s, w >> 16);
					if (error !== null) return fail(vm, program, ip, left, depth, error);
					break next;
				}
				case 39: {
					// LD8
					const b = M[s]!;
					const h = M[s + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = h << 2;
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 1) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_LOAD, h, b, w >> 16, 1);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					M[d] = u8[at]!;
					M[d + 1] = 0;
					break next;
				}
				case 40: {
					// LD16
					const b = M[s]!;
					const h = M[s + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = h << 2;
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 2) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_LOAD, h, b, w >> 16, 2);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					M[d] = view.getUint16(at, true);
					M[d + 1] = 0;
					break next;
				}
				case 41: {
					// LD32
					const b = M[s]!;
					const h = M[s + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = h << 2;
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 4) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_LOAD, h, b, w >> 16, 4);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					M[d] = (at & 3) === 0 ? i32[at >> 2]! : view.getInt32(at, true);
					M[d + 1] = 0;
					break next;
				}
				case 42: {
					// LD64
					const b = M[s]!;
					const h = M[s + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = h << 2;
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 8) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_LOAD, h, b, w >> 16, 8);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					if ((at & 3) === 0) {
						const word = at >> 2;
						M[d] = i32[word]!;
						M[d + 1] = i32[word + 1]!;
					} else {
						M[d] = view.getInt32(at, true);
						M[d + 1] = view.getInt32(at + 4, true);
					}
					break next;
				}
				case 43: {
					// ST8
					const b = M[d]!;
					const h = M[d + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = 32 + (h << 2);
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 1) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_STORE, h, b, w >> 16, 1);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					u8[at] = M[s]!;
					break next;
				}
				case 44: {
					// ST16
					const b = M[d]!;
					const h = M[d + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = 32 + (h << 2);
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 2) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_STORE, h, b, w >> 16, 2);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					view.setInt16(at, M[s]!, true);
					break next;
				}
				case 45: {
					// ST32
					const b = M[d]!;
					const h = M[d + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = 32 + (h << 2);
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 4) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_STORE, h, b, w >> 16, 4);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					if ((at & 3) === 0) i32[at >> 2] = M[s]!;
					else view.setInt32(at, M[s]!, true);
					break next;
				}
				case 46: {
					// ST64
					const b = M[d]!;
					const h = M[d + 1]!;
					const lo = (b + (w >> 16)) | 0;
					let at = -1;
					if ((h & ~7) === 0) {
						const e = 32 + (h << 2);
						const o = (lo - W[e]!) | 0;
						if (((b & ~lo) | o) >= 0 && o <= ((W[e + 1]! - 8) | 0)) at = (W[e + 2]! + o) | 0;
					}
					if (at < 0) {
						at = miss(mapping, ACCESS_STORE, h, b, w >> 16, 8);
						if (at < 0) return failAccess(vm, program, ip, left, depth);
						if (arena.generation !== generation) return retry(vm, program, ip, left, depth);
					}
					if ((at & 3) === 0) {
						const word = at >> 2;
						i32[word] = M[s]!;
						i32[word + 1] = M[s + 1]!;
					} else {
						view.setInt32(at, M[s]!, true);
						view.setInt32(at + 4, M[s + 1]!, true);
					}
					break next;
				}
				case 47: // JA
					ip = (ip + (w >> 16) * 5 + 5) | 0;
					break;
				case 48: // JEQ64
					ip = M[d]! === M[s]! && M[d + 1]! === M[s + 1]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 49: // JNE64
					ip = M[d]! !== M[s]! || M[d + 1]! !== M[s + 1]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 50: // JSET64
					ip =
						((M[d]! & M[s]!) | (M[d + 1]! & M[s + 1]!)) !== 0 ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 51: {
					// JGT64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 > M[s]! >>> 0 : ah >>> 0 > bh >>> 0)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 52: {
					// JSGT64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 > M[s]! >>> 0 : ah > bh)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 53: {
					// JGE64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 >= M[s]! >>> 0 : ah >>> 0 > bh >>> 0)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 54: {
					// JSGE64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 >= M[s]! >>> 0 : ah > bh)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 55: {
					// JLT64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 < M[s]! >>> 0 : ah >>> 0 < bh >>> 0)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 56: {
					// JSLT64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 < M[s]! >>> 0 : ah < bh)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 57: {
					// JLE64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 <= M[s]! >>> 0 : ah >>> 0 < bh >>> 0)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 58: {
					// JSLE64
					const ah = M[d + 1]!;
					const bh = M[s + 1]!;
					ip = (ah === bh ? M[d]! >>> 0 <= M[s]! >>> 0 : ah < bh)
						? (ip + (w >> 16) * 5 + 5) | 0
						: (ip + 5) | 0;
					break;
				}
				case 59: // JEQ32
					ip = M[d]! === M[s]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 60: // JNE32
					ip = M[d]! !== M[s]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 61: // JSET32
					ip = (M[d]! & M[s]!) !== 0 ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 62: // JGT32
					ip = M[d]! >>> 0 > M[s]! >>> 0 ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 63: // JSGT32
					ip = M[d]! > M[s]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 64: // JGE32
					ip = M[d]! >>> 0 >= M[s]! >>> 0 ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 65: // JSGE32
					ip = M[d]! >= M[s]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 66: // JLT32
					ip = M[d]! >>> 0 < M[s]! >>> 0 ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 67: // JSLT32
					ip = M[d]! < M[s]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 68: // JLE32
					ip = M[d]! >>> 0 <= M[s]! >>> 0 ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 69: // JSLE32
					ip = M[d]! <= M[s]! ? (ip + (w >> 16) * 5 + 5) | 0 : (ip + 5) | 0;
					break;
				case 70: {
					// CALL
					// Word 1 is the target, found out by decode.ts or, for a register, just now.
					let target = s;
					if (s === 0) {
						target = callTarget(program, M[d]!, M[d + 1]!);
					}
					const f = depth << 4;
					frames[f] = M[12]!;
					frames[f + 1] = M[13]!;
					frames[f + 2] = M[14]!;
					frames[f + 3] = M[15]!;
					frames[f + 4] = M[16]!;
					frames[f + 5] = M[17]!;
					frames[f + 6] = M[18]!;
					frames[f + 7] = M[19]!;
					const fp = M[20]!;
					frames[f + 8] = fp;
					frames[f + 9] = M[21]!;
					frames[f + 10] = (ip + 5) | 0;
					depth = (depth + 1) | 0;
					if (depth === maxCallDepth) return fail(vm, program, ip, left, depth, CALL_DEPTH_EXCEEDED);
					const bumped = (fp + frameBump) | 0;
					M[20] = bumped;
					M[21] = (M[21]! + (bumped >>> 0 < fp >>> 0 ? 1 : 0)) | 0;
					if (target <= 0) return fail(vm, program, ip, left, depth, CALL_OUTSIDE_TEXT_SEGMENT);
					ip = target;
					break;
				}
				case 71: // SYSCALL
					if (!callBuiltin(vm, program, ip, left, depth)) return FAILED;
					M[0] = registers32[0]!;
					M[1] = registers32[1]!;
					left = vm.left;
					ip = (ip + 5) | 0;
					if (arena.generation !== generation) return leave(vm, M, ip, left, depth);
					break;
				case 72: {
					// EXIT
					if (depth === floor) {
						leave(vm, M, ip, left, depth);
						return EXITED;
					}
					depth = (depth - 1) | 0;
					const f = depth << 4;
					M[12] = frames[f]!;
					M[13] = frames[f + 1]!;
					M[14] = frames[f + 2]!;
					M[15] = frames[f + 3]!;
					M[16] = frames[f + 4]!;
					M[17] = frames[f + 5]!;
					M[18] = frames[f + 6]!;
					M[19] = frames[f + 7]!;
					M[20] = frames[f + 8]!;
					M[21] = frames[f + 9]!;
					ip = frames[f + 10]!;
					break;
				}
			}
			// Whatever ended a run comes here: the next one is taken from the budget.
			left = (left - M[ip + 4]!) | 0;
			if (left < 0) endMeterInside(program, ip, left);
			continue;
		}
		ip = (ip + 5) | 0;
	}
}

/** Leaves the loop between two instructions. */
function leave<C extends ContextObject>(
	vm: EbpfVm<C>,
	M: Int32Array,
	ip: number,
	left: number,
	depth: number,
): number {
	const { registers32 } = vm;
	for (let i = 0; i < GENERAL_WORDS; i++) registers32[i] = M[i]!;
	vm.pc = (ip - FIRST_SLOT) / SLOT_WORDS;
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
	const { memory } = program;
	leave(vm, memory, ip, left + memory[ip + 4]! - 1, depth);
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
	const { memory } = program;
	restorePatched(program);
	return leave(vm, memory, ip, left + memory[ip + 4]!, depth);
}

/**
 * Puts STOP where the meter ends inside the run that begins at `ip`. `left` is what the run lacks, below
 * zero: all but that many of its instructions may execute.
 */
function endMeterInside<C extends ContextObject>(program: DecodedProgram<C>, ip: number, left: number): void {
	const { memory } = program;
	let at = ip;
	// The lengths of the runs count down along a run; the second slot of lddw is none of its instructions.
	while (memory[at + 4]! > -left) at += (memory[at]! & 255) === LDDW ? 2 * SLOT_WORDS : SLOT_WORDS;
	program.patchedAt = at;
	program.patched = memory[at]!;
	memory[at] = STOP;
}

/** Takes STOP out of the program again. */
export function restorePatched<C extends ContextObject>(program: DecodedProgram<C>): void {
	if (program.patchedAt < 0) return;
	program.memory[program.patchedAt] = program.patched;
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

/** Where a `callx` to the address of two words leads; 0 for out of the text, which is shorter than 4 GiB. */
function callTarget<C extends ContextObject>(program: DecodedProgram<C>, lo: number, hi: number): number {
	const { textLo, textHi, slots } = program;
	const slot = ((lo - textLo) | 0) >>> 3;
	return hi === textHi && slot < slots ? FIRST_SLOT + slot * SLOT_WORDS : 0;
}

/**
 * Calls the function of the host that the SYSCALL at `ip` means; `false` where it failed. What it answers
 * is in the machine's r0, all other registers are where they were.
 */
function callBuiltin<C extends ContextObject>(
	vm: EbpfVm<C>,
	program: DecodedProgram<C>,
	ip: number,
	left: number,
	depth: number,
): boolean {
	const { memory, entries } = program;
	leave(vm, memory, ip, left, depth);
	const succeeded = vm.invokeFunction(program.syscalls[memory[ip + 1]!]!);
	if (program.entries !== entries) {
		// The same program ran inside of itself.
		const { registers32 } = vm;
		for (let i = 0; i < GENERAL_WORDS; i++) memory[i] = registers32[i]!;
	}
	return succeeded;
}
