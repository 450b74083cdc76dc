/**
 * Copying and filling memory of sizes that the BPF code generator does not unroll.
 *
 * Owns the choice between instructions and a call of the runtime library. A call costs some 15 compute units whatever
 * the size; what takes fewer instructions than that is left to be unrolled.
 */
import type { Emitter, ParsedCall } from './function-legaliser.ts';

/** Stores (each with a load, when copying) up to which unrolling is cheaper than a call. */
const MAX_UNROLLED_STORES = 8;

const FUNCTIONS: Readonly<Record<string, string>> = {
	memcpy: 'memcpy',
	memmove: 'memmove',
	memset: 'memset',
};

/** Replaces a `llvm.mem*` call where it must be a function call. */
export function lowerMemoryIntrinsic(call: ParsedCall, emitter: Emitter): boolean {
	const match = /^@llvm\.(memcpy|memmove|memset)\.p0\./.exec(call.callee);
	if (match === null) return false;
	const name = FUNCTIONS[match[1] ?? '']!;
	const [to, from, size] = call.args;
	if (to === undefined || from === undefined || size === undefined) return false;
	const isCopy = name !== 'memset';
	const align = Math.min(alignment(to.attributes), isCopy ? alignment(from.attributes) : 8);
	if (/^\d+$/.test(size.value) && stores(Number(size.value), align) <= MAX_UNROLLED_STORES) return false;
	const length = size.type === 'i64' ? size.value : emitter.value(`zext ${size.type} ${size.value} to i64`);
	if (isCopy) {
		emitter.module.declarations.set(name, `declare ptr @${name}(ptr, ptr, i64)`);
		emitter.value(`call ptr @${name}(ptr ${to.value}, ptr ${from.value}, i64 ${length})`);
	} else {
		emitter.module.declarations.set(name, `declare ptr @${name}(ptr, i64, i64)`);
		const byte = emitter.value(`zext i8 ${from.value} to i64`);
		emitter.value(`call ptr @${name}(ptr ${to.value}, i64 ${byte}, i64 ${length})`);
	}
	return true;
}

function alignment(attributes: readonly string[]): number {
	const align = attributes.find((attribute) => attribute.startsWith('align '));
	return Math.min(align === undefined ? 1 : Number(align.slice(6)), 8);
}

/** Instructions that store `size` bytes at an address of `align`. */
function stores(size: number, align: number): number {
	let count = Math.floor(size / align);
	for (let left = size % align; left > 0; left &= left - 1) count++;
	return count;
}
