/**
 * Whether a program would be accepted, check by check.
 *
 * Owns the order of the checks as the loaders make them at a deployment, and words for each. The checks themselves are
 * sbpf's: nothing here is a second opinion. The last one, of the depth of calls, no loader makes: a program that fails it is
 * accepted, and then no run of it succeeds.
 */
import {
	type ElfError,
	errorDebug,
	hashSymbolName,
	INSN_SIZE,
	type SBPFVersion,
	staticSyscalls,
} from '@parhelion/sbpf';
import { depthFinding } from './call-depth.ts';
import { functionAround, functionNames } from './function-names.ts';
import { loadProgram, MAX_PROGRAM_SIZE } from './load-program.ts';

/** A check, and what came of it. */
export interface CheckResult {
	/** What is checked. */
	readonly name: string;
	/**
	 * `skipped` where an earlier check leaves nothing to look at; `warning` where the program is accepted, and may fail when
	 * it runs.
	 */
	readonly outcome: 'passed' | 'failed' | 'skipped' | 'warning';
	/** What is wrong, by the name that the validator gives it. */
	readonly detail?: string;
	/** The instruction, and the function around it. */
	readonly pc?: number;
	readonly function?: string;
}

const CALL_IMM = 0x85;
const DEPTH_CHECK = 'call depth';

/** Checks `bytes` as a deployment would, with `syscalls` as what programs may call. */
export function verifyReport(bytes: Uint8Array, syscalls: readonly string[]): CheckResult[] {
	const results: CheckResult[] = [];
	const fits = bytes.length <= MAX_PROGRAM_SIZE;
	results.push(
		fits
			? { name: 'size', outcome: 'passed' }
			: { name: 'size', outcome: 'failed', detail: `${bytes.length} bytes of ${MAX_PROGRAM_SIZE} at most` },
	);
	const loaded = loadProgram(bytes, syscalls);
	if (!loaded.ok) {
		results.push({ name: 'loading', outcome: 'failed', detail: loadErrorText(loaded.error) });
		for (const name of ['instructions', 'syscalls', DEPTH_CHECK]) results.push({ name, outcome: 'skipped' });
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
	if (verified.ok) {
		const finding = depthFinding(executable, (start) => names.get(start) ?? `function_${start}`);
		results.push(
			finding === null
				? { name: DEPTH_CHECK, outcome: 'passed' }
				: {
						name: DEPTH_CHECK,
						outcome: finding.isCertain ? 'failed' : 'warning',
						detail: finding.detail,
						...at(finding.pc),
					},
		);
	} else results.push({ name: DEPTH_CHECK, outcome: 'skipped' });
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
