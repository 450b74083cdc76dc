/**
 * GNU archives (`ar`), member by member.
 *
 * Owns the member headers and the table of long names; refuses thin archives. The symbol index is skipped: the
 * linker reads the members' own symbols. Source: the `ar` format as GNU binutils and LLVM write it.
 */
import { Fault } from '@parhelion/sdk';
import type { LinkError } from './errors.ts';

/** A member's name and bytes, which point into the archive. */
export interface ArchiveMember {
	readonly name: string;
	readonly bytes: Uint8Array;
}

const MAGIC = '!<arch>\n';
const THIN_MAGIC = '!<thin>\n';
const HEADER_SIZE = 60;
const decoder = new TextDecoder('latin1');

/** Whether `bytes` start as an archive does. */
export function isArchive(bytes: Uint8Array): boolean {
	const magic = decoder.decode(bytes.subarray(0, MAGIC.length));
	return magic === MAGIC || magic === THIN_MAGIC;
}

/**
 * The members of the archive `bytes`, but for the index and the names.
 *
 * @throws Fault<LinkError[]> Unsupported for a thin archive, CorruptArchive.
 */
export function readArchive(name: string, bytes: Uint8Array): ArchiveMember[] {
	const fault = (kind: 'CorruptArchive' | 'Unsupported', detail: string): Fault<LinkError[]> =>
		new Fault<LinkError[]>([{ kind, object: name, detail }]);
	if (decoder.decode(bytes.subarray(0, MAGIC.length)) === THIN_MAGIC) {
		throw fault('Unsupported', 'a thin archive holds no objects; give the objects themselves');
	}
	const members: ArchiveMember[] = [];
	let longNames = '';
	for (let at = MAGIC.length; at < bytes.length; ) {
		if (at + HEADER_SIZE > bytes.length) throw fault('CorruptArchive', `header cut off at ${at}`);
		const header = decoder.decode(bytes.subarray(at, at + HEADER_SIZE));
		const sizeField = header.slice(48, 58).trim();
		if (!header.endsWith('`\n') || !/^\d+$/.test(sizeField)) {
			throw fault('CorruptArchive', `no member header at ${at}`);
		}
		const start = at + HEADER_SIZE;
		const end = start + Number(sizeField);
		if (end > bytes.length) throw fault('CorruptArchive', `member at ${at} reaches outside of the file`);
		const data = bytes.subarray(start, end);
		const field = header.slice(0, 16).trimEnd();
		// Members start at even offsets.
		at = end + (end & 1);
		if (field === '/' || field === '/SYM64/') continue;
		if (field === '//') {
			longNames = decoder.decode(data);
			continue;
		}
		members.push({ name: memberName(field, longNames), bytes: data });
	}
	return members;
}

/** `/123` points into the long names, which end with `/` and a line feed; short names end with `/`. */
function memberName(field: string, longNames: string): string {
	if (!/^\/\d+$/.test(field)) return field.replace(/\/$/, '');
	const start = Number(field.slice(1));
	const end = longNames.indexOf('\n', start);
	// A name is for messages only, so that a wrong one does no harm.
	return longNames
		.slice(start, Math.min(end === -1 ? longNames.length : end, start + 1024))
		.replace(/\/$/, '');
}
