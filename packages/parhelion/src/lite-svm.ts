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
import type { Clock } from './clock.ts';
import type { ComputeBudget } from './compute-budget.ts';
import { copyBytes } from './copy-bytes.ts';
import type { EpochRewards, EpochSchedule } from './epoch.ts';
import type { FeatureSet } from './feature-set.ts';
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
import { LiteCore } from './lite-core.ts';
import {
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
import * as sysvars from './lite-sysvars.ts';
import type { Rent } from './rent.ts';
import type { SlotHash, SlotHashInput } from './slot-hash.ts';
import type { SlotHistory } from './slot-history.ts';
import type { StakeHistory } from './stake-history.ts';
import { toU64, toUsize } from './to-integer.ts';
import { decodeInput } from './transaction-input.ts';
import type {
	FailedTransactionMetadata,
	SimulatedTransactionInfo,
	TransactionMetadata,
} from './transaction-metadata.ts';

/** Lamports of the airdrop account of a new instance: 1,000,000 SOL. */
const AIRDROP_LAMPORTS = 1_000_000n * 1_000_000_000n;

/** Sends transactions, reads and writes accounts, sets the runtime up. */
export class LiteSVM {
	#core: LiteCore;
	/** Seed and address of the airdrop account; made when first needed. */
	#airdrop: { readonly seed: Uint8Array; readonly pubkey: Pubkey } | null = null;
	/** Lamports that the airdrop account is to be given when it is made. */
	#airdropLamports: bigint | null;

	/** An instance with everything: mainnet's features, builtins, sysvars, programs; all checks on. */
	constructor() {
		const { bank, features } = defaultStart();
		this.#core = new LiteCore(bank, features);
		this.#core.sigverify = true;
		this.#core.blockhashCheck = true;
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
		this.#core = new LiteCore(bank, features);
		this.#airdropLamports = null;
	}

	/** The default programs that this instance's features call for and that have no ELF. Not in the original. */
	missingPrograms(): MissingProgram[] {
		return missingPrograms(this.#core.features.set);
	}

	// Setting up.

	/** Replaces the limits and prices of every transaction. */
	withComputeBudget(budget: ComputeBudget): this {
		this.#core.computeBudget = budget.clone();
		return this;
	}

	/** Turns the check of signatures, and of repeated transactions, on or off. */
	withSigverify(sigverify: boolean): this {
		this.#core.sigverify = sigverify;
		return this;
	}

	/** Turns the check of blockhashes on or off. */
	withBlockhashCheck(check: boolean): this {
		this.#core.blockhashCheck = check;
		return this;
	}

	/** Compiles programs when they are warm (`auto`), before their first run (`eager`), or never (`off`). Not in the original. */
	withJit(mode: JitMode): this {
		if (mode !== 'auto' && mode !== 'eager' && mode !== 'off') {
			throw new TypeError(`the mode is auto, eager or off, got ${String(mode)}`);
		}
		this.#core.jit = mode;
		return this;
	}

	/** Writes the default sysvars. */
	withSysvars(): this {
		setSysvars(this.#core.bank, this.#core.features.set, this.#core.latestBlockhash);
		return this;
	}

	/** Replaces the features. Programs and builtins that are there stay as they are. */
	withFeatureSet(featureSet: FeatureSet): this {
		this.#core.features = liteFeatures(featureSet.toRuntimeFeatureSet());
		return this;
	}

	/** Adds the builtin programs that the features enable. */
	withBuiltins(): this {
		setBuiltins(this.#core.bank, this.#core.features, this.#core.computeBudget?.toBudget() ?? null);
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
		setDefaultPrograms(this.#core.bank, this.#core.features.set);
		return this;
	}

	/** Adds the mints of wrapped SOL whose token program is there. */
	withNativeMints(): this {
		setNativeMints(this.#core.bank);
		return this;
	}

	/**
	 * Changes how many transactions are remembered; 0 remembers none and lets them be repeated. What the original
	 * makes of a number is kept: up to 32 on a new instance remembers none, above it may be rounded up.
	 */
	withTransactionHistory(capacity: bigint): this {
		this.#core.history.setCapacity(toUsize(capacity));
		return this;
	}

	/** Limits the bytes of a transaction's logs; none for no limit. */
	withLogBytesLimit(limit?: bigint | null): this {
		this.#core.logBytesLimit =
			limit === undefined || limit === null
				? null
				: Math.min(Number(toUsize(limit)), Number.MAX_SAFE_INTEGER);
		return this;
	}

	/** Adds the accounts of the precompiles. */
	withPrecompiles(): this {
		setPrecompiles(this.#core.bank);
		return this;
	}

	// Accounts.

	/** Lamports an account of `dataLen` bytes must hold; `u64::MAX` above 10 MiB. */
	minimumBalanceForRentExemption(dataLen: bigint): bigint {
		return minimumBalance(this.#core.bank, Number(toUsize(dataLen)));
	}

	/** The account at an address, in kit's form. */
	getAccount<Text extends string>(address: Text): MaybeEncodedAccount<Text> {
		const account = this.#find(address);
		if (account === undefined) return { exists: false, address: address as unknown as Address<Text> };
		return { exists: true, ...toEncodedAccount(address, account) };
	}

	/** The accounts that a program owns, in no particular order. */
	getProgramAccounts(programAddress: string): EncodedAccount[] {
		const program = Pubkey.fromBase58(programAddress);
		if (program.equals(programIds.systemProgram)) this.#airdropAccount();
		return Array.from(this.#core.bank.accounts.programAccounts(program), ([pubkey, account]) =>
			toEncodedAccount(pubkey.toBase58(), account),
		);
	}

	/**
	 * Writes an account past the rules of the runtime; one without lamports is deleted. RangeError for a sysvar
	 * that does not decode, or an executable account that holds no program.
	 */
	setAccount(account: AccountToSet): void {
		const stored = this.#core.bank.addAccount(
			Pubkey.fromBase58(account.address),
			createAccount({
				lamports: toU64(BigInt(account.lamports)),
				data: copyBytes(account.data),
				owner: Pubkey.fromBase58(account.programAddress),
				executable: account.executable,
			}),
		);
		if (!stored.ok) throw new RangeError(`Failed to set account: ${stored.error}`);
	}

	/** Lamports of an account, or `null` if there is none. */
	getBalance(address: string): LamportsValue | null {
		return (this.#find(address)?.lamports ?? null) as LamportsValue | null;
	}

	#find(address: string): AccountSharedData | undefined {
		return this.#core.bank.accounts.get(Pubkey.fromBase58(address));
	}

	// Programs.

	/** Adds a program of the upgradeable loader. RangeError for an ELF that does not load or verify. */
	addProgram(programId: string, programBytes: Uint8Array): void {
		this.#addProgram(programId, programBytes, programIds.bpfLoaderUpgradeable);
	}

	/** Adds a program of loader v1, v2 or v3. RangeError for another loader, or an ELF that does not load. */
	addProgramWithLoader(programId: string, programBytes: Uint8Array, loaderId: string): void {
		this.#addProgram(programId, programBytes, Pubkey.fromBase58(loaderId));
	}

	#addProgram(programId: string, elf: Uint8Array, loader: Pubkey): void {
		addProgram(this.#core.bank, Pubkey.fromBase58(programId), loader, elf);
	}

	// Transactions.

	/** The blockhash that transactions must name. */
	latestBlockhash(): Blockhash {
		return this.#core.latestBlockhash.toBase58() as Blockhash;
	}

	/** Replaces the latest blockhash, so that transactions may be repeated under the new one. */
	expireBlockhash(): void {
		this.#core.expireBlockhash();
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
		return this.#core.send(decodeInput(transaction, this.#core.sigverify));
	}

	/** Runs a transaction and commits nothing. Throws as {@link sendTransaction}. */
	simulateTransaction(
		transaction: Transaction | Uint8Array,
	): SimulatedTransactionInfo | FailedTransactionMetadata {
		return this.#core.simulate(decodeInput(transaction, this.#core.sigverify));
	}

	/** The outcome of a transaction by its base58 signature. RangeError if that is not of 64 bytes. */
	getTransaction(signature: string): TransactionMetadata | FailedTransactionMetadata | null {
		const bytes = base58Decode(signature);
		if (bytes === null || bytes.length !== 64) {
			throw new RangeError(`no base58 text of 64 bytes: ${String(signature).slice(0, 100)}`);
		}
		return this.#core.history.get(signatureKey(bytes)) ?? null;
	}

	/** Sends lamports from the airdrop account, by a transaction. */
	airdrop(address: string, lamports: bigint): TransactionMetadata | FailedTransactionMetadata | null {
		const { seed, pubkey } = this.#airdropAccount();
		const instruction = transferInstruction(pubkey, Pubkey.fromBase58(address), toU64(lamports));
		const message = compileLegacyMessage(pubkey, [instruction], this.#core.latestBlockhash);
		return this.#core.send({ signatures: [ed25519Sign(encodeMessage(message), seed)], message });
	}

	#airdropAccount(): { readonly seed: Uint8Array; readonly pubkey: Pubkey } {
		if (this.#airdrop === null) {
			const seed = crypto.getRandomValues(new Uint8Array(32));
			this.#airdrop = { seed, pubkey: Pubkey.fromBytes(ed25519PublicKey(seed)) };
			if (this.#airdropLamports !== null) this.#storeAirdropAccount(this.#airdrop.pubkey);
		}
		return this.#airdrop;
	}

	#storeAirdropAccount(pubkey: Pubkey): void {
		this.#core.bank.accounts.store(pubkey, createAccount({ lamports: this.#airdropLamports ?? 0n }));
	}

	// Sysvars. Reading one that was never written throws an Error.

	/** Sets the slot of the clock; nothing else moves. */
	warpToSlot(slot: bigint): void {
		const clock = sysvars.getClock(this.#core.bank);
		clock.slot = slot;
		sysvars.setClock(this.#core.bank, clock);
	}

	getClock(): Clock {
		return sysvars.getClock(this.#core.bank);
	}

	setClock(clock: Clock): void {
		sysvars.setClock(this.#core.bank, clock);
	}

	getRent(): Rent {
		return sysvars.getRent(this.#core.bank);
	}

	setRent(rent: Rent): void {
		sysvars.setRent(this.#core.bank, rent);
	}

	getEpochRewards(): EpochRewards {
		return sysvars.getEpochRewards(this.#core.bank);
	}

	setEpochRewards(rewards: EpochRewards): void {
		sysvars.setEpochRewards(this.#core.bank, rewards);
	}

	getEpochSchedule(): EpochSchedule {
		return sysvars.getEpochSchedule(this.#core.bank);
	}

	setEpochSchedule(schedule: EpochSchedule): void {
		sysvars.setEpochSchedule(this.#core.bank, schedule);
	}

	getLastRestartSlot(): bigint {
		return sysvars.getLastRestartSlot(this.#core.bank);
	}

	setLastRestartSlot(slot: bigint): void {
		sysvars.setLastRestartSlot(this.#core.bank, slot);
	}

	getSlotHashes(): SlotHash[] {
		return sysvars.getSlotHashes(this.#core.bank);
	}

	/** RangeError for a hash that is no base58 text of 32 bytes, or more than 512 entries. */
	setSlotHashes(hashes: readonly SlotHashInput[]): void {
		sysvars.setSlotHashes(this.#core.bank, hashes);
	}

	getSlotHistory(): SlotHistory {
		return sysvars.getSlotHistory(this.#core.bank);
	}

	setSlotHistory(history: SlotHistory): void {
		sysvars.setSlotHistory(this.#core.bank, history);
	}

	getStakeHistory(): StakeHistory {
		return sysvars.getStakeHistory(this.#core.bank);
	}

	setStakeHistory(history: StakeHistory): void {
		sysvars.setStakeHistory(this.#core.bank, history);
	}
}
