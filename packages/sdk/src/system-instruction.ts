/**
 * Owns the instructions of the system program that clients need. Source: crate `solana-system-interface`,
 * instruction.rs.
 */
import { ByteWriter } from './bytes.ts';
import { programIds } from './ids.ts';
import type { Instruction } from './message.ts';
import type { Lamports } from './numbers.ts';
import type { Pubkey } from './pubkey.ts';

/** The instructions; `payer` signs. */
export const systemInstruction = {
	/** Makes `account`, which signs too, with `space` bytes. */
	createAccount(
		payer: Pubkey,
		account: Pubkey,
		lamports: Lamports,
		space: number,
		owner: Pubkey,
	): Instruction {
		const data = new ByteWriter().u32(0).u64(lamports).u64(BigInt(space)).raw(owner.bytes);
		return {
			programId: programIds.systemProgram,
			accounts: [
				{ pubkey: payer, isSigner: true, isWritable: true },
				{ pubkey: account, isSigner: true, isWritable: true },
			],
			data: data.finish(),
		};
	},
	transfer(payer: Pubkey, to: Pubkey, lamports: Lamports): Instruction {
		return {
			programId: programIds.systemProgram,
			accounts: [
				{ pubkey: payer, isSigner: true, isWritable: true },
				{ pubkey: to, isSigner: false, isWritable: true },
			],
			data: new ByteWriter().u32(2).u64(lamports).finish(),
		};
	},
} as const;
