import { ed25519Sign } from '@parhelion/crypto';
import {
	ByteWriter,
	compileLegacyMessage,
	encodeMessage,
	FeatureSet,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { AccountsDb } from '../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { createBootstrapGenesis } from '../genesis/bootstrap-genesis.ts';
import { keypairFromSeed, transferInstruction } from '../genesis/local-genesis.ts';
import { estimateCost } from '../scheduler/cost-model.ts';
import { Bank } from './bank.ts';
import type { BlockLimits, CommittedTransaction, Keypair } from './bank-types.ts';
import type { SlotLeader } from './leader-schedule.ts';
import { processTransaction, resolveMessage } from './transaction-processing.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const faucet = keypairFromSeed(new Uint8Array(32).fill(1));
const leader: SlotLeader = { id: key(200), voteAddress: key(201) };
/** A signature, two write locks, twelve bytes of data, a builtin, a page of loaded data. */
const TRANSFER_COST = 720 + 600 + 3 + 150 + 8;

function openBank(blockLimits?: BlockLimits): Bank {
	const config = createBootstrapGenesis({
		faucet: faucet.pubkey,
		validator: { identity: leader.id, vote: leader.voteAddress, stake: key(202) },
		features: FeatureSet.mainnet(),
	});
	const options = blockLimits === undefined ? {} : { blockLimits };
	const accountsDb = new AccountsDb({ storage: new MemoryStorage() });
	return Bank.newFromParent(Bank.newFromGenesis(config, leader, accountsDb, options), leader, 1n);
}

function signed(bank: Bank, payer: Keypair, instructions: Instruction[]): VersionedTransaction {
	const message = compileLegacyMessage(payer.pubkey, instructions, bank.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), payer.seed)], message };
}

const transfer = (lamports: bigint): Instruction =>
	transferInstruction(faucet.pubkey, key(2), lamports + 10_000_000n);
const unitLimit = (units: number): Instruction => ({
	programId: programIds.computeBudget,
	accounts: [],
	data: new ByteWriter(5).u8(2).u32(units).finish(),
});
const allocate = (payer: Pubkey, space: bigint): Instruction => ({
	programId: programIds.systemProgram,
	accounts: [{ pubkey: payer, isSigner: true, isWritable: true }],
	data: new ByteWriter(12).u32(8).u64(space).finish(),
});

/** Counts `units` CU against the block, by an account of its own. */
function fillBlock(bank: Bank, units: number): void {
	const { limits } = bank.costTracker;
	let left = units;
	for (let i = 10; left > 0; i++) {
		const message = compileLegacyMessage(key(i), [], Hash.default);
		const resolved = resolveMessage(bank, { ...message, instructions: [] });
		if (!resolved.ok) throw new Error(resolved.error.kind);
		const execution = Math.min(left, limits.accountCost);
		left -= execution;
		const cost = {
			...estimateCost(resolved.value, bank.features),
			signatures: 0,
			writeLocks: 0,
			loadedAccountsData: 0,
			execution,
			sum: execution,
		};
		expect(bank.costTracker.tryAdd(resolved.value, cost)).toBeNull();
	}
}

/** Counts `units` CU against the faucet. */
function fillFaucet(bank: Bank, units: number): void {
	const resolved = resolveMessage(bank, compileLegacyMessage(faucet.pubkey, [transfer(0n)], Hash.default));
	if (!resolved.ok) throw new Error(resolved.error.kind);
	const cost = { ...estimateCost(resolved.value, bank.features), execution: units, sum: units };
	expect(bank.costTracker.tryAdd(resolved.value, cost)).toBeNull();
}

const errorOf = (bank: Bank, instructions: Instruction[], blockLimits?: BlockLimits): string | null =>
	processTransaction(
		bank,
		signed(bank, faucet, instructions),
		blockLimits === undefined ? {} : { blockLimits },
	).err?.kind ?? null;

