/**
 * Random programs that invoke each other and the system program, on the SVM and on the oracle.
 *
 * Every program knows where its accounts lie. It changes some of them (rightly or wrongly), invokes another
 * program through Rust's or C's interface with account infos that are right as a rule, shows what it sees
 * afterwards, and changes some more.
 */
import { MM_HEAP_START, MM_INPUT_START } from '@parhelion/sbpf';
import { type AccountMeta, type FeatureName, type Pubkey, programIds } from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { describe, expect, it } from 'vitest';
import { programFile } from './elf.ts';
import { address, Pair } from './harness.ts';
import { Random } from './random.ts';

const CASES = Number(process.env['PARHELION_FUZZ_PROGRAMS'] ?? 200);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);

const INSTRUCTION = 0;
const METAS = 0x100;
const DATA = 0xa00;
const INFOS = 0x1000;
const CELLS = 0x2000;
const SEEDS = 0x3000;
const KEYS = 0x3800;
const IMAGE = 0x4000;

/** An account as a program expects it. */
interface Expected {
	readonly key: Pubkey;
	readonly owner: Pubkey;
	readonly dataLen: number;
	readonly isSigner: boolean;
	readonly isWritable: boolean;
}

/** Addresses of the fields of an account among a program's parameters. */
interface Place {
	readonly account: Expected;
	readonly key: number;
	readonly owner: number;
	readonly lamports: number;
	readonly dataLen: number;
	readonly data: number;
}

/** Where the accounts of an instruction lie, with addresses for each first appearance. */
function layout(accounts: readonly Expected[], isDeprecated: boolean): Place[] {
	const places: Place[] = [];
	let at = MM_INPUT_START + 8;
	for (const account of accounts) {
		const known = places.find((place) => place.account.key.equals(account.key));
		if (known !== undefined) {
			at += isDeprecated ? 1 : 8;
			places.push(known);
			continue;
		}
		if (isDeprecated) {
			const data = at + 3 + 32 + 16;
			places.push({
				account,
				key: at + 3,
				lamports: at + 35,
				dataLen: at + 43,
				data,
				owner: data + account.dataLen,
			});
			at = data + account.dataLen + 32 + 1 + 8;
			continue;
		}
		const data = at + 88;
		places.push({ account, key: at + 8, owner: at + 40, lamports: at + 72, dataLen: at + 80, data });
		at = data + account.dataLen + 10_240 + (-account.dataLen & 7) + 8;
	}
	return places;
}

/** What a program is to invoke. */
interface Invocation {
	readonly programId: Pubkey;
	readonly metas: readonly AccountMeta[];
	readonly data: Uint8Array;
	readonly seeds: readonly (readonly Uint8Array[])[];
}

/** Somewhere among the parameters, where no account info may lie. */
function inInput(random: Random): number {
	return MM_INPUT_START + 8 * random.int(40) - 24;
}

