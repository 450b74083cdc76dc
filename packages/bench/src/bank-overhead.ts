/**
 * What a Bank adds to the SVM: the same transfers through `processTransaction`, history and signature checks off, and
 * through the bare transaction processor with the accounts in a map.
 *
 * The bare side does what nobody can leave out: the form, the message's hash, compute budget and fee, load, run, store.
 */
import {
	AccountsDb,
	Bank,
	BankForks,
	createBootstrapGenesis,
	processTransaction,
	transferInstruction,
	verifyTransaction,
} from '@parhelion/runtime';
import { MemoryStorage } from '@parhelion/runtime/node';
import {
	type AccountSharedData,
	compileLegacyMessage,
	createAccount,
	decodeTransaction,
	encodeTransaction,
	FeatureSet,
	Hash,
	NO_LOADED_ADDRESSES,
	ok,
	Pubkey,
	type SanitizedTransaction,
	type VersionedTransaction,
} from '@parhelion/sdk';
import {
	checkTransaction,
	collectAccountsToStore,
	DEFAULT_LAMPORTS_PER_SIGNATURE,
	type TransactionProcessingCallback,
} from '@parhelion/svm';

const PAYERS = 64;
const LAMPORTS = 1_000_000_000_000n;

const key = (tag: number, i: number): Pubkey => {
	const bytes = new Uint8Array(32).fill(tag);
	new DataView(bytes.buffer).setUint32(0, i, true);
	return Pubkey.fromBytes(bytes);
};
const leader = { id: key(200, 0), voteAddress: key(201, 0) };
const SIGNATURE = new Uint8Array(64);

/** Transactions as they come off the wire; each side of a comparison has its own. */
export function decodeAll(wire: readonly Uint8Array[]): VersionedTransaction[] {
	return wire.map((bytes) => {
		const decoded = decodeTransaction(bytes);
		if (!decoded.ok) throw new Error(decoded.error.kind);
		return decoded.value;
	});
}

/** A bank with payers, in memory. */
export class TransferScene {
	readonly forks: BankForks;
	#bank: Bank;
	#serial = 0n;

	constructor() {
		const config = createBootstrapGenesis({
			faucet: key(1, 0),
			validator: { identity: leader.id, vote: leader.voteAddress, stake: key(202, 0) },
			features: FeatureSet.mainnet(),
		});
		const genesis = Bank.newFromGenesis(config, leader, new AccountsDb({ storage: new MemoryStorage() }));
		for (let i = 0; i < PAYERS; i++) genesis.storeAndCount(key(2, i), createAccount({ lamports: LAMPORTS }));
		for (let i = 0; i < PAYERS; i++) genesis.storeAndCount(key(3, i), createAccount({ lamports: LAMPORTS }));
		this.forks = new BankForks(genesis);
		this.#bank = genesis;
		this.advance();
	}

	get bank(): Bank {
		return this.#bank;
	}

	/** Completes the slot, roots and flushes all but the newest, opens the next. */
	advance(): void {
		const parent = this.#bank;
		while (!parent.isComplete) {
			parent.registerTick(Hash.fromBytes(key(9, Number(parent.slot)).bytes));
		}
		this.#bank = this.forks.insert(Bank.newFromParent(parent, leader, parent.slot + 1n));
		this.forks.setRoot(parent.slot);
		parent.shared.accountsDb.flushSync();
	}

	/** The wire bytes of transfers that no slot has seen, each from one of the payers to one of the payees. */
	transfers(count: number): Uint8Array[] {
		const blockhash = this.#bank.lastBlockhash();
		return Array.from({ length: count }, (_, i) => {
			const payer = key(2, i % PAYERS);
			const instruction = transferInstruction(payer, key(3, (i * 7) % PAYERS), ++this.#serial);
			const message = compileLegacyMessage(payer, [instruction], blockhash);
			return encodeTransaction({ signatures: [SIGNATURE], message });
		});
	}

	/** Runs them through the bank. */
	runBank(transactions: readonly VersionedTransaction[]): void {
		for (const transaction of transactions) {
			const { err } = processTransaction(this.#bank, transaction, { skipSigVerify: true });
			if (err !== null) throw new Error(`a transfer fails: ${err.kind}`);
		}
	}

	/** A run of the same transactions that stores into a map, beginning with the bank's accounts. */
	bare(): (transactions: readonly VersionedTransaction[]) => void {
		const bank = this.#bank;
		const { features, reservedKeys, environment, processor } = bank;
		const accounts = new Map<string, AccountSharedData>();
		const callback: TransactionProcessingCallback = {
			getAccountSharedData: (pubkey) => {
				const account = accounts.get(pubkey.key);
				if (account !== undefined) return account;
				const loaded = bank.getAccount(pubkey);
				if (loaded !== null) accounts.set(pubkey.key, loaded);
				return loaded;
			},
			getEpochStake: () => 0n,
			getEpochStakeForVoteAccount: () => 0n,
		};
		const verify = {
			features,
			addressLoader: () => ok(NO_LOADED_ADDRESSES),
			reservedKeys,
		};
		const config = {
			logBytesLimit: null,
			recordLogs: true,
			recordInnerInstructions: true,
			recordReturnData: true,
		};
		const sanitize = (transaction: VersionedTransaction): SanitizedTransaction => {
			const sanitized = verifyTransaction(transaction, verify, false);
			if (!sanitized.ok) throw new Error(sanitized.error.kind);
			return sanitized.value;
		};
		return (transactions) => {
			for (const transaction of transactions) {
				const sanitized = sanitize(transaction);
				const { message } = sanitized;
				const checked = checkTransaction(message, features, DEFAULT_LAMPORTS_PER_SIGNATURE, null);
				if (!checked.ok) throw new Error(checked.error.kind);
				const result = processor.loadAndExecuteSanitizedTransaction(
					callback,
					sanitized,
					checked.value,
					environment,
					config,
				);
				if (result.kind !== 'executed' || result.execution.status !== null)
					throw new Error('a transfer fails');
				for (const [pubkey, account] of collectAccountsToStore(message, result))
					accounts.set(pubkey.key, account);
			}
		};
	}
}
