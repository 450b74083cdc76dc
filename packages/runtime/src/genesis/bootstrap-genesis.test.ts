import { sha256 } from '@parhelion/crypto';
import { createAccount, FeatureSet, Pubkey, programIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { decodeStakeState, encodeStakeState, STAKE_STATE_SIZE } from '../bank/stakes/stake-state.ts';
import { type BootstrapGenesisOptions, createBootstrapGenesis } from './bootstrap-genesis.ts';
import { genesisConfigHash } from './genesis-config.ts';
import { keypairFromSeed } from './local-genesis.ts';

const named = (name: string): Pubkey => Pubkey.fromBytes(sha256(new TextEncoder().encode(name)));

function features(...addresses: string[]): FeatureSet {
	const set = FeatureSet.default();
	for (const address of addresses) set.activate(Pubkey.fromBase58(address), 0n);
	return set;
}

const OPTIONS: BootstrapGenesisOptions = {
	faucet: keypairFromSeed(sha256(new TextEncoder().encode('faucet'))).pubkey,
	validator: { identity: named('identity'), vote: named('vote'), stake: named('stake') },
	features: features(
		'E3PHP7w8kB7np3CTQ1qQ2tW3KCtjRSXBQgW9vM2mWv2Y',
		'GaBtBJvmS4Arjj5W1NmFcyvPjsHN38UGYDq2MDwbs9Qu',
		'4RWNif6C2WCNiKVW7otP4G7dkmkHGyKQWRpuZ1pxKU5m',
	),
	creationTime: 1_700_000_000n,
};

describe('the genesis of one validator', () => {
	// Agave 4.3.0: create_genesis_config_with_leader_ex_no_features with these keys and amounts, three features, no warmup
	it('is byte for byte what Agave makes of the same', () => {
		expect(genesisConfigHash(createBootstrapGenesis(OPTIONS)).toBase58()).toBe(
			'jcXM8XJABmcruKAJc7yBVVMrdoQnrd4ipFrmhWbaE4Y',
		);
	});

	it('stakes all but the rent, for ever', () => {
		const genesis = createBootstrapGenesis(OPTIONS);
		const [, account] = genesis.accounts.get(OPTIONS.validator.stake.key)!;
		const state = decodeStakeState(account.data);
		if (!state.ok || state.value.kind !== 'Stake') throw new Error('no stake');
		const { meta, stake } = state.value;
		expect(stake.delegation.stake + meta.rentExemptReserve).toBe(account.lamports);
		expect(stake.delegation.voterPubkey.equals(OPTIONS.validator.vote)).toBe(true);
		expect(encodeStakeState(state.value)).toEqual(new Uint8Array(account.data));
		expect(account.data.length).toBe(STAKE_STATE_SIZE);
	});

	it('takes other accounts along and leaves alpenglow out', () => {
		const program = named('program');
		const genesis = createBootstrapGenesis({
			...OPTIONS,
			features: FeatureSet.allEnabled(),
			accounts: [[program, createAccount({ lamports: 5n, owner: programIds.bpfLoader })]],
			stakeLamports: 0n,
		});
		expect(genesis.accounts.get(program.key)?.[1].lamports).toBe(5n);
		const alpenglow = Pubkey.fromBase58('A1pengvuM6JEcyNuTnMqepBKhwHE3N6PmUrdATGawhJS');
		expect(genesis.accounts.has(alpenglow.key)).toBe(false);
		const [, stake] = genesis.accounts.get(OPTIONS.validator.stake.key)!;
		expect(stake.lamports).toBe(genesis.rent.minimumBalance(STAKE_STATE_SIZE));
	});

	it('refuses a BLS key of another length', () => {
		const validator = { ...OPTIONS.validator, blsPubkey: new Uint8Array(47) };
		expect(() => createBootstrapGenesis({ ...OPTIONS, validator })).toThrow(RangeError);
	});
});
