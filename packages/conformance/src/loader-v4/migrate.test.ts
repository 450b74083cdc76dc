/** Moving programs of loader v3 to loader v4: what moves, who may do it, and what is refused. */
import {
	type AccountMeta,
	ByteWriter,
	decodeLoaderV4State,
	encodeUpgradeableLoaderState,
	FeatureSet,
	type Instruction,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	Pubkey,
	programIds,
	type Slot,
} from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { programFile } from '../oracle/elf.ts';
import { address } from '../oracle/harness.ts';
import { type Shown, World } from './world.ts';

const LOADER = programIds.bpfLoaderUpgradeable;
const METADATA = 45;
const SLOT = 10n;
const MIGRATION_AUTHORITY = Pubkey.fromBase58('3Scf35jMNk2xXBD6areNjgMtXgp5ZspDhms8vdcbzC42');

const program = address('program');
const programdata = address('programdata');
const authority = address('authority');
const stranger = address('stranger');
const seven = programFile('mov64 r0, 7\nexit');

const call: Instruction = { programId: program, accounts: [], data: new Uint8Array(0) };

let world: World;
beforeEach(() => {
	world = new World('off', SLOT);
	setProgram(authority);
});

/** A deployed program of loader v3. */
function setProgram(upgradeAuthority: Pubkey | null, elf: Uint8Array = seven, slot: Slot = 3n): void {
	const data = new Uint8Array(METADATA + elf.length);
	data.set(
		encodeUpgradeableLoaderState({ kind: 'ProgramData', slot, upgradeAuthorityAddress: upgradeAuthority }),
	);
	data.set(elf, METADATA);
	world.set(programdata, { lamports: world.rent.minimumBalance(data.length), data, owner: LOADER });
	const state = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: programdata });
	const lamports = world.rent.minimumBalance(state.length);
	world.set(program, { lamports, data: state, owner: LOADER, executable: true });
}

/** Slot, authority or next version, status of the program. */
function state(): [slot: Slot, address: string, status: bigint] {
	const { data } = world.getAccountSharedData(program)!;
	const { slot, authorityAddressOrNextVersion, status } = decodeLoaderV4State(data)!;
	return [slot, authorityAddressOrNextVersion.toBase58(), status];
}

function migrate(signer: Pubkey, ...more: AccountMeta[]): Instruction {
	const meta = (pubkey: Pubkey, isWritable: boolean, isSigner = false): AccountMeta => ({
		pubkey,
		isSigner,
		isWritable,
	});
	return {
		programId: LOADER,
		accounts: [
			meta(programdata, true),
			meta(program, true),
			meta(signer, false, true),
			meta(programIds.loaderV4, false),
			...more,
		],
		data: new ByteWriter().u32(8).finish(),
	};
}

/** A builtin is given 3,000 CU where the transaction asks for none. */
const LIMIT: Instruction = {
	programId: programIds.computeBudget,
	accounts: [],
	data: new ByteWriter().u8(2).u32(20_000).finish(),
};
const LIMIT_UNITS = 150;

function send(instruction: Instruction): Shown {
	return world.run(LIMIT, instruction);
}

function words({ logs }: Shown): string[] {
	return logs.filter((line) => !/^Program \w{32,44} (invoke|consumed|success|failed)/.test(line));
}

const told = (shown: Shown): string[] => [shown.outcome, ...words(shown)];
const migrated = ['ok', `Migrated program ${program}`];

