/**
 * Loader v4, which the oracle no longer has: what each instruction does and refuses, with the log line and the
 * error of Agave 4.0.0, and which slot sees what.
 */
import {
	type AccountMeta,
	type AccountSharedData,
	ByteWriter,
	decodeLoaderV4State,
	type Instruction,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	type Pubkey,
	programIds,
	type Slot,
	loaderV4Instruction as v4,
} from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { callerFile } from '../caller-program.ts';
import { programFile } from '../oracle/elf.ts';
import { address } from '../oracle/harness.ts';
import { type Shown, World } from './world.ts';

const LOADER = programIds.loaderV4;
const SLOT = 10n;
const { Retracted, Deployed, Finalized } = LoaderV4Status;

const program = address('program');
const other = address('other program');
const authority = address('authority');
const stranger = address('stranger');
const recipient = address('recipient');

const zero = programFile('mov64 r0, 0\nexit');
const seven = programFile('mov64 r0, 7\nexit');
const unverifiable = programFile('mov64 r10, 0\nexit');

const call: Instruction = { programId: program, accounts: [], data: new Uint8Array(0) };

let world: World;
beforeEach(() => {
	world = new World('off', SLOT);
});

function account(pubkey: Pubkey = program): AccountSharedData {
	const found = world.getAccountSharedData(pubkey);
	if (found === null) throw new RangeError(`no account ${pubkey}`);
	return found;
}

/** Slot, authority or next version, status. */
function state(pubkey: Pubkey = program): [slot: Slot, address: string, status: bigint] {
	const { slot, authorityAddressOrNextVersion, status } = decodeLoaderV4State(account(pubkey).data)!;
	return [slot, authorityAddressOrNextVersion.toBase58(), status];
}

function elf(pubkey: Pubkey = program): Uint8Array {
	return account(pubkey).data.subarray(LOADER_V4_PROGRAM_DATA_OFFSET);
}

/** The lines the loader itself wrote. */
function words({ logs }: Shown): string[] {
	return logs.filter((line) => !/^Program \w{32,44} (invoke|consumed|success|failed)/.test(line));
}

/** The outcome, then the loader's line, if any. */
function told(shown: Shown): string[] {
	return [shown.outcome, ...words(shown)];
}

function metas(instruction: Instruction, ...changes: Partial<AccountMeta>[]): Instruction {
	const accounts = instruction.accounts.map((meta, i) => ({ ...meta, ...changes[i] }));
	return { ...instruction, accounts };
}

function without(instruction: Instruction, count: number): Instruction {
	return { ...instruction, accounts: instruction.accounts.slice(0, -count) };
}

const EACH: readonly (readonly [string, bigint, Instruction])[] = [
	['Write', Retracted, v4.write(program, authority, 0, new Uint8Array(4))],
	['Copy', Retracted, v4.copy(program, authority, other, 0, 0, 4)],
	['SetProgramLength', Retracted, v4.setProgramLength(program, authority, zero.length, recipient)],
	['Deploy', Retracted, v4.deploy(program, authority)],
	['Retract', Deployed, v4.retract(program, authority)],
	['TransferAuthority', Deployed, v4.transferAuthority(program, authority, stranger)],
	['Finalize', Deployed, v4.finalize(program, authority, program)],
];

