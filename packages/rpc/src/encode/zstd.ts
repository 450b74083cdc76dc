/**
 * Wraps bytes in the Zstandard frame that Agave answers with, byte for byte: libzstd 1.5.7, level 3, a stream whose length is
 * not known ahead. Library: `@hpcc-js/wasm-zstd`, which is libzstd as WebAssembly. Node's own compressor is there from 22.15 on
 * only. Sources: solana-account-decoder 4.3.0 `lib.rs` (`encode_ui_account`); RFC 8878, section 3.1.1.
 */
import type { Zstd } from '@hpcc-js/wasm-zstd';

/** What the stream's end makes of no data at all, whose length is known then. */
const EMPTY_FRAME = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00);
const FRAME_HEADER_LENGTH = 6;
const BLOCK_HEADER_LENGTH = 3;
const MAX_BLOCK_SIZE = 128 * 1024;
const RLE_BLOCK = 1;
const LAST_BLOCK = 1;
/** How requests name the encoding; any part of that may be written as an escape of JSON. */
const MAY_ASK = /zstd|\\u/;

let compressor: Zstd | null = null;

async function load(): Promise<void> {
	const library = await import('@hpcc-js/wasm-zstd');
	compressor = await library.Zstd.load();
}

/** Loads the compressor if the request in `text` may need it; null where nothing has to be waited for. */
export function prepareZstd(text: string): Promise<void> | null {
	return compressor === null && MAY_ASK.test(text) ? load() : null;
}

/** Marks the last block of flushed blocks as what it is. */
function end(frame: Uint8Array): Uint8Array {
	let block = FRAME_HEADER_LENGTH;
	for (let next = block; next < frame.length; ) {
		block = next;
		const header = frame[block]! | (frame[block + 1]! << 8) | (frame[block + 2]! << 16);
		const isRun = ((header >> 1) & 3) === RLE_BLOCK;
		next = block + BLOCK_HEADER_LENGTH + (isRun ? 1 : header >> 3);
	}
	frame[block]! |= LAST_BLOCK;
	return frame;
}

/** A Zstandard frame that decompresses to `data`. The compressor must have been loaded by {@link prepareZstd}. */
export function zstdFrame(data: Uint8Array): Uint8Array {
	if (compressor === null) throw new Error('the Zstandard compressor is not loaded');
	if (data.length === 0) return EMPTY_FRAME;
	compressor.reset();
	const flushed = compressor.compressChunk(data);
	// Upstream writes a full block as soon as it is full, before it knows that nothing follows.
	const isFull = data.length % MAX_BLOCK_SIZE === 0;
	if (!isFull) return end(flushed);
	const last = compressor.compressEnd();
	const frame = new Uint8Array(flushed.length + last.length);
	frame.set(flushed);
	frame.set(last, flushed.length);
	return frame;
}
