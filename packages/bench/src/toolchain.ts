/** What the toolchain takes for a program of a megabyte. */
import { runScript, VALIDATOR_GROUP, type ValidatorCase } from './validator.ts';

/** The goals of the issue that asked for the toolchain, in seconds. */
const GOALS = { link: 1, deploy: 2 } as const;

const script = new URL('./toolchain-child.js', import.meta.url);
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

const CASES: readonly {
	readonly name: string;
	readonly scene: keyof typeof GOALS;
	note(figures: Readonly<Record<string, number>>): string;
}[] = [
	{
		name: 'a program of 1 MB linked',
		scene: 'link',
		note: ({ first = 0, bytes = 0 }) =>
			`out of its text, ${Math.round(bytes / 1000)} kB; the first time ${seconds(first)}`,
	},
	{
		name: 'a program of 1 MB deployed',
		scene: 'deploy',
		note: ({ first = 0 }) =>
			`the whole command, to a node with slots of 400 ms; the first time ${seconds(first)}`,
	},
];

export function toolchainCases(): ValidatorCase[] {
	return CASES.map(({ name, scene, note }) => ({
		group: VALIDATOR_GROUP,
		name,
		measure: (quick) => {
			const figures = runScript<'first' | 'median' | 'bytes'>(script, [scene, quick ? 3 : 7]);
			return {
				group: VALIDATOR_GROUP,
				name,
				value: seconds(figures.median),
				goal: `< ${GOALS[scene]} s`,
				holds: figures.median < 1000 * GOALS[scene],
				note: note(figures),
			};
		},
	}));
}
