import { programdataAddressOf } from '@parhelion/runtime';
import { createAccount, type Pubkey, programIds } from '@parhelion/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, base64Of, keypair, TestNode, transfer } from '../../test/test-node.ts';
import type { JsonRpcHandler } from '../json-rpc.ts';
import { createRpcHandler } from '../rpc-handler.ts';
import { Cheatcodes } from './index.ts';

let node: TestNode;
let cheatcodes: Cheatcodes;
let handler: JsonRpcHandler;

beforeEach(() => {
	node = new TestNode();
	cheatcodes = new Cheatcodes(node.node, null, 400);
	handler = createRpcHandler(node.node, (defect) => node.defects.push(defect), { cheatcodes });
});

afterEach(() => {
	cheatcodes.stop();
	expect(node.defects).toEqual([]);
});

interface Reply {
	result?: unknown;
	error?: { code: number; message: string };
}

async function ask(method: string, ...params: unknown[]): Promise<Reply> {
	return JSON.parse(
		(await handler.handle(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })))!,
	) as Reply;
}

/** Calls a cheatcode; the test ends where it fails. */
async function cheat(name: string, ...params: unknown[]): Promise<unknown> {
	const { result, error } = await ask(`parhelion_${name}`, ...params);
	if (error !== undefined) throw new Error(error.message);
	return result;
}

async function refusal(name: string, ...params: unknown[]): Promise<string | undefined> {
	return (await ask(`parhelion_${name}`, ...params)).error?.message;
}

const MINT = keypair(20).pubkey;

function setMint(program: Pubkey): void {
	const data = new Uint8Array(82);
	data[44] = 6;
	data[45] = 1;
	node.chain.setAccount(MINT, createAccount({ lamports: 1n, data, owner: program }));
}

describe('accounts', () => {
	it('are set member by member, and put back', async () => {
		const bob = BOB.pubkey.toBase58();
		await cheat('setAccount', bob, { lamports: 5, data: '00ff', owner: programIds.stake.toBase58() });
		await cheat('setAccount', bob, { lamports: 6 });
		expect(node.chain.getAccount(BOB.pubkey)).toMatchObject({
			lamports: 6n,
			data: Uint8Array.of(0, 255),
			owner: programIds.stake,
		});
		await cheat('setAccount', ALICE.pubkey.toBase58(), { lamports: 1 });
		await cheat('resetAccount', bob);
		expect(node.chain.getAccount(BOB.pubkey)).toBeNull();
		await cheat('resetNetwork');
		expect(node.chain.getBalance(ALICE.pubkey)).toBe(10_000_000_000n);
	});

	it('can be called by the names of Surfpool, and not at all without cheatcodes', async () => {
		const bob = BOB.pubkey.toBase58();
		expect(await ask('surfnet_setAccount', bob, { lamports: 7 })).toMatchObject({ result: { value: null } });
		expect(node.chain.getBalance(BOB.pubkey)).toBe(7n);
		expect((await node.error('surfnet_setAccount', bob, { lamports: 8 })).code).toBe(-32601);
	});

	it('are refused where the update is none', async () => {
		const bob = BOB.pubkey.toBase58();
		expect(await refusal('setAccount', bob, { data: 'xyz' })).toContain('not hexadecimal text');
		expect(await refusal('setAccount', bob, { lamports: -1 })).toContain('expected u64');
		const tooMuch = '00'.repeat(10 * 1024 * 1024 + 1);
		expect(await refusal('setAccount', bob, { data: tooMuch })).toContain('bytes at most');
		expect(await refusal('setAccount', 'x', {})).toBe('Invalid param: WrongSize');
	});

	it('are exported all at once', async () => {
		const { value } = (await cheat('exportSnapshot')) as { value: Record<string, { lamports: number }> };
		expect(value[ALICE.pubkey.toBase58()]!.lamports).toBe(10_000_000_000);
	});
});

