/**
 * Suite `mollusk`: one instruction over given accounts, sysvars, features and prices, as the Mollusk harness runs it.
 *
 * A row is a fixture's `input` (see `mollusk/fixture.ts`) with `programs`: `[{id, loader, path}]`, the ELFs that
 * are deployed. There is no transaction around the instruction: no fee, no fee payer, no reserved accounts, no rent check.
 * After a failure the accounts are as before. The result has upstream's names; `program_result` is the number
 * of the error, 2^64 - 1 for one that programs cannot return.
 *
 * Source: crate `mollusk-svm`, `lib.rs` (`process_instruction`), `compile_accounts.rs`, `sysvar.rs`.
 */
import { readFileSync } from 'node:fs';
import { Arena } from '@parhelion/sbpf';
import {
	type AccountSharedData,
	createAccount,
	FEATURES,
	FeatureSet,
	featureId,
	Hash,
	type InstructionError,
	instructionErrorFromU64,
	type LegacyMessage,
	NO_LOADED_ADDRESSES,
	Pubkey,
	programIds,
	type RuntimeFeatures,
	resolveRuntimeFeatures,
	SanitizedMessage,
	sysvarIds,
	U64_MAX,
} from '@parhelion/sdk';
import {
	constructInstructionsAccount,
	createProgramRuntimeEnvironment,
	DEFAULT_EXECUTION_COST,
	enabledBuiltins,
	InvokeContext,
	type KeyedAccountSharedData,
	newBudgetWithDefaults,
	ProgramCacheEntry,
	ProgramCacheForTxBatch,
	type ProgramRuntimeEnvironment,
	processMessage,
	programCacheEntryOwner,
	type SVMTransactionExecutionBudget,
	type SVMTransactionExecutionCost,
	TransactionContext,
} from '@parhelion/svm';
import { sysvarCacheOf } from '../mollusk/sysvars.ts';
import { bytesToHex, type JsonObject, type Row, RowError, toInteger } from '../row.ts';
import type { Engine, Suite } from '../suite.ts';

const LAMPORTS_PER_SIGNATURE = 5000n;
const NO_STAKE = { getEpochStake: () => 0n, getEpochStakeForVoteAccount: () => 0n };

const arena = new Arena();

/** Features by the first eight bytes of their id, which is how fixtures name them. */
const featureByPrefix: ReadonlyMap<bigint, Pubkey> = new Map(
	FEATURES.map(({ name }) => {
		const id = featureId(name);
		return [new DataView(id.bytes.buffer, id.bytes.byteOffset, 8).getBigUint64(0, true), id];
	}),
);

function featuresOf(input: Row): FeatureSet {
	const features = FeatureSet.default();
	for (const value of input.row('feature_set').list('features')) {
		// Features that this version no longer knows, or never did, have no effect.
		const id = featureByPrefix.get(toInteger(value, 'features'));
		if (id !== undefined) features.activate(id, 0n);
	}
	return features;
}

/** A table of numbers with those of the fixture's compute budget in place of the defaults. */
function overlay<K extends string>(defaults: Readonly<Record<K, number>>, given: Row): Record<K, number> {
	const table: Record<K, number> = { ...defaults };
	for (const name of Object.keys(defaults) as K[]) {
		if (given.has(name)) table[name] = Number(given.integer(name));
	}
	return table;
}

function pubkeyOf(row: Row, name: string): Pubkey {
	return Pubkey.fromBytes(row.hex(name));
}

function accountOf(row: Row): KeyedAccountSharedData {
	const account = createAccount({
		lamports: row.integer('lamports', 0n),
		data: row.hex('data'),
		owner: pubkeyOf(row, 'owner'),
		executable: row.flag('executable', false),
		rentEpoch: row.integer('rent_epoch', 0n),
	});
	return [pubkeyOf(row, 'address'), account];
}

/** An instruction account by its address, with the privileges of all its mentions. */
interface CompiledKey {
	readonly key: Pubkey;
	isSigner: boolean;
	isWritable: boolean;
}

