/**
 * The stake that programs read with `sol_get_epoch_stake`.
 *
 * Immutable, so that forks share it. Source: litesvm lib.rs (`EpochStake`); solana-svm-callback.
 */
import type { Pubkey } from '@parhelion/sdk';
import type { InvokeContextCallback } from '@parhelion/svm';

/** Lamports by vote account, and their sum. */
export class EpochStakes implements InvokeContextCallback {
	/** No stake. */
	static readonly none: EpochStakes = new EpochStakes(new Map());
	readonly #byVoteAccount: ReadonlyMap<string, readonly [Pubkey, bigint]>;
	readonly #total: bigint;

	private constructor(byVoteAccount: ReadonlyMap<string, readonly [Pubkey, bigint]>) {
		this.#byVoteAccount = byVoteAccount;
		let total = 0n;
		for (const [, lamports] of byVoteAccount.values()) total += lamports;
		this.#total = total;
	}

	/** These stakes with that of one vote account replaced; 0 lamports remove it. RangeError for a sum above u64. */
	with(voteAccount: Pubkey, lamports: bigint): EpochStakes {
		const next = new Map(this.#byVoteAccount);
		if (lamports === 0n) next.delete(voteAccount.key);
		else next.set(voteAccount.key, [voteAccount, lamports]);
		const stakes = new EpochStakes(next);
		if (stakes.#total >= 1n << 64n) throw new RangeError('the stakes sum up to more than a u64 holds');
		return stakes;
	}

	/** Vote accounts and their lamports. */
	entries(): Iterable<readonly [Pubkey, bigint]> {
		return this.#byVoteAccount.values();
	}

	getEpochStake(): bigint {
		return this.#total;
	}

	getEpochStakeForVoteAccount(voteAddress: Pubkey): bigint {
		return this.#byVoteAccount.get(voteAddress.key)?.[1] ?? 0n;
	}
}
