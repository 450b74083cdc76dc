import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	createAccount,
	encodeUpgradeableLoaderState,
	FeatureSet,
	featureId,
	Hash,
	Pubkey,
	programIds,
	type Result,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { AccountsDb } from '../../accounts-db/accounts-db.ts';
import { MemoryStorage } from '../../accounts-db/memory-storage.ts';
import { createBootstrapGenesis } from '../../genesis/bootstrap-genesis.ts';
import { programdataAddressOf } from '../../genesis/genesis-accounts.ts';
import { Bank } from '../bank.ts';
import type { SlotLeader } from '../leader-schedule.ts';
import type { CoreBpfMigrationError } from './core-program-error.ts';
import {
	CORE_PROGRAM_CHANGES,
	type CoreBpfMigrationConfig,
	migrateBuiltinToCoreBpf,
	upgradeCoreBpfProgram,
	upgradeLoaderV2Program,
} from './core-programs.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const leader: SlotLeader = { id: key(200), voteAddress: key(201) };
const ELF = new Uint8Array(readFileSync(join(import.meta.dirname, '../../../../bench/elf/counter.so')));
const program = key(50);
const buffer = key(51);
const authority = key(52);
const { bpfLoader, bpfLoaderUpgradeable, nativeLoader, systemProgram } = programIds;

let bank: Bank;

beforeEach(() => {
	const config = createBootstrapGenesis({
		faucet: key(1),
		validator: { identity: leader.id, vote: leader.voteAddress, stake: key(202) },
		features: FeatureSet.allEnabled(),
	});
	const genesis = Bank.newFromGenesis(config, leader, new AccountsDb({ storage: new MemoryStorage() }));
	bank = Bank.newFromParent(genesis, leader, 3n);
});

/** The state of a loader and an ELF behind `metadata` bytes. */
function withElf(state: UpgradeableLoaderState, metadata: number, elf: Uint8Array): Uint8Array {
	const data = new Uint8Array(metadata + elf.length);
	data.set(encodeUpgradeableLoaderState(state));
	data.set(elf, metadata);
	return data;
}

function put(pubkey: Pubkey, fields: Partial<AccountSharedData>): void {
	bank.storeAndCount(pubkey, createAccount({ lamports: 1_000_000_000n, ...fields }));
}

function putBuffer(authorityAddress: Pubkey | null = authority, elf: Uint8Array = ELF): void {
	const data = withElf({ kind: 'Buffer', authorityAddress }, 37, elf);
	put(buffer, { data, owner: bpfLoaderUpgradeable });
}

function putCoreProgram(upgradeAuthorityAddress: Pubkey | null = authority): void {
	const programdataAddress = programdataAddressOf(program);
	const data = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress });
	put(program, { data, owner: bpfLoaderUpgradeable, executable: true });
	const state: UpgradeableLoaderState = { kind: 'ProgramData', slot: 0n, upgradeAuthorityAddress };
	put(programdataAddress, {
		data: withElf(state, 45, new Uint8Array(200).fill(4)),
		owner: bpfLoaderUpgradeable,
	});
}

/** The supply as it is in the accounts. */
function sumOfLamports(): bigint {
	let sum = 0n;
	for (const [, { lamports }] of bank.shared.accountsDb.accounts(bank.ancestors)) sum += lamports;
	return sum;
}

/** Everything that a failure must leave alone. */
function state(): unknown {
	return [
		bank.capitalization,
		[...bank.shared.accountsDb.accounts(bank.ancestors)],
		[...bank.shared.programCache.flattened()].length,
	];
}

function kindOf(result: Result<void, CoreBpfMigrationError>): string | null {
	return result.ok ? null : result.error.kind;
}

function migrate(config: Partial<CoreBpfMigrationConfig> = {}, allowPrefunded = true) {
	const whole = { buffer, upgradeAuthority: authority, isStateless: false, verifiedBuildHash: null };
	return migrateBuiltinToCoreBpf(bank, program, { ...whole, ...config }, allowPrefunded);
}

