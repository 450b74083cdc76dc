/**
 * Owns the reading of a CPI's arguments from the caller's memory: instruction, signer seeds, account infos;
 * in Rust's layout and in C's.
 *
 * Source: solana-program-runtime 4.3.0, cpi.rs (`translate_instruction_*`, `translate_signers`,
 * `translate_account_infos`, `translate_accounts_common`); solana-stable-layout (`StableInstruction`).
 */

import { type Arena, MM_INPUT_START } from '@parhelion/sbpf';
import { Fault, InstructionError, Pubkey, Slab } from '@parhelion/sdk';
import { InstructionAccount } from './borrowed-instruction-account.ts';
import {
	type CallerAccount,
	type CpiEnvironment,
	consumeBytes,
	fromAccountInfo,
	fromSolAccountInfo,
	type TranslateAccountInfo,
} from './cpi-caller-account.ts';
import { type CpiInstruction, UNKNOWN } from './cpi-instruction.ts';
import { MAX_ACCOUNTS_PER_INSTRUCTION, MAX_INSTRUCTION_DATA_LEN } from './execution-budget.ts';
import { type InstructionContext, NO_INDEX } from './instruction-context.ts';
import { translateSlice, translateType } from './memory.ts';
import { deriveProgramAddress, MAX_SEED_LEN, MAX_SEEDS, seedBytes } from './pda.ts';
import { cpiFault } from './program-error.ts';
import { readU64, saturatingAdd, saturatingMul, type U64, unitsPer } from './u64.ts';

/** Most signers derived from seeds. */
const MAX_SIGNERS = 16;
/** Most account infos of one CPI. */
const MAX_CPI_ACCOUNT_INFOS = 255;
/** Bytes charged for an account info: key, owner, lamports, data length (SIMD-0339). */
const ACCOUNT_INFO_BYTE_SIZE = 80;
/** Bytes charged for an account meta, whatever its layout. */
const ACCOUNT_META_BYTE_SIZE = 34;

/** How one language lays out the arguments of a CPI. */
export interface CpiAbi {
	readonly translateInstruction: (env: CpiEnvironment, addr: U64) => CpiInstruction;
	/** Bytes of an account info; its key's address comes first. */
	readonly accountInfoSize: number;
	readonly translateAccountInfo: TranslateAccountInfo;
}

/** An account of the callee with its place in the caller. */
export interface TranslatedAccount {
	readonly indexInCaller: number;
	readonly callerAccount: CallerAccount;
	updateCallerAccountRegion: boolean;
	readonly updateCallerAccountInfo: boolean;
}

/** Fails with `MaxInstructionAccountsExceeded`, `MaxInstructionDataLenExceeded`. */
function checkInstructionSize(numAccounts: U64, dataLen: U64): void {
	if (numAccounts > MAX_ACCOUNTS_PER_INSTRUCTION) {
		throw cpiFault({
			kind: 'MaxInstructionAccountsExceeded',
			numAccounts,
			maxAccounts: MAX_ACCOUNTS_PER_INSTRUCTION,
		});
	}
	if (dataLen > MAX_INSTRUCTION_DATA_LEN) {
		throw cpiFault({ kind: 'MaxInstructionDataLenExceeded', dataLen, maxDataLen: MAX_INSTRUCTION_DATA_LEN });
	}
}

/** Pays for instruction data and account metas. Fails with `ComputationalBudgetExceeded`. */
function consumeInstruction(env: CpiEnvironment, numAccounts: number, dataLen: number): void {
	const { invokeContext } = env;
	const perUnit = invokeContext.getExecutionCost().cpi_bytes_per_unit;
	invokeContext.computeMeter.consumeChecked(
		unitsPer(dataLen, perUnit) + unitsPer(numAccounts * ACCOUNT_META_BYTE_SIZE, perUnit),
	);
}

/** The data of instructions, which the trace keeps. */
const instructionData = new Slab(4 * 1024);
/** Up to so many bytes a loop is faster than the view of the arena that a copy by the engine needs. */
const SHORT_DATA = 64;

