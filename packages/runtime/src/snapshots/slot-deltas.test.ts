import {
	ByteWriter,
	Hash,
	INSTRUCTION_ERRORS,
	InstructionError,
	TRANSACTION_ERRORS,
	TransactionError,
} from '@parhelion/sdk';
import { expect, it } from 'vitest';
import { CACHED_KEY_SIZE, type SlotDelta } from '../bank/status-cache.ts';
import { decodeSlotDeltas, writeSlotDeltas } from './slot-deltas.ts';

/** One of each kind. */
function errors(): TransactionError[] {
	const inner = INSTRUCTION_ERRORS.map(({ name }) =>
		TransactionError.InstructionError(
			3,
			name === 'Custom' ? InstructionError.Custom(7) : InstructionError[name],
		),
	);
	const others = TRANSACTION_ERRORS.flatMap(({ name }): TransactionError[] => {
		switch (name) {
			case 'InstructionError':
				return [];
			case 'DuplicateInstruction':
			case 'InsufficientFundsForRent':
			case 'ProgramExecutionTemporarilyRestricted':
				return [TransactionError[name](9)];
			default:
				return [TransactionError[name]];
		}
	});
	return [...inner, ...others];
}

it('writes slot deltas as they are read, with every error that there is', () => {
	const blockhash = Hash.fromBytes(new Uint8Array(32).fill(5));
	const messages = [null, ...errors()].map(
		(error, i) => [new Uint8Array(CACHED_KEY_SIZE).fill(i), error] as const,
	);
	const deltas: SlotDelta[] = [
		{ slot: 7n, isRoot: true, statuses: [] },
		{ slot: 9n, isRoot: false, statuses: [{ blockhash, keyIndex: 12, messages }] },
	];
	const writer = new ByteWriter(64);
	writeSlotDeltas(writer, deltas);
	const bytes = writer.finish();
	expect(decodeSlotDeltas(bytes)).toEqual({ ok: true, value: deltas });
	for (let length = 0; length < bytes.length; length += 7) {
		expect(decodeSlotDeltas(bytes.subarray(0, length)).ok).toBe(false);
	}
});
