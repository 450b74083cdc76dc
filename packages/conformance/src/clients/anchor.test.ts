import { expect, test } from 'vitest';
import { ENGINES } from '../suite.ts';
import { clientsFolder } from '../vectors/folders.ts';
import { anchorIsMissing, anchorSteps } from './anchor.ts';

const root = clientsFolder();
const missing = root === null ? 'no checkouts (PARHELION_CLIENTS)' : anchorIsMissing(root);

test.skipIf(missing !== null).each(ENGINES)('Anchor runs on a LiteConnection (%s)', async (engine) => {
	const outcomes = await anchorSteps(root!, engine);
	expect(outcomes.filter(({ failure }) => failure !== null)).toEqual([]);
	expect(outcomes).toHaveLength(14);
});
if (missing !== null) console.log(`skipped: ${missing}`);
