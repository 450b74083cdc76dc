/** A transfer of tokens between two accounts of one mint, for the bench of transactions and the cold start. */
import type { Address, Instruction, KeyPairSigner } from '@solana/kit';
import type { Engine } from './engines.ts';
import {
	bytesOf,
	instructionData,
	namedSigner,
	READONLY,
	READONLY_SIGNER,
	setMint,
	setTokenAccount,
	WRITABLE,
} from './transaction-builder.ts';

/** Instructions by their number, and how to undo in an engine what all of them left. */
export interface Scene {
	instruction(i: number): Instruction | Promise<Instruction>;
	undo?(engine: Engine): void;
}

/** Sets up a mint and two accounts of `payer`; its instructions are `Transfer`, or `TransferChecked`. */
export async function stageTokenTransfer(
	engines: readonly Engine[],
	payer: KeyPairSigner,
	program: Address,
	isChecked: boolean,
): Promise<Scene> {
	const mint = (await namedSigner('mint')).address;
	const from = (await namedSigner('from')).address;
	const to = (await namedSigner('to')).address;
	setMint(engines, mint, program, bytesOf(payer.address));
	setTokenAccount(engines, from, program, bytesOf(mint), bytesOf(payer.address), 1n << 50n);
	setTokenAccount(engines, to, program, bytesOf(mint), bytesOf(payer.address), 0n);
	return {
		instruction: (i) => ({
			programAddress: program,
			accounts: [
				{ address: from, role: WRITABLE },
				...(isChecked ? [{ address: mint, role: READONLY }] : []),
				{ address: to, role: WRITABLE },
				{ address: payer.address, role: READONLY_SIGNER },
			],
			data: isChecked ? instructionData(12, BigInt(i + 1), 9) : instructionData(3, BigInt(i + 1)),
		}),
	};
}
