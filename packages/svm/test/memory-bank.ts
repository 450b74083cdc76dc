/**
 * The smallest bank: accounts in a map, one processor, and commits. Tests drive the SVM through it.
 */

import {
	type AccountFields,
	type AccountMeta,
	type AccountSharedData,
	compileLegacyMessage,
	createAccount,
	EpochSchedule,
	encodeClock,
	encodeEpochSchedule,
	encodeRecentBlockhashes,
	encodeRent,
	encodeSlotHashes,
	FeatureSet,
	Hash,
	type Instruction,
	type LegacyMessage,
	NO_LOADED_ADDRESSES,
	type Pubkey,
	Pubkey as PubkeyClass,
	programIds,
	Rent,
	type RuntimeFeatures,
	reservedAccountKeys,
	resolveRuntimeFeatures,
	SanitizedMessage,
	SanitizedTransaction,
	SlotHashes,
	sysvarIds,
	type TransactionError,
} from '@parhelion/sdk';
import { createBuiltinAccount, enabledBuiltins } from '../src/builtins/index.ts';
import { PRECOMPILES } from '../src/precompiles.ts';
import { checkNonceTransaction, checkTransaction } from '../src/transaction-check.ts';
import {
	collectAccountsToStore,
	type TransactionProcessingCallback,
	type TransactionProcessingEnvironment,
	type TransactionProcessingResult,
} from '../src/transaction-processing-result.ts';
import { TransactionBatchProcessor } from '../src/transaction-processor.ts';

/** An address that is the same in every run. */
export function key(seed: number | string): Pubkey {
	const bytes = new Uint8Array(32);
	if (typeof seed === 'number') new DataView(bytes.buffer).setUint32(0, seed, true);
	else new TextEncoder().encodeInto(seed, bytes);
	bytes[31] = 0x7f;
	return PubkeyClass.fromBytes(bytes);
}

/** A hash that is the same in every run. */
export function hash(seed: number): Hash {
	return Hash.fromBytes(new Uint8Array(32).fill(seed));
}

/** Short for an account meta: `s` signs, `w` is writable. */
export function meta(pubkey: Pubkey, flags: '' | 's' | 'w' | 'sw' = ''): AccountMeta {
	return { pubkey, isSigner: flags.includes('s'), isWritable: flags.includes('w') };
}

/** What a test wants to know of a transaction. */
export interface Outcome {
	readonly result: TransactionProcessingResult;
	readonly error: TransactionError | null;
	readonly logs: readonly string[];
	/** CU. */
	readonly units: number;
}

/** A bank for tests. */
export class MemoryBank implements TransactionProcessingCallback {
	readonly accounts: Map<string, AccountSharedData> = new Map();
	readonly processor: TransactionBatchProcessor;
	readonly featureSet: FeatureSet;
	features: RuntimeFeatures;
	readonly rent: Rent = Rent.default();
	blockhash: Hash = hash(1);
	private readonly reserved: ReadonlySet<string>;

	constructor(featureSet: FeatureSet = FeatureSet.mainnet()) {
		this.featureSet = featureSet;
		this.features = resolveRuntimeFeatures(featureSet);
		this.reserved = reservedAccountKeys(featureSet);
		this.processor = new TransactionBatchProcessor(1n, 0n);
		for (const { programId, name, entrypoint } of enabledBuiltins(featureSet)) {
			this.processor.addBuiltin(programId, name, entrypoint);
			this.accounts.set(programId.key, createBuiltinAccount(name));
		}
		for (const { programId } of PRECOMPILES) {
			this.set(programId, { lamports: 1n, owner: programIds.nativeLoader, executable: true });
		}
		this.setSysvar(sysvarIds.rent, encodeRent(this.rent));
		this.setSysvar(
			sysvarIds.clock,
			encodeClock({
				slot: 1n,
				epochStartTimestamp: 0n,
				epoch: 0n,
				leaderScheduleEpoch: 1n,
				unixTimestamp: 0n,
			}),
		);
		this.setSysvar(sysvarIds.epochSchedule, encodeEpochSchedule(EpochSchedule.default()));
		this.setSysvar(sysvarIds.slotHashes, encodeSlotHashes(new SlotHashes([])));
		this.setSysvar(
			sysvarIds.recentBlockhashes,
			encodeRecentBlockhashes([{ blockhash: this.blockhash, lamportsPerSignature: 5000n }]),
		);
		this.processor.fillMissingSysvarCacheEntries(this);
	}

	setSysvar(id: Pubkey, data: Uint8Array): void {
		this.set(id, { lamports: 1n, data, owner: sysvarIds.owner });
		this.processor.sysvarCache.setSysvar(id, data);
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

	set(pubkey: Pubkey, fields: AccountFields): void {
		this.accounts.set(pubkey.key, createAccount(fields));
	}

	lamports(pubkey: Pubkey): bigint {
		return this.accounts.get(pubkey.key)?.lamports ?? 0n;
	}

	environment(): TransactionProcessingEnvironment {
		return {
			blockhash: this.blockhash,
			blockhashLamportsPerSignature: 5000n,
			epochTotalStake: 0n,
			featureSet: this.featureSet,
			runtimeFeatures: this.features,
			rent: this.rent,
		};
	}

	sanitize(message: LegacyMessage): SanitizedTransaction {
		const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
		return new SanitizedTransaction(
			signatures,
			Hash.default,
			new SanitizedMessage(message, NO_LOADED_ADDRESSES, this.reserved),
			false,
			new Uint8Array(0),
		);
	}

	/** Runs a transaction and commits it, as a bank would. */
	send(payer: Pubkey, instructions: readonly Instruction[], recentBlockhash: Hash = this.blockhash): Outcome {
		return this.run(this.sanitize(compileLegacyMessage(payer, instructions, recentBlockhash)));
	}

	/** Runs a sanitised transaction and commits it. */
	run(transaction: SanitizedTransaction): Outcome {
		const { message } = transaction;
		const nonce = message.recentBlockhash.equals(this.blockhash)
			? null
			: checkNonceTransaction(message, (pubkey) => this.getAccountSharedData(pubkey), this.blockhash);
		const checked = checkTransaction(message, this.features, 5000n, nonce);
		if (!checked.ok) {
			const result: TransactionProcessingResult = { kind: 'notLoaded', error: checked.error };
			return { result, error: checked.error, logs: [], units: 0 };
		}
		const result = this.processor.loadAndExecuteSanitizedTransaction(
			this,
			transaction,
			checked.value,
			this.environment(),
			{ logBytesLimit: 10_000, recordLogs: true, recordInnerInstructions: true, recordReturnData: true },
		);
		for (const [pubkey, account] of collectAccountsToStore(message, result)) {
			if (account.lamports === 0n) this.accounts.delete(pubkey.key);
			else this.accounts.set(pubkey.key, account);
		}
		if (result.kind !== 'executed') return { result, error: result.error, logs: [], units: 0 };
		const { status, logMessages, executedUnits } = result.execution;
		if (status === null) this.processor.mergeModifiedPrograms(result.programsModified);
		return { result, error: status, logs: logMessages ?? [], units: executedUnits };
	}
}
