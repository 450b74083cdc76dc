import {
	ByteWriter,
	compileLegacyMessage,
	encodeUpgradeableLoaderState,
	FeatureSet,
	Hash,
	type Instruction,
	InstructionError,
	NO_LOADED_ADDRESSES,
	programIds,
	reservedAccountKeys,
	SanitizedMessage,
	SanitizedTransaction,
	sysvarIds,
	TransactionError,
} from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { key, MemoryBank, meta } from '../test/memory-bank.ts';
import { system } from '../test/system-instructions.ts';

const payer = key('payer');
const to = key('to');
const EXEMPT_0 = 890_880n;

let bank: MemoryBank;

beforeEach(() => {
	bank = new MemoryBank();
	bank.set(payer, { lamports: 1_000_000_000n });
});

const pay = (lamports = EXEMPT_0): Instruction =>
	system.transfer([meta(payer, 'sw'), meta(to, 'w')], lamports);

function budget(tag: number, value: number): Instruction {
	const data = new ByteWriter(5).u8(tag).u32(value).finish();
	return { programId: programIds.computeBudget, accounts: [], data };
}

function price(microLamports: bigint): Instruction {
	const data = new ByteWriter(9).u8(3).u64(microLamports).finish();
	return { programId: programIds.computeBudget, accounts: [], data };
}

describe('the fee payer', () => {
	it.each([
		['must exist', null, TransactionError.AccountNotFound],
		['must be a system account', { lamports: 10n ** 9n, owner: to }, TransactionError.InvalidAccountForFee],
		[
			'must have no data',
			{ lamports: 10n ** 9n, data: new Uint8Array(3) },
			TransactionError.InvalidAccountForFee,
		],
		['must have the fee', { lamports: 4999n }, TransactionError.InsufficientFundsForFee],
		['must stay rent exempt', { lamports: EXEMPT_0 + 4999n }, TransactionError.InsufficientFundsForRent(0)],
		[
			'must stay rent exempt as a nonce',
			{
				lamports: 1_447_680n + 4999n,
				data: Uint8Array.from([1, 0, 0, 0, 1, 0, 0, 0, ...new Uint8Array(72)]),
			},
			TransactionError.InsufficientFundsForFee,
		],
	])('%s', (_, account, error) => {
		if (account === null) bank.accounts.delete(payer.key);
		else bank.set(payer, account);
		const outcome = bank.send(payer, [pay()]);
		expect(outcome.result.kind).toBe('notLoaded');
		expect(outcome.error).toEqual(error);
	});

	it('may be left with nothing', () => {
		bank.set(payer, { lamports: EXEMPT_0 + 5000n });
		expect(bank.send(payer, [pay()]).error).toBeNull();
		expect(bank.getAccountSharedData(payer)).toBeNull();
	});

	it('pays the priority fee on the compute unit limit, rounded up', () => {
		expect(bank.send(payer, [price(3n), budget(2, 500_000), pay()]).error).toBeNull();
		expect(bank.lamports(payer)).toBe(1_000_000_000n - EXEMPT_0 - 5000n - 2n);
	});

	it('pays for the signatures that precompiles verify', () => {
		const ed25519: Instruction = {
			programId: programIds.ed25519Program,
			accounts: [],
			data: Uint8Array.of(3, 0),
		};
		const outcome = bank.send(payer, [ed25519]);
		expect(outcome.error).toEqual(TransactionError.InstructionError(0, InstructionError.Custom(4)));
		expect(outcome.units).toBe(0);
		expect(outcome.logs).toEqual([]);
		expect(bank.lamports(payer)).toBe(1_000_000_000n - 20_000n);
	});

	it('is marked rent exempt when the transaction succeeds, and keeps its rent epoch when it fails', () => {
		expect(bank.send(payer, [pay(2n ** 50n)]).error).not.toBeNull();
		expect(bank.getAccountSharedData(payer)!.rentEpoch).toBe(0n);
		expect(bank.send(payer, [pay()]).error).toBeNull();
		expect(bank.getAccountSharedData(payer)!.rentEpoch).toBe(2n ** 64n - 1n);
	});
});