describe('token accounts', () => {
	for (const [name, program] of [
		['SPL Token', programIds.splToken],
		['Token-2022', programIds.splToken2022],
	] as const) {
		it(`of ${name} are made and changed`, async () => {
			setMint(program);
			const [alice, mint] = [ALICE.pubkey.toBase58(), MINT.toBase58()];
			await cheat('setTokenAccount', alice, mint, { amount: 12 });
			await cheat('setTokenAccount', alice, mint, {
				delegate: BOB.pubkey.toBase58(),
				delegatedAmount: 3,
				state: 'frozen',
			});
			const find = async (): Promise<unknown> => {
				const config = { encoding: 'jsonParsed', commitment: 'processed' };
				const accounts = await node.value<unknown[]>('getTokenAccountsByOwner', alice, { mint }, config);
				return accounts[0];
			};
			const info = { state: 'frozen', tokenAmount: { amount: '12' }, delegate: BOB.pubkey.toBase58() };
			expect(await find()).toMatchObject({ account: { data: { parsed: { info } } } });
			await cheat('setTokenAccount', alice, mint, { delegate: 'null' });
			expect(JSON.stringify(await find())).not.toContain('"delegate"');
		});
	}

	it('are refused without a mint', async () => {
		const alice = ALICE.pubkey.toBase58();
		expect(await refusal('setTokenAccount', alice, MINT.toBase58(), {})).toBe(
			'Invalid param: could not find mint',
		);
	});
});

describe('programs', () => {
	it('are written piece by piece and get another authority', async () => {
		const program = keypair(30).pubkey;
		const text = program.toBase58();
		await cheat('writeProgram', text, '0102', 0, ALICE.pubkey.toBase58());
		await cheat('writeProgram', text, '0304', 2, ALICE.pubkey.toBase58());
		const parsed = async (): Promise<{ info: { authority: string | null; data: [string] } }> => {
			const programdata = await node.value<{ data: { parsed: { info: { programData: string } } } }>(
				'getAccountInfo',
				text,
				{ encoding: 'jsonParsed', commitment: 'processed' },
			);
			const account = await node.value<{
				data: { parsed: { info: { authority: string | null; data: [string] } } };
			}>('getAccountInfo', programdata.data.parsed.info.programData, {
				encoding: 'jsonParsed',
				commitment: 'processed',
			});
			return account.data.parsed;
		};
		expect((await parsed()).info).toMatchObject({
			authority: ALICE.pubkey.toBase58(),
			data: [Buffer.from([1, 2, 3, 4]).toString('base64'), 'base64'],
		});
		await cheat('setProgramAuthority', text, BOB.pubkey.toBase58());
		expect((await parsed()).info.authority).toBe(BOB.pubkey.toBase58());
		const copy = keypair(31).pubkey;
		await cheat('cloneProgramAccount', text, copy.toBase58());
		expect(node.chain.getAccount(copy)).toMatchObject({ executable: true });
		await cheat('setProgramAuthority', text);
		expect((await parsed()).info.authority).toBeNull();
		expect(await refusal('setProgramAuthority', BOB.pubkey.toBase58())).toBe(
			'Invalid param: not an upgradeable program',
		);
	});

	it('have as many bytes as an account can hold beside their head, and otherwise nothing changes', async () => {
		const program = keypair(30).pubkey;
		const programdata = programdataAddressOf(program);
		const limit = 10 * 1024 * 1024 - 45;
		const words = `Invalid param: a program has ${limit} bytes at most`;
		for (const offset of [limit - 1, limit + 44, 2 ** 40]) {
			expect(await refusal('writeProgram', program.toBase58(), '0102', offset)).toBe(words);
		}
		expect([node.chain.getAccount(program), node.chain.getAccount(programdata)]).toEqual([null, null]);
		await cheat('writeProgram', program.toBase58(), '0102', limit - 2);
		expect(node.chain.getAccount(programdata)!.data.length).toBe(10 * 1024 * 1024);
	});
});

