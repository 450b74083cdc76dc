/**
 * Owns what a transaction asks of the compute budget: from ComputeBudget instructions in a legacy or v0
 * message, from the config of a v1 message, or the defaults by program.
 *
 * Source: solana-compute-budget-instruction 4.3.0 (compute_budget_instruction_details.rs),
 * solana-builtins-default-costs 4.3.0, solana-runtime-transaction 4.3.0 (transaction_meta.rs),
 * solana-compute-budget 4.3.0 (compute_budget_limits.rs).
 */

import {
	err,
	InstructionError,
	ok,
	type Pubkey,
	programIds,
	type Result,
	type RuntimeFeatures,
	type SanitizedMessage,
	TransactionError,
	U64_MAX,
} from '@parhelion/sdk';
import {
	DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT,
	MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT,
	MAX_COMPUTE_UNIT_LIMIT,
	MAX_HEAP_FRAME_BYTES,
	MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES,
	MIN_HEAP_FRAME_BYTES,
	newBudgetWithDefaults,
	type SVMTransactionExecutionBudget,
} from './execution-budget.ts';

/** The compute budget of a transaction. */
export interface TransactionConfiguration {
	/** Bytes. */
	readonly updatedHeapBytes: number;
	/** CU. */
	readonly computeUnitLimit: number;
	/** Lamports. */
	readonly priorityFeeLamports: bigint;
	/** Bytes. */
	readonly loadedAccountsDataSizeLimit: number;
}

/** Builtins whose instructions count {@link MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT} CU by default. */
const BUILTIN_KEYS: ReadonlySet<string> = new Set(
	[
		programIds.systemProgram,
		programIds.computeBudget,
		programIds.bpfLoaderUpgradeable,
		programIds.bpfLoaderDeprecated,
		programIds.bpfLoader,
		programIds.loaderV4,
		programIds.secp256k1Program,
		programIds.ed25519Program,
	].map((id) => id.key),
);

/** CU granted to an instruction of `programId` in a transaction that sets no limit (SIMD-0170, SIMD-0387). */
export function defaultComputeUnits(programId: Pubkey, features: RuntimeFeatures): number {
	const isBuiltin =
		BUILTIN_KEYS.has(programId.key) ||
		(programId.equals(programIds.vote) && !features.blsPubkeyManagementInVoteAccount);
	return isBuiltin ? MAX_BUILTIN_ALLOCATION_COMPUTE_UNIT_LIMIT : DEFAULT_INSTRUCTION_COMPUTE_UNIT_LIMIT;
}

/** Instruction tags of the ComputeBudget program; 0 is unused and refused. */
const REQUEST_HEAP_FRAME = 1;
const SET_COMPUTE_UNIT_LIMIT = 2;
const SET_COMPUTE_UNIT_PRICE = 3;
const SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT = 4;

const MICRO_LAMPORTS_PER_LAMPORT = 1_000_000n;

/** Lamports for `computeUnitPrice` micro-lamports a CU, rounded up, at most u64::MAX. */
export function prioritizationFee(computeUnitPrice: bigint, computeUnitLimit: number): bigint {
	if (computeUnitPrice === 0n) return 0n;
	const fee =
		(computeUnitPrice * BigInt(computeUnitLimit) + MICRO_LAMPORTS_PER_LAMPORT - 1n) /
		MICRO_LAMPORTS_PER_LAMPORT;
	return fee > U64_MAX ? U64_MAX : fee;
}

function isValidHeapSize(bytes: number): boolean {
	return bytes >= MIN_HEAP_FRAME_BYTES && bytes <= MAX_HEAP_FRAME_BYTES && bytes % 1024 === 0;
}

/**
 * The compute budget of a message (upstream: `TransactionConfiguration::try_from_sanitized_message`).
 *
 * Fails, legacy and v0: per instruction `InvalidInstructionData`, `DuplicateInstruction`; then
 * `InvalidInstructionData` of the heap request, `InvalidLoadedAccountsDataSizeLimit`. v1: `SanitizeFailure`.
 */
