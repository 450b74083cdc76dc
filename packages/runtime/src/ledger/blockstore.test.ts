import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hash, Pubkey } from '@parhelion/sdk';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LmdbEnvironment } from '../accounts-db/lmdb-environment.ts';
import { Blockstore } from './blockstore.ts';
import { LmdbTables } from './blockstore-lmdb.ts';
import { BLOCKSTORE_TABLES, MemoryTables, type TableWrite } from './blockstore-tables.ts';
import type { BlockInsert, StatusInsert } from './blockstore-types.ts';

const identity = { genesisHash: new Uint8Array(32).fill(1), featureSetId: 1 };
const hash = (n: number): Hash => Hash.fromBytes(new Uint8Array(32).fill(n));
const address = (n: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(n));
const signature = (n: number): Uint8Array => new Uint8Array(64).fill(n);
const status = (n: number, ...addresses: number[]): StatusInsert => ({
	signature: signature(n),
	addresses: addresses.map(address),
	meta: Uint8Array.of(n, n),
});
const block = (slot: number, parent: number, statuses: StatusInsert[] = [], size = 10): BlockInsert => ({
	slot: BigInt(slot),
	parent: BigInt(parent),
	blockhash: hash(slot),
	entries: new Uint8Array(size).fill(slot),
	statuses,
});

let folder: string;
let environment: LmdbEnvironment | null = null;

beforeEach(() => {
	folder = join(mkdtempSync(join(tmpdir(), 'parhelion-blocks-')), 'ledger');
});

afterEach(async () => {
	await environment?.close();
	environment = null;
	rmSync(join(folder, '..'), { recursive: true, force: true });
});

async function lmdb(): Promise<LmdbTables> {
	environment = await LmdbEnvironment.open(folder, identity);
	return new LmdbTables(environment);
}

it('stores and purges a block of so many transactions that no call could take its writes as arguments', () => {
	const store = new Blockstore(new MemoryTables());
	const statuses = Array.from({ length: 50_000 }, (_, n): StatusInsert => {
		const bytes = new Uint8Array(64);
		new DataView(bytes.buffer).setUint32(0, n);
		return { signature: bytes, addresses: [7, 8, 9].map(address), meta: new Uint8Array(0) };
	});
	store.together(
		() => {
			store.insertBlock(block(1, 0, statuses));
			store.setRoots([1n]);
		},
		(write) => write(),
	);
	store.insertBlock(block(2, 1));
	const last = statuses.at(-1)!.signature;
	expect(store.getStatus(last)?.index).toBe(49_999);
	expect(store.purge({ flushedRoot: 1n, keepSlots: 1n })).toBe(1);
	expect(store.getStatus(last)).toBeNull();
	expect(store.getSignaturesForAddress(address(9))).toEqual([]);
});

const kinds = [
	['in memory', () => Promise.resolve(new MemoryTables())],
	['in LMDB', lmdb],
] as const;

