/**
 * Runs one transaction on the SVM and on the oracle over the same accounts, and tells both outcomes in one
 * shape.
 *
 * Owns a small bank over the oracle's own state: ours runs first and reads what the oracle holds, then the
 * oracle runs and commits. So no account is set up twice and none can be forgotten.
 */
import {
	type AccountFields,
	type AccountSharedData,
	compileLegacyMessage,
	createAccount,
	decodeRent,
	encodeTransaction,
	type FeatureName,
	FeatureSet,
	featureId,
	Hash,
	type Instruction,
	NO_LOADED_ADDRESSES,
	Pubkey,
	programIds,
	reservedAccountKeys,
	resolveRuntimeFeatures,
	SanitizedMessage,
	SanitizedTransaction,
	sysvarIds,
	type TransactionError,
} from '@parhelion/sdk';
import {
	checkTransaction,
	collectAccountsToStore,
	enabledBuiltins,
	type JitMode,
	TransactionBatchProcessor,
	type TransactionProcessingCallback,
} from '@parhelion/svm';
import { Account, LiteSvm, FeatureSet as OracleFeatureSet } from 'litesvm/dist/internal.js';

/** What either side shows of a transaction. */
export interface Observed {
	/** Rust's `Debug` text of the error, or `ok`. */
	readonly outcome: string;
	readonly logs: readonly string[];
	readonly computeUnits: number;
	readonly returnData: string;
	/** `program accounts data height` of each inner instruction, by top-level instruction. */
	readonly inner: readonly (readonly string[])[];
	/** By base58: the accounts the message names, after it. */
	readonly accounts: Readonly<Record<string, string>>;
}

/** The outcomes of one transaction. */
export interface Compared {
	/** Ours, interpreted. */
	readonly ours: Observed;
	/** Ours, compiled. */
	readonly compiled: Observed;
	readonly oracle: Observed;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** An address made of a name, the same in every run. */
export function address(name: string): Pubkey {
	const bytes = new Uint8Array(32);
	new TextEncoder().encodeInto(name, bytes);
	bytes[31] = 0xee;
	return Pubkey.fromBytes(bytes);
}

function errorText(error: TransactionError | null): string {
	if (error === null) return 'ok';
	if (error.kind !== 'InstructionError') return error.kind;
	const inner = error.error.kind === 'Custom' ? `Custom(${error.error.code})` : error.error.kind;
	return `InstructionError(${error.index}, ${inner})`;
}

function accountText(account: AccountSharedData | null): string {
	if (account === null || account.lamports === 0n) return 'none';
	const { lamports, data, owner, executable } = account;
	return `${lamports} ${owner.toBase58()} ${executable} ${hex(data)}`;
}

/** The oracle, and our SVM over its state. */
export class Pair implements TransactionProcessingCallback {
	readonly oracle: LiteSvm;
	readonly features: FeatureSet;
	readonly payer: Pubkey = address('payer');
	private processor: TransactionBatchProcessor;

	/** @param toggles features to switch from what mainnet has. */
	constructor(toggles: Readonly<Partial<Record<FeatureName, boolean>>> = {}) {
		this.features = FeatureSet.mainnet();
		for (const [name, isActive] of Object.entries(toggles)) {
			const id = featureId(name as FeatureName);
			if (isActive) this.features.activate(id, 0n);
			else this.features.deactivate(id);
		}
		const oracleFeatures = new OracleFeatureSet();
		for (const [id, slot] of this.features.activeFeatures()) oracleFeatures.activate(id.bytes, slot);
		this.oracle = LiteSvm.default();
		this.oracle.setFeatureSet(oracleFeatures);
		this.oracle.setBuiltins();
		this.oracle.setLamports(10n ** 18n);
		this.oracle.setSysvars();
		this.oracle.setPrecompiles();
		this.oracle.setDefaultPrograms();
		// Programs deployed in slot 0 are visible from slot 1 on; the oracle itself does not ask.
		this.oracle.warpToSlot(100n);
		this.oracle.setSigverify(false);
		this.oracle.setBlockhashCheck(false);
		this.oracle.setTransactionHistory(0n);
		this.set(this.payer, { lamports: 10n ** 15n });
		this.processor = this.newProcessor();
	}

	private newProcessor(): TransactionBatchProcessor {
		const clock = this.oracle.getClock();
		const processor = new TransactionBatchProcessor(clock.slot, clock.epoch);
		for (const { programId, name, entrypoint } of enabledBuiltins(this.features)) {
			processor.addBuiltin(programId, name, entrypoint);
		}
		processor.fillMissingSysvarCacheEntries(this);
		return processor;
	}

	/** Takes the oracle's clock and sysvars over; programs are loaded anew. */
	refresh(): void {
		this.processor = this.newProcessor();
	}

	getAccountSharedData(pubkey: Pubkey): AccountSharedData | null {
		const account = this.oracle.getAccount(pubkey.bytes);
		if (account === null) return null;
		return createAccount({
			lamports: account.lamports(),
			data: account.data(),
			owner: Pubkey.fromBytes(account.owner()),
			executable: account.executable(),
			rentEpoch: account.rentEpoch(),
		});
	}

	getEpochStake(): bigint {
		return 0n;
	}

	getEpochStakeForVoteAccount(): bigint {
		return 0n;
	}

