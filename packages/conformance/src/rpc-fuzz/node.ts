/** The node that is fuzzed: a validator in memory whose time goes by its slots, so that going back leaves no trace. */
import { Validator } from '@parhelion/rpc';
import { Chain, LAMPORTS_PER_SOL } from '@parhelion/runtime';
import { createAccount, Pubkey } from '@parhelion/sdk';
import { PAYER_ADDRESS } from './requests.ts';

/** Milliseconds a slot: many pass in a short time. */
const SLOT_MS = 40;

/** Memory in bytes, after a collection of garbage where the process can be told to. */
export interface NodeMemory {
	readonly resident: number;
	readonly heap: number;
	readonly external: number;
}

/** A node to be fuzzed. */
export interface FuzzedNode {
	readonly rpcUrl: string;
	readonly wsUrl: string;
	/** What the node called a bug of its own, or what ended its slots or itself. */
	readonly defects: readonly string[];
	memory(): Promise<NodeMemory>;
	stop(): Promise<void>;
}

/** Starts the node in this process; `onDefect` is told too. */
export async function startFuzzedNode(onDefect: (text: string) => void = () => {}): Promise<FuzzedNode> {
	const defects: string[] = [];
	const report = (thrown: unknown): void => {
		const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
		defects.push(text);
		onDefect(text);
	};
	const payer = Pubkey.fromBase58(PAYER_ADDRESS);
	const chain = Chain.genesis({
		accounts: [[payer, createAccount({ lamports: 1_000_000n * LAMPORTS_PER_SOL })]],
	});
	const validator = await Validator.start({
		chain,
		rpcPort: 0,
		slotMs: SLOT_MS,
		onDefect: report,
		onClockError: report,
	});
	return {
		rpcUrl: validator.rpcUrl,
		wsUrl: validator.wsUrl,
		defects,
		memory: () => {
			(globalThis as { readonly gc?: () => void }).gc?.();
			const { rss: resident, heapUsed: heap, external } = process.memoryUsage();
			return Promise.resolve({ resident, heap, external });
		},
		stop: () => validator.stop(),
	};
}
