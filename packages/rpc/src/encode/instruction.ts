/**
 * Writes instructions as JSON: compiled (indices), or with addresses in place of indices. Sources:
 * solana-transaction-status 4.3.0 `lib.rs` (`parse_ui_instruction`, `map_inner_instructions`).
 *
 * No program's instructions are parsed: each takes the form upstream gives an instruction it cannot parse.
 */
import { base58Encode, type CompiledInstruction, type Pubkey } from '@parhelion/sdk';
import type { InnerInstructionsList } from '@parhelion/svm';
import type { Json } from '../json/write.ts';

/** The stack height of the instructions that stand in the message. */
export const TRANSACTION_LEVEL_STACK_HEIGHT = 1;

/** `UiCompiledInstruction`. */
export function encodeCompiledInstruction(instruction: CompiledInstruction, stackHeight: number): Json {
	return {
		programIdIndex: instruction.programIdIndex,
		accounts: Array.from(instruction.accounts),
		data: base58Encode(instruction.data),
		stackHeight,
	};
}

/** `UiPartiallyDecodedInstruction`. */
export function encodePartiallyDecodedInstruction(
	instruction: CompiledInstruction,
	accountKeys: readonly Pubkey[],
	stackHeight: number,
): Json {
	return {
		programId: accountKeys[instruction.programIdIndex]!.toBase58(),
		accounts: Array.from(instruction.accounts, (index) => accountKeys[index]!.toBase58()),
		data: base58Encode(instruction.data),
		stackHeight,
	};
}

/** The inner instructions by top-level instruction, without the empty lists; with addresses if `accountKeys` are given. */
export function encodeInnerInstructions(
	lists: InnerInstructionsList,
	accountKeys: readonly Pubkey[] | null,
): Json[] {
	const encoded: Json[] = [];
	lists.forEach((list, index) => {
		if (list.length === 0) return;
		const instructions = list.map(({ instruction, stackHeight }) =>
			accountKeys === null
				? encodeCompiledInstruction(instruction, stackHeight)
				: encodePartiallyDecodedInstruction(instruction, accountKeys, stackHeight),
		);
		encoded.push({ index: index & 255, instructions });
	});
	return encoded;
}