describe('with SIMD-0290', () => {
	it('a transaction without a paying payer is no transaction for a leader, and a no-op in replay', () => {
		bank.features = { ...bank.features, relaxFeePayerConstraint: true };
		bank.set(payer, { lamports: 1n });
		const run = (keepNoOpTransactions: boolean) => {
			const message = compileLegacyMessage(payer, [pay()], bank.blockhash);
			const transaction = bank.sanitize(message);
			return bank.processor.loadAndExecuteSanitizedTransaction(
				bank,
				transaction,
				{
					nonceAddress: null,
					budget: { ...bankBudget, compute_unit_limit: 77 },
					loadedAccountsDataSizeLimit: 88,
					feeDetails: { transactionFee: 5000n, prioritizationFee: 0n },
				},
				bank.environment(),
				{
					logBytesLimit: null,
					recordLogs: false,
					recordInnerInstructions: false,
					recordReturnData: false,
					keepNoOpTransactions,
				},
			);
		};
		const error = TransactionError.InsufficientFundsForFee;
		expect(run(false)).toEqual({ kind: 'notLoaded', error });
		expect(run(true)).toEqual({
			kind: 'noOp',
			error,
			feePayerBalance: 1n,
			computeUnitLimit: 77,
			loadedAccountsDataSizeLimit: 88,
		});
	});
});

const bankBudget = {
	compute_unit_limit: 200_000,
	max_instruction_stack_depth: 5,
	max_instruction_trace_length: 64,
	sha256_max_slices: 20_000,
	max_call_depth: 64,
	stack_frame_size: 4096,
	heap_size: 32_768,
};

describe('programs', () => {
	it('must exist', () => {
		const outcome = bank.send(payer, [{ programId: key('none'), accounts: [], data: new Uint8Array() }]);
		expect(outcome.result.kind).toBe('feesOnly');
		expect(outcome.error).toEqual(TransactionError.ProgramAccountNotFound);
		expect(bank.lamports(payer)).toBe(1_000_000_000n - 5000n);
	});

	it('must belong to a loader', () => {
		bank.set(to, { lamports: EXEMPT_0, executable: true });
		const outcome = bank.send(payer, [{ programId: to, accounts: [], data: new Uint8Array() }]);
		expect(outcome.result.kind).toBe('feesOnly');
		expect(outcome.error).toEqual(TransactionError.InvalidProgramForExecution);
	});

	it('that do not verify fail when called, and do no harm when not', () => {
		const broken = key('broken');
		bank.set(broken, { lamports: 1n, data: Uint8Array.of(1, 2, 3), owner: programIds.bpfLoader });
		expect(
			bank.send(payer, [system.transfer([meta(payer, 'sw'), meta(to, 'w'), meta(broken)], EXEMPT_0)]).error,
		).toBeNull();
		const outcome = bank.send(payer, [{ programId: broken, accounts: [], data: new Uint8Array() }]);
		expect(outcome.error).toEqual(
			TransactionError.InstructionError(0, InstructionError.UnsupportedProgramId),
		);
		expect(outcome.logs).toEqual([
			`Program ${broken.toBase58()} invoke [1]`,
			'Program is not deployed',
			`Program ${broken.toBase58()} failed: Unsupported program id`,
		]);
	});

	it('of loader v3 without programdata fail when called', () => {
		const program = key('v3');
		const data = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: key('nothing here') });
		bank.set(program, { lamports: 1n, data, owner: programIds.bpfLoaderUpgradeable });
		const outcome = bank.send(payer, [{ programId: program, accounts: [], data: new Uint8Array() }]);
		expect(outcome.error).toEqual(
			TransactionError.InstructionError(0, InstructionError.UnsupportedProgramId),
		);
	});
});

