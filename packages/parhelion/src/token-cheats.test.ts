import {
	createAssociatedTokenAccount,
	createInitializeMintInstruction,
	createInitializeNonTransferableMintInstruction,
	createInitializeTransferFeeConfigInstruction,
	createInitializeTransferHookInstruction,
	createMint,
	createSyncNativeInstruction,
	ExtensionType,
	getAccount,
	getAssociatedTokenAddressSync,
	getMint,
	getMintLen,
	TOKEN_2022_PROGRAM_ID,
	TOKEN_PROGRAM_ID,
	transfer,
} from '@solana/spl-token';
import {
	type Connection,
	Keypair,
	PublicKey,
	SystemProgram,
	sendAndConfirmTransaction,
	Transaction,
} from '@solana/web3.js';
import { describe, expect, it } from 'vitest';
import { LiteConnection, LiteSVM } from './node.ts';

const NATIVE = 'So11111111111111111111111111111111111111112';

function start(): { svm: LiteSVM; client: Connection; payer: Keypair } {
	const svm = new LiteSVM().withNativeMints();
	const payer = Keypair.generate();
	svm.airdrop(payer.publicKey.toBase58(), 10_000_000_000n);
	return { svm, client: new LiteConnection(svm, { PublicKey }) as never, payer };
}
const text = (key: { toBase58(): string }): string => key.toBase58();
function dataOf(svm: LiteSVM, address: PublicKey): string {
	const account = svm.getAccount(text(address));
	return account.exists ? Buffer.from(account.data).toString('hex') : 'nothing';
}

describe.each([
	['SPL Token', TOKEN_PROGRAM_ID],
	['Token-2022', TOKEN_2022_PROGRAM_ID],
])('Token cheats on %s', (_name, program) => {
	it('make a mint and accounts that the program and its client accept', async () => {
		const { svm, client, payer } = start();
		const mint = svm.createMint({
			decimals: 6,
			mintAuthority: text(payer.publicKey),
			tokenProgram: text(program),
		});
		const owner = text(payer.publicKey);
		const ours = svm.setTokenAccount({ mint, owner, amount: 1000n });
		expect(ours).toBe(
			text(getAssociatedTokenAddressSync(new PublicKey(mint), payer.publicKey, false, program)),
		);
		expect(svm.associatedTokenAddress(owner, mint)).toBe(ours);
		svm.mintTo(mint, ours, 500n);
		const theirs = text(Keypair.generate().publicKey);
		svm.setTokenAccount({ mint, owner, amount: 7n, address: theirs });
		expect((await getMint(client, new PublicKey(mint), 'confirmed', program)).supply).toBe(1507n);
		await transfer(client, payer, new PublicKey(ours), new PublicKey(theirs), payer, 500n, [], {}, program);
		expect([svm.getTokenBalance(ours), svm.getTokenBalance(theirs)]).toEqual([1000n, 507n]);
		svm.setTokenAccount({ mint, owner, amount: 1n, frozen: true });
		expect((await getMint(client, new PublicKey(mint), 'confirmed', program)).supply).toBe(508n);
		expect((await getAccount(client, new PublicKey(ours), 'confirmed', program)).isFrozen).toBe(true);
		svm.setTokenSupply(mint, 2n ** 64n - 1n);
		expect(() => svm.mintTo(mint, theirs, 1n)).toThrow(/more than a u64 holds/);
		expect(svm.getTokenBalance(theirs)).toBe(507n);
	});

	it('write the same bytes as the program does', async () => {
		const { svm, client, payer } = start();
		const mint = await createMint(client, payer, payer.publicKey, null, 2, undefined, {}, program);
		const keys = { decimals: 2, mintAuthority: text(payer.publicKey), tokenProgram: text(program) };
		expect(dataOf(svm, new PublicKey(svm.createMint(keys)))).toBe(dataOf(svm, mint));
		const account = await createAssociatedTokenAccount(client, payer, mint, payer.publicKey, {}, program);
		const real = dataOf(svm, account);
		svm.setTokenAccount({ mint: text(mint), owner: text(payer.publicKey) });
		expect(dataOf(svm, account)).toBe(real);
	});
});