/** A copy of `len` bytes at arena offset `host`. */
function copyData(arena: Arena, host: number, len: number): Uint8Array {
	const data = instructionData.bytes(len);
	const { u8 } = arena;
	if (len > SHORT_DATA) data.set(u8.subarray(host, host + len));
	else for (let i = 0; i < len; i++) data[i] = u8[host + i]!;
	return data;
}

/** The 32 bytes at `host`, which are no account of the transaction, as an address. */
function unknownAt({ invokeContext }: CpiEnvironment, host: number): Pubkey {
	return Pubkey.recent(invokeContext.arena.u8, host);
}

/** Fails with `InvalidArgument` unless both flags of an account meta are 0 or 1. */
function checkFlags(u8: Uint8Array, signerAt: number, writableAt: number): void {
	if (u8[signerAt]! > 1 || u8[writableAt]! > 1) throw new Fault(InstructionError.InvalidArgument);
}

function cpiInstruction(
	env: CpiEnvironment,
	programId: number,
	accounts: readonly InstructionAccount[],
	unknownAccount: Pubkey | null,
	data: Uint8Array,
): CpiInstruction {
	const { transactionContext, arena } = env.invokeContext;
	const programIndex = transactionContext.findIndexOfAccountInArena(arena, programId);
	return {
		programId:
			programIndex === UNKNOWN
				? unknownAt(env, programId)
				: transactionContext.getKeyOfAccountAtIndex(programIndex),
		programIndex,
		accounts,
		unknownAccount,
		data,
	};
}

/**
 * Rust: accounts 0 (address, capacity, length), data 24 (the same), program id 48; an account meta is key 0,
 * signer 32, writable 33.
 *
 * Fails with `AccessViolation`, `UnalignedPointer`, as the size checks, with `ComputationalBudgetExceeded`,
 * `InvalidArgument`.
 */
function translateInstructionRust(env: CpiEnvironment, addr: U64): CpiInstruction {
	const { arena } = env.invokeContext;
	const { mapping } = env;
	const host = translateType(mapping, addr, 80, env.checkAligned ? 8 : 1);
	const numAccounts = readU64(arena.view, host + 16);
	const dataLen = readU64(arena.view, host + 40);
	const metas = translateSlice(mapping, readU64(arena.view, host), numAccounts, 34, 1);
	const data = translateSlice(mapping, readU64(arena.view, host + 24), dataLen, 1, 1);
	checkInstructionSize(numAccounts, dataLen);
	consumeInstruction(env, Number(numAccounts), Number(dataLen));
	const { transactionContext } = env.invokeContext;
	const accounts: InstructionAccount[] = new Array(Number(numAccounts));
	let unknownAccount: Pubkey | null = null;
	for (let i = 0; i < accounts.length; i++) {
		const at = metas + i * 34;
		checkFlags(arena.u8, at + 32, at + 33);
		const index = transactionContext.findIndexOfAccountInArena(arena, at);
		if (index === UNKNOWN) unknownAccount ??= unknownAt(env, at);
		accounts[i] = new InstructionAccount(index, arena.u8[at + 32] === 1, arena.u8[at + 33] === 1);
	}
	return cpiInstruction(env, host + 48, accounts, unknownAccount, copyData(arena, data, Number(dataLen)));
}

/**
 * C: addresses of program id 0, accounts 8 and their number 16, data 24 and its length 32; an account meta is
 * the key's address 0, writable 8, signer 9.
 *
 * Fails as {@link translateInstructionRust}.
 */
