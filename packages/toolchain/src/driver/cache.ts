/**
 * Results of compilers by what they were made of.
 *
 * Owns a folder of files named by the hash of everything that decides their content: tool, arguments, input. A file is
 * written beside its place and then moved there, so that no reader ever sees half of one.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A cache in a folder, or none where it is `null`. */
export class BuildCache {
	readonly #folder: string | null;

	constructor(folder: string | null) {
		this.#folder = folder;
	}

	/** The bytes made of `parts`, from the cache or by `make`, which may fail with an error of its own. */
	get<E>(
		parts: readonly (string | Uint8Array)[],
		make: () => { readonly ok: true; readonly value: Uint8Array } | { readonly ok: false; readonly error: E },
	): { readonly ok: true; readonly value: Uint8Array } | { readonly ok: false; readonly error: E } {
		if (this.#folder === null) return make();
		const path = join(this.#folder, contentHash(parts));
		try {
			return { ok: true, value: readFileSync(path) };
		} catch {
			// Not there yet.
		}
		const made = make();
		if (made.ok) this.#write(path, made.value);
		return made;
	}

	#write(path: string, bytes: Uint8Array): void {
		const temporary = `${path}.${randomBytes(6).toString('hex')}`;
		try {
			mkdirSync(this.#folder!, { recursive: true });
			writeFileSync(temporary, bytes);
			renameSync(temporary, path);
		} catch {
			// A cache that cannot be written is slow, not wrong.
		}
	}
}

/** A hash over `parts`, in which `ab`, `c` differs from `a`, `bc`. */
export function contentHash(parts: readonly (string | Uint8Array)[]): string {
	const hash = createHash('sha256');
	for (const part of parts) {
		hash.update(`${typeof part === 'string' ? Buffer.byteLength(part) : part.length}:`);
		hash.update(part);
	}
	return hash.digest('hex');
}
