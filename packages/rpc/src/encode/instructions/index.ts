/**
 * Owns the table of programs whose instructions are parsed. Source: solana-transaction-status 4.3.0
 * `parse_instruction.rs` (`PARSABLE_PROGRAM_IDS`).
 */
import { type Pubkey, programIds } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import { parseAssociatedToken } from './associated-token.ts';
import { parseBpfLoader, parseBpfUpgradeableLoader } from './loaders.ts';
import { parseLookupTable } from './lookup-table.ts';
import { attemptParse, type InstructionParser, utf8 } from './row.ts';
import { parseStake } from './stake.ts';
import { parseSystem } from './system.ts';
import { parseToken } from './token.ts';
import { parseVote } from './vote.ts';

/** A memo is its text. */
const parseMemo: InstructionParser = (data) => attemptParse(() => utf8(data));

type Row = readonly [program: Pubkey, name: string, parse: InstructionParser];

const ROWS: readonly Row[] = [
	[programIds.addressLookupTable, 'address-lookup-table', parseLookupTable],
	[programIds.associatedToken, 'spl-associated-token-account', parseAssociatedToken],
	[programIds.memoV1, 'spl-memo', parseMemo],
	[programIds.memoV3, 'spl-memo', parseMemo],
	[programIds.memoV4, 'spl-memo', parseMemo],
	[programIds.splToken, 'spl-token', parseToken],
	[programIds.splToken2022, 'spl-token', parseToken],
	[programIds.bpfLoader, 'bpf-loader', parseBpfLoader],
	[programIds.bpfLoaderUpgradeable, 'bpf-upgradeable-loader', parseBpfUpgradeableLoader],
	[programIds.stake, 'stake', parseStake],
	[programIds.systemProgram, 'system', parseSystem],
	[programIds.vote, 'vote', parseVote],
];

const BY_PROGRAM: ReadonlyMap<string, Row> = new Map(ROWS.map((row) => [row[0].key, row]));

/** The name of the program and the parsed form of an instruction; null where it cannot be parsed. */
export function parseInstruction(
	program: Pubkey,
	data: Uint8Array,
	accounts: readonly string[],
): { readonly program: string; readonly parsed: Json } | null {
	const row = BY_PROGRAM.get(program.key);
	if (row === undefined) return null;
	const parsed = row[2](data, accounts);
	return parsed === null ? null : { program: row[1], parsed };
}
