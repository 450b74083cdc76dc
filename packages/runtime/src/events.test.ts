import { describe, expect, it } from 'vitest';
import { Emitter } from './events.ts';

describe('an emitter', () => {
	it('tells all listeners though some throw, then throws what the first of them threw', () => {
		const emitter = new Emitter<{ tick: number }>();
		const heard: string[] = [];
		emitter.on('tick', (at) => heard.push(`first ${at}`));
		for (const name of ['a', 'b']) {
			emitter.on('tick', () => {
				throw new RangeError(name);
			});
		}
		emitter.on('tick', (at) => heard.push(`last ${at}`));
		expect(() => emitter.emit('tick', 1)).toThrow(new RangeError('a'));
		expect(heard).toEqual(['first 1', 'last 1']);
	});

	it('throws on whatever a listener throws', () => {
		const emitter = new Emitter<{ tick: number }>();
		emitter.on('tick', () => {
			throw undefined;
		});
		let thrown = false;
		try {
			emitter.emit('tick', 1);
		} catch {
			thrown = true;
		}
		expect(thrown).toBe(true);
	});

	it('ends one subscription of a function that has two, and no other when it is ended twice', () => {
		const emitter = new Emitter<{ tick: number }>();
		let heard = 0;
		const listener = (): void => {
			heard++;
		};
		const ends = [emitter.on('tick', listener), emitter.on('tick', listener)];
		ends[0]!();
		ends[0]!();
		emitter.emit('tick', 1);
		expect([heard, emitter.has('tick')]).toEqual([1, true]);
		ends[1]!();
		expect(emitter.has('tick')).toBe(false);
	});

	it('lets a listener end its own subscription, and others', () => {
		const emitter = new Emitter<{ tick: number }>();
		const heard: string[] = [];
		const end = emitter.on('tick', () => {
			heard.push('first');
			end();
			endLast();
		});
		emitter.on('tick', () => heard.push('second'));
		const endLast = emitter.on('tick', () => heard.push('last'));
		emitter.emit('tick', 1);
		emitter.emit('tick', 2);
		expect(heard).toEqual(['first', 'second', 'last', 'second']);
	});
});
