/**
 * A `LiteSVM` as the cluster that programs are deployed to.
 *
 * Every transaction is final when it is sent, and where a deployment waits for a slot to pass, one does.
 */
import {
	type AccountSharedData,
	createAccount,
	Hash,
	type Lamports,
	Pubkey,
	type Slot,
} from '@parhelion/sdk';
import type { DeployTarget, LandedTransaction, SendOutcome } from '@parhelion/toolchain';
import type { LiteSVM } from './lite-svm.ts';
import { FailedTransactionMetadata } from './transaction-metadata.ts';

/** {@link DeployTarget} over an instance. */
export class LiteTarget implements DeployTarget {
	readonly #svm: LiteSVM;

	constructor(svm: LiteSVM) {
		this.#svm = svm;
	}

	async latestBlockhash(): Promise<{ readonly blockhash: Hash; readonly lastValidBlockHeight: bigint }> {
		return { blockhash: Hash.fromBase58(this.#svm.latestBlockhash()), lastValidBlockHeight: 0n };
	}

	async blockHeight(): Promise<bigint> {
		return 0n;
	}

	async slot(): Promise<Slot> {
		return this.#svm.getClock().slot;
	}

	async account(address: Pubkey): Promise<AccountSharedData | null> {
		const found = this.#svm.getAccount(address.toBase58());
		if (!found.exists) return null;
		const { lamports, data, executable, programAddress } = found;
		return createAccount({ lamports, data, executable, owner: Pubkey.fromBase58(programAddress) });
	}

	async minimumBalance(size: number): Promise<Lamports> {
		return this.#svm.minimumBalanceForRentExemption(BigInt(size));
	}

	async send(transaction: Uint8Array): Promise<SendOutcome> {
		const outcome = this.#svm.sendTransaction(transaction);
		if (!(outcome instanceof FailedTransactionMetadata)) return { kind: 'sent' };
		return { kind: 'refused', reason: outcome.message(), logs: outcome.meta().logs() };
	}

	async statuses(signatures: readonly Uint8Array[]): Promise<readonly LandedTransaction[]> {
		const slot = await this.slot();
		return signatures.map(() => ({ slot, error: null, commitment: 'finalized' }));
	}

	/** Lets a slot pass. */
	async sleep(): Promise<void> {
		this.#svm.warp({ slot: (await this.slot()) + 1n });
	}
}
