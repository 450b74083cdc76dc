import { createAccount, type Pubkey, programIds } from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, keypair, TestNode } from '../../test/test-node.ts';

const MINT = keypair(20).pubkey;
const TOKENS = keypair(21).pubkey;
const OTHER_TOKENS = keypair(22).pubkey;
const MINT_2022 = keypair(23).pubkey;
const TOKENS_2022 = keypair(24).pubkey;

function mintData(supply: bigint, decimals: number, extensions: Uint8Array = new Uint8Array(0)): Uint8Array {
	const data = new Uint8Array(extensions.length === 0 ? 82 : 166 + extensions.length);
	const view = new DataView(data.buffer);
	view.setUint32(0, 1, true);
	data.set(ALICE.pubkey.bytes, 4);
	view.setBigUint64(36, supply, true);
	data[44] = decimals;
	data[45] = 1;
	if (extensions.length > 0) {
		data[165] = 1;
		data.set(extensions, 166);
	}
	return data;
}

function tokenData(mint: Pubkey, owner: Pubkey, amount: bigint, delegate?: Pubkey): Uint8Array {
	const data = new Uint8Array(165);
	const view = new DataView(data.buffer);
	data.set(mint.bytes, 0);
	data.set(owner.bytes, 32);
	view.setBigUint64(64, amount, true);
	if (delegate !== undefined) {
		view.setUint32(72, 1, true);
		data.set(delegate.bytes, 76);
		view.setBigUint64(121, 7n, true);
	}
	data[108] = 1;
	return data;
}

/** A type-length-value entry. */
function extension(type: number, value: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(4 + value.length);
	const view = new DataView(bytes.buffer);
	view.setUint16(0, type, true);
	view.setUint16(2, value.length, true);
	bytes.set(value, 4);
	return bytes;
}

/** Twice the amount, from the first second on. */
function doubled(): Uint8Array {
	const value = new Uint8Array(56);
	const view = new DataView(value.buffer);
	view.setFloat64(32, 1, true);
	view.setFloat64(48, 2, true);
	return extension(25, value);
}

let node: TestNode;

beforeEach(() => {
	node = new TestNode();
	const set = (pubkey: Pubkey, data: Uint8Array, owner: Pubkey): void =>
		node.chain.setAccount(pubkey, createAccount({ lamports: 1_000_000n, data, owner }));
	const { splToken, splToken2022 } = programIds;
	set(MINT, mintData(1_000n, 2), splToken);
	set(TOKENS, tokenData(MINT, ALICE.pubkey, 942n, BOB.pubkey), splToken);
	set(OTHER_TOKENS, tokenData(MINT, BOB.pubkey, 58n), splToken);
	set(MINT_2022, mintData(21n, 1, doubled()), splToken2022);
	const with2022 = new Uint8Array(170);
	with2022.set(tokenData(MINT_2022, ALICE.pubkey, 21n));
	with2022[165] = 2;
	with2022.set(extension(7, new Uint8Array(0)), 166);
	set(TOKENS_2022, with2022, splToken2022);
	node.finalize();
});

describe('getTokenAccountBalance', () => {
	it('shows the amount with the decimals of the mint', async () => {
		const text = await node.text('getTokenAccountBalance', TOKENS.toBase58());
		expect(text).toContain('"value":{"amount":"942","decimals":2,"uiAmount":9.42,"uiAmountString":"9.42"}');
	});

	it('scales by the extension of the mint', async () => {
		expect(await node.value('getTokenAccountBalance', TOKENS_2022.toBase58())).toEqual({
			amount: '21',
			decimals: 1,
			uiAmount: 4.2,
			uiAmountString: '4.2',
		});
	});

	it('refuses what is no token account', async () => {
		const message = async (pubkey: Pubkey): Promise<string> =>
			(await node.error('getTokenAccountBalance', pubkey.toBase58())).message;
		expect(await message(BOB.pubkey)).toBe('Invalid param: could not find account');
		expect(await message(ALICE.pubkey)).toBe('Invalid param: not a Token account');
		expect(await message(MINT)).toBe('Invalid param: not a Token account');
		node.chain.setAccount(MINT, null);
		node.finalize();
		expect(await message(TOKENS)).toBe('Invalid param: could not find mint');
	});
});

describe('getTokenSupply', () => {
	it('shows the supply', async () => {
		expect(await node.text('getTokenSupply', MINT.toBase58())).toContain(
			'"value":{"amount":"1000","decimals":2,"uiAmount":10.0,"uiAmountString":"10"}',
		);
	});

	it('refuses what is no mint', async () => {
		const message = async (pubkey: Pubkey): Promise<string> =>
			(await node.error('getTokenSupply', pubkey.toBase58())).message;
		expect(await message(BOB.pubkey)).toBe('Invalid param: could not find account');
		expect(await message(ALICE.pubkey)).toBe('Invalid param: not a Token mint');
		expect(await message(TOKENS_2022)).toBe('Invalid param: mint could not be unpacked');
	});
});

