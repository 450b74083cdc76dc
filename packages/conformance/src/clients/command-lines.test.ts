import { expect, test } from 'vitest';
import { COMMAND_LINES, commandLineIsMissing } from './command-lines.ts';

for (const row of COMMAND_LINES) {
	const missing = commandLineIsMissing(row);
	test.skipIf(missing !== null)(
		row.name,
		async () => {
			const outcomes = await row.run();
			expect(outcomes.filter(({ failure }) => failure !== null)).toEqual([]);
		},
		600_000,
	);
	if (missing !== null) console.log(`skipped: ${row.name}: ${missing}`);
}
