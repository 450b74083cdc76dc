/**
 * The pieces of the runtime against a chain that Agave's own Bank made: 71 slots over two epoch boundaries, with votes,
 * stakes, inflation rewards and the features of mainnet-beta. `agave-chain.json.gz` says how it was made.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type AccountSharedData, createAccount, Hash, Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsLtHash } from '../accounts-db/lattice-hash.ts';
import { computeBankHash } from '../bank/bank-hash.ts';
import { decodeGenesisConfig, encodeGenesisConfig, type GenesisConfig } from '../genesis/genesis-config.ts';

interface GoldenSlot {
	readonly slot: number;
	readonly epoch: number;
	readonly parentHash: string;
	readonly hash: string;
	readonly signatureCount: number;
	readonly blockhash: string;
	readonly capitalization: string;
	readonly leader: string;
	/** slot, epochStartTimestamp, epoch, leaderScheduleEpoch, unixTimestamp. */
	readonly clock: readonly [number, number, number, number, number];
	readonly accounts?: readonly (readonly [string, string, string, boolean, string, string])[];
	readonly removed?: readonly string[];
}

const golden = JSON.parse(
	gunzipSync(readFileSync(join(import.meta.dirname, 'agave-chain.json.gz'))).toString(),
) as { readonly genesis: string; readonly slots: readonly GoldenSlot[] };

const genesisBytes = new Uint8Array(Buffer.from(golden.genesis, 'base64'));

function genesis(): GenesisConfig {
	const result = decodeGenesisConfig(genesisBytes);
	if (!result.ok) throw new Error(result.error.kind);
	return result.value;
}

/** The accounts of each slot that lists them, the unchanged ones included. */
function* listedSlots(): Generator<
	readonly [GoldenSlot, ReadonlyMap<string, readonly [Pubkey, AccountSharedData]>]
> {
	const accounts = new Map<string, readonly [Pubkey, AccountSharedData]>();
	for (const row of golden.slots) {
		if (row.accounts === undefined) continue;
		for (const address of row.removed ?? []) accounts.delete(address);
		for (const [address, lamports, owner, executable, rentEpoch, data] of row.accounts) {
			accounts.set(address, [
				Pubkey.fromBase58(address),
				createAccount({
					lamports: BigInt(lamports),
					owner: Pubkey.fromBase58(owner),
					executable,
					rentEpoch: BigInt(rentEpoch),
					data: new Uint8Array(Buffer.from(data, 'base64')),
				}),
			]);
		}
		yield [row, accounts];
	}
}

function bankHash(row: GoldenSlot, accountsLtHash: AccountsLtHash): string {
	return computeBankHash({
		slot: BigInt(row.slot),
		parentSlot: BigInt(Math.max(row.slot - 1, 0)),
		parentHash: Hash.fromBase58(row.parentHash),
		signatureCount: BigInt(row.signatureCount),
		lastBlockhash: Hash.fromBase58(row.blockhash),
		accountsLtHash,
	}).toBase58();
}

describe('a chain of Agave', () => {
	it('has a genesis that survives a round trip', () => {
		expect(Buffer.compare(encodeGenesisConfig(genesis()), genesisBytes)).toBe(0);
	});

	it('has the bank hashes that its accounts make', () => {
		let checked = 0;
		for (const [row, accounts] of listedSlots()) {
			const ltHash = new AccountsLtHash();
			for (const [pubkey, account] of accounts.values()) ltHash.mixIn(pubkey, account);
			expect(bankHash(row, ltHash)).toBe(row.hash);
			checked++;
		}
		expect(checked).toBe(12);
	});

	it('has the bank hashes that the changes of its accounts make', () => {
		const ltHash = new AccountsLtHash();
		let before = new Map<string, readonly [Pubkey, AccountSharedData]>();
		for (const [row, accounts] of listedSlots()) {
			for (const [address, [pubkey, account]] of accounts) {
				ltHash.update(pubkey, before.get(address)?.[1] ?? null, account);
			}
			for (const [address, [pubkey, account]] of before) {
				if (!accounts.has(address)) ltHash.update(pubkey, account, null);
			}
			expect(bankHash(row, ltHash)).toBe(row.hash);
			before = new Map(accounts);
		}
	});
});
