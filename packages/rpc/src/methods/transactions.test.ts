import { transferInstruction } from '@parhelion/runtime';
import { base58Encode, encodeMessage, type Instruction, programIds } from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ALICE, BOB, base64Of, keypair, signed, TestNode, transfer } from '../../test/test-node.ts';

const LAMPORTS = 1_000_000n;

let node: TestNode;

beforeEach(() => {
	node = new TestNode();
});

interface Status {
	slot: number;
	confirmations: number | null;
	confirmationStatus: string;
	err: unknown;
	status: unknown;
}

async function statusOf(signature: string): Promise<Status | null> {
	return (await node.value<(Status | null)[]>('getSignatureStatuses', [signature]))[0]!;
}

function pay(lamports: bigint = LAMPORTS): string {
	return base64Of(transfer(ALICE, BOB.pubkey, lamports, node.chain.lastBlockhash()));
}

describe('sendTransaction', () => {
	it('processes a transaction and answers with its signature', async () => {
		const transaction = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const signature = await node.result('sendTransaction', base64Of(transaction), { encoding: 'base64' });
		expect(signature).toBe(base58Encode(transaction.signatures[0]!));
		const balance = (commitment?: string): Promise<number> =>
			node.value<number>('getBalance', BOB.pubkey.toBase58(), { commitment });
		expect(await balance('processed')).toBe(Number(LAMPORTS));
		expect(await balance('confirmed')).toBe(0);
		node.chain.advanceSlot();
		expect(await balance('confirmed')).toBe(Number(LAMPORTS));
		expect(await balance()).toBe(0);
		node.finalize();
		expect(await balance()).toBe(Number(LAMPORTS));
	});

	it('takes base58 by default', async () => {
		const bytes = Buffer.from(pay(), 'base64');
		expect(await node.result('sendTransaction', base58Encode(bytes))).toEqual(expect.any(String));
	});

	it('refuses what fails in preflight, with logs and cost, and changes nothing', async () => {
		const before = node.chain.getBalance(ALICE.pubkey);
		const error = await node.error('sendTransaction', pay(10n ** 18n), { encoding: 'base64' });
		expect(error.code).toBe(-32002);
		expect(error.message).toBe(
			'Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1',
		);
		expect(error.data).toMatchObject({
			accounts: null,
			err: { InstructionError: [0, { Custom: 1 }] },
			fee: 5000,
			innerInstructions: null,
			replacementBlockhash: null,
			returnData: null,
			unitsConsumed: 150,
		});
		expect((error.data as { logs: string[] }).logs).toContain(
			'Transfer: insufficient lamports 9999995000, need 1000000000000000000',
		);
		expect(node.chain.getBalance(ALICE.pubkey)).toBe(before);
		expect(node.chain.transactionCount).toBe(0n);
	});

	it('charges for a failure that skipped preflight', async () => {
		const signature = await node.result<string>('sendTransaction', pay(10n ** 18n), {
			encoding: 'base64',
			skipPreflight: true,
		});
		expect(await statusOf(signature)).toMatchObject({
			err: { InstructionError: [0, { Custom: 1 }] },
			status: { Err: { InstructionError: [0, { Custom: 1 }] } },
		});
		expect(node.chain.getBalance(ALICE.pubkey)).toBe(10_000_000_000n - 5000n);
	});

	it('refuses a wrong signature as a failed simulation', async () => {
		const { message } = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const forged = base64Of({ signatures: [new Uint8Array(64).fill(1)], message });
		const error = await node.error('sendTransaction', forged, { encoding: 'base64' });
		expect(error.code).toBe(-32002);
		expect(error.message).toBe(
			'Transaction simulation failed: Transaction did not pass signature verification',
		);
		expect(error.data).toMatchObject({ err: 'SignatureFailure', logs: [], unitsConsumed: 0 });
		// Without preflight the signature is answered and the transaction dropped.
		await node.result('sendTransaction', forged, { encoding: 'base64', skipPreflight: true });
		expect(node.chain.transactionCount).toBe(0n);
	});

	it('refuses an unknown blockhash and a second send', async () => {
		const old = base64Of(transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.genesisHash));
		for (let i = 0; i < 184; i++) node.chain.advanceSlot();
		expect((await node.error('sendTransaction', old, { encoding: 'base64' })).message).toBe(
			'Transaction simulation failed: Blockhash not found',
		);
		const once = pay();
		const config = { encoding: 'base64', preflightCommitment: 'processed' };
		await node.result('sendTransaction', once, config);
		expect((await node.error('sendTransaction', once, config)).message).toBe(
			'Transaction simulation failed: This transaction has already been processed',
		);
	});

	it('refuses a transaction whose form is wrong', async () => {
		const { signatures, message } = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const header = { ...message.header, numReadonlySignedAccounts: 1 };
		const malformed = base64Of({ signatures, message: { ...message, header } });
		expect(await node.error('sendTransaction', malformed, { encoding: 'base64' })).toEqual({
			code: -32602,
			message: 'invalid transaction: Transaction failed to sanitize accounts offsets correctly',
		});
	});

	it('refuses text that is too long before decoding it', async () => {
		expect((await node.error('sendTransaction', '1'.repeat(1684))).message).toBe(
			'base58 encoded solana_transaction::versioned::VersionedTransaction too large: 1684 bytes (max: encoded/raw 1683/1232)',
		);
		expect((await node.error('sendTransaction', 'A'.repeat(1648), { encoding: 'base64' })).message).toBe(
			'base64 encoded solana_transaction::versioned::VersionedTransaction too large: 1648 bytes (max: encoded/raw 1644/1232)',
		);
		expect(
			(await node.error('sendTransaction', `gQ${'A'.repeat(5466)}`, { encoding: 'base64' })).message,
		).toBe(
			'base64 encoded solana_transaction::versioned::VersionedTransaction too large: 5468 bytes (max: encoded/raw 5464/4096)',
		);
		expect((await node.error('sendTransaction', 'A'.repeat(1644), { encoding: 'base64' })).message).toBe(
			'decoded solana_transaction::versioned::VersionedTransaction too large: 1233 bytes (max: 1232 bytes)',
		);
	});
});

