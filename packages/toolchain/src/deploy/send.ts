/**
 * Planned transactions signed, sent and waited for.
 *
 * Owns patience: a blockhash that has run out is replaced by a new one, a transaction that nobody answers for is sent
 * once more. A transaction that was sent can only land once, since its signature stays the same until its blockhash
 * has run out.
 */
import { encodeTransaction, Fault, type Hash, type Pubkey, type Slot } from '@parhelion/sdk';
import { messageOf, type PlannedTransaction } from './planned-transaction.ts';
import type { Commitment, DeploySigner, DeployTarget, LandedTransaction } from './target.ts';

/** Signatures that one question is about. */
export const MAX_STATUSES = 256;
/** Milliseconds between two questions: at first, and at most. */
const FIRST_PAUSE = 20;
const LAST_PAUSE = 500;
const PAUSE_GROWTH = 1.3;
/** Questions between two broadcasts of the same transaction. */
const QUESTIONS_PER_BROADCAST = 8;
/** Of them, how many are on their way at a time. */
const REBROADCASTS = 64;
/** Milliseconds that one slot may take at the most. */
const SLOT_PATIENCE = 60_000;

const COMMITMENTS: readonly Commitment[] = ['processed', 'confirmed', 'finalized'];

/** Why a transaction did not do its work. */
export interface SendError {
	readonly reason: string;
	readonly logs: readonly string[];
}

/** How to send. */
export interface SendContext {
	readonly target: DeployTarget;
	readonly signers: readonly DeploySigner[];
	/** Times that a transaction gets a new blockhash, and an upload another round. */
	readonly attempts: number;
}

/** A signed transaction. */
export interface Signed {
	readonly planned: PlannedTransaction;
	readonly signature: Uint8Array;
	readonly bytes: Uint8Array;
}

function fail(reason: string, logs: readonly string[] = []): never {
	throw new Fault<SendError>({ reason, logs });
}

/** Signs; a fault where a signer is missing. */
export function sign(planned: PlannedTransaction, blockhash: Hash, signers: readonly DeploySigner[]): Signed {
	const message = messageOf(planned, blockhash);
	// The signatures are over the message's bytes, which are the same for each.
	const unsigned = encodeTransaction({ signatures: planned.signers.map(() => new Uint8Array(64)), message });
	const body = unsigned.subarray(1 + planned.signers.length * 64);
	const bytes = unsigned.slice();
	for (const [index, pubkey] of planned.signers.entries()) {
		const signer = signers.find((one) => one.pubkey.equals(pubkey));
		if (signer === undefined) fail(`the key pair of ${pubkey} is needed for "${planned.what}"`);
		bytes.set(signer.sign(body), 1 + index * 64);
	}
	return { planned, bytes, signature: bytes.slice(1, 65) };
}

/** Whose key pair is missing; null where all are there. */
export function missingSigner(
	planned: readonly PlannedTransaction[],
	signers: readonly DeploySigner[],
): Pubkey | null {
	const has = new Set(signers.map(({ pubkey }) => pubkey.key));
	return planned.flatMap((one) => one.signers).find(({ key }) => !has.has(key)) ?? null;
}

/** Whether it has come as far as `wanted`. */
function hasReached({ commitment }: LandedTransaction, wanted: Commitment): boolean {
	return COMMITMENTS.indexOf(commitment) >= COMMITMENTS.indexOf(wanted);
}

/**
 * Waits until all have reached `commitment` or failed, or until their blockhash has run out; null for those that have
 * not landed then. Those that nobody answers for are sent again.
 */
export async function waitFor(
	sent: readonly Signed[],
	commitment: Commitment,
	lastValidBlockHeight: bigint,
	{ target }: SendContext,
): Promise<readonly (LandedTransaction | null)[]> {
	let pause = FIRST_PAUSE;
	const statuses: (LandedTransaction | null)[] = sent.map(() => null);
	let unsettled = [...sent.keys()];
	let isOver = false;
	for (let question = 1; ; question++) {
		for (let i = 0; i < unsettled.length; i += MAX_STATUSES) {
			const part = unsettled.slice(i, i + MAX_STATUSES);
			const answers = await target.statuses(part.map((index) => sent[index]!.signature));
			for (const [at, index] of part.entries()) statuses[index] = answers[at] ?? null;
		}
		unsettled = unsettled.filter((index) => {
			const status = statuses[index] ?? null;
			return status === null || (status.error === null && !hasReached(status, commitment));
		});
		if (unsettled.length === 0 || isOver) return statuses;
		// What landed between the last question and the end must not be sent again: one question more.
		isOver = (await target.blockHeight()) > lastValidBlockHeight;
		if (isOver) continue;
		if (question % QUESTIONS_PER_BROADCAST === 0) {
			const unanswered = unsettled.filter((index) => statuses[index] === null);
			await inParallel(unanswered, REBROADCASTS, async (index) => {
				await target.send(sent[index]!.bytes, false);
			});
		}
		await target.sleep(pause);
		pause = Math.min(LAST_PAUSE, pause * PAUSE_GROWTH);
	}
}

/** Sends one transaction and waits for it; the slot it landed in. Throws `Fault<SendError>`. */
export async function sendAndConfirm(
	planned: PlannedTransaction,
	context: SendContext,
	commitment: Commitment = 'confirmed',
): Promise<Slot> {
	const { target, signers, attempts } = context;
	for (let attempt = 1; attempt <= attempts; attempt++) {
		const { blockhash, lastValidBlockHeight } = await target.latestBlockhash();
		const signed = sign(planned, blockhash, signers);
		const said = await target.send(signed.bytes, true);
		if (said.kind === 'refused') fail(said.reason, said.logs);
		if (said.kind === 'blockhash-unknown') {
			await target.sleep(LAST_PAUSE);
			continue;
		}
		const [status] = await waitFor([signed], commitment, lastValidBlockHeight, context);
		if (status?.error) fail(status.error);
		if (status) return status.slot;
	}
	return fail(`it did not land, with ${attempts} blockhashes in turn`);
}

/** Waits until `slot` is over. */
export async function waitForSlotAfter(slot: Slot, { target }: SendContext): Promise<void> {
	let waited = 0;
	while ((await target.slot()) <= slot) {
		if (waited > SLOT_PATIENCE) fail(`the cluster has stood at slot ${slot} for a minute`);
		await target.sleep(LAST_PAUSE / 5);
		waited += LAST_PAUSE / 5;
	}
}

/** Does `work` for each, at most `limit` (one at least) at a time; rejects with the first error once those under way are done. */
export async function inParallel<T>(
	items: readonly T[],
	limit: number,
	work: (item: T) => Promise<void>,
): Promise<void> {
	let next = 0;
	let hasFailed = false;
	const worker = async (): Promise<void> => {
		while (next < items.length && !hasFailed) {
			const item = items[next++]!;
			try {
				await work(item);
			} catch (thrown) {
				hasFailed = true;
				throw thrown;
			}
		}
	};
	const workers = Array.from({ length: Math.min(Math.max(1, limit), items.length) }, worker);
	const ended = await Promise.allSettled(workers);
	const failed = ended.find((end) => end.status === 'rejected');
	if (failed !== undefined) throw failed.reason;
}
