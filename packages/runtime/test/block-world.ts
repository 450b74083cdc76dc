/**
 * Random blocks over few accounts, so that most transactions conflict: transfers, tokens, programs that call themselves,
 * accounts that come and go, nonces, lookup tables that grow, programs that are upgraded, deployed and closed, and whatever
 * a leader or an attacker gets wrong. Everything follows from a seed and from the bank that the block begins on.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	AddressLookupTable,
	ByteWriter,
	type CompiledInstruction,
	compileLegacyMessage,
	createAccount,
	decodeNonceVersions,
	durableNonceFromBlockhash,
	encodeLookupTableMeta,
	encodeMessage,
	encodeNonceVersions,
	encodeUpgradeableLoaderState,
	Hash,
	type Instruction,
	type LegacyMessage,
	type MessageAddressTableLookup,
	Pubkey,
	programIds,
	sysvarIds,
	U64_MAX,
	type VersionedMessage,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import type { Bank } from '../src/bank/bank.ts';
import type { BundledProgram, Keypair } from '../src/bank/bank-types.ts';
import { programdataAddressOf } from '../src/genesis/genesis-accounts.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '../src/genesis/local-genesis.ts';

const PACKAGES = join(import.meta.dirname, '../..');
const elf = (path: string): Uint8Array => new Uint8Array(readFileSync(join(PACKAGES, path)));
const ELFS = ['counter', 'chain', 'syscalls'].map((name) => elf(`bench/elf/${name}.so`));

const seedOf = (text: string): Uint8Array => sha256(new TextEncoder().encode(text));
const named = (text: string): Pubkey => Pubkey.fromBytes(seedOf(text));
const pairs = (name: string, count: number): Keypair[] =>
	Array.from({ length: count }, (_, i) => keypairFromSeed(seedOf(`${name} ${i}`)));

const PAYERS = pairs('payer', 6);
const POOR = pairs('poor', 2);
const NEWCOMERS = pairs('newcomer', 40);
const NONCES = pairs('nonce', 2).map(({ pubkey }) => pubkey);
const SINKS = Array.from({ length: 5 }, (_, i) => named(`sink ${i}`));
const MINT = named('mint');
const TOKENS = Array.from({ length: 4 }, (_, i) => named(`token account ${i}`));
const PROGRAMS = [0, 1, 2].map((i) => named(`program ${i}`));
const COUNTERS = PROGRAMS.map((_, i) => named(`counter ${i}`));
const TABLE = named('table');
const ASSOCIATED = programIds.associatedToken;
const MEMO = Pubkey.fromBase58('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
/** What stands before the 32 bytes of a seed in a PKCS #8 key (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SIGNERS: ReadonlyMap<string, KeyObject> = new Map(
	[...PAYERS, ...POOR, ...NEWCOMERS].map(({ pubkey, seed }) => [
		pubkey.key,
		createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' }),
	]),
);

const bundled = (file: string, programId: Pubkey, loader: Pubkey): BundledProgram => ({
	programId,
	loader,
	elf: elf(`parhelion/programs/${file}`),
});

/** The programs of the world. */
export const WORLD_PROGRAMS: readonly BundledProgram[] = [
	bundled('p-token.so', programIds.splToken, programIds.bpfLoaderUpgradeable),
	bundled('spl-associated-token-account.so', ASSOCIATED, programIds.bpfLoader),
	bundled('spl-memo-v4.so', MEMO, programIds.bpfLoader),
	bundled('address-lookup-table.so', programIds.addressLookupTable, programIds.bpfLoaderUpgradeable),
	...PROGRAMS.map((programId, i) => ({
		programId,
		loader: programIds.bpfLoaderUpgradeable,
		elf: ELFS[i % 2]!,
		upgradeAuthority: PAYERS[0]!.pubkey,
	})),
];

type Keyed = readonly [Pubkey, AccountSharedData];

const tokenAccount = (owner: Pubkey, amount: bigint): AccountSharedData => {
	const data = new Uint8Array(165);
	data.set(MINT.bytes);
	data.set(owner.bytes, 32);
	new DataView(data.buffer).setBigUint64(64, amount, true);
	data[108] = 1;
	return createAccount({ lamports: LAMPORTS_PER_SOL, data, owner: programIds.splToken });
};

