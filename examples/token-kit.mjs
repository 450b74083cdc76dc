/**
 * Creates a token, mints some of it and sends part of that on, with @solana/kit.
 *
 *     npm start                       # in one terminal
 *     node examples/token-kit.mjs     # in another
 *
 * The node's address may be given as argument or in RPC_URL, PubSub's as second argument or in WS_URL.
 */
import {
	address,
	airdropFactory,
	appendTransactionMessageInstructions,
	assertIsTransactionWithBlockhashLifetime,
	createSolanaRpc,
	createSolanaRpcSubscriptions,
	createTransactionMessage,
	generateKeyPairSigner,
	getSignatureFromTransaction,
	lamports,
	pipe,
	sendAndConfirmTransactionFactory,
	setTransactionMessageFeePayerSigner,
	setTransactionMessageLifetimeUsingBlockhash,
	signTransactionMessageWithSigners,
} from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import {
	fetchMint,
	fetchToken,
	findAssociatedTokenPda,
	getCreateAssociatedTokenIdempotentInstructionAsync,
	getInitializeMint2Instruction,
	getMintSize,
	getMintToCheckedInstruction,
	getTransferCheckedInstruction,
	TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';

const rpcUrl = process.argv[2] ?? process.env.RPC_URL ?? 'http://127.0.0.1:8899';
const wsUrl = process.argv[3] ?? process.env.WS_URL ?? nextPort(rpcUrl);
const DECIMALS = 2;
const MINTED = 1_000_00n;
const SENT = 250_50n;

/** PubSub is served on the port after JSON-RPC's. */
function nextPort(url) {
	const next = new URL(url);
	next.protocol = next.protocol === 'https:' ? 'wss:' : 'ws:';
	next.port = String(Number(next.port) + 1);
	return next.href;
}

const rpc = createSolanaRpc(rpcUrl);
const rpcSubscriptions = createSolanaRpcSubscriptions(wsUrl);
const sendAndConfirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions });

/** Signs a transaction of these instructions, sends it and waits until it is confirmed. */
async function send(feePayer, instructions) {
	const { value: blockhash } = await rpc.getLatestBlockhash().send();
	const message = pipe(
		createTransactionMessage({ version: 0 }),
		(m) => setTransactionMessageFeePayerSigner(feePayer, m),
		(m) => setTransactionMessageLifetimeUsingBlockhash(blockhash, m),
		(m) => appendTransactionMessageInstructions(instructions, m),
	);
	const transaction = await signTransactionMessageWithSigners(message);
	assertIsTransactionWithBlockhashLifetime(transaction);
	await sendAndConfirm(transaction, { commitment: 'confirmed' });
	return getSignatureFromTransaction(transaction);
}

const { 'solana-core': version } = await rpc.getVersion().send();
console.log(`Connected to ${rpcUrl} (${version})`);

const alice = await generateKeyPairSigner();
const bob = await generateKeyPairSigner();
const mint = await generateKeyPairSigner();

console.log(`\n1. An airdrop of 2 SOL to Alice, ${alice.address}`);
await airdropFactory({ rpc, rpcSubscriptions })({
	recipientAddress: alice.address,
	lamports: lamports(2_000_000_000n),
	commitment: 'confirmed',
});

console.log(`\n2. A mint with ${DECIMALS} decimals, ${mint.address}`);
const space = BigInt(getMintSize());
const rent = await rpc.getMinimumBalanceForRentExemption(space).send();
const created = await send(alice, [
	getCreateAccountInstruction({
		payer: alice,
		newAccount: mint,
		lamports: rent,
		space,
		programAddress: TOKEN_PROGRAM_ADDRESS,
	}),
	getInitializeMint2Instruction({ mint: mint.address, decimals: DECIMALS, mintAuthority: alice.address }),
]);
console.log(`   ${created}`);

console.log('\n3. 1,000.00 tokens for Alice');
const tokenAccountOf = async (owner) => {
	const seeds = { owner: owner.address, mint: mint.address, tokenProgram: TOKEN_PROGRAM_ADDRESS };
	return (await findAssociatedTokenPda(seeds))[0];
};
const aliceTokens = await tokenAccountOf(alice);
const minted = await send(alice, [
	await getCreateAssociatedTokenIdempotentInstructionAsync({
		payer: alice,
		owner: alice.address,
		mint: mint.address,
	}),
	getMintToCheckedInstruction({
		mint: mint.address,
		token: aliceTokens,
		mintAuthority: alice,
		amount: MINTED,
		decimals: DECIMALS,
	}),
]);
console.log(`   ${minted}`);

console.log(`\n4. 250.50 of them for Bob, ${bob.address}`);
const bobTokens = await tokenAccountOf(bob);
const transferred = await send(alice, [
	await getCreateAssociatedTokenIdempotentInstructionAsync({
		payer: alice,
		owner: bob.address,
		mint: mint.address,
	}),
	getTransferCheckedInstruction({
		source: aliceTokens,
		mint: mint.address,
		destination: bobTokens,
		authority: alice,
		amount: SENT,
		decimals: DECIMALS,
	}),
]);
console.log(`   ${transferred}`);
const read = await rpc
	.getTransaction(transferred, {
		commitment: 'confirmed',
		encoding: 'json',
		maxSupportedTransactionVersion: 0,
	})
	.send();
console.log(
	`   slot ${read.slot}, fee ${read.meta.fee} lamports, ${read.meta.computeUnitsConsumed} compute units`,
);

console.log('\nBalances');
const { data: mintData } = await fetchMint(rpc, mint.address);
for (const [name, tokens] of [
	['Alice', aliceTokens],
	['Bob', bobTokens],
]) {
	const { data: account } = await fetchToken(rpc, address(tokens));
	const { value: balance } = await rpc.getTokenAccountBalance(tokens).send();
	if (account.amount !== BigInt(balance.amount)) throw new Error(`the two balances of ${name} differ`);
	console.log(`   ${name.padEnd(6)} ${balance.uiAmountString}`);
}
console.log(`   Supply ${Number(mintData.supply) / 10 ** mintData.decimals}`);