describe.each(EACH)('%s', (name, status, instruction) => {
	beforeEach(() => {
		world.setProgram(program, zero, authority, status);
		world.setProgram(other, zero, authority, Deployed);
	});

	it('costs 2,000 CU', () => {
		const shown = world.run(instruction);
		expect(told(shown)).toEqual(['ok']);
		expect(shown.units).toBe(2000);
		expect(shown.logs).toEqual([`Program ${LOADER} invoke [1]`, `Program ${LOADER} success`]);
	});

	it('refuses what the authority may not do', () => {
		const at = instruction.accounts[0]!;
		expect(told(world.run({ ...instruction, accounts: [] }))).toEqual(['MissingAccount']);
		expect(told(world.run({ ...instruction, accounts: [at] }))).toEqual(['MissingAccount']);
		expect(told(world.run(metas(instruction, { isWritable: false })))).toEqual([
			'InvalidArgument',
			'Program is not writeable',
		]);
		expect(told(world.run(metas(instruction, {}, { isSigner: false })))).toEqual([
			'MissingRequiredSignature',
			'Authority did not sign',
		]);
		expect(told(world.run(metas(instruction, {}, { pubkey: stranger })))).toEqual([
			'IncorrectAuthority',
			'Incorrect authority provided',
		]);
	});

	it('refuses an account of another program, then one without state, then a finalized program', () => {
		const data = new Uint8Array(LOADER_V4_PROGRAM_DATA_OFFSET);
		world.set(program, { lamports: 10n ** 9n, data, owner: programIds.bpfLoader });
		expect(told(world.run(instruction))).toEqual(['InvalidAccountOwner', 'Program not owned by loader']);
		if (name !== 'SetProgramLength') {
			world.set(program, { lamports: 10n ** 9n, data: data.subarray(1), owner: LOADER });
			expect(told(world.run(instruction))).toEqual(['AccountDataTooSmall']);
		}
		world.setProgram(program, zero, authority, Finalized);
		expect(told(world.run(instruction))).toEqual(['Immutable', 'Program is finalized']);
	});
});

describe('the instruction data', () => {
	it.each([
		['empty', []],
		['cut off in the tag', [3, 0, 0]],
		['of an unknown instruction', [7, 0, 0, 0]],
		['cut off behind the tag', [2, 0, 0, 0, 1]],
		['with more bytes announced than there are', [0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1]],
		['with a length beyond all bounds', [0, 0, 0, 0, 0, 0, 0, 0, ...new Array<number>(8).fill(255)]],
	])('%s is refused', (_what, bytes) => {
		world.setProgram(program, zero, authority);
		const shown = world.run({ ...v4.deploy(program, authority), data: Uint8Array.from(bytes) });
		expect(told(shown)).toEqual(['InvalidInstructionData']);
		expect(shown.units).toBe(2000);
	});

	it('may go on behind the instruction', () => {
		world.setProgram(program, zero, authority);
		expect(world.run({ ...v4.deploy(program, authority), data: Uint8Array.of(3, 0, 0, 0, 9) }).outcome).toBe(
			'ok',
		);
	});

	it('counts up to the size of a packet', () => {
		world.setProgram(program, new Uint8Array(2000), authority);
		const write = (length: number): Instruction => {
			const data = new ByteWriter().u32(0).u32(0).length64(length).raw(new Uint8Array(length).fill(1));
			return { ...v4.write(program, authority, 0, new Uint8Array(0)), data: data.finish() };
		};
		expect(world.run(write(1232 - 16)).outcome).toBe('ok');
		expect(world.run(write(1232 - 15)).outcome).toBe('InvalidInstructionData');
	});
});

describe('Write', () => {
	it('changes the bytes it names and no other', () => {
		world.setProgram(program, zero, authority);
		expect(world.run(v4.write(program, authority, 2, Uint8Array.of(8, 9, 8))).outcome).toBe('ok');
		const expected = Uint8Array.from(zero);
		expected.set([8, 9, 8], 2);
		expect(elf()).toEqual(expected);
		expect(state()).toEqual([0n, authority.toBase58(), Retracted]);
		expect(world.run(v4.write(program, authority, zero.length, new Uint8Array(0))).outcome).toBe('ok');
	});

	it('refuses a deployed program, and bytes past the end', () => {
		world.setProgram(program, zero, authority);
		const beyond = ['AccountDataTooSmall', 'Write out of bounds'];
		expect(told(world.run(v4.write(program, authority, zero.length - 3, new Uint8Array(4))))).toEqual(beyond);
		expect(told(world.run(v4.write(program, authority, zero.length + 1, new Uint8Array(0))))).toEqual(beyond);
		expect(told(world.run(v4.write(program, authority, 0xffff_ffff, new Uint8Array(4))))).toEqual(beyond);
		world.setProgram(program, zero, authority, Deployed);
		expect(told(world.run(v4.write(program, authority, 0, new Uint8Array(4))))).toEqual([
			'InvalidArgument',
			'Program is not retracted',
		]);
	});
});

