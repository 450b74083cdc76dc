/** The clients that people use, against the server: `@solana/kit` and `@solana/web3.js` 1.x. */

import { Chain } from '@parhelion/runtime';
import * as kit from '@solana/kit';
import * as web3 from '@solana/web3.js';
import { getTransferSolInstruction } from '@solana-program/system';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Validator } from './validator.ts';

let validator: Validator;

beforeAll(async () => {
	validator = await Validator.start({ chain: Chain.genesis(), rpcPort: 0, wsPort: 0, slotMs: 50 });
});

afterAll(async () => {
	await validator.stop();
});

describe('@solana/web3.js', () => {
	const connect = (commitment: web3.Commitment = 'confirmed'): web3.Connection =>
		new web3.Connection(validator.rpcUrl, { commitment, wsEndpoint: validator.wsUrl });

	it('airdrops, transfers, confirms and reads back', async () => {
		const connection = connect();
		const payer = web3.Keypair.generate();
		const to = web3.Keypair.generate().publicKey;
		const airdrop = await connection.requestAirdrop(payer.publicKey, 2 * web3.LAMPORTS_PER_SOL);
		await connection.confirmTransaction({ signature: airdrop, ...(await connection.getLatestBlockhash()) });
		expect(await connection.getBalance(payer.publicKey)).toBe(2 * web3.LAMPORTS_PER_SOL);

		const transaction = new web3.Transaction().add(
			web3.SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 1_000_000 }),
		);
		const simulated = await connection.simulateTransaction(transaction, [payer]);
		expect(simulated.value.err).toBeNull();
		const signature = await web3.sendAndConfirmTransaction(connection, transaction, [payer]);

		const { value: status } = await connection.getSignatureStatus(signature);
		expect(status).toMatchObject({ err: null, confirmationStatus: 'confirmed' });
		const read = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
		expect(read!.meta!.postBalances[1]).toBe(1_000_000);
		const parsed = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
		expect(parsed!.transaction.message.accountKeys[0]!.pubkey.equals(payer.publicKey)).toBe(true);
		const account = await connection.getAccountInfo(to);
		expect(account).toMatchObject({ lamports: 1_000_000, executable: false });
		expect((await connection.getMultipleAccountsInfo([to, payer.publicKey])).map(Boolean)).toEqual([
			true,
			true,
		]);
		expect(await connection.getFeeForMessage(transaction.compileMessage())).toMatchObject({ value: 5000 });
	});

	it('reads the node', async () => {
		const connection = connect();
		expect((await connection.getVersion())['solana-core']).toBe('4.3.0');
		expect(await connection.getSlot()).toBeGreaterThanOrEqual(0);
		expect((await connection.getEpochInfo()).absoluteSlot).toBeGreaterThanOrEqual(0);
		expect((await connection.getEpochSchedule()).slotsPerEpoch).toBeGreaterThan(0);
		expect(await connection.getGenesisHash()).toBe(validator.chain.genesisHash.toBase58());
		expect(await connection.getMinimumBalanceForRentExemption(0)).toBe(890_880);
		expect(await connection.getFirstAvailableBlock()).toBe(0);
		expect(await connection.getRecentPrioritizationFees()).toBeInstanceOf(Array);
		expect(await connection.getProgramAccounts(web3.Keypair.generate().publicKey)).toEqual([]);
		expect(
			await connection.isBlockhashValid((await connection.getLatestBlockhash()).blockhash),
		).toMatchObject({
			value: true,
		});
	});

	it('shows why a transaction failed', async () => {
		const connection = connect('processed');
		const payer = web3.Keypair.generate();
		await connection.requestAirdrop(payer.publicKey, web3.LAMPORTS_PER_SOL);
		const transaction = new web3.Transaction().add(
			web3.SystemProgram.transfer({
				fromPubkey: payer.publicKey,
				toPubkey: payer.publicKey,
				lamports: 5 * web3.LAMPORTS_PER_SOL,
			}),
		);
		const failed = web3.sendAndConfirmTransaction(connection, transaction, [payer]);
		await expect(failed).rejects.toThrow(web3.SendTransactionError);
		const error = (await failed.catch((thrown: unknown) => thrown)) as web3.SendTransactionError;
		expect(error.transactionError.message).toContain('custom program error: 0x1');
		expect(error.logs!.join()).toContain('insufficient lamports');
	});

	it('is told of slots, accounts and logs', async () => {
		const connection = connect();
		const payer = web3.Keypair.generate();
		const changed = new Promise<web3.AccountInfo<Buffer>>((resolve) => {
			connection.onAccountChange(payer.publicKey, resolve, { commitment: 'processed' });
		});
		const logged = new Promise<web3.Logs>((resolve) => {
			connection.onLogs(payer.publicKey, resolve, 'processed');
		});
		const slot = new Promise<web3.SlotInfo>((resolve) => {
			connection.onSlotChange(resolve);
		});
		expect((await slot).parent).toBe((await slot).slot - 1);
		const signature = await connection.requestAirdrop(payer.publicKey, 5_000_000);
		expect((await changed).lamports).toBe(5_000_000);
		expect((await logged).signature).toBe(signature);
	});
});

