/**
 * The in-process virtual machine with the interface of the npm package `litesvm`.
 *
 * One account database, one clock, no blocks: a transaction is run and committed when it is sent.
 * Misuse throws (`TypeError`, `RangeError`); a transaction that fails is a value.
 *
 * Source: litesvm's index.ts, node-litesvm lib.rs.
 */

import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import { signatureKey, transferInstruction } from '@parhelion/runtime';
import {
	type AccountSharedData,
	base58Decode,
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import type { JitMode } from '@parhelion/svm';
import { toEncodedAccount } from './account.ts';
import { type MissingProgram, missingPrograms } from './bundled-programs.ts';
import { ComputeBudget } from './compute-budget.ts';
import { copyBytes } from './copy-bytes.ts';
import { createCustomSyscall, type SyscallFunction } from './custom-syscall.ts';
import {
	expectBoolean,
	expectBytes,
	expectFunction,
	expectInstance,
	expectObject,
	expectString,
	toPubkey,
	wrongType,
} from './expect-type.ts';
import { FeatureSet } from './feature-set.ts';
import { expectInvocationCallback, type InvocationCallback } from './invocation-callback.ts';
import type {
	AccountToSet,
	Address,
	Blockhash,
	EncodedAccount,
	ExcludeTransactionMessageLifetime,
	LamportsValue,
	MaybeEncodedAccount,
	Transaction,
	TransactionMessageWithBlockhashLifetime,
} from './kit-types.ts';
import { decodeState, encodeState } from './lite-bytes.ts';
import { LiteCheats } from './lite-cheats.ts';
import { LiteCore } from './lite-core.ts';
import {
	addCustomSyscall,
	addProgram,
	defaultStart,
	emptyStart,
	liteFeatures,
	minimumBalance,
	setBuiltins,
	setDefaultPrograms,
	setNativeMints,
	setPrecompiles,
	setSysvars,
} from './lite-genesis.ts';
import { decodeInputs, sendBatch } from './send-batch.ts';
import { parseHash } from './slot-hash.ts';
import { toU64, toUsize } from './to-integer.ts';
import { decodeInput } from './transaction-input.ts';
import type {
	FailedTransactionMetadata,
	SimulatedTransactionInfo,
	TransactionMetadata,
} from './transaction-metadata.ts';

/** Lamports of the airdrop account of a new instance: 1,000,000 SOL. */
const AIRDROP_LAMPORTS = 1_000_000n * 1_000_000_000n;

/** What a simulation checks; the instance's settings without. */
export interface SimulationOptions {
	/** Signatures, and that the transaction did not run before. */
	readonly sigverify?: boolean;
	readonly blockhashCheck?: boolean;
}

/** Who airdrops come from. */
interface AirdropKey {
	readonly seed: Uint8Array;
	readonly pubkey: Pubkey;
}

function airdropKey(seed: Uint8Array): AirdropKey {
	return { seed, pubkey: Pubkey.fromBytes(ed25519PublicKey(seed)) };
}

/** A state that {@link LiteSVM.snapshot} kept. */
export class LiteSnapshot {
	readonly #core: LiteCore;
	readonly #airdrop: AirdropKey | null;
	readonly #airdropLamports: bigint | null;

	constructor(core: LiteCore, airdrop: AirdropKey | null, airdropLamports: bigint | null) {
		this.#core = core;
		this.#airdrop = airdrop;
		this.#airdropLamports = airdropLamports;
	}

	/** What the snapshot holds; for `LiteSVM` alone. */
	static read(snapshot: LiteSnapshot): {
		readonly core: LiteCore;
		readonly airdrop: AirdropKey | null;
		readonly airdropLamports: bigint | null;
	} {
		return {
			core: snapshot.#core,
			airdrop: snapshot.#airdrop,
			airdropLamports: snapshot.#airdropLamports,
		};
	}
}

/** Sends transactions, reads and writes accounts, sets the runtime up. */
export class LiteSVM extends LiteCheats {
	protected override core: LiteCore;
	/** Seed and address of the airdrop account; made when first needed. */
	#airdrop: AirdropKey | null = null;
	/** Lamports that the airdrop account is to be given when it is made. */
	#airdropLamports: bigint | null;

	/** An instance with everything: mainnet's features, builtins, sysvars, programs; all checks on. */
	constructor() {
		super();
		const { bank, features } = defaultStart();
		this.core = new LiteCore(bank, features);
		this.core.sigverify = true;
		this.core.blockhashCheck = true;
		this.#airdropLamports = AIRDROP_LAMPORTS;
	}

	/** An instance with nothing: no features, no accounts; all checks off. */
	static default(): LiteSVM {
		const svm = new LiteSVM();
		svm.clear();
		return svm;
	}

	/** Leaves nothing of the instance's state, as {@link default} starts. */
	protected clear(): void {
		const { bank, features } = emptyStart();
		this.core = new LiteCore(bank, features);
		this.#airdropLamports = null;
	}

	// The whole state.

	/**
	 * The state in `bytes`, which {@link toBytes} made. Custom syscalls are to be lent anew.
	 *
	 * TypeError for anything but bytes; RangeError for bytes that are cut off, damaged, of a newer version, or no
	 * saved state at all: the format is not that of the original.
	 */
	static fromBytes(bytes: Uint8Array): LiteSVM {
		const svm = new LiteSVM();
		svm.adopt(bytes);
		return svm;
	}

	/** Takes over the state in bytes of {@link toBytes}; throws as {@link fromBytes}. */
	protected adopt(bytes: Uint8Array): void {
		const state = decodeState(expectBytes(bytes, 'bytes'));
		this.core = state.core;
		this.#airdropLamports = state.airdropLamports;
		this.#airdrop = state.airdropSeed === null ? null : airdropKey(state.airdropSeed);
	}

	/** The whole state (accounts, features, settings, stakes, transaction history) in a format of our own. */
	toBytes(): Uint8Array {
		return encodeState({
			core: this.core,
			airdropSeed: this.#airdrop?.seed ?? null,
			airdropLamports: this.#airdropLamports,
		});
	}

	/**
	 * The state as it is now, for {@link restore}: in constant time, however many accounts there are, since what
	 * is not written to later is shared. Not in the original.
	 */
	snapshot(): LiteSnapshot {
		return new LiteSnapshot(this.core.fork(), this.#airdrop, this.#airdropLamports);
	}

	/** Goes back, or over, to a state of {@link snapshot}, as often as wanted, in constant time. Not in the original. */
	restore(snapshot: LiteSnapshot): this {
		expectInstance(snapshot, LiteSnapshot, 'snapshot');
		const { core, airdrop, airdropLamports } = LiteSnapshot.read(snapshot);
		this.core = core.fork();
		this.#airdrop = airdrop;
		this.#airdropLamports = airdropLamports;
		return this;
	}

	/** Another instance that starts from this one's state, in constant time. Not in the original. */
	fork(): LiteSVM {
		return new LiteSVM().restore(this.snapshot());
	}

	/** The default programs that this instance's features call for and that have no ELF. Not in the original. */
	missingPrograms(): MissingProgram[] {
		return missingPrograms(this.core.features.set);
	}

	// Setting up.

	/** Replaces the limits and prices of every transaction. */
	withComputeBudget(budget: ComputeBudget): this {
		this.core.computeBudget = expectInstance(budget, ComputeBudget, 'budget').clone();
		return this;
	}

	/**
	 * Lends a syscall to programs added from now on, under its name on chain; one of the same name is replaced.
	 * Needs {@link withBuiltins}, as a new instance has it. Not in the original's npm package.
	 */
	withCustomSyscall(name: string, fn: SyscallFunction): this {
		expectFunction(fn, 'fn');
		if (expectString(name, 'name') === '') throw new RangeError('a syscall needs a name');
		addCustomSyscall(this.core.bank, createCustomSyscall(name, fn));
		return this;
	}

	/**
	 * Sets the lamports delegated to a vote account in this epoch, as `sol_get_epoch_stake` gives them; 0 removes
	 * it. The total is the sum. Not in the original's npm package.
	 */
	setEpochStake(voteAddress: string, lamports: bigint): void {
		this.core.stakes = this.core.stakes.with(toPubkey(voteAddress, 'voteAddress'), toU64(lamports));
	}

	/** Lamports delegated to a vote account in this epoch; of all vote accounts without an address. */
	getEpochStake(voteAddress?: string): bigint {
		if (voteAddress === undefined) return this.core.stakes.getEpochStake();
		return this.core.stakes.getEpochStakeForVoteAccount(toPubkey(voteAddress, 'voteAddress'));
	}

	/** Turns the check of signatures, and of repeated transactions, on or off. */
	withSigverify(sigverify: boolean): this {
		this.core.sigverify = expectBoolean(sigverify, 'sigverify');
		return this;
	}

	/** Turns the check of blockhashes on or off. */
	withBlockhashCheck(check: boolean): this {
		this.core.blockhashCheck = expectBoolean(check, 'check');
		return this;
	}

	/** Compiles programs when they are warm (`auto`), before their first run (`eager`), or never (`off`). Not in the original. */
	withJit(mode: JitMode): this {
		if (mode !== 'auto' && mode !== 'eager' && mode !== 'off') {
			throw new TypeError(`the mode is auto, eager or off, got ${String(mode)}`);
		}
		this.core.jit = mode;
		return this;
	}

	/**
	 * Has `callback` look on before and after every invocation of a program; `null` ends that. What it throws comes
	 * out of the call that sent or simulated the transaction, of which nothing is committed; it cannot send
	 * transactions itself. Not in the original's npm package.
	 */
	withInvocationCallback(callback: InvocationCallback | null): this {
		this.core.invocationCallback = callback === null ? null : expectInvocationCallback(callback);
		return this;
	}

	/** Writes the default sysvars. */
	withSysvars(): this {
		setSysvars(this.core.bank, this.core.features.set, this.core.latestBlockhash);
		return this;
	}

	/** Replaces the features. Programs and builtins that are there stay as they are. */
	withFeatureSet(featureSet: FeatureSet): this {
		this.core.features = liteFeatures(
			expectInstance(featureSet, FeatureSet, 'featureSet').toRuntimeFeatureSet(),
		);
		return this;
	}

	/** Adds the builtin programs that the features enable. */
	withBuiltins(): this {
		setBuiltins(this.core.bank, this.core.features, this.core.computeBudget?.toBudget() ?? null);
		return this;
	}

	/** Sets the lamports of the airdrop account. */
	withLamports(lamports: bigint): this {
		this.#airdropLamports = toU64(lamports);
		if (this.#airdrop !== null) this.#storeAirdropAccount(this.#airdrop.pubkey);
		return this;
	}

	/** Adds the default programs that there is an ELF for; see {@link missingPrograms}. */
	withDefaultPrograms(): this {
		setDefaultPrograms(this.core.bank, this.core.features.set);
		return this;
	}

	/** Adds the mints of wrapped SOL whose token program is there. */
	withNativeMints(): this {
		setNativeMints(this.core.bank);
		return this;
	}

	/**
	 * Changes how many transactions are remembered; 0 remembers none and lets them be repeated. What the original
	 * makes of a number is kept: up to 32 on a new instance remembers none, above it may be rounded up.
	 */
	withTransactionHistory(capacity: bigint): this {
		this.core.history.setCapacity(toUsize(capacity));
		return this;
	}

	/** Limits the bytes of a transaction's logs; none for no limit. */
	withLogBytesLimit(limit?: bigint | null): this {
		this.core.logBytesLimit =
			limit === undefined || limit === null
				? null
				: Math.min(Number(toUsize(limit)), Number.MAX_SAFE_INTEGER);
		return this;
	}

	/** Adds the accounts of the precompiles. */
	withPrecompiles(): this {
		setPrecompiles(this.core.bank);
		return this;
	}

	// Accounts.

	/** Lamports an account of `dataLen` bytes must hold; `u64::MAX` above 10 MiB. */
	minimumBalanceForRentExemption(dataLen: bigint): bigint {
		return minimumBalance(this.core.bank, Number(toUsize(dataLen)));
	}

	/** The account at an address, in kit's form. */
	getAccount<Text extends string>(address: Text): MaybeEncodedAccount<Text> {
		const account = this.#find(address);
		if (account === undefined) return { exists: false, address: address as unknown as Address<Text> };
		return { exists: true, ...toEncodedAccount(address, account) };
	}

	/** The accounts that a program owns, in no particular order. */
	getProgramAccounts(programAddress: string): EncodedAccount[] {
		const program = toPubkey(programAddress, 'programAddress');
		if (program.equals(programIds.systemProgram)) this.#airdropAccount();
		return Array.from(this.core.bank.accounts.programAccounts(program), ([pubkey, account]) =>
			toEncodedAccount(pubkey.toBase58(), account),
		);
	}

	/**
	 * Writes an account past the rules of the runtime; one without lamports is deleted. RangeError for a sysvar
	 * that does not decode, or an executable account that holds no program.
	 */
	setAccount(account: AccountToSet): void {
		expectObject(account, 'account', 'an account of @solana/kit');
		const { lamports, data } = account;
		if (typeof lamports !== 'bigint' && typeof lamports !== 'number') {
			throw wrongType('account.lamports', 'a bigint', lamports);
		}
		if (!(data instanceof Uint8Array) && !Array.isArray(data)) {
			throw wrongType('account.data', 'a Uint8Array', data);
		}
		const stored = this.core.bank.addAccount(
			toPubkey(account.address, 'account.address'),
			createAccount({
				lamports: toU64(BigInt(lamports)),
				data: copyBytes(data),
				owner: toPubkey(account.programAddress, 'account.programAddress'),
				executable: expectBoolean(account.executable, 'account.executable'),
			}),
		);
		if (!stored.ok) throw new RangeError(`Failed to set account: ${stored.error}`);
	}

	/** Lamports of an account, or `null` if there is none. */
	getBalance(address: string): LamportsValue | null {
		return (this.#find(address)?.lamports ?? null) as LamportsValue | null;
	}

	#find(address: string): AccountSharedData | undefined {
		return this.core.bank.accounts.get(toPubkey(address, 'address'));
	}

	// Programs.

	/** Adds a program of the upgradeable loader. RangeError for an ELF that does not load or verify. */
	addProgram(programId: string, programBytes: Uint8Array): void {
		this.#addProgram(programId, programBytes, programIds.bpfLoaderUpgradeable);
	}

	/** Adds a program of loader v1, v2 or v3. RangeError for another loader, or an ELF that does not load. */
	addProgramWithLoader(programId: string, programBytes: Uint8Array, loaderId: string): void {
		this.#addProgram(programId, programBytes, toPubkey(loaderId, 'loaderId'));
	}

	#addProgram(programId: string, programBytes: Uint8Array, loader: Pubkey): void {
		const elf = expectBytes(programBytes, 'programBytes');
		addProgram(this.core.bank, toPubkey(programId, 'programId'), loader, elf);
	}

	// Transactions.

	/** The blockhash that transactions must name. */
	latestBlockhash(): Blockhash {
		return this.core.latestBlockhash.toBase58() as Blockhash;
	}

	/** Replaces the latest blockhash, so that transactions may be repeated under the new one. */
	expireBlockhash(): void {
		this.core.expireBlockhash();
	}

	/**
	 * Makes a new latest blockhash and leaves the last 150 valid, as a cluster does, until {@link expireBlockhash}.
	 * Not in the original.
	 */
	advanceBlockhash(): void {
		this.core.advanceBlockhash();
	}

	/** Whether a transaction may name this blockhash. Not in the original. */
	isBlockhashValid(blockhash: string): boolean {
		return this.core.isBlockhashValid(parseHash(expectString(blockhash, 'blockhash')));
	}

	/** The message with the latest blockhash for its lifetime. */
	setTransactionMessageLifetimeUsingLatestBlockhash<Message extends object>(
		transactionMessage: Message,
	): ExcludeTransactionMessageLifetime<Message> & TransactionMessageWithBlockhashLifetime {
		const lifetimeConstraint = Object.freeze({ blockhash: this.latestBlockhash(), lastValidBlockHeight: 0n });
		const message: object = Object.freeze({ ...transactionMessage, lifetimeConstraint });
		return message as ExcludeTransactionMessageLifetime<Message> & TransactionMessageWithBlockhashLifetime;
	}

	/**
	 * Runs and commits a transaction: one of kit, or wire bytes.
	 *
	 * TypeError for a transaction of kit that lacks signatures, while they are checked; RangeError for one of an
	 * unknown version. Bytes that are no transaction give `SanitizeFailure`.
	 */
	sendTransaction(transaction: Transaction | Uint8Array): TransactionMetadata | FailedTransactionMetadata {
		return this.core.send(decodeInput(transaction, this.core.sigverify));
	}

	/**
	 * Runs and commits transactions in their order, each as {@link sendTransaction} would, and gives their outcomes in
	 * that order. On Node, other threads check the signatures of those to come. All of it is done when the promise is
	 * handed out. Not in the original.
	 *
	 * TypeError or RangeError, which say the element, where {@link sendTransaction} would throw: then nothing was sent.
	 */
	async sendTransactions(
		transactions: readonly (Transaction | Uint8Array)[],
	): Promise<(TransactionMetadata | FailedTransactionMetadata)[]> {
		return sendBatch(this.core, decodeInputs(transactions, this.core.sigverify));
	}

	/**
	 * Runs a transaction and commits nothing. Throws as {@link sendTransaction}. The options, which the original
	 * has not, replace the instance's checks for this once.
	 */
	simulateTransaction(
		transaction: Transaction | Uint8Array,
		options: SimulationOptions = {},
	): SimulatedTransactionInfo | FailedTransactionMetadata {
		const core = this.core;
		const { sigverify, blockhashCheck } = core;
		core.sigverify = options.sigverify ?? sigverify;
		core.blockhashCheck = options.blockhashCheck ?? blockhashCheck;
		try {
			return core.simulate(decodeInput(transaction, core.sigverify));
		} finally {
			core.sigverify = sigverify;
			core.blockhashCheck = blockhashCheck;
		}
	}

	/** The outcome of a transaction by its base58 signature. RangeError if that is not of 64 bytes. */
	getTransaction(signature: string): TransactionMetadata | FailedTransactionMetadata | null {
		const bytes = base58Decode(expectString(signature, 'signature'));
		if (bytes === null || bytes.length !== 64) {
			throw new RangeError(`no base58 text of 64 bytes: ${String(signature).slice(0, 100)}`);
		}
		return this.core.history.get(signatureKey(bytes)) ?? null;
	}

	/** Sends lamports from the airdrop account, by a transaction. */
	airdrop(address: string, lamports: bigint): TransactionMetadata | FailedTransactionMetadata | null {
		const { seed, pubkey } = this.#airdropAccount();
		const instruction = transferInstruction(pubkey, toPubkey(address, 'address'), toU64(lamports));
		const message = compileLegacyMessage(pubkey, [instruction], this.core.latestBlockhash);
		return this.core.send({ signatures: [ed25519Sign(encodeMessage(message), seed)], message });
	}

	#airdropAccount(): AirdropKey {
		if (this.#airdrop === null) {
			this.#airdrop = airdropKey(crypto.getRandomValues(new Uint8Array(32)));
			if (this.#airdropLamports !== null) this.#storeAirdropAccount(this.#airdrop.pubkey);
		}
		return this.#airdrop;
	}

	#storeAirdropAccount(pubkey: Pubkey): void {
		this.core.bank.accounts.store(pubkey, createAccount({ lamports: this.#airdropLamports ?? 0n }));
	}
}
