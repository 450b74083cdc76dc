/**
 * Owns the call of native/ed25519.c: the equation of a verification in WebAssembly, here and, by its compiled module, in
 * other threads.
 *
 * Measured (Node 20.20; bench room, `leaves.ts`): 26 us for a key that came often, 70 us for another, against 94 us in
 * OpenSSL and 1.1 ms in `@noble/curves`. The tables of the keys that come back take 19 MB at most.
 */
import { ED25519_MODULE } from './ed25519-module.ts';
import { sha512 } from './hashes.ts';
import { compileBase64 } from './wasm-module.ts';

/** Whether the equation without cofactor holds; as `FastPaths.ed25519Verify`, which see. */
export type Ed25519Equation = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

/** The exports of the module. */
export interface Ed25519Kernel {
	readonly memory: WebAssembly.Memory;
	/** Where the input stands. */
	readonly input: () => number;
	/** 1 where the equation holds for the input, whose message has so many bytes. */
	readonly verify: (messageLength: number) => number;
	/** The same with the 64 bytes of the hash in the place of the message. */
	readonly verifyHash: () => number;
}

/** The input: 64 bytes of signature, 32 spare, 32 of key, then the message. */
const KEY_OFFSET = 96;
/** Bytes of an input before its message. */
export const ED25519_INPUT_HEADER = 128;
/** Bytes a message of an input may have: CAPACITY of native/ed25519.c. */
export const ED25519_INPUT_MESSAGE = 4096;

/** Writes the kernel's input of a verification to `out` from byte `at` on: the header's bytes and the message's. */
export function writeEd25519Input(
	out: Uint8Array,
	at: number,
	signature: Uint8Array,
	message: Uint8Array,
	publicKey: Uint8Array,
): void {
	out.set(signature, at);
	out.set(publicKey, at + KEY_OFFSET);
	out.set(message, at + ED25519_INPUT_HEADER);
}

let compiled: WebAssembly.Module | null | undefined;

/** The kernel's module, compiled once; `null` where this place does not let WebAssembly be compiled. */
export function ed25519KernelModule(): WebAssembly.Module | null {
	if (compiled === undefined) compiled = compileBase64(ED25519_MODULE);
	return compiled;
}

/** The equation by an instance of its own; `null` where there is no module. */
export function createEquation(): Ed25519Equation | null {
	const module = ed25519KernelModule();
	if (module === null) return null;
	const kernel = new WebAssembly.Instance(module).exports as WebAssembly.Exports & Ed25519Kernel;
	const { memory } = kernel;
	const at = kernel.input();
	const room = ED25519_INPUT_HEADER + ED25519_INPUT_MESSAGE;
	let view = new Uint8Array(memory.buffer, at, room);
	return (signature, message, publicKey) => {
		// A new table may have made the memory grow.
		if (view.length === 0) view = new Uint8Array(memory.buffer, at, room);
		if (message.length <= ED25519_INPUT_MESSAGE) {
			writeEd25519Input(view, 0, signature, message, publicKey);
			return kernel.verify(message.length) === 1;
		}
		const hash = sha512(signature.subarray(0, 32), publicKey, message);
		writeEd25519Input(view, 0, signature, hash, publicKey);
		return kernel.verifyHash() === 1;
	};
}
