/**
 * Owns cross-program invocation as programs ask for it: what the caller changed is taken over before the
 * callee runs, and what the callee changed is shown to the caller after it.
 *
 * Source: solana-program-runtime 4.3.0, cpi.rs (`cpi_common`, `update_callee_account`,
 * `update_caller_account`, `update_caller_account_region`, `check_authorized_program`).
 */

import { Fault, InstructionError, Pubkey, programIds } from '@parhelion/sdk';
import { isPubkeyAt, putPubkey } from './arena-pubkey.ts';
import type { BorrowedInstructionAccount } from './borrowed-instruction-account.ts';
import {
	addressSpaceReservedForAccount,
	type CallerAccount,
	type CpiEnvironment,
	getSerializedData,
	translateTypeMutForCpi,
} from './cpi-caller-account.ts';
import { type CpiAbi, translateAccounts, translateSigners } from './cpi-translate.ts';
import type { InstructionContext } from './instruction-context.ts';
import type { InvokeContext } from './invoke-context.ts';
import { findPrecompile } from './precompiles.ts';
import { cpiFault } from './program-error.ts';
import { setData, syncDataIfResizable } from './serialization-accounts.ts';
import {
	createMemoryRegionOfAccount,
	dataChangeError,
	modifyMemoryRegionOfAccount,
	writeBackDirectMappings,
} from './serialization-regions.ts';
import { isU64At, readU64, saturatingAdd, type U64, writeU64 } from './u64.ts';

/** The instructions of the upgradeable loader that programs may invoke, by the first byte of their data. */
const UPGRADE = 3;
const SET_AUTHORITY = 4;
const CLOSE = 5;
const SET_AUTHORITY_CHECKED = 7;

/** Fails with `ProgramNotSupported` for programs that only a transaction may call. */
function checkAuthorizedProgram(invokeContext: InvokeContext, programId: Pubkey, data: Uint8Array): void {
	const isUpgradeableLoader = programId.equals(programIds.bpfLoaderUpgradeable);
	if (
		programId.equals(programIds.nativeLoader) ||
		programId.equals(programIds.bpfLoader) ||
		programId.equals(programIds.bpfLoaderDeprecated) ||
		(isUpgradeableLoader &&
			!(
				data[0] === UPGRADE ||
				data[0] === SET_AUTHORITY ||
				(invokeContext.getFeatureSet().enableBpfLoaderSetAuthorityCheckedIx &&
					data[0] === SET_AUTHORITY_CHECKED) ||
				data[0] === CLOSE
			)) ||
		findPrecompile(programId) !== null
	) {
		throw cpiFault({ kind: 'ProgramNotSupported', programId });
	}
}

/**
 * Invokes another program.
 *
 * Cost: 946, then by bytes of instruction, account infos and account data. Errors in order:
 * ComputationalBudgetExceeded, those of the instruction, of the signers, ProgramNotSupported, those of
 * `prepareNextCpiInstruction`, of the account infos, of the caller's changes; the callee's; those of its changes.
 */
