/** The config program's accounts, and calls of what is not there: the program has left the runtime. */
import { ByteWriter, type Instruction, programIds } from '@parhelion/sdk';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, type Step, set, writable, writableSigner } from '../case.ts';
import { ONE_ENGINE, type Target } from '../target.ts';
import { addresses, PAYER, payerStep, SOL, spoil } from './common.ts';

const configs = addresses('config', 2);
const keys = addresses('key', 3);
/** Programs that a runtime of today does not bring along, or that stand at a reserved address. */
const ABSENT = [
	programIds.config,
	programIds.stakeConfig,
	programIds.loaderV4,
	programIds.zkTokenProof,
	programIds.feature,
];

function generate(random: Random): FuzzCase {
	const steps: Step[] = [payerStep()];
	for (const key of configs) {
		const data = new ByteWriter(80).u8(1).raw(keys[0]!.bytes).bool(true).raw(random.bytes(10)).finish();
		steps.push(
			set(key, { lamports: SOL, data, owner: random.pick([programIds.config, programIds.systemProgram]) }),
		);
	}
	for (const key of keys) steps.push(set(key, { lamports: SOL }));
	const transfer = new ByteWriter(12).u32(2).u64(1000n).finish();
	const instructions = Array.from({ length: 1 + random.int(2) }, (): Instruction => {
		if (!random.oneIn(3)) {
			// What is left of the program are accounts like any other.
			const accounts = [writableSigner(random.pick(keys)), writable(random.pick(configs))];
			return { programId: programIds.systemProgram, accounts, data: transfer };
		}
		return {
			programId: random.pick(ABSENT),
			accounts: [...configs, ...keys]
				.filter(() => random.oneIn(2))
				.map((pubkey) => ({ pubkey, isSigner: random.oneIn(2), isWritable: random.oneIn(2) })),
			data: random.bytes(random.int(60)),
		};
	});
	steps.push({
		kind: 'send',
		label: 'call',
		payer: PAYER,
		instructions: instructions.map((one) => spoil(random, one, { others: keys, outOf: 9 })),
	});
	return { steps };
}

export const config: Target = {
	name: 'config',
	about: 'calls of programs that are not there: config, loader v4 and others, and of their accounts',
	engines: ONE_ENGINE,
	generate,
	leastOk: 0.1,
	leastErrors: 3,
};