describe('Copy', () => {
	beforeEach(() => {
		world.setProgram(program, new Uint8Array(seven.length), authority);
	});

	it.each([
		['v4', LOADER, LOADER_V4_PROGRAM_DATA_OFFSET],
		['v3', programIds.bpfLoaderUpgradeable, 45],
		['v2', programIds.bpfLoader, 0],
		['v1', programIds.bpfLoaderDeprecated, 0],
	])('reads the ELF of a program of loader %s', (_name, owner, metadata) => {
		const data = new Uint8Array(metadata + seven.length);
		data.set(seven, metadata);
		world.set(other, { lamports: 10n ** 9n, data, owner });
		expect(world.run(v4.copy(program, authority, other, 1, 2, 30)).outcome).toBe('ok');
		expect(elf().subarray(1, 31)).toEqual(seven.subarray(2, 32));
		expect(world.run(v4.copy(program, authority, other, 0, 0, seven.length)).outcome).toBe('ok');
		expect(elf()).toEqual(seven);
		expect(world.run(v4.copy(program, authority, other, 1, 2, 0)).outcome).toBe('ok');
	});

	it('refuses a source that is no program, or the program itself', () => {
		world.set(other, { lamports: 10n ** 9n, data: new Uint8Array(100), owner: stranger });
		expect(told(world.run(v4.copy(program, authority, other, 0, 0, 4)))).toEqual([
			'InvalidArgument',
			'Source is not a program',
		]);
		expect(told(world.run(v4.copy(program, authority, program, 0, 0, 4)))).toEqual(['AccountBorrowFailed']);
		expect(told(world.run(without(v4.copy(program, authority, other, 0, 0, 4), 1)))).toEqual([
			'MissingAccount',
		]);
	});

	it('refuses to read or to write past an end, and to change a deployed program', () => {
		world.setProgram(other, seven, authority, Finalized);
		const end = seven.length;
		expect(told(world.run(v4.copy(program, authority, other, 0, end - 3, 4)))).toEqual([
			'AccountDataTooSmall',
			'Read out of bounds',
		]);
		expect(told(world.run(v4.copy(program, authority, other, end - 3, 0, 4)))).toEqual([
			'AccountDataTooSmall',
			'Write out of bounds',
		]);
		world.setProgram(program, zero, authority, Deployed);
		expect(told(world.run(v4.copy(program, authority, other, 0, 0, 4)))).toEqual([
			'InvalidArgument',
			'Program is not retracted',
		]);
	});
});

