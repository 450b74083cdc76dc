/**
 * The fixed sizes and addresses of the bytecode machine.
 *
 * Owns the shape of an instruction slot, the register roles and the virtual address of each memory
 * region; refuses opcodes (see `opcodes.ts` and `instructions.ts`).
 * Source: solana-sbpf `ebpf.rs`.
 */

/** Bytes of one instruction slot. */
export const INSN_SIZE = 8;
/** The register that holds the frame pointer. */
export const FRAME_PTR_REG = 10;
/** The first register a callee must preserve. */
export const FIRST_SCRATCH_REG = 6;
/** Alignment in bytes of a memory region in host memory. */
export const HOST_ALIGN = 16;

/** Size and alignment in bytes of a region's address range. */
export const MM_REGION_SIZE = 0x1_0000_0000;
/** Where read-only data starts from V3 on. */
export const MM_RODATA_START = 0;
/** Where bytecode starts; before V3 the read-only data lives here too. */
export const MM_BYTECODE_START: number = MM_REGION_SIZE;
/** Where the stack starts. */
export const MM_STACK_START: number = MM_REGION_SIZE * 2;
/** Where the heap starts. */
export const MM_HEAP_START: number = MM_REGION_SIZE * 3;
/** Where the input (the serialised parameters) starts. */
export const MM_INPUT_START: number = MM_REGION_SIZE * 4;
