/** A program of the upgradeable loader from buffer to closing, on the SVM and on the oracle. */
import type { Instruction } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { signer, writable } from '../generators/case.ts';
import {
	answering,
	BUFFER_METADATA,
	good,
	LOADER,
	loaderAccount,
	ProgramInstructions,
} from '../generators/targets/loader-v3-instructions.ts';
import { address, Pair } from './harness.ts';

const program = address('program');
const buffer = address('buffer');
const authority = address('authority');
const other = address('other');
const spill = address('spill');
const {
	programdata,
	initializeBuffer,
	write,
	deploy,
	upgrade,
	setAuthority,
	close,
	extendProgram,
	setAuthorityChecked,
} = new ProgramInstructions({ program, buffer, authority, spill });

function agree(pair: Pair, instructions: readonly Instruction[], what: string): string {
	const { ours, compiled, oracle } = pair.run(instructions);
	expect(ours, what).toEqual(oracle);
	expect(compiled, what).toEqual(oracle);
	return oracle.outcome;
}

describe("a program's life agrees with the oracle", () => {
	it('from buffer to closing', () => {
		const pair = new Pair();
		pair.setData(buffer, LOADER, new Uint8Array(BUFFER_METADATA + answering.length), 10n ** 9n);
		pair.setData(program, LOADER, new Uint8Array(36), 10n ** 9n);
		expect(agree(pair, [initializeBuffer()], 'initialise')).toBe('ok');
		expect(agree(pair, [initializeBuffer()], 'initialise twice')).toContain('AccountAlreadyInitialized');
		for (let at = 0; at < good.length; at += 100) {
			expect(agree(pair, [write(at, good.subarray(at, at + 100))], `write at ${at}`)).toBe('ok');
		}
		expect(agree(pair, [write(good.length, good)], 'write too far')).toContain('AccountDataTooSmall');
		expect(agree(pair, [deploy(pair.payer, 10n)], 'deploy too small')).toContain('AccountDataTooSmall');
		expect(agree(pair, [deploy(pair.payer, 4000n)], 'deploy')).toBe('ok');
		const call: Instruction = { programId: program, accounts: [], data: new Uint8Array(0) };
		const later = (slot: bigint): void => {
			pair.oracle.warpToSlot(slot);
			pair.refresh();
		};
		later(200n);
		expect(agree(pair, [call], 'call')).toBe('ok');
		pair.setData(
			buffer,
			LOADER,
			loaderAccount({ kind: 'Buffer', authorityAddress: authority }, BUFFER_METADATA, answering),
		);
		expect(agree(pair, [upgrade()], 'upgrade')).toBe('ok');
		later(300n);
		expect(agree(pair, [call], 'call the new version')).toContain('Custom(42)');
		expect(agree(pair, [extendProgram(pair.payer, 20_000)], 'extend')).toBe('ok');
		later(400n);
		expect(agree(pair, [setAuthority(programdata, other)], 'give away')).toBe('ok');
		expect(agree(pair, [setAuthority(programdata, other)], 'not ours any more')).toContain(
			'IncorrectAuthority',
		);
		pair.set(authority, { lamports: 10n ** 9n });
		const back: Instruction = {
			...setAuthorityChecked(programdata, authority),
			accounts: [writable(programdata), signer(other), signer(authority)],
		};
		expect(agree(pair, [back], 'take back')).toBe('ok');
		later(500n);
		expect(agree(pair, [close(programdata)], 'close')).toBe('ok');
	});
});
