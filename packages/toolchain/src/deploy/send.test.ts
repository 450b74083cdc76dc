/** Sending with a cluster that misbehaves. */
import { Fault, Hash, Pubkey, systemInstruction } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { plannedTransaction } from './planned-transaction.ts';
import { inParallel, type SendContext, type SendError, sendAndConfirm, waitForSlotAfter } from './send.ts';
import type { DeployTarget, LandedTransaction, SendOutcome } from './target.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const planned = plannedTransaction('pay', key(1), [systemInstruction.transfer(key(1), key(2), 3n)]);
const LANDED: LandedTransaction = { slot: 7n, error: null, commitment: 'confirmed' };

/** A cluster whose height grows with each question, so that blockhashes run out after ten. */
class Cluster implements DeployTarget {
	readonly sent: Uint8Array[] = [];
	height = 0n;
	slept = 0;
	blockhashes = 0;
	readonly answer: (cluster: Cluster) => LandedTransaction | null;
	readonly outcome: (cluster: Cluster) => SendOutcome;

	constructor(
		answer: (cluster: Cluster) => LandedTransaction | null,
		outcome: (cluster: Cluster) => SendOutcome = () => ({ kind: 'sent' }),
	) {
		this.answer = answer;
		this.outcome = outcome;
	}
	async latestBlockhash(): Promise<{ blockhash: Hash; lastValidBlockHeight: bigint }> {
		const blockhash = Hash.fromBytes(new Uint8Array(32).fill(++this.blockhashes));
		return { blockhash, lastValidBlockHeight: this.height + 10n };
	}
	async blockHeight(): Promise<bigint> {
		return ++this.height;
	}
	async slot(): Promise<bigint> {
		return this.height;
	}
	async account(): Promise<null> {
		return null;
	}
	async minimumBalance(): Promise<bigint> {
		return 1n;
	}
	async send(transaction: Uint8Array): Promise<SendOutcome> {
		this.sent.push(transaction);
		return this.outcome(this);
	}
	async statuses(signatures: readonly Uint8Array[]): Promise<(LandedTransaction | null)[]> {
		return signatures.map(() => this.answer(this));
	}
	async sleep(milliseconds: number): Promise<void> {
		this.slept += milliseconds;
	}
}

function context(target: Cluster): SendContext {
	const signer = {
		pubkey: key(1),
		sign: (message: Uint8Array) => new Uint8Array(64).fill(message.length & 0xff),
	};
	return { target, signers: [signer], attempts: 3 };
}

async function failureOf(work: Promise<unknown>): Promise<string> {
	return work.then(
		() => 'nothing failed',
		(thrown: unknown) => (thrown instanceof Fault ? (thrown.error as SendError).reason : String(thrown)),
	);
}

describe('sending', () => {
	it('takes a new blockhash where one has run out, and sends again what nobody answers for', async () => {
		const cluster = new Cluster(({ blockhashes }) => (blockhashes < 3 ? null : LANDED));
		expect(await sendAndConfirm(planned, context(cluster))).toBe(7n);
		expect(cluster.blockhashes).toBe(3);
		const copies = new Set(cluster.sent.map((bytes) => bytes.join()));
		expect(copies.size).toBe(3);
		expect(cluster.sent.length).toBeGreaterThan(3);
	});

	it('asks once more when a blockhash has run out, so that nothing takes effect twice', async () => {
		// It lands while the height is asked for that is past the end.
		const cluster = new Cluster(({ height }) => (height > 10n ? LANDED : null));
		expect(await sendAndConfirm(planned, context(cluster))).toBe(7n);
		expect(cluster.blockhashes).toBe(1);
	});

	it('gives up after as many blockhashes as it may take', async () => {
		const cluster = new Cluster(() => null);
		expect(await failureOf(sendAndConfirm(planned, context(cluster)))).toContain('it did not land');
		expect(cluster.blockhashes).toBe(3);
	});

	it('waits until a transaction is confirmed, and does not send one again that failed', async () => {
		const slow = new Cluster(({ height }) => ({
			...LANDED,
			commitment: height < 5n ? 'processed' : 'finalized',
		}));
		await sendAndConfirm(planned, context(slow));
		expect(slow.height).toBe(5n);
		const failed = new Cluster(() => ({ ...LANDED, error: '"AccountInUse"' }));
		expect(await failureOf(sendAndConfirm(planned, context(failed)))).toBe('"AccountInUse"');
		expect(failed.sent.length).toBe(1);
		const refused = new Cluster(
			() => null,
			() => ({ kind: 'refused', reason: 'no', logs: [] }),
		);
		expect(await failureOf(sendAndConfirm(planned, context(refused)))).toBe('no');
	});

	it('says whose signature is missing, and when a cluster stands still', async () => {
		const cluster = new Cluster(() => LANDED);
		const unsigned = { ...context(cluster), signers: [] };
		expect(await failureOf(sendAndConfirm(planned, unsigned))).toContain(
			`the key pair of ${key(1)} is needed`,
		);
		expect(cluster.sent).toEqual([]);
		expect(await failureOf(waitForSlotAfter(0n, context(cluster)))).toContain('has stood at slot 0');
	});
});

describe('work in parallel', () => {
	it('keeps to its limit, and stops at the first failure', async () => {
		let running = 0;
		let most = 0;
		const done: number[] = [];
		const work = async (item: number): Promise<void> => {
			most = Math.max(most, ++running);
			await Promise.resolve();
			running--;
			if (item === 50) throw new Error('fifty');
			done.push(item);
		};
		const items = Array.from({ length: 100 }, (_, i) => i);
		await expect(inParallel(items, 4, work)).rejects.toThrow('fifty');
		expect(most).toBe(4);
		expect(done.length).toBeLessThan(60);
	});

	it('is done one by one where the limit is none', async () => {
		const done: number[] = [];
		await inParallel([1, 2], 0, async (item) => void done.push(item));
		expect(done).toEqual([1, 2]);
	});
});
