/**
 * The fixtures were written by Agave itself: a Rust program of ours against crate solana-runtime 4.3.0 (feature
 * `dev-context-only-utils`) made a genesis with one staked leader (`create_genesis_config_with_leader`, all features),
 * paid one to three SOL to the keypairs of seeds [1;32] to [3;32] in slot 0, three to five SOL to those of [3;32] to
 * [5;32] in slot 1, where the first also failed to pay 100 SOL, and called `bank_to_full_snapshot_archive`; then one SOL
 * to the first in slot 2, all of the second's to the first in slot 3 (which so closes it), one SOL to the fifth in slot 5
 * on top of slot 3, and called `bank_to_incremental_snapshot_archive`. Figures below are what that program printed of its
 * banks. It then loaded both archives again and found the bank equal.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAccount, InstructionError, Pubkey, TransactionError } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZSTDDecoder } from 'zstddec/stream';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { openLedgerFolder } from '../ledger/blockstore-folder.ts';
import { readAppendVec } from './append-vec.ts';
import { loadSnapshot, readSnapshotBank, type SnapshotLoadOptions, verifyAccounts } from './load-snapshot.ts';
import { decodeManifest } from './manifest.ts';
import { decodeSlotDeltas } from './slot-deltas.ts';
import { SnapshotError } from './snapshot-error.ts';
import { findSnapshotFiles, parseSnapshotFile, readFileChunks } from './snapshot-files.ts';
import { readTar } from './tar.ts';

const read = (name: string): Uint8Array => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
const full = read('snapshot-1-2fNo5nP6yCFwro6rbHn6mNPxTeph3MHZh5rU6FopdyiM.tar.zst');
const incremental = read('incremental-snapshot-1-5-GkwyWn8Jx9nmLxPmeStQBvHhsE7dNfTdZ2GvQBGEnK5o.tar.zst');
const LIMITS = { maxFileBytes: 1 << 24, maxEntries: 100 };

const PAYEES = [
	'AKnL4NNf3DGWZJS6cPknBuEGnVsV4A4m5tgebLHaRSZ9',
	'9hSR6S7WPtxmTojgo6GG3k4yDPecgJY292j7xrsUGWBu',
	'GyGKxMyg1p9SsHfm15MkNUu1u9TN2JtTspcdmrtGUdse',
	'EdmxWPmx2WH6WgFfTdu9xfkYf3k1g5wD1zccTVySEEh1',
	'8SFqwqnq4whPhs8icwHA2hQg3hUoN1qrCLK1SBx3WKwe',
].map((text) => Pubkey.fromBase58(text));

/** Bytes in small chunks, as a file is read. */
function* inChunks(bytes: Uint8Array, size = 1000): IterableIterator<Uint8Array> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function load(options: Partial<SnapshotLoadOptions> = {}) {
	const storage = new MemoryStorage();
	const loaded = await loadSnapshot({ storage, full: inChunks(full), ...options });
	return { storage, loaded };
}

async function filesOf(archive: Uint8Array): Promise<Map<string, Uint8Array>> {
	const decoder = new ZSTDDecoder();
	await decoder.init();
	return new Map(
		[...readTar(decoder.decodeStreaming([archive]), LIMITS)].map(({ path, bytes }) => [path, bytes]),
	);
}

function tarHeader(path: string, size: number, type = '0'): Uint8Array {
	const header = new Uint8Array(512);
	const put = (text: string, at: number): void => header.set(new TextEncoder().encode(text), at);
	put(path, 0);
	put('0000644\0', 100);
	put(`${size.toString(8).padStart(11, '0')}\0`, 124);
	put(type, 156);
	put('ustar\0', 257);
	put('        ', 148);
	const sum = header.reduce((a, b) => a + b, 0);
	put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
	return header;
}

