/**
 * A vote account as the bank keeps it beside the accounts: with its state decoded.
 *
 * Source: crate solana-vote 4.3.0 (vote_account.rs, vote_state_view.rs).
 */
import {
	type AccountSharedData,
	decodeVoteStateVersions,
	isUninitializedVoteState,
	type Pubkey,
	programIds,
	VOTE_STATE_1_14_11_SIZE,
	VOTE_STATE_SIZE,
	type VoteStateVersions,
} from '@parhelion/sdk';

/** The state of an initialised vote account. */
export type InitializedVoteState = Exclude<VoteStateVersions, { readonly version: 'Uninitialized' }>;

/** A vote account that somebody may vote with. */
export class VoteAccount {
	readonly pubkey: Pubkey;
	readonly account: AccountSharedData;
	readonly versions: InitializedVoteState;

	private constructor(pubkey: Pubkey, account: AccountSharedData, versions: InitializedVoteState) {
		this.pubkey = pubkey;
		this.account = account;
		this.versions = versions;
	}

	/** `null` for an account that is no vote account, or not initialised. */
	static from(pubkey: Pubkey, account: AccountSharedData): VoteAccount | null {
		const { length } = account.data;
		const hasSize = length === VOTE_STATE_SIZE || length === VOTE_STATE_1_14_11_SIZE;
		if (!hasSize || !account.owner.equals(programIds.vote)) return null;
		const decoded = decodeVoteStateVersions(account.data);
		if (!decoded.ok || isUninitializedVoteState(decoded.value)) return null;
		return decoded.value.version === 'Uninitialized' ? null : new VoteAccount(pubkey, account, decoded.value);
	}

	/** The validator that votes. */
	get nodePubkey(): Pubkey {
		return this.versions.state.nodePubkey;
	}

	/** Whether it has the key that votes are to be signed with under alpenglow; only V4 can. */
	get hasBlsPubkey(): boolean {
		return this.versions.version === 'V4' && this.versions.state.blsPubkeyCompressed !== null;
	}

	/** Who gets the fees of its blocks (SIMD-0232); `null` before V4: the node itself. */
	get blockRevenueCollector(): Pubkey | null {
		return this.versions.version === 'V4' ? this.versions.state.blockRevenueCollector : null;
	}
}