describe('simulateTransaction', () => {
	interface Simulation {
		err: unknown;
		logs: string[];
		accounts: ({ lamports: number } | null)[] | null;
		unitsConsumed: number;
		innerInstructions: unknown;
		replacementBlockhash: { blockhash: string; lastValidBlockHeight: number } | null;
		fee: number | null;
		preBalances: number[] | null;
		postBalances: number[] | null;
		loadedAddresses: unknown;
	}
	const simulate = (text: string, config: object = {}): Promise<Simulation> =>
		node.value<Simulation>('simulateTransaction', text, { encoding: 'base64', ...config });

	it('tells what would happen and commits nothing', async () => {
		const outcome = await simulate(pay());
		expect(outcome).toMatchObject({
			err: null,
			logs: [
				'Program 11111111111111111111111111111111 invoke [1]',
				'Program 11111111111111111111111111111111 success',
			],
			accounts: null,
			unitsConsumed: 150,
			innerInstructions: null,
			replacementBlockhash: null,
			fee: 5000,
			preBalances: [10_000_000_000, 0, 1],
			postBalances: [9_998_995_000, 1_000_000, 1],
			loadedAddresses: { readonly: [], writable: [] },
		});
		expect(node.chain.getBalance(BOB.pubkey)).toBe(0n);
	});

	it('shows accounts as they would be', async () => {
		const addresses = [BOB.pubkey.toBase58(), keypair(5).pubkey.toBase58()];
		const { accounts } = await simulate(pay(), { accounts: { encoding: 'base64', addresses } });
		expect(accounts).toEqual([expect.objectContaining({ lamports: 1_000_000 }), null]);
		const failed = await simulate(pay(10n ** 18n), { accounts: { addresses } });
		expect(failed.accounts).toEqual([null, null]);
	});

	it('refuses base58 accounts, and more accounts than the transaction has', async () => {
		const ask = (accounts: object): Promise<{ message: string }> =>
			node.error('simulateTransaction', pay(), { encoding: 'base64', accounts });
		expect((await ask({ encoding: 'base58', addresses: [] })).message).toBe('base58 encoding not supported');
		const addresses = new Array(4).fill(BOB.pubkey.toBase58());
		expect((await ask({ addresses })).message).toBe('Too many accounts provided; max 3');
		expect((await ask({ addresses: ['x'] })).message).toBe('Invalid param: WrongSize');
	});

	it('checks signatures only if asked to', async () => {
		const { message } = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const unsigned = base64Of({ signatures: [new Uint8Array(64)], message });
		expect((await simulate(unsigned)).err).toBeNull();
		expect((await simulate(unsigned, { sigVerify: true })).err).toBe('SignatureFailure');
	});

	it('replaces the blockhash if asked to, but not together with sigVerify', async () => {
		const { message } = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const unknown = { ...message, recentBlockhash: node.chain.genesisHash };
		for (let i = 0; i < 200; i++) node.chain.advanceSlot();
		const text = base64Of({ signatures: [new Uint8Array(64)], message: unknown });
		expect((await simulate(text)).err).toBe('BlockhashNotFound');
		const outcome = await simulate(text, { replaceRecentBlockhash: true, commitment: 'processed' });
		expect(outcome.err).toBeNull();
		expect(outcome.replacementBlockhash).toEqual({
			blockhash: node.chain.lastBlockhash().toBase58(),
			lastValidBlockHeight: 201 + 150,
		});
		const both = { encoding: 'base64', replaceRecentBlockhash: true, sigVerify: true };
		expect(await node.error('simulateTransaction', text, both)).toEqual({
			code: -32602,
			message: 'sigVerify may not be used with replaceRecentBlockhash',
		});
	});

	it('lists inner instructions if asked to', async () => {
		expect((await simulate(pay(), { innerInstructions: true })).innerInstructions).toEqual([]);
	});
});

