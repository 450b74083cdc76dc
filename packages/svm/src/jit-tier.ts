/**
 * When a program is compiled, and how long what came of it is kept.
 *
 * A cold program is interpreted; one that has executed {@link WARM_RATIO} times as many instructions as it has is
 * warm and compiled: so the time spent on compiling stays a fraction of the time spent on running. What is
 * compiled is kept by content (hash of the program's memory and functions, version, environment), so that a program loaded
 * anew finds it, in this thread and in others; the least recently used goes when the modules outgrow their bounds.
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
/** Modules kept. Each takes an engine's memory mappings besides its bytes, and a process has some 65,000 of those. */
const MAX_MODULES = 4096;
/** Programs that the compiler declined that are remembered. */
const MAX_DECLINED = 1024;
/** Executables bound to one module after which those that are gone are looked for. */
const MIN_USERS_TO_PRUNE = 64;
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

/** A compiled program as threads hand it on. */
export interface SharedModule {
	/** Equal in every thread for programs and environments that the compiler cannot tell apart. */
	readonly key: string;
	readonly compiled: CompiledModule;
}

interface Kept {
	/** `null` where the compiler declined. */
	readonly compiled: CompiledModule | null;
	/** The executables that are bound to it. */
	users: WeakRef<Executable<InvokeContext>>[];
	/** How many users there may be before those that are gone are taken out. */
	pruneAt: number;
	used: number;
}

/** Compiled programs by content. */
export class JitCache {
	readonly counters: JitCounters = { compiled: 0, declined: 0, shared: 0, evicted: 0, bytes: 0 };
	readonly #kept: Map<string, Kept> = new Map();
	/** The keys of what was declined, oldest first. */
	readonly #declined: string[] = [];
	readonly #keptOf: WeakMap<Executable<InvokeContext>, Kept> = new WeakMap();
	readonly #environmentTexts: WeakMap<ProgramRuntimeEnvironment, string> = new WeakMap();
	#tick = 0;
	#modules = 0;
	/** Is told of each program that was compiled here. */
	listener: ((module: SharedModule) => void) | null = null;
	readonly #maxModuleBytes: number;
	readonly #maxModules: number;

	/** Keeps `maxModules` of up to `maxModuleBytes` bytes together; the newest stays whatever its size. */
	constructor(maxModuleBytes: number = MAX_MODULE_BYTES, maxModules: number = MAX_MODULES) {
		this.#maxModuleBytes = maxModuleBytes;
		this.#maxModules = maxModules;
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
			kept = this.#keep(key, compiled);
			if (compiled === null) {
				this.counters.declined++;
				this.#declined.push(key);
				if (this.#declined.length > MAX_DECLINED) this.#kept.delete(this.#declined.shift()!);
			} else {
				this.counters.compiled++;
				this.listener?.({ key, compiled });
			}
		} else this.counters.shared++;
		this.#keptOf.set(executable, kept);
		if (kept.compiled === null) return;
		kept.used = ++this.#tick;
		kept.users.push(new WeakRef(executable));
		if (kept.users.length >= kept.pruneAt) {
			kept.users = kept.users.filter((user) => user.deref() !== undefined);
			kept.pruneAt = Math.max(MIN_USERS_TO_PRUNE, kept.users.length * 2);
		}
		executable.compiled = new WasmProgram(executable, kept.compiled);
	}

	/** Takes what another thread compiled, unless it is known. */
	adopt({ key, compiled }: SharedModule): void {
		if (!this.#kept.has(key)) this.#keep(key, compiled);
	}

	/** The programs that are compiled now. */
	*modules(): IterableIterator<SharedModule> {
		for (const [key, { compiled }] of this.#kept) if (compiled !== null) yield { key, compiled };
	}

	#keep(key: string, compiled: CompiledModule | null): Kept {
		const kept: Kept = { compiled, users: [], pruneAt: MIN_USERS_TO_PRUNE, used: ++this.#tick };
		this.#kept.set(key, kept);
		if (compiled !== null) {
			this.counters.bytes += compiled.size;
			this.#modules++;
			this.#makeRoom(kept);
		}
		return kept;
	}

	/** What of an environment goes into a module: its settings, and which functions it lends. */
	#environmentText(loader: ProgramRuntimeEnvironment): string {
		let text = this.#environmentTexts.get(loader);
		if (text === undefined) {
			const functions = Array.from(loader.functions.entries(), ([key]) => key).sort((a, b) => a - b);
			const operations = [...loader.memoryOperations].sort(([a], [b]) => a - b);
			const whole = JSON.stringify([loader.config, functions, operations]);
			text = sha256(new TextEncoder().encode(whole)).join();
			this.#environmentTexts.set(loader, text);
		}
		return text;
	}

	/** All that the compiler looks at. Equal text may stand for different calls: they go by the functions. */
	#keyOf(executable: Executable<InvokeContext>): string {
		const { loader, roSection, textBytes, textSectionVaddr, sbpfVersion, entryPc } = executable;
		const functions = new Uint32Array(executable.functionRegistry.size * 2);
		let at = 0;
		for (const [key, { value }] of executable.functionRegistry.entries()) {
			functions[at++] = key;
			functions[at++] = value;
		}
		const digest = sha256(roSection.bytes, textBytes, new Uint8Array(functions.buffer));
		return [
			this.#environmentText(loader),
			sbpfVersion,
			entryPc,
			textSectionVaddr,
			roSection.vmAddr,
			textBytes.length,
			functions.length,
			digest.join(),
		].join(' ');
	}

	/** Gives up what was used longest ago until the bounds hold; `newest` stays. */
	#makeRoom(newest: Kept): void {
		while (this.counters.bytes > this.#maxModuleBytes || this.#modules > this.#maxModules) {
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
			this.#modules--;
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

/** The programs that are compiled in this thread, for another one to {@link adoptModule}. */
export function compiledModules(): IterableIterator<SharedModule> {
	return sharedCache.modules();
}

/** Takes over a program that another thread compiled. */
export function adoptModule(module: SharedModule): void {
	sharedCache.adopt(module);
}

/** Says who is told of each program that is compiled in this thread: one listener, or none. */
export function onModuleCompiled(listener: ((module: SharedModule) => void) | null): void {
	sharedCache.listener = listener;
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
