/**
 * A generated case: accounts, programs and transactions, one step after the other.
 *
 * Owns the shapes and the way from a step to wire bytes. What runs a case is `case-world.ts`.
 */
import {
	type AccountFields,
	type AccountMeta,
	type AccountSharedData,
	type CompiledInstruction,
	compileLegacyMessage,
	createAccount,
	encodeTransaction,
	Hash,
	type Instruction,
	type LegacyMessage,
	type MessageAddressTableLookup,
	type Pubkey,
	type TransactionConfig,
	type VersionedMessage,
} from '@parhelion/sdk';

/** Writes an account past the rules of the runtime; without lamports it is deleted. Sysvars are accounts too. */
export interface SetStep {
	readonly kind: 'set';
	readonly pubkey: Pubkey;
	readonly account: AccountSharedData;
}

/** Adds a program; that it was accepted, or why not, is compared. */
export interface ProgramStep {
	readonly kind: 'program';
	readonly programId: Pubkey;
	readonly loader: Pubkey;
	readonly elf: Uint8Array;
	/** What shows the program to a reader: its source as a rule. */
	readonly text?: string;
}

/** A lookup table and the addresses in it, for a v0 message. */
export interface LookupTable {
	readonly key: Pubkey;
	readonly addresses: readonly Pubkey[];
}

/** Sends a transaction made of instructions. */
export interface SendStep {
	readonly kind: 'send';
	/** What the transaction is about, for the histogram. */
	readonly label: string;
	readonly payer: Pubkey;
	readonly instructions: readonly Instruction[];
	readonly blockhash?: Hash;
	/** Makes it a v0 transaction. */
	readonly tables?: readonly LookupTable[];
	/** Makes it a v1 transaction. */
	readonly config?: TransactionConfig;
}

/** Sends wire bytes as they are; they must decode, since the oracle ends the process where they do not. */
export interface WireStep {
	readonly kind: 'wire';
	readonly label: string;
	readonly bytes: Uint8Array;
	/** The accounts to compare besides those that the message names. */
	readonly watched: readonly Pubkey[];
	/** How the bytes came about. */
	readonly text?: string;
}

export type Step = SetStep | ProgramStep | SendStep | WireStep;

/** What both sides check of a transaction before they run it. */
export interface Checks {
	readonly sigverify: boolean;
	readonly blockhash: boolean;
}

/** One case of a target. */
export interface FuzzCase {
	readonly steps: readonly Step[];
	/** None where left out. */
	readonly checks?: Checks;
}

/** Sets an account. */
export function set(pubkey: Pubkey, fields: AccountFields): SetStep {
	return { kind: 'set', pubkey, account: createAccount(fields) };
}

export const signer = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: true, isWritable: false });
export const writable = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: false, isWritable: true });
export const writableSigner = (pubkey: Pubkey): AccountMeta => ({
	pubkey,
	isSigner: true,
	isWritable: true,
});
export const readonly = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: false, isWritable: false });

/** Moves what the tables hold, and nobody signs or invokes, out of the static keys. */
function withLookups(message: LegacyMessage, tables: readonly LookupTable[]): VersionedMessage {
	const { header, accountKeys, recentBlockhash, instructions } = message;
	const invoked = new Set(instructions.map(({ programIdIndex }) => programIdIndex));
	const firstReadonly = accountKeys.length - header.numReadonlyUnsignedAccounts;
	const kept: Pubkey[] = [];
	const order: number[] = [];
	const found: { writable: [number, number][]; readonly: [number, number][] }[] = tables.map(() => ({
		writable: [],
		readonly: [],
	}));
	let readonlyKept = 0;
	for (const [i, key] of accountKeys.entries()) {
		const table =
			i < header.numRequiredSignatures || invoked.has(i)
				? -1
				: tables.findIndex(({ addresses }) => addresses.some((one) => one.equals(key)));
		if (table === -1) {
			order[i] = kept.length;
			kept.push(key);
			if (i >= firstReadonly) readonlyKept++;
			continue;
		}
		const place = tables[table]!.addresses.findIndex((one) => one.equals(key));
		found[table]![i >= firstReadonly ? 'readonly' : 'writable'].push([place, i]);
	}
	let next = kept.length;
	for (const part of ['writable', 'readonly'] as const) {
		for (const table of found) for (const [, i] of table[part]) order[i] = next++;
	}
	const lookups: MessageAddressTableLookup[] = [];
	for (const [t, table] of found.entries()) {
		if (table.writable.length + table.readonly.length === 0) continue;
		lookups.push({
			accountKey: tables[t]!.key,
			writableIndexes: Uint8Array.from(table.writable, ([place]) => place),
			readonlyIndexes: Uint8Array.from(table.readonly, ([place]) => place),
		});
	}
	const moved = instructions.map(
		({ programIdIndex, accounts, data }): CompiledInstruction => ({
			programIdIndex: order[programIdIndex]!,
			accounts: Uint8Array.from(accounts, (i) => order[i]!),
			data,
		}),
	);
	return {
		version: 0,
		header: { ...header, numReadonlyUnsignedAccounts: readonlyKept },
		accountKeys: kept,
		recentBlockhash,
		instructions: moved,
		addressTableLookups: lookups,
	};
}

/** The message of a step. RangeError beyond 256 accounts. */
export function messageOf({ payer, instructions, blockhash, tables, config }: SendStep): VersionedMessage {
	const message = compileLegacyMessage(payer, instructions, blockhash ?? Hash.default);
	if (tables !== undefined) return withLookups(message, tables);
	return config === undefined ? message : { ...message, version: 1, config };
}

/** The wire bytes of a message with signatures of zeros. */
export function unsignedWire(message: VersionedMessage): Uint8Array {
	const { numRequiredSignatures } = message.header;
	const signatures = Array.from({ length: numRequiredSignatures }, () => new Uint8Array(64));
	return encodeTransaction({ signatures, message });
}

/** The addresses a message names itself, and those it looks up in `tables`. */
export function keysOf(message: VersionedMessage, tables: readonly LookupTable[]): Pubkey[] {
	const keys = [...message.accountKeys];
	if (message.version !== 0) return keys;
	for (const { accountKey, writableIndexes, readonlyIndexes } of message.addressTableLookups) {
		keys.push(accountKey);
		const addresses = tables.find(({ key }) => key.equals(accountKey))?.addresses ?? [];
		for (const index of [...writableIndexes, ...readonlyIndexes]) {
			const address = addresses[index];
			if (address !== undefined) keys.push(address);
		}
	}
	return keys;
}
