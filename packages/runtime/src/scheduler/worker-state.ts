/**
 * What a worker knows: the versions of accounts that it was sent or made, the slot, and a processor with memory and
 * programs of its own.
 *
 * A program's code is forgotten as soon as its account, or the one with its ELF, has other data than before. So what
 * a worker runs follows from the accounts it was sent, on whatever fork they are.
 */
import {
	type AccountSharedData,
	FeatureSet,
	Hash,
	InvariantError,
	Pubkey,
	Rent,
	type RuntimeFeatures,
	reservedAccountKeys,
	resolveRuntimeFeatures,
} from '@parhelion/sdk';
import {
	BUILTINS,
	programCacheEntryOwner,
	programdataAddress,
	TransactionBatchProcessor,
	type TransactionProcessingCallback,
	type TransactionProcessingEnvironment,
} from '@parhelion/svm';
import type { SlotMessage } from './execution-control.ts';

/** See the file. */
export class WorkerState implements TransactionProcessingCallback {
	readonly processor: TransactionBatchProcessor = new TransactionBatchProcessor(0n, 0n);
	readonly #accounts: Map<string, AccountSharedData | null> = new Map();
	/** The programs by their programdata accounts, as far as they were run. */
	readonly #programs: Map<string, Pubkey> = new Map();
	readonly #builtins: Map<string, Pubkey> = new Map();
	#featureSet: FeatureSet = FeatureSet.default();
	#features: RuntimeFeatures = resolveRuntimeFeatures(this.#featureSet);
	#voteStakes: SlotMessage['voteStakes'] = null;
	#environment: TransactionProcessingEnvironment | null = null;
	reservedKeys: ReadonlySet<string> = new Set();
	logBytesLimit: number | null = null;

	/** The account; InvariantError for one that was never sent: what it would be is not known here. */
	getAccountSharedData(pubkey: Pubkey): AccountSharedData | null {
		const account = this.#accounts.get(pubkey.key);
		if (account === undefined) throw new InvariantError(`the account ${pubkey} was not sent`);
		return account;
	}

	getEpochStake(): bigint {
		return this.environment.epochTotalStake;
	}

	getEpochStakeForVoteAccount(vote: Pubkey): bigint {
		return this.#voteStakes?.get(vote.key) ?? 0n;
	}

	/** InvariantError before the first slot. */
	get environment(): TransactionProcessingEnvironment {
		if (this.#environment === null) throw new InvariantError('a transaction came before its slot');
		return this.#environment;
	}

	/** The version known here; `null` where there is none. */
	versionOf(key: string): AccountSharedData | null {
		return this.#accounts.get(key) ?? null;
	}

	/** A newer version of an account; one without lamports does not exist. */
	put(pubkey: Pubkey, account: AccountSharedData | null): void {
		const kept = account === null || account.lamports === 0n ? null : account;
		const before = this.#accounts.get(pubkey.key) ?? null;
		this.#accounts.set(pubkey.key, kept);
		if (before?.data === kept?.data || (!isOfLoader(before) && !isOfLoader(kept))) return;
		this.processor.invalidateProgram(pubkey);
		const program = this.#programs.get(pubkey.key);
		if (program !== undefined) this.processor.invalidateProgram(program);
		const programdata = kept === null ? null : programdataAddress(kept.data);
		if (programdata !== null) this.#programs.set(programdata.key, pubkey);
	}

	/** Forgets all accounts, and with them the programs. */
	reset(): void {
		for (const [key, account] of this.#accounts) {
			if (isOfLoader(account)) this.processor.invalidateProgram(pubkeyOf(key));
		}
		this.#accounts.clear();
		this.#programs.clear();
	}

	/** Moves to a slot. */
	enter(message: SlotMessage): void {
		const { processor } = this;
		processor.setSlot(message.slot, message.epoch);
		if (message.features !== null) {
			this.#featureSet = FeatureSet.default();
			for (const [id, slot] of message.features) this.#featureSet.activate(Pubkey.fromBytes(id), slot);
			this.#features = resolveRuntimeFeatures(this.#featureSet);
			this.reservedKeys = reservedAccountKeys(this.#featureSet);
		}
		if (message.voteStakes !== null) this.#voteStakes = message.voteStakes;
		this.#enterBuiltins(message.builtins.map((id) => Pubkey.fromBytes(id)));
		processor.sysvarCache.reset();
		for (const [id, data] of message.sysvars) processor.sysvarCache.setSysvar(Pubkey.fromBytes(id), data);
		this.logBytesLimit = message.logBytesLimit;
		const [lamportsPerByte, exemptionThreshold, burnPercent] = message.rent;
		this.#environment = {
			blockhash: Hash.fromBytes(message.blockhash),
			blockhashLamportsPerSignature: message.lamportsPerSignature,
			epochTotalStake: message.epochTotalStake,
			featureSet: this.#featureSet,
			runtimeFeatures: this.#features,
			rent: new Rent(lamportsPerByte, exemptionThreshold, burnPercent),
		};
	}

	#enterBuiltins(ids: readonly Pubkey[]): void {
		const wanted = new Set(ids.map(({ key }) => key));
		for (const [key, id] of this.#builtins) {
			if (wanted.has(key)) continue;
			this.processor.removeBuiltin(id);
			this.#builtins.delete(key);
		}
		for (const id of ids) {
			if (this.#builtins.has(id.key)) continue;
			const row = BUILTINS.find(({ programId }) => programId.equals(id));
			if (row === undefined) throw new InvariantError(`the builtin ${id} is not known`);
			this.processor.addBuiltin(id, row.name, row.entrypoint);
			this.#builtins.set(id.key, id);
		}
	}
}

function isOfLoader(account: AccountSharedData | null): boolean {
	return account !== null && programCacheEntryOwner(account.owner) !== null;
}

function pubkeyOf(key: string): Pubkey {
	return Pubkey.fromBytes(Uint8Array.from(key, (character) => character.charCodeAt(0)));
}
