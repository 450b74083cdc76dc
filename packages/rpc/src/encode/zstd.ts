/**
 * Wraps bytes in a Zstandard frame that any decoder reads. Node's own compressor is used where it has one
 * (from 22.15 on); elsewhere the frame carries the bytes in raw and run-length blocks, uncompressed.
 * Source: RFC 8878, sections 3.1.1 and 3.1.1.2.
 */
import * as zlib from 'node:zlib';

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** As upstream's encoder, which does not know the length ahead: a window of 2 MiB, no content size, no checksum. */
const FRAME_HEADER = [0x00, 0x58];
const HEADER_LENGTH = MAGIC.length + FRAME_HEADER.length;
const MAX_BLOCK_SIZE = 128 * 1024;
const RAW_BLOCK = 0;
const RLE_BLOCK = 1;

type Compress = (data: Uint8Array) => Uint8Array;
const native = (zlib as { readonly zstdCompressSync?: Compress }).zstdCompressSync;

/** A Zstandard frame that decompresses to `data`. */
export function zstdFrame(data: Uint8Array, compress: Compress | undefined = native): Uint8Array {
	return compress === undefined ? storedFrame(data) : compress(data);
}

function storedFrame(data: Uint8Array): Uint8Array {
	const blocks = Math.max(1, Math.ceil(data.length / MAX_BLOCK_SIZE));
	const frame = new Uint8Array(HEADER_LENGTH + blocks * 3 + data.length);
	frame.set(MAGIC);
	frame.set(FRAME_HEADER, MAGIC.length);
	let at = HEADER_LENGTH;
	for (let block = 0; block < blocks; block++) {
		const bytes = data.subarray(block * MAX_BLOCK_SIZE, (block + 1) * MAX_BLOCK_SIZE);
		const isRun = bytes.length > 1 && bytes.every((byte) => byte === bytes[0]);
		const header =
			(block === blocks - 1 ? 1 : 0) | ((isRun ? RLE_BLOCK : RAW_BLOCK) << 1) | (bytes.length << 3);
		frame[at++] = header & 255;
		frame[at++] = (header >> 8) & 255;
		frame[at++] = header >> 16;
		const content = isRun ? bytes.subarray(0, 1) : bytes;
		frame.set(content, at);
		at += content.length;
	}
	return frame.subarray(0, at);
}
