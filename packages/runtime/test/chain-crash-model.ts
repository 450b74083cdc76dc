/** What the crash test of a chain sends: a load that follows from a seed, on a chain whose time is that of the wall. */
import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	Pubkey,
	type Slot,
	type VersionedTransaction,
} from '@parhelion/sdk';
import type { GenesisOptions, Keypair, Voter } from '../src/bank/bank-types.ts';
import type { Chain } from '../src/chain.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from '../src/genesis/local-genesis.ts';
import { randomOf } from './crash-model.ts';

/** Accounts that send to each other. */
const SENDERS: readonly Keypair[] = Array.from({ length: 12 }, (_, i) =>
	keypairFromSeed(new Uint8Array(32).fill(i + 1)),
);
/** Accounts that only receive. */
const RECEIVERS = 400;
/** Bytes of blocks that are kept: a few hundred kills come to more. */
export const MAX_LEDGER_BYTES: number = 8 << 20;

/** Its votes are part of the load. */
export const voter: Voter = {
	identity: keypairFromSeed(new Uint8Array(32).fill(90)),
	vote: keypairFromSeed(new Uint8Array(32).fill(91)),
};

export const genesis: GenesisOptions = {
	voter,
	accounts: SENDERS.map(({ pubkey }) => [pubkey, createAccount({ lamports: 100_000n * LAMPORTS_PER_SOL })]),
	creationTime: 1_700_000_000n,
};

export const unixTimestamp = (): bigint => BigInt(Math.floor(Date.now() / 1000));

function receiver(n: number): Pubkey {
	return Pubkey.fromBytes(new Uint8Array(32).fill(100 + (n >> 5), 0, 31).fill(n & 31, 31));
}

/** Does what a slot of the load does; `told` hears of each signature that was committed. */
export function loadSlot(
	chain: Chain,
	seed: number,
	slot: Slot,
	told: (signature: Uint8Array) => void,
): void {
	const random = randomOf(seed ^ Math.imul(Number(slot), 0x9e37_79b1));
	for (let left = random(12); left > 0; left--) {
		const sender = SENDERS[random(SENDERS.length)]!;
		const to = random(3) === 0 ? SENDERS[random(SENDERS.length)]!.pubkey : receiver(random(RECEIVERS));
		// Some are more than there is: they fail, and are charged.
		const lamports = random(9) === 0 ? 10n ** 18n : BigInt(1_000_000 + random(1_000_000));
		const message = compileLegacyMessage(
			sender.pubkey,
			[transferInstruction(sender.pubkey, to, lamports)],
			chain.lastBlockhash(),
		);
		const transaction: VersionedTransaction = {
			signatures: [ed25519Sign(encodeMessage(message), sender.seed)],
			message,
		};
		const outcome = chain.processTransaction(transaction, { skipSigVerify: true });
		if (outcome.committed) told(outcome.signature);
		if (random(20) === 0) {
			const account = createAccount({
				lamports: BigInt(random(3)) * LAMPORTS_PER_SOL,
				data: new Uint8Array(random(300)).fill(random(256)),
			});
			chain.setAccount(receiver(random(RECEIVERS)), account);
		}
	}
}
