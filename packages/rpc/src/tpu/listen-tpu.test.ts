/** How many transactions are taken over QUIC. */
import { describe, expect, it, vi } from 'vitest';
import { takeTransactions } from './listen-tpu.ts';

describe('takeTransactions', () => {
	const handler = () => {
		const waiting: (() => void)[] = [];
		const handle = vi.fn(() => new Promise<null>((resolve) => waiting.push(() => resolve(null))));
		return { handle, waiting };
	};

	it('has so many in flight, and takes more when they are done', async () => {
		const { handle, waiting } = handler();
		const take = takeTransactions({ handle });
		for (let i = 0; i < 5000; i++) take(Buffer.from('x'), '127.0.0.1');
		expect(handle).toHaveBeenCalledTimes(1024);
		waiting[0]!();
		await vi.waitFor(() => {
			take(Buffer.from('x'), '127.0.0.1');
			expect(handle).toHaveBeenCalledTimes(1025);
		});
	});

	it('takes so many a second of each address', () => {
		const { handle } = handler();
		const take = takeTransactions({ handle }, 1);
		for (let i = 0; i < 5; i++) take(Buffer.from('x'), '10.0.0.1');
		take(Buffer.from('x'), '10.0.0.2');
		expect(handle).toHaveBeenCalledTimes(3);
	});
});