function tarOf(files: Iterable<readonly [string, Uint8Array, string?]>): Uint8Array {
	const parts: Uint8Array[] = [];
	for (const [path, bytes, type] of files) {
		parts.push(
			tarHeader(path, bytes.length, type),
			bytes,
			new Uint8Array((512 - (bytes.length % 512)) % 512),
		);
	}
	parts.push(new Uint8Array(1024));
	return concat(parts);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

/** A zstd frame of raw blocks: a compressor that does not compress. */
function zstdOf(bytes: Uint8Array): Uint8Array {
	const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58)];
	for (let at = 0; at <= bytes.length; at += 100_000) {
		const block = bytes.subarray(at, at + 100_000);
		const header = (block.length << 3) | (at + 100_000 > bytes.length ? 1 : 0);
		parts.push(Uint8Array.of(header, header >> 8, header >> 16), block);
	}
	return concat(parts);
}

async function refusal(run: () => Promise<unknown>): Promise<string> {
	try {
		await run();
	} catch (error) {
		if (error instanceof SnapshotError) return `${error.kind}: ${error.message}`;
		throw error;
	}
	return 'nothing was refused';
}

describe('loadSnapshot', () => {
	it('loads what Agave wrote: bank, balances, and a lattice hash that is that of the accounts', async () => {
		const { storage, loaded } = await load();
		const { bank } = loaded;
		expect([bank.slot, bank.parentSlot, bank.blockHeight]).toEqual([1n, 0n, 1n]);
		expect(bank.hash.toBase58()).toBe('B49x4nvVfPdjzGmXvZqHMsQvRxNJBV1DKVjgBwHY8Wq5');
		expect(bank.blockhashQueue.lastHash?.toBase58()).toBe('9cfBkPsoQ2NPHYPi7b69bcQG8FKfNc33k2UfRxiPFyd9');
		expect(bank.blockhashQueue.hashes.length).toBe(3);
		expect([bank.capitalization, bank.transactionCount, bank.signatureCount]).toEqual([
			1002001000891187n,
			7n,
			4n,
		]);
		expect([bank.tickHeight, bank.maxTickHeight, bank.ticksPerSlot]).toEqual([128n, 128n, 64n]);
		expect(bank.leaderId.toBase58()).toBe('cGfHiC6Kgg3FpFZvgwGcswsCRtp4aBP2fzuXRQPizuN');
		expect(bank.stakes.voteAccounts.map(({ pubkey }) => pubkey.toBase58())).toEqual([
			'3ogUn1GNXoASaRbxPNeVJnVv5rG4EPBtmQmX61jVorUe',
		]);
		expect(bank.stakes.stakeDelegations.length).toBe(1);
		expect(bank.epochStakes.length).toBeGreaterThan(0);
		expect(bank.epochStakes[0]?.totalStake).toBe(bank.stakes.voteAccounts[0]?.stake);
		expect(bank.blockId?.bytes).toEqual(new Uint8Array(32).fill(7));
		const balances = PAYEES.map((pubkey) => Number(storage.get(pubkey)?.lamports ?? 0n) / 1e9);
		expect(balances).toEqual([1, 2, 6, 4, 5]);
		expect(storage.root).toBe(1n);
		expect(loaded.slotDeltas.map(({ slot }) => slot).sort()).toEqual([0n, 1n]);
		const messages = loaded.slotDeltas.flatMap(({ statuses }) =>
			statuses.flatMap(({ messages }) => messages),
		);
		// Upstream keeps each under the message hash and under the signature.
		expect(messages.length).toBe(14);
		const failed = messages.filter(([, err]) => err !== null).map(([, err]) => err);
		const error = TransactionError.InstructionError(0, InstructionError.Custom(1));
		expect(failed).toEqual([error, error]);
	});

	it('reads the whole of the manifest: no byte is left over', async () => {
		for (const [archive, path] of [
			[full, 'snapshots/1/1'],
			[incremental, 'snapshots/5/5'],
		] as const) {
			const bytes = (await filesOf(archive)).get(path) ?? new Uint8Array(0);
			expect(decodeManifest(bytes).ok).toBe(true);
			const cut = decodeManifest(bytes.subarray(0, bytes.length - 1));
			expect(cut).toEqual({ ok: false, error: { kind: 'ReadSizeLimit', bytes: 32 } });
		}
	});

	it('loads an incremental archive on top, which closes an account', async () => {
		const reports: string[] = [];
		const { storage, loaded } = await load({
			incremental: inChunks(incremental, 7),
			onProgress: ({ phase }) => reports.push(phase),
			checkpoint: (bank) => new TextEncoder().encode(bank.hash.toBase58()),
		});
		expect(loaded.bank.hash.toBase58()).toBe('FRN7AjBCgshgzVa1ErN2yx3HwhRfQjxdA6Cyis4LYLqe');
		expect([loaded.bank.slot, loaded.bank.parentSlot, loaded.bank.blockHeight]).toEqual([5n, 3n, 4n]);
		expect([loaded.bank.transactionCount, loaded.bank.tickHeight]).toEqual([10n, 384n]);
		const balances = PAYEES.map((pubkey) => Number(storage.get(pubkey)?.lamports ?? 0n) / 1e9);
		expect(balances).toEqual([4, 0, 6, 4, 6]);
		expect(storage.get(PAYEES[1]!)).toBeNull();
		expect(storage.checkpoint()).toEqual({
			slot: 5n,
			fields: new TextEncoder().encode('FRN7AjBCgshgzVa1ErN2yx3HwhRfQjxdA6Cyis4LYLqe'),
		});
		expect(reports).toEqual(['full', 'incremental']);
	});

	it('fills a ledger on a disk, which is found whole when it is opened again', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'parhelion-snapshot-'));
		const identity = { genesisHash: new Uint8Array(32), featureSetId: 0 };
		try {
			const ledger = await openLedgerFolder(folder, identity);
			const { bank, accountCount } = await loadSnapshot({
				storage: ledger.storage,
				full: inChunks(full),
				incremental: inChunks(incremental),
				checkpoint: () => Uint8Array.of(1, 2, 3),
			});
			await ledger.close();
			const again = await openLedgerFolder(folder, identity);
			verifyAccounts(again.storage, bank);
			expect(again.storage.accountCount).toBe(accountCount);
			expect(again.storage.checkpoint()).toEqual({ slot: 5n, fields: Uint8Array.of(1, 2, 3) });
			await expect(loadSnapshot({ storage: again.storage, full: inChunks(incremental) })).rejects.toThrow(
				SnapshotError,
			);
			await again.close();
			const empty = await openLedgerFolder(folder, identity);
			expect([empty.storage.root, empty.storage.accountCount]).toEqual([null, 0]);
			await empty.close();
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});

	it('finds the newest archives of a folder and checks that they are what their names say', async () => {
		const folder = fileURLToPath(new URL('./fixtures', import.meta.url));
		const found = findSnapshotFiles(folder);
		expect([found?.full.slot, found?.incremental?.slot, found?.incremental?.base]).toEqual([1n, 5n, 1n]);
		const archives = {
			full: readFileChunks(found!.full.path),
			incremental: readFileChunks(found!.incremental!.path),
		};
		const { loaded } = await load({ ...archives, expectedHash: found!.incremental!.hash });
		expect(loaded.bank.slot).toBe(5n);
		expect(await refusal(() => load({ expectedHash: found!.incremental!.hash }))).toMatch(
			/^hash: .*its name/,
		);
		expect(parseSnapshotFile('/x/snapshot-1-0.tar.zst')).toBeNull();
		expect(() => [...readFileChunks(`${folder}/none`)]).toThrow(SnapshotError);
	});

	it('reads the bank alone', async () => {
		const { manifest, slotDeltas } = await readSnapshotBank([full]);
		expect([manifest.bank.slot, manifest.storages.length, slotDeltas.length]).toEqual([1n, 2, 2]);
	});

	it('refuses archives that do not belong together', async () => {
		expect(await refusal(() => load({ full: [incremental], incremental: [full] }))).toMatch(/^mismatch: /);
		expect(await refusal(() => load({ incremental: [full] }))).toMatch(/^mismatch: /);
	});

	it('refuses accounts that the bank does not know: one lamport, one byte, one account more', async () => {
		const files = await filesOf(full);
		const changed = async (change: (bytes: Uint8Array) => void): Promise<string> => {
			const copy = new Map([...files].map(([path, bytes]) => [path, bytes.slice()]));
			change(copy.get('accounts/1.1')!);
			return refusal(() => load({ full: [zstdOf(tarOf(copy))] }));
		};
		/** Where the data of the file's first account that has any begins. */
		const dataOf = (bytes: Uint8Array): number => {
			let at = 0;
			while (bytes[at + 8] === 0 && bytes[at + 9] === 0) at += 136;
			return at + 136;
		};
		expect(await changed(() => undefined)).toBe('nothing was refused');
		expect(await changed((bytes) => bytes.set([bytes[48]! ^ 1], 48))).toMatch(/^hash: /);
		expect(await changed((bytes) => bytes.set([bytes[dataOf(bytes)]! ^ 1], dataOf(bytes)))).toMatch(
			/^hash: /,
		);
		expect(await changed((bytes) => bytes.set([bytes[20]! ^ 1], 20))).toMatch(/^hash: /);
		expect(await changed((bytes) => bytes.set([2], 96))).toMatch(/^accounts: .* has 2 for executable/);
		expect(await changed((bytes) => bytes.set([255, 255, 255, 255, 255, 255, 255, 255], 8))).toMatch(
			/^accounts: /,
		);
	});

	it('refuses an archive with files too many, too few, twice or of the wrong kind', async () => {
		const files = [...(await filesOf(full))];
		const but = (path: string) => files.filter(([other]) => other !== path);
		const outcome = (list: readonly (readonly [string, Uint8Array, string?])[]) =>
			refusal(() => load({ full: [zstdOf(tarOf(list))] }));
		expect(await outcome(but('version'))).toBe('layout: The full snapshot lacks a version.');
		expect(await outcome(but('snapshots/1/1'))).toBe('layout: The full snapshot lacks a bank.');
		expect(await outcome(but('snapshots/status_cache'))).toBe(
			'layout: The full snapshot lacks a status cache.',
		);
		expect(await outcome(but('accounts/0.0'))).toBe('layout: The full snapshot lacks accounts/0.0.');
		expect(await outcome([...files, ['accounts/7.9', new Uint8Array(0)]])).toMatch(
			/^layout: .*accounts\/7\.9/,
		);
		expect(await outcome([...files, ['accounts/1.2', new Uint8Array(0)]])).toMatch(
			/^layout: .*two account files/,
		);
		expect(await outcome([...files, ['etc/passwd', new Uint8Array(3)]])).toMatch(
			/^layout: .*no snapshot has/,
		);
		expect(await outcome([['../version', new Uint8Array(3)], ...files])).toMatch(/^layout: .*leaves it/);
		expect(await outcome([['/version', new Uint8Array(3)], ...files])).toMatch(/^layout: .*leaves it/);
		expect(await outcome([['version', new Uint8Array(0), '2'], ...files])).toMatch(
			/^layout: .*neither a file/,
		);
		expect(await outcome([['version', new TextEncoder().encode('1.3.0')], ...but('version')])).toMatch(
			/^version: /,
		);
		expect(await outcome([['version', new Uint8Array(5000)], ...but('version')])).toMatch(/^version: /);
	});

	it('refuses what was cut, damaged or never was a snapshot, and leaves nothing behind', async () => {
		expect(await refusal(() => load({ full: [new TextEncoder().encode('no archive at all')] }))).toMatch(
			/^archive: /,
		);
		expect(await refusal(() => load({ full: [] }))).toMatch(/^archive: /);
		expect(await refusal(() => load({ full: [zstdOf(new Uint8Array(5000).fill(65))] }))).toMatch(
			/^archive: /,
		);
		for (let cut = 1; cut < full.length; cut += 997) {
			const storage = new MemoryStorage();
			const outcome = await refusal(() => loadSnapshot({ storage, full: [full.slice(0, cut)] }));
			expect([cut, outcome.startsWith('archive: ')]).toEqual([cut, true]);
			expect(storage.root).toBeNull();
		}
	});

	it('refuses what would fill memory or disk: a bomb, a file or a number of files beyond the limits', async () => {
		// 4 bytes for each 128 KiB of zeros.
		const header = tarHeader('accounts/1.1', 1 << 30);
		const frame = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58), Uint8Array.of(0, 16, 0), header];
		const zeros = Uint8Array.of(2 | ((1 << 20) & 0xff), (1 << 20) >> 8, (1 << 20) >> 16, 0);
		const bomb = concat([...frame, ...Array.from({ length: 1 << 13 }, () => zeros)]);
		const spareBytes = 1 << 24;
		expect(await refusal(() => load({ full: [bomb], limits: { spareBytes } }))).toBe(
			'limit: The archive unpacks to more than 500 times its bytes.',
		);
		expect(await refusal(() => load({ limits: { maxFileBytes: 100 } }))).toMatch(
			/^limit: \S+ in the archive has \d+ bytes, 100 are allowed\.$/,
		);
		expect(await refusal(() => load({ limits: { maxEntries: 2 } }))).toBe(
			'limit: The archive has more than 2 entries.',
		);
		const lie = concat([tarHeader('accounts/1.1', 2 ** 31 - 1), new Uint8Array(1024)]);
		expect(await refusal(() => load({ full: [zstdOf(lie)] }))).toMatch(
			/^archive: .* in the middle of a file/,
		);
	});

	it('answers every damaged byte with its own error', async () => {
		const files = await filesOf(full);
		const manifest = files.get('snapshots/1/1')!;
		const statuses = files.get('snapshots/status_cache')!;
		const accounts = files.get('accounts/0.0')!;
		const bytes = fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2, 127, 255)), {
			minLength: 1,
			maxLength: 8,
		});
		fc.assert(
			fc.property(bytes, fc.nat(), (changes, cut) => {
				for (const original of [manifest, statuses, accounts]) {
					const damaged = original.slice(0, cut % 3 === 0 ? cut % original.length : original.length);
					for (const [at, value] of changes) if (damaged.length > 0) damaged[at % damaged.length] = value;
					decodeManifest(damaged);
					decodeSlotDeltas(damaged);
					try {
						[...readAppendVec(damaged, 'x')];
					} catch (error) {
						expect(error).toBeInstanceOf(SnapshotError);
					}
					try {
						[...readTar([damaged], LIMITS)];
					} catch (error) {
						expect(error).toBeInstanceOf(SnapshotError);
					}
				}
			}),
			{ numRuns: 150 },
		);
	});
});

