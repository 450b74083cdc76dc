/**
 * Limits of programs: what a file may hold to be loaded, and how deep, how long and with how much memory it runs. Each
 * is met by both engines and by the oracle.
 */
import {
	type AccountMeta,
	ByteWriter,
	encodeUpgradeableLoaderState,
	type Instruction,
	type Pubkey,
	programIds,
	sysvarIds,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAM,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { LiteSVM } from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { agree } from './oracle/agree.ts';
import { programFile } from './oracle/elf.ts';
import { address, Pair } from './oracle/harness.ts';

const LOADER = programIds.bpfLoaderUpgradeable;
const MAX_DATA = 10 * 1024 * 1024;
const PROGRAMDATA_METADATA = UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;
const program = address('program');

const call = (data: Uint8Array = new Uint8Array(0)): Instruction => ({
	programId: program,
	accounts: [],
	data,
});
const computeBudget = (data: ByteWriter): Instruction => ({
	programId: programIds.computeBudget,
	accounts: [],
	data: data.finish(),
});
const requestHeap = (bytes: number): Instruction => computeBudget(new ByteWriter().u8(1).u32(bytes));
const limitUnits = (units: number): Instruction => computeBudget(new ByteWriter().u8(2).u32(units));
const meta = (pubkey: Pubkey, isWritable: boolean, isSigner = false): AccountMeta => ({
	pubkey,
	isSigner,
	isWritable,
});

function running(source: string, rodata?: Uint8Array): Pair {
	const pair = new Pair();
	pair.addProgram(program, programFile(source, rodata));
	return pair;
}

describe('a program file', () => {
	const SHF_WRITE = 1n;
	/** The file of Memo v1 (V0), with another name for its section of read-only data, and perhaps writable. */
	function withSection(pair: Pair, name: string, isWritable: boolean): Uint8Array {
		const file = pair.getAccountSharedData(programIds.memoV1)!.data.slice();
		const view = new DataView(file.buffer);
		const headers = Number(view.getBigUint64(40, true));
		const offsetOf = (index: number): number => Number(view.getBigUint64(headers + 64 * index + 24, true));
		const names = offsetOf(view.getUint16(62, true));
		for (let i = 0; i < view.getUint16(60, true); i++) {
			const at = headers + 64 * i;
			const nameAt = names + view.getUint32(at, true);
			if (String.fromCharCode(...file.subarray(nameAt, nameAt + 8)) !== '.rodata\0') continue;
			file.set(new TextEncoder().encode(name), nameAt);
			if (isWritable) view.setBigUint64(at + 8, view.getBigUint64(at + 8, true) | SHF_WRITE, true);
			return file;
		}
		throw new TypeError('the file has no read-only data');
	}

	function withoutSyscall(pair: Pair): Uint8Array {
		const file = pair.getAccountSharedData(programIds.memoV1)!.data.slice();
		const at = Buffer.from(file).indexOf('sol_log_\0');
		file.set(new TextEncoder().encode('sol_lug_'), at);
		return file;
	}

	/** What adding it says, of the oracle and of our in-process API. */
	function added(pair: Pair, file: Uint8Array): string {
		const attempt = (add: () => void): string => {
			try {
				add();
				return 'ok';
			} catch (thrown) {
				return (thrown as Error).message;
			}
		};
		const oracle = attempt(() => pair.oracle.addProgram(program.bytes, file));
		expect(attempt(() => new LiteSVM().addProgram(program.toBase58(), file))).toBe(oracle);
		return oracle;
	}

	/** An instruction that deploys `file`; its buffer and program accounts are set up. */
	function deployment(pair: Pair, file: Uint8Array, maxDataLen = file.length): Instruction {
		const buffer = address('buffer');
		const data = new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA + file.length);
		data.set(encodeUpgradeableLoaderState({ kind: 'Buffer', authorityAddress: pair.payer }));
		data.set(file, UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA);
		pair.setData(buffer, LOADER, data);
		pair.setData(program, LOADER, new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_PROGRAM));
		return {
			programId: LOADER,
			accounts: [
				meta(pair.payer, true, true),
				meta(findProgramAddress([program.bytes], LOADER)!.address, true),
				meta(program, true),
				meta(buffer, true),
				meta(sysvarIds.rent, false),
				meta(sysvarIds.clock, false),
				meta(programIds.systemProgram, false),
				meta(pair.payer, false, true),
			],
			data: new ByteWriter().u32(2).u64(BigInt(maxDataLen)).finish(),
		};
	}

	const lenient = (): Pair => new Pair({ disable_sbpf_v0_v1_v2_deployment: false });
	const refused = 'InstructionError(0, InvalidAccountData)';

	it.each([
		['writable statics (.data)', '.data.x', true],
		['zeroed statics (.bss)', '.bss.ro', false],
		['writable zeroed statics (.bss)', '.bss', true],
	])('with %s is neither loaded nor deployed', (_what, name, isWritable) => {
		const pair = lenient();
		const file = withSection(pair, name.padEnd(7, '\0'), isWritable);
		const text = `Found writable section (${name}) in ELF, read-write data not supported`;
		expect(added(lenient(), file)).toContain(text);
		expect(agree(pair, refused, deployment(pair, file)).logs).toContain(text);
	});

	it('with a .data section that is read-only is loaded', () => {
		expect(added(new Pair(), withSection(new Pair(), '.data.x', false))).toBe('ok');
	});

	it('that frees memory by a syscall is loaded, but no longer deployed', () => {
		const pair = lenient();
		const file = pair.getAccountSharedData(programIds.memoV1)!.data;
		expect(added(lenient(), file)).toBe('ok');
		const { logs } = agree(pair, refused, deployment(pair, file));
		expect(logs.join('\n')).toContain('Unresolved symbol (sol_alloc_free_) at instruction #759');
	});

	it('that calls an unknown syscall is not deployed', () => {
		const pair = lenient();
		const { logs } = agree(pair, refused, deployment(pair, withoutSyscall(pair)));
		expect(logs.join('\n')).toMatch(
			/Unresolved symbol \(sol_lug_\) at instruction #\d+ \(ELF file offset 0x/,
		);
	});

	it('of V3 that calls an unknown syscall fails when it comes to that', () => {
		const file = programFile('mov64 r0, 0\nja +1\nsyscall sol_lug_\nexit');
		expect(added(new Pair(), file)).toBe('ok');
		const pair = new Pair();
		agree(pair, 'ok', deployment(pair, file));
		agree(running('mov64 r0, 0\nja +1\nsyscall sol_lug_\nexit'), 'ok', call());
		const { logs } = agree(
			running('syscall sol_lug_\nexit'),
			'InstructionError(0, ProgramFailedToComplete)',
			call(),
		);
		expect(logs.join('\n')).toContain('unsupported BPF instruction');
	});

	it('of an old version is not deployed where that is switched off', () => {
		const pair = new Pair({ disable_sbpf_v0_v1_v2_deployment: true });
		const file = pair.getAccountSharedData(programIds.memoV1)!.data;
		agree(pair, refused, deployment(pair, file));
	});

	it('holds at most 10 MiB, metadata included', () => {
		const pair = new Pair();
		const file = programFile('mov64 r0, 0\nexit');
		const most = MAX_DATA - PROGRAMDATA_METADATA;
		const { logs } = agree(pair, 'InstructionError(0, InvalidArgument)', deployment(pair, file, most + 1));
		expect(logs).toContain('Max data length is too large');
		agree(pair, 'ok', deployment(pair, file, most));
	});

	it('cannot be made to grow beyond 10 MiB', () => {
		const pair = new Pair();
		const file = programFile('mov64 r0, 0\nexit');
		agree(pair, 'ok', deployment(pair, file, MAX_DATA - PROGRAMDATA_METADATA - 10_240));
		pair.oracle.warpToSlot(200n);
		pair.refresh();
		const extend = (bytes: number): Instruction => ({
			programId: LOADER,
			accounts: [
				meta(findProgramAddress([program.bytes], LOADER)!.address, true),
				meta(program, true),
				meta(programIds.systemProgram, false),
				meta(pair.payer, true, true),
			],
			data: new ByteWriter().u32(6).u32(bytes).finish(),
		});
		const { logs } = agree(pair, 'InstructionError(0, InvalidRealloc)', extend(10_241));
		expect(logs.join('\n')).toContain('exceeds max account data length');
		agree(pair, 'ok', extend(10_240));
	});
});