describe('SetProgramLength', () => {
	const rentOf = (size: number): bigint => world.rent.minimumBalance(LOADER_V4_PROGRAM_DATA_OFFSET + size);

	it('makes an empty account a program of the authority, retracted and executable', () => {
		world.set(program, { lamports: rentOf(100), owner: LOADER });
		expect(told(world.run(v4.setProgramLength(program, authority, 100, recipient)))).toEqual(['ok']);
		expect(state()).toEqual([0n, authority.toBase58(), Retracted]);
		expect(elf()).toEqual(new Uint8Array(100));
		expect(account().executable).toBe(true);
	});

	it('grows and shrinks a program, and keeps what stays', () => {
		world.setProgram(program, zero, authority);
		world.set(program, { ...account(), lamports: rentOf(zero.length + 50) });
		expect(world.run(v4.setProgramLength(program, authority, zero.length + 50, recipient)).outcome).toBe(
			'ok',
		);
		expect(elf().subarray(0, zero.length)).toEqual(zero);
		expect(elf().length).toBe(zero.length + 50);
		expect(world.run(v4.setProgramLength(program, authority, 20, recipient)).outcome).toBe('ok');
		expect(elf()).toEqual(zero.subarray(0, 20));
		expect(account().lamports).toBe(rentOf(20));
		expect(account(recipient).lamports).toBe(rentOf(zero.length + 50) - rentOf(20));
	});

	it('leaves what is too much where there is no recipient', () => {
		world.setProgram(program, zero, authority);
		const before = account().lamports;
		expect(world.run(without(v4.setProgramLength(program, authority, 20, recipient), 1)).outcome).toBe('ok');
		expect(account().lamports).toBe(before);
		// The program itself cannot be borrowed twice, so it counts as none.
		expect(world.run(v4.setProgramLength(program, authority, 10, program)).outcome).toBe('ok');
		expect(account().lamports).toBe(before);
	});

	it('closes a program', () => {
		world.setProgram(program, zero, authority);
		const before = account().lamports;
		expect(world.run(v4.setProgramLength(program, authority, 0, recipient)).outcome).toBe('ok');
		expect(world.getAccountSharedData(program)).toBeNull();
		expect(account(recipient).lamports).toBe(before);
	});

	it('closes an account that never was one', () => {
		world.set(program, { lamports: 1_000_000n, data: new Uint8Array(10), owner: LOADER });
		expect(world.run(v4.setProgramLength(program, stranger, 0, recipient)).outcome).toBe('ok');
		expect(account(recipient).lamports).toBe(1_000_000n);
	});

	it('refuses too few lamports, a recipient that is read-only, closing without one, a deployed program', () => {
		world.setProgram(program, zero, authority);
		expect(told(world.run(v4.setProgramLength(program, authority, zero.length + 1, recipient)))).toEqual([
			'InsufficientFunds',
			`Insufficient lamports, ${rentOf(zero.length + 1)} are required`,
		]);
		expect(told(world.run(v4.setProgramLength(program, authority, 0xffff_ffff, recipient)))).toEqual([
			'InsufficientFunds',
			`Insufficient lamports, ${(128n + 48n + 0xffff_ffffn) * 6960n} are required`,
		]);
		const shrink = v4.setProgramLength(program, authority, 20, recipient);
		expect(told(world.run(metas(shrink, {}, {}, { isWritable: false })))).toEqual([
			'InvalidArgument',
			'Recipient is not writeable',
		]);
		const closing = ['InvalidArgument', 'Closing a program requires a recipient account'];
		expect(told(world.run(without(v4.setProgramLength(program, authority, 0, recipient), 1)))).toEqual(
			closing,
		);
		expect(told(world.run(v4.setProgramLength(program, authority, 0, program)))).toEqual(closing);
		world.setProgram(program, zero, authority, Deployed);
		expect(told(world.run(shrink))).toEqual(['InvalidArgument', 'Program is not retracted']);
	});

	it('refuses to make a program of an account that is not the loader’s, read-only, or without a signer', () => {
		world.set(program, { lamports: rentOf(100), owner: stranger });
		const initialize = v4.setProgramLength(program, authority, 100, recipient);
		expect(told(world.run(initialize))).toEqual(['InvalidAccountOwner', 'Program not owned by loader']);
		world.set(program, { lamports: rentOf(100), owner: LOADER });
		expect(told(world.run(metas(initialize, { isWritable: false })))).toEqual([
			'InvalidArgument',
			'Program is not writeable',
		]);
		expect(told(world.run(metas(initialize, {}, { isSigner: false })))).toEqual([
			'MissingRequiredSignature',
			'Authority did not sign',
		]);
	});

	it('refuses more than 10 MiB', () => {
		world.set(program, { lamports: 10n ** 12n, owner: LOADER });
		const most = 10 * 1024 * 1024 - LOADER_V4_PROGRAM_DATA_OFFSET;
		expect(told(world.run(v4.setProgramLength(program, authority, most + 1, recipient)))).toEqual([
			'InvalidRealloc',
		]);
		expect(told(world.run(v4.setProgramLength(program, authority, most, recipient)))).toEqual(['ok']);
		expect(account().data.length).toBe(10 * 1024 * 1024);
	});
});

