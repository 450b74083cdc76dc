import {
	AccountRole,
	type Address,
	appendTransactionMessageInstruction,
	type Blockhash,
	compileTransactionMessage,
	createTransactionMessage,
	getCompiledTransactionMessageEncoder,
	pipe,
	setTransactionMessageConfig,
	setTransactionMessageFeePayer,
	setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import {
	AddressLookupTableAccount,
	Keypair,
	PublicKey,
	SystemProgram,
	Transaction,
	TransactionInstruction,
	TransactionMessage,
	VersionedTransaction as Web3VersionedTransaction,
} from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireError } from './bytes.ts';
import { compileLegacyMessage } from './compile.ts';
import { Hash } from './hash.ts';
import type { VersionedMessage, VersionedTransaction } from './message.ts';
import { Pubkey } from './pubkey.ts';
import {
	decodeMessage,
	decodeTransaction,
	encodeMessage,
	encodeTransaction,
	PACKET_DATA_SIZE,
	transactionSize,
	V1_MAX_TRANSACTION_SIZE,
} from './wire.ts';

const payer = Keypair.fromSeed(new Uint8Array(32).fill(1));
const other = Keypair.fromSeed(new Uint8Array(32).fill(2));
const blockhash = 'EETubP5AKHgjPAhzPAFcb8BAY1hMH639CWCFTqi3hq1k';

function mustDecode(bytes: Uint8Array): VersionedTransaction {
	const decoded = decodeTransaction(bytes);
	if (!decoded.ok) throw new Error(`does not decode: ${decoded.error.kind}`);
	return decoded.value;
}

function failure(bytes: Uint8Array): WireError | null {
	const decoded = decodeTransaction(bytes);
	return decoded.ok ? null : decoded.error;
}

function legacyBytes(): Uint8Array {
	const transaction = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash }).add(
		SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: other.publicKey, lamports: 5 }),
		SystemProgram.transfer({ fromPubkey: other.publicKey, toPubkey: payer.publicKey, lamports: 6 }),
	);
	transaction.sign(payer, other);
	return Uint8Array.from(transaction.serialize());
}

function v0Bytes(): Uint8Array {
	const table = new AddressLookupTableAccount({
		key: new PublicKey(new Uint8Array(32).fill(7)),
		state: {
			deactivationSlot: 2n ** 64n - 1n,
			lastExtendedSlot: 0,
			lastExtendedSlotStartIndex: 0,
			addresses: [3, 4, 5].map((n) => new PublicKey(new Uint8Array(32).fill(n))),
		},
	});
	const message = new TransactionMessage({
		payerKey: payer.publicKey,
		recentBlockhash: blockhash,
		instructions: [
			new TransactionInstruction({
				programId: new PublicKey(new Uint8Array(32).fill(9)),
				keys: [
					{ pubkey: table.state.addresses[2]!, isSigner: false, isWritable: true },
					{ pubkey: table.state.addresses[0]!, isSigner: false, isWritable: false },
					{ pubkey: other.publicKey, isSigner: false, isWritable: false },
				],
				data: Buffer.from(new Uint8Array(200).fill(0xab)),
			}),
		],
	}).compileToV0Message([table]);
	const transaction = new Web3VersionedTransaction(message);
	transaction.sign([payer]);
	return transaction.serialize();
}

function kitV1Message(): Uint8Array {
	const key = (n: number): Address => Pubkey.fromBytes(new Uint8Array(32).fill(n)).toBase58() as Address;
	const message = pipe(
		createTransactionMessage({ version: 1 }),
		(m) => setTransactionMessageFeePayer(key(1), m),
		(m) =>
			setTransactionMessageLifetimeUsingBlockhash(
				{ blockhash: blockhash as Blockhash, lastValidBlockHeight: 0n },
				m,
			),
		(m) =>
			appendTransactionMessageInstruction(
				{
					programAddress: key(9),
					accounts: [
						{ address: key(2), role: AccountRole.WRITABLE },
						{ address: key(3), role: AccountRole.READONLY_SIGNER },
					],
					data: new Uint8Array(300).fill(5),
				},
				m,
			),
		(m) =>
			setTransactionMessageConfig(
				{ computeUnitLimit: 300_000, heapSize: 65_536, priorityFeeLamports: 7n },
				m,
			),
	);
	return Uint8Array.from(getCompiledTransactionMessageEncoder().encode(compileTransactionMessage(message)));
}

