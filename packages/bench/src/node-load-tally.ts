/** What a load did: how long calls took, by method, and which of them failed and how. */

/** Buckets for each doubling of a time: a percentile is off by 1/32 at most. */
const BUCKETS_PER_DOUBLING = 32;
/** Milliseconds; what is shorter counts as this. */
const SHORTEST = 0.001;
/** Texts of errors that are kept of one method; the rest is only counted. */
const MAX_ERROR_TEXTS = 10;
const OTHER_ERRORS = 'other errors';

/** A histogram as it goes from process to process. */
export interface HistogramFigures {
	readonly buckets: readonly (readonly [bucket: number, count: number])[];
	readonly max: number;
}

/** Counts times in buckets whose widths grow with them, so that any number of times takes little memory. */
export class LatencyHistogram {
	readonly #buckets = new Map<number, number>();
	#count = 0;
	#max = 0;

	/** Counts a time in milliseconds. */
	record(milliseconds: number): void {
		const doublings = Math.log2(Math.max(milliseconds, SHORTEST) / SHORTEST);
		this.#add(Math.round(doublings * BUCKETS_PER_DOUBLING), 1);
		this.#max = Math.max(this.#max, milliseconds);
	}

	#add(bucket: number, count: number): void {
		this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
		this.#count += count;
	}

	get count(): number {
		return this.#count;
	}

	/** Milliseconds of the longest. */
	get max(): number {
		return this.#max;
	}

	/** Milliseconds that the part `share` (0 to 1) of the times does not exceed; 0 where there are none. */
	percentile(share: number): number {
		let left = Math.ceil(this.#count * share);
		for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
			left -= count;
			if (left <= 0) return Math.min(this.#max, SHORTEST * 2 ** (bucket / BUCKETS_PER_DOUBLING));
		}
		return this.#max;
	}

	/** Adds what another counted. */
	merge({ buckets, max }: HistogramFigures): void {
		for (const [bucket, count] of buckets) this.#add(bucket, count);
		this.#max = Math.max(this.#max, max);
	}

	figures(): HistogramFigures {
		return { buckets: [...this.#buckets], max: this.#max };
	}
}

/** One method's part of a tally, as it goes from process to process. */
export interface MethodFigures {
	readonly method: string;
	readonly times: HistogramFigures;
	readonly errors: readonly (readonly [text: string, count: number])[];
}

interface MethodTally {
	readonly times: LatencyHistogram;
	readonly errors: Map<string, number>;
}

/** Counts calls. */
export class Tally {
	readonly #methods = new Map<string, MethodTally>();
	readonly #heard = new Map<string, number>();
	#answered = 0;
	#failed = 0;

	#of(method: string): MethodTally {
		let tally = this.#methods.get(method);
		if (tally === undefined) {
			tally = { times: new LatencyHistogram(), errors: new Map() };
			this.#methods.set(method, tally);
		}
		return tally;
	}

	/** Counts a call that was answered as it should be. */
	answered(method: string, milliseconds: number): void {
		this.#of(method).times.record(milliseconds);
		this.#answered++;
	}

	/** Counts a notification whose time is not known. */
	heard(what: string): void {
		this.#heard.set(what, (this.#heard.get(what) ?? 0) + 1);
	}

	/** Notifications whose time is not known, by kind. */
	get notifications(): ReadonlyMap<string, number> {
		return this.#heard;
	}

	/** Counts a call that was not. */
	failed(method: string, text: string): void {
		const { errors } = this.#of(method);
		const isKept = errors.has(text) || errors.size < MAX_ERROR_TEXTS;
		const key = isKept ? text : OTHER_ERRORS;
		errors.set(key, (errors.get(key) ?? 0) + 1);
		this.#failed++;
	}

	/** Runs a call and counts it; null where it failed. */
	async run<T>(method: string, call: () => Promise<T>): Promise<T | null> {
		const begun = performance.now();
		try {
			const answer = await call();
			this.answered(method, performance.now() - begun);
			return answer;
		} catch (error) {
			this.failed(method, error instanceof Error ? error.message : String(error));
			return null;
		}
	}

	/** Calls that were answered as they should be. */
	get answeredCount(): number {
		return this.#answered;
	}

	get failedCount(): number {
		return this.#failed;
	}

	/** How often a method was answered as it should be. */
	countOf(method: string): number {
		return this.#methods.get(method)?.times.count ?? 0;
	}

	/** The part of each method, by name. */
	figures(): MethodFigures[] {
		return [...this.#methods]
			.map(([method, { times, errors }]) => ({ method, times: times.figures(), errors: [...errors] }))
			.sort((a, b) => (a.method < b.method ? -1 : 1));
	}
}
