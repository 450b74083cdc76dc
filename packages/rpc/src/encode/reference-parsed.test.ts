/**
 * Instructions and accounts of every parsable program, whole, broken off, with too few accounts and random, with what
 * the reference's own parsers (solana-transaction-status and solana-account-decoder 4.3.0) make of each.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Pubkey } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { type Json, writeJson } from '../json/write.ts';
import { parseAccountData } from './accounts/index.ts';
import { parseInstruction } from './instructions/index.ts';

interface InstructionCase {
	readonly program: string;
	readonly data: string;
	readonly accounts: string[];
}

interface AccountCase {
	readonly pubkey: string;
	readonly owner: string;
	readonly data: string;
	/** Of the mint; not known where it is missing. */
	readonly decimals?: number;
}

/** A line, and the answer in it as text: a JavaScript number would lose digits. */
const lines = gunzipSync(readFileSync(new URL('../../test/reference-parsed.jsonl.gz', import.meta.url)))
	.toString('utf8')
	.trimEnd()
	.split('\n')
	.map((line) => {
		const at = line.indexOf(',"answer":');
		return { row: JSON.parse(`${line.slice(0, at)}}`) as object, answer: line.slice(at + 10, -1) };
	});

function write(json: Json): string {
	return writeJson(json, { sorted: true });
}

function parseCase(row: InstructionCase | AccountCase): string {
	const data = new Uint8Array(Buffer.from(row.data, 'hex'));
	if ('accounts' in row) {
		const known = parseInstruction(Pubkey.fromBase58(row.program), data, row.accounts);
		return write(known === null ? null : { ...known, programId: row.program, stackHeight: 1 });
	}
	const { decimals } = row;
	const display = decimals === undefined ? null : { decimals, toUiAmount: null };
	const known = parseAccountData(
		Pubkey.fromBase58(row.pubkey),
		Pubkey.fromBase58(row.owner),
		data,
		() => display,
	);
	return write(known === null ? null : { ...known, space: data.length });
}

function check(kind: 'accounts' | 'owner', least: number): void {
	const cases = lines.filter(({ row }) => kind in row);
	for (const { row, answer } of cases) {
		expect(parseCase(row as InstructionCase | AccountCase), JSON.stringify(row)).toBe(answer);
	}
	expect(cases.filter(({ answer }) => answer !== 'null').length).toBeGreaterThan(least);
}

describe('the parsed form', () => {
	it('of instructions is the reference’s', () => check('accounts', 1800));

	it('of accounts is the reference’s', () => check('owner', 200));
});
