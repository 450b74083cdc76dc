import { AddressLookupTableAccount, NonceAccount } from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import {
	AddressLookupTable,
	addressLookupErrorToTransactionError,
	decodeLookupTableMeta,
	encodeLookupTableMeta,
	LOOKUP_TABLE_META_SIZE,
	type LookupTableMeta,
	lookupTableStatus,
} from './address-lookup-table.ts';
import { Hash } from './hash.ts';
import { InstructionError } from './instruction-error.ts';
import {
	decodeNonceVersions,
	durableNonceFromBlockhash,
	encodeNonceVersions,
	NONCE_STATE_SIZE,
	type NonceVersions,
	verifyRecentBlockhash,
} from './nonce.ts';
import { U64_MAX } from './numbers.ts';
import { Pubkey } from './pubkey.ts';
import { SlotHashes } from './sysvars/slot-hashes.ts';
import { TransactionError } from './transaction-error.ts';
import {
	decodeUpgradeableLoaderState,
	encodeUpgradeableLoaderState,
	type UpgradeableLoaderState,
} from './upgradeable-loader-state.ts';

const key = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(n));
const hash = (n: number): Hash => Hash.fromBytes(new Uint8Array(32).fill(n));

describe('nonce state', () => {
	const data = { authority: key(3), durableNonce: hash(4), lamportsPerSignature: 5000n };
	const current: NonceVersions = { version: 'Current', state: { kind: 'Initialized', data } };
	it('has the 80 bytes that web3.js reads', () => {
		const bytes = encodeNonceVersions(current);
		expect(bytes.length).toBe(NONCE_STATE_SIZE);
		const theirs = NonceAccount.fromAccountData(bytes);
		expect(theirs.authorizedPubkey.toBase58()).toBe(key(3).toBase58());
		expect(theirs.nonce).toBe(hash(4).toBase58());
		expect(theirs.feeCalculator.lamportsPerSignature).toBe(5000);
	});
	it.each<NonceVersions>([
		current,
		{ version: 'Legacy', state: { kind: 'Initialized', data } },
		{ version: 'Legacy', state: { kind: 'Uninitialized' } },
		{ version: 'Current', state: { kind: 'Uninitialized' } },
	])('comes back from its bytes (case %#)', (versions) => {
		const padded = new Uint8Array(NONCE_STATE_SIZE);
		padded.set(encodeNonceVersions(versions));
		expect(decodeNonceVersions(padded)).toEqual({ ok: true, value: versions });
	});
	it('does not decode with unknown tags or cut off', () => {
		const bytes = encodeNonceVersions(current);
		for (const at of [0, 4]) {
			const bad = bytes.slice();
			bad[at] = 2;
			expect(decodeNonceVersions(bad)).toMatchObject({ ok: false, error: { kind: 'InvalidTagEncoding' } });
		}
		expect(decodeNonceVersions(bytes.slice(0, 79)).ok).toBe(false);
		expect(decodeNonceVersions(new Uint8Array()).ok).toBe(false);
	});
	it('lets through only its own nonce, and no legacy one', () => {
		expect(verifyRecentBlockhash(current, hash(4))).toBe(data);
		expect(verifyRecentBlockhash(current, hash(5))).toBeNull();
		expect(verifyRecentBlockhash({ ...current, version: 'Legacy' }, hash(4))).toBeNull();
		expect(
			verifyRecentBlockhash({ version: 'Current', state: { kind: 'Uninitialized' } }, Hash.default),
		).toBeNull();
	});
	it('hashes its prefix and the blockhash', () => {
		let chunks: Uint8Array[] = [];
		durableNonceFromBlockhash(hash(7), (...given) => {
			chunks = given;
			return new Uint8Array(32);
		});
		expect(new TextDecoder().decode(chunks[0])).toBe('DURABLE_NONCE');
		expect(chunks[1]).toEqual(hash(7).bytes);
	});
});

