/** Tells of the steps of a transaction through a bank, to whoever listens; nothing is built where nobody does. */
import type { Pubkey, SanitizedTransaction, TransactionError } from '@parhelion/sdk';
import type { Bank } from './bank.ts';
import { NO_SIGNATURE } from './outcome.ts';

const signatureOf = ({ signatures }: SanitizedTransaction): Uint8Array => signatures[0] ?? NO_SIGNATURE;

/** Its accounts are locked: nobody else runs with one that it writes, nobody else writes one that it reads. */
export function tellLocked(bank: Bank, transaction: SanitizedTransaction): void {
	const { events } = bank.shared;
	if (!events.has('locked')) return;
	const writable: Pubkey[] = [];
	const readonly: Pubkey[] = [];
	const { message } = transaction;
	for (const [i, key] of message.accountKeys.entries())
		(message.isWritable(i) ? writable : readonly).push(key);
	events.emit('locked', { slot: bank.slot, signature: signatureOf(transaction), writable, readonly });
}

/** Its accounts are free again. */
export function tellUnlocked(bank: Bank, transaction: SanitizedTransaction): void {
	const { events } = bank.shared;
	if (!events.has('unlocked')) return;
	events.emit('unlocked', { slot: bank.slot, signature: signatureOf(transaction) });
}

/** It ran, or was refused by what comes right before the run, having used `computeUnits`. */
export function tellExecuted(
	bank: Bank,
	transaction: SanitizedTransaction,
	err: TransactionError | null,
	computeUnits: number,
): void {
	const { events } = bank.shared;
	if (!events.has('executed')) return;
	events.emit('executed', { slot: bank.slot, signature: signatureOf(transaction), err, computeUnits });
}

/** What it did is part of the bank. */
export function tellPartOfBank(
	bank: Bank,
	transaction: SanitizedTransaction,
	err: TransactionError | null,
	written: number,
): void {
	const { events } = bank.shared;
	if (!events.has('committed')) return;
	events.emit('committed', { slot: bank.slot, signature: signatureOf(transaction), err, written });
}
