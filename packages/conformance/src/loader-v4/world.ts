/**
 * A chain over the SVM alone in which loader v4 is active: accounts in a map, and a slot that the test moves.
 */
import {
	type AccountFields,
	type AccountSharedData,
	compileLegacyMessage,
	createAccount,
	ENABLE_LOADER_V4,
	EpochSchedule,
	encodeClock,
	encodeEpochSchedule,
	encodeLoaderV4State,
	encodeRent,
	FeatureSet,
	Hash,
	type Instruction,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	NO_LOADED_ADDRESSES,
	type Pubkey,
	programIds,
	Rent,
	reservedAccountKeys,
	resolveRuntimeFeatures,
	SanitizedMessage,
	SanitizedTransaction,
	type Slot,
	sysvarIds,
	type TransactionError,
} from '@parhelion/sdk';
import {
	checkTransaction,
	collectAccountsToStore,
	createBuiltinAccount,
	enabledBuiltins,
	type JitMode,
	TransactionBatchProcessor,
	type TransactionProcessingCallback,
} from '@parhelion/svm';
import { address } from '../oracle/harness.ts';

/** What a transaction shows. */
export interface Shown {
	/** `ok`, the kind of the instruction's error, or the transaction's. */
	readonly outcome: string;
	readonly logs: readonly string[];
	readonly units: number;
}

function textOf(error: TransactionError | null): string {
	if (error === null) return 'ok';
	if (error.kind !== 'InstructionError') return error.kind;
	return error.error.kind === 'Custom' ? `Custom(${error.error.code})` : error.error.kind;
}

/** The features of mainnet-beta and loader v4. */
export function withLoaderV4(): FeatureSet {
	const features = FeatureSet.mainnet();
	features.activate(ENABLE_LOADER_V4, 0n);
	return features;
}

/** Accounts, and a processor that runs transactions over them one by one. */
export class World implements TransactionProcessingCallback {
	readonly payer: Pubkey = address('payer');
	readonly rent: Rent = Rent.default();
	private readonly accounts = new Map<string, AccountSharedData>();
	private readonly features: FeatureSet;
	private readonly processor: TransactionBatchProcessor;
	private readonly jit: JitMode;
	private runs = 0;

	constructor(jit: JitMode, slot: Slot = 10n, features: FeatureSet = withLoaderV4()) {
		this.jit = jit;
		this.features = features;
		this.processor = new TransactionBatchProcessor(slot, 0n);
		for (const { programId, name, entrypoint } of enabledBuiltins(features)) {
			this.processor.addBuiltin(programId, name, entrypoint);
			this.accounts.set(programId.key, createBuiltinAccount(name));
		}
		this.setSysvar(sysvarIds.rent, encodeRent(this.rent));
		this.setSysvar(sysvarIds.epochSchedule, encodeEpochSchedule(EpochSchedule.default()));
		this.setSlot(slot);
		this.set(this.payer, { lamports: 10n ** 15n });
	}

	private setSysvar(id: Pubkey, data: Uint8Array): void {
		this.set(id, { lamports: 1n, data, owner: sysvarIds.owner });
	}

	/** Moves to a slot. */
	setSlot(slot: Slot): void {
		const clock = { slot, epochStartTimestamp: 0n, epoch: 0n, leaderScheduleEpoch: 1n, unixTimestamp: 0n };
		this.setSysvar(sysvarIds.clock, encodeClock(clock));
		this.processor.setSlot(slot, 0n);
		this.processor.resetAndFillSysvarCacheEntries(this);
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
		this.processor.invalidateProgram(pubkey);
	}

	/** Puts a program of loader v4 there, with the lamports it needs. */
	setProgram(
		pubkey: Pubkey,
		elf: Uint8Array,
		authority: Pubkey,
		status: bigint = LoaderV4Status.Retracted,
		slot: Slot = 0n,
	): void {
		const data = new Uint8Array(LOADER_V4_PROGRAM_DATA_OFFSET + elf.length);
		data.set(encodeLoaderV4State({ slot, authorityAddressOrNextVersion: authority, status }));
		data.set(elf, LOADER_V4_PROGRAM_DATA_OFFSET);
		const lamports = this.rent.minimumBalance(data.length);
		this.set(pubkey, { lamports, data, owner: programIds.loaderV4, executable: true });
	}

	/** Runs a transaction and commits it. */
	run(...instructions: Instruction[]): Shown {
		this.runs += 1;
		const blockhash = Hash.fromBytes(new Uint8Array(32).fill(this.runs));
		const message = new SanitizedMessage(
			compileLegacyMessage(this.payer, instructions, blockhash),
			NO_LOADED_ADDRESSES,
			reservedAccountKeys(this.features),
		);
		const runtimeFeatures = resolveRuntimeFeatures(this.features);
		const checked = checkTransaction(message, runtimeFeatures, 5000n, null);
		if (!checked.ok) return { outcome: checked.error.kind, logs: [], units: 0 };
		const result = this.processor.loadAndExecuteSanitizedTransaction(
			this,
			new SanitizedTransaction([new Uint8Array(64)], Hash.default, message, false, new Uint8Array(0)),
			checked.value,
			{
				blockhash,
				blockhashLamportsPerSignature: 5000n,
				epochTotalStake: 0n,
				featureSet: this.features,
				runtimeFeatures,
				rent: this.rent,
			},
			{
				logBytesLimit: 10_000,
				recordLogs: true,
				recordInnerInstructions: true,
				recordReturnData: true,
				jit: this.jit,
			},
		);
		for (const [key, account] of collectAccountsToStore(message, result)) {
			if (account.lamports === 0n) this.accounts.delete(key.key);
			else this.accounts.set(key.key, account);
		}
		if (result.kind !== 'executed') return { outcome: result.error.kind, logs: [], units: 0 };
		const { status, logMessages, executedUnits } = result.execution;
		if (status === null) this.processor.mergeModifiedPrograms(result.programsModified);
		return { outcome: textOf(status), logs: logMessages ?? [], units: executedUnits };
	}
}
