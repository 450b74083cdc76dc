/**
 * A deployment carried out.
 *
 * Owns the order: check the file, look at what is there, plan, see whether the payer can pay, then step by step. The
 * upload is compared with what the account holds before anything is written and again afterwards, so that a write that
 * was lost is made good, and an upload that was interrupted goes on where it ended.
 */
import {
	err,
	Fault,
	type Lamports,
	ok,
	type Pubkey,
	programIds,
	type Result,
	type Slot,
} from '@parhelion/sdk';
import { verifyReport } from '../inspect/verify-report.ts';
import type { DeployError } from './deploy-error.ts';
import {
	type DeployPlan,
	type DeployRequest,
	type DeployState,
	type DeployStep,
	deployPlan,
	plannedWrites,
	uploadOf,
	WRITE_STEP,
} from './deploy-plan.ts';
import type { PlannedTransaction } from './planned-transaction.ts';
import {
	inParallel,
	missingSigner,
	type SendContext,
	type SendError,
	type Signed,
	sendAndConfirm,
	sign,
	waitFor,
	waitForSlotAfter,
} from './send.ts';
import type { Commitment, DeploySigner, DeployTarget } from './target.ts';

const DEFAULT_PARALLELISM = 128;
/** A blockhash is good for about a minute. */
const WRITES_PER_BLOCKHASH = 512;
const DEFAULT_ATTEMPTS = 5;

/** How to deploy. */
export interface DeployOptions {
	/** The syscalls that the cluster lends to programs. */
	readonly syscalls: readonly string[];
	/** Transactions that are on their way to the node at a time. */
	readonly parallelism?: number;
	/** Times that a transaction gets a new blockhash, and an upload another round. */
	readonly attempts?: number;
	/** Is told of each transaction that is done, of those of its step. */
	readonly onProgress?: (step: string, done: number, total: number) => void;
}

/** What a deployment did. */
export interface Deployment {
	readonly plan: DeployPlan;
	readonly program: Pubkey;
	/** The slot of the last transaction; null where nothing was to be done. */
	readonly slot: Slot | null;
	/** Writes that were sent. */
	readonly writes: number;
}

/** What is on the cluster now. */
export async function observe(request: DeployRequest, target: DeployTarget): Promise<DeployState> {
	const isV3 = request.loader === 'v3';
	const [program, programData, buffer] = await Promise.all([
		target.account(request.program),
		isV3 ? target.account(request.programData) : null,
		isV3 ? target.account(request.buffer) : null,
	]);
	return { program, programData, buffer };
}

/** Checks the file and plans. Errors: `Rejected`, then those of {@link deployPlan}. Rejects as `target` does. */
export async function prepareDeploy(
	request: DeployRequest,
	target: DeployTarget,
	syscalls: readonly string[],
): Promise<Result<DeployPlan, DeployError>> {
	const checks = verifyReport(request.elf, syscalls);
	if (checks.some(({ outcome }) => outcome === 'failed')) return err({ kind: 'Rejected', checks });
	const isLoaderThere = request.loader === 'v3' || (await target.account(programIds.loaderV4)) !== null;
	if (!isLoaderThere) {
		return err({ kind: 'Conflict', detail: 'the cluster has no loader v4; nothing was sent' });
	}
	const state = await observe(request, target);
	// Rent is a straight line, so that two points are all that must be asked for.
	const [none, some] = await Promise.all([target.minimumBalance(0), target.minimumBalance(1_000_000)]);
	const minimumBalance = (size: number): Lamports =>
		none + ((some - none) * BigInt(size) + 999_999n) / 1_000_000n;
	return deployPlan(request, state, minimumBalance);
}

/** Deploys. Errors: those of {@link prepareDeploy}, `InsufficientFunds`, `StepFailed`. */
export async function runDeploy(
	request: DeployRequest,
	target: DeployTarget,
	signers: readonly DeploySigner[],
	options: DeployOptions,
): Promise<Result<Deployment, DeployError>> {
	const prepared = await prepareDeploy(request, target, options.syscalls);
	if (!prepared.ok) return prepared;
	const plan = prepared.value;
	const missing = missingSigner(
		plan.steps.flatMap(({ transactions }) => transactions),
		signers,
	);
	if (missing !== null) {
		return err({ kind: 'Conflict', detail: `the key pair of ${missing} is needed; nothing was sent` });
	}
	const needs = plan.deposit + plan.fees;
	const has = (await target.account(request.payer))?.lamports ?? 0n;
	if (has < needs) return err({ kind: 'InsufficientFunds', payer: request.payer, has, needs });
	const context: SendContext = { target, signers, attempts: options.attempts ?? DEFAULT_ATTEMPTS };
	return new DeployRun(request, plan, context, options).run();
}

