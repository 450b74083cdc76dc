/** The token program: mints, accounts and multisigs in all states, every instruction; p-token with all features. */
import { type Instruction, programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import type { FuzzCase, Step } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { PAYER, payerStep, spoil, unitLimit, utf8 } from './common.ts';
import { accountSizes, relayed } from './relay.ts';
import { type Named, tokenInstruction } from './token-instructions.ts';
import { cosigners, multisig, type TokenWorld, tokenWorld, wallets } from './token-world.ts';

/** One to four transactions of instructions that `draw` makes; the last of a transaction comes by CPI now and then. */
export function tokenSteps(random: Random, world: TokenWorld, draw: (random: Random) => Named): Step[] {
	const steps: Step[] = [payerStep(), ...world.steps];
	const others = [
		...world.mints.map(({ key }) => key),
		...world.accounts.map(({ key }) => key),
		...wallets,
		...cosigners,
		multisig,
		world.freshMint,
		world.freshAccount,
	];
	for (let t = 1 + random.int(4); t > 0; t--) {
		const instructions: Instruction[] = [];
		if (random.oneIn(40)) instructions.push(unitLimit(random.pick([100, 1000, 3000, 5000])));
		let label = '';
		for (let i = random.oneIn(3) ? 1 + random.int(3) : 1; i > 0; i--) {
			const drawn = draw(random);
			if (random.oneIn(5))
				instructions.push({ programId: programIds.memoV3, accounts: [], data: utf8.encode('memo') });
			label ||= drawn.label;
			const instruction = spoil(random, drawn.instruction, { others, outOf: 9 });
			const relay =
				i === 1 && random.oneIn(6) ? relayed(random, instruction, accountSizes(world.steps)) : null;
			if (relay !== null) steps.push(relay.program);
			instructions.push(relay?.instruction ?? instruction);
			if (relay !== null && label === drawn.label) label += ' by CPI';
		}
		steps.push({ kind: 'send', label, payer: PAYER, instructions });
	}
	return steps;
}

function generate(random: Random, world: CaseWorld): FuzzCase {
	const tokens = tokenWorld(random, world, programIds.splToken);
	return { steps: tokenSteps(random, tokens, () => tokenInstruction(random, tokens)) };
}

export const token: Target = {
	name: 'token',
	about: 'the token program: mints, accounts, multisigs, every instruction',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.3,
	leastErrors: 20,
	variants: { classic: { replace_spl_token_with_p_token: false } },
};
