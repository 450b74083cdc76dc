/**
 * Owns reading a tar archive as it streams by. Own code where a library would do, because it takes chunks from a
 * synchronous decompressor and must refuse everything that a snapshot does not contain: links, devices, long names, sparse files.
 *
 * Source: POSIX ustar; upstream unpacks with crate `tar`, hardened_unpack.rs.
 */
import { SnapshotError } from './snapshot-error.ts';

const BLOCK = 512;
const REGULAR = new Set(['0', '\0']);
const DIRECTORY = '5';

/** A file of an archive. */
export interface TarFile {
	readonly path: string;
	readonly bytes: Uint8Array;
}

/** Limits on what an archive may hold. */
export interface TarLimits {
	/** Bytes of one file. */
	readonly maxFileBytes: number;
	readonly maxEntries: number;
}

/** Hands out the bytes of chunks in the portions asked for. */
class Portions {
	readonly #chunks: Iterator<Uint8Array>;
	#chunk: Uint8Array = new Uint8Array(0);
	#at = 0;

	constructor(chunks: Iterable<Uint8Array>) {
		this.#chunks = chunks[Symbol.iterator]();
	}

	/** The next `length` bytes, its own copy; `null` where the input ends before the first of them. */
	take(length: number): Uint8Array | null {
		if (length > 0 && this.#at === this.#chunk.length && !this.#next()) return null;
		// Pages that no byte is written to cost nothing, so a length that is a lie costs nothing either.
		const bytes = new Uint8Array(length);
		for (let filled = 0; filled < length; ) {
			if (this.#at === this.#chunk.length && !this.#next()) {
				throw new SnapshotError(
					'archive',
					'The archive ends in the middle of a file: it was not copied whole.',
				);
			}
			const part = this.#chunk.subarray(this.#at, this.#at + length - filled);
			bytes.set(part, filled);
			filled += part.length;
			this.#at += part.length;
		}
		return bytes;
	}

	#next(): boolean {
		const { done, value } = this.#chunks.next();
		if (done === true) return false;
		this.#chunk = value;
		this.#at = 0;
		return true;
	}
}

/**
 * The files of an archive, in its order; folders are passed over.
 * Errors (SnapshotError): `archive` where it is no tar or ends too early, `layout` for an entry that is neither file nor
 * folder or whose path leaves the archive, `limit`.
 */
export function* readTar(chunks: Iterable<Uint8Array>, limits: TarLimits): IterableIterator<TarFile> {
	const portions = new Portions(chunks);
	for (let entries = 0; ; entries++) {
		if (entries > limits.maxEntries) {
			throw new SnapshotError('limit', `The archive has more than ${limits.maxEntries} entries.`);
		}
		const header = portions.take(BLOCK);
		if (header === null)
			throw new SnapshotError('archive', 'The archive has no end: it was not copied whole.');
		if (header.every((byte) => byte === 0)) return;
		checkSum(header);
		const path = pathOf(header);
		const size = sizeOf(header);
		const type = String.fromCharCode(header[156]!);
		if (type === DIRECTORY) continue;
		if (!REGULAR.has(type)) {
			throw new SnapshotError('layout', `The archive holds ${path}, which is neither a file nor a folder.`);
		}
		if (size > limits.maxFileBytes) {
			throw new SnapshotError(
				'limit',
				`${path} in the archive has ${size} bytes, ${limits.maxFileBytes} are allowed.`,
			);
		}
		const bytes = portions.take(size);
		if (bytes === null) throw new SnapshotError('archive', `The archive ends before ${path}.`);
		const padding = (BLOCK - (size % BLOCK)) % BLOCK;
		if (padding > 0 && portions.take(padding) === null) {
			throw new SnapshotError('archive', 'The archive has no end: it was not copied whole.');
		}
		yield { path, bytes };
	}
}

function checkSum(header: Uint8Array): void {
	let sum = 0;
	for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : header[i]!;
	if (octal(header, 148, 8) !== sum)
		throw new SnapshotError('archive', 'This is not a tar archive, or a damaged one.');
}

function text(header: Uint8Array, offset: number, length: number): string {
	let end = offset;
	while (end < offset + length && header[end] !== 0) end++;
	return String.fromCharCode(...header.subarray(offset, end));
}

function pathOf(header: Uint8Array): string {
	const name = text(header, 0, 100);
	const isUstar = text(header, 257, 5) === 'ustar' && header[262] === 0;
	const prefix = isUstar ? text(header, 345, 155) : '';
	const parts = (prefix === '' ? name : `${prefix}/${name}`)
		.split('/')
		.filter((part) => part !== '' && part !== '.');
	if (name.startsWith('/') || parts.includes('..')) {
		throw new SnapshotError('layout', `The archive holds a path that leaves it: ${JSON.stringify(name)}.`);
	}
	return parts.join('/');
}

/** A size: octal text, or with the top bit of the first byte set a big-endian number. */
function sizeOf(header: Uint8Array): number {
	if ((header[124]! & 0x80) === 0) return octal(header, 124, 12);
	let size = 0;
	for (let i = 125; i < 136; i++) {
		size = size * 256 + header[i]!;
		if (size > Number.MAX_SAFE_INTEGER)
			throw new SnapshotError('limit', 'The archive holds a file of absurd size.');
	}
	return size;
}

function octal(header: Uint8Array, offset: number, length: number): number {
	const digits = text(header, offset, length).trim();
	if (!/^[0-7]+$/.test(digits))
		throw new SnapshotError('archive', 'This is not a tar archive, or a damaged one.');
	return Number.parseInt(digits, 8);
}
