/** Firedancer's fixtures of parameter serialisation as rows of suite `serialize`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ExpectedCase } from '../provider.ts';
import { Row } from '../row.ts';

const FILE = 'firedancer-loader-serialization.json.gz';

/** The fixtures in `folder`; `null` where it has none. */
export function serializationCases(folder: string | null): ExpectedCase[] | null {
	if (folder === null || !existsSync(join(folder, FILE))) return null;
	const fixtures: unknown = JSON.parse(gunzipSync(readFileSync(join(folder, FILE))).toString('utf8'));
	return new Row({ fixtures }).rows('fixtures').map((fixture) => ({
		id: fixture.text('name'),
		row: { name: fixture.text('name'), input: fixture.get('input') },
		expected: fixture.object('output'),
	}));
}