describe('legacy', () => {
	it('decodes what web3.js signed, field by field, and encodes it back', () => {
		const bytes = legacyBytes();
		const { signatures, message } = mustDecode(bytes);
		expect(message.version).toBe('legacy');
		expect(message.header).toEqual({
			numRequiredSignatures: 2,
			numReadonlySignedAccounts: 0,
			numReadonlyUnsignedAccounts: 1,
		});
		expect(signatures.map((s) => s.length)).toEqual([64, 64]);
		expect(message.accountKeys.map(String)).toEqual([
			payer.publicKey.toBase58(),
			other.publicKey.toBase58(),
			SystemProgram.programId.toBase58(),
		]);
		expect(message.recentBlockhash.toBase58()).toBe(blockhash);
		expect(message.instructions.map((i) => [i.programIdIndex, [...i.accounts], i.data.length])).toEqual([
			[2, [0, 1], 12],
			[2, [1, 0], 12],
		]);
		expect(encodeTransaction({ signatures, message: { ...message } })).toEqual(bytes);
		expect(transactionSize({ signatures, message })).toBe(bytes.length);
	});
	it('keeps its own copy of the input', () => {
		const bytes = legacyBytes();
		const { message, signatures } = mustDecode(bytes);
		const before = encodeTransaction({ signatures, message });
		bytes.fill(0);
		expect(encodeTransaction({ signatures, message })).toEqual(before);
	});
	it('encodes a changed copy anew', () => {
		const { message } = mustDecode(legacyBytes());
		const changed = { ...message, recentBlockhash: Hash.fromBytes(new Uint8Array(32).fill(3)) };
		const decoded = decodeMessage(encodeMessage(changed));
		expect(decoded.ok && decoded.value.recentBlockhash.bytes[0]).toBe(3);
		expect(encodeMessage(changed)).toBe(encodeMessage(changed));
	});
	it('keeps many transactions apart, and takes those too large to exist', () => {
		const bytes = legacyBytes();
		const large = new Uint8Array([...bytes, ...new Uint8Array(5000)]);
		const decoded = Array.from({ length: 200 }, (_, i) => {
			const input = i % 50 === 0 ? large : bytes.slice();
			input[1] = i;
			return mustDecode(input);
		});
		decoded.forEach(({ signatures, message }, i) => {
			expect(signatures[0]![0]).toBe(i);
			expect(encodeMessage(message)).toEqual(encodeMessage({ ...message }));
		});
	});
	it('compiles to what web3.js compiles', () => {
		const meta = (key: PublicKey, isSigner: boolean, isWritable: boolean) => ({
			pubkey: key,
			isSigner,
			isWritable,
		});
		const keys = [9, 3, 250, 77, 30].map((n) => new PublicKey(new Uint8Array(32).fill(n)));
		const instructions = [
			{
				programId: keys[0]!,
				accounts: [
					meta(keys[1]!, false, true),
					meta(keys[2]!, true, false),
					meta(payer.publicKey, true, false),
				],
				data: new Uint8Array([1, 2]),
			},
			{
				programId: keys[3]!,
				accounts: [
					meta(keys[1]!, true, false),
					meta(keys[2]!, false, false),
					meta(keys[4]!, false, false),
					meta(keys[0]!, false, false),
				],
				data: new Uint8Array(),
			},
		];
		const expected = new TransactionMessage({
			payerKey: payer.publicKey,
			recentBlockhash: blockhash,
			instructions: instructions.map(
				({ programId, accounts, data }) =>
					new TransactionInstruction({ programId, keys: accounts, data: Buffer.from(data) }),
			),
		}).compileToLegacyMessage();
		const ours = (key: PublicKey): Pubkey => Pubkey.fromBytes(key.toBytes());
		const compiled = compileLegacyMessage(
			ours(payer.publicKey),
			instructions.map(({ programId, accounts, data }) => ({
				programId: ours(programId),
				accounts: accounts.map(({ pubkey, isSigner, isWritable }) => ({
					pubkey: ours(pubkey),
					isSigner,
					isWritable,
				})),
				data,
			})),
			Hash.fromBase58(blockhash),
		);
		// web3.js orders the keys of a part by first use, upstream by address: compare what does not depend on it.
		expect(compiled.header).toEqual(expected.header);
		expect(compiled.accountKeys.map(String).toSorted()).toEqual(expected.accountKeys.map(String).toSorted());
		expect(compiled.accountKeys[0]!.toBase58()).toBe(payer.publicKey.toBase58());
		compiled.instructions.forEach(({ programIdIndex, accounts, data }, i) => {
			const theirs = expected.compiledInstructions[i]!;
			expect(String(compiled.accountKeys[programIdIndex])).toBe(
				String(expected.accountKeys[theirs.programIdIndex]),
			);
			expect([...accounts].map((a) => String(compiled.accountKeys[a]))).toEqual(
				theirs.accountKeyIndexes.map((a) => String(expected.accountKeys[a])),
			);
			expect(data).toEqual(Uint8Array.from(theirs.data));
		});
	});
});

