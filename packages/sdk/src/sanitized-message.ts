/**
 * Owns {@link SanitizedMessage}: a message whose indices are known to be valid and whose addresses are loaded, with the
 * questions the runtime asks of it. What an index is (signer, writable, invoked, passed to an instruction) is computed
 * once.
 *
 * Sources: crate `solana-message` (`sanitized.rs`, `v0/loaded.rs`, `v1/cached.rs`), crate `solana-svm-transaction`
 * (`SVMMessage`).
 */

import type { Hash } from './hash.ts';
import { programIds } from './ids.ts';
import type {
	CompiledInstruction,
	MessageAddressTableLookup,
	MessageHeader,
	TransactionConfig,
	VersionedMessage,
} from './message.ts';
import type { Pubkey } from './pubkey.ts';
import { TransactionError } from './transaction-error.ts';

/** The addresses a v0 message loads from tables. */
export interface LoadedAddresses {
	readonly writable: readonly Pubkey[];
	readonly readonly: readonly Pubkey[];
}

/** What a message without lookups loads. */
export const NO_LOADED_ADDRESSES: LoadedAddresses = Object.freeze({
	writable: Object.freeze([]),
	readonly: Object.freeze([]),
});

/** How many signatures a transaction carries, by kind. */
export interface TransactionSignatureDetails {
	readonly numTransactionSignatures: number;
	readonly numSecp256k1InstructionSignatures: number;
	readonly numEd25519InstructionSignatures: number;
	readonly numSecp256r1InstructionSignatures: number;
}

const SIGNER = 1;
const REQUESTED_WRITABLE = 2;
const WRITABLE = 4;
const INVOKED = 8;
const INSTRUCTION_ACCOUNT = 16;

const NO_LOOKUPS: readonly MessageAddressTableLookup[] = Object.freeze([]);

const SECP256K1 = programIds.secp256k1Program.key;
const ED25519 = programIds.ed25519Program.key;
const SECP256R1 = programIds.secp256r1Program.key;
const SYSTEM = programIds.systemProgram.key;
const UPGRADEABLE_LOADER = programIds.bpfLoaderUpgradeable.key;

/** A message as the SVM runs it. Make one through `sanitizeTransaction`, or from a message already sanitised. */
export class SanitizedMessage {
	/** The message as it was on the wire. */
	readonly message: VersionedMessage;
	/** Static keys, then loaded writable, then loaded read-only. */
	readonly accountKeys: readonly Pubkey[];
	/** How many of {@link accountKeys} stand in the message itself. */
	readonly numStaticAccountKeys: number;
	readonly instructions: readonly CompiledInstruction[];
	readonly header: MessageHeader;
	readonly recentBlockhash: Hash;
	readonly addressTableLookups: readonly MessageAddressTableLookup[];
	readonly loadedAddresses: LoadedAddresses;
	/** The compute budget of a v1 message; null for the others. */
	readonly config: TransactionConfig | null;
	private readonly flags: Uint8Array;
	private signatureDetails: TransactionSignatureDetails | null = null;

	/**
	 * @param message a message that `sanitizeMessage` found valid.
	 * @param loadedAddresses what its lookups resolve to.
	 * @param reservedAccountKeys keys (`pubkey.key`) that are never write-locked.
	 */
	constructor(
		message: VersionedMessage,
		loadedAddresses: LoadedAddresses,
		reservedAccountKeys: ReadonlySet<string>,
	) {
		this.message = message;
		this.header = message.header;
		this.instructions = message.instructions;
		this.recentBlockhash = message.recentBlockhash;
		this.numStaticAccountKeys = message.accountKeys.length;
		this.loadedAddresses = loadedAddresses;
		this.addressTableLookups = message.version === 0 ? message.addressTableLookups : NO_LOOKUPS;
		this.config = message.version === 1 ? message.config : null;
		const { writable, readonly } = loadedAddresses;
		this.accountKeys =
			writable.length + readonly.length === 0
				? message.accountKeys
				: [...message.accountKeys, ...writable, ...readonly];
		this.flags = computeFlags(this, reservedAccountKeys);
	}

	get version(): 'legacy' | 0 | 1 {
		return this.message.version;
	}

	get feePayer(): Pubkey {
		return this.accountKeys[0]!;
	}

	get numRequiredSignatures(): number {
		return this.header.numRequiredSignatures;
	}

	/** The signatures of the transaction itself, without those of precompile instructions. */
	get numTransactionSignatures(): number {
		return this.header.numRequiredSignatures;
	}

	get numLookupTables(): number {
		return this.addressTableLookups.length;
	}

	/** Accounts requested read-only: loaded and static. */
	get numReadonlyAccounts(): number {
		return (
			this.loadedAddresses.readonly.length +
			this.header.numReadonlySignedAccounts +
			this.header.numReadonlyUnsignedAccounts
		);
	}

	/** Write locks requested, whether or not they are demoted. */
	get numWriteLocks(): number {
		return Math.max(0, this.accountKeys.length - this.numReadonlyAccounts);
	}

	/** Whether the account signed. */
	isSigner(index: number): boolean {
		return (this.flags[index]! & SIGNER) !== 0;
	}

	/** Whether the account is writable: requested so, not reserved, and not demoted for being invoked. */
	isWritable(index: number): boolean {
		return (this.flags[index]! & WRITABLE) !== 0;
	}

	/** Whether the account was requested writable, demoted or not. */
	isRequestedWritable(index: number): boolean {
		return (this.flags[index]! & REQUESTED_WRITABLE) !== 0;
	}

