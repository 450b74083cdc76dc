/** Owns the voters of a vote account by epoch. Source: solana-vote-interface 6.1.0, authorized_voters.rs. */
import type { ByteReader, ByteWriter } from '../bytes.ts';
import type { Epoch } from '../numbers.ts';
import type { Pubkey } from '../pubkey.ts';

/** Who votes from an epoch on, until the next entry. None at all means that the account is not initialised. */
export class AuthorizedVoters {
	/** Ascending, without repetition. */
	private readonly epochs: Epoch[];
	private readonly voters: Pubkey[];

	private constructor(epochs: Epoch[], voters: Pubkey[]) {
		this.epochs = epochs;
		this.voters = voters;
	}

	/** One voter from `epoch` on. */
	static of(epoch: Epoch, voter: Pubkey): AuthorizedVoters {
		return new AuthorizedVoters([epoch], [voter]);
	}

	/** From entries in any order; the last of an epoch counts. */
	static fromEntries(entries: readonly (readonly [Epoch, Pubkey])[]): AuthorizedVoters {
		const byEpoch = new Map<Epoch, Pubkey>(entries);
		const epochs = [...byEpoch.keys()];
		if (epochs.some((epoch, i) => i > 0 && epoch < epochs[i - 1]!)) {
			epochs.sort((a, b) => (a < b ? -1 : 1));
		}
		return new AuthorizedVoters(
			epochs,
			epochs.map((epoch) => byEpoch.get(epoch)!),
		);
	}

	get length(): number {
		return this.epochs.length;
	}

	isEmpty(): boolean {
		return this.epochs.length === 0;
	}

	/** Whether the epoch has an entry of its own. */
	contains(epoch: Epoch): boolean {
		return this.epochs[this.lowerBound(epoch)] === epoch;
	}

	/** The voter of an epoch, carried forward from the nearest entry before it; null before the first. */
	getAuthorizedVoter(epoch: Epoch): Pubkey | null {
		const at = this.lowerBound(epoch);
		if (this.epochs[at] === epoch) return this.voters[at]!;
		return at === 0 ? null : this.voters[at - 1]!;
	}

	/** As {@link getAuthorizedVoter}; a voter that was carried forward gets an entry. */
	getAndCacheAuthorizedVoterForEpoch(epoch: Epoch): Pubkey | null {
		const voter = this.getAuthorizedVoter(epoch);
		if (voter !== null) this.insert(epoch, voter);
		return voter;
	}

	/** Adds or replaces an entry. */
	insert(epoch: Epoch, voter: Pubkey): void {
		const at = this.lowerBound(epoch);
		if (this.epochs[at] === epoch) {
			this.voters[at] = voter;
			return;
		}
		this.epochs.splice(at, 0, epoch);
		this.voters.splice(at, 0, voter);
	}

	/** Removes the entries before `epoch`. The caller keeps one at or after it. */
	purgeAuthorizedVoters(epoch: Epoch): void {
		const count = this.lowerBound(epoch);
		this.epochs.splice(0, count);
		this.voters.splice(0, count);
	}

	/** Epochs and voters, ascending. */
	*entries(): Generator<[Epoch, Pubkey]> {
		for (let i = 0; i < this.epochs.length; i++) yield [this.epochs[i]!, this.voters[i]!];
	}

	/** Index of the first entry at or after `epoch`. */
	private lowerBound(epoch: Epoch): number {
		let low = 0;
		let high = this.epochs.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.epochs[middle]! < epoch) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}

/** Reads a count (u64), then epochs and voters. */
export function readAuthorizedVoters(reader: ByteReader): AuthorizedVoters {
	const count = reader.length64();
	const entries: [Epoch, Pubkey][] = [];
	for (let i = 0; i < count; i++) entries.push([reader.u64(), reader.pubkey()]);
	return AuthorizedVoters.fromEntries(entries);
}

/** Writes what {@link readAuthorizedVoters} reads. */
export function writeAuthorizedVoters(writer: ByteWriter, voters: AuthorizedVoters): void {
	writer.length64(voters.length);
	for (const [epoch, voter] of voters.entries()) writer.u64(epoch).raw(voter.bytes);
}
