/**
 * The management instructions of the upgradeable loader, on the SVM and on the oracle: a program's life from
 * buffer to closing, and every instruction with its accounts right, almost right or absurd.
 */
import {
	type AccountMeta,
	ByteWriter,
	encodeUpgradeableLoaderState,
	type FeatureName,
	type Instruction,
	type Pubkey,
	programIds,
	sysvarIds,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { describe, expect, it } from 'vitest';
import { programFile } from './elf.ts';
import { address, Pair } from './harness.ts';
import { Random } from './random.ts';

const CASES = Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 60);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

const LOADER = programIds.bpfLoaderUpgradeable;
const BUFFER_METADATA = 37;
const PROGRAMDATA_METADATA = 45;

const program = address('program');
const buffer = address('buffer');
const authority = address('authority');
const other = address('other');
const spill = address('spill');
const programdata = findProgramAddress([program.bytes], LOADER)!.address;

const good = programFile('mov64 r0, 0\nexit');
const answering = programFile('mov64 r0, 42\nexit');
const unverifiable = programFile('mov64 r0, 0\nexit\nmov64 r0, 1');

const s = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: true, isWritable: false });
const w = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: false, isWritable: true });
const sw = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: true, isWritable: true });
const r = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: false, isWritable: false });

function instruction(data: Uint8Array, accounts: readonly AccountMeta[]): Instruction {
	return { programId: LOADER, accounts, data };
}

function tag(kind: number): ByteWriter {
	return new ByteWriter().u32(kind);
}

const initializeBuffer = (): Instruction => instruction(tag(0).finish(), [w(buffer), r(authority)]);
const write = (offset: number, bytes: Uint8Array): Instruction =>
	instruction(tag(1).u32(offset).length64(bytes.length).raw(bytes).finish(), [w(buffer), s(authority)]);
const deploy = (payer: Pubkey, maxDataLen: bigint): Instruction =>
	instruction(tag(2).u64(maxDataLen).finish(), [
		sw(payer),
		w(programdata),
		w(program),
		w(buffer),
		r(sysvarIds.rent),
		r(sysvarIds.clock),
		r(programIds.systemProgram),
		s(authority),
	]);
const upgrade = (): Instruction =>
	instruction(tag(3).finish(), [
		w(programdata),
		w(program),
		w(buffer),
		w(spill),
		r(sysvarIds.rent),
		r(sysvarIds.clock),
		s(authority),
	]);
const setAuthority = (account: Pubkey, next: Pubkey | null): Instruction =>
	instruction(tag(4).finish(), [w(account), s(authority), ...(next === null ? [] : [r(next)])]);
const close = (account: Pubkey): Instruction =>
	instruction(tag(5).finish(), [w(account), w(spill), s(authority), w(program)]);
const extendProgram = (payer: Pubkey, bytes: number): Instruction =>
	instruction(tag(6).u32(bytes).finish(), [
		w(programdata),
		w(program),
		r(programIds.systemProgram),
		sw(payer),
	]);
const setAuthorityChecked = (account: Pubkey, next: Pubkey): Instruction =>
	instruction(tag(7).finish(), [w(account), s(authority), s(next)]);

function account(state: UpgradeableLoaderState, metadata: number, elf: Uint8Array, spare = 0): Uint8Array {
	const data = new Uint8Array(metadata + elf.length + spare);
	data.set(encodeUpgradeableLoaderState(state));
	data.set(elf, metadata);
	return data;
}

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
			account({ kind: 'Buffer', authorityAddress: authority }, BUFFER_METADATA, answering),
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
			accounts: [w(programdata), s(other), s(authority)],
		};
		expect(agree(pair, [back], 'take back')).toBe('ok');
		later(500n);
		expect(agree(pair, [close(programdata)], 'close')).toBe('ok');
	});
});

/** The instruction as it should be, for the state of {@link randomState}. */
function rightInstruction(random: Random, pair: Pair): Instruction {
	const target = random.oneIn(2) ? buffer : programdata;
	switch (random.int(9)) {
		case 0:
			return initializeBuffer();
		case 1:
			return write(random.int(400), random.bytes(random.int(60)));
		case 2:
		case 3:
			return deploy(pair.payer, BigInt(random.pick([500, 4000, 100_000, 11_000_000, 100])));
		case 4:
			return upgrade();
		case 5:
			return setAuthority(target, random.oneIn(3) ? null : other);
		case 6:
			return close(target);
		case 7:
			return extendProgram(pair.payer, random.pick([0, 1, 100, 10_239, 10_240, 20_000, 11_000_000]));
		default:
			return setAuthorityChecked(target, other);
	}
}

