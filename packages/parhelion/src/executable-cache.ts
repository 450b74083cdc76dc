/**
 * Verified programs by their bytes, shared by all instances.
 *
 * A test suite adds the same ELF to one instance after another; it is verified once. Found by length and
 * content: comparing 51 KB costs less than loading it by two orders of magnitude.
 */
import type { EbpfError, ElfError } from '@parhelion/sbpf';
import { bytesEqual, err, ok, type Result, type Slot } from '@parhelion/sdk';
import {
	ProgramCacheEntry,
	type ProgramCacheEntryOwner,
	type ProgramRuntimeEnvironment,
} from '@parhelion/svm';

/** Programs kept for an environment; the one used longest ago goes first. */
const MAX_KEPT = 64;

interface Kept {
	readonly elf: Uint8Array;
	readonly entry: ProgramCacheEntry;
}

const byEnvironment: WeakMap<ProgramRuntimeEnvironment, Kept[]> = new WeakMap();

/**
 * Loads and verifies an ELF as deployed in `slot`, or takes it from the cache. Fails with an `ElfError` or the
 * verifier's `EbpfError`. `elf` must not be written to afterwards.
 */
export function loadExecutable(
	owner: ProgramCacheEntryOwner,
	environment: ProgramRuntimeEnvironment,
	slot: Slot,
	elf: Uint8Array,
): Result<ProgramCacheEntry, ElfError | EbpfError> {
	let kept = byEnvironment.get(environment);
	if (kept === undefined) {
		kept = [];
		byEnvironment.set(environment, kept);
	}
	const at = kept.findIndex((one) => one.elf.length === elf.length && bytesEqual(one.elf, elf));
	const hit = kept[at];
	if (hit !== undefined) {
		kept.splice(at, 1);
		kept.push(hit);
		return ok(new ProgramCacheEntry(hit.entry.program, owner, slot));
	}
	const loaded = ProgramCacheEntry.load(owner, environment, slot, elf);
	if (!loaded.ok) return err(loaded.error);
	if (kept.length >= MAX_KEPT) kept.shift();
	kept.push({ elf, entry: loaded.value });
	return loaded;
}
