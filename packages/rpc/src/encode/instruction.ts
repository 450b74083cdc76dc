/**
 * Writes instructions as JSON: compiled (indices), or parsed; one that cannot be parsed has addresses in place of its
 * indices. Sources: solana-transaction-status 4.3.0 `lib.rs` (`parse_ui_instruction`, `map_inner_instructions`).
 */
import { base58Encode, type CompiledInstruction, type Pubkey } from '@parhelion/sdk';
import type { InnerInstructionsList } from '@parhelion/svm';
import { type Json, SortedJson } from '../json/write.ts';
import { parseInstruction } from './instructions/index.ts';

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

/** `UiParsedInstruction`: parsed, or else partially decoded. */
export function encodeParsedInstruction(
	instruction: CompiledInstruction,
	accountKeys: readonly Pubkey[],
	stackHeight: number,
): Json {
	const programId = accountKeys[instruction.programIdIndex]!;
	const accounts = Array.from(instruction.accounts, (index) => accountKeys[index]!.toBase58());
	const known = parseInstruction(programId, instruction.data, accounts);
	if (known !== null) {
		const { program, parsed } = known;
		return { program, programId: programId.toBase58(), parsed: new SortedJson(parsed), stackHeight };
	}
	return { programId: programId.toBase58(), accounts, data: base58Encode(instruction.data), stackHeight };
}

/** The inner instructions by top-level instruction, without the empty lists; parsed if `accountKeys` are given. */
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
				: encodeParsedInstruction(instruction, accountKeys, stackHeight),
		);
		encoded.push({ index: index & 255, instructions });
	});
	return encoded;
}
