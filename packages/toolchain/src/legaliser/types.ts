/**
 * What the legaliser must know about a type: how many registers it takes, and how many bytes at most.
 *
 * Owns nothing but these two measures; the layout itself is LLVM's matter.
 */
import { Scanner } from './scanner.ts';

const WORD_BITS = 64;

/** The width of an integer type, or 0 for another. */
export function integerBits(type: string): number {
	const match = /^i(\d+)$/.exec(type);
	return match === null ? 0 : Number(match[1]);
}

/** An integer that no register holds. */
export function isWide(type: string): boolean {
	return integerBits(type) > WORD_BITS;
}

/** Whether the machine cannot return a value of the type in its one register. */
export function needsReturnBuffer(type: string, named: ReadonlyMap<string, string>): boolean {
	if (type === 'void') return false;
	return isWide(type) || /^[{[<%]/.test(type) || words(type, named) > 1;
}

/** Registers that a value of `type` takes as an argument; also its size in words, at most. */
export function words(type: string, named: ReadonlyMap<string, string>, depth = 0): number {
	const bits = integerBits(type);
	if (bits > 0) return Math.ceil(bits / WORD_BITS);
	if (type === 'void' || depth > 32) return 0;
	if (type === 'fp128') return 2;
	const body = type.startsWith('%') ? (named.get(type) ?? 'ptr') : type;
	const isStruct = body.startsWith('{') || body.startsWith('<{');
	if (isStruct) {
		const scanner = new Scanner(body, body.indexOf('{') + 1);
		let total = 0;
		if (scanner.accept('}')) return 0;
		do total += words(scanner.type(), named, depth + 1);
		while (scanner.accept(','));
		return total;
	}
	const array = /^[[<](?:vscale x )?(\d+) x (.*)[\]>]$/.exec(body);
	if (array !== null) return Number(array[1]) * words(array[2] ?? '', named, depth + 1);
	return 1;
}
