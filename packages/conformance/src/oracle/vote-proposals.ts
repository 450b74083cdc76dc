/**
 * Random votes and towers for a vote account: mostly such as its validator could send next.
 */

import { Hash, type Lockout, type TowerSync, type Vote } from '@parhelion/sdk';
import { hashOf, Tower, U64_MAX, VoteWorld } from './vote-world.ts';

/** Makes votes. */
export class VoteProposals extends VoteWorld {
	/** Slots after the last vote that have hashes, some left out. */
	private nextSlots(): bigint[] {
		const { random } = this;
		const last = this.tower.votes.at(-1)?.slot ?? -1n;
		const slots = this.slotHashes.map(([slot]) => slot).filter((slot) => slot > last && !random.oneIn(10));
		const count = 1 + random.int(this.deep ? 40 : 4);
		const from = random.oneIn(3) ? random.int(slots.length) : Math.max(slots.length - count, 0);
		return slots.reverse().slice(from, from + count);
	}

	private timestamp(): bigint | null {
		return this.random.oneIn(2) ? null : BigInt(this.random.int(1500) - (this.random.oneIn(10) ? 700 : 0));
	}

	private hash(slot: bigint | undefined): Hash {
		return this.random.oneIn(20) ? Hash.default : hashOf(slot ?? 0n);
	}

	protected votes(): Vote {
		const { random } = this;
		const slots = this.nextSlots();
		// Slots voted for before, or too old.
		if (random.oneIn(4)) slots.unshift(...this.tower.votes.slice(-random.int(4)).map((vote) => vote.slot));
		if (random.oneIn(20)) slots.reverse();
		if (random.oneIn(20)) slots.length = 0;
		if (random.oneIn(20) && slots.length > 0) slots[random.int(slots.length)]! += 1n;
		const last = slots.at(-1);
		// A slot that is too old, behind those that count.
		if (random.oneIn(15)) slots.push(0n);
		return { slots, hash: this.hash(last), timestamp: this.timestamp() };
	}

	protected proposal(): TowerSync {
		const { random } = this;
		const tower = new Tower();
		tower.votes = [...this.tower.votes];
		tower.root = this.tower.root;
		for (const slot of this.nextSlots()) tower.vote(slot, 0);
		const last = tower.votes.at(-1)?.slot;
		const lockouts: Lockout[] = tower.votes.map(({ slot, confirmationCount }) => ({
			slot,
			confirmationCount,
		}));
		let { root } = tower;
		if (random.oneIn(3)) root = this.breakTower(lockouts, root);
		// What follows mostly builds upon it.
		else if (!random.oneIn(4)) this.tower = tower;
		return {
			lockouts,
			root,
			hash: this.hash(last),
			timestamp: this.timestamp(),
			blockId: Hash.fromBytes(random.bytes(32)),
		};
	}

	/** Changes something about a tower; returns its root. */
	private breakTower(lockouts: Lockout[], root: bigint | null): bigint | null {
		const { random } = this;
		const at = random.int(lockouts.length);
		const one = lockouts[at];
		switch (random.int(11)) {
			case 0:
				if (one) lockouts[at] = { ...one, slot: one.slot + 1n };
				return root;
			case 1:
				if (one) lockouts[at] = { ...one, confirmationCount: random.pick([0, 1, 5, 31, 32, 255]) };
				return root;
			case 2:
				lockouts.splice(at, 1);
				return root;
			case 3:
				if (one) lockouts.splice(at, 0, one);
				return root;
			case 4:
				lockouts.length = random.oneIn(3) ? 0 : at;
				return root;
			case 5:
				return null;
			case 6:
				return root === null ? 0n : root - 1n;
			case 7:
				return (root ?? 0n) + BigInt(random.int(20));
			case 8:
				return one?.slot ?? U64_MAX;
			case 9: {
				// The votes up to the new root are gone, as when it was rooted meanwhile.
				const gone = lockouts.splice(0, at);
				return gone.at(-1)?.slot ?? root;
			}
			default: {
				// Older votes than the account has, or votes it never had.
				const first = lockouts[0]?.slot ?? 5n;
				if (first > 2n) lockouts.unshift({ slot: first - 1n - BigInt(random.int(2)), confirmationCount: 31 });
				return random.oneIn(2) ? null : root;
			}
		}
	}
}
