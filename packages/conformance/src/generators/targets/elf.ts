/** Program files with something changed: loaded, or refused with the same text; and what still loads runs. */
import { Pubkey, programIds } from '@parhelion/sdk';
import { programFile } from '../../oracle/elf.ts';
import { mutateElf } from '../../oracle/elf-mutation.ts';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import type { FuzzCase, Step } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { PAYER, payerStep, unitLimit } from './common.ts';

/** Programs the oracle brings along, the small ones more often, and one of V3. */
function originals(world: CaseWorld): readonly Uint8Array[] {
	let files = filesOf.get(world);
	if (files !== undefined) return files;
	const dataOf = (id: Pubkey): Uint8Array => world.account(id)!.data;
	const v1 = dataOf(programIds.memoV1);
	const v3 = dataOf(programIds.memoV3);
	const programdata = Pubkey.fromBytes(dataOf(programIds.splToken), 4);
	const token = dataOf(programdata).slice(45);
	const strict = programFile(
		'entrypoint:\n lddw r1, 0x100000000\n call helper\n mov64 r0, 0\n exit\nhelper:\n add64 r0, 1\n exit',
		Uint8Array.from({ length: 24 }, (_, i) => i),
	);
	files = [v1, v1, v1, v3, v3, v3, strict, strict, strict, token];
	filesOf.set(world, files);
	return files;
}

const filesOf = new WeakMap<CaseWorld, readonly Uint8Array[]>();
const LOADERS = [programIds.bpfLoader, programIds.bpfLoaderDeprecated, programIds.bpfLoaderUpgradeable];

function generate(random: Random, world: CaseWorld): FuzzCase {
	const program = address('mutated');
	const steps: Step[] = [payerStep()];
	// The first that is refused ends the case.
	for (let i = 0; i < 2; i++) {
		const original = random.pick(originals(world));
		const elf = random.oneIn(20) ? original : mutateElf(random, original);
		steps.push({ kind: 'program', programId: program, loader: random.pick(LOADERS), elf });
		const data = random.bytes(random.int(20)).map((byte) => byte & 0x7f);
		const instructions = [unitLimit(50_000), { programId: program, accounts: [], data }];
		steps.push({ kind: 'send', label: 'run', payer: PAYER, instructions });
	}
	return { steps };
}

export const elf: Target = {
	name: 'elf',
	about: 'mutated program files: accepted or refused with the same text, and run',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.2,
	leastErrors: 12,
};
