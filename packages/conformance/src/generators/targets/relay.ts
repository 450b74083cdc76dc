/** A program between the transaction and another program: what is said at the top level is said by CPI. */
import { MM_HEAP_START } from '@parhelion/sbpf';
import { type Instruction, programIds, sysvarIds } from '@parhelion/sdk';
import { programFile } from '../../oracle/elf.ts';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import type { ProgramStep, Step } from '../case.ts';
import { PAYER } from './common.ts';
import { type Expected, heapImage, IMAGE, INFOS, INSTRUCTION, layout, SEEDS } from './cpi-image.ts';

const RELAY = address('relay');
const RENT_SIZE = 17;
const CLOCK_SIZE = 40;

/** Bytes of the accounts that `steps` set, the last of each, by key; of the payer and two sysvars besides. */
export function accountSizes(steps: readonly Step[]): Map<string, number> {
	const sizes = new Map([
		[PAYER.key, 0],
		[sysvarIds.rent.key, RENT_SIZE],
		[sysvarIds.clock.key, CLOCK_SIZE],
	]);
	for (const step of steps) if (step.kind === 'set') sizes.set(step.pubkey.key, step.account.data.length);
	return sizes;
}

/**
 * The program that invokes `right` and the instruction that calls it; null where it could not know where an account
 * lies. There is one at a time: the next program takes its place.
 */
export function relayed(
	random: Random,
	right: Instruction,
	sizes: ReadonlyMap<string, number>,
): { readonly program: ProgramStep; readonly instruction: Instruction } | null {
	const expected: Expected[] = [];
	for (const { pubkey, isSigner, isWritable } of right.accounts) {
		const dataLen = sizes.get(pubkey.key);
		if (dataLen === undefined) return null;
		expected.push({ key: pubkey, owner: programIds.systemProgram, dataLen, isSigner, isWritable });
	}
	const { programId, accounts, data } = right;
	const places = layout(expected, false);
	const isC = random.oneIn(2);
	const image = heapImage(random, places, { programId, metas: accounts, data, seeds: [] }, isC);
	const source = [
		`lddw r1, ${MM_HEAP_START}`,
		'mov64 r2, 0',
		`mov64 r3, ${IMAGE}`,
		'syscall sol_memcpy_',
		`lddw r1, ${MM_HEAP_START + INSTRUCTION}`,
		`lddw r2, ${MM_HEAP_START + INFOS}`,
		`mov64 r3, ${places.length}`,
		`lddw r4, ${MM_HEAP_START + SEEDS}`,
		'mov64 r5, 0',
		`syscall ${isC ? 'sol_invoke_signed_c' : 'sol_invoke_signed_rust'}`,
		'exit',
	].join('\n');
	const callee = { pubkey: programId, isSigner: false, isWritable: false };
	return {
		program: {
			kind: 'program',
			programId: RELAY,
			loader: programIds.bpfLoader,
			elf: programFile(source, image),
			text: source,
		},
		// The callee comes last: the length of its data does not move anything then.
		instruction: { programId: RELAY, accounts: [...accounts, callee], data: new Uint8Array(0) },
	};
}