function randomState(random: Random, pair: Pair): void {
	const elf = random.oneIn(5) ? unverifiable : random.oneIn(8) ? random.bytes(90) : good;
	const key = random.oneIn(8) ? null : random.oneIn(10) ? other : authority;
	const slot = random.oneIn(6) ? pair.oracle.getClock().slot : 3n;
	const uninitialized: UpgradeableLoaderState = { kind: 'Uninitialized' };
	const owner = (): Pubkey => (random.oneIn(14) ? programIds.systemProgram : LOADER);
	const bufferState: UpgradeableLoaderState = random.oneIn(5)
		? uninitialized
		: { kind: 'Buffer', authorityAddress: key };
	pair.setData(
		buffer,
		owner(),
		account(bufferState, BUFFER_METADATA, random.oneIn(12) ? new Uint8Array(0) : elf),
		random.oneIn(4) ? 1000n : 10n ** 9n,
	);
	if (random.oneIn(4)) {
		pair.set(programdata, { lamports: random.oneIn(2) ? 0n : 5n });
		pair.setData(program, owner(), new Uint8Array(random.pick([36, 36, 36, 40, 20])), 10n ** 8n);
		return;
	}
	const dataState: UpgradeableLoaderState = random.oneIn(12)
		? uninitialized
		: { kind: 'ProgramData', slot, upgradeAuthorityAddress: key };
	const data = account(dataState, PROGRAMDATA_METADATA, good, random.oneIn(6) ? 0 : 300);
	pair.setData(programdata, owner(), data, random.oneIn(4) ? 1000n : undefined);
	const programState: UpgradeableLoaderState = random.oneIn(12)
		? uninitialized
		: { kind: 'Program', programdataAddress: random.oneIn(12) ? other : programdata };
	const bytes = new Uint8Array(36);
	bytes.set(encodeUpgradeableLoaderState(programState));
	pair.setData(program, owner(), bytes, 10n ** 8n);
}

/** Takes an account away, swaps two, doubles one, flips a flag, cuts or fills the data. */
function spoil(random: Random, right: Instruction): Instruction {
	const accounts = [...right.accounts];
	let { data } = right;
	const rounds = random.pick([0, 0, 1, 1, 2]);
	for (let i = 0; i < rounds && accounts.length > 0; i++) {
		const at = random.int(accounts.length);
		const one = accounts[at]!;
		switch (random.int(6)) {
			case 0:
				accounts.splice(random.oneIn(2) ? at : accounts.length - 1, 1);
				break;
			case 1:
				accounts[at] = random.pick(accounts);
				break;
			case 2:
				accounts[at] = { ...one, isSigner: !one.isSigner };
				break;
			case 3:
				accounts[at] = { ...one, isWritable: !one.isWritable };
				break;
			case 4:
				accounts[at] = w(random.pick([other, spill, buffer, program, programdata]));
				break;
			default:
				data = random.oneIn(2) ? data.subarray(0, random.int(data.length + 1)) : random.bytes(8);
		}
	}
	return { ...right, accounts, data };
}

function fuzz(seed: number, toggles: Partial<Record<FeatureName, boolean>>): void {
	const random = new Random(seed);
	const pair = new Pair(toggles);
	pair.set(authority, { lamports: 10n ** 9n });
	pair.set(other, { lamports: 10n ** 9n });
	for (let i = 0; i < CASES; i++) {
		pair.set(spill, { lamports: random.oneIn(20) ? 2n ** 64n - 1000n : 10n ** 9n });
		randomState(random, pair);
		pair.refresh();
		const wanted = spoil(random, rightInstruction(random, pair));
		agree(pair, [wanted], `seed ${seed}, case ${i}: ${wanted.data}`);
	}
}

describe('random management instructions agree with the oracle', () => {
	it('with the features of mainnet', () => fuzz(SEED, {}));
	it('with the smallest extension', () => fuzz(SEED + 1, { loader_v3_minimum_extend_program_size: true }));
	it('with old versions refused', () => fuzz(SEED + 2, { disable_sbpf_v0_v1_v2_deployment: true }));
});
