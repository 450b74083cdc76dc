/**
 * Compares the data and the checks of `sdk` and `crypto` with the oracle: every feature row, every sysvar account, and
 * which signatures and messages are accepted.
 */
import crypto from 'node:crypto';
import {
	ed25519KeypairFromSeed,
	ed25519Sign,
	ed25519VerifyStrict,
	nodeFastPaths,
	setFastPaths,
} from '@parhelion/crypto';
import {
	compileLegacyMessage,
	decodeClock,
	decodeEpochRewards,
	decodeEpochSchedule,
	decodeFeature,
	decodeFees,
	decodeLastRestartSlot,
	decodeRecentBlockhashes,
	decodeRent,
	decodeSlotHashes,
	decodeSlotHistory,
	decodeStakeHistory,
	encodeClock,
	encodeEpochRewards,
	encodeEpochSchedule,
	encodeFeature,
	encodeFees,
	encodeLastRestartSlot,
	encodeMessage,
	encodeRecentBlockhashes,
	encodeRent,
	encodeSlotHashes,
	encodeSlotHistory,
	encodeStakeHistory,
	encodeTransaction,
	FEATURES,
	FeatureSet,
	featureId,
	Hash,
	type LegacyMessage,
	Pubkey,
	programIds,
	type Result,
	type SanitizeError,
	sanitizeVersionedTransaction,
	sysvarIds,
	type VersionedMessage,
	type WireError,
} from '@parhelion/sdk';
import type { Address } from '@solana/kit';
import { LiteSVM, FeatureSet as OracleFeatureSet } from 'litesvm';
import { describe, expect, it } from 'vitest';

const oracle = new LiteSVM();

/** The oracle's account, or null. */
function oracleAccount(key: Pubkey): { data: Uint8Array; owner: string } | null {
	const account = oracle.getAccount(key.toBase58() as Address);
	return account.exists
		? { data: Uint8Array.from(account.data), owner: String(account.programAddress) }
		: null;
}

describe('features', () => {
	it('are those the oracle knows', () => {
		const theirs = OracleFeatureSet.allEnabled()
			.getActiveFeatures()
			.map((id) => Pubkey.fromBytes(id).toBase58());
		expect(FEATURES.map((row) => row.id).toSorted()).toEqual(theirs.toSorted());
	});
	it('are active since the same slots', () => {
		const ours = FeatureSet.mainnet();
		for (const { name } of FEATURES) {
			const account = oracleAccount(featureId(name));
			const slot = ours.activatedSlot(featureId(name));
			if (account === null) {
				expect(slot, name).toBeNull();
				continue;
			}
			expect(account.owner).toBe(programIds.feature.toBase58());
			expect(decodeFeature(account.data), name).toEqual({ ok: true, value: slot });
			expect(encodeFeature(slot)).toEqual(account.data);
		}
	});
});

describe('sysvar accounts', () => {
	function same<T>(decode: (data: Uint8Array) => Result<T, WireError>, encode: (value: T) => Uint8Array) {
		return (data: Uint8Array): Uint8Array => {
			const decoded = decode(data);
			if (!decoded.ok) throw new Error(decoded.error.kind);
			return encode(decoded.value);
		};
	}
	it.each([
		['clock', same(decodeClock, encodeClock)],
		['epochRewards', same(decodeEpochRewards, encodeEpochRewards)],
		['epochSchedule', same(decodeEpochSchedule, encodeEpochSchedule)],
		['fees', same(decodeFees, encodeFees)],
		['lastRestartSlot', same(decodeLastRestartSlot, encodeLastRestartSlot)],
		['recentBlockhashes', same(decodeRecentBlockhashes, encodeRecentBlockhashes)],
		['rent', same(decodeRent, encodeRent)],
		['slotHashes', same(decodeSlotHashes, encodeSlotHashes)],
		['slotHistory', same(decodeSlotHistory, encodeSlotHistory)],
		['stakeHistory', same(decodeStakeHistory, encodeStakeHistory)],
	] as const)('decode and encode to their own bytes: %s', (name, roundTrip) => {
		const account = oracleAccount(sysvarIds[name]);
		if (account === null) throw new Error('the oracle has no such account');
		expect(account.owner).toBe(sysvarIds.owner.toBase58());
		const padded = new Uint8Array(account.data.length);
		padded.set(roundTrip(account.data));
		expect(padded).toEqual(account.data);
	});
});

const payer = ed25519KeypairFromSeed(new Uint8Array(32).fill(1));
const payerKey = Pubkey.fromBytes(payer.publicKey);
const target = Pubkey.fromBytes(new Uint8Array(32).fill(9));
oracle.airdrop(payerKey.toBase58() as Address, 1_000_000_000_000n as never);

function transfer(from: Pubkey, lamports: number): LegacyMessage {
	const data = new Uint8Array(12);
	data[0] = 2;
	new DataView(data.buffer).setBigUint64(4, BigInt(lamports), true);
	return compileLegacyMessage(
		from,
		[
			{
				programId: programIds.systemProgram,
				accounts: [
					{ pubkey: from, isSigner: true, isWritable: true },
					{ pubkey: target, isSigner: false, isWritable: true },
				],
				data,
			},
		],
		Hash.fromBase58(oracle.latestBlockhash()),
	);
}

