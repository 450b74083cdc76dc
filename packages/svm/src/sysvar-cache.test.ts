import {
	createAccount,
	encodeClock,
	encodeSlotHashes,
	Fault,
	Hash,
	InstructionError,
	Rent,
	SlotHashes,
	sysvarIds,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { MemoryBank } from '../test/memory-bank.ts';
import { InstructionAccount } from './borrowed-instruction-account.ts';
import { getSysvarWithAccountCheck, SysvarCache } from './sysvar-cache.ts';
import { TransactionContext } from './transaction-context.ts';

const clock = {
	slot: 7n,
	epochStartTimestamp: 1n,
	epoch: 2n,
	leaderScheduleEpoch: 3n,
	unixTimestamp: -4n,
};

function errorOf(body: () => unknown): unknown {
	try {
		body();
	} catch (thrown) {
		if (thrown instanceof Fault) return thrown.error;
		throw thrown;
	}
	return null;
}

describe('the sysvar cache', () => {
	it('gives what was stored, decoded and as bytes with what follows them', () => {
		const cache = new SysvarCache();
		const bytes = Uint8Array.from([...encodeClock(clock), 0, 0, 9]);
		cache.setSysvar(sysvarIds.clock, bytes);
		expect(cache.getClock()).toEqual(clock);
		expect(cache.sysvarIdToBuffer(sysvarIds.clock)).toBe(bytes);
		cache.reset();
		expect(errorOf(() => cache.getClock())).toBe(InstructionError.UnsupportedSysvar);
	});

	it('knows nothing of an account that does not decode', () => {
		const cache = new SysvarCache();
		cache.setSysvar(sysvarIds.clock, new Uint8Array(39));
		expect(cache.sysvarIdToBuffer(sysvarIds.clock)).toBeNull();
		expect(errorOf(() => cache.getClock())).toBe(InstructionError.UnsupportedSysvar);
	});

	it('asks only for what it lacks', () => {
		const cache = new SysvarCache();
		cache.setSysvar(sysvarIds.clock, encodeClock(clock));
		const asked: string[] = [];
		cache.fillMissingEntries((id) => {
			asked.push(id.key);
			return id.equals(sysvarIds.slotHashes) ? encodeSlotHashes(new SlotHashes([[1n, Hash.default]])) : null;
		});
		expect(asked).not.toContain(sysvarIds.clock.key);
		expect(cache.getSlotHashes().position(1n)).toBe(0);
	});

	it('serves the deprecated sysvars to builtins only', () => {
		const cache = new SysvarCache();
		cache.setSysvar(sysvarIds.recentBlockhashes, new Uint8Array(8));
		expect(cache.getRecentBlockhashes()).toEqual([]);
		expect(cache.sysvarIdToBuffer(sysvarIds.recentBlockhashes)).toBeNull();
		expect(cache.sysvarIdToBuffer(sysvarIds.fees)).toBeNull();
	});
});

describe('a sysvar passed as an account', () => {
	it('must be the one that is meant', () => {
		const bank = new MemoryBank();
		const context = new TransactionContext(
			[
				[sysvarIds.rent, createAccount({})],
				[sysvarIds.clock, createAccount({})],
			],
			Rent.default(),
			5,
			64,
			1,
		);
		const accounts = [new InstructionAccount(0, false, false), new InstructionAccount(1, false, false)];
		context.configureInstructionAtIndex(
			0,
			0,
			accounts,
			context.deduplicateAccounts(accounts),
			new Uint8Array(),
			null,
		);
		context.push();
		const instruction = context.getCurrentInstructionContext();
		const invokeContext = { getSysvarCache: () => bank.processor.sysvarCache };
		expect(getSysvarWithAccountCheck.rent(invokeContext, instruction, 0).lamportsPerByte).toBe(6960n);
		expect(errorOf(() => getSysvarWithAccountCheck.rent(invokeContext, instruction, 1))).toBe(
			InstructionError.InvalidArgument,
		);
		expect(errorOf(() => getSysvarWithAccountCheck.clock(invokeContext, instruction, 2))).toBe(
			InstructionError.MissingAccount,
		);
		expect(errorOf(() => getSysvarWithAccountCheck.stakeHistory(invokeContext, instruction, 0))).toBe(
			InstructionError.InvalidArgument,
		);
	});
});
