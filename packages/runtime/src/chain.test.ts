import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519Sign } from '@parhelion/crypto';
import {
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	decodeNonceVersions,
	encodeClock,
	encodeMessage,
	encodeNonceVersions,
	Hash,
	type Instruction,
	type LegacyMessage,
	Pubkey,
	programIds,
	Rent,
	sysvarIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import type { Keypair } from './bank/bank-types.ts';
import { Chain } from './chain.ts';
import { createBootstrapStakeAccount, createVoteAccount } from './genesis/bootstrap-genesis.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from './genesis/local-genesis.ts';

const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const bob = keypairFromSeed(new Uint8Array(32).fill(2));

function sign(message: LegacyMessage, ...signers: Keypair[]): VersionedTransaction {
	const bytes = encodeMessage(message);
	return { signatures: signers.map(({ seed }) => ed25519Sign(bytes, seed)), message };
}

function transaction(payer: Keypair, instructions: Instruction[], blockhash: Hash): VersionedTransaction {
	return sign(compileLegacyMessage(payer.pubkey, instructions, blockhash), payer);
}

function transfer(chain: Chain, lamports: bigint): VersionedTransaction {
	return transaction(alice, [transferInstruction(alice.pubkey, bob.pubkey, lamports)], chain.lastBlockhash());
}

/** A program of the benchmarks, which needs no accounts. */
const benchElf = (name: string): Uint8Array =>
	new Uint8Array(readFileSync(join(import.meta.dirname, `../../bench/elf/${name}.so`)));

function fundedChain(): Chain {
	const chain = Chain.genesis();
	expect(chain.airdrop(alice.pubkey, 10n * LAMPORTS_PER_SOL).err).toBeNull();
	return chain;
}

describe('Chain', () => {
	it('moves lamports, takes the fee and remembers the transaction', () => {
		const chain = fundedChain();
		const sent = transfer(chain, LAMPORTS_PER_SOL);
		const outcome = chain.processTransaction(sent);
		expect(outcome.err).toBeNull();
		expect(outcome.committed).toBe(true);
		expect(outcome.fee).toBe(5000n);
		expect(outcome.computeUnitsConsumed).toBe(150);
		expect(chain.getBalance(bob.pubkey)).toBe(LAMPORTS_PER_SOL);
		expect(chain.getBalance(alice.pubkey)).toBe(9n * LAMPORTS_PER_SOL - 5000n);

		const kept = chain.getTransaction(outcome.signature);
		expect(kept?.meta.preBalances).toEqual([10n * LAMPORTS_PER_SOL, 0n, 1n]);
		expect(kept?.meta.postBalances).toEqual([9n * LAMPORTS_PER_SOL - 5000n, LAMPORTS_PER_SOL, 1n]);
		expect(kept?.accountKeys.map(String)).toEqual(
			[alice.pubkey, bob.pubkey, programIds.systemProgram].map(String),
		);
		expect(chain.getSignatureStatus(outcome.signature)).toMatchObject({
			slot: 0n,
			err: null,
			confirmations: 0,
		});
	});

	it('refuses the same message twice, also under another signature', () => {
		const chain = fundedChain();
		const sent = transfer(chain, LAMPORTS_PER_SOL);
		chain.processTransaction(sent);
		expect(chain.processTransaction(sent).err).toEqual({ kind: 'AlreadyProcessed' });
		const again = { signatures: [new Uint8Array(64)], message: sent.message };
		expect(chain.processTransaction(again, { skipSigVerify: true }).err).toEqual({
			kind: 'AlreadyProcessed',
		});
		expect(chain.getBalance(bob.pubkey)).toBe(LAMPORTS_PER_SOL);
	});

	it('refuses a wrong signature and charges nothing', () => {
		const chain = fundedChain();
		const sent = transfer(chain, 1n);
		const forged = { ...sent, signatures: [sent.signatures[0]!.slice().fill(7, 40, 41)] };
		const outcome = chain.processTransaction(forged);
		expect(outcome).toMatchObject({ err: { kind: 'SignatureFailure' }, committed: false, fee: 0n });
		expect(chain.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL);
		expect(chain.getTransaction(outcome.signature)).toBeNull();
	});

	it('charges a transaction that fails while it runs, and undoes the rest', () => {
		const chain = fundedChain();
		const outcome = chain.processTransaction(transfer(chain, 11n * LAMPORTS_PER_SOL));
		expect(outcome.err).toEqual({ kind: 'InstructionError', index: 0, error: { kind: 'Custom', code: 1 } });
		expect(outcome.committed).toBe(true);
		expect(chain.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL - 5000n);
		expect(chain.getSignatureStatus(outcome.signature)?.err).toEqual(outcome.err);
	});

	it('charges a transaction whose program does not exist', () => {
		const chain = fundedChain();
		const nowhere: Instruction = { programId: bob.pubkey, accounts: [], data: new Uint8Array(0) };
		const outcome = chain.processTransaction(transaction(alice, [nowhere], chain.lastBlockhash()));
		expect(outcome).toMatchObject({ err: { kind: 'ProgramAccountNotFound' }, committed: true, fee: 5000n });
		expect(chain.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL - 5000n);
	});

	it('takes a blockhash for 150 blocks and not for 151', () => {
		const chain = fundedChain();
		const blockhash = chain.lastBlockhash();
		expect(chain.lastValidBlockHeight(blockhash)).toBe(150n);
		const early = transaction(alice, [transferInstruction(alice.pubkey, bob.pubkey, 2_000_000n)], blockhash);
		const late = transaction(alice, [transferInstruction(alice.pubkey, bob.pubkey, 3_000_000n)], blockhash);
		for (let i = 0; i < 150; i++) chain.advanceSlot();
		expect(chain.isBlockhashValid(blockhash)).toBe(true);
		expect(chain.processTransaction(early).err).toBeNull();
		chain.advanceSlot();
		expect(chain.isBlockhashValid(blockhash)).toBe(false);
		expect(chain.processTransaction(late).err).toEqual({ kind: 'BlockhashNotFound' });
	});

	it('simulates with the account states of a real run, and stores none of them', () => {
		const chain = fundedChain();
		const sent = transfer(chain, LAMPORTS_PER_SOL);
		const before = chain.accountCount;
		const simulated = chain.simulateTransaction(sent);
		expect(simulated.err).toBeNull();
		expect(simulated.postBalances).toEqual([9n * LAMPORTS_PER_SOL - 5000n, LAMPORTS_PER_SOL, 1n]);
		expect(chain.accountCount).toBe(before);
		chain.processTransaction(sent);
		for (const [pubkey, account] of simulated.postAccounts) expect(chain.getAccount(pubkey)).toEqual(account);
	});

	it('replaces an unknown blockhash for a simulation that asks for it', () => {
		const chain = fundedChain();
		const stale = transaction(
			alice,
			[transferInstruction(alice.pubkey, bob.pubkey, LAMPORTS_PER_SOL)],
			Hash.default,
		);
		expect(chain.simulateTransaction(stale).err).toEqual({ kind: 'BlockhashNotFound' });
		const simulated = chain.simulateTransaction(stale, { replaceRecentBlockhash: true });
		expect(simulated.err).toBeNull();
		expect(simulated.replacementBlockhash?.blockhash.equals(chain.lastBlockhash())).toBe(true);
	});

	it('keeps the lamports of the chain but for half of the fees', () => {
		const chain = fundedChain();
		chain.processTransaction(transfer(chain, LAMPORTS_PER_SOL));
		chain.advanceSlot();
		const identity = chain.getBalance(chain.identity);
		chain.processTransaction(transfer(chain, LAMPORTS_PER_SOL));
		const before = chain.capitalization;
		chain.advanceSlot();
		expect(chain.getBalance(chain.identity) - identity).toBe(2500n);
		expect(chain.capitalization).toBe(before - 2500n);
	});

	it('moves the clock and the sysvars with the slot', () => {
		const chain = Chain.genesis({ creationTime: 1000n });
		for (let i = 0; i < 5; i++) chain.advanceSlot();
		expect(chain.clock()).toMatchObject({ slot: 5n, epoch: 0n, unixTimestamp: 1002n });
		expect(chain.getAccount(sysvarIds.slotHashes)?.data.length).toBe(20_488);
		expect(chain.getAccount(sysvarIds.recentBlockhashes)?.data.length).toBe(6008);
		expect(chain.epochInfo()).toMatchObject({ absoluteSlot: 5n, slotIndex: 5n, slotsInEpoch: 432_000n });
	});

	it('tells listeners of slots, transactions and accounts until they leave', () => {
		const chain = fundedChain();
		const seen: string[] = [];
		const off = [
			chain.events.on('slot', ({ slot, parent }) => seen.push(`slot ${parent}->${slot}`)),
			chain.events.on('transaction', ({ meta }) => seen.push(`transaction ${meta.fee}`)),
			chain.events.on('account', ({ pubkey, account }) => {
				if (pubkey.equals(bob.pubkey)) seen.push(`bob ${account?.lamports}`);
			}),
		];
		chain.processTransaction(transfer(chain, LAMPORTS_PER_SOL));
		chain.advanceSlot();
		expect(seen).toEqual(['bob 1000000000', 'transaction 5000', 'slot 0->1']);
		for (const leave of off) leave();
		chain.advanceSlot();
		expect(seen.length).toBe(3);
	});

	it('deletes what is set to nothing', () => {
		const chain = Chain.genesis();
		const owner = Pubkey.fromBytes(new Uint8Array(32).fill(9));
		chain.setAccount(bob.pubkey, createAccount({ lamports: 5n, owner }));
		expect([...chain.getProgramAccounts(owner)].length).toBe(1);
		chain.setAccount(bob.pubkey, null);
		expect(chain.getAccount(bob.pubkey)).toBeNull();
		expect([...chain.getProgramAccounts(owner)].length).toBe(0);
	});

	it('goes on from the clock that is set', () => {
		const chain = Chain.genesis({ creationTime: 1_000n });
		chain.advanceSlot();
		const account = chain.getAccount(sysvarIds.clock)!;
		const later = { ...chain.clock(), unixTimestamp: 90_000n };
		chain.setAccount(sysvarIds.clock, { ...account, data: encodeClock(later) });
		expect(chain.clock()).toEqual(later);
		chain.advanceSlot();
		expect(chain.clock()).toMatchObject({ slot: 2n, unixTimestamp: 90_000n });
	});

	it('forgets the votes and stakes of an account that is set to something else', () => {
		const vote = { identity: bob.pubkey, vote: alice.pubkey, stake: bob.pubkey };
		const stake = createBootstrapStakeAccount(bob.pubkey, alice.pubkey, Rent.default(), LAMPORTS_PER_SOL);
		const chain = Chain.genesis({
			accounts: [
				[alice.pubkey, createVoteAccount(vote, LAMPORTS_PER_SOL)],
				[bob.pubkey, stake],
			],
		});
		const { stakes } = chain.bank;
		expect([stakes.voteAccounts.size, stakes.delegations.size]).toEqual([1, 1]);
		expect(stakes.stakeOf(alice.pubkey)).toBeGreaterThan(0n);
		chain.setAccount(alice.pubkey, null);
		chain.setAccount(bob.pubkey, createAccount({ lamports: 7n }));
		expect([stakes.voteAccounts.size, stakes.delegations.size]).toEqual([0, 0]);
		expect(stakes.stakeOf(alice.pubkey)).toBe(0n);
	});

	it('runs the code that a program is set to, also after it ran other code', () => {
		const [counter, recursion] = ['counter', 'recursion'].map(benchElf);
		const programId = Pubkey.fromBytes(new Uint8Array(32).fill(0x77));
		const chain = Chain.genesis({ programs: [{ programId, loader: programIds.bpfLoader, elf: counter! }] });
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		chain.advanceSlot();
		let nonce = 0;
		const run = (): number => {
			const call: Instruction = {
				programId,
				accounts: [],
				data: Uint8Array.of(++nonce, 0, 0, 0, 0, 0, 0, 0),
			};
			return chain.processTransaction(transaction(alice, [call], chain.lastBlockhash())).computeUnitsConsumed;
		};
		const units = run();
		expect(run()).toBe(units);
		const account = chain.getAccount(programId)!;
		chain.setAccount(programId, { ...account, data: recursion! });
		const others = run();
		expect(others).not.toBe(units);
		chain.advanceSlot();
		expect(run()).toBe(others);
		chain.setAccount(programId, account);
		expect(run()).toBe(units);
	});

	it('keeps what it holds within bounds over 400 slots', () => {
		const chain = Chain.genesis({ creationTime: 1000n, historyLimit: 50 });
		chain.airdrop(alice.pubkey, 400n * LAMPORTS_PER_SOL);
		const { accountsDb, statusCache, slots, programCache } = chain.bank.shared;
		const sizes = () => ({
			versions: accountsDb.stats().cachedVersions,
			unflushed: accountsDb.stats().unflushedRoots,
			statuses: statusCache.size,
			slots: slots.size,
			banks: chain.forks.banks().length,
			programs: [...programCache.flattened()].length,
			ancestors: chain.bank.ancestors.size,
			epochStakes: chain.bank.epochStakes.size,
		});
		let at350: ReturnType<typeof sizes> | null = null;
		for (let slot = 0; slot < 400; slot++) {
			const to = Pubkey.fromBytes(
				new Uint8Array(32)
					.fill(0x99)
					.fill(slot & 0xff, 30)
					.fill(slot >> 8, 31),
			);
			const sent = transferInstruction(alice.pubkey, to, 2_000_000n);
			expect(chain.processTransaction(transaction(alice, [sent], chain.lastBlockhash())).err).toBeNull();
			chain.advanceSlot();
			if (slot === 350) at350 = sizes();
		}
		const end = sizes();
		expect(end).toEqual(at350);
		expect(end).toMatchObject({ unflushed: 0, slots: 33, banks: 33, ancestors: 33 });
		// A transaction a slot: those of the last 300 roots and of the 31 frozen banks above.
		expect(end.statuses).toBe(300 + 31);
		expect(chain.getBlockTime(300n)).toBeNull();
		expect(chain.getBlockTime(0n)).toBe(1000n);
		expect(chain.getBlockTime(400n)).not.toBeNull();
	});

	it('burns at the end of a slot what was sent to the incinerator', () => {
		const chain = fundedChain();
		// The first slot's end brings the slot history into being, with the lamports it needs.
		chain.advanceSlot();
		const burn = transferInstruction(alice.pubkey, programIds.incinerator, LAMPORTS_PER_SOL);
		chain.processTransaction(transaction(alice, [burn], chain.lastBlockhash()));
		expect(chain.getBalance(programIds.incinerator)).toBe(LAMPORTS_PER_SOL);
		const before = chain.capitalization;
		chain.advanceSlot();
		expect(chain.getAccount(programIds.incinerator)).toBeNull();
		expect(chain.capitalization).toBe(before - LAMPORTS_PER_SOL - 2500n);
	});

	it('charges the priority fee and gives it to the identity whole', () => {
		const chain = fundedChain();
		chain.advanceSlot();
		const price = new ByteWriter(9).u8(3).u64(1_000_000n).finish();
		const limit = new ByteWriter(5).u8(2).u32(10_000).finish();
		const instructions = [price, limit].map((data) => ({
			programId: programIds.computeBudget,
			accounts: [],
			data,
		}));
		const before = chain.getBalance(chain.identity);
		const outcome = chain.processTransaction(transaction(alice, instructions, chain.lastBlockhash()));
		expect(outcome).toMatchObject({ err: null, fee: 15_000n });
		chain.advanceSlot();
		expect(chain.getBalance(chain.identity) - before).toBe(12_500n);
	});

	it('refuses a transaction that locks an account twice, and one too large', () => {
		const chain = fundedChain();
		const { message, signatures } = transfer(chain, 1n);
		if (message.version !== 'legacy') throw new Error('a legacy message was made');
		const twice = {
			...message,
			accountKeys: [...message.accountKeys.slice(0, 2), bob.pubkey, programIds.systemProgram],
		};
		const repeated = chain.processTransaction({ signatures, message: twice }, { skipSigVerify: true });
		expect(repeated.err).toEqual({ kind: 'AccountLoadedTwice' });
		const memo = { programId: bob.pubkey, accounts: [], data: new Uint8Array(1232) };
		const large = chain.processTransaction(transaction(alice, [memo], chain.lastBlockhash()));
		expect(large.err).toEqual({ kind: 'SanitizeFailure' });
	});

	describe('with a durable nonce', () => {
		const nonce = keypairFromSeed(new Uint8Array(32).fill(4));
		const advance: Instruction = {
			programId: programIds.systemProgram,
			accounts: [
				{ pubkey: nonce.pubkey, isSigner: false, isWritable: true },
				{ pubkey: sysvarIds.recentBlockhashes, isSigner: false, isWritable: false },
				{ pubkey: alice.pubkey, isSigner: true, isWritable: false },
			],
			data: Uint8Array.of(4, 0, 0, 0),
		};

		/** A chain with an initialised nonce account, and the value it holds. */
		function chainWithNonce(): { chain: Chain; value: () => Hash } {
			const chain = fundedChain();
			const value = Hash.fromBytes(new Uint8Array(32).fill(0x55));
			const data = encodeNonceVersions({
				version: 'Current',
				state: {
					kind: 'Initialized',
					data: { authority: alice.pubkey, durableNonce: value, lamportsPerSignature: 5000n },
				},
			});
			chain.setAccount(nonce.pubkey, createAccount({ lamports: 2_000_000n, data }));
			return {
				chain,
				value: () => {
					const decoded = decodeNonceVersions(chain.getAccount(nonce.pubkey)!.data);
					if (!decoded.ok || decoded.value.state.kind !== 'Initialized') throw new Error('no nonce');
					return decoded.value.state.data.durableNonce;
				},
			};
		}

		it('runs once, whatever its age, and advances the nonce', () => {
			const { chain, value } = chainWithNonce();
			const before = value();
			const sent = transaction(
				alice,
				[advance, transferInstruction(alice.pubkey, bob.pubkey, LAMPORTS_PER_SOL)],
				before,
			);
			expect(chain.getFeeForMessage(sent.message)).toBe(5000n);
			for (let i = 0; i < 200; i++) chain.advanceSlot();
			expect(chain.processTransaction(sent).err).toBeNull();
			expect(value().equals(before)).toBe(false);
			expect(chain.processTransaction(sent).err).toEqual({ kind: 'BlockhashNotFound' });
		});

		it('advances the nonce also where it fails', () => {
			const { chain, value } = chainWithNonce();
			const before = value();
			const tooMuch = transferInstruction(alice.pubkey, bob.pubkey, 100n * LAMPORTS_PER_SOL);
			const outcome = chain.processTransaction(transaction(alice, [advance, tooMuch], before));
			expect(outcome.err?.kind).toBe('InstructionError');
			expect(value().equals(before)).toBe(false);
			expect(chain.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL - 5000n);
		});
	});

	it('prices a message by its signatures, and not one with an unknown blockhash', () => {
		const chain = fundedChain();
		expect(chain.getFeeForMessage(transfer(chain, 1n).message)).toBe(5000n);
		const unknown = compileLegacyMessage(alice.pubkey, [], Hash.default);
		expect(chain.getFeeForMessage(unknown)).toBeNull();
	});
});
