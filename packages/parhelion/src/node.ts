/**
 * The in-process API for Node: the default programs come from the package's own folder, programs may be added
 * from files, and the platform's cryptography is used where it is faster.
 */
/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { setProgramSource } from './bundled-programs.ts';
import { LiteSVM as PortableLiteSVM } from './lite-svm.ts';
import { useNodeCrypto } from './node-crypto.ts';

export * from './index.ts';

/** ELFs that were read, by file name; `null` for one that is not there. */
const read = new Map<string, Uint8Array | null>();

/** The ELF of a default program out of the package's `programs` folder, or `null`. */
export function readBundledProgram(file: string): Uint8Array | null {
	let elf = read.get(file);
	if (elf === undefined) {
		try {
			const bytes = readFileSync(new URL(`../programs/${file}`, import.meta.url));
			elf = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		} catch {
			elf = null;
		}
		read.set(file, elf);
	}
	return elf;
}

useNodeCrypto();
setProgramSource(
	({ file }) => readBundledProgram(file),
	'run "npm run build" where the npm package litesvm has a native build (Linux or macOS, x64 or arm64) and copy ' +
		'the folder packages/parhelion/programs here, or add the ELF with addProgram()',
);

/** {@link PortableLiteSVM} with what needs files. */
export class LiteSVM extends PortableLiteSVM {
	/** An instance with nothing: no features, no accounts; all checks off. */
	static override default(): LiteSVM {
		const svm = new LiteSVM();
		svm.clear();
		return svm;
	}

	/** Adds the program in a file. Error if the file cannot be read, RangeError for a wrong ELF. */
	addProgramFromFile(programId: string, path: string): void {
		let elf: Uint8Array;
		try {
			elf = readFileSync(path);
		} catch (error) {
			throw new Error(`Failed to add program: ${error instanceof Error ? error.message : error}`);
		}
		this.addProgram(programId, elf);
	}
}
