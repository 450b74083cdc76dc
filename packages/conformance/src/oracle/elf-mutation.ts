/** Breaks program files in the places where a loader looks. */
import type { Random } from './random.ts';

/** Bytes from `start` on that belong together. */
interface Part {
	readonly start: number;
	readonly size: number;
}

const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHT_STRTAB = 3;
const SHT_DYNAMIC = 6;
const SHT_REL = 9;
const SHT_DYNSYM = 11;
const KNOWN_TYPES = [SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_DYNAMIC, SHT_REL, SHT_DYNSYM];

/** The headers, the header tables and the sections of a sound file. */
function partsOf(file: Uint8Array): Part[] {
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const sectionHeaders = Number(view.getBigUint64(40, true));
	const sectionCount = view.getUint16(60, true);
	const parts: Part[] = [
		{ start: 0, size: 64 },
		{ start: Number(view.getBigUint64(32, true)), size: view.getUint16(56, true) * 56 },
		{ start: sectionHeaders, size: sectionCount * 64 },
	];
	for (let i = 0; i < sectionCount; i++) {
		const at = sectionHeaders + i * 64;
		if (!KNOWN_TYPES.includes(view.getUint32(at + 4, true))) continue;
		const start = Number(view.getBigUint64(at + 24, true));
		parts.push({ start, size: Number(view.getBigUint64(at + 32, true)) });
	}
	return parts.filter(({ size }) => size > 0);
}

/** A value near a limit of something, of `width` bytes. */
function value(random: Random, fileLength: number, width: number): bigint {
	const largest = (1n << BigInt(8 * width)) - 1n;
	const length = BigInt(fileLength);
	const chosen = random.pick([
		...[0n, 1n, 2n, 3n, 7n, 8n, 11n, 16n, 24n, 56n, 64n, 247n, 263n],
		...[length, length - 1n, length + 1n, length - 8n],
		...[largest, largest - 1n, largest - 7n, largest - 15n, largest >> 1n, (largest >> 1n) + 1n],
		...[1n << 32n, (1n << 32n) - 8n, (1n << 32n) + 8n, random.u64()],
		...[BigInt(random.int(fileLength)), BigInt(random.int(fileLength) & ~7)],
		largest - BigInt(random.int(fileLength)),
	]);
	return chosen & largest;
}

/** `file` with one to four changes, or cut short. */
export function mutateElf(random: Random, file: Uint8Array): Uint8Array {
	const parts = partsOf(file);
	const bytes = file.slice();
	const changes = random.oneIn(4) ? 2 + random.int(3) : 1;
	for (let i = 0; i < changes; i++) {
		const part = random.pick(parts);
		const at = part.start + random.int(part.size);
		const kind = random.int(10);
		if (kind === 0) {
			bytes[at]! ^= 1 << random.int(8);
		} else if (kind === 1) {
			bytes[at] = random.int(256);
		} else if (kind === 2) {
			// A field of another part in place of this one's.
			const other = random.pick(parts);
			const from = other.start + (random.int(other.size) & ~7);
			bytes.copyWithin(part.start + ((at - part.start) & ~7), from, from + 8);
		} else if (kind === 3 && random.oneIn(4)) {
			return bytes.slice(0, random.int(bytes.length + 1));
		} else {
			const width = random.pick([1, 2, 4, 4, 8, 8, 8]);
			const start = part.start + ((at - part.start) & ~(width - 1));
			let rest = value(random, bytes.length, width);
			for (let b = 0; b < width && start + b < bytes.length; b++, rest >>= 8n) {
				bytes[start + b] = Number(rest & 0xffn);
			}
		}
	}
	return bytes;
}
