/** The bare Bank beside a load: `node-load-bank.js SECONDS` prints how many transfers a second a chain takes off the wire. */
import { Chain } from '@parhelion/runtime';
import { createAccount, decodeTransaction } from '@parhelion/sdk';
import { namedAddress, Payer, type SignedTransfer } from './node-load-transfers.ts';

const PAYERS = 64;
const BATCH = 500;

const chain = Chain.genesis({});
chain.advanceSlot();
const payers = Array.from({ length: PAYERS }, (_, i) => new Payer(`payer ${i}`));
for (const { pubkey } of payers) chain.setAccount(pubkey, createAccount({ lamports: 10_000_000_000_000n }));
const receivers = Array.from({ length: 10_000 }, (_, i) => namedAddress(`receiver ${i}`));

/** Transfers that nobody has sent; signed here, so that only what a node does is timed. */
function signed(round: number): SignedTransfer[] {
	const blockhash = chain.lastBlockhash().toBase58();
	return Array.from({ length: BATCH }, (_, i) => {
		const serial = round * BATCH + i;
		return payers[serial % PAYERS]!.transfer(receivers[serial % receivers.length]!, blockhash);
	});
}

const seconds = Number(process.argv[2]);
let spent = 0;
let count = 0;
for (let round = 0; spent < seconds * 1000; round++) {
	const transfers = signed(round);
	const begun = performance.now();
	for (const { wire } of transfers) {
		const decoded = decodeTransaction(wire);
		if (!decoded.ok) throw new Error(decoded.error.kind);
		const { err } = chain.processTransaction(decoded.value);
		if (err !== null) throw new Error(`a transfer fails: ${err.kind}`);
	}
	spent += performance.now() - begun;
	count += BATCH;
	chain.advanceSlot();
}
console.log(JSON.stringify({ perSecond: (count / spent) * 1000 }));
