/** The documents that are made from tables, by file name. */
import { opcodesDocument } from './opcodes-document.ts';
import { syscallsDocument } from './syscalls-document.ts';

/** Every document with its text. */
export function documents(): ReadonlyMap<string, string> {
	return new Map([
		['syscalls.md', syscallsDocument()],
		['opcodes.md', opcodesDocument()],
	]);
}