describe.each(kinds)('Blockstore %s', (_, makeTables) => {
	it('keeps what stands beside a block, counts it, and deletes it with the block', async () => {
		const store = new Blockstore(await makeTables());
		const sidecar = { overwrites: new Uint8Array(5), rewards: new Uint8Array(7) };
		store.insertBlock({ ...block(1, 0), sidecar });
		expect(store.getSidecar(1n, 'overwrites')).toEqual(sidecar.overwrites);
		expect(store.getSidecar(1n, 'rewards')).toEqual(sidecar.rewards);
		expect(store.getSidecar(1n, 'messages')).toBeNull();
		expect(store.byteLength).toBe(10 + 5 + 7);
		store.insertStatuses(1n, { bankHash: hash(1), blockHeight: 1n, blockTime: null, statuses: [] });
		expect(store.byteLength).toBe(10 + 5 + 7);
		store.purgeSlot(1n);
		expect(store.getSidecar(1n, 'rewards')).toBeNull();
		expect(store.byteLength).toBe(0);
	});

	it('writes a block and roots together with what else a transaction holds, or none of it', async () => {
		const tables = await makeTables();
		const store = new Blockstore(tables);
		const run = (): void => {
			store.insertBlock(block(1, 0, [status(1, 7)]));
			expect(store.isDurable(1n)).toBe(true);
			store.setRoots([1n]);
		};
		const refuse = (): never => {
			throw new Error('the disk refuses');
		};
		expect(() => store.together(run, refuse)).toThrow('the disk refuses');
		expect([store.getMeta(1n), store.root, store.byteLength]).toEqual([null, null, 0]);
		store.together(run, (write) => {
			if (environment === null) write();
			else environment.transact(write);
		});
		const again = new Blockstore(tables);
		expect(again.getMeta(1n)?.rooted).toBe(true);
		expect([again.root, again.byteLength]).toEqual([1n, store.byteLength]);
		expect(again.getStatus(signature(1))?.slot).toBe(1n);
	});

	it('finds the rooted blocks downwards, and remembers who made them', async () => {
		const store = new Blockstore(await makeTables());
		for (const slot of [1, 2, 3, 5]) store.insertBlock(block(slot, 0));
		store.setRoots([1n, 3n, 5n]);
		expect(Array.from(store.rootsDownFrom(4n), ({ slot }) => slot)).toEqual([3n, 1n]);
		expect(store.validator).toBeNull();
		store.setValidator(address(9).bytes);
		expect(store.validator).toEqual(address(9).bytes);
	});

	it('takes a status out of its order, and knows nothing before a signature that it does not know', async () => {
		const store = new Blockstore(await makeTables());
		store.insertBlock(block(1, 0, [{ ...status(1, 7), index: 4 }, status(2, 7)]));
		expect(store.getStatus(signature(1))?.index).toBe(4);
		expect(store.getSignaturesForAddress(address(7)).map(({ index }) => index)).toEqual([4, 1]);
		expect(store.getSignaturesForAddress(address(7), { before: signature(9) })).toEqual([]);
		store.purgeSlot(1n);
		expect(store.getSignaturesForAddress(address(7))).toEqual([]);
	});

	it('keeps a block with what became of its transactions', async () => {
		const store = new Blockstore(await makeTables());
		store.insertBlock(block(1, 0, [status(1, 7, 8), status(2, 8)]));
		expect(store.getMeta(1n)).toMatchObject({
			parent: 0n,
			blockhash: hash(1),
			completed: true,
			rooted: false,
			bankHash: null,
			blockTime: null,
			transactionCount: 2,
		});
		expect(store.getEntries(1n)).toEqual(new Uint8Array(10).fill(1));
		expect(store.getStatus(signature(2))).toEqual({ slot: 1n, index: 1, meta: Uint8Array.of(2, 2) });
		expect(store.getStatus(signature(3))).toBeNull();
		expect(store.getSignatures(1n).map((each) => each.signature)).toEqual([signature(1), signature(2)]);
		expect([store.getMeta(2n), store.getEntries(2n), store.getSignatures(2n)]).toEqual([null, null, []]);
	});

	it('takes the statuses of a replay later, and replaces what an earlier replay told', async () => {
		const store = new Blockstore(await makeTables());
		store.insertBlock(block(1, 0));
		const found = { bankHash: hash(9), blockHeight: 1n, blockTime: -5n };
		store.insertStatuses(1n, { ...found, statuses: [status(1, 7), status(2, 7)] });
		store.insertStatuses(1n, { ...found, statuses: [status(2, 8)] });
		expect(store.getMeta(1n)).toMatchObject({ ...found, transactionCount: 1 });
		expect(store.getStatus(signature(1))).toBeNull();
		expect(store.getSignaturesForAddress(address(7))).toEqual([]);
		expect(store.getSignaturesForAddress(address(8)).length).toBe(1);
		expect(() => store.insertStatuses(2n, { ...found, statuses: [] })).toThrow('slot 2 has no block');
	});

	it('finds a transaction on the fork that is asked about', async () => {
		const store = new Blockstore(await makeTables());
		store.insertBlock(block(1, 0, [status(1, 7)]));
		store.insertBlock(block(2, 0, [status(1, 7)]));
		expect([...store.getStatuses(signature(1))].map(({ slot }) => slot)).toEqual([2n, 1n]);
		expect(store.getStatus(signature(1), (slot) => slot === 1n)?.slot).toBe(1n);
		expect(store.getSignaturesForAddress(address(7), { isVisible: (slot) => slot === 1n }).length).toBe(1);
	});

	it('lists the transactions of an address, newest first, in pages', async () => {
		const store = new Blockstore(await makeTables());
		store.insertBlock(block(1, 0, [status(1, 7), status(2, 7), status(3, 8)]));
		store.insertBlock(block(256, 1, [status(4, 7)]));
		store.insertBlock(block(300, 256, [status(5, 6), status(6, 7)]));
		const numbers = (query = {}): number[] =>
			store.getSignaturesForAddress(address(7), query).map((found) => found.signature[0]!);
		expect(numbers()).toEqual([6, 4, 2, 1]);
		expect(numbers({ limit: 2 })).toEqual([6, 4]);
		expect(numbers({ before: signature(4) })).toEqual([2, 1]);
		expect(numbers({ until: signature(2) })).toEqual([6, 4]);
		expect(numbers({ before: signature(6), until: signature(1) })).toEqual([4, 2]);
		expect(store.getSignaturesForAddress(address(7), { limit: 1 })[0]).toMatchObject({
			slot: 300n,
			index: 1,
		});
	});

	it('begins before the oldest and ends after the newest transaction of a signature that came again', async () => {
		const store = new Blockstore(await makeTables());
		store.insertBlock(block(1, 0, [status(1, 7), status(2, 7), status(3, 7)]));
		store.insertBlock(block(2, 1, [status(2, 7), status(4, 7)]));
		store.insertBlock(block(3, 0, [status(2, 7)]));
		const isVisible = (slot: bigint): boolean => slot !== 3n;
		const numbers = (query = {}): number[] =>
			store.getSignaturesForAddress(address(7), { ...query, isVisible }).map((found) => found.signature[0]!);
		expect(numbers()).toEqual([4, 2, 3, 2, 1]);
		expect(numbers({ before: signature(2) })).toEqual([1]);
		expect(numbers({ until: signature(2) })).toEqual([4]);
	});

	it('roots complete blocks in order and no others', async () => {
		const store = new Blockstore(await makeTables());
		store.insertBlock(block(1, 0));
		store.insertBlock({ ...block(2, 1), completed: false });
		expect(() => store.setRoots([1n, 2n])).toThrow('slot 2 has no complete block to be rooted');
		expect([store.root, store.getMeta(1n)?.rooted]).toEqual([null, false]);
		store.setRoots([1n]);
		expect([store.root, store.getMeta(1n)?.rooted]).toEqual([1n, true]);
		expect(() => store.insertBlock(block(1, 0))).toThrow(RangeError);
		expect(() => store.purgeSlot(1n)).toThrow(RangeError);
		expect(() => store.setRoots([1n])).toThrow('slot 1 cannot be rooted after slot 1');
		expect([store.isDurable(1n), store.isDurable(2n), store.isDurable(3n)]).toEqual([true, false, false]);
	});

	it('replays what descends from the root, parents first', async () => {
		const store = new Blockstore(await makeTables());
		for (const [slot, parent] of [
			[1, 0],
			[2, 1],
			[3, 1],
			[5, 3],
			[6, 4],
			[7, 6],
			[8, 0],
		] as const) {
			store.insertBlock(block(slot, parent));
		}
		store.insertBlock({ ...block(9, 5), completed: false });
		store.insertBlock(block(10, 9));
		expect([...store.replayable(1n)].map(({ slot }) => slot)).toEqual([2n, 3n, 5n]);
		expect([...store.blocks(3n, 7n)].map(({ slot }) => slot)).toEqual([3n, 5n, 6n, 7n]);
	});

	it('purges by age and by size, oldest first, and never what a restart needs', async () => {
		const store = new Blockstore(await makeTables());
		for (let slot = 1; slot <= 100; slot++) store.insertBlock(block(slot, slot - 1, [status(slot, 7)], 1000));
		const before = store.byteLength;
		expect(store.purge({ flushedRoot: 90n, keepSlots: 60n })).toBe(40);
		expect([store.lowestSlot, store.highestSlot]).toEqual([41n, 100n]);
		expect(store.byteLength).toBe((before * 60) / 100);
		expect(store.getStatus(signature(40))).toBeNull();
		expect(store.getSignaturesForAddress(address(7)).length).toBe(60);
		expect(store.purge({ flushedRoot: 50n, maxBytes: 0 })).toBe(10);
		expect(store.lowestSlot).toBe(51n);
		expect(store.purge({ flushedRoot: 50n, maxBytes: 0 })).toBe(0);
		store.purgeSlot(100n);
		expect(store.highestSlot).toBe(99n);
		expect(store.byteLength).toBe((before * 49) / 100);
	});
});

