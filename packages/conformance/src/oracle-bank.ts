/**
 * Puts the SVM by itself, without the runtime above it, beside the oracle: the same accounts, the same
 * messages, and everything a result shows compared.
 *
 * Our side repeats what litesvm's own pipeline (`process_transaction`) does around the SVM: the message's
 * blockhash is the last one, and a nonce gets no special treatment.
 */

import {
	type AccountSharedData,
	createAccount,
	encodeTransaction,
	FeatureSet,
	Hash,
	NO_LOADED_ADDRESSES,
	Pubkey,
	programIds,
	Rent,
	type RuntimeFeatures,
	reservedAccountKeys,
	resolveRuntimeFeatures,
	sanitizeTransaction,
	sysvarIds,
	type TransactionError,
	type VersionedTransaction,
} from '@parhelion/sdk';
import {
	checkTransaction,
	collectAccountsToStore,
	createBuiltinAccount,
	enabledBuiltins,
	type InnerInstructionsList,
	PRECOMPILES,
	TransactionBatchProcessor,
	type TransactionProcessingCallback,
} from '@parhelion/svm';
import { address, getTransactionDecoder, lamports as toLamports } from '@solana/kit';
import { LiteSVM, FeatureSet as OracleFeatureSet } from 'litesvm';

/** What one side shows of a transaction. */
export interface OracleObservation {
	/** Rust's Debug text of the error, or `ok`. */
	readonly outcome: string;
	readonly logs: readonly string[];
	/** CU. */
	readonly units: bigint;
	readonly inner: readonly (readonly string[])[];
	readonly returnData: string;
	readonly fee: bigint;
}

/** An account as compared. */
export type OracleAccount = {
	readonly lamports: bigint;
	readonly owner: string;
	readonly executable: boolean;
	readonly data: string;
} | null;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const LAMPORTS_PER_SIGNATURE = 5000n;
const SYSVARS = Object.values(sysvarIds).filter((id) => !id.equals(sysvarIds.owner));

/** Rust's Debug text of a transaction error. */
export function transactionErrorDebug(error: TransactionError): string {
	switch (error.kind) {
		case 'InstructionError': {
			const inner = error.error;
			const text = inner.kind === 'Custom' ? `Custom(${inner.code})` : inner.kind;
			return `InstructionError(${error.index}, ${text})`;
		}
		case 'DuplicateInstruction':
			return `DuplicateInstruction(${error.index})`;
		case 'InsufficientFundsForRent':
		case 'ProgramExecutionTemporarilyRestricted':
			return `${error.kind} { account_index: ${error.accountIndex} }`;
		default:
			return error.kind;
	}
}

function innerText(list: InnerInstructionsList): string[][] {
	return list.map((inner) =>
		inner.map(
			({ instruction, stackHeight }) =>
				`${stackHeight} ${instruction.programIdIndex} ${hex(instruction.accounts)} ${hex(instruction.data)}`,
		),
	);
}

/** The SVM and the oracle over the same accounts. */
export class OracleBank implements TransactionProcessingCallback {
	readonly oracle: LiteSVM;
	readonly processor: TransactionBatchProcessor;
	readonly features: RuntimeFeatures;
	private readonly featureSet: FeatureSet;
	private readonly accounts = new Map<string, AccountSharedData>();
	private readonly rent = Rent.default();
	private readonly reserved: ReadonlySet<string>;

	/** With the features of mainnet unless told otherwise. */
	constructor(featureSet?: FeatureSet) {
		this.featureSet = featureSet ?? FeatureSet.mainnet();
		this.oracle = new LiteSVM().withSigverify(false).withBlockhashCheck(false).withTransactionHistory(0n);
		if (featureSet !== undefined) {
			const theirs = new OracleFeatureSet();
			for (const [id, slot] of featureSet.activeFeatures()) theirs.activate(id.bytes, slot);
			this.oracle = this.oracle.withFeatureSet(theirs).withBuiltins();
		}
		this.reserved = reservedAccountKeys(this.featureSet);
		this.features = resolveRuntimeFeatures(this.featureSet);
		this.processor = new TransactionBatchProcessor(0n, 0n);
		for (const { programId, name, entrypoint } of enabledBuiltins(this.featureSet)) {
			this.processor.addBuiltin(programId, name, entrypoint);
			this.accounts.set(programId.key, createBuiltinAccount(name));
		}
		for (const { programId } of PRECOMPILES) this.copyFromOracle(programId);
		for (const id of SYSVARS) this.copyFromOracle(id);
		this.processor.fillMissingSysvarCacheEntries(this);
	}

	/** Takes an account over from the oracle. */
	copyFromOracle(pubkey: Pubkey): void {
		const account = this.oracle.getAccount(address(pubkey.toBase58()));
		if (!account.exists) return;
		this.accounts.set(
			pubkey.key,
			createAccount({
				lamports: account.lamports,
				data: Uint8Array.from(account.data),
				owner: Pubkey.fromBase58(account.programAddress),
				executable: account.executable,
			}),
		);
		this.processor.invalidateProgram(pubkey);
	}

