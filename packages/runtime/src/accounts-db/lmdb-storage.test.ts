import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount, Hash, Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLedgerFolder } from '../ledger/blockstore-folder.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { LmdbStorage } from './lmdb-storage.ts';
import { MemoryStorage } from './memory-storage.ts';
import type { AccountEntry, AccountsStorage } from './storage.ts';
import { StorageError } from './storage-error.ts';

const identity = { genesisHash: new Uint8Array(32).fill(1), featureSetId: 0xfe_dc_ba_98 };

function key(n: number): Pubkey {
	const bytes = new Uint8Array(32);
	bytes[0] = n;
	bytes[1] = n >> 8;
	return Pubkey.fromBytes(bytes);
}

function account(lamports: bigint, owner = 1, size = 0, executable = false) {
	return createAccount({
		lamports,
		owner: key(60_000 + owner),
		data: new Uint8Array(size).fill(Number(lamports & 0xffn)),
		executable,
		rentEpoch: 0xffff_ffff_ffff_ffffn,
	});
}

let folder: string;
const open: LmdbStorage[] = [];

async function openStorage(at = folder, chain = identity): Promise<LmdbStorage> {
	const storage = new LmdbStorage(await LmdbEnvironment.open(at, chain));
	open.push(storage);
	return storage;
}

async function refusal(run: () => unknown): Promise<StorageError> {
	try {
		await run();
	} catch (error) {
		if (error instanceof StorageError) return error;
		throw error;
	}
	throw new Error('nothing was refused');
}

beforeEach(() => {
	folder = join(mkdtempSync(join(tmpdir(), 'parhelion-lmdb-')), 'ledger');
});

afterEach(async () => {
	for (const storage of open.splice(0)) await storage.close();
	rmSync(join(folder, '..'), { recursive: true, force: true });
});

