/** A new instance holds the same accounts as the oracle's, byte for byte. */
import { createRequire } from 'node:module';
import { Pubkey } from '@parhelion/sdk';
import { LiteSVM } from 'parhelion/node';
import { describe, expect, it } from 'vitest';

/** The oracle's low-level class: the only face that shows rent epochs. */
interface NativeAccount {
	lamports(): bigint;
	data(): Uint8Array;
	owner(): Uint8Array;
	executable(): boolean;
	rentEpoch(): bigint;
}
interface NativeLiteSvm {
	getProgramAccounts(owner: Uint8Array): { address: Uint8Array; account(): NativeAccount }[];
	getAccount(address: Uint8Array): NativeAccount | null;
}
const native = createRequire(import.meta.url)('litesvm/dist/internal.js') as {
	LiteSvm: new () => NativeLiteSvm;
};

const OWNERS = {
	sysvar: 'Sysvar1111111111111111111111111111111111111',
	native: 'NativeLoader1111111111111111111111111111111',
	feature: 'Feature111111111111111111111111111111111111',
	loaderV1: 'BPFLoader1111111111111111111111111111111111',
	loaderV2: 'BPFLoader2111111111111111111111111111111111',
	loaderV3: 'BPFLoaderUpgradeab1e11111111111111111111111',
	loaderV4: 'LoaderV411111111111111111111111111111111111',
	config: 'Config1111111111111111111111111111111111111',
};
const COUNTS = {
	sysvar: 10,
	native: 10,
	feature: 250,
	loaderV1: 1,
	loaderV2: 2,
	loaderV3: 8,
	loaderV4: 0,
	config: 1,
};

describe('accounts of a new instance', () => {
	const oracle = new native.LiteSvm();
	const svm = new LiteSVM();

	it.each(Object.entries(OWNERS))('of owner %s equal the oracle', (name, owner) => {
		const expected = oracle
			.getProgramAccounts(Pubkey.fromBase58(owner).bytes)
			.map((row) => [Pubkey.fromBytes(row.address).toBase58(), row.account()] as const)
			.sort(([a], [b]) => (a < b ? -1 : 1));
		const ours = svm.getProgramAccounts(owner).sort((a, b) => (a.address < b.address ? -1 : 1));
		expect(expected.length).toBe(COUNTS[name as keyof typeof COUNTS]);
		expect(ours.map(({ address }) => address)).toEqual(expected.map(([address]) => address));
		ours.forEach((account, i) => {
			const [, theirs] = expected[i]!;
			expect(account.lamports, account.address).toBe(theirs.lamports());
			expect(account.executable, account.address).toBe(theirs.executable());
			expect(Buffer.compare(account.data, theirs.data()), account.address).toBe(0);
		});
	});

	it('of the system program are one, which holds a million SOL', () => {
		const expected = oracle.getProgramAccounts(new Uint8Array(32)).map((row) => row.account().lamports());
		const ours = svm.getProgramAccounts('11111111111111111111111111111111').map(({ lamports }) => lamports);
		expect(ours).toEqual(expected);
	});

	it('start from the same blockhash', () => {
		expect(svm.latestBlockhash()).toBe('CmpNeggWJ4JaWJeJ8YKN1Zypmk7uvQq3PECGUCAEMbky');
	});

	it('miss no program', () => {
		expect(svm.missingPrograms()).toEqual([]);
	});
});
