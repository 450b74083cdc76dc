/**
 * The in-process API for Node: the default programs come from the package's own folder, programs may be added
 * from files, and the platform's cryptography is used where it is faster.
 */
/// <reference types="node" />
import { readFileSync, writeFileSync } from 'node:fs';
import { setProgramSource } from './bundled-programs.ts';
import { expectString } from './expect-type.ts';
import { LiteSVM as PortableLiteSVM } from './lite-svm.ts';
import { useNodeCrypto } from './node-crypto.ts';
import { setSignatureHelpers } from './send-batch.ts';
import { SignaturePool } from './signature-pool.ts';

export * from './index.ts';
export { ed25519PrivateKey } from './node-crypto.ts';

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
setSignatureHelpers(new SignaturePool());
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

	/** The state in bytes of {@link toBytes}; throws as there. */
	static override fromBytes(bytes: Uint8Array): LiteSVM {
		const svm = new LiteSVM();
		svm.adopt(bytes);
		return svm;
	}

	/** The state in a file of {@link saveToFile}. Error if it cannot be read, RangeError as {@link fromBytes}. */
	static loadFromFile(path: string): LiteSVM {
		return LiteSVM.fromBytes(readFileSync(expectString(path, 'path')));
	}

	/** Writes the whole state to a file, in the format of {@link toBytes}. Error if it cannot be written. */
	saveToFile(path: string): void {
		writeFileSync(expectString(path, 'path'), this.toBytes());
	}

	/** Another instance that starts from this one's state, in constant time. Not in the original. */
	override fork(): LiteSVM {
		return new LiteSVM().restore(this.snapshot());
	}

	/** Adds the program in a file. Error if the file cannot be read, RangeError for a wrong ELF. */
	addProgramFromFile(programId: string, path: string): void {
		let elf: Uint8Array;
		expectString(path, 'path');
		try {
			elf = readFileSync(path);
		} catch (error) {
			throw new Error(`Failed to add program: ${error instanceof Error ? error.message : error}`);
		}
		this.addProgram(programId, elf);
	}
}