describe('Deploy', () => {
	it('notes the slot and the status, and leaves the ELF', () => {
		world.setProgram(program, seven, authority);
		expect(world.run(v4.deploy(program, authority)).outcome).toBe('ok');
		expect(state()).toEqual([SLOT, authority.toBase58(), Deployed]);
		expect(elf()).toEqual(seven);
	});

	it('refuses what does not load or verify, and says why', () => {
		world.setProgram(program, unverifiable, authority);
		expect(told(world.run(v4.deploy(program, authority)))).toEqual([
			'InvalidAccountData',
			'Verifier error: cannot write into register r10 (insn #0)',
		]);
		expect(state()[2]).toBe(Retracted);
		world.setProgram(program, new Uint8Array(0), authority);
		expect(world.run(v4.deploy(program, authority)).outcome).toBe('InvalidAccountData');
	});

	it('refuses a deployed program, and one of this slot', () => {
		world.setProgram(program, seven, authority, Deployed);
		expect(told(world.run(v4.deploy(program, authority)))).toEqual([
			'InvalidArgument',
			'Destination program is not retracted',
		]);
		world.setProgram(program, seven, authority, Retracted, SLOT);
		const cooldown = ['InvalidArgument', 'Program was deployed recently, cooldown still in effect'];
		expect(told(world.run(v4.deploy(program, authority)))).toEqual(cooldown);
		world.setProgram(program, seven, authority, Retracted, 2n ** 64n - 1n);
		expect(told(world.run(v4.deploy(program, authority)))).toEqual(cooldown);
		world.setProgram(program, seven, authority, Retracted, SLOT - 1n);
		expect(told(world.run(v4.deploy(program, authority)))).toEqual(['ok']);
	});

	it('knows no cooldown for a program never deployed, in slot 0 too', () => {
		world = new World('off', 0n);
		world.setProgram(program, seven, authority);
		expect(told(world.run(v4.deploy(program, authority)))).toEqual(['ok']);
	});
});

describe('Retract', () => {
	it('keeps slot, authority and ELF', () => {
		world.setProgram(program, seven, authority, Deployed, 4n);
		expect(world.run(v4.retract(program, authority)).outcome).toBe('ok');
		expect(state()).toEqual([4n, authority.toBase58(), Retracted]);
		expect(elf()).toEqual(seven);
	});

	it('refuses a program of this slot before it asks for the status, and a retracted one', () => {
		world.setProgram(program, seven, authority, Retracted, SLOT);
		expect(told(world.run(v4.retract(program, authority)))).toEqual([
			'InvalidArgument',
			'Program was deployed recently, cooldown still in effect',
		]);
		world.setProgram(program, seven, authority, Retracted, SLOT - 1n);
		expect(told(world.run(v4.retract(program, authority)))).toEqual([
			'InvalidArgument',
			'Program is not deployed',
		]);
		world = new World('off', 0n);
		world.setProgram(program, seven, authority, Deployed);
		expect(words(world.run(v4.retract(program, authority)))).toEqual([
			'Program was deployed recently, cooldown still in effect',
		]);
	});
});

describe('TransferAuthority', () => {
	it.each([Retracted, Deployed])('hands over a program of status %s', (status) => {
		world.setProgram(program, seven, authority, status, 3n);
		expect(world.run(v4.transferAuthority(program, authority, stranger)).outcome).toBe('ok');
		expect(state()).toEqual([3n, stranger.toBase58(), status]);
	});

	it('refuses a new authority that is missing, does not sign, or is the old one', () => {
		world.setProgram(program, seven, authority, Deployed);
		const transfer = v4.transferAuthority(program, authority, stranger);
		expect(told(world.run(without(transfer, 1)))).toEqual(['MissingAccount']);
		expect(told(world.run(metas(transfer, {}, {}, { isSigner: false })))).toEqual([
			'MissingRequiredSignature',
			'New authority did not sign',
		]);
		expect(told(world.run(v4.transferAuthority(program, authority, authority)))).toEqual([
			'InvalidArgument',
			'No change',
		]);
	});
});