/** The bytes a program copies to its heap: the arguments of its CPI. */
function heapImage(random: Random, places: readonly Place[], call: Invocation, isC: boolean): Uint8Array {
	const image = new Uint8Array(IMAGE);
	const view = new DataView(image.buffer);
	const word = (at: number, value: number | bigint): void => {
		const odd = random.oneIn(900) ? BigInt(random.int(64)) - 32n : 0n;
		view.setBigUint64(at, BigInt.asUintN(64, BigInt(value) + odd), true);
	};
	const heap = (offset: number): number => MM_HEAP_START + offset;
	image.set(call.data.subarray(0, 0x500), DATA);
	image.set(call.programId.bytes, KEYS);
	const flag = (value: boolean): number => (random.oneIn(300) ? 2 : value ? 1 : 0);
	for (const [i, meta] of call.metas.entries()) {
		if (isC) {
			image.set(meta.pubkey.bytes, KEYS + 32 * (i + 1));
			word(METAS + 16 * i, heap(KEYS + 32 * (i + 1)));
			image[METAS + 16 * i + 8] = flag(meta.isWritable);
			image[METAS + 16 * i + 9] = flag(meta.isSigner);
		} else {
			image.set(meta.pubkey.bytes, METAS + 34 * i);
			image[METAS + 34 * i + 32] = flag(meta.isSigner);
			image[METAS + 34 * i + 33] = flag(meta.isWritable);
		}
	}
	if (isC) {
		word(INSTRUCTION, heap(KEYS));
		word(INSTRUCTION + 8, heap(METAS));
		word(INSTRUCTION + 16, call.metas.length);
		word(INSTRUCTION + 24, heap(DATA));
		word(INSTRUCTION + 32, call.data.length);
	} else {
		word(INSTRUCTION, heap(METAS));
		word(INSTRUCTION + 16, call.metas.length);
		word(INSTRUCTION + 24, heap(DATA));
		word(INSTRUCTION + 40, call.data.length);
		image.set(call.programId.bytes, INSTRUCTION + 48);
	}
	for (const [i, place] of places.entries()) {
		const len = random.oneIn(12) ? random.int(place.account.dataLen + 64) : place.account.dataLen;
		if (isC) {
			const at = INFOS + 56 * i;
			word(at, place.key);
			word(at + 8, place.lamports);
			word(at + 16, len);
			word(at + 24, place.data);
			word(at + 32, place.owner);
		} else {
			const at = INFOS + 48 * i;
			const cell = CELLS + 80 * i;
			word(at, place.key);
			word(at + 8, random.oneIn(60) ? inInput(random) : heap(cell));
			word(at + 16, random.oneIn(60) ? inInput(random) : heap(cell + 32));
			word(at + 24, place.owner);
			word(cell + 24, place.lamports);
			word(cell + 56, place.data);
			word(cell + 64, len);
		}
	}
	let at = SEEDS + 16 * call.seeds.length;
	for (const [i, list] of call.seeds.entries()) {
		word(SEEDS + 16 * i, heap(at));
		word(SEEDS + 16 * i + 8, list.length);
		let bytesAt = at + 16 * list.length;
		for (const [k, seed] of list.entries()) {
			word(at + 16 * k, heap(bytesAt));
			word(at + 16 * k + 8, seed.length);
			image.set(seed, bytesAt);
			bytesAt += Math.ceil(seed.length / 8) * 8;
		}
		at = bytesAt;
	}
	return image;
}

/** Stores that change accounts, mostly as a program may. */
function mutations(random: Random, self: Pubkey, places: readonly Place[], count: number): string[] {
	const lines: string[] = [];
	if (places.length === 0) return lines;
	const own = places.filter(({ account }) => account.isWritable && account.owner.equals(self));
	const writable = places.filter(({ account }) => account.isWritable);
	for (let i = 0; i < count; i++) {
		const isRight = own.length > 0 && !random.oneIn(12);
		if (!isRight && !random.oneIn(6)) continue;
		const target = random.pick(isRight ? own : places);
		const { dataLen } = target.account;
		switch (random.int(9)) {
			case 0:
				lines.push(`lddw r1, ${target.dataLen}`, 'ldxdw r2, [r1+0]');
				lines.push(`add64 r2, ${random.int(20) - 10}`, 'stxdw [r1+0], r2');
				break;
			case 1:
				lines.push(`lddw r1, ${target.dataLen}`, `lddw r2, ${random.int(dataLen + 10_300)}`);
				lines.push('stxdw [r1+0], r2');
				break;
			case 2: {
				// Moving lamports from one account to the other keeps the sum.
				const other = random.pick(random.oneIn(8) || writable.length === 0 ? places : writable);
				const amount = random.int(50);
				lines.push(`lddw r1, ${target.lamports}`, 'ldxdw r2, [r1+0]', `sub64 r2, ${amount}`);
				lines.push('stxdw [r1+0], r2', `lddw r1, ${other.lamports}`, 'ldxdw r2, [r1+0]');
				lines.push(`add64 r2, ${amount}`, 'stxdw [r1+0], r2');
				break;
			}
			case 3:
				// Accepted where the data is zero.
				lines.push(`lddw r1, ${target.owner}`, `lddw r2, ${random.u64()}`, 'stxdw [r1+8], r2');
				break;
			case 4: {
				const offset = random.int(dataLen + (random.oneIn(6) ? 10_300 : 8));
				lines.push(`lddw r1, ${target.data + offset}`, `stb [r1+0], ${random.int(128)}`);
				break;
			}
			default: {
				const offset = random.int(Math.max(1, dataLen - 8));
				lines.push(`lddw r1, ${target.data + offset}`, `lddw r2, ${random.u64()}`);
				lines.push('stxdw [r1+0], r2');
			}
		}
	}
	return lines;
}