describe('v0', () => {
	it('decodes what web3.js signed, lookups included, and encodes it back', () => {
		const bytes = v0Bytes();
		const { signatures, message } = mustDecode(bytes);
		if (message.version !== 0) throw new Error('not v0');
		expect(message.addressTableLookups.map((l) => [...l.accountKey.bytes.slice(0, 2)])).toEqual([[7, 7]]);
		expect([...message.addressTableLookups[0]!.writableIndexes]).toEqual([2]);
		expect([...message.addressTableLookups[0]!.readonlyIndexes]).toEqual([0]);
		expect([...message.instructions[0]!.accounts]).toEqual([3, 4, 2]);
		expect(message.instructions[0]!.data).toEqual(new Uint8Array(200).fill(0xab));
		expect(encodeTransaction({ signatures, message: { ...message } })).toEqual(bytes);
	});
});

describe('v1', () => {
	it('decodes what @solana/kit compiled, config included, and encodes it back', () => {
		const bytes = kitV1Message();
		const decoded = decodeMessage(bytes);
		if (!decoded.ok || decoded.value.version !== 1) throw new Error('not v1');
		const message = decoded.value;
		expect(message.config).toEqual({
			priorityFee: 7n,
			computeUnitLimit: 300_000,
			loadedAccountsDataSizeLimit: null,
			heapSize: 65_536,
		});
		expect(message.header).toEqual({
			numRequiredSignatures: 2,
			numReadonlySignedAccounts: 1,
			numReadonlyUnsignedAccounts: 1,
		});
		expect(message.recentBlockhash.toBase58()).toBe(blockhash);
		expect(message.instructions[0]!.data).toEqual(new Uint8Array(300).fill(5));
		expect(encodeMessage({ ...message })).toEqual(bytes);
	});
	it('puts the signatures after the message, without a length', () => {
		const message = kitV1Message();
		const wire = new Uint8Array([...message, ...new Uint8Array(64).fill(1), ...new Uint8Array(64).fill(2)]);
		const { signatures, message: decoded } = mustDecode(wire);
		expect(signatures.map((s) => s[0])).toEqual([1, 2]);
		expect(encodeTransaction({ signatures, message: decoded })).toEqual(wire);
		expect(transactionSize({ signatures, message: decoded })).toBe(wire.length);
		expect(failure(wire.subarray(0, wire.length - 1))).toEqual({ kind: 'ReadSizeLimit', bytes: 128 });
	});
	it.each([
		[0b1, 'half a priority fee'],
		[0b10, 'the other half'],
		[0b10_0000, 'an unknown bit'],
		[0x8000_0000, 'the top bit'],
	])('refuses the config mask %i: %s', (mask) => {
		const bytes = kitV1Message();
		new DataView(bytes.buffer).setUint32(4, mask, true);
		expect(decodeMessage(bytes)).toEqual({
			ok: false,
			error: { kind: 'InvalidValue', message: 'invalid transaction config mask' },
		});
	});
	it('is not taken inside the frame of a legacy transaction', () => {
		const wire = new Uint8Array([1, ...new Uint8Array(64), ...kitV1Message()]);
		expect(failure(wire)).toEqual({ kind: 'Custom', message: 'invalid message version' });
	});
	it('does not encode what its prefixes cannot hold', () => {
		const decoded = decodeMessage(kitV1Message());
		if (!decoded.ok || decoded.value.version !== 1) throw new Error('not v1');
		const message = decoded.value;
		const [instruction] = message.instructions;
		const withInstruction = (accounts: number, data: number): VersionedMessage => ({
			...message,
			instructions: [{ ...instruction!, accounts: new Uint8Array(accounts), data: new Uint8Array(data) }],
		});
		expect(() => encodeMessage(withInstruction(256, 0))).toThrow(RangeError);
		expect(() => encodeMessage(withInstruction(0, 65_536))).toThrow(RangeError);
		expect(encodeMessage(withInstruction(255, 65_535)).length).toBeGreaterThan(65_535);
		expect(() => encodeMessage({ ...message, accountKeys: new Array(256).fill(Pubkey.default) })).toThrow(
			RangeError,
		);
	});
});

