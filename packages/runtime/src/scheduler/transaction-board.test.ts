import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	NO_LOADED_ADDRESSES,
	Pubkey,
	type SanitizedTransaction,
	sanitizeTransaction,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { keypairFromSeed, transferInstruction } from '../genesis/local-genesis.ts';
import { BOARD_PLACES, newBoard, TransactionBoard } from './transaction-board.ts';

const payer = keypairFromSeed(new Uint8Array(32).fill(5));

function transaction(lamports: bigint, isGood = true): SanitizedTransaction {
	const instruction = transferInstruction(payer.pubkey, Pubkey.default, lamports);
	const message = compileLegacyMessage(payer.pubkey, [instruction], Hash.default);
	const signature = ed25519Sign(encodeMessage(message), payer.seed);
	if (!isGood) signature[7]! ^= 1;
	const sanitized = sanitizeTransaction(
		{ signatures: [signature], message },
		{ messageHash: Hash.default, loadedAddresses: NO_LOADED_ADDRESSES, reservedAccountKeys: new Set() },
	);
	if (!sanitized.ok) throw new Error(sanitized.error.kind);
	return sanitized.value;
}

describe('transaction board', () => {
	it('gives every thread the bytes, and a verdict that one of them found', () => {
		const memory = newBoard();
		const [main, runner, helper] = [memory, memory, memory].map((shared) => new TransactionBoard(shared));
		const posted = [transaction(1n), transaction(2n, false), transaction(3n)];
		for (const [i, one] of posted.entries()) main!.post(i, one, false);
		expect([helper!.help(), helper!.help()]).toEqual([true, true]);
		const verdicts = posted.map((one, i) => {
			expect(runner!.read(i)).toEqual(encodeTransaction(one.toVersionedTransaction()));
			return runner!.areSignaturesGood(i, one.toVersionedTransaction());
		});
		expect(verdicts).toEqual([true, false, true]);
		expect(helper!.help()).toBe(false);
	});

	it('takes the word of who posts a transaction that was verified', () => {
		const board = new TransactionBoard(newBoard());
		const bad = transaction(1n, false);
		board.post(0, bad, true);
		expect(board.help()).toBe(false);
		expect(board.areSignaturesGood(0, bad.toVersionedTransaction())).toBe(true);
	});

	it('tells nothing of an older transaction in the same place', () => {
		const memory = newBoard();
		const [main, helper] = [new TransactionBoard(memory), new TransactionBoard(memory)];
		const [good, bad] = [transaction(1n), transaction(2n, false)];
		main.post(0, good, false);
		expect(main.areSignaturesGood(0, good.toVersionedTransaction())).toBe(true);
		main.post(BOARD_PLACES, bad, false);
		expect(helper.help()).toBe(true);
		expect(main.areSignaturesGood(BOARD_PLACES, bad.toVersionedTransaction())).toBe(false);
	});

	it('counts on where the numbers wrap', () => {
		const memory = newBoard();
		const [main, helper] = [new TransactionBoard(memory), new TransactionBoard(memory)];
		const bad = transaction(1n, false);
		const last = 0x7fff_ffff;
		main.post(last, bad, false);
		main.post((last + 1) | 0, bad, false);
		expect([helper.help(), helper.help(), helper.help()]).toEqual([true, true, false]);
		expect(main.areSignaturesGood((last + 1) | 0, bad.toVersionedTransaction())).toBe(false);
	});
});