/** The error with which the oracle answers the transaction, or `ok`. */
function oracleOutcome(message: VersionedMessage, signatures: Uint8Array[]): string {
	const wire = encodeTransaction({ signatures, message });
	const inner: unknown = Reflect.get(oracle, 'inner');
	if (typeof inner !== 'object' || inner === null) throw new Error('the oracle changed its shape');
	const send: unknown = Reflect.get(inner, 'sendVersionedTransaction');
	if (typeof send !== 'function') throw new Error('the oracle changed its shape');
	const text = String(Reflect.apply(send, inner, [wire]));
	return /err: (\w+)/.exec(text)?.[1] ?? 'ok';
}

describe('signatures', () => {
	const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
	const L = 2n ** 252n + 27742317777372353535851937790883648493n;
	const littleEndian = (value: bigint): Uint8Array =>
		Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
	const join = (a: Uint8Array, b: Uint8Array): Uint8Array => Uint8Array.from([...a, ...b]);

	const smallOrder = [
		'0100000000000000000000000000000000000000000000000000000000000000',
		'0100000000000000000000000000000000000000000000000000000000000080',
		'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
		'0000000000000000000000000000000000000000000000000000000000000080',
		'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
		'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
		'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
	].map(fromHex);
	const base = fromHex('5866666666666666666666666666666666666666666666666666666666666666');

	const cases: [name: string, from: Uint8Array, sign: (message: Uint8Array) => Uint8Array][] = [
		['a good one', payer.publicKey, (message) => ed25519Sign(message, payer.secretKey.slice(0, 32))],
		['all zero', payer.publicKey, () => new Uint8Array(64)],
		[
			'with S + L',
			payer.publicKey,
			(message) => {
				const good = ed25519Sign(message, payer.secretKey.slice(0, 32));
				const s = BigInt(`0x${Buffer.from(good.slice(32)).reverse().toString('hex')}`);
				return join(good.slice(0, 32), littleEndian(s + L));
			},
		],
		...smallOrder.flatMap((key, i): typeof cases => [
			[`by key of small order ${i}: R = B, S = 1`, key, () => join(base, littleEndian(1n))],
			[`by key of small order ${i}: R the same, S = 0`, key, () => join(key, new Uint8Array(32))],
			[`with R of small order ${i}`, payer.publicKey, () => join(key, new Uint8Array(32))],
		]),
	];
	it.each(cases)('are judged alike: %s', (_name, from, sign) => {
		const message = transfer(Pubkey.fromBytes(from), 1);
		const bytes = encodeMessage(message);
		const signature = sign(bytes);
		const theirs = oracleOutcome(message, [signature]) !== 'SignatureFailure';
		setFastPaths({});
		expect(ed25519VerifyStrict(signature, bytes, from)).toBe(theirs);
		setFastPaths(nodeFastPaths(crypto));
		expect(ed25519VerifyStrict(signature, bytes, from)).toBe(theirs);
		setFastPaths({});
	});
});

describe('sanitising', () => {
	const good = transfer(payerKey, 1);
	const v0: VersionedMessage = { ...good, version: 0, addressTableLookups: [] };
	const v1: VersionedMessage = {
		...good,
		version: 1,
		config: {
			priorityFee: null,
			computeUnitLimit: 10_000,
			loadedAccountsDataSizeLimit: 100_000,
			heapSize: null,
		},
	};
	const withInstruction = (fields: object): object => ({
		instructions: [{ ...good.instructions[0]!, ...fields }],
	});
	const withHeader = (fields: object): object => ({ header: { ...good.header, ...fields } });
	const key = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(n));
	const edits: [string, object, number][] = [
		['nothing', {}, 1],
		['program is the payer', withInstruction({ programIdIndex: 0 }), 1],
		['program beyond the keys', withInstruction({ programIdIndex: 3 }), 1],
		['account beyond the keys', withInstruction({ accounts: Uint8Array.of(0, 3) }), 1],
		['no writable signer', withHeader({ numReadonlySignedAccounts: 1 }), 1],
		['no signer', withHeader({ numRequiredSignatures: 0 }), 0],
		['parts overlap', withHeader({ numReadonlyUnsignedAccounts: 3 }), 1],
		['too many signatures', {}, 2],
		['too few signatures', {}, 0],
		[
			'66 keys',
			{ accountKeys: [...good.accountKeys, ...Array.from({ length: 63 }, (_, i) => key(i + 20))] },
			1,
		],
		['the same key twice', { accountKeys: [...good.accountKeys, good.accountKeys[1]!] }, 1],
		['65 instructions', { instructions: new Array(65).fill(good.instructions[0]) }, 1],
	];
	const versions: [string, VersionedMessage][] = [
		['legacy', good],
		['v0', v0],
		['v1', v1],
	];
	const all = versions.flatMap(([version, message]) =>
		edits.map(([name, edit, signatures]) => [version, name, { ...message, ...edit }, signatures] as const),
	);
	it.each(all)('is judged alike: %s, %s', (version, _name, edited, count) => {
		const message: VersionedMessage = edited;
		const seed = payer.secretKey.slice(0, 32);
		const signatures = Array.from({ length: count }, () => ed25519Sign(encodeMessage(message), seed));
		// A v1 transaction has no count of signatures: the header decides how many are read.
		if (version === 'v1' && count !== message.header.numRequiredSignatures) return;
		const ours: SanitizeError | null = sanitizeVersionedTransaction({ signatures, message });
		expect(oracleOutcome(message, signatures) === 'SanitizeFailure').toBe(ours !== null);
	});
});