export function transactionConfiguration(
	message: SanitizedMessage,
	features: RuntimeFeatures,
): Result<TransactionConfiguration, TransactionError> {
	if (message.config !== null) {
		const heap = message.config.heapSize ?? MIN_HEAP_FRAME_BYTES;
		if (!isValidHeapSize(heap)) return err(TransactionError.SanitizeFailure);
		return ok({
			updatedHeapBytes: heap,
			computeUnitLimit: Math.min(message.config.computeUnitLimit ?? 0, MAX_COMPUTE_UNIT_LIMIT),
			priorityFeeLamports: message.config.priorityFee ?? 0n,
			loadedAccountsDataSizeLimit: Math.min(
				message.config.loadedAccountsDataSizeLimit ?? 0,
				MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES,
			),
		});
	}
	return processComputeBudgetInstructions(message, features);
}

/** The compute budget of a legacy or v0 message; errors as {@link transactionConfiguration}. */
export function processComputeBudgetInstructions(
	message: SanitizedMessage,
	features: RuntimeFeatures,
): Result<TransactionConfiguration, TransactionError> {
	let heapIndex = -1;
	let heap = MIN_HEAP_FRAME_BYTES;
	let limit = -1;
	let price: bigint | null = null;
	let dataSize = -1;
	let defaultLimit = 0;
	const instructions = message.instructions;
	const keys = message.accountKeys;
	for (let i = 0; i < instructions.length; i++) {
		const instruction = instructions[i]!;
		const programId = keys[instruction.programIdIndex]!;
		defaultLimit += defaultComputeUnits(programId, features);
		if (!programId.equals(programIds.computeBudget)) continue;
		const data = instruction.data;
		const tag = data.length === 0 ? 0 : data[0]!;
		const isKnown = tag >= REQUEST_HEAP_FRAME && tag <= SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT;
		// The instruction is read whole before it is looked up among the earlier ones; bytes after it are ignored.
		if (!isKnown || data.length < (tag === SET_COMPUTE_UNIT_PRICE ? 9 : 5)) {
			return err(TransactionError.InstructionError(i, InstructionError.InvalidInstructionData));
		}
		const value = (data[1]! | (data[2]! << 8) | (data[3]! << 16) | (data[4]! << 24)) >>> 0;
		let isDuplicate = false;
		switch (tag) {
			case REQUEST_HEAP_FRAME:
				isDuplicate = heapIndex >= 0;
				heapIndex = i;
				heap = value;
				break;
			case SET_COMPUTE_UNIT_LIMIT:
				isDuplicate = limit >= 0;
				limit = value;
				break;
			case SET_COMPUTE_UNIT_PRICE: {
				isDuplicate = price !== null;
				const high = (data[5]! | (data[6]! << 8) | (data[7]! << 16) | (data[8]! << 24)) >>> 0;
				price = (BigInt(high) << 32n) | BigInt(value);
				break;
			}
			case SET_LOADED_ACCOUNTS_DATA_SIZE_LIMIT:
				isDuplicate = dataSize >= 0;
				dataSize = value;
				break;
		}
		if (isDuplicate) return err(TransactionError.DuplicateInstruction(i));
	}
	if (heapIndex >= 0 && !isValidHeapSize(heap)) {
		return err(TransactionError.InstructionError(heapIndex, InstructionError.InvalidInstructionData));
	}
	if (dataSize === 0) return err(TransactionError.InvalidLoadedAccountsDataSizeLimit);
	const computeUnitLimit = Math.min(limit >= 0 ? limit : defaultLimit, MAX_COMPUTE_UNIT_LIMIT);
	return ok({
		updatedHeapBytes: heap,
		computeUnitLimit,
		priorityFeeLamports: prioritizationFee(price ?? 0n, computeUnitLimit),
		loadedAccountsDataSizeLimit:
			dataSize > 0
				? Math.min(dataSize, MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES)
				: MAX_LOADED_ACCOUNTS_DATA_SIZE_BYTES,
	});
}

/** The execution budget of a configuration. */
export function executionBudget(
	configuration: TransactionConfiguration,
	features: RuntimeFeatures,
): SVMTransactionExecutionBudget {
	return {
		...newBudgetWithDefaults(features.raiseCpiNestingLimitTo8),
		compute_unit_limit: configuration.computeUnitLimit,
		heap_size: configuration.updatedHeapBytes,
	};
}