describe('the machine', () => {
	const nested = (calls: number): string => `
		mov64 r6, ${calls}
		call deeper
		mov64 r0, 0
		exit
	deeper:
		jeq r6, 1, +2
		sub64 r6, 1
		call deeper
		exit`;

	it('has 64 call frames', () => {
		agree(running(nested(63)), 'ok', call());
		const { logs } = agree(running(nested(64)), 'InstructionError(0, ProgramFailedToComplete)', call());
		expect(logs.join('\n')).toContain('exceeded max BPF to BPF call depth');
		agree(running(nested(1000)), 'InstructionError(0, ProgramFailedToComplete)', call());
	});

	const touchHeap = (bytes: number): string =>
		`lddw r1, ${0x3_0000_0000 + bytes - 1}\nldxb r0, [r1]\nstxb [r1], r0\nmov64 r0, 0\nexit`;

	it.each([32, 33, 64, 255, 256])(
		'has a heap of %i KiB where that is asked for, and not a byte more',
		(kib) => {
			const bytes = kib * 1024;
			const fits = agree(running(touchHeap(bytes)), 'ok', requestHeap(bytes), call());
			// 8 CU for each 32 KiB behind the first; 150 for the request.
			expect(fits.computeUnits).toBe(150 + 5 + 8 * (Math.ceil(kib / 32) - 1));
			const { logs } = agree(
				running(touchHeap(bytes + 1)),
				'InstructionError(1, ProgramFailedToComplete)',
				requestHeap(bytes),
				call(),
			);
			expect(logs.join('\n')).toContain('Access violation reading 1 bytes at address 0x3000');
		},
	);

	it('has a heap of 32 KiB where nothing is asked for', () => {
		agree(running(touchHeap(32 * 1024)), 'ok', call());
		agree(running(touchHeap(32 * 1024 + 1)), 'InstructionError(0, ProgramFailedToComplete)', call());
	});

	it.each([
		['nothing', 0],
		['less than 32 KiB', 31 * 1024],
		['one byte less', 32 * 1024 - 1],
		['no multiple of 1024', 33_000],
		['more than 256 KiB', 257 * 1024],
		['4 GiB', 0xffff_ffff],
	])('refuses a heap of %s', (_what, bytes) => {
		const pair = running('mov64 r0, 0\nexit');
		agree(pair, 'InstructionError(0, InvalidInstructionData)', requestHeap(bytes), call());
		// The request is looked at wherever it stands.
		agree(pair, 'InstructionError(1, InvalidInstructionData)', call(), requestHeap(bytes));
	});

	const forever = 'ja -1\nexit';

	it.each([1, 2, 150, 151, 1000, 200_000, 1_400_000, 2_000_000])('runs for %i CU', (units) => {
		const pair = running(forever);
		const outcome = units < 150 ? 'ComputationalBudgetExceeded' : 'ProgramFailedToComplete';
		const index = units < 150 ? 0 : 1;
		const shown = agree(pair, `InstructionError(${index}, ${outcome})`, limitUnits(units), call());
		expect(shown.computeUnits).toBe(Math.min(units, 1_400_000));
	});

	it('runs for 200,000 CU an instruction where nothing is asked for, 1.4 million at most', () => {
		const exceeded = 'InstructionError(0, ProgramFailedToComplete)';
		const shown = agree(running(forever), exceeded, call());
		expect(shown.computeUnits).toBe(200_000);
		expect(shown.logs.join('\n')).toContain('exceeded CUs meter at BPF instruction');
		const many = Array.from({ length: 8 }, () => call());
		expect(agree(running(forever), exceeded, ...many).computeUnits).toBe(1_400_000);
	});

	it('ends a syscall that the compute units do not suffice for', () => {
		const pair = running('mov64 r1, 0\nmov64 r2, 8\nsyscall sol_log_\nmov64 r0, 0\nexit');
		for (let units = 150; units < 256; units += 5) {
			const enough = units >= 150 + 5 + 100 - 1;
			const { ours, compiled, oracle } = pair.run([limitUnits(units), call()]);
			expect(ours).toEqual(oracle);
			expect(compiled).toEqual(oracle);
			if (!enough) expect(oracle.outcome).not.toBe('ok');
		}
	});
});
