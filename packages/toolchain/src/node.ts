/** The toolchain's entry for Node: finding compilers and building with them. */

export {
	type BuildOptions,
	type BuiltProgram,
	build,
	buildFiles,
	EMIT_KINDS,
	type EmitKind,
	emitted,
} from './driver/build.ts';
export { type BuildError, buildErrorText } from './driver/build-error.ts';
export type { OptimisationLevel } from './driver/compile.ts';
export { findTools, type LlvmTools, type RustTools, type Toolchain } from './driver/find-tools.ts';
export {
	programPath,
	TEMPLATE_NAMES,
	type TemplateFile,
	type TemplateName,
	templateFiles,
} from './driver/templates.ts';
export * from './index.ts';
