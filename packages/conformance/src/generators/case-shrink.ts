/**
 * From a case that differs to a smaller one: steps, instructions and accounts are taken out, data is shortened and
 * zeroed, as long as some difference stays. Any difference counts: the smallest case is what is wanted.
 */
import type { Instruction } from '@parhelion/sdk';
import type { FuzzCase, SendStep, SetStep, Step } from './case.ts';

/** Whether a case still differs. */
export type CaseDiffers = (smaller: FuzzCase) => boolean;

/** Attempts that a case is worth. */
const MOST_ATTEMPTS = 600;

/** `list` without each of its parts: halves first, then single entries. */
function* without<T>(list: readonly T[]): Generator<readonly T[]> {
	for (let size = (list.length + 1) >> 1; size >= 1; size >>= 1) {
		for (let at = 0; at < list.length; at += size) yield [...list.slice(0, at), ...list.slice(at + size)];
	}
}

function* simplerData(data: Uint8Array): Generator<Uint8Array> {
	if (data.length === 0) return;
	yield new Uint8Array(0);
	for (let size = data.length >> 1; size >= 1; size >>= 1) yield data.slice(0, data.length - size);
	for (let size = data.length; size >= 1; size >>= 1) {
		for (let at = 0; at < data.length; at += size) {
			if (data.subarray(at, at + size).every((byte) => byte === 0)) continue;
			const zeroed = data.slice();
			zeroed.fill(0, at, at + size);
			yield zeroed;
			if (size < data.length >> 5) return;
		}
	}
}

function* simplerInstruction(instruction: Instruction): Generator<Instruction> {
	for (const accounts of without(instruction.accounts)) yield { ...instruction, accounts };
	for (const data of simplerData(instruction.data)) yield { ...instruction, data };
	for (const [i, meta] of instruction.accounts.entries()) {
		for (const flag of ['isSigner', 'isWritable'] as const) {
			if (!meta[flag]) continue;
			yield { ...instruction, accounts: instruction.accounts.with(i, { ...meta, [flag]: false }) };
		}
	}
}

function* simplerSend(step: SendStep): Generator<SendStep> {
	const { tables, config, blockhash, ...plain } = step;
	if (tables !== undefined || config !== undefined) yield plain;
	if (blockhash !== undefined) yield { ...plain, ...(tables === undefined ? {} : { tables }) };
	if (step.instructions.length > 1) {
		for (const instructions of without(step.instructions)) {
			if (instructions.length > 0) yield { ...step, instructions };
		}
	}
	for (const [i, instruction] of step.instructions.entries()) {
		for (const simpler of simplerInstruction(instruction)) {
			yield { ...step, instructions: step.instructions.with(i, simpler) };
		}
	}
}

function* simplerSet(step: SetStep): Generator<SetStep> {
	const { account } = step;
	if (account.executable) return;
	for (const data of simplerData(account.data)) yield { ...step, account: { ...account, data } };
}

function* simplerStep(step: Step): Generator<Step> {
	if (step.kind === 'send') yield* simplerSend(step);
	else if (step.kind === 'set') yield* simplerSet(step);
}

function* simplerCase(found: FuzzCase): Generator<FuzzCase> {
	for (const steps of without(found.steps)) if (steps.length > 0) yield { ...found, steps };
	for (const [i, step] of found.steps.entries()) {
		for (const simpler of simplerStep(step)) yield { ...found, steps: found.steps.with(i, simpler) };
	}
}

/** The smallest case found that still differs. */
export function shrinkCase(found: FuzzCase, differs: CaseDiffers): FuzzCase {
	let best = found;
	let attempts = 0;
	for (let isSmaller = true; isSmaller && attempts < MOST_ATTEMPTS; ) {
		isSmaller = false;
		for (const simpler of simplerCase(best)) {
			if (attempts++ >= MOST_ATTEMPTS) break;
			if (!differs(simpler)) continue;
			best = simpler;
			isSmaller = true;
			break;
		}
	}
	return best;
}