interface Keyed {
	pubkey: string;
	account: { data: unknown };
}

describe('getTokenAccountsByOwner', () => {
	const byOwner = (
		owner: Pubkey,
		filter: object,
		config: object = { encoding: 'base64' },
	): Promise<Keyed[]> => node.value<Keyed[]>('getTokenAccountsByOwner', owner.toBase58(), filter, config);

	it('finds by mint and by program', async () => {
		const found = async (owner: Pubkey, filter: object): Promise<string[]> =>
			(await byOwner(owner, filter)).map(({ pubkey }) => pubkey);
		expect(await found(ALICE.pubkey, { mint: MINT.toBase58() })).toEqual([TOKENS.toBase58()]);
		expect(await found(ALICE.pubkey, { programId: programIds.splToken2022.toBase58() })).toEqual([
			TOKENS_2022.toBase58(),
		]);
		expect(await found(keypair(5).pubkey, { mint: MINT.toBase58() })).toEqual([]);
	});

	it('parses token accounts', async () => {
		const [keyed] = await byOwner(ALICE.pubkey, { mint: MINT.toBase58() }, { encoding: 'jsonParsed' });
		expect(keyed!.account.data).toEqual({
			program: 'spl-token',
			space: 165,
			parsed: {
				type: 'account',
				info: {
					mint: MINT.toBase58(),
					owner: ALICE.pubkey.toBase58(),
					tokenAmount: { amount: '942', decimals: 2, uiAmount: 9.42, uiAmountString: '9.42' },
					delegate: BOB.pubkey.toBase58(),
					delegatedAmount: { amount: '7', decimals: 2, uiAmount: 0.07, uiAmountString: '0.07' },
					state: 'initialized',
					isNative: false,
				},
			},
		});
	});

	it('parses extensions', async () => {
		const program = { programId: programIds.splToken2022.toBase58() };
		const [keyed] = await byOwner(ALICE.pubkey, program, { encoding: 'jsonParsed' });
		expect(keyed!.account.data).toMatchObject({
			program: 'spl-token-2022',
			parsed: { info: { extensions: [{ extension: 'immutableOwner' }] } },
		});
		const mint = await node.value<Keyed['account']>('getAccountInfo', MINT_2022.toBase58(), {
			encoding: 'jsonParsed',
		});
		expect(mint.data).toMatchObject({
			parsed: {
				type: 'mint',
				info: {
					decimals: 1,
					freezeAuthority: null,
					isInitialized: true,
					mintAuthority: ALICE.pubkey.toBase58(),
					supply: '21',
					extensions: [
						{
							extension: 'scaledUiAmountConfig',
							state: {
								authority: null,
								multiplier: '1',
								newMultiplier: '2',
								newMultiplierEffectiveTimestamp: 0,
							},
						},
					],
				},
			},
		});
	});

	it('refuses a program or a mint that is none', async () => {
		const message = async (filter: object): Promise<string> =>
			(await node.error('getTokenAccountsByOwner', ALICE.pubkey.toBase58(), filter)).message;
		expect(await message({ programId: programIds.systemProgram.toBase58() })).toBe(
			'Invalid param: unrecognized Token program id',
		);
		expect(await message({ mint: BOB.pubkey.toBase58() })).toBe('Invalid param: could not find mint');
		expect(await message({ mint: ALICE.pubkey.toBase58() })).toBe(
			'Invalid param: Token mint could not be unpacked',
		);
	});
});

describe('getTokenAccountsByDelegate', () => {
	it('finds what was delegated', async () => {
		const found = await node.value<Keyed[]>(
			'getTokenAccountsByDelegate',
			BOB.pubkey.toBase58(),
			{ mint: MINT.toBase58() },
			{ encoding: 'base64' },
		);
		expect(found.map(({ pubkey }) => pubkey)).toEqual([TOKENS.toBase58()]);
	});
});

describe('hostile token data', () => {
	it('falls back to base64 and never throws', async () => {
		for (let length = 0; length < 400; length += 7) {
			const data = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
			node.chain.setAccount(TOKENS, createAccount({ lamports: 1n, data, owner: programIds.splToken2022 }));
			const { data: encoded } = await node.value<Keyed['account']>('getAccountInfo', TOKENS.toBase58(), {
				encoding: 'jsonParsed',
				commitment: 'processed',
			});
			expect(encoded).toBeDefined();
		}
		expect(node.defects).toEqual([]);
	});
});
