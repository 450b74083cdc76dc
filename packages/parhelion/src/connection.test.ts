import {
	createAssociatedTokenAccount,
	createMint,
	getAccount,
	getMint,
	mintTo,
	TOKEN_2022_PROGRAM_ID,
	TOKEN_PROGRAM_ID,
	transfer,
} from '@solana/spl-token';
import {
	type Connection,
	Keypair,
	PublicKey,
	SendTransactionError,
	SystemProgram,
	sendAndConfirmTransaction,
	Transaction,
	TransactionMessage,
	VersionedTransaction,
} from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { LiteConnection, LiteSVM } from './node.ts';

function start(): {
	svm: LiteSVM;
	connection: LiteConnection<PublicKey>;
	client: Connection;
	payer: Keypair;
} {
	const svm = new LiteSVM();
	const connection = new LiteConnection(svm, { PublicKey, SendTransactionError });
	const payer = Keypair.generate();
	svm.airdrop(payer.publicKey.toBase58(), 10_000_000_000n);
	// What a client of the RPC asks for is a Connection; this is the part of it that they use.
	return { svm, connection, client: connection as never, payer };
}
const pay = (from: PublicKey, to: PublicKey, lamports: number): Transaction =>
	new Transaction().add(SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports }));

describe('A connection in process', () => {
	it.each([
		['SPL Token', TOKEN_PROGRAM_ID],
		['Token-2022', TOKEN_2022_PROGRAM_ID],
	])('carries the client of %s', async (_name, program) => {
		const { client, payer } = start();
		const friend = Keypair.generate().publicKey;
		const options = { commitment: 'confirmed' } as const;
		const mint = await createMint(client, payer, payer.publicKey, null, 6, undefined, options, program);
		const ours = await createAssociatedTokenAccount(client, payer, mint, payer.publicKey, options, program);
		const theirs = await createAssociatedTokenAccount(client, payer, mint, friend, options, program);
		await mintTo(client, payer, mint, ours, payer, 1_000_000n, [], options, program);
		await transfer(client, payer, ours, theirs, payer, 250_000n, [], options, program);
		// The same once more: another blockhash makes it another transaction.
		await transfer(client, payer, ours, theirs, payer, 250_000n, [], options, program);
		expect((await getAccount(client, theirs, 'confirmed', program)).amount).toBe(500_000n);
		expect((await getMint(client, mint, 'confirmed', program)).supply).toBe(1_000_000n);
		expect((await client.getTokenAccountBalance(theirs)).value.uiAmountString).toBe('0.5');
		const accounts = await client.getProgramAccounts(program, {
			filters: [{ memcmp: { offset: 0, bytes: mint.toBase58() } }],
			dataSlice: { offset: 64, length: 8 },
		});
		expect(accounts.length).toBe(2);
		expect(accounts.every(({ account }) => account.data.length === 8)).toBe(true);
		await expect(
			transfer(client, payer, ours, theirs, payer, 9_000_000n, [], options, program),
		).rejects.toThrow(/custom program error: 0x1/);
	});

	it('sends, confirms and tells what became of a transaction', async () => {
		const { connection, client, payer } = start();
		const friend = Keypair.generate().publicKey;
		const signature = await sendAndConfirmTransaction(client, pay(payer.publicKey, friend, 5_000_000), [
			payer,
		]);
		expect(await client.getBalance(friend)).toBe(5_000_000);
		const { value } = await client.getSignatureStatuses([signature, '1'.repeat(64)]);
		expect(value.map((status) => status?.err)).toEqual([null, undefined]);
		expect((await connection.getTransaction(signature))?.meta.fee).toBe(5000);
		expect(await connection.getTransaction('1'.repeat(64))).toBeNull();
		await expect(connection.confirmTransaction('1'.repeat(64))).rejects.toThrow(/not sent here/);
	});

	it('throws what the library throws, and charges only if told to', async () => {
		const { connection, payer } = start();
		const friend = Keypair.generate().publicKey;
		const before = await connection.getBalance(payer.publicKey);
		const tooMuch = pay(payer.publicKey, friend, 99_000_000_000);
		const error = await connection.sendTransaction(tooMuch, [payer]).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(SendTransactionError);
		expect((error as SendTransactionError).logs?.join()).toContain('insufficient lamports');
		expect(await connection.getBalance(payer.publicKey)).toBe(before);
		const signature = await connection.sendTransaction(tooMuch, [payer], { skipPreflight: true });
		expect((await connection.confirmTransaction({ signature })).value.err).toEqual({
			InstructionError: [0, { Custom: 1 }],
		});
		expect(await connection.getBalance(payer.publicKey)).toBe(before - 5000);
	});

	it('simulates versioned and legacy transactions, without their signatures if need be', async () => {
		const { svm, connection, payer } = start();
		const friend = Keypair.generate().publicKey;
		const { blockhash: recentBlockhash } = await connection.getLatestBlockhash();
		const legacy = pay(payer.publicKey, friend, 5_000_000);
		const { instructions } = legacy;
		const message = new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash, instructions });
		const versioned = new VersionedTransaction(message.compileToV0Message());
		const accounts = { addresses: [friend.toBase58()] };
		const { value } = await connection.simulateTransaction(versioned, { accounts });
		expect([value.err, value.unitsConsumed, value.accounts?.[0]?.lamports]).toEqual([null, 150, 5_000_000]);
		const checked = await connection.simulateTransaction(versioned, { sigVerify: true });
		expect(checked.value.err).toBe('SignatureFailure');
		legacy.feePayer = payer.publicKey;
		expect((await connection.simulateTransaction(legacy)).value.err).toBeNull();
		expect((await connection.simulateTransaction(legacy, [payer])).value.err).toBeNull();
		svm.expireBlockhash();
		expect((await connection.simulateTransaction(versioned)).value.err).toBe('BlockhashNotFound');
		const replaced = await connection.simulateTransaction(versioned, { replaceRecentBlockhash: true });
		expect(replaced.value.err).toBeNull();
		const wire = Buffer.from(versioned.serialize()).toString('base64');
		const answer = await connection._rpcRequest('simulateTransaction', [
			wire,
			{ replaceRecentBlockhash: true },
		]);
		expect(answer).toMatchObject({ result: { value: { err: null } } });
		await expect(connection._rpcRequest('getBlocks', [])).rejects.toThrow(/not answered in process/);
		expect(svm.getBalance(friend.toBase58())).toBeNull();
	});

	it('tells listeners of logs and accounts', async () => {
		const { connection, client, payer } = start();
		const friend = Keypair.generate().publicKey;
		const heard: unknown[] = [];
		const logs = connection.onLogs(SystemProgram.programId, ({ err }) => heard.push(['logs', err]));
		const other = connection.onLogs(friend, () => heard.push(['friend']));
		connection.onAccountChange(friend, ({ lamports }) => heard.push(['account', lamports]));
		await sendAndConfirmTransaction(client, pay(payer.publicKey, friend, 1_000_000), [payer]);
		await connection.removeOnLogsListener(logs);
		await connection.removeOnLogsListener(other);
		await sendAndConfirmTransaction(client, pay(payer.publicKey, friend, 1_000_000), [payer]);
		expect(heard).toEqual([['logs', null], ['friend'], ['account', 1_000_000], ['account', 2_000_000]]);
	});

	it('answers what clients ask of the chain', async () => {
		const { svm, connection, payer } = start();
		svm.warp({ slot: 500_000_000n });
		expect(await connection.getSlot()).toBe(500_000_000);
		expect((await connection.getEpochInfo()).epoch).toBe(Number(svm.getClock().epoch));
		expect(await connection.getMinimumBalanceForRentExemption(0)).toBe(890_880);
		const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
		expect((await connection.isBlockhashValid(blockhash)).value).toBe(true);
		expect(lastValidBlockHeight).toBe((await connection.getBlockHeight()) + 150);
		const message = pay(payer.publicKey, payer.publicKey, 1);
		message.recentBlockhash = blockhash;
		message.feePayer = payer.publicKey;
		expect((await connection.getFeeForMessage(message.compileMessage())).value).toBe(5000);
		const infos = await connection.getMultipleAccountsInfo([payer.publicKey, Keypair.generate().publicKey]);
		expect(infos.map((info) => info?.lamports)).toEqual([10_000_000_000, undefined]);
		expect(Buffer.isBuffer(infos[0]?.data)).toBe(true);
		const signature = await connection.requestAirdrop(payer.publicKey, 7);
		expect((await connection.getSignatureStatus(signature)).value?.err).toBeNull();
	});

	it('says what was expected', async () => {
		const { svm, connection } = start();
		expect(() => new LiteConnection({} as never, { PublicKey })).toThrow('svm: expected a LiteSVM');
		expect(() => new LiteConnection(svm, {} as never)).toThrow('options.PublicKey: expected a function');
		await expect(connection.getBalance(5 as never)).rejects.toThrow(/a PublicKey or a base58 address/);
		await expect(connection.sendRawTransaction(new Uint8Array(3))).rejects.toThrow(/deserialize/);
	});
});