/** Logs lamports, length and first bytes of every account. */
function show(random: Random, places: readonly Place[]): string[] {
	const lines: string[] = [];
	for (const place of places) {
		if (random.oneIn(4)) continue;
		lines.push(`lddw r6, ${place.lamports}`, 'ldxdw r1, [r6+0]', 'ldxdw r2, [r6+8]');
		lines.push(`lddw r6, ${place.owner}`, 'ldxdw r4, [r6+0]', 'mov64 r3, 0', 'mov64 r5, 0');
		if (place.account.dataLen >= 8) lines.push(`lddw r6, ${place.data}`, 'ldxdw r3, [r6+0]');
		if (random.oneIn(3)) {
			// Behind the data as often as in it.
			const offset = random.int(2 * place.account.dataLen + (random.oneIn(4) ? 60 : 2));
			lines.push(`lddw r6, ${place.data + offset}`, 'ldxb r5, [r6+0]');
		}
		lines.push('syscall sol_log_64_');
	}
	return lines;
}

function returnsData(random: Random): string[] {
	if (!random.oneIn(3)) return [];
	return [`lddw r1, ${MM_HEAP_START + 64}`, `mov64 r2, ${random.int(40)}`, 'syscall sol_set_return_data'];
}

function readsSiblings(random: Random): string[] {
	if (!random.oneIn(5)) return [];
	const header = MM_HEAP_START + IMAGE;
	const lines: string[] = [];
	for (let i = 0; i < 2; i++) {
		lines.push(`mov64 r1, ${random.int(2)}`, `lddw r2, ${header}`, `lddw r3, ${header + 32}`);
		lines.push(`lddw r4, ${header + 64}`, `lddw r5, ${header + 4096}`);
		lines.push('syscall sol_get_processed_sibling_instruction', 'mov64 r1, r0', `lddw r6, ${header}`);
		lines.push('ldxdw r2, [r6+0]', 'ldxdw r3, [r6+8]', 'ldxdw r4, [r6+32]', 'ldxdw r5, [r6+64]');
		lines.push('syscall sol_log_64_');
	}
	return lines;
}

interface World {
	readonly alpha: Pubkey;
	readonly beta: Pubkey;
	readonly accounts: readonly Expected[];
}

/** Something for the program `self` to invoke. */
function randomInvocation(random: Random, world: World, self: Pubkey, places: readonly Place[]): Invocation {
	const keys = places.map((place) => place.account);
	const pick = (among: readonly Expected[] = keys): AccountMeta => {
		const { key, isSigner, isWritable } = random.pick(among.length === 0 ? keys : among);
		return {
			pubkey: random.oneIn(200) ? address('nowhere') : key,
			isSigner: random.oneIn(100) ? !isSigner : isSigner && random.oneIn(2),
			isWritable: random.oneIn(100) ? !isWritable : isWritable && !random.oneIn(4),
		};
	};
	const metas = keys.length === 0 ? [] : Array.from({ length: random.int(6) }, () => pick());
	// Behind the accounts, so that the length of their data moves nothing the callee knows.
	const programs: AccountMeta[] = random.oneIn(4)
		? []
		: [world.alpha, world.beta, programIds.systemProgram].map((pubkey) => ({
				pubkey,
				isSigner: false,
				isWritable: false,
			}));
	const seeds: Uint8Array[][] = [];
	if (random.oneIn(3)) {
		const found = findProgramAddress([new TextEncoder().encode('seed')], self);
		if (found !== null) {
			seeds.push([new TextEncoder().encode('seed'), Uint8Array.of(found.bump)]);
			const isGiven = keys.some(({ key }) => key.equals(found.address));
			if (isGiven || random.oneIn(10)) {
				metas.push({ pubkey: found.address, isSigner: true, isWritable: false });
			}
		}
	}
	if (random.oneIn(20))
		seeds.push(Array.from({ length: random.int(18) }, () => random.bytes(random.int(34))));
	const wallets = keys.filter(({ owner, isSigner, isWritable }) =>
		[isSigner, isWritable, owner.equals(programIds.systemProgram)].every(Boolean),
	);
	if (random.oneIn(5) && wallets.length > 0) {
		// The system program gives an account away or makes it longer.
		const isAssign = random.oneIn(2);
		const data = new Uint8Array(isAssign ? 36 : 12);
		data[0] = isAssign ? 1 : 8;
		if (isAssign) data.set(random.pick([self, world.beta, world.alpha]).bytes, 4);
		else new DataView(data.buffer).setUint32(4, random.int(random.oneIn(4) ? 11_000 : 100), true);
		const metas = [{ pubkey: random.pick(wallets).key, isSigner: true, isWritable: true }];
		return { programId: programIds.systemProgram, metas, data, seeds };
	}
	if (random.oneIn(4) && keys.length > 1) {
		// A system transfer between two of the accounts.
		const data = new Uint8Array(12);
		data[0] = 2;
		data[4] = random.int(100);
		return {
			programId: programIds.systemProgram,
			metas: [
				{
					...pick(keys.filter((one) => one.isSigner && one.dataLen === 0)),
					isWritable: true,
					isSigner: true,
				},
				{ ...pick(keys.filter((one) => one.isWritable)), isWritable: true, isSigner: false },
			],
			data,
			seeds,
		};
	}
	const programId = random.oneIn(15)
		? random.pick([programIds.bpfLoaderUpgradeable, programIds.ed25519Program, programIds.computeBudget])
		: random.pick([
				self,
				world.beta,
				world.beta,
				world.beta,
				random.oneIn(8) ? programIds.systemProgram : world.beta,
			]);
	const data = random.bytes(random.oneIn(8) ? random.int(600) : random.int(24));
	return { programId, metas: [...metas, ...programs], data, seeds };
}