/** The message of the one instruction, without a fee payer (upstream: `Message::new`). */
function messageOf(input: Row, accounts: readonly KeyedAccountSharedData[]): LegacyMessage {
	const programId = pubkeyOf(input, 'program_id');
	const mentions = input.rows('instr_accounts').map((row) => {
		const account = accounts[Number(row.integer('index', 0n))];
		if (account === undefined) throw new RowError('instr_accounts: index: no such account');
		return {
			key: account[0],
			isSigner: row.flag('is_signer', false),
			isWritable: row.flag('is_writable', false),
		};
	});
	const compiled = new Map<string, CompiledKey>();
	const program = { key: programId, isSigner: false, isWritable: false };
	for (const { key, isSigner, isWritable } of [...mentions, program]) {
		const known = compiled.get(key.key);
		if (known === undefined) {
			compiled.set(key.key, { key, isSigner, isWritable });
			continue;
		}
		known.isSigner ||= isSigner;
		known.isWritable ||= isWritable;
	}
	const rank = (of: CompiledKey): number => (of.isSigner ? 0 : 2) + (of.isWritable ? 0 : 1);
	const order = (a: CompiledKey, b: CompiledKey): number => {
		return rank(a) - rank(b) || (a.key.key < b.key.key ? -1 : 1);
	};
	const sorted = [...compiled.values()].sort(order);
	const count = (at: number): number => sorted.filter((one) => rank(one) === at).length;
	const keys = sorted.map(({ key }) => key);
	const indexOf = (key: Pubkey): number => keys.findIndex((one) => one.equals(key));
	return {
		version: 'legacy',
		header: {
			numRequiredSignatures: count(0) + count(1),
			numReadonlySignedAccounts: count(1),
			numReadonlyUnsignedAccounts: count(3),
		},
		accountKeys: keys,
		recentBlockhash: Hash.default,
		instructions: [
			{
				programIdIndex: indexOf(programId),
				accounts: Uint8Array.from(mentions, ({ key }) => indexOf(key)),
				data: input.hex('data'),
			},
		],
	};
}

/** The ELFs read so far, by path. */
const elfs = new Map<string, Uint8Array>();

function elfAt(path: string): Uint8Array {
	let elf = elfs.get(path);
	if (elf === undefined) {
		elf = new Uint8Array(readFileSync(path));
		elfs.set(path, elf);
	}
	return elf;
}

/** What the fixtures of one file set have in common: verifying a program costs more than running it. */
interface World {
	readonly environment: ProgramRuntimeEnvironment;
	readonly features: RuntimeFeatures;
	readonly programs: ProgramCacheForTxBatch;
}

const worlds = new Map<string, World>();

function worldOf(row: Row, input: Row, budget: SVMTransactionExecutionBudget): World {
	const programs = row.rows('programs');
	const { max_call_depth, stack_frame_size } = budget;
	const key = JSON.stringify([
		// The fixtures list them in no order.
		input.row('feature_set').list('features').toSorted(),
		row.list('programs'),
		max_call_depth,
		stack_frame_size,
	]);
	const known = worlds.get(key);
	if (known !== undefined) return known;
	const featureSet = featuresOf(input);
	const features = resolveRuntimeFeatures(featureSet);
	const environment = createProgramRuntimeEnvironment(features, budget, false, false);
	// The harness lets programs of slot 0 run in slot 0.
	const cache = new ProgramCacheForTxBatch(1n);
	for (const { programId, name, entrypoint } of enabledBuiltins(featureSet)) {
		cache.replenish(programId, ProgramCacheEntry.newBuiltin(0n, name, entrypoint));
	}
	for (const program of programs) {
		const owner = programCacheEntryOwner(Pubkey.fromBase58(program.text('loader')));
		if (owner === null) throw new RowError('programs: loader: no such loader');
		const loaded = ProgramCacheEntry.load(owner, environment, 0n, elfAt(program.text('path')));
		if (!loaded.ok) throw new RowError(`programs: ${program.text('path')}: ${JSON.stringify(loaded.error)}`);
		cache.replenish(Pubkey.fromBase58(program.text('id')), loaded.value);
	}
	const world = { environment, features, programs: cache };
	worlds.set(key, world);
	return world;
}

/** The account of a program that the fixture does not give. */
function programStub(row: Row, id: Pubkey): AccountSharedData {
	const program = row.rows('programs').find((one) => id.equals(Pubkey.fromBase58(one.text('id'))));
	const loader = program === undefined ? programIds.nativeLoader : Pubkey.fromBase58(program.text('loader'));
	return createAccount({ owner: loader, executable: true });
}

