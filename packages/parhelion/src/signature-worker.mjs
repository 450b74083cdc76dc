/**
 * The thread of a signature pool (signature-pool.ts): checks the inputs of the windows (signature-window.ts) it is sent.
 *
 * Plain JavaScript that imports nothing of the package: it runs from the sources and beside the compiled files alike.
 */
import { parentPort, workerData } from 'node:worker_threads';

const { memory, input, verify } = new WebAssembly.Instance(workerData).exports;
const at = input();

parentPort.on('message', (shared) => {
	const bytes = new Uint8Array(shared);
	const words = new Int32Array(shared, 0, shared.byteLength >> 2);
	const count = words[0];
	for (;;) {
		const next = Atomics.add(words, 1, 1);
		if (next >= count) return;
		const word = 2 + 3 * next;
		const offset = words[word];
		const length = words[word + 1];
		new Uint8Array(memory.buffer, at).set(bytes.subarray(offset, offset + 128 + length));
		Atomics.store(words, word + 2, verify(length) === 1 ? 1 : 2);
	}
});