describe('Finalize', () => {
	beforeEach(() => {
		world.setProgram(program, seven, authority, Deployed, 3n);
	});

	it.each([
		['itself', program, Deployed],
		['a program in maintenance', other, Retracted],
		['a deployed program', other, Deployed],
	])('names %s as the next version', (_what, next, status) => {
		if (next !== program) world.setProgram(next, zero, authority, status);
		expect(world.run(v4.finalize(program, authority, next)).outcome).toBe('ok');
		expect(state()).toEqual([3n, next.toBase58(), Finalized]);
	});

	it('refuses a program that is not deployed', () => {
		world.setProgram(program, seven, authority, Retracted);
		expect(told(world.run(v4.finalize(program, authority, program)))).toEqual([
			'InvalidArgument',
			'Program must be deployed to be finalized',
		]);
	});

	it('refuses a next version that is none, empty, someone else’s, or finalized', () => {
		const finalize = v4.finalize(program, authority, other);
		expect(told(world.run(without(finalize, 1)))).toEqual(['MissingAccount']);
		expect(told(world.run(v4.finalize(program, authority, stranger)))).toEqual([
			'InvalidAccountOwner',
			'Next version is not owned by loader',
		]);
		world.set(other, { lamports: 1_000_000n, owner: LOADER });
		expect(told(world.run(finalize))).toEqual(['AccountDataTooSmall']);
		world.setProgram(other, zero, stranger, Retracted);
		expect(told(world.run(finalize))).toEqual([
			'IncorrectAuthority',
			'Next version has a different authority',
		]);
		world.setProgram(other, zero, authority, Finalized);
		expect(told(world.run(finalize))).toEqual(['Immutable', 'Next version is finalized']);
	});
});