function mintAccount(): AccountSharedData {
	const data = new Uint8Array(82);
	data.set([1], 0);
	data.set(PAYERS[0]!.pubkey.bytes, 4);
	new DataView(data.buffer).setBigUint64(36, 1n << 40n, true);
	data.set([6, 1], 44);
	return createAccount({ lamports: LAMPORTS_PER_SOL, data, owner: programIds.splToken });
}

function tableAccount(): AccountSharedData {
	const meta = encodeLookupTableMeta({
		deactivationSlot: U64_MAX,
		lastExtendedSlot: 0n,
		lastExtendedSlotStartIndex: 0,
		authority: PAYERS[1]!.pubkey,
	});
	const addresses = [...SINKS, ...TOKENS.slice(0, 2), programIds.splToken];
	const data = new Uint8Array(meta.length + 32 * addresses.length);
	data.set(meta);
	for (const [i, { bytes }] of addresses.entries()) data.set(bytes, meta.length + 32 * i);
	return createAccount({
		lamports: 10n * LAMPORTS_PER_SOL,
		data,
		owner: programIds.addressLookupTable,
		rentEpoch: U64_MAX,
	});
}

function nonceAccount(i: number): AccountSharedData {
	const data = encodeNonceVersions({
		version: 'Current',
		state: {
			kind: 'Initialized',
			data: {
				authority: PAYERS[i]!.pubkey,
				durableNonce: durableNonceFromBlockhash(Hash.fromBytes(seedOf(`nonce ${i}`)), sha256),
				lamportsPerSignature: 5000n,
			},
		},
	});
	return createAccount({ lamports: LAMPORTS_PER_SOL, data });
}

/** What the world begins with. */
export const WORLD_ACCOUNTS: readonly Keyed[] = [
	...PAYERS.map(({ pubkey }): Keyed => [pubkey, createAccount({ lamports: 1_000n * LAMPORTS_PER_SOL })]),
	...POOR.map(({ pubkey }, i): Keyed => [pubkey, createAccount({ lamports: i === 0 ? 903_000n : 7_000n })]),
	...SINKS.slice(1).map((pubkey): Keyed => [pubkey, createAccount({ lamports: LAMPORTS_PER_SOL })]),
	...TOKENS.map((pubkey, i): Keyed => [pubkey, tokenAccount(PAYERS[i]!.pubkey, 1n << 20n)]),
	...COUNTERS.map((pubkey, i): Keyed => {
		const data = new Uint8Array(i === 2 ? 40_000 : 8);
		return [pubkey, createAccount({ lamports: LAMPORTS_PER_SOL, data, owner: PROGRAMS[i]! })];
	}),
	...NONCES.map((pubkey, i): Keyed => [pubkey, nonceAccount(i)]),
	[MINT, mintAccount()],
	[TABLE, tableAccount()],
];

/** A buffer that holds an ELF to deploy, which an administrator puts there. */
export function bufferOf(i: number, which: number): Keyed {
	const head = encodeUpgradeableLoaderState({ kind: 'Buffer', authorityAddress: PAYERS[0]!.pubkey });
	const data = new Uint8Array(37 + ELFS[which]!.length);
	data.set(head);
	data.set(ELFS[which]!, 37);
	const owner = programIds.bpfLoaderUpgradeable;
	return [named(`buffer ${i}`), createAccount({ lamports: LAMPORTS_PER_SOL, data, owner })];
}

const W = (pubkey: Pubkey) => ({ pubkey, isSigner: false, isWritable: true });
const R = (pubkey: Pubkey) => ({ pubkey, isSigner: false, isWritable: false });
const S = (pubkey: Pubkey) => ({ pubkey, isSigner: true, isWritable: true });
const bytes = (...parts: readonly (number | bigint | Uint8Array)[]): Uint8Array => {
	const writer = new ByteWriter(64);
	for (const part of parts) {
		if (typeof part === 'number') writer.u8(part);
		else if (typeof part === 'bigint') writer.u64(part);
		else writer.raw(part);
	}
	return writer.finish();
};
const system = (index: number, ...rest: readonly (bigint | Uint8Array)[]): Uint8Array =>
	bytes(index, 0, 0, 0, ...rest);
