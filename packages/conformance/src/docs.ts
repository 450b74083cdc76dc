/**
 * The command that writes `docs/syscalls.md` and `docs/opcodes.md` from the tables. A test holds the committed files
 * to what it writes.
 */
import { writeFileSync } from 'node:fs';
import { documents } from './docs/documents.ts';

const FOLDER = new URL('../../../docs/', import.meta.url);

for (const [name, text] of documents()) {
	writeFileSync(new URL(name, FOLDER), text);
	process.stdout.write(`docs/${name}\n`);
}