describe('loaded account data', () => {
	/** Bytes that the transaction counts. */
	function loadedSize(instructions: readonly Instruction[]): number {
		const { result } = bank.send(payer, instructions);
		if (result.kind !== 'executed') throw new Error(result.kind);
		return result.loadedTransaction.loadedAccountsDataSize;
	}
	const systemSize = 64 + 'solana_system_program'.length;
	/** An instruction that does nothing but name accounts. */
	const nothing = (...accounts: Instruction['accounts']): Instruction =>
		system.assign([meta(payer, 'sw'), ...accounts], programIds.systemProgram);

	it('counts 64 bytes an existing account and its data, and nothing for the others', () => {
		bank.set(to, { lamports: EXEMPT_0, data: new Uint8Array(100) });
		expect(loadedSize([nothing(meta(to), meta(key('absent')))])).toBe(64 + 164 + systemSize);
	});

	it('does not count the instructions sysvar', () => {
		expect(loadedSize([nothing(meta(sysvarIds.instructions))])).toBe(64 + systemSize);
	});

	it('counts the programdata of a program once, and not again where the message names it', () => {
		const programdata = key('programdata');
		const state = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: programdata });
		const owner = programIds.bpfLoaderUpgradeable;
		bank.set(key('p1'), { lamports: 1n, data: state, owner });
		bank.set(key('p2'), { lamports: 1n, data: state.slice(), owner });
		bank.set(programdata, { lamports: 1n, data: new Uint8Array(1000), owner });
		const programs = 2 * (64 + 36);
		expect(loadedSize([nothing(meta(key('p1')), meta(key('p2')))])).toBe(64 + systemSize + programs + 1064);
		expect(loadedSize([nothing(meta(key('p1')), meta(key('p2')), meta(programdata))])).toBe(
			64 + systemSize + programs + 1064,
		);
	});

	it('beyond the limit costs the fee', () => {
		bank.set(to, { lamports: EXEMPT_0, data: new Uint8Array(1000) });
		const outcome = bank.send(payer, [budget(4, 1200), nothing(meta(to))]);
		expect(outcome.result).toMatchObject({
			kind: 'feesOnly',
			error: TransactionError.MaxLoadedAccountsDataSizeExceeded,
			loadedAccountsDataSize: bank.features.defineLtdsFeeOnlySemantics ? 1200 : 0,
		});
		expect(bank.lamports(payer)).toBe(1_000_000_000n - 5000n);
		expect(bank.send(payer, [budget(4, 1300), nothing(meta(to))]).error).toBeNull();
	});

	it('counts 8248 bytes a lookup table', () => {
		const legacy = compileLegacyMessage(payer, [nothing()], bank.blockhash);
		const lookup = {
			accountKey: key('table'),
			writableIndexes: new Uint8Array(),
			readonlyIndexes: new Uint8Array(),
		};
		const message = new SanitizedMessage(
			{ ...legacy, version: 0, addressTableLookups: [lookup, lookup] },
			NO_LOADED_ADDRESSES,
			reservedAccountKeys(FeatureSet.mainnet()),
		);
		const { result } = bank.run(
			new SanitizedTransaction([new Uint8Array(64)], Hash.default, message, false, new Uint8Array()),
		);
		if (result.kind !== 'executed') throw new Error(result.kind);
		expect(result.loadedTransaction.loadedAccountsDataSize).toBe(64 + systemSize + 2 * 8248);
	});
});