describe('the limits of a block', () => {
	it('are charged with what a transaction used, not with what it might have', () => {
		const bank = openBank();
		expect(errorOf(bank, [transfer(1n)])).toBeNull();
		expect(bank.costTracker.blockCost).toBe(TRANSFER_COST);
		expect(bank.costTracker.accountCost(faucet.pubkey.key)).toBe(TRANSFER_COST);
		expect(bank.costTracker.transactionCount).toBe(1);
	});

	it('are charged for a transaction that fails, and not for one that is turned away', () => {
		const bank = openBank();
		expect(errorOf(bank, [transfer(1n << 62n)])).toBe('InstructionError');
		const charged = bank.costTracker.blockCost;
		expect(charged).toBe(TRANSFER_COST);
		const poor = keypairFromSeed(new Uint8Array(32).fill(77));
		const refused = processTransaction(bank, signed(bank, poor, [allocate(poor.pubkey, 9n)]));
		expect(refused.err?.kind).toBe('AccountNotFound');
		expect(bank.costTracker.blockCost).toBe(charged);
		expect([bank.costTracker.transactionCount, bank.costTracker.allocatedDataSize]).toEqual([1, 0]);
	});

	it('turn away what might not fit the block: the estimate decides', () => {
		const bank = openBank();
		const { blockCost } = bank.costTracker.limits;
		// What the transfer uses would fit, what it may load would not.
		fillBlock(bank, blockCost - TRANSFER_COST - 100);
		expect(errorOf(bank, [transfer(1n)])).toBe('WouldExceedMaxBlockCostLimit');
		expect(bank.getBalance(key(2))).toBe(0n);
		expect(bank.costTracker.blockCost).toBe(blockCost - TRANSFER_COST - 100);
		expect(bank.blockTransactionCount).toBe(0);
		// It may come again.
		expect(errorOf(bank, [transfer(1n)], 'ignore')).toBeNull();
	});

	it('turn away what might not fit an account', () => {
		const bank = openBank();
		fillFaucet(bank, bank.costTracker.limits.accountCost - 10_000);
		expect(errorOf(bank, [transfer(1n)])).toBe('WouldExceedMaxAccountCostLimit');
		// Asking for less makes it fit.
		const loaded: Instruction = {
			programId: programIds.computeBudget,
			accounts: [],
			data: new ByteWriter(5).u8(4).u32(60_000).finish(),
		};
		expect(errorOf(bank, [loaded, unitLimit(1_000), transfer(1n)])).toBeNull();
	});

	it('turn away what would allocate more than a block may', () => {
		const bank = openBank();
		const { allocatedDataSize } = bank.costTracker.limits;
		const most = 10n * 1024n * 1024n;
		const resolved = resolveMessage(
			bank,
			compileLegacyMessage(key(9), [allocate(key(9), most), allocate(key(9), most)], Hash.default),
		);
		if (!resolved.ok) throw new Error(resolved.error.kind);
		const cost = { ...estimateCost(resolved.value, bank.features), sum: 1 };
		const count = Math.floor(allocatedDataSize / cost.allocatedAccountsDataSize);
		for (let i = 0; i < count; i++) expect(bank.costTracker.tryAdd(resolved.value, cost)).toBeNull();
		const twice = [allocate(faucet.pubkey, most), allocate(faucet.pubkey, most)];
		expect(errorOf(bank, twice)).toBe('WouldExceedAccountDataBlockLimit');
	});

	it('count what was used where a block is checked, and void it with one transaction too many', () => {
		const bank = openBank('check');
		const { blockCost } = bank.costTracker.limits;
		fillBlock(bank, blockCost - 2 * TRANSFER_COST);
		expect(errorOf(bank, [transfer(1n)])).toBeNull();
		expect(errorOf(bank, [transfer(2n)])).toBeNull();
		expect(bank.costTracker.blockCost).toBe(blockCost);
		expect(errorOf(bank, [transfer(3n)])).toBe('WouldExceedMaxBlockCostLimit');
		expect(bank.blockTransactionCount).toBe(2);
	});

	it('are nothing to a chain that ignores them', () => {
		const bank = openBank('ignore');
		fillBlock(bank, bank.costTracker.limits.blockCost);
		expect(errorOf(bank, [transfer(1n)])).toBeNull();
		expect(bank.costTracker.blockCost).toBe(bank.costTracker.limits.blockCost);
	});

	it('are told with the transaction, whatever the mode', () => {
		for (const mode of ['reserve', 'check', 'ignore'] as const) {
			const bank = openBank(mode);
			const told: CommittedTransaction[] = [];
			bank.shared.events.on('transaction', (transaction) => told.push(transaction));
			errorOf(bank, [transfer(1n)]);
			expect(told.map(({ meta }) => meta.costUnits)).toEqual([TRANSFER_COST]);
		}
	});
});