/** The program is what the buffer held, to the lamport, and the buffer is gone. */
function expectDeployed(upgradeAuthorityAddress: Pubkey | null, elf: Uint8Array = ELF): void {
	const programdataAddress = programdataAddressOf(program);
	const data = withElf({ kind: 'ProgramData', slot: 3n, upgradeAuthorityAddress }, 45, elf);
	const lamports = bank.rent.minimumBalance(data.length);
	expect(bank.getAccount(programdataAddress)).toEqual(
		createAccount({ lamports, data, owner: bpfLoaderUpgradeable }),
	);
	expect(bank.getAccount(program)).toMatchObject({
		data: encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress }),
		owner: bpfLoaderUpgradeable,
		executable: true,
	});
	expect(bank.getAccount(buffer)).toBeNull();
	const entry = [...bank.shared.programCache.flattened()].find(({ deploymentSlot }) => deploymentSlot === 3n);
	expect([entry?.accountOwner, entry?.effectiveSlot()]).toEqual(['LoaderV3', 4n]);
	expect(sumOfLamports()).toBe(bank.capitalization);
}

describe('a builtin that becomes a program', () => {
	beforeEach(() => {
		put(program, {
			lamports: 1n,
			data: new TextEncoder().encode('builtin'),
			owner: nativeLoader,
			executable: true,
		});
		putBuffer();
	});

	it('takes the ELF, the authority and what rent asks for', () => {
		expect(migrate().ok).toBe(true);
		expectDeployed(authority);
		expect(bank.getBalance(program)).toBe(bank.rent.minimumBalance(36));
	});

	it('has no authority where none is asked for, whatever the buffer says', () => {
		expect(migrate({ upgradeAuthority: null }).ok).toBe(true);
		expectDeployed(null);
	});

	it('keeps the zeros behind the ELF, which the build hash leaves out', () => {
		const padded = new Uint8Array(ELF.length + 64);
		padded.set(ELF);
		putBuffer(authority, padded);
		const last = ELF.findLastIndex((byte) => byte !== 0);
		expect(migrate({ verifiedBuildHash: Hash.fromBytes(sha256(ELF.subarray(0, last + 1))) }).ok).toBe(true);
		expectDeployed(authority, padded);
	});

	it('may never have had an account', () => {
		bank.storeAndCount(program, createAccount({}));
		expect(migrate({ isStateless: true }).ok).toBe(true);
		expectDeployed(authority);
	});

	it('burns what somebody sent to the address of its data', () => {
		put(programdataAddressOf(program), { owner: systemProgram });
		expect(migrate().ok).toBe(true);
		expectDeployed(authority);
	});

	const spoiled: readonly (readonly [string, () => void, Partial<CoreBpfMigrationConfig>, boolean?])[] = [
		['AccountExists', () => undefined, { isStateless: true }],
		['AccountNotFound', () => bank.storeAndCount(program, createAccount({})), {}],
		['IncorrectOwner', () => put(program, { owner: systemProgram }), {}],
		['ProgramHasDataAccount', () => put(programdataAddressOf(program), { owner: systemProgram }), {}, false],
		['ProgramHasDataAccount', () => put(programdataAddressOf(program), { owner: bpfLoaderUpgradeable }), {}],
		['AccountNotFound', () => bank.storeAndCount(buffer, createAccount({})), {}],
		['IncorrectOwner', () => put(buffer, { data: bank.getAccount(buffer)!.data, owner: bpfLoader }), {}],
		[
			'BincodeError',
			() => put(buffer, { data: new Uint8Array(80).fill(9), owner: bpfLoaderUpgradeable }),
			{},
		],
		[
			'InvalidBufferAccount',
			() => put(buffer, { data: new Uint8Array(80), owner: bpfLoaderUpgradeable }),
			{},
		],
		[
			'InvalidBufferAccount',
			() => put(buffer, { data: Uint8Array.of(1, 0, 0, 0, 0), owner: bpfLoaderUpgradeable }),
			{},
		],
		['BuildHashMismatch', () => undefined, { verifiedBuildHash: Hash.default }],
		['UpgradeAuthorityMismatch', () => undefined, { upgradeAuthority: key(53) }],
		['UpgradeAuthorityMismatch', () => putBuffer(null), {}],
		['InstructionError', () => putBuffer(authority, new Uint8Array(200).fill(4)), {}],
	];
	for (const [kind, spoil, config, allowPrefunded = true] of spoiled) {
		it(`stays as it was: ${kind}`, () => {
			spoil();
			const before = state();
			expect(kindOf(migrate(config, allowPrefunded))).toBe(kind);
			expect(state()).toEqual(before);
		});
	}
});