describe('Token cheats', () => {
	it('give a token account the extensions that its mint asks for', async () => {
		const { svm, client, payer } = start();
		const { publicKey: us } = payer;
		const extensions = [
			[ExtensionType.TransferFeeConfig],
			[ExtensionType.NonTransferable],
			[ExtensionType.TransferHook],
			[ExtensionType.TransferFeeConfig, ExtensionType.TransferHook],
		];
		for (const wanted of extensions) {
			const mint = Keypair.generate();
			const space = getMintLen(wanted);
			const initialise = {
				[ExtensionType.TransferFeeConfig]: () =>
					createInitializeTransferFeeConfigInstruction(mint.publicKey, us, us, 50, 9n, TOKEN_2022_PROGRAM_ID),
				[ExtensionType.NonTransferable]: () =>
					createInitializeNonTransferableMintInstruction(mint.publicKey, TOKEN_2022_PROGRAM_ID),
				[ExtensionType.TransferHook]: () =>
					createInitializeTransferHookInstruction(mint.publicKey, us, us, TOKEN_2022_PROGRAM_ID),
			};
			const transaction = new Transaction().add(
				SystemProgram.createAccount({
					fromPubkey: us,
					newAccountPubkey: mint.publicKey,
					space,
					lamports: await client.getMinimumBalanceForRentExemption(space),
					programId: TOKEN_2022_PROGRAM_ID,
				}),
				...wanted.map((type) => initialise[type as keyof typeof initialise]()),
				createInitializeMintInstruction(mint.publicKey, 0, us, null, TOKEN_2022_PROGRAM_ID),
			);
			await sendAndConfirmTransaction(client, transaction, [payer, mint]);
			const account = await createAssociatedTokenAccount(
				client,
				payer,
				mint.publicKey,
				us,
				{},
				TOKEN_2022_PROGRAM_ID,
			);
			const real = dataOf(svm, account);
			svm.setTokenAccount({ mint: text(mint.publicKey), owner: text(us) });
			expect(dataOf(svm, account)).toBe(real);
			svm.mintTo(text(mint.publicKey), text(account), 5n);
			expect((await getMint(client, mint.publicKey, 'confirmed', TOKEN_2022_PROGRAM_ID)).supply).toBe(5n);
		}
	});

	it('keep the lamports of wrapped SOL with its tokens', async () => {
		const { svm, client, payer } = start();
		const owner = text(payer.publicKey);
		const account = svm.setTokenAccount({ mint: NATIVE, owner, amount: 5_000n });
		const reserve = svm.minimumBalanceForRentExemption(165n);
		expect(svm.getBalance(account)).toBe(reserve + 5_000n);
		svm.mintTo(NATIVE, account, 10n);
		await sendAndConfirmTransaction(
			client,
			new Transaction().add(createSyncNativeInstruction(new PublicKey(account))),
			[payer],
		);
		const read = await getAccount(client, new PublicKey(account));
		expect([read.amount, read.rentExemptReserve]).toEqual([5_010n, reserve]);
		expect((await getMint(client, new PublicKey(NATIVE))).supply).toBe(0n);
	});

	it('say what is wrong with what they are given', () => {
		const { svm, payer } = start();
		const owner = text(payer.publicKey);
		expect(() => svm.setTokenAccount({ mint: owner, owner })).toThrow(/is no mint of SPL Token/);
		expect(() => svm.getTokenBalance(owner)).toThrow(/is no token account/);
		const mint = svm.createMint({ decimals: 0 });
		expect(() => svm.mintTo(mint, owner, 1n)).toThrow(/is no token account of the mint/);
		expect(() => svm.createMint({ decimals: 300 })).toThrow(RangeError);
		expect(() => svm.createMint({ decimals: 'six' as never })).toThrow('decimals: expected an integer');
		expect(() => svm.createMint({ decimals: 1, tokenProgram: owner })).toThrow(/is no token program/);
		expect(() => svm.setTokenAccount({ mint, owner, amount: 5 as never })).toThrow(TypeError);
		expect(() => svm.setTokenAccount(null as never)).toThrow(/got null/);
	});
});
