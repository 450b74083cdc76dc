/** `getBlockCommitment`: the stake that has voted for a block, by the depth of its votes.
 *
 * The one validator votes for each block as it closes, so the whole stake stands at the block's depth. Upstream:
 * solana-runtime 4.3.0 `commitment.rs` (`BlockCommitmentCache::get_block_commitment`). */
import { readU64 } from '../params/readers.ts';
import { type Method, method } from './method.ts';

/** Depths that are told apart; the last one stands for rooted blocks. */
const DEPTHS = 32;

export const getBlockCommitment: Method = method('getBlockCommitment', [readU64], ({ chain }, slot) => {
	const bank = chain.bankAt('confirmed');
	const totalStake = bank.getEpochStake();
	const isKnown = slot <= bank.slot && (slot > chain.root || chain.getBlock(slot) !== null);
	if (!isKnown) return { commitment: null, totalStake };
	const commitment = new Array<bigint>(DEPTHS).fill(0n);
	commitment[slot <= chain.root ? DEPTHS - 1 : Math.min(DEPTHS - 1, Number(bank.slot - slot))] = totalStake;
	return { commitment, totalStake };
});
