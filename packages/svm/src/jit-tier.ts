/**
 * When a program is compiled, and how long what came of it is kept.
 *
 * A cold program is interpreted; one that has executed {@link WARM_RATIO} times as many instructions as it has is
 * warm and compiled: so the time spent on compiling stays a fraction of the time spent on running. What is
 * compiled is kept by content (hash of the program's memory, version, environment), so that a program loaded
 * anew finds it; the least recently used goes when the modules outgrow their bound.
 */
import { sha256 } from '@parhelion/crypto';
import {
	type CompiledModule,
	compileModule,
	type Executable,
	type ExecutionMode,
	WasmProgram,
} from '@parhelion/sbpf';
import type { InvokeContext } from './invoke-context.ts';
import type { ProgramRuntimeEnvironment } from './program-cache-entry.ts';

/** `auto` compiles what is warm, `eager` everything before its first run, `off` nothing. */
export type JitMode = 'auto' | 'eager' | 'off';

/** Compiling an instruction costs as much as interpreting it about so often (measured: `npm run bench`). */
const WARM_RATIO = 16;
/** Bytes of WebAssembly kept, of all programs. */
const MAX_MODULE_BYTES = 64 * 1024 * 1024;
const INSN_SIZE = 8;

/** What the compiler was asked and what it keeps. */
export interface JitCounters {
	/** Programs compiled. */
	compiled: number;
	/** Programs the compiler declined: they are interpreted. */
	declined: number;
	/** Programs that found their like compiled already. */
	shared: number;
	/** Programs whose compiled form was given up for room. */
	evicted: number;
	/** Bytes of the modules kept. */
	bytes: number;
}

interface Kept {
	/** `null` where the compiler declined. */
	readonly compiled: CompiledModule | null;
	/** The executables that are bound to it. */
	readonly users: Set<WeakRef<Executable<InvokeContext>>>;
	used: number;
}

/** Compiled programs by content. */
export class JitCache {
	readonly counters: JitCounters = { compiled: 0, declined: 0, shared: 0, evicted: 0, bytes: 0 };
	readonly #kept: Map<string, Kept> = new Map();
	readonly #keptOf: WeakMap<Executable<InvokeContext>, Kept> = new WeakMap();
	#environments = 0;
	readonly #environmentIds: WeakMap<ProgramRuntimeEnvironment, number> = new WeakMap();
	#tick = 0;
	readonly #maxModuleBytes: number;

	/** Keeps modules of up to `maxModuleBytes` bytes together; the newest stays whatever its size. */
	constructor(maxModuleBytes: number = MAX_MODULE_BYTES) {
		this.#maxModuleBytes = maxModuleBytes;
	}

	/** Whether `executable` was declined. */
	isDeclined(executable: Executable<InvokeContext>): boolean {
		return this.#keptOf.get(executable)?.compiled === null;
	}

	/** Notes that a compiled program runs. */
	touch(executable: Executable<InvokeContext>): void {
		const kept = this.#keptOf.get(executable);
		if (kept !== undefined) kept.used = ++this.#tick;
	}

	/** Binds `executable` to its compiled form, compiling it unless its like was. */
	compile(executable: Executable<InvokeContext>): void {
		const key = this.#keyOf(executable);
		let kept = this.#kept.get(key);
		if (kept === undefined) {
			const compiled = compileModule(executable);
			kept = { compiled, users: new Set(), used: ++this.#tick };
			this.#kept.set(key, kept);
			if (compiled === null) this.counters.declined++;
			else {
				this.counters.compiled++;
				this.counters.bytes += compiled.size;
				this.#makeRoom(kept);
			}
		} else this.counters.shared++;
		this.#keptOf.set(executable, kept);
		if (kept.compiled === null) return;
		kept.used = ++this.#tick;
		kept.users.add(new WeakRef(executable));
		executable.compiled = new WasmProgram(executable, kept.compiled);
	}

	#keyOf(executable: Executable<InvokeContext>): string {
		const { loader, roSection, textBytes, sbpfVersion, entryPc } = executable;
		let environment = this.#environmentIds.get(loader);
		if (environment === undefined) {
			environment = this.#environments++;
			this.#environmentIds.set(loader, environment);
		}
		const digest = sha256(roSection.bytes, textBytes);
		return `${environment} ${sbpfVersion} ${entryPc} ${textBytes.length} ${digest.join()}`;
	}

	/** Gives up what was used longest ago until the bound holds; `newest` stays. */
	#makeRoom(newest: Kept): void {
		while (this.counters.bytes > this.#maxModuleBytes) {
			let oldestKey: string | null = null;
			let oldest: Kept | null = null;
			for (const [key, kept] of this.#kept) {
				if (kept === newest || kept.compiled === null) continue;
				if (oldest === null || kept.used < oldest.used) {
					oldest = kept;
					oldestKey = key;
				}
			}
			if (oldest === null || oldestKey === null) return;
			this.#kept.delete(oldestKey);
			this.counters.bytes -= oldest.compiled!.size;
			this.counters.evicted++;
			for (const user of oldest.users) {
				const executable = user.deref();
				if (executable === undefined) continue;
				executable.compiled = null;
				executable.heat = 0;
				this.#keptOf.delete(executable);
			}
		}
	}
}

/** The compiled programs of all instances in this thread. */
const sharedCache = new JitCache();

/** Counters of the compiled programs in this thread, as of now. */
export function jitCounters(): JitCounters {
	return { ...sharedCache.counters };
}

/** Decides how a program runs this time, and compiles it if it is time to. */
export function prepareExecution(
	executable: Executable<InvokeContext>,
	mode: JitMode,
	cache: JitCache = sharedCache,
): ExecutionMode {
	if (mode === 'off') return 'interpreted';
	if (executable.compiled !== null) {
		cache.touch(executable);
		return 'preferJit';
	}
	const slots = executable.textBytes.length / INSN_SIZE;
	if (mode === 'auto' && executable.heat < slots * WARM_RATIO) return 'interpreted';
	if (!cache.isDeclined(executable)) cache.compile(executable);
	return 'preferJit';
}
