import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount, Hash, Pubkey, programIds } from '@parhelion/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
	MOCK_GENESIS_HASH,
	type MockAnswer,
	type MockCluster,
	startMockCluster,
} from '../../test/mock-cluster.ts';
import { AccountCache } from './account-cache.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';

const GENESIS_HASH = Hash.fromBase58(MOCK_GENESIS_HASH);
let mock: MockCluster | null = null;
let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'parhelion-cache-'));
});

afterEach(async () => {
	await mock?.close();
	mock = null;
	await rm(folder, { recursive: true });
});

function key(index: number): Pubkey {
	const bytes = new Uint8Array(32).fill(7);
	new DataView(bytes.buffer).setUint32(0, index);
	return Pubkey.fromBytes(bytes);
}

const UI_ACCOUNT = {
	lamports: 5,
	data: ['AQID', 'base64'],
	owner: programIds.systemProgram.toBase58(),
	executable: false,
	rentEpoch: 0,
	space: 3,
};

/** A cluster with this account under each address but those that are odd. */
const EVEN_ONLY: MockAnswer = ({ method, params }) => {
	if (method === 'getGenesisHash') return MOCK_GENESIS_HASH;
	const addresses = params[0] as string[];
	const value = addresses.map((address) =>
		Pubkey.fromBase58(address).bytes[3]! % 2 === 0 ? UI_ACCOUNT : null,
	);
	return { context: { slot: 77 }, value };
};

async function connect(answer: MockAnswer, options: ClusterOptions = {}): Promise<Cluster> {
	mock = await startMockCluster(answer);
	return Cluster.connect(mock.url, { cache: folder, backoff: 1, ...options });
}

describe('the accounts of a cluster', () => {
	it('come in batches of a hundred, null where there is none', async () => {
		const cluster = await connect(EVEN_ONLY);
		const keys = Array.from({ length: 250 }, (_, index) => key(index));
		const found = await cluster.getAccounts(keys);
		expect(found.size).toBe(250);
		const account = found.get(key(4).key);
		expect(account).toMatchObject({
			lamports: 5n,
			data: Uint8Array.of(1, 2, 3),
			executable: false,
			rentEpoch: 0n,
		});
		expect(account?.owner.equals(programIds.systemProgram)).toBe(true);
		expect(found.get(key(5).key)).toBeNull();
		const batches = mock!.requests.filter(({ method }) => method === 'getMultipleAccounts');
		expect(batches.map(({ params }) => (params[0] as unknown[]).length)).toEqual([100, 100, 50]);
	});

	it('keep lamports and rent epoch of 64 bits', async () => {
		const cluster = await connect(({ method, id }, response) => {
			if (method === 'getGenesisHash') return MOCK_GENESIS_HASH;
			const text = JSON.stringify({ ...UI_ACCOUNT, lamports: '@' }).replace('"@"', '9007199254740993');
			const account = text.replace('"rentEpoch":0', '"rentEpoch":18446744073709551615');
			response.end(`{"jsonrpc":"2.0","id":${id},"result":{"context":{"slot":1},"value":[${account}]}}`);
			return undefined;
		});
		const account = (await cluster.getAccounts([key(0)])).get(key(0).key);
		expect(account).toMatchObject({ lamports: 9007199254740993n, rentEpoch: 18446744073709551615n });
	});

	it('are asked for in halves where the answer would be too long', async () => {
		const cluster = await connect((request, response) => {
			if (request.method === 'getGenesisHash' || (request.params[0] as string[]).length <= 2) {
				return EVEN_ONLY(request, response);
			}
			response.writeHead(413).end();
			return undefined;
		});
		const found = await cluster.getAccounts([key(0), key(1), key(2), key(3), key(4)]);
		expect([...found.values()].map((account) => account !== null)).toEqual([true, false, true, false, true]);
	});

	it.each([
		['fewer than were asked for', { context: { slot: 1 }, value: [] }],
		['something that is none', { context: { slot: 1 }, value: [{ lamports: 1 }] }],
		[
			'more lamports than there can be',
			{ context: { slot: 1 }, value: [{ ...UI_ACCOUNT, lamports: '99999999999999999999' }] },
		],
	])('are refused where the answer holds %s', async (_what, result) => {
		const cluster = await connect(({ method }) => (method === 'getGenesisHash' ? MOCK_GENESIS_HASH : result));
		await expect(cluster.getAccounts([key(0)])).rejects.toThrow(
			/something else than 1 accounts|cannot be read/,
		);
	});

	it('are none where the genesis hash is none, or a path', async () => {
		for (const hash of ['../../etc', 5, 'x'.repeat(44), '']) {
			await expect(connect(() => hash)).rejects.toThrow('its genesis hash is none');
			await mock?.close();
		}
	});
});

