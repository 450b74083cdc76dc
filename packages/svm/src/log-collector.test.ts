import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { key } from '../test/memory-bank.ts';
import { LOG_MESSAGES_BYTES_LIMIT, LogCollector, utf8Length } from './log-collector.ts';
import {
	base64,
	programData,
	programFailure,
	programInvoke,
	programLog,
	programReturn,
	programSuccess,
} from './stable-log.ts';

describe('LogCollector', () => {
	it('stops before the limit and says so once', () => {
		const log = new LogCollector();
		for (let i = 0; i < 2 * LOG_MESSAGES_BYTES_LIMIT; i++) log.log('x');
		expect(log.messages).toHaveLength(LOG_MESSAGES_BYTES_LIMIT);
		expect(log.messages.at(-1)).toBe('Log truncated');
		expect(log.messages.at(-2)).toBe('x');
	});

	it('goes on with shorter messages after a long one was left out', () => {
		const log = new LogCollector(10);
		log.log('0123456789');
		log.log('012345678');
		log.log('ab');
		expect(log.messages).toEqual(['Log truncated', '012345678']);
	});

	it('keeps everything without a limit', () => {
		const log = new LogCollector(null);
		log.log('x'.repeat(100_000));
		expect(log.messages[0]).toHaveLength(100_000);
	});

	it('counts bytes, not characters', () => {
		const log = new LogCollector(5);
		log.log('éé');
		log.log('é');
		expect(log.messages).toEqual(['éé', 'Log truncated']);
	});

	it('counts as UTF-8 does', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (text) => {
				expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
			}),
		);
	});
});

describe('stable logs', () => {
	it('have the form that tools read', () => {
		const log = new LogCollector();
		const id = key('program');
		programInvoke(log, id, 2);
		programLog(log, 'hello');
		programData(log, [Uint8Array.of(1), Uint8Array.of(2, 3)]);
		programReturn(log, id, Uint8Array.of(255));
		programSuccess(log, id);
		programFailure(log, id, 'why');
		expect(log.messages).toEqual([
			`Program ${id.toBase58()} invoke [2]`,
			'Program log: hello',
			'Program data: AQ== AgM=',
			`Program return: ${id.toBase58()} /w==`,
			`Program ${id.toBase58()} success`,
			`Program ${id.toBase58()} failed: why`,
		]);
		for (const write of [programInvoke, programSuccess]) expect(() => write(null, id, 1)).not.toThrow();
	});

	it('encode base64 as everyone does', () => {
		fc.assert(
			fc.property(fc.uint8Array(), (bytes) => {
				expect(base64(bytes)).toBe(btoa(String.fromCharCode(...bytes)));
			}),
		);
	});
});
