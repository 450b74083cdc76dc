/** What V8 makes of the objects that every transaction reads: nobody sees a difference but in time, of which no test tells. */
import { setFlagsFromString } from 'node:v8';
import {
	type AccountSharedData,
	createAccount,
	FeatureSet,
	Pubkey,
	resolveRuntimeFeatures,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { Chain } from '../chain.ts';

setFlagsFromString('--allow-natives-syntax');
const haveSameMap = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;
const hasFastProperties = new Function('a', 'return %HasFastProperties(a)') as (a: object) => boolean;

describe('hidden classes', () => {
	it('are one for all accounts, however many blocks have paid their leader', () => {
		const chain = Chain.genesis();
		const faucet = chain.faucet.pubkey;
		const model = createAccount({});
		const ofOthers: string[] = [];
		chain.bank.shared.accountsDb.watchStores((pubkey: Pubkey, account: AccountSharedData | null) => {
			if (account !== null && !haveSameMap(account, model)) ofOthers.push(`${pubkey} in slot ${chain.slot}`);
		});
		for (let block = 0; block < 8; block++) {
			chain.airdrop(Pubkey.fromBytes(new Uint8Array(32).fill(block + 1)), 5_000_000n);
			chain.advanceSlot();
		}
		expect(ofOthers).toEqual([]);
		expect(haveSameMap(chain.getAccount(faucet)!, model)).toBe(true);
	});

	it('know the runtime features by their places', () => {
		for (const features of [FeatureSet.mainnet(), FeatureSet.allEnabled(), FeatureSet.default()])
			expect(hasFastProperties(resolveRuntimeFeatures(features))).toBe(true);
	});
});
