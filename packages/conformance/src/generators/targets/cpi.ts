/**
 * Programs that invoke each other and the system program.
 *
 * Every program knows where its accounts lie. It changes some of them (rightly or wrongly), invokes another
 * program through Rust's or C's interface with account infos that are right as a rule, shows what it sees
 * afterwards, and changes some more.
 */
import { MM_HEAP_START } from '@parhelion/sbpf';
import { type AccountMeta, type Instruction, type Pubkey, programIds } from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { programFile } from '../../oracle/elf.ts';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, type Step, set } from '../case.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { PAYER, payerStep, SOL, unitLimit, utf8 } from './common.ts';
import { mutations, readsSiblings, returnsData, show } from './cpi-actions.ts';
import {
	type Expected,
	heapImage,
	IMAGE,
	INFOS,
	INSTRUCTION,
	type Invocation,
	inInput,
	layout,
	type Place,
	SEEDS,
} from './cpi-image.ts';

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
		const found = findProgramAddress([utf8.encode('seed')], self);
		if (found !== null) {
			seeds.push([utf8.encode('seed'), Uint8Array.of(found.bump)]);
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
				random.oneIn(3) ? self : world.beta,
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
		// As often as it takes to reach the limits of a transaction's trace and logs.
		const rounds = random.oneIn(12) ? random.pick([2, 5, 30, 62, 63, 64, 66]) : 1;
		lines.push(`mov64 r9, ${rounds}`);
		lines.push(`lddw r1, ${MM_HEAP_START + INSTRUCTION}`, `lddw r2, ${infos}`);
		lines.push(`mov64 r3, ${random.oneIn(10) ? random.int(8) : places.length}`);
		lines.push(`lddw r4, ${MM_HEAP_START + SEEDS}`, `mov64 r5, ${call.seeds.length}`);
		lines.push(`syscall ${isC ? 'sol_invoke_signed_c' : 'sol_invoke_signed_rust'}`);
		// Back to the first of the arguments, three of which take two slots.
		lines.push('sub64 r9, 1', 'jne r9, 0, -11');
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

/** Loaders of a generated program: the deprecated one lays the accounts out differently. */
function randomLoader(random: Random): Pubkey {
	return random.pick([
		programIds.bpfLoader,
		programIds.bpfLoader,
		programIds.bpfLoader,
		programIds.bpfLoaderUpgradeable,
		programIds.bpfLoaderDeprecated,
	]);
}

function generate(random: Random): FuzzCase {
	const alpha = address('alpha');
	const beta = address('beta');
	const loaders = [randomLoader(random), randomLoader(random)] as const;
	const [isDeprecated, isBetaDeprecated] = loaders.map((one) => one.equals(programIds.bpfLoaderDeprecated));
	const lens = [random.int(100), random.int(100), 0, random.int(40)];
	if (random.oneIn(10)) lens[0] = 10_200 + random.int(100);
	const pda = findProgramAddress([utf8.encode('seed')], alpha)!.address;
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
	const steps: Step[] = [payerStep()];
	for (const [k, key] of keys.entries()) {
		const data = random.oneIn(2) ? new Uint8Array(lens[k]!) : random.bytes(lens[k]!);
		steps.push(set(key, { owner: owners[k]!, data, lamports: SOL }));
	}
	steps.push(set(pda, { lamports: SOL / 10n }));

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
	const first = randomProgram(random, world, alpha, called.slice(0, given.length), isDeprecated!, true);
	// What the caller may pass on besides its accounts are the programs.
	const isBeta = first.call?.programId.equals(beta) === true;
	const betaMetas = (isBeta ? first.call!.metas : []).filter(({ pubkey }) =>
		accounts.some(({ key }) => key.equals(pubkey)),
	);
	const expected = expectedOf(world, betaMetas);
	const second = randomProgram(random, world, beta, expected, isBetaDeprecated!, random.oneIn(2));
	steps.push(
		{ kind: 'program', programId: alpha, loader: loaders[0], elf: first.file, text: first.source },
		{ kind: 'program', programId: beta, loader: loaders[1], elf: second.file, text: second.source },
	);
	const metas = called.map(({ key, isSigner, isWritable }) => ({ pubkey: key, isSigner, isWritable }));
	const callee = first.call?.programId ?? alpha;
	const label = isBeta ? 'another' : callee.equals(alpha) ? 'itself' : 'builtin';
	// The later ones find what the earlier ones left.
	for (let t = 1 + random.int(3); t > 0; t--) {
		const instruction = { programId: alpha, accounts: metas, data: random.bytes(random.int(30)) };
		const instructions: Instruction[] = random.oneIn(6) ? [instruction, instruction] : [instruction];
		// The units run out somewhere.
		if (random.oneIn(8)) instructions.unshift(unitLimit(150 + random.int(random.oneIn(2) ? 4000 : 40_000)));
		steps.push({ kind: 'send', label, payer: PAYER, instructions });
	}
	return { steps };
}

export const cpi: Target = {
	name: 'cpi',
	about: 'hostile programs that invoke each other: metas, infos, seeds, duplicates, resizing, closing',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.2,
	leastErrors: 12,
	variants: {
		regions: { virtual_address_space_adjustments: true },
		direct: { virtual_address_space_adjustments: true, account_data_direct_mapping: true },
		unrestricted: { syscall_parameter_address_restrictions: false },
		pointers: { direct_account_pointers_in_program_input: true, account_data_direct_mapping: true },
		nested: { raise_cpi_nesting_limit_to_8: true },
	},
};
