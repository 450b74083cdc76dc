/**
 * The settings a loader hands to everything it loads and runs.
 *
 * Owns the record and its defaults; refuses any decision drawn from it.
 * Source: solana-sbpf `vm.rs`, `Config`.
 */
import type { SBPFVersion } from './program.ts';

/** An inclusive range of program versions; empty where `min > max`. */
export interface SBPFVersionRange {
	readonly min: SBPFVersion;
	readonly max: SBPFVersion;
}

/** Settings of the virtual machine, fixed for the life of a loader. */
export interface Config {
	/** How deep calls may nest, the first frame counted. */
	readonly maxCallDepth: number;
	/** Bytes of one stack frame. */
	readonly stackFrameSize: number;
	/** Translates addresses through memory regions; `false` maps them as they are. */
	readonly enableAddressTranslation: boolean;
	/** Leaves an unmapped gap of one frame behind each stack frame of a V0 program. */
	readonly enableStackFrameGaps: boolean;
	/** Instructions after which a compiled program checks its meter at the latest. */
	readonly instructionMeterCheckpointDistance: number;
	/** Counts instructions and stops at the budget. */
	readonly enableInstructionMeter: boolean;
	/** Records the registers before each instruction. */
	readonly enableRegisterTracing: boolean;
	/** Keeps the names of functions and sections. */
	readonly enableSymbolAndSectionLabels: boolean;
	/** Refuses ELF files with faults that older loaders let pass. */
	readonly rejectBrokenElfs: boolean;
	/** Borrows the read-only sections from the file where they lie in one piece. */
	readonly optimizeRodata: boolean;
	/** Finds a region by the upper half of the address, not by search. */
	readonly alignedMemoryMapping: boolean;
	/** The program versions the loader accepts. */
	readonly enabledSbpfVersions: SBPFVersionRange;
}

const DEFAULTS: Config = Object.freeze({
	maxCallDepth: 64,
	stackFrameSize: 4096,
	enableAddressTranslation: true,
	enableStackFrameGaps: true,
	instructionMeterCheckpointDistance: 10_000,
	enableInstructionMeter: true,
	enableRegisterTracing: false,
	enableSymbolAndSectionLabels: false,
	rejectBrokenElfs: false,
	optimizeRodata: true,
	alignedMemoryMapping: false,
	enabledSbpfVersions: Object.freeze({ min: 0, max: 4 }),
});

/** The settings of `Config::default()`, with `overrides` in their place; frozen. */
export function defaultConfig(overrides: Partial<Config> = {}): Config {
	return Object.freeze({ ...DEFAULTS, ...overrides });
}

/** Bytes of the whole stack region. */
export function stackSize(config: Config): number {
	return config.stackFrameSize * config.maxCallDepth;
}