describe('LmdbStorage', () => {
	it('finds again what was committed, root, checkpoint and owners with it', async () => {
		const storage = await openStorage();
		expect(storage.root).toBeNull();
		const big = account(0xffff_ffff_ffff_fffen, 2, 3_000_000, true);
		storage.commit({
			root: 7n,
			entries: [
				[key(0), account(5n)],
				[key(2), big],
				[key(3), null],
			],
			checkpoint: Uint8Array.of(9, 9),
		});
		await storage.close();
		const again = await openStorage();
		expect([again.root, again.accountCount]).toEqual([7n, 2]);
		expect(again.checkpoint()).toEqual({ slot: 7n, fields: Uint8Array.of(9, 9) });
		expect(again.get(key(0))).toEqual(account(5n));
		const stored = again.get(key(2));
		expect(Buffer.compare(stored?.data ?? new Uint8Array(0), big.data)).toBe(0);
		expect({ ...stored, data: null }).toEqual({ ...big, data: null });
		expect(again.get(key(3))).toBeNull();
		expect([...again.accountsOf(key(60_002))].map(([pubkey]) => pubkey)).toEqual([key(2)]);
	});

	it('writes off the main thread what it writes on it', async () => {
		const storage = await openStorage();
		const entries: AccountEntry[] = Array.from({ length: 3000 }, (_, n) => [
			key(n),
			account(BigInt(n + 1), n % 3),
		]);
		await storage.commitAsync({ root: 1n, entries, checkpoint: Uint8Array.of(1) });
		expect([storage.root, storage.accountCount]).toEqual([1n, 3000]);
		expect(storage.get(key(2999))?.lamports).toBe(3000n);
		await storage.commitAsync({
			root: 2n,
			entries: [
				[key(0), account(1n, 1)],
				[key(3), null],
			],
			checkpoint: null,
		});
		expect([storage.root, storage.accountCount, storage.checkpoint()]).toEqual([2n, 2999, null]);
		expect([...storage.accountsOf(key(60_000))].length).toBe(998);
		expect([...storage.accountsOf(key(60_001))].length).toBe(1001);
		await storage.close();
		expect((await openStorage()).accountCount).toBe(2999);
	});

	it('lets blocks be stored while a flush is under way', async () => {
		const ledger = await openLedgerFolder(folder, identity);
		try {
			for (let round = 1; round <= 10; round++) {
				const entries: AccountEntry[] = Array.from({ length: 1500 }, (_, n) => [
					key(n),
					account(BigInt(round)),
				]);
				const flushed = ledger.storage.commitAsync({ root: BigInt(round), entries, checkpoint: null });
				for (let n = 0; n < 3; n++) {
					const slot = BigInt(round * 10 + n);
					ledger.blockstore.insertBlock({
						slot,
						parent: slot - 1n,
						blockhash: Hash.default,
						entries: new Uint8Array(5000).fill(n),
					});
					expect(ledger.blockstore.getEntries(slot)?.[4999]).toBe(n);
					// A turn of the event loop, in which the other thread may begin, end or be in the middle.
					if (n === 1) await new Promise((resolve) => setImmediate(resolve));
				}
				await flushed;
				expect(ledger.storage.get(key(1499))?.lamports).toBe(BigInt(round));
			}
		} finally {
			await ledger.close();
		}
		const again = await openLedgerFolder(folder, identity);
		expect([again.storage.root, again.storage.accountCount, [...again.blockstore.blocks(0n)].length]).toEqual(
			[10n, 1500, 30],
		);
		await again.close();
	});

	it('equals the storage in memory after any commits', async () => {
		const lmdb = await openStorage();
		const write = fc.tuple(fc.nat(20), fc.option(fc.tuple(fc.nat(3), fc.nat(300))));
		let root = 0n;
		const listing = (storage: AccountsStorage, owner: number): string[] =>
			[...storage.accountsOf(key(60_000 + owner))].map(([k, a]) => `${k.bytes[0]}:${a.data.length}`).sort();
		const memory = new MemoryStorage();
		await fc.assert(
			fc.asyncProperty(fc.array(write, { maxLength: 30 }), fc.boolean(), async (writes, off) => {
				root++;
				const entries = new Map<number, AccountEntry>();
				for (const [n, made] of writes) {
					entries.set(n, [key(n), made === null ? null : account(root, made[0], made[1])]);
				}
				const batch = { root, entries: [...entries.values()], checkpoint: null };
				if (off) await lmdb.commitAsync(batch);
				else lmdb.commit(batch);
				memory.commit(batch);
				memory.shrink();
				expect(lmdb.accountCount).toBe(memory.accountCount);
				for (let n = 0; n <= 20; n++) expect(lmdb.get(key(n))).toEqual(memory.get(key(n)));
				for (let owner = 0; owner <= 3; owner++) expect(listing(lmdb, owner)).toEqual(listing(memory, owner));
				expect([...lmdb.accounts()].length).toBe(memory.accountCount);
			}),
			{ numRuns: 30 },
		);
	});

	it('forgets a load that was cut off, and keeps one that ended', async () => {
		const storage = await openStorage();
		storage.commit({ root: 1n, entries: [[key(1), account(1n)]], checkpoint: null });
		storage.beginLoad();
		storage.load(1n, [[key(2), account(2n)]]);
		await storage.close();
		const cut = await openStorage();
		expect([cut.root, cut.accountCount, cut.get(key(1)), cut.get(key(2))]).toEqual([null, 0, null, null]);
		cut.beginLoad();
		cut.load(5n, [
			[key(2), account(2n)],
			[key(3), account(3n)],
			[key(4), null],
		]);
		// Slots come in any order.
		cut.load(3n, [
			[key(3), account(1n)],
			[key(3), null],
			[key(4), account(1n)],
		]);
		cut.load(6n, [
			[key(2), null],
			[key(3), account(6n)],
			[key(3), account(7n)],
		]);
		cut.load(1n, [[key(2), account(1n)]]);
		cut.endLoad(8n, Uint8Array.of(4));
		await cut.close();
		const done = await openStorage();
		expect([done.root, done.accountCount, done.checkpoint()?.slot]).toEqual([8n, 1, 8n]);
		expect([...done.accounts()].map(([pubkey, { lamports }]) => [pubkey, lamports])).toEqual([[key(3), 7n]]);
	});

	it('says what is missing where the library is not installed', async () => {
		vi.resetModules();
		vi.doMock('lmdb', () => {
			throw new Error("Cannot find package 'lmdb'");
		});
		try {
			const fresh = await import('./lmdb-environment.ts');
			await expect(fresh.LmdbEnvironment.open(folder, identity)).rejects.toMatchObject({
				kind: 'missing-library',
				message: expect.stringContaining('"npm install lmdb"'),
			});
		} finally {
			vi.doUnmock('lmdb');
		}
	});

	it('refuses a second opening in the same process, and opens again after the first was closed', async () => {
		const storage = await openStorage();
		const error = await refusal(() => openStorage());
		expect([error.kind, error.message]).toEqual([
			'locked',
			`The ledger in ${folder} is already open in this process.`,
		]);
		await storage.close();
		await openStorage();
	});

	it('refuses the state of another chain, other features and a newer format, and changes nothing', async () => {
		await (await openStorage()).close();
		const genesis = await refusal(() =>
			openStorage(folder, { ...identity, genesisHash: new Uint8Array(32) }),
		);
		expect([genesis.kind, genesis.message.includes('01010101')]).toEqual(['other-genesis', true]);
		const features = await refusal(() => openStorage(folder, { ...identity, featureSetId: 5 }));
		expect(features.kind).toBe('other-features');
		const environment = await LmdbEnvironment.open(folder, identity);
		environment.transact(() =>
			environment.table('header').putSync(new TextEncoder().encode('format'), Uint8Array.of(9, 0, 0, 0)),
		);
		await environment.close();
		expect((await refusal(() => openStorage())).kind).toBe('newer-format');
	});

	it('refuses files that are not its own', async () => {
		const storage = await openStorage();
		await storage.close();
		const data = join(folder, 'data.mdb');
		writeFileSync(data, 'a text of some other program, long enough to look like a page'.repeat(200));
		expect((await refusal(() => openStorage())).kind).toBe('foreign');
		rmSync(folder, { recursive: true });
		const { open: openLmdb } = await import('lmdb');
		const other = openLmdb({ path: folder, noSubdir: false });
		const table = other.openDB({ name: 'recipes' });
		table.putSync('soup', 'salt');
		await other.close();
		const before = statSync(data).size;
		expect((await refusal(() => openStorage())).kind).toBe('foreign');
		expect(statSync(data).size).toBe(before);
	});

	it('refuses a file that was cut, and reads one that lacks nothing but free pages', async () => {
		const storage = await openStorage();
		let accounts = 0;
		for (let root = 1n; root <= 6n; root++) {
			const entries: AccountEntry[] = [];
			// The last commits delete most of it, so that free pages gather at the end.
			for (let n = 0; n < 600; n++) {
				const deleted = root >= 5n && n >= 100;
				entries.push([key(n), deleted ? null : account(root, n % 4, n === 7 ? 40_000 : 100)]);
			}
			storage.commit({ root, entries, checkpoint: new Uint8Array(20_000) });
			accounts = storage.accountCount;
		}
		await storage.close();
		const { size } = statSync(join(folder, 'data.mdb'));
		const copy = join(folder, '..', 'copy');
		const outcomes = new Set<string>();
		for (const kept of [
			1,
			20,
			100,
			4096,
			5000,
			8192,
			12_288,
			...Array.from({ length: 12 }, (_, i) => size - i * 8192),
		]) {
			cpSync(folder, copy, { recursive: true });
			truncateSync(join(copy, 'data.mdb'), kept);
			let outcome: string;
			try {
				const cut = await openStorage(copy);
				// To touch a page that is not there would end this process.
				outcome = [...cut.accounts()].length === accounts && cut.checkpoint() !== null ? 'whole' : 'damaged';
				await cut.close();
			} catch (error) {
				outcome = error instanceof StorageError ? error.kind : String(error);
			}
			if (kept < 32) expect([kept, outcome]).toEqual([kept, 'foreign']);
			outcomes.add(outcome);
			rmSync(copy, { recursive: true });
		}
		expect([...outcomes].sort()).toEqual(['foreign', 'truncated', 'whole']);
	});

	it.skipIf(process.getuid?.() === 0)('refuses a folder that it cannot write', async () => {
		await (await openStorage()).close();
		chmodSync(folder, 0o500);
		const error = await refusal(() => openStorage());
		chmodSync(folder, 0o700);
		expect(error.kind).toBe('read-only');
	});
});

