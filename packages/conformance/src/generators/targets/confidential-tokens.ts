/** Confidential transfers, fees and supplies of token-2022: every instruction, with what it has proved before. */
import { type Instruction, programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, set } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { PAYER, payerStep, spoil, unitLimit, utf8 } from './common.ts';
import { confidentialMint, SUPPLY_ROWS } from './confidential-supply.ts';
import { TRANSFER_ROWS } from './confidential-transfers.ts';
import { confidentialWorld } from './confidential-world.ts';
import { accountSizes, relayed } from './relay.ts';
import { multisig, wallets } from './token-world.ts';

const ROWS = { ...TRANSFER_ROWS, ...SUPPLY_ROWS };
const LABELS = Object.keys(ROWS);
const programId = programIds.splToken2022;

function generate(random: Random, world: CaseWorld): FuzzCase {
	const tokens = confidentialWorld(random, world);
	const { steps } = tokens;
	steps.unshift(payerStep());
	const others = [...[...tokens.mints, ...tokens.accounts].map(({ key }) => key), ...wallets, multisig];
	for (let t = 1 + random.int(4); t > 0; t--) {
		const instructions: Instruction[] = [];
		let label = random.pick(LABELS);
		const { data, accounts, before } = ROWS[label]!(random, tokens);
		if (before !== undefined) instructions.push(before);
		const right = { programId, accounts: [...accounts], data: data.finish() };
		let instruction = spoil(random, right, { others, outOf: 12 });
		const relay = random.oneIn(6) ? relayed(random, instruction, accountSizes(steps)) : null;
		if (relay !== null) {
			steps.push(relay.program);
			instruction = relay.instruction;
			label += ' by CPI';
		}
		if (random.oneIn(6)) {
			instructions.unshift({ programId: programIds.memoV3, accounts: [], data: utf8.encode('memo') });
		}
		if (random.oneIn(20)) instructions.unshift(unitLimit(random.int(60_000)));
		steps.push({ kind: 'send', label, payer: PAYER, instructions: [...instructions, instruction] });
	}
	if (random.oneIn(5)) {
		const { instructions, size } = confidentialMint(random, tokens);
		const data = new Uint8Array(size + (random.oneIn(10) ? random.int(5) - 2 : 0));
		const lamports = world.minimumBalance(data.length);
		steps.push(set(tokens.freshMint, { lamports, data, owner: programId }), {
			kind: 'send',
			label: 'mint with extensions',
			payer: PAYER,
			instructions,
		});
	}
	return { steps };
}

export const confidentialTokens: Target = {
	name: 'confidential-tokens',
	about:
		'confidential transfers, fees and supplies of token-2022: every instruction, with what it has proved before',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.25,
	leastErrors: 20,
};