describe('a program of loader v2 that becomes one of v3', () => {
	const upgrade = (allowPrefunded = true) => upgradeLoaderV2Program(bank, program, buffer, allowPrefunded);

	beforeEach(() => {
		put(program, { data: new Uint8Array(200).fill(4), owner: bpfLoader, executable: true });
		putBuffer();
	});

	it('has no upgrade authority', () => {
		expect(upgrade().ok).toBe(true);
		expectDeployed(null);
	});

	const spoiled: readonly (readonly [string, () => void, boolean?])[] = [
		['AccountNotFound', () => bank.storeAndCount(program, createAccount({}))],
		['IncorrectOwner', () => put(program, { owner: bpfLoaderUpgradeable, executable: true })],
		['ProgramAccountNotExecutable', () => put(program, { owner: bpfLoader })],
		['ProgramHasDataAccount', () => put(programdataAddressOf(program), { owner: systemProgram }), false],
		['ProgramHasDataAccount', () => put(programdataAddressOf(program), { owner: bpfLoader })],
		['AccountNotFound', () => bank.storeAndCount(buffer, createAccount({}))],
		['InvalidBufferAccount', () => put(buffer, { data: new Uint8Array(4), owner: bpfLoaderUpgradeable })],
		['InstructionError', () => putBuffer(null, new Uint8Array(0))],
	];
	for (const [kind, spoil, allowPrefunded = true] of spoiled) {
		it(`stays as it was: ${kind}`, () => {
			spoil();
			const before = state();
			expect(kindOf(upgrade(allowPrefunded))).toBe(kind);
			expect(state()).toEqual(before);
		});
	}
});

describe('a program of loader v3 that is upgraded', () => {
	const upgrade = () => upgradeCoreBpfProgram(bank, program, buffer);
	const programdata = programdataAddressOf(program);

	beforeEach(() => {
		putCoreProgram();
		putBuffer();
	});

	it('keeps its account and its authority', () => {
		const account = bank.getAccount(program);
		expect(upgrade().ok).toBe(true);
		expectDeployed(authority);
		expect(bank.getAccount(program)).toEqual(account);
	});

	it('keeps having no authority', () => {
		putCoreProgram(null);
		expect(upgrade().ok).toBe(true);
		expectDeployed(null);
	});

	const spoiled: readonly (readonly [string, () => void])[] = [
		['AccountNotFound', () => bank.storeAndCount(program, createAccount({}))],
		['IncorrectOwner', () => put(program, { owner: bpfLoader, executable: true })],
		['ProgramAccountNotExecutable', () => put(program, { owner: bpfLoaderUpgradeable })],
		['BincodeError', () => put(program, { owner: bpfLoaderUpgradeable, executable: true })],
		[
			'InvalidProgramAccount',
			() => put(program, { data: new Uint8Array(36), owner: bpfLoaderUpgradeable, executable: true }),
		],
		[
			'InvalidProgramAccount',
			() =>
				put(program, {
					data: encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: key(9) }),
					owner: bpfLoaderUpgradeable,
					executable: true,
				}),
		],
		['ProgramHasNoDataAccount', () => bank.storeAndCount(programdata, createAccount({}))],
		['IncorrectOwner', () => put(programdata, { owner: systemProgram })],
		['InvalidProgramDataAccount', () => put(programdata, { owner: bpfLoaderUpgradeable })],
		[
			'InvalidProgramDataAccount',
			() => put(programdata, { data: new Uint8Array(45), owner: bpfLoaderUpgradeable }),
		],
		[
			'BincodeError',
			() => put(programdata, { data: new Uint8Array(45).fill(7), owner: bpfLoaderUpgradeable }),
		],
		['AccountNotFound', () => bank.storeAndCount(buffer, createAccount({}))],
		['UpgradeAuthorityMismatch', () => putBuffer(key(53))],
		['InstructionError', () => putBuffer(authority, new Uint8Array(200).fill(4))],
	];
	for (const [kind, spoil] of spoiled) {
		it(`stays as it was: ${kind}`, () => {
			spoil();
			const before = state();
			expect(kindOf(upgrade())).toBe(kind);
			expect(state()).toEqual(before);
		});
	}
});

describe('CORE_PROGRAM_CHANGES', () => {
	it('names a feature that is known, and each once', () => {
		const features = CORE_PROGRAM_CHANGES.map(({ feature }) => featureId(feature).toBase58());
		expect(new Set(features).size).toBe(features.length);
	});
});
