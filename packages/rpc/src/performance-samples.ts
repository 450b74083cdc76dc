/**
 * Samples how much a chain does: each minute, slots and transactions. Source: solana-core 4.3.0
 * `sample_performance_service.rs`.
 */
import type { Chain } from '@parhelion/runtime';
import type { Slot } from '@parhelion/sdk';
import { isVote } from './is-vote.ts';

/** Samples kept and given at most. */
export const PERFORMANCE_SAMPLES_LIMIT = 720;
const SAMPLE_INTERVAL_SECONDS = 60;

/** What passed in a period. */
export interface PerformanceSample {
	/** The last slot of the period. */
	readonly slot: Slot;
	readonly numSlots: bigint;
	readonly numTransactions: bigint;
	readonly numNonVoteTransactions: bigint;
	readonly samplePeriodSecs: number;
}

/** The newest samples. */
export class PerformanceSamples {
	/** Oldest first. */
	private samples: PerformanceSample[] = [];
	private readonly now: () => number;
	private votes = 0n;
	private start = { time: 0, slot: 0n, transactions: 0n };

	/** `now` tells the time in milliseconds, from wherever. */
	constructor(now: () => number = () => performance.now()) {
		this.now = now;
	}

	/** Samples from now on; returns the function that ends it. */
	attach(chain: Chain): () => void {
		this.restart(chain);
		const ends = [
			chain.events.on('transaction', (transaction) => {
				if (isVote(transaction)) this.votes++;
			}),
			chain.events.on('slot', () => this.onSlot(chain)),
			chain.events.on('reverted', ({ slot }) => {
				this.samples = this.samples.filter((sample) => sample.slot <= slot);
				this.restart(chain);
			}),
		];
		return () => {
			for (const end of ends) end();
		};
	}

	private restart(chain: Chain): void {
		this.start = { time: this.now(), slot: chain.slot, transactions: chain.transactionCount };
		this.votes = 0n;
	}

	private onSlot(chain: Chain): void {
		const seconds = Math.floor((this.now() - this.start.time) / 1000);
		if (seconds < SAMPLE_INTERVAL_SECONDS) return;
		const numTransactions = chain.transactionCount - this.start.transactions;
		this.samples.push({
			slot: chain.slot,
			numSlots: chain.slot - this.start.slot,
			numTransactions,
			numNonVoteTransactions: numTransactions - this.votes,
			samplePeriodSecs: Math.min(seconds, 0xffff),
		});
		if (this.samples.length > PERFORMANCE_SAMPLES_LIMIT) this.samples.shift();
		this.restart(chain);
	}

	/** The newest samples, newest first. */
	recent(limit: number): PerformanceSample[] {
		return this.samples.slice(Math.max(0, this.samples.length - limit)).reverse();
	}
}
