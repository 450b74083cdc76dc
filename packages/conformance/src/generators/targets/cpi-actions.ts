/** What generated programs do with their accounts besides invoking others. */
import { MM_HEAP_START } from '@parhelion/sbpf';
import type { Pubkey } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { IMAGE, type Place } from './cpi-image.ts';

/** Stores that change accounts, mostly as a program may. */
export function mutations(random: Random, self: Pubkey, places: readonly Place[], count: number): string[] {
	const lines: string[] = [];
	if (places.length === 0) return lines;
	const own = places.filter(({ account }) => account.isWritable && account.owner.equals(self));
	const writable = places.filter(({ account }) => account.isWritable);
	for (let i = 0; i < count; i++) {
		const isRight = own.length > 0 && !random.oneIn(12);
		if (!isRight && !random.oneIn(6)) continue;
		const target = random.pick(isRight ? own : places);
		const { dataLen } = target.account;
		switch (random.int(9)) {
			case 0:
				lines.push(`lddw r1, ${target.dataLen}`, 'ldxdw r2, [r1+0]');
				lines.push(`add64 r2, ${random.int(20) - 10}`, 'stxdw [r1+0], r2');
				break;
			case 1:
				lines.push(`lddw r1, ${target.dataLen}`, `lddw r2, ${random.int(dataLen + 10_300)}`);
				lines.push('stxdw [r1+0], r2');
				break;
			case 2: {
				// Moving lamports from one account to the other keeps the sum.
				const other = random.pick(random.oneIn(8) || writable.length === 0 ? places : writable);
				lines.push(`lddw r1, ${target.lamports}`, 'ldxdw r2, [r1+0]');
				// All of them closes the account.
				lines.push(random.oneIn(4) ? 'mov64 r3, r2' : `mov64 r3, ${random.int(50)}`, 'sub64 r2, r3');
				lines.push('stxdw [r1+0], r2', `lddw r1, ${other.lamports}`, 'ldxdw r2, [r1+0]');
				lines.push('add64 r2, r3', 'stxdw [r1+0], r2');
				break;
			}
			case 3:
				// Accepted where the data is zero.
				lines.push(`lddw r1, ${target.owner}`, `lddw r2, ${random.u64()}`, 'stxdw [r1+8], r2');
				break;
			case 4: {
				const offset = random.int(Math.max(1, dataLen) + (random.oneIn(8) ? random.pick([8, 10_300]) : 0));
				lines.push(`lddw r1, ${target.data + offset}`, `stb [r1+0], ${random.int(128)}`);
				break;
			}
			default: {
				if (dataLen < 8 && !random.oneIn(8)) break;
				const offset = random.int(Math.max(1, dataLen - 7));
				lines.push(`lddw r1, ${target.data + offset}`, `lddw r2, ${random.u64()}`);
				lines.push('stxdw [r1+0], r2');
			}
		}
	}
	return lines;
}

/** Logs lamports, length and first bytes of every account. */
export function show(random: Random, places: readonly Place[]): string[] {
	const lines: string[] = [];
	for (const place of places) {
		if (random.oneIn(4)) continue;
		lines.push(`lddw r6, ${place.lamports}`, 'ldxdw r1, [r6+0]', 'ldxdw r2, [r6+8]');
		lines.push(`lddw r6, ${place.owner}`, 'ldxdw r4, [r6+0]', 'mov64 r3, 0', 'mov64 r5, 0');
		if (place.account.dataLen >= 8) lines.push(`lddw r6, ${place.data}`, 'ldxdw r3, [r6+0]');
		if (random.oneIn(8)) {
			// Behind the data as often as in it.
			const offset = random.int(2 * place.account.dataLen + (random.oneIn(4) ? 60 : 2));
			lines.push(`lddw r6, ${place.data + offset}`, 'ldxb r5, [r6+0]');
		}
		lines.push('syscall sol_log_64_');
	}
	return lines;
}

export function returnsData(random: Random): string[] {
	if (!random.oneIn(3)) return [];
	return [`lddw r1, ${MM_HEAP_START + 64}`, `mov64 r2, ${random.int(40)}`, 'syscall sol_set_return_data'];
}

export function readsSiblings(random: Random): string[] {
	if (!random.oneIn(5)) return [];
	const header = MM_HEAP_START + IMAGE;
	const lines: string[] = [];
	for (let i = 0; i < 2; i++) {
		lines.push(`mov64 r1, ${random.int(2)}`, `lddw r2, ${header}`, `lddw r3, ${header + 32}`);
		lines.push(`lddw r4, ${header + 64}`, `lddw r5, ${header + 4096}`);
		lines.push('syscall sol_get_processed_sibling_instruction', 'mov64 r1, r0', `lddw r6, ${header}`);
		lines.push('ldxdw r2, [r6+0]', 'ldxdw r3, [r6+8]', 'ldxdw r4, [r6+32]', 'ldxdw r5, [r6+64]');
		lines.push('syscall sol_log_64_');
	}
	return lines;
}
