import { describe, expect, it } from 'vitest';
import { LiteSVM } from './litesvm.ts';

const SYSTEM = '11111111111111111111111111111111';
const svm = new LiteSVM();
/** A call with a value of another type, and what it is told. */
const CALLS: readonly (readonly [() => unknown, string])[] = [
	[() => svm.withSigverify(1 as never), 'sigverify: expected a boolean, got a number'],
	[() => svm.withBlockhashCheck('yes' as never), 'check: expected a boolean, got a string'],
	[() => svm.withComputeBudget({} as never), 'budget: expected a ComputeBudget, got an object'],
	[() => svm.withFeatureSet(null as never), 'featureSet: expected a FeatureSet, got null'],
	[() => svm.withTransactionHistory(10 as never), 'a bigint is needed for a usize, got number'],
	[() => svm.withLogBytesLimit('1' as never), 'a bigint is needed for a usize, got string'],
	[() => svm.withLamports(5 as never), 'a bigint is needed for a u64, got number'],
	[() => svm.minimumBalanceForRentExemption(5 as never), 'a bigint is needed for a usize, got number'],
	[() => svm.getAccount(5 as never), 'address: expected a base58 address (a string), got a number'],
	[() => svm.getBalance({} as never), 'address: expected a base58 address (a string), got an object'],
	[() => svm.getProgramAccounts(undefined as never), 'programAddress: expected a base58 address'],
	[() => svm.setAccount(undefined as never), 'account: expected an account of @solana/kit, got undefined'],
	[() => svm.setAccount({ address: SYSTEM } as never), 'account.lamports: expected a bigint, got undefined'],
	[
		() => svm.setAccount({ address: SYSTEM, lamports: 1n, data: 'text' } as never),
		'account.data: expected a Uint8Array, got a string',
	],
	[
		() =>
			svm.setAccount({
				address: SYSTEM,
				lamports: 1n,
				data: new Uint8Array(0),
				programAddress: SYSTEM,
			} as never),
		'account.executable: expected a boolean, got undefined',
	],
	[
		() => svm.addProgram(SYSTEM as never, 'elf' as never),
		'programBytes: expected a Uint8Array, got a string',
	],
	[() => svm.addProgram(7 as never, new Uint8Array(3)), 'programId: expected a base58 address'],
	[
		() => svm.addProgramWithLoader(SYSTEM as never, new Uint8Array(3), [] as never),
		'loaderId: expected a base58 address (a string), got an array',
	],
	[() => svm.addProgramFromFile(SYSTEM as never, 5 as never), 'path: expected a string, got a number'],
	[() => svm.getTransaction(new Uint8Array(64) as never), 'signature: expected a string, got a Uint8Array'],
	[() => svm.airdrop(5 as never, 5n as never), 'address: expected a base58 address'],
	[() => svm.airdrop(SYSTEM as never, 5 as never), 'a bigint is needed for a u64, got number'],
	[() => svm.sendTransaction({} as never), 'transaction: expected a transaction of @solana/kit'],
	[() => svm.sendTransaction(null as never), 'transaction: expected a transaction of @solana/kit'],
	[() => svm.simulateTransaction('base64' as never), 'its wire bytes (a Uint8Array), got a string'],
	[() => svm.setClock({} as never), 'clock: expected a Clock, got an object'],
	[() => svm.setRent(5 as never), 'rent: expected a Rent, got a number'],
	[() => svm.setEpochRewards([] as never), 'rewards: expected an EpochRewards, got an array'],
	[() => svm.setEpochSchedule(svm.getClock() as never), 'schedule: expected an EpochSchedule, got a Clock'],
	[() => svm.setSlotHistory({} as never), 'history: expected a SlotHistory, got an object'],
	[() => svm.setStakeHistory({} as never), 'history: expected a StakeHistory, got an object'],
	[() => svm.setSlotHashes({} as never), 'hashes: expected an array of slots and hashes, got an object'],
	[() => svm.setLastRestartSlot(5 as never), 'a bigint is needed for a u64, got number'],
	[() => svm.warpToSlot('5' as never), 'a bigint is needed for a u64, got string'],
];

describe('A value of the wrong type', () => {
	it.each(CALLS.map(([call, told]) => [told, call] as const))('is answered "%s"', (told, call) => {
		expect(call).toThrow(TypeError);
		expect(call).toThrow(told);
	});

	it('is told from a right one that is out of range', () => {
		expect(() => svm.getAccount('not base58' as never)).toThrow(RangeError);
		expect(() => svm.airdrop(SYSTEM as never, -1n as never)).toThrow(RangeError);
		expect(() => svm.getTransaction('abc' as never)).toThrow(RangeError);
	});
});
