/**
 * Owns the table of programs whose accounts are parsed. Source: solana-account-decoder 4.3.0 `parse_account_data.rs`
 * (`PARSABLE_PROGRAM_IDS`).
 */
import { type Pubkey, programIds, sysvarIds } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import type { MintDisplay } from '../token-amount.ts';
import { parseConfig } from './config.ts';
import { parseUpgradeableLoader } from './loader.ts';
import { parseLookupTable } from './lookup-table.ts';
import { parseNonce } from './nonce.ts';
import { parseStake } from './stake.ts';
import { parseSysvar } from './sysvar.ts';
import { parseTokenAccount } from './token.ts';
import { parseVote } from './vote.ts';

/**
 * The parsed form of the data of the account at `pubkey`, null where it cannot be parsed. `display` says how amounts
 * of a token account's mint are shown, where that is known.
 */
type AccountParser = (data: Uint8Array, pubkey: Pubkey, display: () => MintDisplay | null) => Json;

const parseToken: AccountParser = (data, _pubkey, display) => parseTokenAccount(data, display());

type Row = readonly [owner: Pubkey, name: string, parse: AccountParser];

const ROWS: readonly Row[] = [
	[programIds.addressLookupTable, 'address-lookup-table', parseLookupTable],
	[programIds.bpfLoaderUpgradeable, 'bpf-upgradeable-loader', parseUpgradeableLoader],
	[programIds.config, 'config', parseConfig],
	[programIds.systemProgram, 'nonce', parseNonce],
	[programIds.splToken2022, 'spl-token-2022', parseToken],
	[programIds.splToken, 'spl-token', parseToken],
	[programIds.stake, 'stake', parseStake],
	[sysvarIds.owner, 'sysvar', parseSysvar],
	[programIds.vote, 'vote', parseVote],
];

const BY_OWNER: ReadonlyMap<string, Row> = new Map(ROWS.map((row) => [row[0].key, row]));

/** The name of the program that owns the account and the parsed form; null where it cannot be parsed. */
export function parseAccountData(
	pubkey: Pubkey,
	owner: Pubkey,
	data: Uint8Array,
	display: () => MintDisplay | null,
): { readonly program: string; readonly parsed: Json } | null {
	const row = BY_OWNER.get(owner.key);
	if (row === undefined) return null;
	const parsed = row[2](data, pubkey, display);
	return parsed === null ? null : { program: row[1], parsed };
}
