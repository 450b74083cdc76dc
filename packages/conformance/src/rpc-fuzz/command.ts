/** The command `fuzz rpc [--requests N] [--seed N]`: what it may be told, and what it says in the end. */
import { Progress } from '../generators/progress.ts';
import { fuzzRpc, type RpcFuzzOptions, type RpcFuzzSummary } from './fuzz-rpc.ts';
import type { NodeMemory } from './node.ts';
import { startNodeProcess } from './node-process.ts';

const USAGE = 'usage: fuzz rpc [--requests N] [--seed N]';
const DEFAULT_REQUESTS = 100_000;
/** The heap of the last third over that of the first third, which is still filling what the node may remember. */
const FLAT = 1.25;
/** Bytes of growth that are nobody's leak. */
const SPARE = 16 * 2 ** 20;

/** Reads the arguments; a string says what is wrong with them. */
export function parseRpcFuzzArguments(args: readonly string[]): RpcFuzzOptions | string {
	const given: Record<string, number> = { requests: DEFAULT_REQUESTS, seed: 1 };
	for (let i = 0; i < args.length; i++) {
		const [option = '', inline] = args[i]!.split('=', 2);
		const value = inline ?? args[++i];
		const name = option.slice(2);
		if (!option.startsWith('--') || !Object.hasOwn(given, name) || !/^\d+$/.test(value ?? '')) return USAGE;
		given[name] = Number(value);
	}
	return { requests: given['requests']!, seed: given['seed']! };
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Whether the heap stands still: its last third is no larger than its first, but for a little. Too few samples say no. */
export function isFlat(memory: readonly NodeMemory[]): boolean {
	const third = Math.floor(memory.length / 3);
	const used = memory.map(({ heap, external }) => heap + external);
	const [first, last] = [mean(used.slice(0, third)), mean(used.slice(-third))];
	return third > 0 && last <= first * FLAT + SPARE;
}

/** The summary for a reader. */
export function rpcFuzzReport({ requests, outcomes, failures }: RpcFuzzSummary, seed: number): string {
	const shares = [...outcomes].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${count}`);
	return [
		...failures,
		`${requests} requests from seed ${seed}: ${failures.length} failures`,
		`answers: ${shares.join(', ')}`,
	].join('\n');
}

/** The memory for a reader: of a process of its own, whose garbage is collected before it is asked. */
export function memoryReport(memory: readonly NodeMemory[]): string {
	const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
	const step = Math.max(1, Math.floor(memory.length / 12));
	const shown = memory.filter((_, i) => i % step === 0 || i === memory.length - 1);
	return [
		`heap and external memory, MiB: ${shown.map(({ heap, external }) => mebibytes(heap + external)).join(' ')}`,
		`resident, MiB: ${shown.map(({ resident }) => mebibytes(resident)).join(' ')}`,
		`memory ${isFlat(memory) ? 'is flat' : 'GROWS'}`,
	].join('\n');
}

/** Runs the command; answers its exit code. */
export async function runRpcFuzz(args: readonly string[]): Promise<number> {
	const options = parseRpcFuzzArguments(args);
	if (typeof options === 'string') {
		process.stderr.write(`${options}\n`);
		return 2;
	}
	const node = await startNodeProcess();
	const progress = new Progress();
	try {
		const summary = await fuzzRpc(node, options, (done, failures) =>
			progress.show(done / options.requests, `${done} requests, ${failures} failures`),
		);
		progress.end();
		process.stdout.write(`${rpcFuzzReport(summary, options.seed)}\n${memoryReport(summary.memory)}\n`);
		return summary.failures.length > 0 || !isFlat(summary.memory) ? 1 : 0;
	} finally {
		await node.stop();
	}
}
