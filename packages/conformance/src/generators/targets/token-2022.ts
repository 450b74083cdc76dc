/** The token-2022 program: mints and accounts with extensions in all combinations, every instruction but those of
 * confidential transfers. */
import { programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, type Step, set } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { PAYER, unitLimit } from './common.ts';
import { tokenSteps } from './token.ts';
import { extensionInstruction, mintWithExtensions } from './token-2022-instructions.ts';
import { randomTails } from './token-extensions.ts';
import { tokenInstruction } from './token-instructions.ts';
import { tokenWorld } from './token-world.ts';

function generate(random: Random, world: CaseWorld): FuzzCase {
	const tokens = tokenWorld(random, world, programIds.splToken2022, randomTails(random));
	const steps: Step[] = tokenSteps(random, tokens, () =>
		random.oneIn(2) ? tokenInstruction(random, tokens) : extensionInstruction(random, tokens),
	);
	if (random.oneIn(4)) {
		const { instructions, size } = mintWithExtensions(random, tokens);
		const bytes = random.oneIn(10) ? size + random.int(5) - 2 : size;
		const lamports = world.minimumBalance(bytes);
		steps.push(
			set(tokens.freshMint, { lamports, data: new Uint8Array(bytes), owner: programIds.splToken2022 }),
			{
				kind: 'send',
				label: 'mint with extensions',
				payer: PAYER,
				instructions: [unitLimit(400_000), ...instructions.map(({ instruction }) => instruction)],
			},
		);
	}
	return { steps };
}

export const token2022: Target = {
	name: 'token-2022',
	about:
		'the token-2022 program: extensions in all combinations, every instruction but the confidential ones',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.25,
	leastErrors: 30,
};
