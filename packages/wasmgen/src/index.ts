/** A writer of WebAssembly modules that knows nothing of what is compiled. */
export { ByteSink } from './byte-sink.ts';
export { type BlockType, CodeBuilder, type Label } from './code-builder.ts';
export { type FunctionHandle, ModuleBuilder } from './module-builder.ts';
export { MemOp, Op } from './opcodes.ts';
export {
	type FuncIndex,
	type FuncType,
	type GlobalIndex,
	type Limits,
	type LocalIndex,
	type RefType,
	type TableIndex,
	type TypeIndex,
	ValType,
} from './types.ts';