describe('getSignatureStatuses', () => {
	it('follows a transaction from processed to finalized', async () => {
		const signature = await node.result<string>('sendTransaction', pay(), { encoding: 'base64' });
		expect(await statusOf(signature)).toEqual({
			slot: 1,
			confirmations: 0,
			confirmationStatus: 'processed',
			err: null,
			status: { Ok: null },
		});
		node.chain.advanceSlot();
		expect(await statusOf(signature)).toMatchObject({ confirmations: 1, confirmationStatus: 'confirmed' });
		for (let i = 0; i < 31; i++) node.chain.advanceSlot();
		expect(await statusOf(signature)).toMatchObject({
			confirmations: null,
			confirmationStatus: 'finalized',
		});
	});

	it('finds what is older than some 300 roots in the history alone, which is to be asked for', async () => {
		const { chain } = node;
		const send = (): Promise<string> =>
			node.result<string>('sendTransaction', pay(LAMPORTS + chain.slot), { encoding: 'base64' });
		const first = await send();
		// As in the status cache of Agave: what was warped over does not count.
		chain.warpToSlot(chain.slot + 10_000n);
		const second = await send();
		for (let i = 0; i < 290; i++) chain.advanceSlot();
		expect([await statusOf(first), await statusOf(second)]).toMatchObject([{ slot: 1 }, { slot: 10_001 }]);
		for (let i = 0; i < 200; i++) chain.advanceSlot();
		expect(await node.value('getSignatureStatuses', [first, second])).toEqual([null, null]);
		const config = { searchTransactionHistory: true };
		expect(await node.value('getSignatureStatuses', [first, second], config)).toMatchObject([
			{ slot: 1, confirmations: null, confirmationStatus: 'finalized' },
			{ slot: 10_001, confirmations: null, confirmationStatus: 'finalized' },
		]);
		config.searchTransactionHistory = false;
		expect(await node.value('getSignatureStatuses', [second], config)).toEqual([null]);
	});

	it('gives null for an unknown signature and refuses more than 256', async () => {
		const unknown = base58Encode(new Uint8Array(64).fill(7));
		expect(await node.value('getSignatureStatuses', [unknown, unknown])).toEqual([null, null]);
		expect((await node.error('getSignatureStatuses', new Array(257).fill(unknown))).message).toBe(
			'Too many inputs provided; max 256',
		);
	});
});

