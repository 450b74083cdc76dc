import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519Sign } from '@parhelion/crypto';
import {
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	decodeSlotHashes,
	encodeMessage,
	encodeUpgradeableLoaderState,
	FeatureSet,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
	sysvarIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { createBootstrapGenesis } from '../genesis/bootstrap-genesis.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '../genesis/local-genesis.ts';
import { Bank } from './bank.ts';
import { BankForks } from './bank-forks.ts';
import type { Keypair } from './bank-types.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { processTransaction, simulateTransaction } from './transaction-processing.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const faucet = keypairFromSeed(new Uint8Array(32).fill(1));
const bob = key(2);
const leader: SlotLeader = { id: key(200), voteAddress: key(201) };

function genesisBank(): Bank {
	const config = createBootstrapGenesis({
		faucet: faucet.pubkey,
		validator: { identity: leader.id, vote: leader.voteAddress, stake: key(202) },
		features: FeatureSet.allEnabled(),
		creationTime: 1_700_000_000n,
		ticksPerSlot: 4n,
	});
	return Bank.newFromGenesis(config, leader, new AccountsDb({ storage: new MemoryStorage() }), {
		unixTimestamp: (slot) => 1_700_000_000n + slot,
	});
}

/** Gives the bank all its ticks; the blockhash follows from `tag`. */
function complete(bank: Bank, tag = 0): Bank {
	while (!bank.isComplete) {
		bank.registerTick(Hash.fromBytes(new Uint8Array(32).fill(Number(bank.tickHeight + 1n) + tag)));
	}
	bank.freeze();
	return bank;
}

const child = (parent: Bank, slot: bigint): Bank => Bank.newFromParent(complete(parent), leader, slot);

function signed(payer: Keypair, instructions: Instruction[], blockhash: Hash): VersionedTransaction {
	const message = compileLegacyMessage(payer.pubkey, instructions, blockhash);
	return { signatures: [ed25519Sign(encodeMessage(message), payer.seed)], message };
}

const transfer = (bank: Bank, to: Pubkey, lamports: bigint): VersionedTransaction =>
	signed(faucet, [transferInstruction(faucet.pubkey, to, lamports)], bank.lastBlockhash());

function sumOfLamports(bank: Bank): bigint {
	let sum = 0n;
	for (const [, { lamports }] of bank.shared.accountsDb.accounts(bank.ancestors)) sum += lamports;
	return sum;
}

describe('a chain of banks', () => {
	it('moves lamports, charges the fee, pays the leader half of it at the end and burns the rest', () => {
		const bank = child(genesisBank(), 1n);
		const before = bank.capitalization;
		const paid = bank.getBalance(leader.id);
		expect(processTransaction(bank, transfer(bank, bob, LAMPORTS_PER_SOL))).toMatchObject({
			err: null,
			committed: true,
			fee: 5_000n,
			slot: 1n,
		});
		complete(bank);
		expect(bank.getBalance(bob)).toBe(LAMPORTS_PER_SOL);
		expect(bank.getBalance(leader.id)).toBe(paid + 2_500n);
		expect(bank.rewards).toEqual([
			{ pubkey: leader.id, type: 'Fee', lamports: 2_500n, postBalance: paid + 2_500n, commission: null },
		]);
		// The slot history came into being at the end of slot 0 or 1; nothing else is new.
		expect(bank.capitalization).toBe(before - 2_500n);
		expect(sumOfLamports(bank)).toBe(bank.capitalization);
	});

	it('burns what was sent to the incinerator', () => {
		const bank = child(genesisBank(), 1n);
		const before = bank.capitalization;
		processTransaction(bank, transfer(bank, programIds.incinerator, 7n * LAMPORTS_PER_SOL));
		complete(bank);
		expect(bank.getBalance(programIds.incinerator)).toBe(0n);
		expect(bank.capitalization).toBe(before - 7n * LAMPORTS_PER_SOL - 2_500n);
		expect(sumOfLamports(bank)).toBe(bank.capitalization);
	});

	it('gives the same hash to the same blocks, and another to any other', () => {
		const run = (amount: bigint, tag: number): Hash => {
			const first = Bank.newFromParent(complete(genesisBank(), tag), leader, 1n);
			processTransaction(first, transfer(first, bob, amount));
			return complete(first, tag).hash;
		};
		expect(run(5_000_000n, 0)).toEqual(run(5_000_000n, 0));
		expect(run(5_000_000n, 0)).not.toEqual(run(5_000_001n, 0));
		expect(run(5_000_000n, 0)).not.toEqual(run(5_000_000n, 1));
	});

	it('hashes the accounts of a chain as all accounts from scratch', () => {
		const first = child(genesisBank(), 1n);
		processTransaction(first, transfer(first, bob, LAMPORTS_PER_SOL));
		const second = child(first, 5n);
		processTransaction(second, transfer(second, bob, LAMPORTS_PER_SOL));
		processTransaction(second, transfer(second, key(9), LAMPORTS_PER_SOL));
		complete(second);
		const scratch = second.accountsLtHash.clone();
		for (const [pubkey, account] of second.shared.accountsDb.accounts(second.ancestors)) {
			scratch.mixOut(pubkey, account);
		}
		expect(scratch.bytes.every((byte) => byte === 0)).toBe(true);
	});

	it('registers the hash of the last tick as the blockhash and takes no tick more', () => {
		const bank = genesisBank();
		const genesisHash = bank.lastBlockhash();
		for (let i = 1; i < 4; i++) bank.registerTick(Hash.fromBytes(key(i).bytes));
		expect(bank.lastBlockhash()).toEqual(genesisHash);
		bank.registerTick(Hash.fromBytes(key(4).bytes));
		expect(bank.lastBlockhash().bytes).toEqual(key(4).bytes);
		expect(() => bank.registerTick(genesisHash)).toThrow('takes no more ticks');
	});

	it('writes the parent into the slot hashes and the time into the clock, also over skipped slots', () => {
		const first = child(genesisBank(), 1n);
		const second = child(first, 7n);
		expect(second.clock()).toMatchObject({ slot: 7n, unixTimestamp: 1_700_000_007n });
		expect(second.blockHeight).toBe(2n);
		const decoded = decodeSlotHashes(second.getAccount(sysvarIds.slotHashes)!.data);
		expect(decoded.ok && decoded.value.get(1n)).toEqual(first.hash);
		expect(second.processor.sysvarCache.getClock().slot).toBe(7n);
	});

	it('refuses to change once it is frozen, and a child that is not above its parent', () => {
		const bank = complete(genesisBank());
		expect(() => bank.store(bob, createAccount({ lamports: 1n }))).toThrow('frozen');
		expect(() => Bank.newFromParent(bank, leader, 0n)).toThrow(RangeError);
	});

	it('simulates without changing anything', () => {
		const bank = child(genesisBank(), 1n);
		const outcome = simulateTransaction(bank, transfer(bank, bob, LAMPORTS_PER_SOL));
		expect(outcome).toMatchObject({ err: null, fee: 5_000n });
		expect(bank.getBalance(bob)).toBe(0n);
		expect(bank.transactionCount).toBe(0n);
	});
});

describe('forks', () => {
	/** Slot 1, and on it slots 2 and 3, neither of which knows of the other. */
	function fork(): { forks: BankForks; base: Bank; left: Bank; right: Bank } {
		const root = genesisBank();
		const forks = new BankForks(root);
		const base = forks.insert(child(root, 1n));
		complete(base);
		const left = forks.insert(Bank.newFromParent(base, leader, 2n));
		const right = forks.insert(Bank.newFromParent(base, leader, 3n));
		return { forks, base, left, right };
	}

	const programId = key(50);
	const programdata = findProgramAddress([programId.bytes], programIds.bpfLoaderUpgradeable)!.address;
	const buffers = [key(51), key(52)] as const;

	/** Slot 1 with room for a program and two buffers to deploy it from, and what opens a fork on it. */
	function forkWithPrograms(): { forks: BankForks; base: Bank; open: (slot: bigint) => Bank } {
		const root = genesisBank();
		const forks = new BankForks(root);
		const base = forks.insert(child(root, 1n));
		const owner = programIds.bpfLoaderUpgradeable;
		const lamports = 10n * LAMPORTS_PER_SOL;
		base.store(programId, createAccount({ lamports, owner, data: new Uint8Array(36) }));
		for (const [i, name] of (['counter', 'arithmetic'] as const).entries()) {
			const elf = readFileSync(join(import.meta.dirname, `../../../bench/elf/${name}.so`));
			const state = encodeUpgradeableLoaderState({ kind: 'Buffer', authorityAddress: faucet.pubkey });
			base.store(buffers[i]!, createAccount({ lamports, owner, data: Buffer.concat([state, elf]) }));
		}
		const open = (slot: bigint): Bank => forks.insert(Bank.newFromParent(base, leader, slot));
		return { forks, base, open };
	}

	it('keep their accounts and the messages they have seen apart', () => {
		const { left, right } = fork();
		const sent = transfer(left, bob, LAMPORTS_PER_SOL);
		expect(processTransaction(left, sent).err).toBeNull();
		expect(right.getBalance(bob)).toBe(0n);
		expect(processTransaction(left, sent).err).toEqual({ kind: 'AlreadyProcessed' });
		expect(processTransaction(right, sent).err).toBeNull();
		expect(right.getBalance(bob)).toBe(LAMPORTS_PER_SOL);
	});

	it('lose the other fork with a new root, and nothing of their own', () => {
		const { forks, left, right } = fork();
		const dropped: bigint[] = [];
		const rooted: bigint[] = [];
		left.shared.events.on('slotDropped', ({ slot }) => dropped.push(slot));
		left.shared.events.on('slotsRooted', ({ slots }) => rooted.push(...slots));
		const sent = transfer(left, bob, LAMPORTS_PER_SOL);
		processTransaction(left, sent);
		processTransaction(right, transfer(right, key(3), LAMPORTS_PER_SOL));
		complete(left);
		complete(right);
		expect(forks.setRoot(2n)).toEqual([0n, 1n, 2n]);
		expect([rooted, dropped]).toEqual([[0n, 1n, 2n], [3n]]);
		expect(forks.banks().map(({ slot }) => slot)).toEqual([2n]);
		const next = forks.insert(Bank.newFromParent(left, leader, 4n));
		expect(next.getBalance(bob)).toBe(LAMPORTS_PER_SOL);
		expect(next.getBalance(key(3))).toBe(0n);
		expect(processTransaction(next, sent).err).toEqual({ kind: 'AlreadyProcessed' });
		complete(next);
		expect(forks.setRoot(4n)).toEqual([4n]);
		expect(next.getBalance(bob)).toBe(LAMPORTS_PER_SOL);
	});

	it('run each its own deployment of a program, and after a root only the rooted one', () => {
		const { forks, base, open } = forkWithPrograms();
		const deploy = (bank: Bank, buffer: Pubkey): void => {
			const accounts = [faucet.pubkey, programdata, programId, buffer, sysvarIds.rent, sysvarIds.clock];
			const metas = [...accounts, programIds.systemProgram, faucet.pubkey].map((pubkey, i) => ({
				pubkey,
				isSigner: pubkey.equals(faucet.pubkey),
				isWritable: i < 4,
			}));
			const data = new ByteWriter(12).u32(2).u64(4_096n).finish();
			const instruction = { programId: programIds.bpfLoaderUpgradeable, accounts: metas, data };
			expect(processTransaction(bank, signed(faucet, [instruction], bank.lastBlockhash())).err).toBeNull();
		};
		let calls = 0;
		/** The CU of a call, or the error where the program did not run. */
		const call = (bank: Bank): number | string => {
			const data = Uint8Array.of(++calls, 0, 0, 0, 0, 0, 0, 0);
			const sent = signed(faucet, [{ programId, accounts: [], data }], bank.lastBlockhash());
			const { err, computeUnitsConsumed } = processTransaction(bank, sent);
			const error = err?.kind === 'InstructionError' ? err.error.kind : err?.kind;
			// The programs want accounts and say so; that they ran is enough.
			return error === undefined || error === 'Custom' ? computeUnitsConsumed : error;
		};
		expect(call(base)).toBe('UnsupportedProgramId');
		complete(base);
		const [one, other] = [open(2n), open(3n)];
		deploy(one, buffers[0]);
		expect(call(one)).toBe('UnsupportedProgramId');
		expect(call(other)).toBe('UnsupportedProgramId');
		const leftNext = forks.insert(child(one, 4n));
		const units = call(leftNext);
		expect(units).toBeTypeOf('number');
		// Loaded by the one fork, and still not there for the other, whose slot is higher.
		const rightNext = forks.insert(child(other, 5n));
		expect(call(rightNext)).toBe('UnsupportedProgramId');
		deploy(rightNext, buffers[1]);
		const rightLast = forks.insert(child(rightNext, 6n));
		const otherUnits = call(rightLast);
		expect(otherUnits).toBeTypeOf('number');
		expect(otherUnits).not.toBe(units);
		const leftLast = forks.insert(child(leftNext, 7n));
		expect(call(leftLast)).toBe(units);

		expect(forks.setRoot(4n)).toEqual([0n, 1n, 2n, 4n]);
		expect(forks.banks().map(({ slot }) => slot)).toEqual([4n, 7n]);
		expect(call(leftLast)).toBe(units);
		const afterRoot = forks.insert(child(leftLast, 8n));
		expect(call(afterRoot)).toBe(units);
		base.shared.accountsDb.flushSync();
		const deployed = [...base.shared.programCache.flattened()].map((entry) => entry.deploymentSlot);
		expect(deployed).toContain(2n);
		expect(deployed).not.toContain(5n);
		complete(afterRoot);
		forks.setRoot(8n);
		expect(call(forks.insert(Bank.newFromParent(afterRoot, leader, 9n)))).toBe(units);
	});

	it('refuse strangers: a parent or root that is not there, a slot twice, removing what others stand on', () => {
		const { forks, base, left } = fork();
		expect(() => forks.insert(left)).toThrow(RangeError);
		expect(() => forks.setRoot(77n)).toThrow(RangeError);
		expect(() => forks.remove(1n)).toThrow(RangeError);
		expect(() => forks.remove(0n)).toThrow(RangeError);
		forks.remove(3n);
		expect(forks.descendants(base.slot)).toEqual([2n]);
		expect(forks.workingBank).toBe(left);
	});
});
