/** The ZK ElGamal proof program: proofs of every kind, right and changed, in instructions and accounts, alone and by CPI. */
import { ByteWriter, type Instruction, programIds } from '@parhelion/sdk';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { CONTEXT_META_LENGTH, GOLDEN_PROOFS, type GoldenProof, mutateProof } from '../../oracle/zk-proofs.ts';
import { type FuzzCase, readonly, type Step, set, signer, writable } from '../case.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { mostly, PAYER, payerStep, SOL, spoil, unitLimit } from './common.ts';
import { accountSizes, relayed } from './relay.ts';

const ZK = programIds.zkElgamalProof;
const authority = address('authority');
const context = address('context');
const destination = address('destination');
const holder = address('proof');
const OTHERS = [authority, context, destination, holder];

/** Range proofs take the oracle long: they come less often. */
const DRAWN: readonly GoldenProof[] = GOLDEN_PROOFS.flatMap((golden) =>
	golden.proof.name.startsWith('BatchedRange') ? [golden] : [golden, golden],
);

const contextLength = ({ proof }: GoldenProof): number => CONTEXT_META_LENGTH + proof.contextLength;

/** An account for what was proved: empty as a rule. */
function contextStep(random: Random, golden: GoldenProof, isFilled: boolean): Step {
	const length = contextLength(golden) + mostly(random, 12, 0, [-1, 1, -contextLength(golden)]);
	const data = new Uint8Array(length);
	if (isFilled && length > CONTEXT_META_LENGTH) {
		data.set(authority.bytes);
		data[CONTEXT_META_LENGTH - 1] = mostly(random, 8, golden.type, [0, random.int(256)]);
	}
	return set(context, { lamports: SOL, data, owner: mostly(random, 15, ZK, [programIds.systemProgram]) });
}

/** A proof to verify, with the accounts it needs. */
function verify(random: Random, golden: GoldenProof, steps: Step[]): Instruction {
	const proof = random.oneIn(3) ? mutateProof(random, golden) : golden.data;
	const type = mostly(random, 25, golden.type, [random.int(14)]);
	const accounts = [];
	let data: Uint8Array = Uint8Array.of(type, ...proof);
	if (random.oneIn(3)) {
		const offset = random.int(4);
		steps.push(
			set(holder, { lamports: SOL, data: Uint8Array.of(...new Uint8Array(offset), ...proof), owner: ZK }),
		);
		const named = mostly(random, 15, offset, [offset + 1, 0, 2 ** 32 - 1]);
		data = new ByteWriter(5).u8(type).u32(named).finish();
		accounts.push(readonly(holder));
	}
	if (random.oneIn(2)) {
		steps.push(contextStep(random, golden, random.oneIn(10)));
		accounts.push(writable(context), readonly(authority));
	}
	return { programId: ZK, accounts, data };
}

function close(random: Random, golden: GoldenProof, steps: Step[]): Instruction {
	steps.push(contextStep(random, golden, true), set(destination, { lamports: SOL }));
	return {
		programId: ZK,
		accounts: [writable(context), writable(destination), signer(authority)],
		data: Uint8Array.of(0),
	};
}

function generate(random: Random): FuzzCase {
	const steps: Step[] = [payerStep(), set(authority, { lamports: SOL })];
	for (let t = 1 + random.int(3); t > 0; t--) {
		const golden = random.pick(DRAWN);
		const isClose = random.oneIn(6);
		const right = (isClose ? close : verify)(random, golden, steps);
		let instruction = spoil(random, right, { others: OTHERS, outOf: 12 });
		let label = isClose ? 'CloseContextState' : golden.proof.name;
		const relay = random.oneIn(3) ? relayed(random, instruction, accountSizes(steps)) : null;
		if (relay !== null) {
			steps.push(relay.program);
			instruction = relay.instruction;
			label += ' by CPI';
		}
		const units = mostly(random, 12, 1_400_000, [150 + random.int(400_000)]);
		steps.push({ kind: 'send', label, payer: PAYER, instructions: [unitLimit(units), instruction] });
	}
	return { steps };
}

export const zkElgamalProof: Target = {
	name: 'zk-elgamal-proof',
	about:
		'zero-knowledge proofs of every kind, right and changed, in instructions and accounts, alone and by CPI',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.3,
	leastErrors: 8,
	variants: { disabled: { reenable_zk_elgamal_proof_program: false } },
};