describe('getTransaction', () => {
	let signature: string;

	beforeEach(async () => {
		await node.result('requestAirdrop', BOB.pubkey.toBase58(), 5_000_000);
		signature = await node.result<string>('sendTransaction', pay(), { encoding: 'base64' });
		node.chain.advanceSlot();
	});

	const get = (config: unknown): Promise<Record<string, unknown> | null> =>
		node.result<Record<string, unknown> | null>('getTransaction', signature, config);

	it('gives the transaction with its metadata', async () => {
		expect(await get({ commitment: 'confirmed' })).toEqual({
			blockTime: Number(node.chain.getBlockTime(1n)),
			meta: {
				computeUnitsConsumed: 150,
				costUnits: 1481,
				err: null,
				fee: 5000,
				innerInstructions: [],
				loadedAddresses: { readonly: [], writable: [] },
				logMessages: [
					'Program 11111111111111111111111111111111 invoke [1]',
					'Program 11111111111111111111111111111111 success',
				],
				postBalances: [9_998_995_000, 6_000_000, 1],
				postTokenBalances: [],
				preBalances: [10_000_000_000, 5_000_000, 1],
				preTokenBalances: [],
				rewards: [],
				status: { Ok: null },
			},
			slot: 1,
			transaction: {
				message: {
					accountKeys: [ALICE.pubkey, BOB.pubkey, programIds.systemProgram].map(String),
					header: {
						numReadonlySignedAccounts: 0,
						numReadonlyUnsignedAccounts: 1,
						numRequiredSignatures: 1,
					},
					instructions: [{ accounts: [0, 1], data: '3Bxs4Bc3VYuGVB19', programIdIndex: 2, stackHeight: 1 }],
					recentBlockhash: expect.any(String),
				},
				signatures: [signature],
			},
			transactionIndex: 1,
		});
	});

	it('encodes as base64, base58 and with addresses', async () => {
		const binary = await get({
			commitment: 'confirmed',
			encoding: 'base64',
			maxSupportedTransactionVersion: 0,
		});
		expect(binary).toMatchObject({ transaction: [expect.any(String), 'base64'], version: 'legacy' });
		expect(await get({ commitment: 'confirmed', encoding: 'base58' })).toMatchObject({
			transaction: [expect.any(String), 'base58'],
		});
		const parsed = await get({ commitment: 'confirmed', encoding: 'jsonParsed' });
		expect(parsed).toMatchObject({
			transaction: {
				message: {
					accountKeys: [
						{ pubkey: ALICE.pubkey.toBase58(), signer: true, source: 'transaction', writable: true },
						{ pubkey: BOB.pubkey.toBase58(), signer: false, source: 'transaction', writable: true },
						{ signer: false, source: 'transaction', writable: false },
					],
					instructions: [
						{
							program: 'system',
							programId: programIds.systemProgram.toBase58(),
							parsed: {
								type: 'transfer',
								info: {
									source: ALICE.pubkey.toBase58(),
									destination: BOB.pubkey.toBase58(),
									lamports: Number(LAMPORTS),
								},
							},
							stackHeight: 1,
						},
					],
				},
			},
		});
		expect(parsed!['meta'] as object).not.toHaveProperty('loadedAddresses');
	});

	it('waits for the commitment asked for', async () => {
		expect(await get('json')).toBeNull();
		for (let i = 0; i < 31; i++) node.chain.advanceSlot();
		expect(await get('json')).toMatchObject({ slot: 1 });
		expect(await node.error('getTransaction', signature, { commitment: 'processed' })).toEqual({
			code: -32602,
			message: 'Method does not support commitment below `confirmed`',
		});
		const config = { encoding: 'base58', maxSupportedTransactionVersion: 1 };
		expect((await node.error('getTransaction', signature, config)).message).toBe(
			'base58 encoding is not supported with maxSupportedTransactionVersion >= 1',
		);
	});

	it('refuses a version that the client does not know', async () => {
		const message = {
			...transfer(ALICE, BOB.pubkey, LAMPORTS + 1n, node.chain.lastBlockhash()).message,
			version: 0,
			addressTableLookups: [],
		} as const;
		const unsigned = { signatures: [new Uint8Array(64)], message };
		const sent = node.chain.processTransaction(unsigned, { skipSigVerify: true });
		expect(sent.err).toBeNull();
		node.chain.advanceSlot();
		const v0 = base58Encode(sent.signature);
		expect(await node.error('getTransaction', v0, { commitment: 'confirmed' })).toEqual({
			code: -32015,
			message:
				'Transaction version (0) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": 0',
		});
		const config = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 };
		expect(await node.result('getTransaction', v0, config)).toMatchObject({
			version: 0,
			transaction: { message: { addressTableLookups: [] } },
		});
	});

	it('gives null for an unknown signature', async () => {
		expect(await node.result('getTransaction', base58Encode(new Uint8Array(64)))).toBeNull();
	});
});