describe('the cache', () => {
	it('saves the second question, for as long as it is young enough', async () => {
		const cluster = await connect(EVEN_ONLY, { cacheAge: 60_000 });
		const asked = (): number =>
			mock!.requests.filter(({ method }) => method === 'getMultipleAccounts').length;
		const first = await cluster.getAccounts([key(0)]);
		expect(await cluster.getAccounts([key(0)])).toEqual(first);
		expect(asked()).toBe(1);
		const strict = await Cluster.connect(mock!.url, { cache: folder });
		await strict.getAccounts([key(0)]);
		expect(asked()).toBe(2);
	});

	it('keeps a file an address under the genesis hash, and nothing where it shall not', async () => {
		const cluster = await connect(EVEN_ONLY);
		await cluster.getAccounts([key(0), key(1)]);
		expect(await readdir(folder)).toEqual([MOCK_GENESIS_HASH]);
		expect(await readdir(join(folder, MOCK_GENESIS_HASH))).toEqual([`${key(0)}.json`]);
		const none = await Cluster.connect(mock!.url, { cache: '' });
		await none.getAccounts([key(2)]);
		expect(await readdir(join(folder, MOCK_GENESIS_HASH))).toHaveLength(1);
	});

	it('takes a file of another address, of another time or of no sense for none', async () => {
		const cache = new AccountCache(folder, GENESIS_HASH, 1000);
		const account = createAccount({ lamports: 1n, data: Uint8Array.of(9) });
		await cache.set(key(0), account, 5n, 10_000);
		expect(await cache.get(key(0), 10_999)).toEqual({ account, slot: 5n });
		expect(await cache.get(key(0), 11_000)).toBeNull();
		const path = (index: number): string => join(folder, MOCK_GENESIS_HASH, `${key(index)}.json`);
		await writeFile(path(1), await readFile(path(0)));
		expect(await cache.get(key(1), 10_000)).toBeNull();
		await writeFile(path(2), '{"pubkey":');
		expect(await cache.get(key(2), 10_000)).toBeNull();
	});

	it('uses programs for an hour, whatever the age', async () => {
		const cache = new AccountCache(folder, GENESIS_HASH, 0);
		const program = createAccount({ lamports: 1n, owner: programIds.bpfLoaderUpgradeable });
		await cache.set(key(0), program, 5n, 10_000);
		await cache.set(key(1), createAccount({ lamports: 1n }), 5n, 10_000);
		expect(await cache.get(key(0), 10_000 + 3_599_999)).not.toBeNull();
		expect(await cache.get(key(0), 10_000 + 3_600_000)).toBeNull();
		expect(await cache.get(key(1), 10_000)).toBeNull();
	});

	it('does not fail where nothing can be written', async () => {
		await writeFile(join(folder, 'file'), '');
		const cache = new AccountCache(join(folder, 'file'), GENESIS_HASH, 1000);
		await cache.set(key(0), createAccount({}), 1n);
		expect(await cache.get(key(0))).toBeNull();
	});
});
