/**
 * Value types, function types and limits.
 *
 * Source: WebAssembly core specification 2.0, section 5.3.
 */

/** A value type, by its byte in the binary format. */
export const ValType = {
	i32: 0x7f,
	i64: 0x7e,
	f32: 0x7d,
	f64: 0x7c,
	funcref: 0x70,
	externref: 0x6f,
} as const;
export type ValType = (typeof ValType)[keyof typeof ValType];

/** The reference types, which tables hold. */
export type RefType = typeof ValType.funcref | typeof ValType.externref;

/** What a function takes and gives; several results are allowed. */
export interface FuncType {
	readonly params: readonly ValType[];
	readonly results: readonly ValType[];
}

/** The size of a memory (in pages of 64 KiB) or of a table (in elements). */
export interface Limits {
	readonly min: number;
	readonly max?: number;
	/** A memory that threads share; needs `max`. */
	readonly shared?: boolean;
}

/** An index into one of the module's index spaces. */
export type FuncIndex = number;
export type TypeIndex = number;
export type LocalIndex = number;
export type GlobalIndex = number;
export type TableIndex = number;