describe('@solana/kit', () => {
	it('airdrops, transfers, confirms and reads back', async () => {
		const rpc = kit.createSolanaRpc(validator.rpcUrl);
		const rpcSubscriptions = kit.createSolanaRpcSubscriptions(validator.wsUrl);
		const payer = await kit.generateKeyPairSigner();
		const { address: to } = await kit.generateKeyPairSigner();
		const airdrop = kit.airdropFactory({ rpc, rpcSubscriptions } as Parameters<typeof kit.airdropFactory>[0]);
		await airdrop({
			commitment: 'confirmed',
			lamports: kit.lamports(2_000_000_000n),
			recipientAddress: payer.address,
		});
		expect((await rpc.getBalance(payer.address).send()).value).toBe(2_000_000_000n);

		const { value: blockhash } = await rpc.getLatestBlockhash().send();
		const message = kit.pipe(
			kit.createTransactionMessage({ version: 0 }),
			(m) => kit.setTransactionMessageFeePayerSigner(payer, m),
			(m) => kit.setTransactionMessageLifetimeUsingBlockhash(blockhash, m),
			(m) =>
				kit.appendTransactionMessageInstruction(
					getTransferSolInstruction({ source: payer, destination: to, amount: 1_000_000n }),
					m,
				),
		);
		const signed = await kit.signTransactionMessageWithSigners(message);
		kit.assertIsTransactionWithBlockhashLifetime(signed);
		const send = kit.sendAndConfirmTransactionFactory({
			rpc,
			rpcSubscriptions,
		} as Parameters<typeof kit.sendAndConfirmTransactionFactory>[0]);
		await send(signed, { commitment: 'confirmed' });

		const signature = kit.getSignatureFromTransaction(signed);
		const { value: statuses } = await rpc.getSignatureStatuses([signature]).send();
		expect(statuses[0]).toMatchObject({ err: null, confirmationStatus: 'confirmed' });
		const read = await rpc
			.getTransaction(signature, {
				commitment: 'confirmed',
				encoding: 'json',
				maxSupportedTransactionVersion: 0,
			})
			.send();
		expect(read!.version).toBe(0);
		expect(read!.meta!.fee).toBe(5000n);
		const { value: account } = await rpc.getAccountInfo(to, { encoding: 'base64' }).send();
		expect(account).toMatchObject({ lamports: 1_000_000n, rentEpoch: 18446744073709551615n, space: 0n });
	});

	it('shows why a transaction failed', async () => {
		const rpc = kit.createSolanaRpc(validator.rpcUrl);
		const payer = await kit.generateKeyPairSigner();
		const { value: blockhash } = await rpc.getLatestBlockhash().send();
		const message = kit.pipe(
			kit.createTransactionMessage({ version: 0 }),
			(m) => kit.setTransactionMessageFeePayerSigner(payer, m),
			(m) => kit.setTransactionMessageLifetimeUsingBlockhash(blockhash, m),
		);
		const wire = kit.getBase64EncodedWireTransaction(await kit.signTransactionMessageWithSigners(message));
		const error = await rpc
			.sendTransaction(wire, { encoding: 'base64' })
			.send()
			.catch((thrown: unknown) => thrown);
		expect(
			kit.isSolanaError(error, kit.SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE),
		).toBe(true);
		expect(
			kit.isSolanaError((error as Error).cause, kit.SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_NOT_FOUND),
		).toBe(true);
	});

	it('is told of slots', async () => {
		const rpcSubscriptions = kit.createSolanaRpcSubscriptions(validator.wsUrl);
		const abort = new AbortController();
		const slots = await rpcSubscriptions.slotNotifications().subscribe({ abortSignal: abort.signal });
		for await (const { slot, parent } of slots) {
			expect(slot).toBe(parent + 1n);
			break;
		}
		abort.abort();
	});
});