function translateInstructionC(env: CpiEnvironment, addr: U64): CpiInstruction {
	const { arena } = env.invokeContext;
	const { mapping } = env;
	const align = env.checkAligned ? 8 : 1;
	const host = translateType(mapping, addr, 40, align);
	const programId = translateType(mapping, readU64(arena.view, host), 32, 1);
	const numAccounts = readU64(arena.view, host + 16);
	const dataLen = readU64(arena.view, host + 32);
	const metas = translateSlice(mapping, readU64(arena.view, host + 8), numAccounts, 16, align);
	const data = translateSlice(mapping, readU64(arena.view, host + 24), dataLen, 1, 1);
	checkInstructionSize(numAccounts, dataLen);
	consumeInstruction(env, Number(numAccounts), Number(dataLen));
	const { transactionContext } = env.invokeContext;
	const accounts: InstructionAccount[] = new Array(Number(numAccounts));
	let unknownAccount: Pubkey | null = null;
	for (let i = 0; i < accounts.length; i++) {
		const at = metas + i * 16;
		checkFlags(arena.u8, at + 9, at + 8);
		const key = translateType(mapping, readU64(arena.view, at), 32, 1);
		const index = transactionContext.findIndexOfAccountInArena(arena, key);
		if (index === UNKNOWN) unknownAccount ??= unknownAt(env, key);
		accounts[i] = new InstructionAccount(index, arena.u8[at + 9] === 1, arena.u8[at + 8] === 1);
	}
	return cpiInstruction(env, programId, accounts, unknownAccount, copyData(arena, data, Number(dataLen)));
}

/** `sol_invoke_signed_rust` */
export const RUST_ABI: CpiAbi = {
	translateInstruction: translateInstructionRust,
	accountInfoSize: 48,
	translateAccountInfo: fromAccountInfo,
};

/** `sol_invoke_signed_c` */
export const C_ABI: CpiAbi = {
	translateInstruction: translateInstructionC,
	accountInfoSize: 56,
	translateAccountInfo: fromSolAccountInfo,
};

/**
 * The addresses that lists of seeds make of `programId`; each signs the CPI.
 *
 * Fails with `AccessViolation`, `UnalignedPointer`, `TooManySigners`, `MaxSeedLengthExceeded` (too many
 * seeds), `BadSeeds`.
 */
export function translateSigners(env: CpiEnvironment, programId: Pubkey, addr: U64, count: U64): Pubkey[] {
	const signers: Pubkey[] = [];
	if (count === 0) return signers;
	const { arena } = env.invokeContext;
	const { mapping } = env;
	const align = env.checkAligned ? 8 : 1;
	const lists = translateSlice(mapping, addr, count, 16, align);
	if (count > MAX_SIGNERS) throw cpiFault({ kind: 'TooManySigners' });
	for (let i = 0; i < Number(count); i++) {
		const numSeeds = readU64(arena.view, lists + 16 * i + 8);
		const seeds = translateSlice(mapping, readU64(arena.view, lists + 16 * i), numSeeds, 16, align);
		if (numSeeds > MAX_SEEDS) throw new Fault(InstructionError.MaxSeedLengthExceeded);
		let length = 0;
		let isTooLong = false;
		for (let k = 0; k < Number(numSeeds); k++) {
			const len = readU64(arena.view, seeds + 16 * k + 8);
			const at = translateSlice(mapping, readU64(arena.view, seeds + 16 * k), len, 1, 1);
			isTooLong ||= len > MAX_SEED_LEN;
			if (isTooLong) continue;
			for (let j = 0; j < Number(len); j++) seedBytes[length++] = arena.u8[at + j]!;
		}
		if (isTooLong) throw cpiFault({ kind: 'BadSeeds', error: 'MaxSeedLengthExceeded' });
		const address = deriveProgramAddress(length, programId.bytes, 0);
		if (address === null) throw cpiFault({ kind: 'BadSeeds', error: 'InvalidSeeds' });
		signers.push(Pubkey.recent(address));
	}
	return signers;
}

/** Takes over what the caller changed of an account; answers whether the caller's region must be renewed. */
type UpdateCallee = (
	env: CpiEnvironment,
	caller: InstructionContext,
	callerAccount: CallerAccount,
	indexInCaller: number,
) => boolean;

/**
 * Finds the account infos of the callee's accounts. `updateCallee` is called for each account where
 * `syscall_parameter_address_restrictions` is off (with it, the caller does so afterwards).
 *
 * Fails with `InvalidPointer`, `AccessViolation`, `UnalignedPointer`, `MaxInstructionAccountInfosExceeded`,
 * `ComputationalBudgetExceeded`, `MissingAccount` (logged), as the account infos.
 */
