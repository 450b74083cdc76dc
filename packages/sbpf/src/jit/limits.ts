/**
 * What is too much for the compiler, or for the engine behind it.
 *
 * Anybody may deploy a program, and an engine's optimiser does not take linear time: V8's needs about 400 bytes of
 * memory and 1 microsecond for a byte of WebAssembly, and far more where a function has thousands of loops
 * (4,096 of them: 1.2 s; 16,384: 30 s; measured). A function beyond these limits is interpreted, the rest of its
 * program compiled; a program beyond them is interpreted.
 */

/** Bytes of one function. */
export const MAX_FUNCTION_BYTES: number = 1 << 20;
/** Bytes of one function times the edges in it that lead back. */
export const MAX_LOOPING_BYTES: number = 1 << 29;
/** Bytes of all functions. */
export const MAX_MODULE_BYTES: number = 1 << 26;
/** Functions of a program. */
export const MAX_FUNCTIONS = 50_000;
/** Slots of a program. */
export const MAX_SLOTS: number = 1 << 19;
