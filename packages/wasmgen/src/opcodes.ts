/**
 * The plain instructions: those without operands but the ones on the stack, and the memory accesses.
 *
 * A number above 0xff is a prefixed instruction: prefix in the high byte, sub-opcode in the low one.
 * Control instructions and those with indices are methods of `CodeBuilder`.
 * Source: WebAssembly core specification 2.0, section 5.4.
 */

// biome-ignore format: one row a line
/** Instructions that take their operands from the stack only. */
export const Op = {
	unreachable: 0x00, nop: 0x01, return: 0x0f, drop: 0x1a, select: 0x1b,

	i32Eqz: 0x45, i32Eq: 0x46, i32Ne: 0x47, i32LtS: 0x48, i32LtU: 0x49, i32GtS: 0x4a, i32GtU: 0x4b,
	i32LeS: 0x4c, i32LeU: 0x4d, i32GeS: 0x4e, i32GeU: 0x4f,
	i64Eqz: 0x50, i64Eq: 0x51, i64Ne: 0x52, i64LtS: 0x53, i64LtU: 0x54, i64GtS: 0x55, i64GtU: 0x56,
	i64LeS: 0x57, i64LeU: 0x58, i64GeS: 0x59, i64GeU: 0x5a,
	f64Eq: 0x61, f64Ne: 0x62, f64Lt: 0x63, f64Gt: 0x64, f64Le: 0x65, f64Ge: 0x66,

	i32Clz: 0x67, i32Ctz: 0x68, i32Popcnt: 0x69, i32Add: 0x6a, i32Sub: 0x6b, i32Mul: 0x6c,
	i32DivS: 0x6d, i32DivU: 0x6e, i32RemS: 0x6f, i32RemU: 0x70,
	i32And: 0x71, i32Or: 0x72, i32Xor: 0x73, i32Shl: 0x74, i32ShrS: 0x75, i32ShrU: 0x76, i32Rotl: 0x77, i32Rotr: 0x78,
	i64Clz: 0x79, i64Ctz: 0x7a, i64Popcnt: 0x7b, i64Add: 0x7c, i64Sub: 0x7d, i64Mul: 0x7e,
	i64DivS: 0x7f, i64DivU: 0x80, i64RemS: 0x81, i64RemU: 0x82,
	i64And: 0x83, i64Or: 0x84, i64Xor: 0x85, i64Shl: 0x86, i64ShrS: 0x87, i64ShrU: 0x88, i64Rotl: 0x89, i64Rotr: 0x8a,
	f64Add: 0xa0, f64Sub: 0xa1, f64Mul: 0xa2, f64Div: 0xa3,

	i32WrapI64: 0xa7, i64ExtendI32S: 0xac, i64ExtendI32U: 0xad,
	f64ConvertI32S: 0xb7, f64ConvertI32U: 0xb8, f64ConvertI64S: 0xb9, f64ConvertI64U: 0xba,
	i64ReinterpretF64: 0xbd, f64ReinterpretI64: 0xbf,
	i32Extend8S: 0xc0, i32Extend16S: 0xc1, i64Extend8S: 0xc2, i64Extend16S: 0xc3, i64Extend32S: 0xc4,

	i32TruncSatF64S: 0xfc02, i32TruncSatF64U: 0xfc03, i64TruncSatF64S: 0xfc06, i64TruncSatF64U: 0xfc07,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

// biome-ignore format: one row a line
/** Memory accesses: [opcode, log2 of the natural alignment]. */
export const MemOp = {
	i32Load: [0x28, 2], i64Load: [0x29, 3], f64Load: [0x2b, 3],
	i32Load8S: [0x2c, 0], i32Load8U: [0x2d, 0], i32Load16S: [0x2e, 1], i32Load16U: [0x2f, 1],
	i64Load8S: [0x30, 0], i64Load8U: [0x31, 0], i64Load16S: [0x32, 1], i64Load16U: [0x33, 1], i64Load32S: [0x34, 2], i64Load32U: [0x35, 2],
	i32Store: [0x36, 2], i64Store: [0x37, 3], f64Store: [0x39, 3],
	i32Store8: [0x3a, 0], i32Store16: [0x3b, 1],
	i64Store8: [0x3c, 0], i64Store16: [0x3d, 1], i64Store32: [0x3e, 2],
} as const;
export type MemOp = (typeof MemOp)[keyof typeof MemOp];
