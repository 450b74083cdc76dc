import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Row } from '../row.ts';
import { runSerializeRow } from './serialize.ts';

const folder =
	process.env['PARHELION_VECTORS'] ?? resolve(import.meta.dirname, '../../../../../shared/vectors');
const file = resolve(folder, 'firedancer-loader-serialization.json.gz');

interface Fixture {
	readonly name: string;
	readonly input: object;
	readonly output: object;
}

describe("Firedancer's loader serialisation fixtures", () => {
	if (!existsSync(file)) {
		it.skip('skipped: no vectors', () => {});
		console.log('skipped: no vectors');
		return;
	}
	const fixtures = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as readonly Fixture[];

	it('are all there', () => expect(fixtures.length).toBe(169));

	it.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_name, fixture) => {
		expect(runSerializeRow(Row.from(fixture))).toEqual(fixture.output);
	});
});
