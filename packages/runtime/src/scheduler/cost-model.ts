/**
 * What a transaction counts against a block's limits, in compute units.
 *
 * Source: solana-cost-model 4.3.0 (cost_model.rs, block_cost_limits.rs, transaction_cost.rs).
 */
import {
	catchFault,
	programIds,
	type RuntimeFeatures,
	type SanitizedMessage,
	type TransactionSignatureDetails,
} from '@parhelion/sdk';
import {
	decodeSystemInstruction,
	type SystemInstruction,
	type TransactionConfiguration,
	transactionConfiguration,
} from '@parhelion/svm';

/** CU that stand for a microsecond of a cluster's average machine. */
const COMPUTE_UNIT_TO_US_RATIO = 30;

/** CU of each kind of work beside execution. */
const COSTS = Object.freeze({
	signature: COMPUTE_UNIT_TO_US_RATIO * 24,
	secp256k1Verify: COMPUTE_UNIT_TO_US_RATIO * 223,
	ed25519VerifyStrict: COMPUTE_UNIT_TO_US_RATIO * 80,
	secp256r1Verify: COMPUTE_UNIT_TO_US_RATIO * 160,
	writeLock: COMPUTE_UNIT_TO_US_RATIO * 10,
	/** Of a page of 32 KiB of loaded account data. */
	loadedPage: 8,
});

/** Bytes of instruction data that cost a CU. */
const INSTRUCTION_DATA_BYTES_PER_UNIT = Math.floor(140 / COMPUTE_UNIT_TO_US_RATIO);
/** Bytes of loaded account data that cost `COSTS.loadedPage`. */
const LOADED_PAGE_BYTES = 32 * 1024;
/** The first byte of the System program's most common instruction. */
const TRANSFER = 2;
/** Bytes an account may be long. */
const MAX_PERMITTED_DATA_LENGTH = 10n * 1024n * 1024n;
/** Bytes a transaction may add to accounts. */
const MAX_ALLOCATION_PER_TRANSACTION = 2 * 10 * 1024 * 1024;

/** What a transaction counts, in CU where nothing else is said. */
export interface TransactionCost {
	readonly signatures: number;
	readonly writeLocks: number;
	readonly instructionData: number;
	readonly execution: number;
	readonly loadedAccountsData: number;
	/** Bytes of account data it may add. */
	readonly allocatedAccountsDataSize: number;
	readonly signatureDetails: TransactionSignatureDetails;
	/** All of it, in CU. */
	readonly sum: number;
}

/** CU for `bytes` of loaded account data, by pages begun. */
export function loadedAccountsDataCost(bytes: number): number {
	return Math.ceil(bytes / LOADED_PAGE_BYTES) * COSTS.loadedPage;
}

/**
 * What a transaction is estimated to cost before it ran: all the CU and data that it may use. One whose compute
 * budget is not valid never runs, so nothing of the kind is counted.
 */
export function estimateCost(message: SanitizedMessage, features: RuntimeFeatures): TransactionCost {
	const configuration = transactionConfiguration(message, features);
	if (!configuration.ok) return costOf(message, features, 0, 0);
	return costOfConfiguration(message, features, configuration.value);
}

/** {@link estimateCost} where the compute budget is known already. */
export function costOfConfiguration(
	message: SanitizedMessage,
	features: RuntimeFeatures,
	{
		computeUnitLimit,
		loadedAccountsDataSizeLimit,
	}: Pick<TransactionConfiguration, 'computeUnitLimit' | 'loadedAccountsDataSizeLimit'>,
): TransactionCost {
	return costOf(message, features, computeUnitLimit, loadedAccountsDataCost(loadedAccountsDataSizeLimit));
}

/** What a transaction cost that used `units` CU and loaded `loadedBytes` of account data. */
export function costOfExecuted(
	message: SanitizedMessage,
	features: RuntimeFeatures,
	units: number,
	loadedBytes: number,
): TransactionCost {
	return costOf(message, features, units, loadedAccountsDataCost(loadedBytes));
}

/** CU in all of a transaction that used `units` CU and loaded `loadedBytes`, of which `cost` is an estimate. */
export function unitsAsUsed(cost: TransactionCost, units: number, loadedBytes: number): number {
	return cost.sum - cost.execution - cost.loadedAccountsData + units + loadedAccountsDataCost(loadedBytes);
}

function costOf(
	message: SanitizedMessage,
	features: RuntimeFeatures,
	execution: number,
	loadedAccountsData: number,
): TransactionCost {
	const signatureDetails = message.getSignatureDetails();
	const signatures =
		signatureDetails.numTransactionSignatures * COSTS.signature +
		signatureDetails.numSecp256k1InstructionSignatures * COSTS.secp256k1Verify +
		signatureDetails.numEd25519InstructionSignatures * COSTS.ed25519VerifyStrict +
		signatureDetails.numSecp256r1InstructionSignatures * COSTS.secp256r1Verify;
	const writeLocks = message.numWriteLocks * COSTS.writeLock;
	let dataBytes = 0;
	for (const { data } of message.instructions) dataBytes += data.length;
	const instructionData = Math.floor(dataBytes / INSTRUCTION_DATA_BYTES_PER_UNIT);
	return {
		signatures,
		writeLocks,
		instructionData,
		execution,
		loadedAccountsData,
		allocatedAccountsDataSize: allocatedAccountsDataSize(message, features),
		signatureDetails,
		sum: signatures + writeLocks + instructionData + execution + loadedAccountsData,
	};
}

/**
 * Bytes that the System program's instructions of a message allocate; 0 where one of them is bound to fail, since
 * the transaction then keeps none.
 */
function allocatedAccountsDataSize(message: SanitizedMessage, features: RuntimeFeatures): number {
	if (!mayAllocate(message)) return 0;
	let size = 0;
	for (let i = 0; i < message.instructions.length; i++) {
		if (!message.programId(i).equals(programIds.systemProgram)) continue;
		const decoded = catchFault(() => decodeSystemInstruction(message.instructions[i]!.data));
		const space = decoded.ok ? allocatedBy(decoded.value, features) : null;
		if (space === null || space > MAX_PERMITTED_DATA_LENGTH) return 0;
		size += Number(space);
	}
	return Math.min(size, MAX_ALLOCATION_PER_TRANSACTION);
}

/** Whether an instruction of the System program may be one that allocates: most only transfer. */
function mayAllocate({ instructions, accountKeys }: SanitizedMessage): boolean {
	for (let i = 0; i < instructions.length; i++) {
		const { programIdIndex, data } = instructions[i]!;
		if (data[0] !== TRANSFER && accountKeys[programIdIndex]!.equals(programIds.systemProgram)) return true;
	}
	return false;
}

/** Bytes that an instruction asks for; `null` if it fails for certain. */
function allocatedBy(instruction: SystemInstruction, features: RuntimeFeatures): bigint | null {
	if (instruction.kind === 'CreateAccountAllowPrefund' && !features.createAccountAllowPrefund) return null;
	return 'space' in instruction ? instruction.space : 0n;
}