/** A file system of its own for each test; only root may mount one. */
const canMount =
	process.platform === 'linux' &&
	process.getuid?.() === 0 &&
	spawnSync('mount', ['--version']).status === 0 &&
	(() => {
		const at = mkdtempSync(join(tmpdir(), 'parhelion-mount-'));
		const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at]).status === 0;
		if (mounted) spawnSync('umount', [at]);
		rmSync(at, { recursive: true, force: true });
		return mounted;
	})();

describe.skipIf(!canMount)('LmdbStorage on a small device (needs root to mount one)', () => {
	const mount = (options: string): void => {
		expect(spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', join(folder, '..')]).status).toBe(0);
	};
	afterEach(() => {
		spawnSync('umount', ['-l', join(folder, '..')]);
	});

	it('says that the disk is full and loses nothing', async () => {
		mount('size=6m');
		const storage = await openStorage();
		const batch = (root: bigint): Parameters<LmdbStorage['commit']>[0] => ({
			root,
			entries: Array.from({ length: 1000 }, (_, n) => [key(Number(root) * 1000 + n), account(root, 1, 200)]),
			checkpoint: null,
		});
		let root = 0n;
		const error = await refusal(() => {
			for (;;) {
				storage.commit(batch(root + 1n));
				root++;
			}
		});
		expect([error.kind, error.message.startsWith('No room is left on the device of')]).toEqual([
			'disk-full',
			true,
		]);
		const off = await refusal(() => storage.commitAsync(batch(root + 1n)));
		expect(off.kind).toBe('disk-full');
		expect([storage.root, storage.accountCount]).toEqual([root, Number(root) * 1000]);
		expect([...storage.accounts()].length).toBe(Number(root) * 1000);
		await storage.close();
		expect((await refusal(() => openStorage())).kind).toBe('disk-full');
		spawnSync('mount', ['-o', 'remount,size=20m', join(folder, '..')]);
		const again = await openStorage();
		expect([again.root, again.accountCount]).toEqual([root, Number(root) * 1000]);
		again.commit(batch(root + 1n));
		expect(again.root).toBe(root + 1n);
	});

	it('refuses a read-only file system', async () => {
		mount('size=6m');
		await (await openStorage()).close();
		spawnSync('mount', ['-o', 'remount,ro', join(folder, '..')]);
		const error = await refusal(() => openStorage());
		expect(error.kind).toBe('read-only');
	});
});