describe('a failed transaction', () => {
	it('changes nothing but the fee', () => {
		const outcome = bank.send(payer, [pay(), pay(2n ** 50n)]);
		expect(outcome.error).toEqual(TransactionError.InstructionError(1, InstructionError.Custom(1)));
		expect(bank.getAccountSharedData(to)).toBeNull();
		expect(bank.lamports(payer)).toBe(1_000_000_000n - 5000n);
		if (outcome.result.kind !== 'executed') throw new Error(outcome.result.kind);
		expect(outcome.result.execution.accountsDataLenDelta).toBe(0);
	});

	it('at its compute budget has used all of it', () => {
		const outcome = bank.send(payer, [budget(2, 200), pay()]);
		expect(outcome.error).toEqual(
			TransactionError.InstructionError(1, InstructionError.ComputationalBudgetExceeded),
		);
		expect(outcome.units).toBe(200);
	});
});

describe('a successful transaction', () => {
	it('says by how much account data grew and how much was given up', () => {
		bank.set(to, { lamports: 10n * EXEMPT_0, data: new Uint8Array() });
		const outcome = bank.send(payer, [system.allocate([meta(to, 'sw')], 30n)]);
		if (outcome.result.kind !== 'executed') throw new Error(outcome.result.kind);
		expect(outcome.result.execution.accountsDataLenDelta).toBe(30);
		expect(outcome.result.execution.accountsUninitializedSize).toBe(0);
	});

	it('does not store what it did not change', () => {
		bank.set(to, { lamports: 10n * EXEMPT_0 });
		const before = bank.getAccountSharedData(to);
		expect(bank.send(payer, [system.assign([meta(to, 'sw')], programIds.systemProgram)]).error).toBeNull();
		expect(bank.getAccountSharedData(to)).toBe(before);
	});

	it('may leave the incinerator with any balance', () => {
		const burn = system.transfer([meta(payer, 'sw'), meta(programIds.incinerator, 'w')], 1n);
		expect(bank.send(payer, [burn]).error).toBeNull();
	});
});

describe('rent states', () => {
	it('let no account become rent paying', () => {
		expect(bank.send(payer, [pay(1n)]).error).toEqual(TransactionError.InsufficientFundsForRent(1));
	});

	it.each([
		[true, null],
		[false, TransactionError.InsufficientFundsForRent(1)],
	])('a rent-paying account may be credited only with SIMD-0392 (%s)', (relax, error) => {
		bank.features = { ...bank.features, relaxPostExecMinBalanceCheck: relax };
		bank.set(to, { lamports: 100n });
		expect(bank.send(payer, [pay(1n)]).error).toEqual(error);
	});
});

describe('logs', () => {
	it('are cut at the limit', () => {
		const chatty = key('chatty');
		bank.set(chatty, { lamports: 1n, owner: programIds.nativeLoader, executable: true });
		bank.processor.addBuiltin(chatty, 'chatty', (invokeContext) => {
			invokeContext.computeMeter.consumeChecked(1);
			invokeContext.icMsg('x'.repeat(9_000));
			invokeContext.icMsg('y'.repeat(1_000));
		});
		const outcome = bank.send(payer, [{ programId: chatty, accounts: [], data: new Uint8Array() }]);
		expect(outcome.logs.map((line) => line.slice(0, 13))).toEqual([
			`Program ${chatty.toBase58().slice(0, 5)}`,
			'xxxxxxxxxxxxx',
			'Log truncated',
			`Program ${chatty.toBase58().slice(0, 5)}`,
		]);
	});

	it('are not collected unless asked for', () => {
		const message = compileLegacyMessage(payer, [pay()], bank.blockhash);
		const result = bank.processor.loadAndExecuteSanitizedTransaction(
			bank,
			bank.sanitize(message),
			{
				nonceAddress: null,
				budget: bankBudget,
				loadedAccountsDataSizeLimit: 1_000_000,
				feeDetails: { transactionFee: 5000n, prioritizationFee: 0n },
			},
			bank.environment(),
			{ logBytesLimit: null, recordLogs: false, recordInnerInstructions: false, recordReturnData: false },
		);
		expect(result).toMatchObject({
			kind: 'executed',
			execution: { status: null, logMessages: null, innerInstructions: null, returnData: null },
		});
	});
});
