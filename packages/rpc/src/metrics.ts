/**
 * Counts calls, and writes what the node does in the text format of Prometheus (version 0.0.4).
 */

/** Upper bounds of the duration buckets, in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

class MethodCounts {
	calls = 0;
	seconds = 0;
	readonly buckets: number[] = new Array<number>(BUCKETS.length).fill(0);
	readonly errors = new Map<number, number>();
}

/** A figure that is read when it is asked for. */
interface Gauge {
	readonly name: string;
	readonly help: string;
	readonly type: 'gauge' | 'counter';
	readonly read: () => number | bigint;
}

/** The figures of a node. */
export class Metrics {
	/** Only by methods that exist: a client must not choose how many there are. */
	private readonly byMethod = new Map<string, MethodCounts>();
	private readonly gauges: Gauge[] = [];

	/** Adds a figure. */
	add(name: string, help: string, read: () => number | bigint, type: Gauge['type'] = 'gauge'): void {
		this.gauges.push({ name, help, type, read });
	}

	/** Counts a call that took `seconds`; `errorCode` is null where it was answered with a result. */
	count(method: string, seconds: number, errorCode: number | null): void {
		let counts = this.byMethod.get(method);
		if (counts === undefined) {
			counts = new MethodCounts();
			this.byMethod.set(method, counts);
		}
		counts.calls++;
		counts.seconds += seconds;
		for (let i = 0; i < BUCKETS.length; i++) if (seconds <= BUCKETS[i]!) counts.buckets[i]!++;
		if (errorCode !== null) counts.errors.set(errorCode, (counts.errors.get(errorCode) ?? 0) + 1);
	}

	/** All figures as text. */
	text(): string {
		const lines: string[] = [];
		const begin = (name: string, help: string, type: string): void => {
			lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
		};
		begin('parhelion_rpc_request_duration_seconds', 'Time to answer a call.', 'histogram');
		for (const [method, { calls, seconds, buckets }] of this.byMethod) {
			const name = 'parhelion_rpc_request_duration_seconds';
			BUCKETS.forEach((bound, i) => {
				lines.push(`${name}_bucket{method="${method}",le="${bound}"} ${buckets[i]}`);
			});
			lines.push(`${name}_bucket{method="${method}",le="+Inf"} ${calls}`);
			lines.push(`${name}_sum{method="${method}"} ${seconds}`);
			lines.push(`${name}_count{method="${method}"} ${calls}`);
		}
		begin('parhelion_rpc_errors_total', 'Calls answered with an error, by its code.', 'counter');
		for (const [method, { errors }] of this.byMethod) {
			for (const [code, count] of errors) {
				lines.push(`parhelion_rpc_errors_total{method="${method}",code="${code}"} ${count}`);
			}
		}
		for (const { name, help, type, read } of this.gauges) {
			begin(name, help, type);
			lines.push(`${name} ${read()}`);
		}
		return `${lines.join('\n')}\n`;
	}
}