export function cpiCommon(
	abi: CpiAbi,
	invokeContext: InvokeContext,
	instructionAddr: U64,
	accountInfosAddr: U64,
	accountInfosLen: U64,
	signersSeedsAddr: U64,
	signersSeedsLen: U64,
): void {
	invokeContext.computeMeter.consumeChecked(invokeContext.getExecutionCost().invoke_units);
	const features = invokeContext.getFeatureSet();
	const memory = invokeContext.memoryContexts.memoryContextAbiV1();
	const env: CpiEnvironment = {
		invokeContext,
		memory,
		mapping: memory.memoryMapping,
		checkAligned: memory.checkAligned,
		syscallParameterAddressRestrictions: features.syscallParameterAddressRestrictions,
		virtualAddressSpaceAdjustments: features.virtualAddressSpaceAdjustments,
		accountDataDirectMapping: features.accountDataDirectMapping,
	};
	const { transactionContext } = invokeContext;
	const caller = transactionContext.getCurrentInstructionContext();

	const instruction = abi.translateInstruction(env, instructionAddr);
	const signers = translateSigners(env, caller.getProgramKey(), signersSeedsAddr, signersSeedsLen);
	checkAuthorizedProgram(invokeContext, instruction.programId, instruction.data);
	invokeContext.prepareNextCpiInstruction(instruction, signers);
	writeBackDirectMappings(memory.memoryMapping, memory.directMappings, transactionContext.accounts);

	const accounts = translateAccounts(env, abi, accountInfosAddr, accountInfosLen, updateCallee);
	if (env.syscallParameterAddressRestrictions) {
		for (const account of accounts) {
			const updateCaller = updateCallee(env, caller, account.callerAccount, account.indexInCaller);
			account.updateCallerAccountRegion = account.updateCallerAccountInfo || updateCaller;
		}
	}

	invokeContext.processInstruction();

	for (const account of accounts) {
		if (!account.updateCallerAccountInfo) continue;
		const calleeAccount = caller.tryBorrowInstructionAccount(account.indexInCaller);
		updateCallerAccount(env, account.callerAccount, calleeAccount);
		calleeAccount.drop();
	}
	if (env.virtualAddressSpaceAdjustments) {
		for (const account of accounts) {
			if (!account.updateCallerAccountRegion) continue;
			const calleeAccount = caller.tryBorrowInstructionAccount(account.indexInCaller);
			updateCallerAccountRegion(env, account.callerAccount, calleeAccount);
			calleeAccount.drop();
		}
	}
}

function updateCallee(
	env: CpiEnvironment,
	caller: InstructionContext,
	callerAccount: CallerAccount,
	indexInCaller: number,
): boolean {
	const calleeAccount = caller.tryBorrowInstructionAccount(indexInCaller);
	const updateCaller = updateCalleeAccount(env, callerAccount, calleeAccount);
	calleeAccount.drop();
	return updateCaller;
}

/**
 * Takes over what the caller changed before the CPI; answers whether the caller's region must be renewed.
 *
 * Fails as `setLamports`, `AccountDataTooSmall`, as the change of data, as `setOwner`.
 */
export function updateCalleeAccount(
	env: CpiEnvironment,
	callerAccount: CallerAccount,
	calleeAccount: BorrowedInstructionAccount,
): boolean {
	const { arena } = env.invokeContext;
	let mustUpdateCaller = false;
	if (!isU64At(arena.view, callerAccount.lamports, calleeAccount.getLamports())) {
		calleeAccount.setLamports(arena.view.getBigUint64(callerAccount.lamports, true));
	}

	const { serializedHost, serializedLen } = callerAccount;
	if (env.virtualAddressSpaceAdjustments) {
		const prevLen = calleeAccount.getData().length;
		const postLen = Number(readU64(arena.view, callerAccount.refToLenInVm));
		if (prevLen !== postLen) {
			if (!env.accountDataDirectMapping && postLen < prevLen) {
				// What the program cut off may come back into view later: as zeros.
				const host = getSerializedData(env, callerAccount.vmDataAddr, callerAccount.originalDataLen, prevLen);
				arena.u8.fill(0, host + postLen, host + prevLen);
			}
			calleeAccount.setDataLength(postLen);
			mustUpdateCaller = true;
		}
		if (!env.accountDataDirectMapping && dataChangeError(calleeAccount) === null) {
			setData(arena, calleeAccount, serializedHost, serializedLen);
		}
	} else {
		syncDataIfResizable(arena, calleeAccount, serializedHost, serializedLen);
	}

	// The owner comes last: until then the caller may change lamports and data.
	if (!isPubkeyAt(arena, callerAccount.owner, calleeAccount.getOwner())) {
		calleeAccount.setOwner(Pubkey.recent(arena.u8, callerAccount.owner));
		mustUpdateCaller = true;
	}
	return mustUpdateCaller;
}

