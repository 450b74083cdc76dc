/** The memo programs: texts of every kind, witnesses who signed and who did not. */
import { type AccountMeta, type Instruction, programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import type { FuzzCase, Step } from '../case.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { addresses, PAYER, payerStep, spoil, unitLimit, utf8 } from './common.ts';

const MEMOS = [programIds.memoV1, programIds.memoV3];
const witnesses = addresses('witness', 4);
const TEXTS = ['', 'memo', 'ein Nebensonnenpaar ☀☀ 🌞', '\0\u{10ffff}', 'x'.repeat(900), '\n"\\'].map(
	(text) => utf8.encode(text),
);
/** Bytes that are not UTF-8: cut off, overlong, surrogates, beyond the last character. */
const BROKEN = ['e228a1', 'c080', 'eda080', 'f4908080', 'ff', '61e2', 'f09f8c'].map((text) =>
	Uint8Array.from(Buffer.from(text, 'hex')),
);

function generate(random: Random): FuzzCase {
	const steps: Step[] = [payerStep()];
	for (let t = 1 + random.int(2); t > 0; t--) {
		const instructions: Instruction[] = [];
		if (random.oneIn(8)) instructions.push(unitLimit(random.pick([0, 300, 1000, 5000, 20_000, 40_000])));
		let label = '';
		// Long ones fill the log.
		const most = random.oneIn(8) ? 16 : 4;
		for (let i = random.oneIn(3) ? 1 + random.int(most) : 1; i > 0; i--) {
			const programId = random.pick(MEMOS);
			label ||= programId === MEMOS[0] ? 'memo v1' : 'memo v3';
			const count = random.pick([0, 0, 1, 2, 4, random.oneIn(4) ? 12 : 1]);
			const accounts = Array.from(
				{ length: count },
				(): AccountMeta => ({
					pubkey: random.pick(witnesses),
					isSigner: !random.oneIn(8),
					isWritable: random.oneIn(3),
				}),
			);
			let data: Uint8Array = most === 16 ? TEXTS[4]! : random.pick(TEXTS);
			if (random.oneIn(7)) data = random.pick(BROKEN);
			if (random.oneIn(8)) data = random.bytes(random.int(60));
			instructions.push(spoil(random, { programId, accounts, data }, { others: witnesses, outOf: 20 }));
		}
		steps.push({ kind: 'send', label, payer: PAYER, instructions });
	}
	return { steps };
}

export const memo: Target = {
	name: 'memo',
	about: 'the memo programs: texts of every kind, witnesses',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.4,
	leastErrors: 4,
};