/** One run: which slot touched the program last, and how many writes were sent. */
class DeployRun {
	readonly #request: DeployRequest;
	readonly #plan: DeployPlan;
	readonly #context: SendContext;
	readonly #options: DeployOptions;
	#touchedIn: Slot | null = null;
	#slot: Slot | null = null;
	#writes = 0;

	constructor(request: DeployRequest, plan: DeployPlan, context: SendContext, options: DeployOptions) {
		this.#request = request;
		this.#plan = plan;
		this.#context = context;
		this.#options = options;
	}

	async run(): Promise<Result<Deployment, DeployError>> {
		const { steps } = this.#plan;
		for (const [index, step] of steps.entries()) {
			try {
				if (step.name === WRITE_STEP) await this.#upload(step.transactions);
				// The upload is compared in the end, which finds out if what it went to was lost.
				else await this.#single(step, steps[index + 1]?.name === WRITE_STEP ? 'processed' : 'confirmed');
			} catch (thrown) {
				return err(await this.#failure(index, thrown));
			}
		}
		const { program } = this.#request;
		return ok({ plan: this.#plan, program, slot: this.#slot, writes: this.#writes });
	}

	/** Steps of one transaction each; those that touch the program, a slot each. */
	async #single(
		{ name, transactions, afterSlot, touchesProgram }: DeployStep,
		commitment: Commitment,
	): Promise<void> {
		const before = this.#touchedIn ?? afterSlot;
		if (touchesProgram && before !== null) await waitForSlotAfter(before, this.#context);
		for (const [done, transaction] of transactions.entries()) {
			this.#options.onProgress?.(name, done, transactions.length);
			this.#slot = await sendAndConfirm(transaction, this.#context, commitment);
			if (touchesProgram) this.#touchedIn = this.#slot;
		}
		this.#options.onProgress?.(name, transactions.length, transactions.length);
	}

	/** Writes, and writes again what has not arrived. */
	async #upload(planned: readonly PlannedTransaction[]): Promise<void> {
		const { attempts, target } = this.#context;
		const { account } = uploadOf(this.#request);
		const total = planned.length;
		let missing = planned;
		let lastError: string | null = null;
		for (let attempt = 0; missing.length > 0; attempt++) {
			if (attempt === attempts) {
				const reason = lastError ?? 'they did not land';
				throw new Fault<SendError>({
					reason: `${missing.length} of ${total} writes are missing: ${reason}`,
					logs: [],
				});
			}
			lastError = (await this.#writeRound(missing, total)) ?? lastError;
			const held = await target.account(account);
			if (held === null)
				throw new Fault<SendError>({ reason: `${account} does not exist any more`, logs: [] });
			missing = plannedWrites(this.#request, held.data);
		}
		this.#options.onProgress?.(WRITE_STEP, total, total);
	}

	/** Sends writes, with a new blockhash now and then, and waits for them; an error of one of them, if there was any. */
	async #writeRound(writes: readonly PlannedTransaction[], total: number): Promise<string | null> {
		const { target, signers } = this.#context;
		const { parallelism = DEFAULT_PARALLELISM, onProgress } = this.#options;
		let done = total - writes.length;
		let failed: string | null = null;
		const sent: Signed[] = [];
		let lastValid = 0n;
		for (let i = 0; i < writes.length; i += WRITES_PER_BLOCKHASH) {
			const { blockhash, lastValidBlockHeight } = await target.latestBlockhash();
			lastValid = lastValidBlockHeight;
			await inParallel(writes.slice(i, i + WRITES_PER_BLOCKHASH), parallelism, async (planned) => {
				const signed = sign(planned, blockhash, signers);
				const said = await target.send(signed.bytes, false);
				if (said.kind === 'sent') sent.push(signed);
				else failed = said.kind === 'refused' ? said.reason : 'the blockhash is not known there';
				this.#writes++;
				onProgress?.(WRITE_STEP, ++done, total);
			});
		}
		const statuses = await waitFor(sent, 'confirmed', lastValid, this.#context);
		return statuses.find((status) => status?.error)?.error ?? failed;
	}

	async #failure(index: number, thrown: unknown): Promise<DeployError> {
		const { steps, upload } = this.#plan;
		const step = steps[index]?.name ?? '';
		const writing = steps.findIndex(({ name }) => name === WRITE_STEP);
		// It is asked for as confirmed, and may have been created a moment ago.
		const isNew = index === writing || (index < writing && !(thrown instanceof Fault));
		const leftBehind = await this.#context.target.account(upload).then(
			(account) => (account === null && !isNew ? null : upload),
			// Nobody answers: better to name an account in vain than to lose one.
			() => upload,
		);
		if (thrown instanceof Fault) {
			const { reason, logs } = thrown.error as SendError;
			return { kind: 'StepFailed', step, reason, logs, leftBehind };
		}
		const reason = thrown instanceof Error ? thrown.message : String(thrown);
		return { kind: 'StepFailed', step, reason, logs: [], leftBehind };
	}
}
