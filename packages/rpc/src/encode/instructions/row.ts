/**
 * How a program's instructions are shown: a row each. A row names the accounts by their position and reads the rest
 * out of the data. Sources: solana-transaction-status 4.3.0 `parse_instruction.rs` (`ParsedInstructionEnum`,
 * `check_num_accounts`) and `parse_token.rs` (`parse_signers`).
 */
import { ByteReader, Fault } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';

/** The members of an instruction's `info`. */
export type Members = { readonly [key: string]: Json | undefined };

/** An instruction of one kind. */
export interface Row {
	readonly type: string;
	/** Names of the accounts in order; null for one that is needed but not shown. Fewer accounts: not parsable. */
	readonly accounts: readonly (string | null)[];
	/** The account behind them signs, or is a multisignature whose signers follow it. */
	readonly authority?: string;
	/** Accounts needed where it is not those that are named. */
	readonly least?: number;
	/** What the data says. May throw a fault where the instruction turns out not to be parsable. */
	readonly info?: (data: ByteReader, accounts: readonly string[]) => Members;
	/** No `info` at all. */
	readonly bare?: boolean;
}

/** Rows by the tag that the data begins with. */
export type Rows = Readonly<Record<number, Row>>;

/** Shows an instruction: `data`, and the addresses of its accounts. Null where it cannot be parsed. */
export type InstructionParser = (data: Uint8Array, accounts: readonly string[]) => Json;

/** Ends the parsing of an instruction that is not of the form its tag promises. */
export function notParsable(): never {
	throw new Fault('InstructionNotParsable');
}

/** The authority at `index`, or the multisignature with the signers behind it. */
export function signers(
	accounts: readonly string[],
	index: number,
	name: string,
	multisigName: string = `multisig${name[0]!.toUpperCase()}${name.slice(1)}`,
): Members {
	const authority = accounts[index]!;
	if (accounts.length <= index + 1) return { [name]: authority };
	return { [multisigName]: authority, signers: accounts.slice(index + 1) };
}

/** The parsed form of an instruction by its row; throws a fault where it cannot be parsed. */
export function parseByRow(row: Row, data: ByteReader, accounts: readonly string[]): Json {
	const needed = row.least ?? row.accounts.length + (row.authority === undefined ? 0 : 1);
	if (accounts.length < needed) return notParsable();
	if (row.bare === true) return { type: row.type };
	const info: Record<string, Json | undefined> = { ...row.info?.(data, accounts) };
	row.accounts.forEach((name, index) => {
		if (name !== null) info[name] = accounts[index];
	});
	if (row.authority !== undefined) Object.assign(info, signers(accounts, row.accounts.length, row.authority));
	return { type: row.type, info };
}

/** What `parse` makes, null where it throws a fault: bytes are missing, or are not what they should be. */
export function attemptParse(parse: () => Json): Json {
	try {
		return parse();
	} catch (thrown) {
		// TextDecoder throws a TypeError at text that is not UTF-8.
		if (thrown instanceof Fault || thrown instanceof TypeError) return null;
		throw thrown;
	}
}

/** The parser of a program whose data begins with a bincode tag (u32). */
export function bincodeParser(rows: Rows): InstructionParser {
	return (data, accounts) =>
		attemptParse(() => {
			const reader = new ByteReader(data);
			const row = rows[reader.u32()];
			if (row === undefined || accounts.length === 0) return null;
			return parseByRow(row, reader, accounts);
		});
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 text; throws a TypeError where it is none. */
export function utf8(bytes: Uint8Array): string {
	return UTF8.decode(bytes);
}

/** A bincode string: its length is a u64. */
export function text64(reader: ByteReader): string {
	return utf8(reader.take(reader.length64()));
}

/** The text of an address. */
export function address(reader: ByteReader): string {
	return reader.pubkey().toBase58();
}
