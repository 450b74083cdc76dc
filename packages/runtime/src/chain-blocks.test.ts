import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	encodeMessage,
	Hash,
	type Instruction,
	type Pubkey,
	programIds,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { Chain } from './chain.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from './genesis/local-genesis.ts';

const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const bob = keypairFromSeed(new Uint8Array(32).fill(2)).pubkey;

function send(chain: Chain, ...instructions: Instruction[]): Uint8Array {
	const message = compileLegacyMessage(alice.pubkey, instructions, chain.lastBlockhash());
	const signature = ed25519Sign(encodeMessage(message), alice.seed);
	const outcome = chain.processTransaction({ signatures: [signature], message });
	expect(outcome.committed).toBe(true);
	return signature;
}

const pay = (to: Pubkey, lamports: number): Instruction =>
	transferInstruction(alice.pubkey, to, BigInt(lamports));

/** A chain whose slots 1 to `slots` have a transfer of as many lamports as their number, twice in slot 2. */
function chainWith(slots: number, historyLimit?: number): { chain: Chain; signatures: Uint8Array[] } {
	const chain = Chain.genesis(historyLimit === undefined ? {} : { historyLimit });
	chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
	const signatures: Uint8Array[] = [];
	for (let slot = 1; slot <= slots; slot++) {
		chain.advanceSlot();
		signatures.push(send(chain, pay(bob, 1_000_000 + slot)));
		if (slot === 2) signatures.push(send(chain, pay(bob, 2_000_000)));
	}
	return { chain, signatures };
}

describe('blocks', () => {
	it('are there once they are complete, linked to their parents', () => {
		const { chain, signatures } = chainWith(3);
		expect(chain.getBlock(3n)).toBeNull();
		const [first, second] = [chain.getBlock(1n)!, chain.getBlock(2n)!];
		expect(second).toMatchObject({ slot: 2n, parentSlot: 1n, blockHeight: 2n });
		expect(second.previousBlockhash.equals(first.blockhash)).toBe(true);
		expect(chain.getBlock(0n)?.previousBlockhash.equals(Hash.default)).toBe(true);
		expect(second.blockTime).toBe(chain.getBlockTime(2n));
		expect(second.transactions.map(({ signature }) => signature)).toEqual(signatures.slice(1, 3));
		expect(second.rewards).toMatchObject([{ type: 'Fee', lamports: 5000n }]);
	});

	it('are listed within bounds and a limit', () => {
		const { chain } = chainWith(5);
		expect(chain.getBlocks(1n, 3n)).toEqual([1n, 2n, 3n]);
		expect(chain.getBlocks(3n, 100n)).toEqual([3n, 4n]);
		expect(chain.getBlocks(0n, 100n, 2)).toEqual([0n, 1n]);
		expect(chain.getBlocks(9n, 100n)).toEqual([]);
	});

	it('go, with all that are older, when a transaction of theirs has to', () => {
		const { chain, signatures } = chainWith(5, 3);
		// Of the seven transactions those of slots 3, 4 and 5 are left.
		expect(chain.firstAvailableSlot).toBe(3n);
		expect(chain.getBlocks(0n, 100n)).toEqual([3n, 4n]);
		expect(chain.getBlock(2n)).toBeNull();
		expect(signatures.map((signature) => chain.getTransaction(signature) !== null)).toEqual([
			false,
			false,
			false,
			true,
			true,
			true,
		]);
	});

	it('are not kept where no transaction is', () => {
		const { chain } = chainWith(3, 0);
		expect(chain.getBlock(1n)).toBeNull();
		expect(chain.firstAvailableSlot).toBe(3n);
		expect(chain.getBlockTime(1n)).not.toBeNull();
	});
});

