/** Suite `verify`: whether the verifier accepts a program, or the first error it finds. */
import { errorDebug } from '@parhelion/sbpf';
import { programOf } from '../program.ts';
import type { JsonObject, Row } from '../row.ts';
import type { Suite } from '../suite.ts';

export const verifySuite: Suite = {
	name: 'verify',
	run(row: Row): JsonObject {
		const program = programOf(row);
		if (!program.ok) return program.error;
		const verified = program.value.verify();
		if (verified.ok) return { ok: true };
		return {
			err: errorDebug(verified.error.kind === 'VerifierError' ? verified.error.error : verified.error),
		};
	},
};
