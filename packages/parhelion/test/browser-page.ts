/** What the page of the browser test runs: fetches the ELFs, runs the flow, hands the record back. */
import { fetchBundledPrograms } from 'parhelion';
import { runFlow } from './browser-flow.ts';

fetchBundledPrograms(new URL('/programs/', location.href))
	.then(runFlow)
	.then(
		(record) => fetch('/result', { method: 'POST', body: record }),
		(error: unknown) =>
			fetch('/error', { method: 'POST', body: error instanceof Error ? `${error.stack}` : String(error) }),
	);