describe('hostile bytes', () => {
	it('are refused at the first byte where no version is known', () => {
		for (const first of [0x80, 0x82, 0xfe, 0xff]) {
			expect(failure(new Uint8Array(200).fill(first))).toEqual({
				kind: 'Custom',
				message: 'invalid transaction discriminator',
			});
		}
		expect(failure(new Uint8Array([0, 0xff, 1, 2]))).toEqual({ kind: 'InvalidTagEncoding', tag: 127 });
		expect(failure(new Uint8Array([0, 0x82, 1, 2]))).toEqual({ kind: 'InvalidTagEncoding', tag: 2 });
		expect(failure(new Uint8Array())).toEqual({ kind: 'ReadSizeLimit', bytes: 1 });
	});
	it('fail at every truncation of a good transaction', () => {
		const v1 = new Uint8Array([...kitV1Message(), ...new Uint8Array(128)]);
		for (const bytes of [legacyBytes(), v0Bytes(), v1]) {
			for (let length = 0; length < bytes.length; length++) {
				expect(failure(bytes.subarray(0, length)), `length ${length}`).not.toBeNull();
			}
		}
	});
	it('after the transaction are ignored', () => {
		const bytes = legacyBytes();
		const { message } = mustDecode(new Uint8Array([...bytes, 1, 2, 3]));
		expect(encodeMessage(message)).toEqual(encodeMessage(mustDecode(bytes).message));
	});
	it('never throw, and what decodes encodes to the same bytes', () => {
		const seeds = [legacyBytes(), v0Bytes(), new Uint8Array([...kitV1Message(), ...new Uint8Array(128)])];
		const mutated = fc
			.tuple(
				fc.constantFrom(...seeds),
				fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { minLength: 1, maxLength: 4 }),
			)
			.map(([seed, edits]) => {
				const bytes = seed.slice();
				for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
				return bytes;
			});
		const random = fc.uint8Array({ maxLength: V1_MAX_TRANSACTION_SIZE });
		const short = fc.uint8Array({ maxLength: 120 });
		let decodedSome = 0;
		fc.assert(
			fc.property(fc.oneof(mutated, random, short), (bytes) => {
				const decoded = decodeTransaction(bytes);
				if (!decoded.ok) return;
				decodedSome++;
				const { signatures, message } = decoded.value;
				const again = encodeTransaction({ signatures, message: { ...message } });
				expect(again).toEqual(bytes.slice(0, again.length));
			}),
			{ numRuns: 5000 },
		);
		expect(decodedSome).toBeGreaterThan(100);
	});
	it('with huge counts are refused in no time', () => {
		// 65535 instructions of which the input holds none.
		const bytes = new Uint8Array(PACKET_DATA_SIZE);
		bytes.set([0, 1, 0, 0, 0], 0);
		bytes.set([0xff, 0xff, 0x03], 5 + 32);
		expect(failure(bytes)).not.toBeNull();
		const keys = new Uint8Array([0, 1, 0, 0, 0xff, 0xff, 0x03]);
		expect(failure(keys)).toEqual({ kind: 'ReadSizeLimit', bytes: 65_535 * 32 });
	});
});

describe('encodeTransaction', () => {
	it('refuses a signature that is not 64 bytes long', () => {
		const { message } = mustDecode(legacyBytes());
		expect(() => encodeTransaction({ signatures: [new Uint8Array(63)], message })).toThrow(RangeError);
	});
	it('writes a long count of signatures, which no decoder takes', () => {
		const { message } = mustDecode(legacyBytes());
		const signatures = new Array<Uint8Array>(128).fill(new Uint8Array(64));
		const bytes = encodeTransaction({ signatures, message });
		expect([...bytes.slice(0, 2)]).toEqual([0x80, 0x01]);
		expect(bytes.length).toBe(transactionSize({ signatures, message }));
		expect(failure(bytes)).toMatchObject({ kind: 'Custom' });
	});
});
