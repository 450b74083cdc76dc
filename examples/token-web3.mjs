/**
 * Creates a token, mints some of it and sends part of that on, with @solana/web3.js 1.x and @solana/spl-token.
 *
 *     npm start                        # in one terminal
 *     node examples/token-web3.mjs     # in another
 *
 * The node's address may be given as argument or in RPC_URL, PubSub's as second argument or in WS_URL.
 */
import {
	createMint,
	getAccount,
	getMint,
	getOrCreateAssociatedTokenAccount,
	mintTo,
	transferChecked,
} from '@solana/spl-token';
import { Connection, Keypair, LAMPORTS_PER_SOL } from '@solana/web3.js';

const rpcUrl = process.argv[2] ?? process.env.RPC_URL ?? 'http://127.0.0.1:8899';
const wsEndpoint = process.argv[3] ?? process.env.WS_URL;
const DECIMALS = 2;
const MINTED = 1_000_00n;
const SENT = 250_50n;

// Without wsEndpoint, web3.js looks for PubSub on the port after JSON-RPC's.
const connection = new Connection(rpcUrl, { commitment: 'confirmed', ...(wsEndpoint && { wsEndpoint }) });
const { 'solana-core': version } = await connection.getVersion();
console.log(`Connected to ${rpcUrl} (${version})`);

const alice = Keypair.generate();
const bob = Keypair.generate();

console.log(`\n1. An airdrop of 2 SOL to Alice, ${alice.publicKey}`);
const airdrop = await connection.requestAirdrop(alice.publicKey, 2 * LAMPORTS_PER_SOL);
await connection.confirmTransaction({ signature: airdrop, ...(await connection.getLatestBlockhash()) });

const mint = await createMint(connection, alice, alice.publicKey, null, DECIMALS);
console.log(`\n2. A mint with ${DECIMALS} decimals, ${mint}`);

console.log('\n3. 1,000.00 tokens for Alice');
const aliceTokens = await getOrCreateAssociatedTokenAccount(connection, alice, mint, alice.publicKey);
const minted = await mintTo(connection, alice, mint, aliceTokens.address, alice, MINTED);
console.log(`   ${minted}`);

console.log(`\n4. 250.50 of them for Bob, ${bob.publicKey}`);
const bobTokens = await getOrCreateAssociatedTokenAccount(connection, alice, mint, bob.publicKey);
const transferred = await transferChecked(
	connection,
	alice,
	aliceTokens.address,
	mint,
	bobTokens.address,
	alice,
	SENT,
	DECIMALS,
);
console.log(`   ${transferred}`);
const read = await connection.getTransaction(transferred, { maxSupportedTransactionVersion: 0 });
console.log(
	`   slot ${read.slot}, fee ${read.meta.fee} lamports, ${read.meta.computeUnitsConsumed} compute units`,
);

console.log('\nBalances');
for (const [name, { address }] of [
	['Alice', aliceTokens],
	['Bob', bobTokens],
]) {
	const { amount } = await getAccount(connection, address);
	const { value: balance } = await connection.getTokenAccountBalance(address);
	if (amount !== BigInt(balance.amount)) throw new Error(`the two balances of ${name} differ`);
	console.log(`   ${name.padEnd(6)} ${balance.uiAmountString}`);
}
const { supply, decimals } = await getMint(connection, mint);
console.log(`   Supply ${Number(supply) / 10 ** decimals}`);
// web3.js keeps its socket open.
process.exit(0);
