import { ed25519Sign } from '@parhelion/crypto';
import {
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	decodeNonceVersions,
	encodeMessage,
	encodeNonceVersions,
	Hash,
	type Instruction,
	type LegacyMessage,
	Pubkey,
	programIds,
	sysvarIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { Bank } from './bank.ts';
import type { Keypair } from './bank-types.ts';
import { keypairFromSeed, LAMPORTS_PER_SOL, transferInstruction } from './genesis.ts';

const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const bob = keypairFromSeed(new Uint8Array(32).fill(2));

function sign(message: LegacyMessage, ...signers: Keypair[]): VersionedTransaction {
	const bytes = encodeMessage(message);
	return { signatures: signers.map(({ seed }) => ed25519Sign(bytes, seed)), message };
}

function transaction(payer: Keypair, instructions: Instruction[], blockhash: Hash): VersionedTransaction {
	return sign(compileLegacyMessage(payer.pubkey, instructions, blockhash), payer);
}

function transfer(bank: Bank, lamports: bigint): VersionedTransaction {
	return transaction(alice, [transferInstruction(alice.pubkey, bob.pubkey, lamports)], bank.lastBlockhash());
}

function fundedBank(): Bank {
	const bank = Bank.genesis();
	expect(bank.airdrop(alice.pubkey, 10n * LAMPORTS_PER_SOL).err).toBeNull();
	return bank;
}

describe('Bank', () => {
	it('moves lamports, takes the fee and remembers the transaction', () => {
		const bank = fundedBank();
		const sent = transfer(bank, LAMPORTS_PER_SOL);
		const outcome = bank.processTransaction(sent);
		expect(outcome.err).toBeNull();
		expect(outcome.committed).toBe(true);
		expect(outcome.fee).toBe(5000n);
		expect(outcome.computeUnitsConsumed).toBe(150);
		expect(bank.getBalance(bob.pubkey)).toBe(LAMPORTS_PER_SOL);
		expect(bank.getBalance(alice.pubkey)).toBe(9n * LAMPORTS_PER_SOL - 5000n);

		const kept = bank.getTransaction(outcome.signature);
		expect(kept?.meta.preBalances).toEqual([10n * LAMPORTS_PER_SOL, 0n, 1n]);
		expect(kept?.meta.postBalances).toEqual([9n * LAMPORTS_PER_SOL - 5000n, LAMPORTS_PER_SOL, 1n]);
		expect(kept?.accountKeys.map(String)).toEqual(
			[alice.pubkey, bob.pubkey, programIds.systemProgram].map(String),
		);
		expect(bank.getSignatureStatus(outcome.signature)).toMatchObject({
			slot: 0n,
			err: null,
			confirmations: 0,
		});
	});

	it('refuses the same message twice, also under another signature', () => {
		const bank = fundedBank();
		const sent = transfer(bank, LAMPORTS_PER_SOL);
		bank.processTransaction(sent);
		expect(bank.processTransaction(sent).err).toEqual({ kind: 'AlreadyProcessed' });
		const again = { signatures: [new Uint8Array(64)], message: sent.message };
		expect(bank.processTransaction(again, { skipSigVerify: true }).err).toEqual({ kind: 'AlreadyProcessed' });
		expect(bank.getBalance(bob.pubkey)).toBe(LAMPORTS_PER_SOL);
	});

	it('refuses a wrong signature and charges nothing', () => {
		const bank = fundedBank();
		const sent = transfer(bank, 1n);
		const forged = { ...sent, signatures: [sent.signatures[0]!.slice().fill(7, 40, 41)] };
		const outcome = bank.processTransaction(forged);
		expect(outcome).toMatchObject({ err: { kind: 'SignatureFailure' }, committed: false, fee: 0n });
		expect(bank.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL);
		expect(bank.getTransaction(outcome.signature)).toBeNull();
	});

	it('charges a transaction that fails while it runs, and undoes the rest', () => {
		const bank = fundedBank();
		const outcome = bank.processTransaction(transfer(bank, 11n * LAMPORTS_PER_SOL));
		expect(outcome.err).toEqual({ kind: 'InstructionError', index: 0, error: { kind: 'Custom', code: 1 } });
		expect(outcome.committed).toBe(true);
		expect(bank.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL - 5000n);
		expect(bank.getSignatureStatus(outcome.signature)?.err).toEqual(outcome.err);
	});

	it('charges a transaction whose program does not exist', () => {
		const bank = fundedBank();
		const nowhere: Instruction = { programId: bob.pubkey, accounts: [], data: new Uint8Array(0) };
		const outcome = bank.processTransaction(transaction(alice, [nowhere], bank.lastBlockhash()));
		expect(outcome).toMatchObject({ err: { kind: 'ProgramAccountNotFound' }, committed: true, fee: 5000n });
		expect(bank.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL - 5000n);
	});

	it('takes a blockhash for 150 blocks and not for 151', () => {
		const bank = fundedBank();
		const blockhash = bank.lastBlockhash();
		expect(bank.lastValidBlockHeight(blockhash)).toBe(150n);
		const early = transaction(alice, [transferInstruction(alice.pubkey, bob.pubkey, 2_000_000n)], blockhash);
		const late = transaction(alice, [transferInstruction(alice.pubkey, bob.pubkey, 3_000_000n)], blockhash);
		for (let i = 0; i < 150; i++) bank.advanceSlot();
		expect(bank.isBlockhashValid(blockhash)).toBe(true);
		expect(bank.processTransaction(early).err).toBeNull();
		bank.advanceSlot();
		expect(bank.isBlockhashValid(blockhash)).toBe(false);
		expect(bank.processTransaction(late).err).toEqual({ kind: 'BlockhashNotFound' });
	});

	it('simulates with the account states of a real run, and stores none of them', () => {
		const bank = fundedBank();
		const sent = transfer(bank, LAMPORTS_PER_SOL);
		const before = bank.accountCount;
		const simulated = bank.simulateTransaction(sent);
		expect(simulated.err).toBeNull();
		expect(simulated.postBalances).toEqual([9n * LAMPORTS_PER_SOL - 5000n, LAMPORTS_PER_SOL, 1n]);
		expect(bank.accountCount).toBe(before);
		bank.processTransaction(sent);
		for (const [pubkey, account] of simulated.postAccounts) expect(bank.getAccount(pubkey)).toEqual(account);
	});

	it('replaces an unknown blockhash for a simulation that asks for it', () => {
		const bank = fundedBank();
		const stale = transaction(
			alice,
			[transferInstruction(alice.pubkey, bob.pubkey, LAMPORTS_PER_SOL)],
			Hash.default,
		);
		expect(bank.simulateTransaction(stale).err).toEqual({ kind: 'BlockhashNotFound' });
		const simulated = bank.simulateTransaction(stale, { replaceRecentBlockhash: true });
		expect(simulated.err).toBeNull();
		expect(simulated.replacementBlockhash?.blockhash.equals(bank.lastBlockhash())).toBe(true);
	});

	it('keeps the lamports of the chain but for half of the fees', () => {
		const bank = fundedBank();
		bank.processTransaction(transfer(bank, LAMPORTS_PER_SOL));
		bank.advanceSlot();
		const identity = bank.getBalance(bank.identity);
		bank.processTransaction(transfer(bank, LAMPORTS_PER_SOL));
		const before = bank.capitalization;
		bank.advanceSlot();
		expect(bank.getBalance(bank.identity) - identity).toBe(2500n);
		expect(bank.capitalization).toBe(before + 2500n);
	});

	it('moves the clock and the sysvars with the slot', () => {
		const bank = Bank.genesis({ creationTime: 1000n });
		for (let i = 0; i < 5; i++) bank.advanceSlot();
		expect(bank.clock()).toMatchObject({ slot: 5n, epoch: 0n, unixTimestamp: 1002n });
		expect(bank.getAccount(sysvarIds.slotHashes)?.data.length).toBe(20_488);
		expect(bank.getAccount(sysvarIds.recentBlockhashes)?.data.length).toBe(6008);
		expect(bank.epochInfo()).toMatchObject({ absoluteSlot: 5n, slotIndex: 5n, slotsInEpoch: 432_000n });
	});

	it('tells listeners of slots, transactions and accounts until they leave', () => {
		const bank = fundedBank();
		const seen: string[] = [];
		const off = [
			bank.events.on('slot', ({ slot, parent }) => seen.push(`slot ${parent}->${slot}`)),
			bank.events.on('transaction', ({ meta }) => seen.push(`transaction ${meta.fee}`)),
			bank.events.on('account', ({ pubkey, account }) => {
				if (pubkey.equals(bob.pubkey)) seen.push(`bob ${account?.lamports}`);
			}),
		];
		bank.processTransaction(transfer(bank, LAMPORTS_PER_SOL));
		bank.advanceSlot();
		expect(seen).toEqual(['bob 1000000000', 'transaction 5000', 'slot 0->1']);
		for (const leave of off) leave();
		bank.advanceSlot();
		expect(seen.length).toBe(3);
	});

	it('deletes what is set to nothing', () => {
		const bank = Bank.genesis();
		const owner = Pubkey.fromBytes(new Uint8Array(32).fill(9));
		bank.setAccount(bob.pubkey, createAccount({ lamports: 5n, owner }));
		expect([...bank.getProgramAccounts(owner)].length).toBe(1);
		bank.setAccount(bob.pubkey, null);
		expect(bank.getAccount(bob.pubkey)).toBeNull();
		expect([...bank.getProgramAccounts(owner)].length).toBe(0);
	});

	it('burns at the end of a slot what was sent to the incinerator', () => {
		const bank = fundedBank();
		// The first slot's end brings the slot history into being, with the lamports it needs.
		bank.advanceSlot();
		const burn = transferInstruction(alice.pubkey, programIds.incinerator, LAMPORTS_PER_SOL);
		bank.processTransaction(transaction(alice, [burn], bank.lastBlockhash()));
		expect(bank.getBalance(programIds.incinerator)).toBe(LAMPORTS_PER_SOL);
		const before = bank.capitalization;
		bank.advanceSlot();
		expect(bank.getAccount(programIds.incinerator)).toBeNull();
		expect(bank.capitalization).toBe(before - LAMPORTS_PER_SOL + 2500n);
	});

	it('charges the priority fee and gives it to the identity whole', () => {
		const bank = fundedBank();
		bank.advanceSlot();
		const price = new ByteWriter(9).u8(3).u64(1_000_000n).finish();
		const limit = new ByteWriter(5).u8(2).u32(10_000).finish();
		const instructions = [price, limit].map((data) => ({
			programId: programIds.computeBudget,
			accounts: [],
			data,
		}));
		const before = bank.getBalance(bank.identity);
		const outcome = bank.processTransaction(transaction(alice, instructions, bank.lastBlockhash()));
		expect(outcome).toMatchObject({ err: null, fee: 15_000n });
		bank.advanceSlot();
		expect(bank.getBalance(bank.identity) - before).toBe(12_500n);
	});

	it('refuses a transaction that locks an account twice, and one too large', () => {
		const bank = fundedBank();
		const { message, signatures } = transfer(bank, 1n);
		if (message.version !== 'legacy') throw new Error('a legacy message was made');
		const twice = {
			...message,
			accountKeys: [...message.accountKeys.slice(0, 2), bob.pubkey, programIds.systemProgram],
		};
		const repeated = bank.processTransaction({ signatures, message: twice }, { skipSigVerify: true });
		expect(repeated.err).toEqual({ kind: 'AccountLoadedTwice' });
		const memo = { programId: bob.pubkey, accounts: [], data: new Uint8Array(1232) };
		const large = bank.processTransaction(transaction(alice, [memo], bank.lastBlockhash()));
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

		/** A bank with an initialised nonce account, and the value it holds. */
		function bankWithNonce(): { bank: Bank; value: () => Hash } {
			const bank = fundedBank();
			const value = Hash.fromBytes(new Uint8Array(32).fill(0x55));
			const data = encodeNonceVersions({
				version: 'Current',
				state: {
					kind: 'Initialized',
					data: { authority: alice.pubkey, durableNonce: value, lamportsPerSignature: 5000n },
				},
			});
			bank.setAccount(nonce.pubkey, createAccount({ lamports: 2_000_000n, data }));
			return {
				bank,
				value: () => {
					const decoded = decodeNonceVersions(bank.getAccount(nonce.pubkey)!.data);
					if (!decoded.ok || decoded.value.state.kind !== 'Initialized') throw new Error('no nonce');
					return decoded.value.state.data.durableNonce;
				},
			};
		}

		it('runs once, whatever its age, and advances the nonce', () => {
			const { bank, value } = bankWithNonce();
			const before = value();
			const sent = transaction(
				alice,
				[advance, transferInstruction(alice.pubkey, bob.pubkey, LAMPORTS_PER_SOL)],
				before,
			);
			expect(bank.getFeeForMessage(sent.message)).toBe(5000n);
			for (let i = 0; i < 200; i++) bank.advanceSlot();
			expect(bank.processTransaction(sent).err).toBeNull();
			expect(value().equals(before)).toBe(false);
			expect(bank.processTransaction(sent).err).toEqual({ kind: 'BlockhashNotFound' });
		});

		it('advances the nonce also where it fails', () => {
			const { bank, value } = bankWithNonce();
			const before = value();
			const tooMuch = transferInstruction(alice.pubkey, bob.pubkey, 100n * LAMPORTS_PER_SOL);
			const outcome = bank.processTransaction(transaction(alice, [advance, tooMuch], before));
			expect(outcome.err?.kind).toBe('InstructionError');
			expect(value().equals(before)).toBe(false);
			expect(bank.getBalance(alice.pubkey)).toBe(10n * LAMPORTS_PER_SOL - 5000n);
		});
	});

	it('prices a message by its signatures, and not one with an unknown blockhash', () => {
		const bank = fundedBank();
		expect(bank.getFeeForMessage(transfer(bank, 1n).message)).toBe(5000n);
		const unknown = compileLegacyMessage(alice.pubkey, [], Hash.default);
		expect(bank.getFeeForMessage(unknown)).toBeNull();
	});
});
