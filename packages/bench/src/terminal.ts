/** The bench on a terminal: a line of progress on standard error, a row a case on standard output. */
import { type CaseResult, geometricMean } from './contest.ts';
import { KERNEL_GROUP, KERNELS_MEAN_GOAL } from './kernels.ts';
import { holds, kernelMean, ratioText, remarks, timeText } from './table.ts';

const NAME_WIDTH = 38;
const FIGURE_WIDTH = 11;
const RATIO_WIDTH = 8;
const GOAL_WIDTH = 7;

type Paint = (text: string) => string;
const code =
	(open: number, close: number): Paint =>
	(text) =>
		`\u001b[${open}m${text}\u001b[${close}m`;
const plain: Paint = (text) => text;

/** Writes rows and progress. */
export class Terminal {
	readonly #bold: Paint;
	readonly #dim: Paint;
	readonly #green: Paint;
	readonly #red: Paint;
	readonly #showsProgress: boolean;
	#group: string | null = null;
	readonly #groupRows: CaseResult[] = [];

	constructor(env: NodeJS.ProcessEnv = process.env) {
		const hasColours = process.stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
		this.#bold = hasColours ? code(1, 22) : plain;
		this.#dim = hasColours ? code(2, 22) : plain;
		this.#green = hasColours ? code(32, 39) : plain;
		this.#red = hasColours ? code(31, 39) : plain;
		this.#showsProgress = process.stderr.isTTY === true && env['TERM'] !== 'dumb';
	}

	/** Says where the bench is. */
	progress(text: string): void {
		if (this.#showsProgress) process.stderr.write(`\r\u001b[2K${text}`);
	}

	/** Prints a case, and before the first of a group its heading. */
	row(result: CaseResult): void {
		this.progress('');
		if (result.group !== this.#group) this.#heading(result.group);
		this.#groupRows.push(result);
		const { ours, oracle, ratio, goal } = result;
		const ok = holds(result);
		const paint = ok === null ? plain : ok ? this.#green : this.#red;
		const cells = [
			result.name.padEnd(NAME_WIDTH),
			timeText(ours).padStart(FIGURE_WIDTH),
			(oracle === null ? '' : timeText(oracle)).padStart(FIGURE_WIDTH),
			paint((ratio === null ? '' : ratioText(ratio)).padStart(RATIO_WIDTH)),
			this.#dim((goal === null ? '' : `≥ ${goal}`).padStart(GOAL_WIDTH)),
			ok === null ? ' ' : paint(ok ? '✓' : '✗'),
			this.#dim(remarks(result)),
		];
		console.log(`  ${cells.join(' ')}`.trimEnd());
	}

	#heading(group: string): void {
		this.closeGroup();
		this.#group = group;
		const heads = [
			'Parhelion'.padStart(FIGURE_WIDTH),
			'litesvm'.padStart(FIGURE_WIDTH),
			'ratio'.padStart(RATIO_WIDTH),
			'goal'.padStart(GOAL_WIDTH),
		];
		console.log(`\n${this.#bold(group.padEnd(NAME_WIDTH + 2))} ${this.#dim(heads.join(' '))}`);
	}

	/** Prints what sums up the rows of the group. */
	closeGroup(): void {
		const rows = this.#groupRows.splice(0);
		if (this.#group === KERNEL_GROUP) {
			const mean = kernelMean(rows);
			if (mean !== null) this.#summary('geometric mean', mean.mean, KERNELS_MEAN_GOAL, mean.holds);
			return;
		}
		const ratios = rows.map(({ ratio }) => ratio).filter((ratio) => ratio !== null);
		if (ratios.length > 1) this.#summary('geometric mean', geometricMean(ratios), null, null);
	}

	#summary(name: string, ratio: number, goal: number | null, ok: boolean | null): void {
		const paint = ok === null ? this.#dim : ok ? this.#green : this.#red;
		const gap = ' '.repeat(2 * FIGURE_WIDTH + 1);
		const goalText = (goal === null ? '' : `≥ ${goal}`).padStart(GOAL_WIDTH);
		const mark = ok === null ? '' : ok ? ' ✓' : ' ✗';
		console.log(
			`  ${this.#dim(name.padEnd(NAME_WIDTH))} ${gap} ${paint(ratioText(ratio).padStart(RATIO_WIDTH))} ${this.#dim(goalText)}${paint(mark)}`.trimEnd(),
		);
	}
}