/**
 * Shows the caller what the callee changed.
 *
 * Fails with `InvalidRealloc` (logged), `AccountDataTooSmall`, `AccessViolation`, `UnalignedPointer`.
 */
export function updateCallerAccount(
	env: CpiEnvironment,
	callerAccount: CallerAccount,
	calleeAccount: BorrowedInstructionAccount,
): void {
	const { invokeContext } = env;
	const { arena } = invokeContext;
	arena.view.setBigUint64(callerAccount.lamports, calleeAccount.getLamports(), true);
	putPubkey(arena, callerAccount.owner, calleeAccount.getOwner());

	const data = calleeAccount.getData();
	const prevLen = readU64(arena.view, callerAccount.refToLenInVm);
	const postLen = data.length;
	const { originalDataLen } = callerAccount;
	const reserved = addressSpaceReservedForAccount(
		env.syscallParameterAddressRestrictions && !env.checkAligned,
		originalDataLen,
	);
	if (postLen > reserved && (env.syscallParameterAddressRestrictions || prevLen !== postLen)) {
		const maxIncrease = reserved - originalDataLen;
		invokeContext.icMsg(`Account data size realloc limited to ${maxIncrease} in inner instructions`);
		throw new Fault(InstructionError.InvalidRealloc);
	}

	const isInPlace = env.virtualAddressSpaceAdjustments && env.accountDataDirectMapping;
	if (prevLen !== postLen) {
		if (!isInPlace) {
			if (postLen < prevLen) {
				if (postLen > callerAccount.serializedLen) throw new Fault(InstructionError.AccountDataTooSmall);
				const start = callerAccount.serializedHost;
				arena.u8.fill(0, start + postLen, start + callerAccount.serializedLen);
			}
			callerAccount.serializedHost = getSerializedData(
				env,
				callerAccount.vmDataAddr,
				originalDataLen,
				postLen,
			);
			callerAccount.serializedLen = postLen;
		}
		writeU64(arena.view, callerAccount.refToLenInVm, postLen);
		const lengthAddr = saturatingSub(callerAccount.vmDataAddr, 8);
		const align = env.checkAligned ? 8 : 1;
		writeU64(arena.view, translateTypeMutForCpi(env.mapping, lengthAddr, 8, align), postLen);
	}
	if (!isInPlace) {
		if (callerAccount.serializedLen !== postLen) throw new Fault(InstructionError.AccountDataTooSmall);
		arena.u8.set(data, callerAccount.serializedHost);
	}
}

function saturatingSub(a: U64, b: number): U64 {
	if (typeof a === 'bigint') return saturatingAdd(0, a - BigInt(b));
	return Math.max(0, a - b);
}

/** Renews the caller's region of an account. Fails with `MissingAccount`, `InvalidMemoryRegion`. */
function updateCallerAccountRegion(
	env: CpiEnvironment,
	callerAccount: CallerAccount,
	calleeAccount: BorrowedInstructionAccount,
): void {
	const reserved = addressSpaceReservedForAccount(!env.checkAligned, callerAccount.originalDataLen);
	if (reserved === 0) return;
	const { mapping } = env;
	const index = mapping.findRegion(Number(callerAccount.vmDataAddr));
	const region = mapping.regions[index];
	if (region === undefined) throw new Fault(InstructionError.MissingAccount);
	if (!env.accountDataDirectMapping) {
		const renewed = region.clone();
		modifyMemoryRegionOfAccount(calleeAccount, renewed);
		mapping.replaceRegion(index, renewed);
		return;
	}
	const direct = env.memory.directMappings.find((one) => one.vmAddr === region.vmAddr);
	if (direct === undefined) throw new Fault(InstructionError.MissingAccount);
	mapping.replaceRegion(index, createMemoryRegionOfAccount(env.invokeContext.arena, calleeAccount, direct));
}
