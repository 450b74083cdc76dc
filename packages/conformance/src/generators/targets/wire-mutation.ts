/** Breaks transactions in the places where a runtime looks: fields of the decoded form, and bytes of the wire form. */
import {
	type CompiledInstruction,
	Hash,
	type MessageAddressTableLookup,
	Pubkey,
	programIds,
	sysvarIds,
	type VersionedMessage,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';

const KEYS = [
	programIds.systemProgram,
	programIds.computeBudget,
	programIds.vote,
	programIds.nativeLoader,
	programIds.bpfLoaderUpgradeable,
	programIds.splToken,
	sysvarIds.clock,
	sysvarIds.instructions,
	sysvarIds.slotHashes,
];

/** A byte that is an index as a rule: near the number of things it points into. */
function index(random: Random, count: number): number {
	return random.pick([0, 1, count - 1, count, count + 1, 255, random.int(256)]) & 0xff;
}

function changedHeader(random: Random, message: VersionedMessage): VersionedMessage {
	const field = random.pick([
		'numRequiredSignatures',
		'numReadonlySignedAccounts',
		'numReadonlyUnsignedAccounts',
	] as const);
	const value = message.header[field] + random.pick([-1, 1, 1, 2, 127]);
	return { ...message, header: { ...message.header, [field]: value & 0xff } };
}

function changedKeys(random: Random, message: VersionedMessage): VersionedMessage {
	const keys = [...message.accountKeys];
	const at = random.int(keys.length);
	switch (random.int(5)) {
		case 0:
			keys[at] = random.pick(keys);
			break;
		case 1:
			keys[at] = random.pick(KEYS);
			break;
		case 2:
			keys.splice(at, 1);
			break;
		case 3: {
			const count = random.oneIn(4) ? random.pick([50, 64, 100, 200]) : 1;
			for (let i = 0; i < count; i++) keys.splice(at, 0, Pubkey.fromBytes(random.bytes(32)));
			break;
		}
		default: {
			const other = random.int(keys.length);
			[keys[at], keys[other]] = [keys[other]!, keys[at]!];
		}
	}
	// A v1 message counts its keys in one byte.
	return { ...message, accountKeys: keys.slice(0, 250) };
}

function changedInstruction(random: Random, message: VersionedMessage): VersionedMessage {
	const instructions: CompiledInstruction[] = [...message.instructions];
	const count = message.accountKeys.length;
	if (instructions.length === 0 || random.oneIn(10)) {
		const made = { programIdIndex: index(random, count), accounts: random.bytes(3), data: random.bytes(4) };
		for (let i = random.oneIn(3) ? 70 : 1; i > 0; i--) instructions.push(made);
		return { ...message, instructions };
	}
	const at = random.int(instructions.length);
	const one = instructions[at]!;
	switch (random.int(6)) {
		case 0:
			instructions.splice(at, 1);
			break;
		case 1:
			instructions.push(one);
			break;
		case 2:
			instructions[at] = { ...one, programIdIndex: index(random, count) };
			break;
		case 3: {
			const accounts = one.accounts.slice();
			if (accounts.length > 0) accounts[random.int(accounts.length)] = index(random, count);
			instructions[at] = { ...one, accounts };
			break;
		}
		case 4: {
			const length = random.pick([0, 1, 100, 254, 255]);
			const accounts = Uint8Array.from({ length }, () => random.int(Math.max(1, count)));
			instructions[at] = { ...one, accounts };
			break;
		}
		default:
			instructions[at] = { ...one, data: random.bytes(random.pick([0, 1, 4, 12, 200, 1300])) };
	}
	return { ...message, instructions };
}

function changedLookups(random: Random, message: VersionedMessage): VersionedMessage {
	if (message.version !== 0) return changedKeys(random, message);
	const lookups: MessageAddressTableLookup[] = [...message.addressTableLookups];
	if (lookups.length === 0 || random.oneIn(8)) {
		const accountKey = random.pick([...KEYS, ...message.accountKeys]);
		lookups.push({ accountKey, writableIndexes: random.bytes(1), readonlyIndexes: new Uint8Array(0) });
		return { ...message, addressTableLookups: lookups };
	}
	const at = random.int(lookups.length);
	const one = lookups[at]!;
	const part = random.pick(['writableIndexes', 'readonlyIndexes'] as const);
	switch (random.int(5)) {
		case 0:
			lookups.splice(at, 1);
			break;
		case 1:
			lookups.push(one);
			break;
		case 2:
			lookups[at] = { ...one, [part]: Uint8Array.of(...one[part], index(random, 8)) };
			break;
		case 3:
			lookups[at] = { ...one, writableIndexes: new Uint8Array(0), readonlyIndexes: new Uint8Array(0) };
			break;
		default:
			lookups[at] = { ...one, writableIndexes: one.readonlyIndexes, readonlyIndexes: one.writableIndexes };
	}
	return { ...message, addressTableLookups: lookups };
}

function changedConfig(random: Random, message: VersionedMessage): VersionedMessage {
	if (message.version !== 1) {
		return { ...message, recentBlockhash: Hash.fromBytes(random.bytes(32)) };
	}
	const u32 = (): number | null =>
		random.pick([null, 0, 1, 1023, 1024, 32_768, 33_000, 65_536, 262_144, 263_168, 1_400_001, 0xffff_ffff]);
	return {
		...message,
		config: {
			priorityFee: random.pick([null, 0n, 1n, 10n ** 9n, 10n ** 18n, random.u64()]),
			computeUnitLimit: u32(),
			loadedAccountsDataSizeLimit: u32(),
			heapSize: u32(),
		},
	};
}

const CHANGES = [
	changedHeader,
	changedKeys,
	changedInstruction,
	changedInstruction,
	changedLookups,
	changedConfig,
];

/** A message with one of its fields changed. */
export function changedMessage(random: Random, message: VersionedMessage): VersionedMessage {
	return random.pick(CHANGES)(random, message);
}

/** A transaction with signatures that are too many, too few, in the wrong order or not right. */
export function changedSignatures(random: Random, transaction: VersionedTransaction): VersionedTransaction {
	const signatures = [...transaction.signatures];
	const at = random.int(signatures.length);
	switch (random.int(5)) {
		case 0:
			signatures.splice(at, 1);
			break;
		case 1:
			signatures.push(random.bytes(64));
			break;
		case 2:
			signatures.reverse();
			break;
		case 3:
			signatures[at] = new Uint8Array(64);
			break;
		default: {
			const one = signatures[at]?.slice() ?? new Uint8Array(64);
			const byte = random.int(64);
			one[byte] = one[byte]! ^ (1 << random.int(8));
			signatures[at] = one;
		}
	}
	return { ...transaction, signatures };
}

/** Wire bytes with one to three changes. */
export function changedBytes(random: Random, wire: Uint8Array): Uint8Array {
	let bytes = wire.slice();
	for (let i = random.oneIn(3) ? 2 : 1; i > 0 && bytes.length > 0; i--) {
		const at = random.oneIn(3) ? random.int(bytes.length) : Math.min(64 + random.int(60), bytes.length - 1);
		switch (random.int(5)) {
			case 0:
				bytes[at] = bytes[at]! ^ (1 << random.int(8));
				break;
			case 1:
				bytes[at] = random.pick([0, 1, 2, 0x7f, 0x80, 0x81, 0xff, random.int(256)]);
				break;
			case 2:
				bytes = bytes.slice(0, random.int(bytes.length));
				break;
			case 3:
				bytes = Uint8Array.of(...bytes.subarray(0, at), random.int(256), ...bytes.subarray(at));
				break;
			default:
				bytes = Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + 1));
		}
	}
	return bytes;
}