describe('Migrate', () => {
	it.each(['off', 'eager'] as const)(
		'gives a program to loader v4, where it runs on, with the JIT %s',
		(jit) => {
			world = new World(jit, SLOT);
			setProgram(authority);
			expect(world.run(call).outcome).toBe('Custom(7)');
			const lamports =
				world.getAccountSharedData(program)!.lamports + world.getAccountSharedData(programdata)!.lamports;
			const shown = send(migrate(authority));
			expect(told(shown)).toEqual(migrated);
			expect(shown.logs.filter((line) => line.includes('invoke [2]'))).toHaveLength(3);
			expect(shown.units).toBe(LIMIT_UNITS + 2370 + 3 * 2000);
			const account = world.getAccountSharedData(program)!;
			expect(account.owner.equals(programIds.loaderV4)).toBe(true);
			expect([account.lamports, account.executable]).toEqual([lamports, true]);
			expect(decodeLoaderV4State(account.data)).toEqual({
				slot: SLOT,
				authorityAddressOrNextVersion: authority,
				status: LoaderV4Status.Deployed,
			});
			expect(account.data.subarray(LOADER_V4_PROGRAM_DATA_OFFSET)).toEqual(seven);
			expect(world.getAccountSharedData(programdata)).toBeNull();
			expect(told(world.run(call))).toEqual(['UnsupportedProgramId', 'Program is not deployed']);
			world.setSlot(SLOT + 1n);
			expect(world.run(call).outcome).toBe('Custom(7)');
		},
	);

	it('finalizes an immutable program, for whoever holds its key', () => {
		setProgram(null);
		expect(told(send(migrate(authority)))).toEqual([
			'IncorrectAuthority',
			'Incorrect migration authority provided',
		]);
		expect(told(send(migrate(program)))).toEqual(migrated);
		expect(state()).toEqual([SLOT, program.toBase58(), LoaderV4Status.Finalized]);
	});

	it('lets the migration authority hand a program to its own authority, who signs', () => {
		const signer: AccountMeta = { pubkey: authority, isSigner: true, isWritable: false };
		expect(send(migrate(MIGRATION_AUTHORITY)).outcome).toBe('MissingAccount');
		expect(send(migrate(MIGRATION_AUTHORITY, { ...signer, isSigner: false })).outcome).toBe(
			'PrivilegeEscalation',
		);
		expect(told(send(migrate(MIGRATION_AUTHORITY, signer)))).toEqual(migrated);
		expect(state()).toEqual([SLOT, authority.toBase58(), LoaderV4Status.Deployed]);
	});

	it('closes a program without code', () => {
		setProgram(authority, new Uint8Array(0));
		expect(told(send(migrate(authority)))).toEqual(migrated);
		const account = world.getAccountSharedData(program)!;
		expect([account.data.length, account.owner.equals(programIds.loaderV4)]).toEqual([0, true]);
		world.set(programdata, { lamports: 1_000_000n, data: new Uint8Array(3), owner: LOADER });
		const state = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: programdata });
		world.set(program, { lamports: 10n ** 9n, data: state, owner: LOADER, executable: true });
		expect(told(send(migrate(program)))).toEqual(migrated);
	});

	it('refuses what is not so', () => {
		const good = migrate(authority);
		const change = (index: number, meta: Partial<AccountMeta>): Instruction => ({
			...good,
			accounts: good.accounts.map((one, i) => (i === index ? { ...one, ...meta } : one)),
		});
		expect(told(send({ ...good, accounts: good.accounts.slice(0, 2) }))).toEqual(['MissingAccount']);
		expect(told(send({ ...good, accounts: good.accounts.slice(0, 3) }))).toEqual([
			'MissingAccount',
			`Unknown program ${programIds.loaderV4}`,
		]);
		expect(told(send(change(0, { isWritable: false })))).toEqual([
			'InvalidArgument',
			'ProgramData account not writeable',
		]);
		expect(told(send(change(1, { isWritable: false })))).toEqual([
			'InvalidArgument',
			'Program account not writeable',
		]);
		expect(told(send(change(2, { isSigner: false })))).toEqual([
			'MissingRequiredSignature',
			'Migration authority did not sign',
		]);
		expect(told(send(migrate(stranger)))).toEqual([
			'IncorrectAuthority',
			'Incorrect migration authority provided',
		]);
		setProgram(authority, seven, SLOT);
		expect(told(send(good))).toEqual(['InvalidArgument', 'Program was deployed in this block already']);
		setProgram(authority);
		world.set(program, { ...world.getAccountSharedData(program)!, owner: programIds.bpfLoader });
		expect(told(send(good))).toEqual(['IncorrectProgramId', 'Program account not owned by loader']);
		const otherState = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: stranger });
		world.set(program, { lamports: 10n ** 9n, data: otherState, owner: LOADER });
		expect(told(send(good))).toEqual(['InvalidArgument', 'Program and ProgramData account mismatch']);
		world.set(program, { lamports: 10n ** 9n, data: new Uint8Array(36), owner: LOADER });
		expect(told(send(good))).toEqual(['InvalidAccountData', 'Invalid Program account']);
	});

	it('is not there without loader v4', () => {
		world = new World('off', SLOT, FeatureSet.mainnet());
		setProgram(authority);
		const shown = send(migrate(authority));
		// Without the loader there is no account of it either; that account is missing, not refused.
		expect(told(shown)).toEqual(['InvalidInstructionData']);
		expect(shown.units).toBe(LIMIT_UNITS + 2370);
	});
});
