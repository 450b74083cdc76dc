/** Loaders v1 and v2, whose management is over: every instruction is refused, what is there runs. */
import { ByteWriter, type Instruction, type Pubkey, programIds } from '@parhelion/sdk';
import { programFile } from '../../oracle/elf.ts';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, type Step, set, writable, writableSigner } from '../case.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { PAYER, payerStep, SOL, spoil, unitLimit } from './common.ts';
import { answering, good, unverifiable } from './loader-v3-instructions.ts';

const program = address('program');
const fresh = address('fresh');
const other = address('other');
/** Adds up its accounts' lamports and writes to the first byte of the first one. */
const busy = programFile(
	'ldxdw r2, [r1+0]\njeq r2, 0, +3\nldxb r3, [r1+96]\nadd64 r3, 1\nstxb [r1+96], r3\nmov64 r0, 0\nexit',
);
const LOADERS: readonly Pubkey[] = [programIds.bpfLoader, programIds.bpfLoaderDeprecated];

function generate(random: Random): FuzzCase {
	const loader = random.pick(LOADERS);
	const elf = random.oneIn(12)
		? random.pick([unverifiable, random.bytes(80)])
		: random.pick([good, busy, answering]);
	const steps: Step[] = [
		payerStep(),
		{ kind: 'program', programId: program, loader, elf },
		set(fresh, {
			lamports: SOL,
			data: new Uint8Array(random.int(300)),
			owner: random.pick([loader, program]),
		}),
		set(other, { lamports: SOL }),
	];
	for (let t = 1 + random.int(2); t > 0; t--) {
		const instructions: Instruction[] = [];
		if (random.oneIn(6)) instructions.push(unitLimit(random.pick([3, 6, 569, 570, 1139, 1140, 10_000])));
		let label = 'invoke';
		if (random.oneIn(3)) {
			label = 'manage';
			const bytes = random.bytes(random.int(40));
			const write = new ByteWriter().u32(0).u32(random.int(300)).length64(bytes.length).raw(bytes);
			const data = random.oneIn(2) ? write : new ByteWriter().u32(1);
			instructions.push({ programId: loader, accounts: [writableSigner(fresh)], data: data.finish() });
		}
		instructions.push({
			programId: program,
			accounts: [writable(fresh), writable(other), writable(program)].slice(0, random.int(4)),
			data: random.bytes(random.int(20)),
		});
		const others = [fresh, other, ...LOADERS];
		steps.push({
			kind: 'send',
			label,
			payer: PAYER,
			instructions: instructions.map((one) => spoil(random, one, { others, outOf: 12 })),
		});
	}
	return { steps };
}

export const loaderV2: Target = {
	name: 'loader-v2',
	about: 'loaders v1 and v2: their instructions, and programs that run under them',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.2,
	leastErrors: 5,
};