/** A program with its read-only data, written for the accounts it expects. */
function randomProgram(
	random: Random,
	world: World,
	self: Pubkey,
	accounts: readonly Expected[],
	isDeprecated: boolean,
	invokes: boolean,
): { file: Uint8Array; call: Invocation | null; source: string } {
	const places = layout(accounts, isDeprecated);
	const isC = random.oneIn(2);
	const call = invokes ? randomInvocation(random, world, self, places) : null;
	const lines: string[] = [];
	let image: Uint8Array = new Uint8Array(0);
	if (call !== null) {
		image = heapImage(random, places, call, isC);
		lines.push(`lddw r1, ${MM_HEAP_START}`, 'mov64 r2, 0', `mov64 r3, ${IMAGE}`, 'syscall sol_memcpy_');
	}
	if (random.oneIn(2)) lines.push(...mutations(random, self, places, random.int(4)));
	lines.push(...returnsData(random));
	if (call !== null) {
		const infos = random.oneIn(80) ? inInput(random) : MM_HEAP_START + INFOS;
		lines.push(`lddw r1, ${MM_HEAP_START + INSTRUCTION}`, `lddw r2, ${infos}`);
		lines.push(`mov64 r3, ${random.oneIn(10) ? random.int(8) : places.length}`);
		lines.push(`lddw r4, ${MM_HEAP_START + SEEDS}`, `mov64 r5, ${call.seeds.length}`);
		lines.push(`syscall ${isC ? 'sol_invoke_signed_c' : 'sol_invoke_signed_rust'}`);
	}
	lines.push(...readsSiblings(random), ...show(random, places));
	if (random.oneIn(2)) lines.push(...mutations(random, self, places, random.int(4)));
	lines.push(`mov64 r0, ${random.oneIn(12) ? random.int(9) : 0}`, 'exit');
	const source = lines.join('\n');
	return { file: programFile(source, image), call, source };
}

function expectedOf(world: World, metas: readonly AccountMeta[]): Expected[] {
	return metas.map((meta) => ({
		key: meta.pubkey,
		owner: world.accounts.find((one) => one.key.equals(meta.pubkey))?.owner ?? programIds.systemProgram,
		dataLen: world.accounts.find((one) => one.key.equals(meta.pubkey))?.dataLen ?? 0,
		isSigner: meta.isSigner,
		isWritable: meta.isWritable,
	}));
}

