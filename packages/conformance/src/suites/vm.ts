/** Suite `vm`: what a program comes to, how many instructions it took, and the input afterwards. */
import type { EbpfError } from '@parhelion/sbpf';
import { errorFields } from '../errors.ts';
import { runMachine } from '../machine.ts';
import { programOf } from '../program.ts';
import { bytesToHex, type JsonObject, type Row } from '../row.ts';
import type { Engine, Suite } from '../suite.ts';

/** What the largest transaction may use. */
const DEFAULT_BUDGET = 1_400_000n;

export const vmSuite: Suite = {
	name: 'vm',
	run(row: Row, engine: Engine): JsonObject {
		const program = programOf(row);
		if (!program.ok) return program.error;
		const verified = program.value.verify();
		if (!verified.ok) return errorFields(verified.error);
		const input = { bytes: row.hex('input'), writable: row.flag('input_writable', false) };
		const run = runMachine(program.value, input, budgetOf(row, DEFAULT_BUDGET), engine);
		if (!run.ok) return errorFields(run.error);
		const { result, instructionCount, inputAfter } = run.value;
		return { ...resultFields(result), count: instructionCount, input_after: bytesToHex(inputAfter) };
	},
};

/** The instructions a row allows; a number that large is never reached, so it may be rounded. */
export function budgetOf(row: Row, absent: bigint): number {
	return Math.min(Number(row.integer('budget', absent)), Number.MAX_SAFE_INTEGER);
}

function resultFields(result: { ok: true; value: bigint } | { ok: false; error: EbpfError }): JsonObject {
	return result.ok ? { ok: `0x${result.value.toString(16)}` } : errorFields(result.error);
}