describe('signatures of an address', () => {
	const found = (chain: Chain, address: Pubkey, query = {}): Uint8Array[] =>
		chain.getSignaturesForAddress(address, query).map(({ signature }) => signature);

	it('come newest first, of the open slot too', () => {
		const { chain, signatures } = chainWith(3);
		expect(found(chain, bob)).toEqual([...signatures].reverse());
		expect(found(chain, chain.faucet.pubkey)).toHaveLength(1);
		expect(found(chain, keypairFromSeed(new Uint8Array(32).fill(9)).pubkey)).toEqual([]);
	});

	it('end before and begin after the ones that are named, and at the limit', () => {
		const { chain, signatures } = chainWith(4);
		const newestFirst = [...signatures].reverse();
		expect(found(chain, bob, { before: newestFirst[1] })).toEqual(newestFirst.slice(2));
		expect(found(chain, bob, { until: newestFirst[3] })).toEqual(newestFirst.slice(0, 3));
		expect(found(chain, bob, { before: newestFirst[0], until: newestFirst[3], limit: 1 })).toEqual([
			newestFirst[1],
		]);
		expect(found(chain, bob, { before: new Uint8Array(64) })).toEqual([]);
		expect(found(chain, bob, { until: new Uint8Array(64) })).toEqual(newestFirst);
	});

	it('come to an end page by page where signatures are not checked and one came again', () => {
		const chain = Chain.genesis();
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		chain.advanceSlot();
		for (const [i, byte] of [1, 2, 3, 2, 4].entries()) {
			const message = compileLegacyMessage(alice.pubkey, [pay(bob, 1_000_000 + i)], chain.lastBlockhash());
			const signatures = [new Uint8Array(64).fill(byte)];
			chain.processTransaction({ signatures, message }, { skipSigVerify: true });
			if (i % 2 === 1) chain.advanceSlot();
		}
		const pages = (limit: number): number[] => {
			const listed: number[] = [];
			let query = {};
			while (listed.length < 100) {
				const page = found(chain, bob, { ...query, limit });
				listed.push(...page.map(([byte]) => byte!));
				const before = page.at(-1);
				if (before === undefined) break;
				query = { before };
			}
			return listed;
		};
		// What stands between the two is passed over where the first of them ends a page.
		expect(pages(1)).toEqual([4, 2, 1]);
		expect(pages(3)).toEqual([4, 2, 3, 2, 1]);
		expect(pages(9)).toEqual([4, 2, 3, 2, 1]);
		const signature = (byte: number): Uint8Array => new Uint8Array(64).fill(byte);
		expect(found(chain, bob, { until: signature(2) })).toEqual([signature(4)]);
		// An end that is newer than the beginning, or is itself the beginning: nothing lies between.
		expect(found(chain, bob, { before: signature(3), until: signature(4) })).toEqual([]);
		expect(found(chain, bob, { before: signature(4), until: signature(4) })).toEqual([]);
		expect(found(chain, bob, { before: signature(3), until: signature(2) })).toEqual([]);
	});

	it('say slot, time, error and memos', () => {
		const { chain } = chainWith(1);
		const memo = (data: Uint8Array): Instruction => ({ programId: programIds.memoV1, accounts: [], data });
		send(chain, memo(new TextEncoder().encode('grüße')), memo(Uint8Array.of(0xff)));
		const [info] = chain.getSignaturesForAddress(alice.pubkey, { limit: 1 });
		expect(info).toMatchObject({
			slot: 1n,
			blockTime: chain.clock().unixTimestamp,
			memo: '[7] grüße; [1] (unparseable)',
			// The chain of this test has no memo program.
			err: { kind: 'ProgramAccountNotFound' },
		});
	});
});

describe('banks by commitment', () => {
	it('are the open one, the newest frozen one and the root', () => {
		const { chain } = chainWith(40);
		expect(chain.bankAt('processed').slot).toBe(40n);
		expect(chain.bankAt('confirmed').slot).toBe(39n);
		expect(chain.bankAt('finalized').slot).toBe(8n);
		const balances = (['processed', 'confirmed', 'finalized'] as const).map((commitment) =>
			chain.bankAt(commitment).getBalance(bob),
		);
		const paid = (to: number): bigint => BigInt(2_000_000 + to * 1_000_000 + (to * (to + 1)) / 2);
		expect(balances).toEqual([paid(40), paid(39), paid(8)]);
	});

	it('are one at genesis', () => {
		const chain = Chain.genesis();
		for (const commitment of ['processed', 'confirmed', 'finalized'] as const) {
			expect(chain.bankAt(commitment)).toBe(chain.bank);
		}
	});
});
