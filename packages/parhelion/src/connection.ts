/**
 * A `LiteSVM` in the place of a `Connection` of `@solana/web3.js`, so that clients written for the RPC (Anchor's
 * provider, SPL's clients) run in process.
 *
 * Owns the methods that such clients call, and their shapes. Every transaction is final when it is sent. After each
 * there is a new blockhash, as on a cluster, and the last 150 stay valid. Refuses: blocks, votes and stake, which an
 * in-process machine has not; `@parhelion/rpc` has a server for them.
 *
 * Source: @solana/web3.js 1.x connection.ts; agave rpc.rs for the rules.
 */
import {
	base58Decode,
	base58Encode,
	decodeMessage,
	decodeTransaction,
	Queue,
	type TransactionErrorJson,
	transactionErrorToJson,
	U64_MAX,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type {
	AccountInfoLike,
	AddressLike,
	InContext,
	LegacyTransactionLike,
	LogsLike,
	ProgramAccountsConfig,
	ProgramAccountsFilter,
	PublicKeyConstructor,
	PublicKeyLike,
	ReturnDataLike,
	SendErrorConstructor,
	SendOptionsLike,
	SignatureStatusLike,
	SignerLike,
	SimulateConfig,
	SimulationResponse,
	VersionedTransactionLike,
} from './connection-types.ts';
import { expectFunction, expectInstance, expectString, wrongType } from './expect-type.ts';
import type { EncodedAccount } from './kit-types.ts';
import { LiteSVM } from './lite-svm.ts';
import { FailedTransactionMetadata, type TransactionMetadata } from './transaction-metadata.ts';

/** Lamports of a signature. */
const LAMPORTS_PER_SIGNATURE = 5000;
/** Blocks that a blockhash is valid for. */
const BLOCKHASH_LIFETIME = 150;
/** Outcomes kept for questions about them; the oldest goes first. */
const MAX_OUTCOMES = 10_000;

/** What a {@link LiteConnection} is made with. */
export interface LiteConnectionOptions<Key extends PublicKeyLike> {
	/** The class of addresses: `PublicKey` of `@solana/web3.js`. */
	readonly PublicKey: PublicKeyConstructor<Key>;
	/** The error of a transaction that fails: `SendTransactionError` of `@solana/web3.js`; ours without. */
	readonly SendTransactionError?: SendErrorConstructor;
}

/** A transaction failed when it was sent. */
export class SendTransactionError extends Error {
	override readonly name = 'SendTransactionError';
	readonly logs: string[];
	readonly signature: string;
	constructor(fields: { signature: string; transactionMessage: string; logs?: string[] }) {
		super(`Simulation failed. \nMessage: ${fields.transactionMessage}. \nLogs: \n${fields.logs?.join('\n')}`);
		this.logs = fields.logs ?? [];
		this.signature = fields.signature;
	}
}

interface Outcome {
	readonly slot: number;
	readonly blockTime: number;
	readonly err: TransactionErrorJson | null;
	readonly meta: TransactionMetadata;
}

type LogsListener = (logs: LogsLike, context: { slot: number }) => void;
type AccountListener<Key> = (account: AccountInfoLike<Key>, context: { slot: number }) => void;

/** Bytes as a `Buffer` where there is such a class, since clients of the RPC call its methods. */
function toBuffer(bytes: Uint8Array): Uint8Array {
	const maker: unknown = Reflect.get(globalThis, 'Buffer');
	if (typeof maker !== 'function') return bytes;
	const from: unknown = Reflect.get(maker, 'from');
	return typeof from === 'function' ? from.call(maker, bytes) : bytes;
}

function toBase64(bytes: Uint8Array): string {
	let binary = '';
	for (const byte of bytes) binary += String.fromCharCode(byte);
	return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
	return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

function base58Of(address: AddressLike, name: string): string {
	if (typeof address === 'string') return address;
	if (typeof address?.toBase58 !== 'function')
		throw wrongType(name, 'a PublicKey or a base58 address', address);
	return address.toBase58();
}

function returnDataOf(meta: TransactionMetadata): ReturnDataLike | null {
	const { programId, data } = meta.toFacts().returnData;
	return data.length === 0 ? null : { programId: programId.toBase58(), data: [toBase64(data), 'base64'] };
}

function matches(account: EncodedAccount, filter: ProgramAccountsFilter): boolean {
	if ('dataSize' in filter) return account.data.length === filter.dataSize;
	const { offset, bytes, encoding } = filter.memcmp;
	const wanted = encoding === 'base64' ? fromBase64(bytes) : base58Decode(bytes);
	if (wanted === null) throw new RangeError('memcmp.bytes: the text is no base58');
	if (offset + wanted.length > account.data.length) return false;
	return wanted.every((byte, i) => account.data[offset + i] === byte);
}

/** The part of `Connection` that runs in process. */
export class LiteConnection<Key extends PublicKeyLike> {
	/** No address: nothing leaves the process. */
	readonly rpcEndpoint = 'in-process';
	readonly commitment = 'confirmed';
	readonly #svm: LiteSVM;
	readonly #PublicKey: PublicKeyConstructor<Key>;
	readonly #SendError: SendErrorConstructor;
	readonly #outcomes: Map<string, Outcome> = new Map();
	/** Their signatures, oldest first. */
	readonly #signatures: Queue<string> = new Queue();
	readonly #logsListeners: Map<number, readonly [filter: string | null, listener: LogsListener]> = new Map();
	readonly #accountListeners: Map<number, readonly [address: string, listener: AccountListener<Key>]> =
		new Map();
	#nextListener = 0;
	#blockHeight = 0;

	constructor(svm: LiteSVM, options: LiteConnectionOptions<Key>) {
		this.#svm = expectInstance(svm, LiteSVM, 'svm');
		expectFunction(options?.PublicKey, 'options.PublicKey');
		this.#PublicKey = options.PublicKey;
		this.#SendError = options.SendTransactionError ?? SendTransactionError;
	}

	// The chain.

	#slot(): number {
		return Number(this.#svm.getClock().slot);
	}
	#inContext<Value>(value: Value): InContext<Value> {
		return { context: { slot: this.#slot() }, value };
	}

	async getSlot(): Promise<number> {
		return this.#slot();
	}
	/** One for each transaction. */
	async getBlockHeight(): Promise<number> {
		return this.#blockHeight;
	}
	/** Seconds since 1970; the clock of the instance, whatever the slot. */
	async getBlockTime(_slot?: number): Promise<number> {
		return Number(this.#svm.getClock().unixTimestamp);
	}
	async getVersion(): Promise<{ 'solana-core': string; 'feature-set': number }> {
		return { 'solana-core': '4.3.0', 'feature-set': 0 };
	}
	async getEpochInfo(): Promise<{
		epoch: number;
		slotIndex: number;
		slotsInEpoch: number;
		absoluteSlot: number;
		blockHeight: number;
	}> {
		const { slot, epoch } = this.#svm.getClock();
		const schedule = this.#svm.getEpochSchedule();
		const slotsInEpoch = schedule.slotsPerEpoch;
		const index = slot >= schedule.firstNormalSlot ? (slot - schedule.firstNormalSlot) % slotsInEpoch : slot;
		return {
			epoch: Number(epoch),
			slotIndex: Number(index),
			slotsInEpoch: Number(slotsInEpoch),
			absoluteSlot: Number(slot),
			blockHeight: this.#blockHeight,
		};
	}
	async getLatestBlockhash(): Promise<{ blockhash: string; lastValidBlockHeight: number }> {
		const blockhash: string = this.#svm.latestBlockhash();
		return { blockhash, lastValidBlockHeight: this.#blockHeight + BLOCKHASH_LIFETIME };
	}
	async getLatestBlockhashAndContext(): Promise<
		InContext<{ blockhash: string; lastValidBlockHeight: number }>
	> {
		return this.#inContext(await this.getLatestBlockhash());
	}
	async isBlockhashValid(blockhash: string): Promise<InContext<boolean>> {
		return this.#inContext(this.#svm.isBlockhashValid(blockhash));
	}
	async getMinimumBalanceForRentExemption(dataLength: number): Promise<number> {
		if (!Number.isSafeInteger(dataLength) || dataLength < 0) {
			throw wrongType('dataLength', 'an integer of 0 or more', dataLength);
		}
		return Number(this.#svm.minimumBalanceForRentExemption(BigInt(dataLength)));
	}
	/** Lamports of a message's signatures; priority fees are the sender's to add. */
	async getFeeForMessage(message: { serialize(): Uint8Array }): Promise<InContext<number | null>> {
		const decoded = decodeMessage(new Uint8Array(message.serialize()));
		const fee = decoded.ok ? decoded.value.header.numRequiredSignatures * LAMPORTS_PER_SIGNATURE : null;
		return this.#inContext(fee);
	}

	// Accounts.

	#account(address: string): EncodedAccount | null {
		const account = this.#svm.getAccount(address);
		return account.exists ? account : null;
	}
	#info(account: EncodedAccount): AccountInfoLike<Key> {
		return {
			executable: account.executable,
			owner: new this.#PublicKey(account.programAddress),
			lamports: Number(account.lamports),
			data: toBuffer(account.data),
			rentEpoch: Number(U64_MAX),
		};
	}
	#infoOf(address: AddressLike): AccountInfoLike<Key> | null {
		const account = this.#account(base58Of(address, 'address'));
		return account === null ? null : this.#info(account);
	}

	async getBalance(address: AddressLike): Promise<number> {
		return Number(this.#svm.getBalance(base58Of(address, 'address')) ?? 0n);
	}
	async getAccountInfo(address: AddressLike): Promise<AccountInfoLike<Key> | null> {
		return this.#infoOf(address);
	}
	async getAccountInfoAndContext(address: AddressLike): Promise<InContext<AccountInfoLike<Key> | null>> {
		return this.#inContext(this.#infoOf(address));
	}
	async getMultipleAccountsInfo(addresses: readonly AddressLike[]): Promise<(AccountInfoLike<Key> | null)[]> {
		return addresses.map((address) => this.#infoOf(address));
	}
	async getMultipleAccountsInfoAndContext(
		addresses: readonly AddressLike[],
	): Promise<InContext<(AccountInfoLike<Key> | null)[]>> {
		return this.#inContext(await this.getMultipleAccountsInfo(addresses));
	}
	/** The accounts of a program that pass every filter. */
	async getProgramAccounts(
		program: AddressLike,
		config: ProgramAccountsConfig | string = {},
	): Promise<{ pubkey: Key; account: AccountInfoLike<Key> }[]> {
		const { filters = [], dataSlice } = typeof config === 'string' ? {} : config;
		return this.#svm
			.getProgramAccounts(base58Of(program, 'program'))
			.filter((account) => filters.every((filter) => matches(account, filter)))
			.map((account) => {
				const { offset = 0, length = account.data.length } = dataSlice ?? {};
				const data = account.data.slice(offset, offset + length);
				return { pubkey: new this.#PublicKey(account.address), account: this.#info({ ...account, data }) };
			});
	}
	async getTokenAccountBalance(address: AddressLike): Promise<InContext<TokenAmount>> {
		const text = base58Of(address, 'address');
		const amount = this.#svm.getTokenBalance(text);
		const mint = base58Encode(this.#account(text)?.data.subarray(0, 32) ?? new Uint8Array(32));
		return this.#inContext(tokenAmount(amount, this.#account(mint)?.data[44] ?? 0));
	}
	async getTokenSupply(mint: AddressLike): Promise<InContext<TokenAmount>> {
		const account = this.#account(base58Of(mint, 'mint'));
		if (account === null || account.data.length < 82) throw new RangeError(`${mint} is no mint`);
		const view = new DataView(account.data.buffer, account.data.byteOffset);
		return this.#inContext(tokenAmount(view.getBigUint64(36, true), account.data[44] ?? 0));
	}

	// Transactions.

	/** Sends lamports from the airdrop account; gives the signature. */
	async requestAirdrop(to: AddressLike, lamports: number): Promise<string> {
		const outcome = this.#svm.airdrop(base58Of(to, 'to'), BigInt(lamports));
		if (outcome === null) throw new RangeError('there is no airdrop account');
		const meta = outcome instanceof FailedTransactionMetadata ? outcome.meta() : outcome;
		const signature = base58Encode(meta.signature());
		this.#settle(signature, outcome, null);
		if (outcome instanceof FailedTransactionMetadata) this.#throw('send', signature, outcome);
		return signature;
	}

	/** Sends wire bytes; gives the signature. Throws the error of {@link LiteConnectionOptions} for one that fails. */
	async sendRawTransaction(wire: Uint8Array | number[], options: SendOptionsLike = {}): Promise<string> {
		const bytes = new Uint8Array(wire);
		const decoded = decodeTransaction(bytes);
		if (!decoded.ok) throw new RangeError('failed to deserialize the transaction: these bytes are none');
		const signature = base58Encode(decoded.value.signatures[0] ?? new Uint8Array(64));
		if (options?.skipPreflight !== true) {
			const simulated = this.#svm.simulateTransaction(bytes);
			if (simulated instanceof FailedTransactionMetadata) this.#throw('simulate', signature, simulated);
		}
		this.#settle(signature, this.#svm.sendTransaction(bytes), decoded.value);
		return signature;
	}

	/** As {@link sendRawTransaction}, in base64. */
	async sendEncodedTransaction(encoded: string, options?: SendOptionsLike): Promise<string> {
		return this.sendRawTransaction(fromBase64(expectString(encoded, 'encoded')), options);
	}

	/** Signs a legacy transaction with `signers` and sends it; a versioned one is signed already. */
	async sendTransaction(
		transaction: LegacyTransactionLike | VersionedTransactionLike,
		signersOrOptions?: readonly SignerLike[] | SendOptionsLike,
		options?: SendOptionsLike,
	): Promise<string> {
		if ('version' in transaction) {
			return this.sendRawTransaction(transaction.serialize(), signersOrOptions as SendOptionsLike);
		}
		if (!Array.isArray(signersOrOptions)) throw wrongType('signers', 'an array', signersOrOptions);
		transaction.recentBlockhash = this.#svm.latestBlockhash();
		transaction.sign(...signersOrOptions);
		return this.sendRawTransaction(transaction.serialize(), options);
	}

	/** Runs a transaction and commits nothing. Signatures are checked only if asked for, or if signers are given. */
	async simulateTransaction(
		transaction: LegacyTransactionLike | VersionedTransactionLike,
		configOrSigners?: SimulateConfig | readonly SignerLike[],
		includeAccounts?: boolean | readonly PublicKeyLike[],
	): Promise<InContext<SimulationResponse>> {
		if ('version' in transaction) {
			return this.#simulate(
				new Uint8Array(transaction.serialize()),
				(configOrSigners ?? {}) as SimulateConfig,
			);
		}
		const signers = Array.isArray(configOrSigners) ? (configOrSigners as readonly SignerLike[]) : [];
		if (signers.length > 0) {
			transaction.recentBlockhash = this.#svm.latestBlockhash();
			transaction.sign(...signers);
		} else {
			transaction.recentBlockhash ??= this.#svm.latestBlockhash();
		}
		const bytes = transaction.serialize({ requireAllSignatures: false, verifySignatures: false });
		const addresses = Array.isArray(includeAccounts)
			? includeAccounts.map((key: PublicKeyLike) => key.toBase58())
			: null;
		return this.#simulate(new Uint8Array(bytes), {
			sigVerify: signers.length > 0,
			...(addresses === null ? {} : { accounts: { addresses } }),
		});
	}

	#simulate(bytes: Uint8Array, config: SimulateConfig): InContext<SimulationResponse> {
		const replace = config.replaceRecentBlockhash === true;
		if (replace && config.sigVerify === true) {
			throw new RangeError('sigVerify may not be used with replaceRecentBlockhash');
		}
		const outcome = this.#svm.simulateTransaction(bytes, {
			sigverify: config.sigVerify === true,
			...(replace ? { blockhashCheck: false } : {}),
		});
		const failed = outcome instanceof FailedTransactionMetadata;
		const meta = outcome.meta();
		const post = new Map(failed ? [] : outcome.postAccounts().map((account) => [account.address, account]));
		const accounts =
			config.accounts?.addresses.map((address) => {
				const account = failed
					? null
					: (post.get(address as EncodedAccount['address']) ?? this.#account(address));
				if (account === null || account.lamports === 0n) return null;
				return {
					executable: account.executable,
					owner: account.programAddress,
					lamports: Number(account.lamports),
					data: [toBase64(account.data), 'base64'] as [string, 'base64'],
					rentEpoch: Number(U64_MAX),
				};
			}) ?? null;
		return this.#inContext({
			err: failed ? transactionErrorToJson(outcome.transactionError()) : null,
			logs: meta.logs(),
			accounts,
			unitsConsumed: Number(meta.computeUnitsConsumed()),
			returnData: returnDataOf(meta),
		});
	}

	/** What a client that goes past the methods asks for: Anchor simulates legacy transactions this way. */
	async _rpcRequest(method: string, args: readonly unknown[]): Promise<unknown> {
		if (method !== 'simulateTransaction') {
			throw new RangeError(
				`${method} is not answered in process; "npm start" has a server with the whole RPC`,
			);
		}
		const [encoded, config] = args;
		const result = this.#simulate(
			fromBase64(expectString(encoded, 'args[0]')),
			typeof config === 'object' && config !== null ? config : {},
		);
		return { jsonrpc: '2.0', id: '', result };
	}

	/** At once: what was sent is final. RangeError for a signature that was never sent. */
	async confirmTransaction(
		strategy: string | { readonly signature: string },
	): Promise<InContext<{ err: TransactionErrorJson | null }>> {
		const signature = typeof strategy === 'string' ? strategy : strategy.signature;
		const outcome = this.#outcomes.get(expectString(signature, 'signature'));
		if (outcome === undefined) throw new RangeError(`the transaction ${signature} was not sent here`);
		return this.#inContext({ err: outcome.err });
	}
	async getSignatureStatus(signature: string): Promise<InContext<SignatureStatusLike | null>> {
		return this.#inContext(this.#status(signature));
	}
	async getSignatureStatuses(
		signatures: readonly string[],
	): Promise<InContext<(SignatureStatusLike | null)[]>> {
		return this.#inContext(signatures.map((signature) => this.#status(signature)));
	}
	#status(signature: string): SignatureStatusLike | null {
		const outcome = this.#outcomes.get(signature);
		if (outcome === undefined) return null;
		return { slot: outcome.slot, confirmations: null, err: outcome.err, confirmationStatus: 'finalized' };
	}
	/** What a transaction did; `null` if it was not sent here. Balances and the message are not kept. */
	async getTransaction(signature: string): Promise<{
		slot: number;
		blockTime: number;
		transaction: { signatures: string[] };
		meta: {
			err: TransactionErrorJson | null;
			fee: number;
			logMessages: string[];
			computeUnitsConsumed: number;
			returnData: ReturnDataLike | null;
		};
	} | null> {
		const outcome = this.#outcomes.get(signature);
		if (outcome === undefined) return null;
		const { slot, blockTime, err, meta } = outcome;
		return {
			slot,
			blockTime,
			transaction: { signatures: [signature] },
			meta: {
				err,
				fee: Number(meta.fee()),
				logMessages: meta.logs(),
				computeUnitsConsumed: Number(meta.computeUnitsConsumed()),
				returnData: returnDataOf(meta),
			},
		};
	}

	// Listening.

	/** Calls `listener` for each transaction from now on that names an address, or for all. */
	onLogs(filter: AddressLike | 'all' | 'allWithVotes', listener: LogsListener): number {
		expectFunction(listener, 'listener');
		const address = filter === 'all' || filter === 'allWithVotes' ? null : base58Of(filter, 'filter');
		this.#logsListeners.set(this.#nextListener, [address, listener]);
		return this.#nextListener++;
	}
	async removeOnLogsListener(id: number): Promise<void> {
		this.#logsListeners.delete(id);
	}
	/** Calls `listener` for each transaction from now on that may have changed an account. */
	onAccountChange(address: AddressLike, listener: AccountListener<Key>): number {
		expectFunction(listener, 'listener');
		this.#accountListeners.set(this.#nextListener, [base58Of(address, 'address'), listener]);
		return this.#nextListener++;
	}
	async removeAccountChangeListener(id: number): Promise<void> {
		this.#accountListeners.delete(id);
	}

	/** Remembers an outcome, moves on to the next blockhash, tells the listeners. */
	#settle(
		signature: string,
		outcome: TransactionMetadata | FailedTransactionMetadata,
		transaction: VersionedTransaction | null,
	): void {
		const failed = outcome instanceof FailedTransactionMetadata;
		const meta = failed ? outcome.meta() : outcome;
		const err = failed ? transactionErrorToJson(outcome.transactionError()) : null;
		const clock = this.#svm.getClock();
		const slot = Number(clock.slot);
		const ran = meta.toFacts().signature.some((byte) => byte !== 0);
		if (!this.#outcomes.has(signature)) {
			this.#outcomes.set(signature, { slot, blockTime: Number(clock.unixTimestamp), err, meta });
			this.#signatures.push(signature);
		}
		if (this.#signatures.size > MAX_OUTCOMES) this.#outcomes.delete(this.#signatures.shift()!);
		if (!ran) return;
		this.#blockHeight++;
		this.#svm.advanceBlockhash();
		const keys = new Set(transaction?.message.accountKeys.map((key) => key.toBase58()));
		const logs = meta.logs();
		for (const [filter, listener] of [...this.#logsListeners.values()]) {
			const named = filter === null || keys.has(filter) || logs.some((line) => line.includes(filter));
			if (named) listener({ signature, err, logs }, { slot });
		}
		for (const [address, listener] of [...this.#accountListeners.values()]) {
			const info = keys.has(address) ? this.#infoOf(address) : null;
			if (info !== null) listener(info, { slot });
		}
	}

	#throw(action: 'send' | 'simulate', signature: string, failed: FailedTransactionMetadata): never {
		throw new this.#SendError({
			action,
			signature: action === 'simulate' ? '' : signature,
			transactionMessage: `Transaction simulation failed: ${failed.message()}`,
			logs: failed.meta().logs(),
		});
	}
}

/** Tokens in the RPC's form. */
export interface TokenAmount {
	readonly amount: string;
	readonly decimals: number;
	readonly uiAmount: number;
	readonly uiAmountString: string;
}

function tokenAmount(amount: bigint, decimals: number): TokenAmount {
	const digits = amount.toString().padStart(decimals + 1, '0');
	const whole = digits.slice(0, digits.length - decimals);
	const part = decimals === 0 ? '' : digits.slice(-decimals).replace(/0+$/, '');
	const text = part === '' ? whole : `${whole}.${part}`;
	return { amount: String(amount), decimals, uiAmount: Number(text), uiAmountString: text };
}