function fuzz(seed: number, toggles: Partial<Record<FeatureName, boolean>>): void {
	const random = new Random(seed);
	const pair = new Pair(toggles);
	for (let i = 0; i < CASES; i++) {
		// The same addresses each time: the oracle then frees the programs of the case before.
		const alpha = address('alpha');
		const beta = address('beta');
		const isDeprecated = random.oneIn(6);
		const isBetaDeprecated = random.oneIn(6);
		const lens = [random.int(100), random.int(100), 0, random.int(40)];
		if (random.oneIn(10)) lens[0] = 10_200 + random.int(100);
		const pda = findProgramAddress([new TextEncoder().encode('seed')], alpha)!.address;
		const owners = [alpha, beta, programIds.systemProgram, random.pick([alpha, beta])];
		const keys = [address('ones'), address('twos'), address('wallet'), address('threes')];
		const accounts: Expected[] = keys.map((key, k) => ({
			key,
			owner: owners[k]!,
			dataLen: lens[k]!,
			isSigner: k === 2 || random.oneIn(4),
			isWritable: !random.oneIn(5),
		}));
		accounts.push({
			key: pda,
			owner: programIds.systemProgram,
			dataLen: 0,
			isSigner: false,
			isWritable: random.oneIn(2),
		});
		for (const [k, key] of keys.entries()) {
			const zero = random.oneIn(2);
			pair.setData(key, owners[k]!, zero ? new Uint8Array(lens[k]!) : random.bytes(lens[k]!), 10n ** 9n);
		}
		pair.setData(pda, programIds.systemProgram, new Uint8Array(0), 10n ** 8n);

		const programs = [beta, programIds.systemProgram, alpha].map((key) => ({
			key,
			owner: programIds.bpfLoader,
			dataLen: 36,
			isSigner: false,
			isWritable: false,
		}));
		const world: World = { alpha, beta, accounts };
		// The programs come last: the length of their data does not move anything then.
		const given = accounts.filter(() => !random.oneIn(8));
		if (random.oneIn(5) && given.length > 0) given.push(random.pick(given));
		const called = [...given, ...programs.filter(() => !random.oneIn(15))];
		const first = randomProgram(random, world, alpha, called.slice(0, given.length), isDeprecated, true);
		// What the caller may pass on besides its accounts are the programs.
		const invoked = first.call?.programId.equals(beta) ? first.call.metas : [];
		const betaMetas = invoked.filter(({ pubkey }) => accounts.some(({ key }) => key.equals(pubkey)));
		const second = randomProgram(
			random,
			world,
			beta,
			expectedOf(world, betaMetas),
			isBetaDeprecated,
			random.oneIn(2),
		);
		pair.addProgram(alpha, first.file, isDeprecated ? programIds.bpfLoaderDeprecated : programIds.bpfLoader);
		pair.addProgram(
			beta,
			second.file,
			isBetaDeprecated ? programIds.bpfLoaderDeprecated : programIds.bpfLoader,
		);
		const { ours, compiled, oracle } = pair.run([
			{
				programId: alpha,
				accounts: called.map(({ key, isSigner, isWritable }) => ({ pubkey: key, isSigner, isWritable })),
				data: random.bytes(random.int(30)),
			},
		]);
		expect(ours, `seed ${seed}, case ${i}:\n${first.source}\n-- beta\n${second.source}`).toEqual(oracle);
		expect(compiled, `seed ${seed}, case ${i}:\n${first.source}\n-- beta\n${second.source}`).toEqual(oracle);
	}
}

describe('random cross-program invocations agree with the oracle', () => {
	it('with the features of mainnet', () => fuzz(SEED, {}));
	it('with regions for account data', () => fuzz(SEED + 1, { virtual_address_space_adjustments: true }));
	it('with account data mapped directly', () =>
		fuzz(SEED + 2, { virtual_address_space_adjustments: true, account_data_direct_mapping: true }));
	it('without restrictions on parameter addresses', () =>
		fuzz(SEED + 3, { syscall_parameter_address_restrictions: false }));
	it('with account pointers, and direct mapping waiting for its regions', () =>
		fuzz(SEED + 5, { direct_account_pointers_in_program_input: true, account_data_direct_mapping: true }));
	it('with eight nested invocations allowed', () => fuzz(SEED + 4, { raise_cpi_nesting_limit_to_8: true }));
});
