/**
 * Programs that features replace, and hard forks, against chains that Agave's own Bank made. At slot 32 a program of
 * loader v2 becomes one of v3 (over lamports that somebody had sent to its data account, or not, by another feature), the
 * stake program is upgraded once and a second time refused, builtins migrate or do not; transactions invoke the programs
 * before, in that slot and after it. The file says how it was made.
 */
import { encodeFeature, Pubkey, programIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import {
	accountDifferences,
	accountText,
	type GoldenSlot,
	genesisBank,
	readGolden,
	restartedBank,
	runSlot,
} from '../../test/golden.ts';
import { MemoryStorage } from '../accounts-db/memory-storage.ts';
import { Bank } from '../bank/bank.ts';
import type { ProgramReplaced } from '../bank/bank-events.ts';
import { migrateBuiltinToCoreBpf } from '../bank/core-programs/core-programs.ts';
import type { SlotLeader } from '../bank/leader-schedule.ts';

interface Golden {
	readonly relaxed: {
		readonly genesis: string;
		readonly slots: readonly GoldenSlot[];
		/** What happens, program, feature, buffer. */
		readonly builtins: readonly (readonly [string, string, string, string])[];
	};
	readonly strict: { readonly genesis: string; readonly slots: readonly GoldenSlot[] };
	readonly hardForks: {
		readonly slots: readonly GoldenSlot[];
		readonly hardForks: readonly (readonly [at: number, slot: number])[];
	};
}

const golden = readGolden<Golden>('agave-core-programs.json.gz');
const key = (text: string): Pubkey => Pubkey.fromBase58(text);
/** `solana-builtins`, `test_only`: who may upgrade what the builtins become. */
const UPGRADE_AUTHORITIES: readonly Pubkey[] = [
	key('HGTbQhaCXNTbpgpLb2KNjqWSwpJyb2dqDB66Lc3Ph4aN'),
	key('6zkXWHR8YeCvfMqHwyiz2n7g6hMUKCFhrVccZZTDk4ei'),
	key('2N4JfyYub6cWUP9R4JrsFHv6FYKT7JnoRX8GQUH9MdT3'),
	key('8Y5VTHdadnz4rZZWdUA4Qq2m2zWoCwwtb38spPZCXuGU'),
];
const MIGRATION_RESULTS = [null, 'AccountNotFound', 'InstructionError', 'AccountNotFound'];

const leader: SlotLeader = {
	id: key('83QPXvAQiHEzEoJPXjJikLE6zNYskTJKJ28dBHT88ww9'),
	voteAddress: key('CX7Snfaxf1oVFyZPQpjgjMwhU8oyU9UYmRVtncw8hGP7'),
};

/** Does what the reference's build for tests does with its builtins, which no release migrates. */
function migrateBuiltins(bank: Bank): (string | null)[] {
	return golden.relaxed.builtins.map(([, program, feature, buffer], i) => {
		const account = bank.getAccount(key(feature))!;
		bank.store(key(feature), { ...account, data: encodeFeature(bank.slot) });
		const migrated = migrateBuiltinToCoreBpf(
			bank,
			key(program),
			{
				buffer: key(buffer),
				upgradeAuthority: UPGRADE_AUTHORITIES[i]!,
				isStateless: false,
				verifiedBuildHash: null,
			},
			bank.features.relaxProgramdataAccountCheckMigration,
		);
		return migrated.ok ? null : migrated.error.kind;
	});
}

function replay(
	genesis: string,
	rows: readonly GoldenSlot[],
	hardForks: readonly (readonly [number, number])[] = [],
	restarts = false,
): ProgramReplaced[] {
	const storage = new MemoryStorage();
	const replaced: ProgramReplaced[] = [];
	let bank: Bank | null = null;
	for (const row of rows) {
		const slot = BigInt(row.slot);
		if (bank === null) {
			bank = genesisBank(genesis, leader, {}, storage);
			bank.shared.events.on('programReplaced', (event) => replaced.push(event));
		} else bank = Bank.newFromParent(bank, leader, slot);
		if (slot === 32n) expect(migrateBuiltins(bank)).toEqual(MIGRATION_RESULTS);
		for (const [at, fork] of hardForks) if (at === row.slot) bank.registerHardFork(BigInt(fork));
		expect(runSlot(bank, row), `errors of slot ${slot}`).toEqual(row.transactions.map(([, error]) => error));
		expect(accountDifferences(bank, row.accounts ?? []), `accounts of slot ${slot}`).toEqual([]);
		for (const address of row.removed ?? []) expect(accountText(bank, address), address).toBeNull();
		expect(bank.capitalization, `supply of slot ${slot}`).toBe(BigInt(row.capitalization));
		expect(bank.hash.toBase58(), `bank hash of slot ${slot}`).toBe(row.hash);
		if (restarts) bank = restartedBank(bank, storage);
	}
	return replaced;
}

/** Which programs were replaced, and how it ended. */
const endings = (replaced: readonly ProgramReplaced[]): (readonly [bigint, Pubkey, string | null])[] =>
	replaced.map(({ slot, programId, error }) => [slot, programId, error?.kind ?? null]);

describe('programs replaced by features', () => {
	it('are those of Agave, account by account', () => {
		const { genesis, slots } = golden.relaxed;
		expect(endings(replay(genesis, slots))).toEqual([
			[32n, programIds.splToken, null],
			[32n, programIds.stake, null],
			[32n, programIds.stake, 'UpgradeAuthorityMismatch'],
		]);
	});

	it('stay where their data account has lamports and no feature allows it', () => {
		const { genesis, slots } = golden.strict;
		expect(endings(replay(genesis, slots))).toEqual([
			[32n, programIds.splToken, 'ProgramHasDataAccount'],
			[32n, programIds.stake, null],
			[32n, programIds.stake, 'UpgradeAuthorityMismatch'],
		]);
	});
});

describe('hard forks', () => {
	it('mark bank hashes and the sysvar of the last restart as in Agave', () => {
		const { slots, hardForks } = golden.hardForks;
		replay(golden.relaxed.genesis, slots, hardForks);
		// They are marked: the chain without them has other hashes.
		const without = golden.relaxed.slots.find(({ slot }) => slot === 33)!;
		expect(slots.find(({ slot }) => slot === 33)!.hash).not.toBe(without.hash);
	});

	it('and replaced programs are known after a restart at every slot', () => {
		const { slots, hardForks } = golden.hardForks;
		replay(golden.relaxed.genesis, slots, hardForks, true);
	});
});
