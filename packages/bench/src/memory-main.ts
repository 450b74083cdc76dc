/** The command `node packages/bench/dist/memory-main.js [TRANSACTIONS]`: memory over a long run, a line each twentieth. */
import { type MemorySample, runMemory } from './memory.ts';

const count = Number(process.argv[2] ?? 1_000_000);
if (!Number.isInteger(count) || count < 20) {
	console.error(`how many transactions? A whole number from 20 on, not ${process.argv[2]}`);
	process.exit(2);
}
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1).padStart(8);
console.log('transactions  resident     heap  external   accounts history layers   (MiB)');
await runMemory(count, Math.floor(count / 20), (sample: MemorySample) => {
	const { transactions, resident, heap, external, accounts, history, layers } = sample;
	const bytes = [resident, heap, external].map(megabytes).join(' ');
	const counts = `${accounts}`.padStart(11) + `${history}`.padStart(8) + `${layers}`.padStart(7);
	console.log(`${transactions}`.padStart(12) + bytes + counts);
});