describe('address lookup table', () => {
	const meta: LookupTableMeta = {
		deactivationSlot: U64_MAX,
		lastExtendedSlot: 10n,
		lastExtendedSlotStartIndex: 2,
		authority: key(9),
	};
	const table = (fields: Partial<LookupTableMeta>, count = 3): Uint8Array =>
		Uint8Array.from([
			...encodeLookupTableMeta({ ...meta, ...fields }),
			...Array.from({ length: count }, (_, i) => [...key(20 + i).bytes]).flat(),
		]);
	const read = (data: Uint8Array): AddressLookupTable => {
		const result = AddressLookupTable.deserialize(data);
		if (!result.ok) throw new Error(result.error.kind);
		return result.value;
	};
	const none = new SlotHashes([]);

	it('has the bytes that web3.js reads', () => {
		const theirs = AddressLookupTableAccount.deserialize(table({}));
		expect(theirs.authority?.toBase58()).toBe(key(9).toBase58());
		expect(theirs.lastExtendedSlot).toBe(10);
		expect(theirs.lastExtendedSlotStartIndex).toBe(2);
		expect(theirs.addresses.map(String)).toEqual([20, 21, 22].map((n) => key(n).toBase58()));
		expect(encodeLookupTableMeta({ ...meta, authority: null }).length).toBe(LOOKUP_TABLE_META_SIZE);
		expect(decodeLookupTableMeta(encodeLookupTableMeta({ ...meta, authority: null }))).toEqual({
			ok: true,
			value: { ...meta, authority: null },
		});
	});
	it('is refused where it is malformed', () => {
		const refused = (data: Uint8Array): unknown => {
			const result = AddressLookupTable.deserialize(data);
			return result.ok ? null : result.error;
		};
		expect(refused(new Uint8Array(4))).toEqual(InstructionError.UninitializedAccount);
		expect(refused(new Uint8Array(3))).toEqual(InstructionError.InvalidAccountData);
		expect(refused(new Uint8Array([2, 0, 0, 0]))).toEqual(InstructionError.InvalidAccountData);
		expect(refused(table({}).slice(0, -1))).toEqual(InstructionError.InvalidAccountData);
		expect(refused(encodeLookupTableMeta({ ...meta, authority: null }).slice(0, 30))).toEqual(
			InstructionError.InvalidAccountData,
		);
	});
	it('gives addresses of earlier slots only', () => {
		const lookup = read(table({}));
		expect(lookup.lookup(11n, Uint8Array.from([2, 0]), none)).toEqual({
			ok: true,
			value: [key(22), key(20)],
		});
		expect(lookup.lookup(10n, Uint8Array.from([1]), none)).toEqual({ ok: true, value: [key(21)] });
		expect(lookup.lookup(10n, Uint8Array.from([2]), none)).toEqual({
			ok: false,
			error: 'InvalidLookupIndex',
		});
		expect(lookup.lookup(11n, Uint8Array.from([3]), none)).toEqual({
			ok: false,
			error: 'InvalidLookupIndex',
		});
		expect(read(table({ lastExtendedSlotStartIndex: 4 })).lookup(10n, new Uint8Array(), none)).toEqual({
			ok: false,
			error: 'InvalidAccountData',
		});
	});
	it('serves while it is being deactivated, and no longer', () => {
		const slotHashes = SlotHashes.from([
			[50n, hash(1)],
			[49n, hash(1)],
			[48n, hash(1)],
		]);
		const at = (deactivationSlot: bigint): unknown =>
			lookupTableStatus({ ...meta, deactivationSlot }, 51n, slotHashes);
		expect(at(U64_MAX)).toEqual({ kind: 'Activated' });
		expect(at(51n)).toEqual({ kind: 'Deactivating', remainingBlocks: 513 });
		expect(at(48n)).toEqual({ kind: 'Deactivating', remainingBlocks: 510 });
		expect(at(47n)).toEqual({ kind: 'Deactivated' });
		const gone = read(table({ deactivationSlot: 47n }));
		expect(gone.lookup(51n, Uint8Array.from([0]), slotHashes)).toEqual({
			ok: false,
			error: 'LookupTableAccountNotFound',
		});
		const going = read(table({ deactivationSlot: 48n }));
		expect(going.lookup(51n, Uint8Array.from([0]), slotHashes).ok).toBe(true);
	});
	it('has a transaction error for each of its errors', () => {
		expect(
			(
				[
					'LookupTableAccountNotFound',
					'InvalidAccountOwner',
					'InvalidAccountData',
					'InvalidLookupIndex',
				] as const
			).map(addressLookupErrorToTransactionError),
		).toEqual([
			TransactionError.AddressLookupTableNotFound,
			TransactionError.InvalidAddressLookupTableOwner,
			TransactionError.InvalidAddressLookupTableData,
			TransactionError.InvalidAddressLookupTableIndex,
		]);
	});
});

describe('upgradeable loader state', () => {
	it.each<[UpgradeableLoaderState, number]>([
		[{ kind: 'Uninitialized' }, 4],
		[{ kind: 'Buffer', authorityAddress: key(1) }, 37],
		[{ kind: 'Buffer', authorityAddress: null }, 5],
		[{ kind: 'Program', programdataAddress: key(2) }, 36],
		[{ kind: 'ProgramData', slot: 77n, upgradeAuthorityAddress: key(3) }, 45],
		[{ kind: 'ProgramData', slot: 78n, upgradeAuthorityAddress: null }, 13],
	])('comes back from its bytes (case %#)', (state, size) => {
		const bytes = encodeUpgradeableLoaderState(state);
		expect(bytes.length).toBe(size);
		expect(decodeUpgradeableLoaderState(bytes)).toEqual({ ok: true, value: state });
		expect(decodeUpgradeableLoaderState(Uint8Array.from([...bytes, 0x7f, 0x45]))).toEqual({
			ok: true,
			value: state,
		});
		expect(decodeUpgradeableLoaderState(bytes.slice(0, -1)).ok).toBe(false);
	});
	it('does not decode with an unknown tag', () => {
		expect(decodeUpgradeableLoaderState(Uint8Array.from([4, 0, 0, 0]))).toEqual({
			ok: false,
			error: { kind: 'InvalidTagEncoding', tag: 4 },
		});
		expect(decodeUpgradeableLoaderState(Uint8Array.from([1, 0, 0, 0, 2])).ok).toBe(false);
	});
});