const budget = (kind: number, value: number): Instruction => ({
	programId: programIds.computeBudget,
	accounts: [],
	data: new ByteWriter(5).u8(kind).u32(value).finish(),
});

/** A number below another, by chance. */
type Random = (below: number) => number;
interface Scene {
	readonly random: Random;
	readonly bank: Bank;
	readonly payer: Keypair;
	readonly rent: (length: number) => bigint;
}
/** One of these by chance. */
export const one = <T>(random: Random, of: readonly T[]): T => of[random(of.length)]!;

/** The kinds of transactions; the first of a pair says how often. */
const KINDS: readonly (readonly [number, (scene: Scene) => Instruction[]])[] = [
	[
		8,
		({ random, payer }) => {
			const to = one(random, [...SINKS, ...PAYERS.map(({ pubkey }) => pubkey)]);
			const amounts = [BigInt(random(100_000)), LAMPORTS_PER_SOL, 10_000n * LAMPORTS_PER_SOL, 1n];
			return [transferInstruction(payer.pubkey, to, one(random, amounts))];
		},
	],
	[
		6,
		({ random, payer }) => {
			const accounts = [W(one(random, TOKENS)), W(one(random, TOKENS)), S(payer.pubkey)];
			return [{ programId: programIds.splToken, accounts, data: bytes(3, BigInt(random(300_000))) }];
		},
	],
	[
		6,
		({ random }) => {
			const i = random(3);
			const accounts = [W(COUNTERS[i]!), ...(random(3) > 0 ? [R(PROGRAMS[i]!)] : [])];
			return [{ programId: PROGRAMS[i]!, accounts, data: bytes(random(4), BigInt(random(5))) }];
		},
	],
	[
		3,
		// An associated account for somebody, perhaps once more; and to close it again.
		({ random, payer }) => {
			const owner = one(random, [...PAYERS, ...NEWCOMERS.slice(0, 3)]).pubkey;
			const seeds = [owner.bytes, programIds.splToken.bytes, MINT.bytes];
			const account = findProgramAddress(seeds, ASSOCIATED)!.address;
			const create: Instruction = {
				programId: ASSOCIATED,
				accounts: [
					S(payer.pubkey),
					W(account),
					R(owner),
					R(MINT),
					R(programIds.systemProgram),
					R(programIds.splToken),
				],
				data: bytes(random(2)),
			};
			const close: Instruction = {
				programId: programIds.splToken,
				accounts: [W(account), W(payer.pubkey), S(payer.pubkey)],
				data: bytes(9),
			};
			return one(random, [[create], [create, close], [close]]);
		},
	],
	[
		3,
		// An account is made, and another one emptied.
		({ random, payer, rent }) => {
			const newcomer = one(random, NEWCOMERS);
			const size = random(3) * 20_000;
			const owner = one(random, [programIds.systemProgram, PROGRAMS[0]!, programIds.bpfLoader]);
			const data = system(0, one(random, [rent(size), 5n]), BigInt(size), owner.bytes);
			const accounts = [S(payer.pubkey), S(newcomer.pubkey)];
			return [{ programId: programIds.systemProgram, accounts, data }];
		},
	],
	[
		3,
		({ random, bank, payer }) => {
			const newcomer = one(random, NEWCOMERS).pubkey;
			return [transferInstruction(newcomer, payer.pubkey, bank.getBalance(newcomer))];
		},
	],
	[
		2,
		({ random }) => [
			{ programId: MEMO, accounts: [], data: new TextEncoder().encode('☀'.repeat(random(40))) },
		],
	],
	[
		2,
		// Return data; rent and mint read by another.
		({ random }) => [
			{ programId: programIds.splToken, accounts: [R(MINT)], data: bytes(one(random, [21, 23]), 77n) },
		],
	],
	[1, () => [{ programId: named('nowhere'), accounts: [], data: bytes() }]],
	[1, ({ payer }) => [transferInstruction(payer.pubkey, programdataAddressOf(PROGRAMS[1]!), 1n)]],
	[
		1,
		({ payer }) => [
			transferInstruction(
				payer.pubkey,
				one(() => 0, PROGRAMS),
				1n,
			),
		],
	],
	[
		1,
		({ random, payer }) => [
			budget(one(random, [2, 3, 9]), one(random, [100, 1_000, 1_400_000])),
			transferInstruction(payer.pubkey, SINKS[1]!, 1n),
		],
	],
	[
		1,
		// The table grows.
		({ random }) => [
			{
				programId: programIds.addressLookupTable,
				accounts: [W(TABLE), S(PAYERS[1]!.pubkey), S(PAYERS[1]!.pubkey), R(programIds.systemProgram)],
				data: bytes(2, 0, 0, 0, 1n, one(random, [...SINKS, ...TOKENS]).bytes),
			},
		],
	],
	[
		1,
		({ bank, payer }) => {
			const { address, bump } = newTable(bank);
			const accounts = [W(address), R(PAYERS[1]!.pubkey), S(payer.pubkey), R(programIds.systemProgram)];
			const data = system(0, bank.parentSlot, Uint8Array.of(bump));
			return [{ programId: programIds.addressLookupTable, accounts, data }];
		},
	],
	[
		1,
		({ random, payer }) => {
			const i = random(3);
			const [programdata, authority] = [programdataAddressOf(PROGRAMS[i]!), PAYERS[0]!.pubkey];
			const accounts = [
				W(programdata),
				W(PROGRAMS[i]!),
				W(named(`buffer ${random(2)}`)),
				W(payer.pubkey),
				R(sysvarIds.rent),
				R(sysvarIds.clock),
				S(authority),
			];
			return [{ programId: programIds.bpfLoaderUpgradeable, accounts, data: system(3) }];
		},
	],
	[
		1,
		// A program is deployed at a new address.
		({ random, payer, rent }) => {
			const program = one(random, NEWCOMERS).pubkey;
			const loader = programIds.bpfLoaderUpgradeable;
			const authority = PAYERS[0]!.pubkey;
			const create = system(0, rent(36), 36n, loader.bytes);
			const accounts = [
				S(payer.pubkey),
				W(programdataAddressOf(program)),
				W(program),
				W(named(`buffer ${random(2)}`)),
				R(sysvarIds.rent),
				R(sysvarIds.clock),
				R(programIds.systemProgram),
				S(authority),
			];
			return [
				{ programId: programIds.systemProgram, accounts: [S(payer.pubkey), S(program)], data: create },
				{ programId: loader, accounts, data: system(2, 20_000n) },
				...(random(2) > 0 ? [] : [{ programId: program, accounts: [], data: bytes(0) }]),
			];
		},
	],
];

