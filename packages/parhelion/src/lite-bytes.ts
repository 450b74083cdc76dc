/**
 * A `LiteSVM` as bytes: accounts, features, settings, stakes, transaction history.
 *
 * The format is this project's own: it is not that of the original, and neither reads the other's. It starts
 * with a mark and a version and ends with the SHA-256 of everything before, so that bytes that are cut off,
 * damaged or foreign are told apart from a state. Programs are not stored a second time: they are loaded from
 * their accounts. Custom syscalls are functions and cannot be stored; they are lent anew after loading.
 */
import { sha256 } from '@parhelion/crypto';
import { signatureKey } from '@parhelion/runtime';
import {
	ByteReader,
	ByteWriter,
	bytesEqual,
	catchFault,
	createAccount,
	FeatureSet,
	INSTRUCTION_ERRORS,
	InstructionError,
	type Pubkey,
	sysvarIds,
	TRANSACTION_ERRORS,
	TransactionError,
	type WireError,
	wireErrorText,
} from '@parhelion/sdk';
import type { JitMode } from '@parhelion/svm';
import { ComputeBudget } from './compute-budget.ts';
import { LiteBank } from './lite-bank.ts';
import { LiteCore, type LiteOutcome } from './lite-core.ts';
import { liteFeatures, setBuiltins } from './lite-genesis.ts';
import { TransactionHistory } from './transaction-history.ts';
import {
	FailedTransactionMetadata,
	type TransactionFacts,
	TransactionMetadata,
} from './transaction-metadata.ts';

/** What a state begins with. */
const MARK = new TextEncoder().encode('PARHELION LITESVM\n');
/** Raised by every change of the format. */
const VERSION = 1;
const HASH_BYTES = 32;
const HEADER_BYTES = MARK.length + 4;
const JIT_MODES: readonly JitMode[] = ['auto', 'eager', 'off'];
/** Lengths that are there only if something is: `None` in `usize` fields. */
const NO_LIMIT = (1n << 64n) - 1n;

/** Everything an instance consists of. */
export interface LiteState {
	readonly core: LiteCore;
	/** Seed of the airdrop account, once it was needed. */
	readonly airdropSeed: Uint8Array | null;
	readonly airdropLamports: bigint | null;
}

/** The state as bytes. */
export function encodeState(state: LiteState): Uint8Array {
	const { core } = state;
	const w = new ByteWriter(1 << 20);
	w.raw(MARK).u32(VERSION);
	w.bool(core.sigverify).bool(core.blockhashCheck).u8(JIT_MODES.indexOf(core.jit));
	w.u64(core.logBytesLimit === null ? NO_LIMIT : BigInt(core.logBytesLimit));
	w.raw(core.latestBlockhash.bytes);
	w.option(state.airdropSeed, (_w, seed) => w.raw(seed));
	w.option(state.airdropLamports, (_w, lamports) => w.u64(lamports));
	w.option(core.computeBudget, (_w, budget) => text(w, JSON.stringify([budget.toBudget(), budget.toCost()])));
	features(w, core.features.set);
	w.option(core.bank.builtinsInput, (_w, input) => {
		features(w, input.featureSet);
		w.option(input.budget, (_inner, budget) => text(w, JSON.stringify([budget, {}])));
	});
	const stakes = [...core.stakes.entries()];
	w.length64(stakes.length);
	for (const [vote, lamports] of stakes) w.raw(vote.bytes).u64(lamports);
	w.length64(core.bank.accounts.size);
	for (const [pubkey, account] of core.bank.accounts.entries()) {
		w.raw(pubkey.bytes).u64(account.lamports).raw(account.owner.bytes);
		w.bool(account.executable).u64(account.rentEpoch).length64(account.data.length).raw(account.data);
	}
	const [indices, entries] = core.history.capacityParts;
	w.u64(BigInt(indices)).u64(BigInt(entries));
	const outcomes = [...core.history.entries()];
	w.length64(outcomes.length);
	for (const [, outcome] of outcomes) encodeOutcome(w, outcome);
	const body = w.finish();
	return new ByteWriter(body.length + HASH_BYTES).raw(body).raw(sha256(body)).finish();
}

