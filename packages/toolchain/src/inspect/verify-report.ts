/**
 * Whether a program would be accepted, check by check.
 *
 * Owns the order of the checks as the loaders make them at a deployment, and words for each. The checks themselves are
 * sbpf's: nothing here is a second opinion.
 */
import {
	BuiltinProgram,
	type ContextObject,
	defaultConfig,
	type ElfError,
	Executable,
	errorDebug,
	hashSymbolName,
	INSN_SIZE,
	type SBPFVersion,
	staticSyscalls,
} from '@parhelion/sbpf';
import { functionAround, functionNames } from './function-names.ts';

/** A check, and what came of it. */
export interface CheckResult {
	/** What is checked. */
	readonly name: string;
	/** `skipped` where an earlier check leaves nothing to look at. */
	readonly outcome: 'passed' | 'failed' | 'skipped';
	/** What is wrong, by the name that the validator gives it. */
	readonly detail?: string;
	/** The instruction, and the function around it. */
	readonly pc?: number;
	readonly function?: string;
}

const MAX_PROGRAM_SIZE = 10 * 1024 * 1024 - 45;
const CALL_IMM = 0x85;

/** The loader's settings at a deployment. */
function loaderOf(syscalls: readonly string[]): BuiltinProgram<ContextObject> {
	const config = defaultConfig({ rejectBrokenElfs: true, enabledSbpfVersions: { min: 0, max: 3 } });
	const loader = BuiltinProgram.newLoader<ContextObject>(config);
	for (const name of syscalls) loader.registerFunction(name, () => {});
	return loader;
}

/** Checks `bytes` as a deployment would, with `syscalls` as what programs may call. */
export function verifyReport(bytes: Uint8Array, syscalls: readonly string[]): CheckResult[] {
	const results: CheckResult[] = [];
	const fits = bytes.length <= MAX_PROGRAM_SIZE;
	results.push(
		fits
			? { name: 'size', outcome: 'passed' }
			: { name: 'size', outcome: 'failed', detail: `${bytes.length} bytes of ${MAX_PROGRAM_SIZE} at most` },
	);
	const loaded = Executable.load(bytes, loaderOf(syscalls));
	if (!loaded.ok) {
		results.push({ name: 'loading', outcome: 'failed', detail: loadErrorText(loaded.error) });
		results.push({ name: 'instructions', outcome: 'skipped' }, { name: 'syscalls', outcome: 'skipped' });
		return results;
	}
	results.push({ name: 'loading', outcome: 'passed' });
	const executable = loaded.value;
	const names = functionNames(bytes, executable);
	const at = (pc: number): { pc: number; function?: string } => {
		const name = functionAround(names, pc);
		return name === undefined ? { pc } : { pc, function: name };
	};
	const verified = executable.verify();
	if (verified.ok) results.push({ name: 'instructions', outcome: 'passed' });
	else {
		const inner = verified.error.kind === 'VerifierError' ? verified.error.error : verified.error;
		const pc = 'pc' in inner && typeof inner.pc === 'number' ? at(inner.pc) : {};
		results.push({ name: 'instructions', outcome: 'failed', detail: errorDebug(verified.error), ...pc });
	}
	const unknown = unknownSyscall(executable.textBytes, executable.sbpfVersion, syscalls);
	results.push(
		unknown === null
			? { name: 'syscalls', outcome: 'passed' }
			: {
					name: 'syscalls',
					outcome: 'failed',
					detail: `no syscall has the hash 0x${unknown.hash.toString(16)}`,
					...at(unknown.pc),
				},
	);
	return results;
}

function loadErrorText(error: ElfError): string {
	return errorDebug({ kind: 'ElfError', error });
}

/** The first static syscall that nobody lends; before V3 the loader itself finds it. */
function unknownSyscall(
	text: Uint8Array,
	version: SBPFVersion,
	syscalls: readonly string[],
): { readonly hash: number; readonly pc: number } | null {
	if (!staticSyscalls(version)) return null;
	const known = new Set(syscalls.map((name) => hashSymbolName(new TextEncoder().encode(name))));
	const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
	for (let at = 0; at < text.length; at += INSN_SIZE) {
		if (text[at] !== CALL_IMM || text[at + 1]! >> 4 !== 0) continue;
		const hash = view.getUint32(at + 4, true);
		if (!known.has(hash)) return { hash, pc: at / INSN_SIZE };
	}
	return null;
}