/** Now and then, for it cannot be undone: closes a program. */
function closeProgram({ random, payer }: Scene): Instruction[] {
	const program = PROGRAMS[random(2)]!;
	const authority = PAYERS[0]!.pubkey;
	const accounts = [W(programdataAddressOf(program)), W(payer.pubkey), S(authority), W(program)];
	return [{ programId: programIds.bpfLoaderUpgradeable, accounts, data: system(5) }];
}

const WEIGHTS = KINDS.reduce((sum, [weight]) => sum + weight, 0);

function instructions(scene: Scene): Instruction[] {
	const { random } = scene;
	if (random(400) === 0) return closeProgram(scene);
	let at = random(WEIGHTS);
	for (const [weight, make] of KINDS) {
		at -= weight;
		if (at < 0) return make(scene);
	}
	return [];
}

/** A table that a block may make: before, a message that names it fails otherwise than after. */
function newTable({ parentSlot }: Bank): { address: Pubkey; bump: number } {
	return findProgramAddress([PAYERS[1]!.pubkey.bytes, bytes(parentSlot)], programIds.addressLookupTable)!;
}

/** The message with some of its accounts, if the table has them, loaded from there. */
function withTable(message: LegacyMessage, bank: Bank, random: Random): VersionedMessage {
	const table = bank.getAccount(TABLE);
	const decoded = table === null ? null : AddressLookupTable.deserialize(table.data);
	if (decoded?.ok !== true) return message;
	// What may not be there yet is asked for too.
	const known = Array.from({ length: decoded.value.length }, (_, i) => decoded.value.addressAt(i).key);
	const { header, accountKeys } = message;
	const { numRequiredSignatures, numReadonlyUnsignedAccounts } = header;
	const firstReadonly = accountKeys.length - numReadonlyUnsignedAccounts;
	const programs = new Set(message.instructions.map(({ programIdIndex }) => programIdIndex));
	const kept: number[] = [];
	const [writable, readonly]: [number[], number[]] = [[], []];
	for (let i = 0; i < accountKeys.length; i++) {
		const at = known.indexOf(accountKeys[i]!.key);
		if (i < numRequiredSignatures || programs.has(i) || at < 0) kept.push(i);
		else (i < firstReadonly ? writable : readonly).push(i);
	}
	const extra = random(6) === 0 ? [known.length] : [];
	const lookups = random(4) > 0 ? [] : [lookup(newTable(bank).address, [], [0])];
	if (writable.length + readonly.length + extra.length === 0) return message;
	const order = [...kept, ...writable, ...readonly];
	const place = (index: number): number => order.indexOf(index);
	const moved = message.instructions.map(
		({ programIdIndex, accounts, data }): CompiledInstruction => ({
			programIdIndex: place(programIdIndex),
			accounts: accounts.map(place),
			data,
		}),
	);
	const indexOf = (i: number): number => known.indexOf(accountKeys[i]!.key);
	return {
		version: 0,
		header: { ...header, numReadonlyUnsignedAccounts: kept.filter((i) => i >= firstReadonly).length },
		accountKeys: kept.map((i) => accountKeys[i]!),
		recentBlockhash: message.recentBlockhash,
		instructions: moved,
		addressTableLookups: [
			lookup(TABLE, writable.map(indexOf), [...readonly.map(indexOf), ...extra]),
			...lookups,
		],
	};
}