describe('readAppendVec', () => {
	const record = (key: number, lamports: number, data: number[]): Uint8Array => {
		const bytes = new Uint8Array(136 + ((data.length + 7) & -8));
		const view = new DataView(bytes.buffer);
		view.setBigUint64(8, BigInt(data.length), true);
		bytes.fill(key, 16, 48);
		view.setBigUint64(48, BigInt(lamports), true);
		view.setBigUint64(56, 3n, true);
		bytes.fill(9, 64, 96);
		bytes[96] = key & 1;
		bytes.set(data, 136);
		return bytes;
	};
	const key = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(n));

	it('reads records at multiples of eight and stops at the first empty one', () => {
		const bytes = concat([record(1, 5, [1, 2, 3]), record(2, 0, []), record(4, 7, []), new Uint8Array(4096)]);
		expect([...readAppendVec(bytes, 'x')]).toEqual([
			[
				key(1),
				createAccount({
					lamports: 5n,
					data: Uint8Array.of(1, 2, 3),
					owner: key(9),
					executable: true,
					rentEpoch: 3n,
				}),
			],
			[key(2), null],
			[key(4), createAccount({ lamports: 7n, owner: key(9), rentEpoch: 3n })],
		]);
	});

	it('takes a last record without padding and refuses bytes behind it', () => {
		const bytes = record(1, 5, [1, 2, 3]);
		expect([...readAppendVec(bytes.subarray(0, 139), 'x')].length).toBe(1);
		expect(() => [...readAppendVec(bytes.subarray(0, 138), 'x')]).toThrow(SnapshotError);
		expect(() => [...readAppendVec(concat([bytes, Uint8Array.of(1)]), 'x')]).toThrow('1 bytes follow');
	});
});