export function translateAccounts(
	env: CpiEnvironment,
	abi: CpiAbi,
	infosAddr: U64,
	numInfos: U64,
	updateCallee: UpdateCallee,
): TranslatedAccount[] {
	const { invokeContext, mapping, syscallParameterAddressRestrictions: restricted } = env;
	if (restricted) {
		const end = saturatingAdd(infosAddr, saturatingMul(numInfos, abi.accountInfoSize));
		if (end >= MM_INPUT_START) throw cpiFault({ kind: 'InvalidPointer' });
	}
	const infos = translateSlice(mapping, infosAddr, numInfos, abi.accountInfoSize, env.checkAligned ? 8 : 1);
	if (numInfos > MAX_CPI_ACCOUNT_INFOS) {
		throw cpiFault({
			kind: 'MaxInstructionAccountInfosExceeded',
			numAccountInfos: numInfos,
			maxAccountInfos: MAX_CPI_ACCOUNT_INFOS,
		});
	}
	consumeBytes(env, Number(numInfos) * ACCOUNT_INFO_BYTE_SIZE);
	indexAccountInfos(env, abi, infos, Number(numInfos));

	const { transactionContext } = invokeContext;
	const next = transactionContext.getNextInstructionContext();
	const caller = transactionContext.getCurrentInstructionContext();
	// No longer than it has to be: an array that grows from nothing takes room for seventeen.
	const translated: TranslatedAccount[] = new Array(next.instructionAccounts.length);
	let count = 0;
	for (let i = 0; i < next.instructionAccounts.length; i++) {
		if (next.isInstructionAccountDuplicate(i) !== null) continue;
		const instructionAccount = next.instructionAccounts[i]!;
		const { indexInTransaction } = instructionAccount;
		const indexInCaller = caller.getIndexOfAccountInInstruction(indexInTransaction);
		const account = transactionContext.accounts.list[indexInTransaction]!;
		if (account.executable) {
			consumeBytes(env, account.data.length);
			continue;
		}
		const info = infoOfAccount[indexInTransaction]!;
		if (info === NO_INFO) {
			invokeContext.icMsg(`Instruction references an unknown account ${account.key.toBase58()}`);
			throw new Fault(InstructionError.MissingAccount);
		}
		const metadata = env.memory.accountsMetadata[indexInCaller];
		if (metadata === undefined) {
			invokeContext.icMsg(`Internal error: index mismatch for account ${account.key.toBase58()}`);
			throw new Fault(InstructionError.MissingAccount);
		}
		const callerAccount = abi.translateAccountInfo(
			env,
			saturatingAdd(infosAddr, info * abi.accountInfoSize),
			infos + info * abi.accountInfoSize,
			metadata,
		);
		let updateCaller = true;
		if (restricted) consumeBytes(env, readU64(invokeContext.arena.view, callerAccount.refToLenInVm));
		else updateCaller = updateCallee(env, caller, callerAccount, indexInCaller);
		translated[count++] = {
			indexInCaller,
			callerAccount,
			updateCallerAccountRegion: instructionAccount.isWritable || updateCaller,
			updateCallerAccountInfo: instructionAccount.isWritable,
		};
	}
	translated.length = count;
	return translated;
}

const NO_INFO = NO_INDEX;

/**
 * By index in the transaction: the first account info with the account's key, or {@link NO_INFO}. Of the CPI being
 * translated: by the time another is, nobody asks for these any more.
 */
const infoOfAccount: number[] = [];

/**
 * Fills {@link infoOfAccount}.
 *
 * Fails with `AccessViolation` of a key.
 */
function indexAccountInfos(env: CpiEnvironment, abi: CpiAbi, infos: number, count: number): void {
	const { transactionContext, arena } = env.invokeContext;
	const numAccounts = transactionContext.getNumberOfAccounts();
	for (let i = 0; i < numAccounts; i++) infoOfAccount[i] = NO_INFO;
	for (let i = 0; i < count; i++) {
		const keyAddr = readU64(arena.view, infos + i * abi.accountInfoSize);
		const key = translateType(env.mapping, keyAddr, 32, 1);
		const index = transactionContext.findIndexOfAccountInArena(arena, key);
		if (index >= 0 && infoOfAccount[index] === NO_INFO) infoOfAccount[index] = i;
	}
}