describe.each(['off', 'eager'] as const)('which slot sees what, with the JIT %s', (jit) => {
	const notDeployed = ['UnsupportedProgramId', 'Program is not deployed'];
	const steps = (...lines: Instruction[]): string[] => lines.map((line) => world.run(line).outcome);

	beforeEach(() => {
		world = new World(jit, SLOT);
	});

	it('a program lives: written, deployed, retracted, changed, deployed again, finalized', () => {
		world.set(program, { lamports: 10n ** 9n, owner: LOADER });
		const size = Math.max(zero.length, seven.length);
		expect(world.run(v4.setProgramLength(program, authority, size, recipient)).outcome).toBe('ok');
		expect(told(world.run(call))).toEqual(notDeployed);
		for (let at = 0; at < seven.length; at += 100) {
			const part = v4.write(program, authority, at, seven.subarray(at, at + 100));
			expect(world.run(part).outcome).toBe('ok');
		}
		expect(told(world.run(call))).toEqual(notDeployed);
		expect(world.run(v4.deploy(program, authority)).outcome).toBe('ok');
		// Deployed in this slot: it is there, but does not run yet.
		expect(told(world.run(call))).toEqual(notDeployed);
		world.setSlot(SLOT + 1n);
		const ran = world.run(call);
		expect(ran.outcome).toBe('Custom(7)');
		expect(ran.logs).toEqual([
			`Program ${program} invoke [1]`,
			`Program ${program} consumed 2 of 200000 compute units`,
			`Program ${program} failed: custom program error: 0x7`,
		]);

		expect(world.run(v4.retract(program, authority)).outcome).toBe('ok');
		expect(told(world.run(call))).toEqual(notDeployed);
		expect(steps(v4.write(program, authority, 0, zero), v4.deploy(program, authority))).toEqual(['ok', 'ok']);
		expect(told(world.run(call))).toEqual(notDeployed);
		world.setSlot(SLOT + 2n);
		expect(told(world.run(call))).toEqual(['ok']);
		expect(world.run(v4.finalize(program, authority, program)).outcome).toBe('ok');
		expect(told(world.run(call))).toEqual(['ok']);
		expect(told(world.run(v4.retract(program, authority)))).toEqual([
			'IncorrectAuthority',
			'Incorrect authority provided',
		]);
	});

	it('an instruction cannot write to a program that another one of the transaction names as its program', () => {
		world.setProgram(program, zero, authority, Deployed);
		expect(told(world.run(call))).toEqual(['ok']);
		expect(told(world.run(call, v4.retract(program, authority)))).toEqual([
			'InvalidArgument',
			'Program is not writeable',
		]);
	});

	it('a program deployed in a transaction cannot be called from it, a retracted one cannot any more', () => {
		world.setProgram(program, zero, authority);
		world.setProgram(other, callerFile(program), authority, Finalized);
		const callOther = { ...call, programId: other, accounts: v4.deploy(program, authority).accounts };
		expect(told(world.run(v4.deploy(program, authority), callOther))).toEqual(notDeployed);
		expect(state()[2]).toBe(Retracted);
		expect(world.run(v4.deploy(program, authority)).outcome).toBe('ok');
		world.setSlot(SLOT + 1n);
		const called = world.run(callOther);
		expect(called.outcome).toBe('ok');
		expect(called.logs).toContain(`Program ${program} invoke [2]`);
		expect(told(world.run(v4.retract(program, authority), callOther))).toEqual(notDeployed);
		expect(state()[2]).toBe(Deployed);
		expect(told(world.run(callOther))).toEqual(['ok']);
	});

	it('a retracted program stays so in later slots', () => {
		world.setProgram(program, zero, authority, Deployed);
		expect(told(world.run(v4.retract(program, authority)))).toEqual(['ok']);
		expect(told(world.run(call))).toEqual(notDeployed);
		world.setSlot(SLOT + 5n);
		expect(told(world.run(call))).toEqual(notDeployed);
	});

	it('a failed transaction deploys nothing', () => {
		world.setProgram(program, zero, authority);
		expect(world.run(v4.deploy(program, authority), v4.deploy(other, authority)).outcome).not.toBe('ok');
		world.setSlot(SLOT + 1n);
		expect(told(world.run(call))).toEqual(notDeployed);
	});

	it('a closed program is gone, and its address can be used again', () => {
		world.setProgram(program, zero, authority, Deployed);
		expect(world.run(call).outcome).toBe('ok');
		const close = v4.setProgramLength(program, authority, 0, recipient);
		expect(steps(v4.retract(program, authority), close)).toEqual(['ok', 'ok']);
		expect(world.run(call).outcome).toBe('ProgramAccountNotFound');
		world.setProgram(program, seven, authority);
		expect(world.run(v4.deploy(program, authority)).outcome).toBe('ok');
		world.setSlot(SLOT + 1n);
		expect(world.run(call).outcome).toBe('Custom(7)');
	});

	it('an account of the loader that holds no program is not one', () => {
		world.set(program, { lamports: 10n ** 9n, data: new Uint8Array(20), owner: LOADER, executable: true });
		expect(told(world.run(call))).toEqual(['UnsupportedProgramId', 'Program is not cached']);
		world.setProgram(program, unverifiable, authority, Finalized);
		expect(told(world.run(call))).toEqual(notDeployed);
	});

	it.each([programIds.bpfLoader, LOADER])(
		'a program of loader %s calls one of loader v4 and back',
		(loader) => {
			world.setProgram(program, seven, authority, Finalized);
			const file = callerFile(program);
			if (loader.equals(LOADER)) world.setProgram(other, file, authority, Finalized);
			else world.set(other, { lamports: 10n ** 9n, data: file, owner: loader, executable: true });
			const accounts: AccountMeta[] = [{ pubkey: program, isSigner: false, isWritable: false }];
			const shown = world.run({ ...call, programId: other, accounts });
			expect(shown.outcome).toBe('Custom(7)');
			expect(shown.logs).toContain(`Program ${program} invoke [2]`);
		},
	);

	it('the loader’s own account cannot be written to', () => {
		world.setProgram(program, zero, authority);
		const deploy = v4.deploy(program, authority);
		const accounts = [...deploy.accounts, { pubkey: LOADER, isSigner: false, isWritable: true }];
		expect(world.run({ ...deploy, accounts }).outcome).toBe('ok');
		expect(account(LOADER).lamports).toBe(1n);
	});
});
