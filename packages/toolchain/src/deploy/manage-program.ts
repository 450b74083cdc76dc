/**
 * What is done to programs and buffers besides deploying: closing, extending, handing over.
 *
 * Owns which transactions that takes, by what the account is. The cluster has the last word on whether they may be.
 */
import {
	type AccountSharedData,
	catchFault,
	decodeLoaderV4State,
	decodeUpgradeableLoaderState,
	err,
	Fault,
	LoaderV4Status,
	loaderV3Instruction,
	loaderV4Instruction,
	ok,
	type Pubkey,
	programIds,
	type Result,
	type Slot,
} from '@parhelion/sdk';
import type { DeployError } from './deploy-error.ts';
import { type DeployStep, extensionBytes } from './deploy-plan.ts';
import { plannedTransaction } from './planned-transaction.ts';
import { missingSigner, type SendError, sendAndConfirm, waitForSlotAfter } from './send.ts';
import type { DeploySigner, DeployTarget } from './target.ts';

/** What is to be done. */
export type ProgramAction =
	| { readonly kind: 'close'; readonly recipient: Pubkey }
	| { readonly kind: 'extend'; readonly bytes: number }
	/** To nobody with `null`: for ever. */
	| { readonly kind: 'set-authority'; readonly newAuthority: Pubkey | null };

/** To what, and by whom. */
export interface ManageRequest {
	/** A program, or a buffer. */
	readonly account: Pubkey;
	/** The address derived of it, where a program of loader v3 has its bytes. */
	readonly programData: Pubkey;
	readonly payer: Pubkey;
	readonly authority: Pubkey;
}

function refuse(detail: string): never {
	throw new Fault<DeployError>({ kind: 'Conflict', detail });
}

/** Plans an action. Errors: `Conflict`, where the account is nothing that this can be done to. */
export function managePlan(
	action: ProgramAction,
	request: ManageRequest,
	account: AccountSharedData | null,
	programData: AccountSharedData | null,
): Result<DeployStep[], DeployError> {
	return catchFault<DeployStep[], DeployError>(() => {
		if (account === null) refuse(`${request.account} does not exist`);
		if (account.owner.equals(programIds.bpfLoaderUpgradeable)) {
			return planV3(action, request, account, programData);
		}
		if (account.owner.equals(programIds.loaderV4)) return planV4(action, request, account);
		return refuse(`${request.account} is an account of ${account.owner}, and neither program nor buffer`);
	});
}

function step(
	name: string,
	{ payer }: ManageRequest,
	instruction: Parameters<typeof plannedTransaction>[2][number],
	afterSlot: Slot | null,
): DeployStep {
	return {
		name,
		transactions: [plannedTransaction(name, payer, [instruction])],
		afterSlot,
		touchesProgram: afterSlot !== null,
	};
}

function planV3(
	action: ProgramAction,
	request: ManageRequest,
	account: AccountSharedData,
	programData: AccountSharedData | null,
): DeployStep[] {
	const { authority, payer } = request;
	const head = decodeUpgradeableLoaderState(account.data);
	const isProgram = head.ok && head.value.kind === 'Program';
	const data = programData === null ? null : decodeUpgradeableLoaderState(programData.data);
	if (isProgram && !(data?.ok && data.value.kind === 'ProgramData')) refuse(`${request.account} was closed`);
	const slot = isProgram && data?.ok && data.value.kind === 'ProgramData' ? data.value.slot : null;
	const subject = isProgram ? request.programData : request.account;
	switch (action.kind) {
		case 'close': {
			const program = isProgram ? request.account : null;
			const close = loaderV3Instruction.close(subject, action.recipient, authority, program);
			return [step('close', request, close, slot)];
		}
		case 'set-authority': {
			const { newAuthority } = action;
			if (newAuthority === null && !isProgram) refuse('a buffer needs an authority');
			const set = loaderV3Instruction.setAuthority(subject, authority, newAuthority);
			return [step('set authority', request, set, null)];
		}
		case 'extend': {
			if (!isProgram || programData === null) return refuse(`${request.account} is no program`);
			const size = programData.data.length;
			const bytes = extensionBytes(size, size + action.bytes);
			if (bytes <= 0) refuse(`${request.account} is as large as an account can be`);
			const extend = loaderV3Instruction.extendProgram(subject, request.account, payer, bytes);
			return [step(`extend by ${bytes} bytes`, request, extend, slot)];
		}
	}
}

function planV4(action: ProgramAction, request: ManageRequest, held: AccountSharedData): DeployStep[] {
	const { account, authority } = request;
	const state = decodeLoaderV4State(held.data);
	const isDeployed = state?.status === LoaderV4Status.Deployed;
	const slot = state?.slot ?? null;
	switch (action.kind) {
		case 'close': {
			const retract = step('retract', request, loaderV4Instruction.retract(account, authority), slot);
			const close = loaderV4Instruction.setProgramLength(account, authority, 0, action.recipient);
			return [...(isDeployed ? [retract] : []), step('close', request, close, null)];
		}
		case 'set-authority': {
			const { newAuthority } = action;
			const set =
				newAuthority === null
					? loaderV4Instruction.finalize(account, authority, account)
					: loaderV4Instruction.transferAuthority(account, authority, newAuthority);
			return [step(newAuthority === null ? 'finalize' : 'set authority', request, set, null)];
		}
		case 'extend':
			return refuse('programs of loader v4 grow when they are deployed');
	}
}

/** Does it; the slot of the last transaction. Errors: `Conflict`, `StepFailed`. Rejects as `target` does. */
export async function manageProgram(
	action: ProgramAction,
	request: ManageRequest,
	target: DeployTarget,
	signers: readonly DeploySigner[],
	attempts = 5,
): Promise<Result<Slot, DeployError>> {
	const [account, programData] = await Promise.all([
		target.account(request.account),
		target.account(request.programData),
	]);
	const planned = managePlan(action, request, account, programData);
	if (!planned.ok) return planned;
	const missing = missingSigner(
		planned.value.flatMap(({ transactions }) => transactions),
		signers,
	);
	if (missing !== null) return err({ kind: 'Conflict', detail: `the key pair of ${missing} is needed` });
	const context = { target, signers, attempts };
	let slot = 0n;
	for (const { name, transactions, afterSlot } of planned.value) {
		try {
			if (afterSlot !== null) await waitForSlotAfter(afterSlot, context);
			for (const transaction of transactions) slot = await sendAndConfirm(transaction, context);
		} catch (thrown) {
			if (!(thrown instanceof Fault)) throw thrown;
			const { reason, logs } = thrown.error as SendError;
			return err({ kind: 'StepFailed', step: name, reason, logs, leftBehind: null });
		}
	}
	return ok(slot);
}