	/** Sets an account. */
	set(pubkey: Pubkey, fields: AccountFields): void {
		const account = createAccount(fields);
		this.oracle.setAccount(
			pubkey.bytes,
			new Account(account.lamports, account.data, account.owner.bytes, account.executable, account.rentEpoch),
		);
	}

	/** Sets an account with what it needs to be rent-exempt. */
	setData(pubkey: Pubkey, owner: Pubkey, data: Uint8Array, lamports?: bigint): void {
		const least = this.oracle.minimumBalanceForRentExemption(BigInt(data.length));
		this.set(pubkey, { lamports: lamports ?? least, owner, data });
	}

	/** Adds a program under a loader (v2 where none is named). */
	addProgram(programId: Pubkey, elf: Uint8Array, loader: Pubkey = programIds.bpfLoader): void {
		this.oracle.addProgramWithLoader(programId.bytes, elf, loader.bytes);
		this.processor.invalidateProgram(programId);
	}

	/** Runs one transaction on both engines and on the oracle; the oracle's result is what stays. */
	run(instructions: readonly Instruction[]): Compared {
		const blockhash = Hash.fromBase58(this.oracle.latestBlockhash());
		const message = compileLegacyMessage(this.payer, instructions, blockhash);
		const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
		const sanitized = new SanitizedMessage(message, NO_LOADED_ADDRESSES, reservedAccountKeys(this.features));
		const ours = this.runOurs(sanitized, blockhash, signatures, 'off');
		const compiled = this.runOurs(sanitized, blockhash, signatures, 'eager');
		const oracle = this.runOracle(encodeTransaction({ signatures, message }), message.accountKeys);
		return { ours, compiled, oracle };
	}

	private runOurs(
		message: SanitizedMessage,
		blockhash: Hash,
		signatures: Uint8Array[],
		jit: JitMode,
	): Observed {
		const runtimeFeatures = resolveRuntimeFeatures(this.features);
		const checked = checkTransaction(message, runtimeFeatures, 5000n, null);
		if (!checked.ok) return this.notExecuted(checked.error, message.accountKeys);
		const rent = decodeRent(this.getAccountSharedData(sysvarIds.rent)!.data);
		if (!rent.ok) throw new TypeError('the oracle has no rent');
		const result = this.processor.loadAndExecuteSanitizedTransaction(
			this,
			new SanitizedTransaction(signatures, Hash.default, message, false, new Uint8Array(0)),
			checked.value,
			{
				blockhash,
				blockhashLamportsPerSignature: 5000n,
				epochTotalStake: 0n,
				featureSet: this.features,
				runtimeFeatures,
				rent: rent.value,
			},
			{ logBytesLimit: 10_000, recordLogs: true, recordInnerInstructions: true, recordReturnData: true, jit },
		);
		if (result.kind !== 'executed') return this.notExecuted(result.error, message.accountKeys);
		const stored = new Map(
			collectAccountsToStore(message, result).map(([key, account]) => [key.key, account]),
		);
		const { status, logMessages, executedUnits, returnData, innerInstructions } = result.execution;
		return {
			outcome: errorText(status),
			logs: logMessages ?? [],
			computeUnits: executedUnits,
			returnData: returnData === null ? '' : `${returnData.programId.toBase58()} ${hex(returnData.data)}`,
			inner: (innerInstructions ?? []).map((list) =>
				list.map(({ instruction: { programIdIndex, accounts, data }, stackHeight }) =>
					[programIdIndex, hex(accounts), hex(data), stackHeight].join(' '),
				),
			),
			accounts: Object.fromEntries(
				message.accountKeys.map((key) => [
					key.toBase58(),
					accountText(stored.get(key.key) ?? this.getAccountSharedData(key)),
				]),
			),
		};
	}

	private notExecuted(error: TransactionError, keys: readonly Pubkey[]): Observed {
		return {
			outcome: errorText(error),
			logs: [],
			computeUnits: 0,
			returnData: '',
			inner: [],
			accounts: Object.fromEntries(
				keys.map((key) => [key.toBase58(), accountText(this.getAccountSharedData(key))]),
			),
		};
	}

	private runOracle(wire: Uint8Array, keys: readonly Pubkey[]): Observed {
		const result = this.oracle.sendLegacyTransaction(wire);
		const failed = 'err' in result;
		const meta = failed ? result.meta() : result;
		const text = String(result);
		const outcome = failed ? (/err: (.*?), meta: TransactionMetadata/s.exec(text)?.[1] ?? text) : 'ok';
		const returned = meta.returnData();
		const program = Pubkey.fromBytes(returned.programId());
		return {
			outcome,
			logs: meta.logs(),
			computeUnits: Number(meta.computeUnitsConsumed()),
			returnData: returned.data().length === 0 ? '' : `${program.toBase58()} ${hex(returned.data())}`,
			inner: meta
				.innerInstructions()
				.map((list) =>
					list.map((one) =>
						[
							one.instruction().programIdIndex(),
							hex(one.instruction().accounts()),
							hex(one.instruction().data()),
							one.stackHeight(),
						].join(' '),
					),
				),
			accounts: Object.fromEntries(
				keys.map((key) => [key.toBase58(), accountText(this.getAccountSharedData(key))]),
			),
		};
	}
}