describe('requestAirdrop', () => {
	it('pays from the faucet', async () => {
		const signature = await node.result<string>('requestAirdrop', BOB.pubkey.toBase58(), 2_000_000_000);
		expect(node.chain.getBalance(BOB.pubkey)).toBe(2_000_000_000n);
		expect(await statusOf(signature)).toMatchObject({ err: null });
	});

	it('takes a u64 without loss, and answers with the signature even if the transfer fails', async () => {
		const request = `{"jsonrpc":"2.0","id":1,"method":"requestAirdrop","params":["${BOB.pubkey.toBase58()}",18446744073709551615]}`;
		const { result } = JSON.parse((await node.handler.handle(request))!) as { result: string };
		const status = node.chain.getTransaction(result)!;
		expect(status.meta.logMessages.join()).toContain('need 18446744073709551615');
		expect(node.chain.getBalance(BOB.pubkey)).toBe(0n);
	});

	it('uses the blockhash it is given', async () => {
		const recentBlockhash = node.chain.lastBlockhash().toBase58();
		node.chain.advanceSlot();
		const bob = BOB.pubkey.toBase58();
		const signature = await node.result<string>('requestAirdrop', bob, 2_000_000, { recentBlockhash });
		expect(String(node.chain.getTransaction(signature)!.transaction.message.recentBlockhash)).toBe(
			recentBlockhash,
		);
		expect((await node.error('requestAirdrop', bob, 1, { recentBlockhash: 'x' })).message).toBe(
			'Invalid param: WrongSize',
		);
	});
});

/** An instruction to offer `price` micro-lamports a CU. */
function computeUnitPrice(price: bigint): Instruction {
	const data = new Uint8Array(9);
	data[0] = 3;
	new DataView(data.buffer).setBigUint64(1, price, true);
	return { programId: programIds.computeBudget, accounts: [], data };
}

describe('fees', () => {
	it('prices a message, with its priority', async () => {
		const base = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const priced = signed(
			ALICE,
			[computeUnitPrice(1_000_000n), transferInstruction(ALICE.pubkey, BOB.pubkey, LAMPORTS)],
			node.chain.lastBlockhash(),
		);
		const fee = (message: typeof base.message): Promise<unknown> =>
			node.value('getFeeForMessage', Buffer.from(encodeMessage(message)).toString('base64'));
		expect(await fee(base.message)).toBe(5000);
		expect(await fee(priced.message)).toBeGreaterThan(5000);
		for (let i = 0; i < 334; i++) node.chain.advanceSlot();
		expect(await fee(base.message)).toBeNull();
	});

	it('refuses a message whose form is wrong', async () => {
		const { message } = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const header = { ...message.header, numReadonlySignedAccounts: 1 };
		const text = Buffer.from(encodeMessage({ ...message, header })).toString('base64');
		expect(await node.error('getFeeForMessage', text)).toEqual({
			code: -32602,
			message: 'invalid transaction message: index out of bounds',
		});
	});

	it('refuses a message whose lookup table does not exist', async () => {
		node.finalize();
		const { message } = transfer(ALICE, BOB.pubkey, LAMPORTS, node.chain.lastBlockhash());
		const lookup = {
			accountKey: keypair(5).pubkey,
			writableIndexes: Uint8Array.of(0),
			readonlyIndexes: new Uint8Array(0),
		};
		const v0 = { ...message, version: 0, addressTableLookups: [lookup] } as const;
		const text = Buffer.from(encodeMessage(v0)).toString('base64');
		expect((await node.error('getFeeForMessage', text)).message).toBe(
			'invalid transaction message: Attempted to lookup addresses from a table that does not exist',
		);
		const transaction = base64Of({ signatures: [new Uint8Array(64)], message: v0 });
		for (const method of ['sendTransaction', 'simulateTransaction']) {
			expect((await node.error(method, transaction, { encoding: 'base64' })).message).toBe(
				"invalid transaction: Transaction loads an address table account that doesn't exist",
			);
		}
	});

	it('remembers what recent blocks took, by block and by account', async () => {
		const offer = (to: typeof BOB, price: bigint): void => {
			const instructions = [computeUnitPrice(price), transferInstruction(ALICE.pubkey, to.pubkey, LAMPORTS)];
			const outcome = node.chain.processTransaction(signed(ALICE, instructions, node.chain.lastBlockhash()));
			expect(outcome.err).toBeNull();
		};
		expect(await node.result('getRecentPrioritizationFees')).toEqual([]);
		offer(BOB, 100n);
		offer(keypair(5), 700n);
		expect(await node.result('getRecentPrioritizationFees')).toEqual([]);
		node.chain.advanceSlot();
		const block = (prioritizationFee: number): unknown[] => [{ slot: 1, prioritizationFee }];
		expect(await node.result('getRecentPrioritizationFees')).toEqual(block(100));
		const of = (address: typeof BOB): Promise<unknown> =>
			node.result('getRecentPrioritizationFees', [address.pubkey.toBase58()]);
		expect(await of(keypair(5))).toEqual(block(700));
		expect(await of(BOB)).toEqual(block(100));
		expect(await of(ALICE)).toEqual(block(100));
	});
});