describe('LmdbTables', () => {
	it('finds everything again after the folder was closed', async () => {
		const store = new Blockstore(await lmdb());
		store.insertBlock(block(1, 0, [status(1, 7)], 100_000));
		store.setRoots([1n]);
		const { byteLength } = store;
		await store.close();
		const again = new Blockstore(await lmdb());
		expect([again.root, again.byteLength, again.getEntries(1n)?.length]).toEqual([1n, byteLength, 100_000]);
	});

	it('equals the tables in memory after any commits', async () => {
		const onDisk = await lmdb();
		const inMemory = new MemoryTables();
		const key = fc.uint8Array({ minLength: 1, maxLength: 3 });
		const write = fc.record({
			table: fc.constantFrom(...BLOCKSTORE_TABLES),
			key,
			value: fc.option(fc.uint8Array({ maxLength: 40 })),
		});
		fc.assert(
			fc.property(
				fc.array(write, { maxLength: 60 }),
				key,
				key,
				fc.boolean(),
				(writes: TableWrite[], a, b, back) => {
					onDisk.commit(writes);
					inMemory.commit(writes);
					for (const table of BLOCKSTORE_TABLES) {
						expect([...onDisk.range(table, a, b, back)]).toEqual([...inMemory.range(table, a, b, back)]);
					}
				},
			),
			{ numRuns: 60 },
		);
	});
});