	/** Whether a top-level instruction invokes the account as its program. */
	isInvoked(index: number): boolean {
		return (this.flags[index]! & INVOKED) !== 0;
	}

	/** Whether the account is passed to a top-level instruction. */
	isInstructionAccount(index: number): boolean {
		return (this.flags[index]! & INSTRUCTION_ACCOUNT) !== 0;
	}

	/** The program of the top-level instruction at `index`. */
	programId(index: number): Pubkey {
		return this.accountKeys[this.instructions[index]!.programIdIndex]!;
	}

	/** The signers among the accounts of the top-level instruction at `index`, as often as they are passed. */
	getIxSigners(index: number): Pubkey[] {
		const signers: Pubkey[] = [];
		for (const account of this.instructions[index]?.accounts ?? []) {
			if (this.isSigner(account)) signers.push(this.accountKeys[account]!);
		}
		return signers;
	}

	/**
	 * The nonce account, where the first instruction is the System program's `AdvanceNonceAccount` and its first account
	 * is writable and static; otherwise null. Upstream: `SVMMessage::get_durable_nonce`.
	 */
	getDurableNonce(): Pubkey | null {
		const instruction = this.instructions[0];
		if (instruction === undefined || this.programId(0).key !== SYSTEM) return null;
		if (!isAdvanceNonceInstructionData(instruction.data)) return null;
		const index = instruction.accounts[0];
		if (index === undefined || index >= this.numStaticAccountKeys || !this.isWritable(index)) return null;
		return this.accountKeys[index]!;
	}

	/** Whether an address occurs twice among all account keys. */
	hasDuplicates(): boolean {
		const keys = this.accountKeys;
		if (keys.length <= 8) {
			for (let i = 1; i < keys.length; i++) {
				for (let j = 0; j < i; j++) if (isSameKey(keys[i]!.key, keys[j]!.key)) return true;
			}
			return false;
		}
		const unique = new Set<string>();
		for (const key of keys) unique.add(key.key);
		return unique.size !== keys.length;
	}

	/** The number of signatures by kind; a precompile instruction counts by its first byte. */
	getSignatureDetails(): TransactionSignatureDetails {
		this.signatureDetails ??= this.countSignatures();
		return this.signatureDetails;
	}

	private countSignatures(): TransactionSignatureDetails {
		let secp256k1 = 0;
		let ed25519 = 0;
		let secp256r1 = 0;
		for (let i = 0; i < this.instructions.length; i++) {
			const program = this.programId(i).key;
			const count = this.instructions[i]!.data[0] ?? 0;
			if (program === SECP256K1) secp256k1 += count;
			else if (program === ED25519) ed25519 += count;
			else if (program === SECP256R1) secp256r1 += count;
		}
		return {
			numTransactionSignatures: this.header.numRequiredSignatures,
			numSecp256k1InstructionSignatures: secp256k1,
			numEd25519InstructionSignatures: ed25519,
			numSecp256r1InstructionSignatures: secp256r1,
		};
	}
}

/** Whether two keys are one: most differ in their last character, which is cheaper to look at. */
function isSameKey(a: string, b: string): boolean {
	return a.charCodeAt(31) === b.charCodeAt(31) && a === b;
}

/** Whether instruction data begins as the System program's `AdvanceNonceAccount` (u32 4). */
export function isAdvanceNonceInstructionData(data: Uint8Array): boolean {
	return data.length >= 4 && data[0] === 4 && data[1] === 0 && data[2] === 0 && data[3] === 0;
}

function computeFlags(message: SanitizedMessage, reserved: ReadonlySet<string>): Uint8Array {
	const { accountKeys, instructions, header, numStaticAccountKeys } = message;
	const { numRequiredSignatures, numReadonlySignedAccounts, numReadonlyUnsignedAccounts } = header;
	const numKeys = accountKeys.length;
	const flags = new Uint8Array(numKeys);
	for (const { programIdIndex, accounts } of instructions) {
		flags[programIdIndex]! |= INVOKED;
		for (let i = 0; i < accounts.length; i++) flags[accounts[i]!]! |= INSTRUCTION_ACCOUNT;
	}
	let upgradeableLoaderPresent = false;
	for (const key of accountKeys) {
		if (key.key === UPGRADEABLE_LOADER) upgradeableLoaderPresent = true;
	}
	const writableSigners = numRequiredSignatures - numReadonlySignedAccounts;
	const writableStatic = numStaticAccountKeys - numReadonlyUnsignedAccounts;
	const writableLoaded = numStaticAccountKeys + message.loadedAddresses.writable.length;
	for (let i = 0; i < numKeys; i++) {
		const isSigner = i < numRequiredSignatures;
		if (isSigner) flags[i]! |= SIGNER;
		const limit = isSigner ? writableSigners : i < numStaticAccountKeys ? writableStatic : writableLoaded;
		if (i >= limit) continue;
		flags[i]! |= REQUESTED_WRITABLE;
		const demoted = (flags[i]! & INVOKED) !== 0 && !upgradeableLoaderPresent;
		if (!demoted && !reserved.has(accountKeys[i]!.key)) flags[i]! |= WRITABLE;
	}
	return flags;
}

/**
 * Checks what a transaction locks; null where it may. Errors in order: `AccountLoadedTwice`, `TooManyAccountLocks` (more
 * than `limit` accounts). Upstream: `SanitizedTransaction::validate_account_locks`.
 */
export function validateAccountLocks(message: SanitizedMessage, limit: number): TransactionError | null {
	if (message.hasDuplicates()) return TransactionError.AccountLoadedTwice;
	if (message.accountKeys.length > limit) return TransactionError.TooManyAccountLocks;
	return null;
}
