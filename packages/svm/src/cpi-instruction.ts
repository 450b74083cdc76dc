/**
 * Owns {@link CpiInstruction}: an instruction that a program asks for, its addresses already looked up in the transaction.
 */
import type { Instruction, Pubkey } from '@parhelion/sdk';
import { InstructionAccount } from './borrowed-instruction-account.ts';
import type { TransactionContext } from './transaction-context.ts';

/** Index of an address that is not among the transaction's accounts. */
export const UNKNOWN = -1;

/** An instruction to be invoked. */
export interface CpiInstruction {
	readonly programId: Pubkey;
	/** Index in the transaction of the program, or {@link UNKNOWN}. */
	readonly programIndex: number;
	/** With the privileges asked for; an unknown one has the index {@link UNKNOWN}. */
	readonly accounts: readonly InstructionAccount[];
	/** The first address of an unknown account; `null` where all are known. */
	readonly unknownAccount: Pubkey | null;
	readonly data: Uint8Array;
}

/** Looks the addresses of an instruction up. */
export function resolveInstruction(context: TransactionContext, instruction: Instruction): CpiInstruction {
	const { programId, data } = instruction;
	let unknownAccount: Pubkey | null = null;
	const accounts = instruction.accounts.map(({ pubkey, isSigner, isWritable }) => {
		const index = context.findIndexOfAccount(pubkey);
		if (index === UNKNOWN) unknownAccount ??= pubkey;
		return new InstructionAccount(index, isSigner, isWritable);
	});
	return { programId, programIndex: context.findIndexOfAccount(programId), accounts, unknownAccount, data };
}
