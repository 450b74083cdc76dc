import { decodeLastRestartSlot, FeatureSet, Pubkey, sysvarIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { createBootstrapGenesis } from '../genesis/bootstrap-genesis.ts';
import { computeShredVersion } from '../genesis/genesis-config.ts';
import { Bank } from './bank.ts';
import { HardForkRegister, lastRestartSlot } from './hard-forks.ts';
import type { SlotLeader } from './leader-schedule.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const leader: SlotLeader = { id: key(200), voteAddress: key(201) };

function genesisBank(hardForks: readonly (readonly [bigint, bigint])[] = []): Bank {
	const config = createBootstrapGenesis({
		faucet: key(1),
		validator: { identity: leader.id, vote: leader.voteAddress, stake: key(202) },
		features: FeatureSet.mainnet(),
	});
	const accountsDb = new AccountsDb({ storage: new MemoryStorage() });
	return Bank.newFromGenesis(config, leader, accountsDb, { hardForks });
}

function toldRestartSlot(bank: Bank): bigint {
	const decoded = decodeLastRestartSlot(bank.getAccount(sysvarIds.lastRestartSlot)!.data);
	if (!decoded.ok) throw new Error(decoded.error.kind);
	return decoded.value.lastRestartSlot;
}

describe('hard forks', () => {
	it('are kept by slot and counted, and the newest that was reached is the last restart', () => {
		const register = new HardForkRegister([[20n, 1n]]);
		for (const slot of [30n, 10n, 20n]) register.register(slot);
		expect(register.forks).toEqual([
			[10n, 1n],
			[20n, 2n],
			[30n, 1n],
		]);
		expect([9n, 10n, 19n, 20n, 99n].map((slot) => lastRestartSlot(register.forks, slot))).toEqual([
			0n,
			10n,
			10n,
			20n,
			30n,
		]);
	});

	it('are registered for what is to come only', () => {
		const bank = Bank.newFromParent(genesisBank(), leader, 4n);
		expect(bank.registerHardFork(3n)).toBe(false);
		expect(bank.registerHardFork(4n)).toBe(true);
		expect(bank.registerHardFork(9n)).toBe(true);
		bank.freeze();
		expect(bank.registerHardFork(4n)).toBe(false);
		expect(bank.shared.hardForks.forks).toEqual([
			[4n, 1n],
			[9n, 1n],
		]);
	});

	it('change the bank hash of the slot that reaches them, the sysvar and the shred version', () => {
		const chain = (forks: readonly (readonly [bigint, bigint])[]): Bank[] => {
			const banks = [genesisBank(forks)];
			for (const slot of [1n, 3n, 4n]) banks.push(Bank.newFromParent(banks.at(-1)!, leader, slot));
			banks.at(-1)!.freeze();
			return banks;
		};
		const forks = [[2n, 1n]] as const;
		const [plain, forked] = [chain([]), chain(forks)];
		expect(forked.map(toldRestartSlot)).toEqual([0n, 0n, 0n, 0n].map((_, i) => (i < 2 ? 0n : 2n)));
		expect(forked.map(({ hash }, i) => hash.equals(plain[i]!.hash))).toEqual([true, true, false, false]);
		const { genesisHash } = plain[0]!.shared;
		expect(forked[0]!.shredVersion).toBe(computeShredVersion(genesisHash, forks));
		expect(forked[0]!.shredVersion).not.toBe(plain[0]!.shredVersion);
	});
});