/** The state in `bytes`. RangeError that says what is wrong with them. */
export function decodeState(bytes: Uint8Array): LiteState {
	if (bytes.length < HEADER_BYTES || !bytesEqual(bytes.subarray(0, MARK.length), MARK)) {
		throw new RangeError('these bytes are no saved state: they do not begin as toBytes() begins');
	}
	const version = new ByteReader(bytes, MARK.length).u32();
	if (version !== VERSION) {
		throw new RangeError(`the state was saved in version ${version} of the format; this can read ${VERSION}`);
	}
	const end = bytes.length - HASH_BYTES;
	if (end < HEADER_BYTES || !bytesEqual(sha256(bytes.subarray(0, end)), bytes.subarray(end))) {
		throw new RangeError('the saved state is cut off or damaged: its checksum does not match');
	}
	const decoded = catchFault<LiteState, WireError>(() => {
		const reader = new ByteReader(bytes.subarray(0, end), HEADER_BYTES);
		const state = readState(reader);
		if (reader.remaining > 0) throw new RangeError('the saved state has bytes left over');
		return state;
	});
	if (!decoded.ok) throw new RangeError(`the saved state does not decode: ${wireErrorText(decoded.error)}`);
	return decoded.value;
}

function readState(r: ByteReader): LiteState {
	const sigverify = r.bool();
	const blockhashCheck = r.bool();
	const jit = JIT_MODES[r.u8()];
	if (jit === undefined) throw new RangeError('the saved state names an unknown mode of the compiler');
	const limit = r.u64();
	const latestBlockhash = r.hash();
	const airdropSeed = r.option(() => r.copy(32));
	const airdropLamports = r.option(() => r.u64());
	const computeBudget = r.option(() => readBudget(r));
	const featureSet = liteFeatures(readFeatures(r));
	const bank = new LiteBank();
	r.option(() => {
		const builtinsFeatures = liteFeatures(readFeatures(r));
		setBuiltins(
			bank,
			builtinsFeatures,
			r.option(() => readBudget(r).toBudget()),
		);
	});
	const core = new LiteCore(bank, featureSet);
	for (let i = r.length64(); i > 0; i--) core.stakes = core.stakes.with(r.pubkey(), r.u64());
	readAccounts(r, bank);
	const capacity = [Number(r.u64()), Number(r.u64())] as const;
	const outcomes: (readonly [string, LiteOutcome])[] = [];
	for (let i = r.length64(); i > 0; i--) outcomes.push(decodeOutcome(r));
	core.history = TransactionHistory.restore(capacity, outcomes);
	core.sigverify = sigverify;
	core.blockhashCheck = blockhashCheck;
	core.jit = jit;
	core.logBytesLimit = limit === NO_LIMIT ? null : Number(limit);
	core.latestBlockhash = latestBlockhash;
	core.computeBudget = computeBudget;
	return { core, airdropSeed, airdropLamports };
}

function readAccounts(r: ByteReader, bank: LiteBank): void {
	const accounts: (readonly [Pubkey, ReturnType<typeof createAccount>])[] = [];
	for (let i = r.length64(); i > 0; i--) {
		const pubkey = r.pubkey();
		const fields = { lamports: r.u64(), owner: r.pubkey(), executable: r.bool(), rentEpoch: r.u64() };
		accounts.push([pubkey, createAccount({ ...fields, data: r.copy(r.length64()) })]);
	}
	// The accounts of builtins that were deleted must not come back with the builtins.
	for (const [pubkey] of [...bank.accounts.entries()]) bank.accounts.delete(pubkey);
	// Stored first, so that programs find the clock and their programdata; then loaded.
	for (const [pubkey, account] of accounts) bank.accounts.store(pubkey, account);
	const isSysvar = ([, { owner }]: (typeof accounts)[number]): boolean => owner.equals(sysvarIds.owner);
	bank.syncAccounts(accounts.filter(isSysvar));
	bank.syncAccounts(accounts.filter(([, account]) => account.executable && account.lamports > 0n));
}

function text(w: ByteWriter, value: string): void {
	const bytes = new TextEncoder().encode(value);
	w.length64(bytes.length).raw(bytes);
}

function readText(r: ByteReader): string {
	return new TextDecoder().decode(r.take(r.length64()));
}

function readBudget(r: ByteReader): ComputeBudget {
	let parsed: unknown;
	try {
		parsed = JSON.parse(readText(r));
	} catch {
		parsed = null;
	}
	if (!Array.isArray(parsed)) throw new RangeError('the saved state has a compute budget that is none');
	return ComputeBudget.fromParts(parsed[0], parsed[1]);
}