describe('time', () => {
	it('goes to a slot and to an epoch, and never back', async () => {
		expect(await cheat('timeTravel', { absoluteSlot: 100 })).toMatchObject({ absoluteSlot: 100 });
		expect(node.chain.slot).toBe(100n);
		const info = (await cheat('timeTravel', { absoluteEpoch: 3 })) as { epoch: number; slotIndex: number };
		expect(info).toMatchObject({ epoch: 3, slotIndex: 0 });
		expect(await refusal('timeTravel', { absoluteSlot: 5 })).toContain('is not above the open one');
	});

	it('goes no further than slots have numbers, and then the chain goes on as before', async () => {
		const before = node.chain.slot;
		for (const beyond of [{ absoluteSlot: 2 ** 62 }, { absoluteEpoch: 2 ** 50 }])
			expect(await refusal('timeTravel', beyond)).toContain('is beyond');
		node.chain.advanceSlot();
		expect(node.chain.slot).toBe(before + 1n);
		await cheat('timeTravel', { absoluteSlot: 2 ** 52 });
		node.chain.advanceSlot();
		expect(node.chain.slot).toBe((1n << 52n) + 1n);
	});

	it('goes to a moment, and on from there', async () => {
		const later = node.chain.clock().unixTimestamp + 1_000_000n;
		await cheat('timeTravel', { absoluteTimestamp: Number(later) * 1000 });
		expect(node.chain.clock().unixTimestamp).toBe(later);
		for (let i = 0; i < 10; i++) node.chain.advanceSlot();
		expect(node.chain.clock()).toMatchObject({ unixTimestamp: later + 4n, slot: 11n });
		expect(await refusal('timeTravel', { absoluteTimestamp: 0 })).toContain('does not go back');
	});
});

describe('supply', () => {
	it('is claimed member by member', async () => {
		await cheat('setSupply', { total: 5, nonCirculatingAccounts: [] });
		expect(await node.value('getSupply')).toMatchObject({ total: 5, nonCirculatingAccounts: [] });
	});
});

describe('the description of a program', () => {
	it('gives its errors names', async () => {
		const system = programIds.systemProgram.toBase58();
		const idl = { address: system, errors: [{ code: 1, name: 'TooPoor', msg: 'Not enough' }] };
		await cheat('registerIdl', idl);
		expect(await cheat('getActiveIdl', system)).toMatchObject({ value: idl });
		expect(await cheat('getActiveIdl', BOB.pubkey.toBase58())).toMatchObject({ value: null });
		const pay = base64Of(transfer(ALICE, BOB.pubkey, 10n ** 18n, node.chain.lastBlockhash()));
		expect(await cheat('profileTransaction', pay)).toMatchObject({
			value: {
				errorMessage: { InstructionError: [0, { Custom: 1 }] },
				errorMeaning: { program: system, name: 'TooPoor', message: 'Not enough' },
			},
		});
		expect(await refusal('registerIdl', { errors: [] })).toContain('names no address');
	});
});

describe('profileTransaction', () => {
	it('shows cost and changes, and changes nothing', async () => {
		const text = base64Of(transfer(ALICE, BOB.pubkey, 1_000_000n, node.chain.lastBlockhash()));
		const { value } = (await cheat('profileTransaction', text, 'pay')) as { value: Record<string, unknown> };
		expect(value).toMatchObject({ tag: 'pay', computeUnitsConsumed: 150, errorMessage: null, fee: 5000 });
		expect(value['accountStates']).toMatchObject({
			[BOB.pubkey.toBase58()]: { before: null, after: { lamports: 1_000_000 } },
			[ALICE.pubkey.toBase58()]: { before: { lamports: 10_000_000_000 } },
		});
		expect(node.chain.getBalance(BOB.pubkey)).toBe(0n);
	});
});
