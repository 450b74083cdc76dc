/** Programs as the loaders load them. */
import {
	BuiltinProgram,
	type Config,
	type ContextObject,
	defaultConfig,
	type ElfError,
	Executable,
} from '@parhelion/sbpf';
import type { Result } from '@parhelion/sdk';

/** Bytes of a program at most: the largest account, less what the upgradeable loader writes in front. */
export const MAX_PROGRAM_SIZE: number = 10 * 1024 * 1024 - 45;

/** The loader's settings at a deployment. */
const AT_DEPLOYMENT: Partial<Config> = { rejectBrokenElfs: true, enabledSbpfVersions: { min: 0, max: 3 } };

/**
 * Loads `elf`, whose syscalls may be `syscalls`, as a deployment does unless `settings` say otherwise. What it is given stays
 * as it is, a `Buffer` of Node too, whose `slice` shares memory.
 */
export function loadProgram(
	elf: Uint8Array,
	syscalls: readonly string[],
	settings: Partial<Config> = AT_DEPLOYMENT,
): Result<Executable<ContextObject>, ElfError> {
	const loader = BuiltinProgram.newLoader<ContextObject>(defaultConfig(settings));
	for (const name of syscalls) loader.registerFunction(name, () => {});
	return Executable.load(new Uint8Array(elf.buffer, elf.byteOffset, elf.byteLength), loader);
}