function features(w: ByteWriter, set: FeatureSet): void {
	const active = [...set.activeFeatures()];
	w.length64(active.length);
	for (const [id, slot] of active) w.raw(id.bytes).u64(slot);
	const inactive = [...set.inactiveFeatures()];
	w.length64(inactive.length);
	for (const id of inactive) w.raw(id.bytes);
}

function readFeatures(r: ByteReader): FeatureSet {
	const set = FeatureSet.default();
	for (let i = r.length64(); i > 0; i--) set.activate(r.pubkey(), r.u64());
	for (let i = r.length64(); i > 0; i--) set.deactivate(r.pubkey());
	return set;
}

function encodeOutcome(w: ByteWriter, outcome: LiteOutcome): void {
	const error = outcome instanceof FailedTransactionMetadata ? outcome.transactionError() : null;
	const facts = (outcome instanceof FailedTransactionMetadata ? outcome.meta() : outcome).toFacts();
	w.option(error, (_w, failure) => encodeError(w, failure));
	w.raw(facts.signature).length64(facts.logs.length);
	for (const line of facts.logs) text(w, line);
	w.length64(facts.innerInstructions.length);
	for (const inners of facts.innerInstructions) {
		w.length64(inners.length);
		for (const { instruction, stackHeight } of inners) {
			w.u8(instruction.programIdIndex).length64(instruction.accounts.length).raw(instruction.accounts);
			w.length64(instruction.data.length).raw(instruction.data).u32(stackHeight);
		}
	}
	w.u64(BigInt(facts.computeUnitsConsumed)).raw(facts.returnData.programId.bytes);
	w.length64(facts.returnData.data.length).raw(facts.returnData.data).u64(facts.fee);
}

function decodeOutcome(r: ByteReader): readonly [string, LiteOutcome] {
	const error = r.option(() => decodeError(r));
	const signature = r.copy(64);
	const logs: string[] = [];
	for (let i = r.length64(); i > 0; i--) logs.push(readText(r));
	const innerInstructions: TransactionFacts['innerInstructions'][number][] = [];
	for (let i = r.length64(); i > 0; i--) {
		const inners: TransactionFacts['innerInstructions'][number][number][] = [];
		for (let j = r.length64(); j > 0; j--) {
			const instruction = {
				programIdIndex: r.u8(),
				accounts: r.copy(r.length64()),
				data: r.copy(r.length64()),
			};
			inners.push({ instruction, stackHeight: r.u32() });
		}
		innerInstructions.push(inners);
	}
	const facts: TransactionFacts = {
		signature,
		logs,
		innerInstructions,
		computeUnitsConsumed: Number(r.u64()),
		returnData: { programId: r.pubkey(), data: r.copy(r.length64()) },
		fee: r.u64(),
	};
	const outcome =
		error === null ? new TransactionMetadata(facts) : new FailedTransactionMetadata(error, facts);
	return [signatureKey(signature), outcome];
}

function encodeError(w: ByteWriter, error: TransactionError): void {
	text(w, error.kind);
	if (error.kind === 'InstructionError') {
		w.u8(error.index);
		text(w, error.error.kind);
		if (error.error.kind === 'Custom') w.u32(error.error.code);
	} else if (error.kind === 'DuplicateInstruction') {
		w.u8(error.index);
	} else if ('accountIndex' in error) {
		w.u8(error.accountIndex);
	}
}

function decodeError(r: ByteReader): TransactionError {
	const name = readText(r);
	const kind = TRANSACTION_ERRORS.find((row) => row.name === name)?.name;
	switch (kind) {
		case undefined:
			throw new RangeError(`the saved state has a transaction that failed with "${name.slice(0, 40)}"`);
		case 'InstructionError': {
			const index = r.u8();
			const inner = readText(r);
			const error = INSTRUCTION_ERRORS.find((row) => row.name === inner)?.name;
			if (error === undefined) {
				throw new RangeError(`the saved state has an instruction that failed with "${inner.slice(0, 40)}"`);
			}
			const value = error === 'Custom' ? InstructionError.Custom(r.u32()) : InstructionError[error];
			return TransactionError.InstructionError(index, value);
		}
		case 'DuplicateInstruction':
			return TransactionError.DuplicateInstruction(r.u8());
		case 'InsufficientFundsForRent':
		case 'ProgramExecutionTemporarilyRestricted':
			return TransactionError[kind](r.u8());
		default:
			return TransactionError[kind];
	}
}
