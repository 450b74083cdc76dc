import { createAccount, type Pubkey, programIds, U64_MAX } from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, keypair, TestNode } from '../../test/test-node.ts';

const DATA = Uint8Array.from({ length: 200 }, (_, i) => i);
const PROGRAM = keypair(9).pubkey;
const SMALL = keypair(3).pubkey;
const LARGE = keypair(4).pubkey;

interface UiAccount {
	lamports: number;
	data: unknown;
	owner: string;
	executable: boolean;
	rentEpoch: number;
	space: number;
}

let node: TestNode;

beforeEach(() => {
	node = new TestNode();
	node.chain.setAccount(SMALL, createAccount({ lamports: 5n, data: DATA.slice(0, 4), owner: PROGRAM }));
	node.chain.setAccount(
		LARGE,
		createAccount({
			lamports: U64_MAX - 600_000_000_000_000_000n,
			data: DATA,
			owner: PROGRAM,
			rentEpoch: U64_MAX,
		}),
	);
	node.finalize();
});

describe('getBalance', () => {
	it('gives lamports with context, 0 for nobody', async () => {
		expect(await node.result('getBalance', ALICE.pubkey.toBase58())).toEqual({
			context: { apiVersion: '4.3.0', slot: 1 },
			value: 10_000_000_000,
		});
		expect(await node.value('getBalance', BOB.pubkey.toBase58())).toBe(0);
	});

	it('refuses a context slot that is not reached, naming the one that is', async () => {
		expect(await node.error('getBalance', ALICE.pubkey.toBase58(), { minContextSlot: 2 })).toEqual({
			code: -32016,
			message: 'Minimum context slot has not been reached',
			data: { contextSlot: 1 },
		});
	});
});

describe('getAccountInfo', () => {
	const info = (pubkey: Pubkey, config?: object): Promise<UiAccount | null> =>
		node.value<UiAccount | null>('getAccountInfo', pubkey.toBase58(), config ?? null);

	it('prints 64-bit integers exactly', async () => {
		const text = await node.text('getAccountInfo', LARGE.toBase58(), { encoding: 'base64' });
		expect(text).toContain('"lamports":17846744073709551615');
		expect(text).toContain('"rentEpoch":18446744073709551615');
	});

	it('encodes data in every encoding', async () => {
		expect((await info(SMALL))!.data).toBe('1Ldp');
		expect((await info(SMALL, { encoding: 'base58' }))!.data).toEqual(['1Ldp', 'base58']);
		expect((await info(SMALL, { encoding: 'base64' }))!.data).toEqual(['AAECAw==', 'base64']);
		expect((await info(SMALL, { encoding: 'jsonParsed' }))!.data).toEqual(['AAECAw==', 'base64']);
		const [zstd, encoding] = (await info(SMALL, { encoding: 'base64+zstd' }))!.data as [string, string];
		expect(encoding).toBe('base64+zstd');
		expect(Buffer.from(zstd, 'base64').subarray(0, 4).toString('hex')).toBe('28b52ffd');
	});

	it('names owner, size and executability', async () => {
		expect(await info(SMALL, { encoding: 'base64' })).toMatchObject({
			lamports: 5,
			owner: PROGRAM.toBase58(),
			executable: false,
			space: 4,
		});
	});

	it('gives null for an account that does not exist', async () => {
		expect(await info(BOB.pubkey)).toBeNull();
	});

	it('slices data, also beyond its end', async () => {
		const slice = async (offset: number, length: number): Promise<unknown> =>
			(await info(SMALL, { encoding: 'base64', dataSlice: { offset, length } }))!.data;
		expect(await slice(1, 2)).toEqual(['AQI=', 'base64']);
		expect(await slice(3, 100)).toEqual(['Aw==', 'base64']);
		expect(await slice(4, 1)).toEqual(['', 'base64']);
		expect(await slice(0, 0)).toEqual(['', 'base64']);
	});

	it('refuses more than 128 bytes of base58, unless the slice is short enough', async () => {
		expect(await node.error('getAccountInfo', LARGE.toBase58())).toEqual({
			code: -32600,
			message: 'Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.',
		});
		const config = { encoding: 'base58', dataSlice: { offset: 0, length: 128 } };
		expect(((await info(LARGE, config))!.data as string[])[1]).toBe('base58');
	});
});

