/** Writes programs that make syscalls and log what they answered and wrote. */
import { MM_HEAP_START } from '@parhelion/sbpf';
import type { Random } from './random.ts';

/** One syscall: its name, its arguments, and how many bytes of the result to look at. */
export interface Call {
	readonly name: string;
	readonly args: readonly (number | bigint)[];
	readonly output: number;
}

/** Puts operands into the read-only data, on a multiple of eight bytes as a rule. */
export class Rodata {
	readonly bytes: number[] = [];

	put(random: Random, ...operands: readonly Uint8Array[]): number {
		while (this.bytes.length % 8 !== 0) this.bytes.push(0);
		if (random.oneIn(8)) this.bytes.push(0);
		const at = this.bytes.length;
		for (const bytes of operands) this.bytes.push(...bytes);
		return at;
	}

	words(random: Random, ...words: readonly (number | bigint)[]): number {
		const bytes = new Uint8Array(8 * words.length);
		const view = new DataView(bytes.buffer);
		for (const [i, word] of words.entries()) view.setBigUint64(8 * i, BigInt(word), true);
		return this.put(random, bytes);
	}
}

/** As many as asked for. */
export function times<T>(count: number, make: () => T): T[] {
	return Array.from({ length: count }, make);
}

/** Makes the calls one after the other and logs what each answered and wrote. */
export function callingProgram(calls: readonly Call[], rodata: Rodata): string {
	const lines: string[] = [];
	for (const { name, args, output } of calls) {
		for (const [k, arg] of args.entries()) lines.push(`lddw r${k + 1}, ${arg}`);
		lines.push(`syscall ${name}`, 'mov64 r1, r0');
		for (let r = 2; r <= 5; r++) lines.push(`mov64 r${r}, 0`);
		lines.push('syscall sol_log_64_');
		while (rodata.bytes.length % 8 !== 0) rodata.bytes.push(0);
		const slice = rodata.bytes.length;
		for (const word of [BigInt(MM_HEAP_START), BigInt(output)]) {
			const bytes = new Uint8Array(8);
			new DataView(bytes.buffer).setBigUint64(0, word, true);
			rodata.bytes.push(...bytes);
		}
		lines.push(`lddw r1, ${slice}`, 'mov64 r2, 1', 'syscall sol_log_data');
	}
	lines.push('mov64 r0, 0', 'exit');
	return lines.join('\n');
}