	getAccountSharedData(pubkey: Pubkey): AccountSharedData | null {
		return this.accounts.get(pubkey.key) ?? null;
	}

	getEpochStake(): bigint {
		return 0n;
	}

	getEpochStakeForVoteAccount(): bigint {
		return 0n;
	}

	/** Writes an account to both sides. */
	set(
		pubkey: Pubkey,
		lamports: bigint,
		data: Uint8Array = new Uint8Array(),
		owner: Pubkey = programIds.systemProgram,
	): void {
		this.accounts.set(pubkey.key, createAccount({ lamports, data, owner }));
		this.processor.invalidateProgram(pubkey);
		this.oracle.setAccount({
			address: address(pubkey.toBase58()),
			lamports: toLamports(lamports),
			data,
			programAddress: address(owner.toBase58()),
			executable: false,
			space: BigInt(data.length),
		});
	}

	/** An account as our side has it. */
	ours(pubkey: Pubkey): OracleAccount {
		const account = this.accounts.get(pubkey.key);
		if (account === undefined) return null;
		const { lamports, owner, executable, data } = account;
		return { lamports, owner: owner.toBase58(), executable, data: hex(data) };
	}

	/** An account as the oracle has it. */
	theirs(pubkey: Pubkey): OracleAccount {
		const account = this.oracle.getAccount(address(pubkey.toBase58()));
		if (!account.exists || account.lamports === 0n) return null;
		const { lamports, programAddress, executable, data } = account;
		return { lamports, owner: programAddress, executable, data: hex(Uint8Array.from(data)) };
	}

	/** Runs a transaction on the oracle. */
	sendToOracle(transaction: VersionedTransaction): OracleObservation {
		const result = this.oracle.sendTransaction(
			getTransactionDecoder().decode(encodeTransaction(transaction)),
		);
		const failed = 'err' in result;
		const meta = failed ? result.meta() : result;
		const text = String(result);
		return {
			outcome: failed ? (/err: (.*?), meta: TransactionMetadata/s.exec(text)?.[1] ?? text) : 'ok',
			logs: meta.logs(),
			units: meta.computeUnitsConsumed(),
			inner: meta
				.innerInstructions()
				.map((list) =>
					list.map(
						(one) =>
							`${one.stackHeight()} ${one.instruction().programIdIndex()} ${hex(one.instruction().accounts())} ${hex(one.instruction().data())}`,
					),
				),
			returnData: hex(meta.returnData().data()),
			fee: BigInt(/\bfee: (\d+)/.exec(text)?.[1] ?? -1),
		};
	}

	/** Runs a transaction on our side and commits it. */
	sendToOurs(transaction: VersionedTransaction): OracleObservation {
		const refused = (error: TransactionError, fee = 0n): OracleObservation => ({
			outcome: transactionErrorDebug(error),
			logs: [],
			units: 0n,
			inner: [],
			returnData: '',
			fee,
		});
		const sanitized = sanitizeTransaction(transaction, {
			messageHash: Hash.default,
			loadedAddresses: NO_LOADED_ADDRESSES,
			reservedAccountKeys: this.reserved,
		});
		if (!sanitized.ok) return refused(sanitized.error);
		const { message } = sanitized.value;
		const checked = checkTransaction(message, this.features, LAMPORTS_PER_SIGNATURE, null);
		if (!checked.ok) return refused(checked.error);
		const fee = checked.value.feeDetails.transactionFee + checked.value.feeDetails.prioritizationFee;
		const result = this.processor.loadAndExecuteSanitizedTransaction(
			this,
			sanitized.value,
			checked.value,
			{
				blockhash: message.recentBlockhash,
				blockhashLamportsPerSignature: LAMPORTS_PER_SIGNATURE,
				epochTotalStake: 0n,
				featureSet: this.featureSet,
				runtimeFeatures: this.features,
				rent: this.rent,
			},
			{ logBytesLimit: 10_000, recordLogs: true, recordInnerInstructions: true, recordReturnData: true },
		);
		// Upstream charges for accounts that do not load; the oracle's pipeline leaves them out of the block.
		if (result.kind !== 'executed') return refused(result.error, fee);
		for (const [pubkey, account] of collectAccountsToStore(message, result)) {
			if (account.lamports === 0n) this.accounts.delete(pubkey.key);
			else this.accounts.set(pubkey.key, account);
		}
		const { status, logMessages, executedUnits, innerInstructions, returnData } = result.execution;
		if (status === null) this.processor.mergeModifiedPrograms(result.programsModified);
		return {
			outcome: status === null ? 'ok' : transactionErrorDebug(status),
			logs: logMessages ?? [],
			units: BigInt(executedUnits),
			inner: innerText(innerInstructions ?? []),
			returnData: returnData === null ? '' : hex(returnData.data),
			fee,
		};
	}
}