describe('getMultipleAccounts', () => {
	it('keeps order and gaps', async () => {
		const addresses = [SMALL, BOB.pubkey, LARGE].map(String);
		const accounts = await node.value<(UiAccount | null)[]>('getMultipleAccounts', addresses);
		expect(accounts.map((account) => account?.space ?? null)).toEqual([4, null, 200]);
		expect((accounts[0]!.data as string[])[1]).toBe('base64');
	});

	it('takes 100 addresses and not 101', async () => {
		const address = BOB.pubkey.toBase58();
		expect(await node.value<unknown[]>('getMultipleAccounts', new Array(100).fill(address))).toHaveLength(
			100,
		);
		expect(await node.error('getMultipleAccounts', new Array(101).fill(address))).toEqual({
			code: -32602,
			message: 'Too many inputs provided; max 100',
		});
	});
});

describe('getProgramAccounts', () => {
	interface Keyed {
		pubkey: string;
		account: UiAccount;
	}
	const scan = (config: object): Promise<Keyed[]> =>
		node.result<Keyed[]>('getProgramAccounts', PROGRAM.toBase58(), { encoding: 'base64', ...config });

	it('lists what a program owns, in the order of addresses', async () => {
		const expected = [SMALL, LARGE].sort((a, b) => (a.key < b.key ? -1 : 1)).map(String);
		expect((await scan({})).map(({ pubkey }) => pubkey)).toEqual(expected);
		const withContext = await node.result('getProgramAccounts', PROGRAM.toBase58(), {
			encoding: 'base64',
			withContext: true,
		});
		expect(withContext).toMatchObject({ context: { slot: 1 }, value: [{}, {}] });
	});

	it('filters by size and by bytes in three encodings', async () => {
		const only = async (...filters: unknown[]): Promise<string[]> =>
			(await scan({ filters })).map(({ pubkey }) => pubkey);
		expect(await only({ dataSize: 4 })).toEqual([SMALL.toBase58()]);
		expect(await only({ memcmp: { offset: 4, bytes: '6h7' } })).toEqual([]);
		expect(await only({ memcmp: { offset: 100, bytes: 'ZGU=', encoding: 'base64' } })).toEqual([
			LARGE.toBase58(),
		]);
		expect(await only({ memcmp: { offset: 199, bytes: [199] } })).toEqual([LARGE.toBase58()]);
		expect(await only({ memcmp: { offset: 199, bytes: [199, 200] } })).toEqual([]);
		expect(await only({ memcmp: { offset: 0, bytes: '' } })).toHaveLength(2);
		const huge = { memcmp: { offset: 4_000_000_000, bytes: 'A' } };
		expect(await only(huge)).toEqual([]);
		expect(await only('tokenAccountState')).toEqual([]);
	});

	it('refuses more than four filters and more than 128 bytes', async () => {
		const program = PROGRAM.toBase58();
		const filters = new Array(5).fill({ dataSize: 1 });
		expect((await node.error('getProgramAccounts', program, { filters })).message).toBe(
			'Too many filters provided; max 4',
		);
		for (const memcmp of [
			{ offset: 0, bytes: new Array(129).fill(0) },
			{ offset: 0, bytes: '1'.repeat(129) },
			{ offset: 0, bytes: 'A'.repeat(176), encoding: 'base64' },
		]) {
			expect(await node.error('getProgramAccounts', program, { filters: [{ memcmp }] })).toEqual({
				code: -32602,
				message: 'Invalid param: DataTooLarge',
			});
		}
	});

	it('refuses an owner of a token account that has not 32 bytes', async () => {
		const filters = [{ memcmp: { offset: 32, bytes: 'abc' } }];
		expect(await node.error('getProgramAccounts', programIds.splToken.toBase58(), { filters })).toEqual({
			code: -32602,
			message: 'Incorrect byte length 3 for SPL token owner filter, expected 32',
		});
	});
});

describe('a response beyond all measure', () => {
	it('is refused before it fills the memory, and the node lives on', async () => {
		const data = new Uint8Array(10 * 1024 * 1024);
		node.chain.setAccount(LARGE, createAccount({ lamports: 1n, data }));
		node.finalize();
		const error = await node.error('getMultipleAccounts', new Array(100).fill(LARGE.toBase58()));
		expect(error.code).toBe(-32603);
		expect(await node.result('getHealth')).toBe('ok');
		expect(node.defects).toEqual([]);
	});
});