const lookup = (
	accountKey: Pubkey,
	writable: readonly number[],
	readonly: readonly number[],
): MessageAddressTableLookup => ({
	accountKey,
	writableIndexes: Uint8Array.from(writable),
	readonlyIndexes: Uint8Array.from(readonly),
});

function transaction(bank: Bank, random: Random): VersionedTransaction {
	const payer = one(random, random(12) === 0 ? POOR : PAYERS);
	const rent = (length: number): bigint => bank.rent.minimumBalance(length);
	const made = instructions({ random, bank, payer, rent });
	let blockhash = bank.lastBlockhash();
	if (random(10) === 0) {
		const i = random(2);
		const account = bank.getAccount(NONCES[i]!);
		const versions = account === null ? null : decodeNonceVersions(account.data);
		if (versions?.ok === true && versions.value.state.kind === 'Initialized') {
			blockhash = versions.value.state.data.durableNonce;
			const accounts = [W(NONCES[i]!), R(sysvarIds.recentBlockhashes), S(PAYERS[i]!.pubkey)];
			made.unshift({ programId: programIds.systemProgram, accounts, data: system(4) });
		}
	} else if (random(40) === 0) blockhash = Hash.fromBytes(seedOf('unknown'));
	if (random(8) === 0) made.push(budget(3, random(100_000)));
	const legacy = compileLegacyMessage(payer.pubkey, made, blockhash);
	const message = random(4) === 0 ? withTable(legacy, bank, random) : legacy;
	const signed = encodeMessage(message);
	const signers = message.accountKeys.slice(0, message.header.numRequiredSignatures);
	const signatures = signers.map(({ key }) => new Uint8Array(sign(null, signed, SIGNERS.get(key)!)));
	if (random(40) === 0) signatures[0]![random(64)]! ^= 1;
	return { signatures, message };
}

/** A block on top of a bank. Some transactions occur twice. */
export function randomBlock(bank: Bank, random: Random): VersionedTransaction[] {
	const block: VersionedTransaction[] = [];
	for (let count = 1 + random(60); count > 0; count--) {
		block.push(block.length > 0 && random(25) === 0 ? one(random, block) : transaction(bank, random));
	}
	return block;
}
