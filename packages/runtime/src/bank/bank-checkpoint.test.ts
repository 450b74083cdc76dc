import { sha256 } from '@parhelion/crypto';
import { createAccount, FeatureSet, Hash, Pubkey, programIds } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { createBootstrapGenesis } from '../genesis/bootstrap-genesis.ts';
import { Bank } from './bank.ts';
import { CHECKPOINT_VERSION, decodeBankCheckpoint, encodeBankCheckpoint } from './bank-checkpoint.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const leader = { id: key(1), voteAddress: key(2) };

/** A frozen bank some slots above a genesis with a staked validator. */
function frozenBank(): Bank {
	const config = createBootstrapGenesis({
		features: FeatureSet.mainnet(),
		validator: {
			identity: leader.id,
			vote: leader.voteAddress,
			stake: key(3),
			blsPubkey: new Uint8Array(48).fill(1),
		},
		faucet: key(4),
		creationTime: 1_700_000_000n,
	});
	let bank = Bank.newFromGenesis(config, leader, new AccountsDb({ storage: new MemoryStorage() }));
	for (let slot = 1n; slot <= 3n; slot++) {
		while (!bank.isComplete) bank.registerTick(Hash.fromBytes(key(Number(slot)).bytes));
		bank = Bank.newFromParent(bank, leader, slot);
	}
	bank.overwrite(key(9), createAccount({ lamports: 5n, owner: programIds.systemProgram }));
	bank.freeze();
	return bank;
}

/** With the checksum that fits. */
function sealed(fields: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(fields.length + 32);
	bytes.set(fields);
	bytes.set(sha256(fields), fields.length);
	return bytes;
}

describe('the checkpoint of a bank', () => {
	const bytes = encodeBankCheckpoint(frozenBank());
	const fields = bytes.subarray(0, -32);

	it('says what the bank was', () => {
		const bank = frozenBank();
		expect(bank.epochStakes.get(0n)?.totalStake).toBeGreaterThan(0n);
		const decoded = decodeBankCheckpoint(bytes);
		if (!decoded.ok) throw new Error(decoded.error.kind);
		const { value } = decoded;
		expect(value.slot).toBe(3n);
		expect(value.parentSlot).toBe(2n);
		expect(value.hash.equals(bank.hash)).toBe(true);
		expect(value.capitalization).toBe(bank.capitalization);
		expect(value.blockhashes.lastHash().equals(bank.lastBlockhash())).toBe(true);
		expect([...value.blockhashes.entries()]).toHaveLength(4);
		expect(value.epochStakes.get(0n)?.totalStake).toBe(bank.epochStakes.get(0n)?.totalStake);
		const features = (set: FeatureSet): string[] =>
			Array.from(set.activeFeatures(), ([id, slot]) => `${id} ${slot}`);
		expect(features(value.featureSet)).toEqual(features(bank.featureSet));
		expect(value.accountsLtHash.checksum().equals(bank.accountsLtHash.checksum())).toBe(true);
	});

	it('is small: a vote account is written once, without the zeros at its end', () => {
		expect(bytes.length).toBeLessThan(24_000);
	});

	it('refuses a bank that is not frozen', () => {
		const bank = frozenBank();
		expect(() => encodeBankCheckpoint(Bank.newFromParent(bank, leader, 4n))).toThrow('slot 4 is not frozen');
	});

	it('is refused with any byte changed', () => {
		for (let at = 0; at < bytes.length; at += 97) {
			const changed = bytes.slice();
			changed[at]! ^= 1;
			expect(decodeBankCheckpoint(changed).ok, `byte ${at}`).toBe(false);
		}
	});

	it('is refused in another version', () => {
		const changed = fields.slice();
		changed[4] = CHECKPOINT_VERSION + 1;
		expect(decodeBankCheckpoint(sealed(changed))).toEqual({
			ok: false,
			error: { kind: 'InvalidValue', message: `a checkpoint of version ${CHECKPOINT_VERSION + 1}` },
		});
	});

	it('is refused with bytes behind it', () => {
		const longer = new Uint8Array(fields.length + 1);
		longer.set(fields);
		expect(decodeBankCheckpoint(sealed(longer))).toEqual({ ok: false, error: { kind: 'TrailingBytes' } });
	});

	it('never does more than refuse what is cut or changed, even where the checksum fits', () => {
		fc.assert(
			fc.property(
				fc.nat(fields.length),
				fc.array(fc.tuple(fc.nat(fields.length - 1), fc.nat(255)), { maxLength: 4 }),
				(length, changes) => {
					const changed = fields.slice();
					for (const [at, byte] of changes) changed[at] = byte;
					const decoded = decodeBankCheckpoint(sealed(changed.subarray(0, length)));
					if (length < fields.length) expect(decoded.ok).toBe(false);
				},
			),
			{ numRuns: 300, seed: 5 },
		);
	});
});
