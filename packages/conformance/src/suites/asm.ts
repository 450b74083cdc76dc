/** Suite `asm`: the instructions a text assembles to. */
import { assembleText, getInsn, INSN_SIZE } from '@parhelion/sbpf';
import type { JsonObject, Row } from '../row.ts';
import { configOf, versionOf } from '../settings.ts';
import type { Suite } from '../suite.ts';

export const asmSuite: Suite = {
	name: 'asm',
	run(row: Row): JsonObject {
		const version = versionOf(row);
		const assembled = assembleText(
			row.text('asm'),
			version ?? configOf(row, version).enabledSbpfVersions.max,
		);
		if (!assembled.ok) return { err: assembled.error };
		const { text } = assembled.value;
		const insns = Array.from({ length: text.length / INSN_SIZE }, (_, pc) => {
			const insn = getInsn(text, pc);
			return { ...insn, imm: Number(insn.imm) };
		});
		return { insns };
	},
};