function transactionAccounts(
	row: Row,
	message: SanitizedMessage,
	given: readonly KeyedAccountSharedData[],
): KeyedAccountSharedData[] {
	const programId = pubkeyOf(row.row('input'), 'program_id');
	return message.accountKeys.map((key) => {
		const found = given.find(([address]) => address.equals(key));
		if (found !== undefined) return [key, found[1]];
		if (key.equals(programId)) return [key, programStub(row, key)];
		const instructions = key.equals(sysvarIds.instructions) ? constructInstructionsAccount(message) : null;
		if (instructions === null) throw new RowError(`accounts: ${key.toBase58()} is missing`);
		return [key, instructions];
	});
}

/** Errors that a program can return, by name, with their numbers. */
const programErrorNumbers: ReadonlyMap<string, bigint> = new Map(
	Array.from({ length: 64 }, (_, i): [string, bigint] => {
		const number = BigInt(i + 2) << 32n;
		return [instructionErrorFromU64(number).kind, number];
	}).filter(([kind]) => kind !== 'InvalidError'),
);

function programResult(error: InstructionError | null): bigint {
	if (error === null) return 0n;
	if ('code' in error) return error.code === 0 ? 1n << 32n : BigInt(error.code);
	// Upstream's conversion to what a program returns has one error for the two.
	const kind = error.kind === 'MissingAccount' ? 'NotEnoughAccountKeys' : error.kind;
	return programErrorNumbers.get(kind) ?? U64_MAX;
}

function hex(value: bigint): string {
	return `0x${value.toString(16)}`;
}

function accountToJson([address, account]: KeyedAccountSharedData): JsonObject {
	return {
		address: bytesToHex(address.bytes),
		lamports: hex(account.lamports),
		data: bytesToHex(account.data),
		executable: account.executable,
		owner: bytesToHex(account.owner.bytes),
	};
}

function runMolluskRow(row: Row, engine: Engine): JsonObject {
	const input = row.row('input');
	const given = input.rows('accounts').map(accountOf);
	const message = new SanitizedMessage(messageOf(input, given), NO_LOADED_ADDRESSES, new Set());
	const accounts = transactionAccounts(row, message, given);
	const prices = input.row('compute_budget');
	const budget: SVMTransactionExecutionBudget = overlay({ ...newBudgetWithDefaults(true) }, prices);
	const cost: SVMTransactionExecutionCost = overlay({ ...DEFAULT_EXECUTION_COST }, prices);
	const { environment, features, programs } = worldOf(row, input, budget);
	const { cache, rent } = sysvarCacheOf(input.row('sysvars'), given);
	const context = new TransactionContext(
		accounts,
		rent,
		budget.max_instruction_stack_depth,
		budget.max_instruction_trace_length,
		1,
	);
	const invokeContext = new InvokeContext(
		context,
		programs,
		{
			blockhash: Hash.default,
			blockhashLamportsPerSignature: LAMPORTS_PER_SIGNATURE,
			alpenglowMigrationSucceeded: false,
			epochStakeCallback: NO_STAKE,
			featureSet: features,
			programRuntimeEnvironments: { execution: environment, deployment: environment },
			sysvarCache: cache,
			jit: engine === 'jit' ? 'eager' : 'off',
		},
		null,
		budget,
		cost,
		arena,
	);
	const failure = processMessage(message, invokeContext);
	programs.drainModifiedEntries();
	const after = (pair: KeyedAccountSharedData): KeyedAccountSharedData => {
		const index = failure === null ? context.findIndexOfAccount(pair[0]) : -1;
		return index < 0 ? pair : [pair[0], context.accounts.list[index]!.toAccountSharedData()];
	};
	return {
		program_result: hex(programResult(failure === null ? null : failure.error)),
		compute_units_consumed: hex(BigInt(budget.compute_unit_limit - invokeContext.getRemaining())),
		return_data: bytesToHex(context.getReturnData().data),
		resulting_accounts: given.map((pair) => accountToJson(after(pair))),
	};
}

export const molluskSuite: Suite = {
	name: 'mollusk',
	run: runMolluskRow,
};
