/**
 * Valid proofs for the ZK ElGamal proof program, and the same changed by a seed.
 *
 * The valid ones are golden-proofs.json of the crypto room: one run of the `build_*_proof_data` functions of the crate
 * `solana-zk-sdk` 7.0.1.
 */
import { readFileSync } from 'node:fs';
import { ZK_PROOFS, type ZkProof } from '@parhelion/crypto';
import type { Random } from './random.ts';

/** A proof that is accepted. */
export interface GoldenProof {
	readonly proof: ZkProof;
	/** The instruction's discriminator, which is the kind's number. */
	readonly type: number;
	readonly name: string;
	/** The statement, then the proof. */
	readonly data: Uint8Array;
}

/** Several of each kind. */
export const GOLDEN_PROOFS: readonly GoldenProof[] = (
	JSON.parse(
		readFileSync(new URL('../../../crypto/src/zk/golden-proofs.json', import.meta.url), 'utf8'),
	) as readonly { readonly proof: string; readonly name: string; readonly data: string }[]
).map(({ proof, name, data }) => {
	const index = ZK_PROOFS.findIndex((row) => row.name === proof);
	return {
		proof: ZK_PROOFS[index]!,
		type: index + 1,
		name: `${proof}, ${name}`,
		data: Uint8Array.from(Buffer.from(data, 'hex')),
	};
});

/** Bytes of an account that holds what was proved: its authority, the kind of proof, the statement. */
export const CONTEXT_META_LENGTH = 33;

const ORDER_BYTES = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex');

/** Points and scalars at the edges: the order, one less; 2^255 - 19, one more; 2^255; the base point. */
const UNITS: readonly Uint8Array[] = [
	new Uint8Array(32),
	new Uint8Array(32).fill(255),
	Uint8Array.of(1, ...new Uint8Array(31)),
	Uint8Array.of(2, ...new Uint8Array(31)),
	Uint8Array.from(ORDER_BYTES),
	Uint8Array.of(0xec, ...ORDER_BYTES.subarray(1)),
	Uint8Array.of(0xed, ...new Uint8Array(30).fill(255), 0x7f),
	Uint8Array.of(0xee, ...new Uint8Array(30).fill(255), 0x7f),
	Uint8Array.of(...new Uint8Array(31), 0x80),
	Uint8Array.from(Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex')),
];

/** Statement and proof with something changed: bits, or whole points and scalars. */
export function mutateProof(random: Random, { data, proof }: GoldenProof): Uint8Array {
	const out = data.slice();
	/** Where a point or a scalar starts; that of the cap or the bit lengths is left out. */
	const unit = (): number => {
		const inStatement = Math.floor(proof.contextLength / 32);
		const at = random.int(inStatement + (data.length - proof.contextLength) / 32);
		return at < inStatement ? 32 * at : proof.contextLength + 32 * (at - inStatement);
	};
	for (let count = 1 + random.int(2); count > 0; count--) {
		switch (random.int(5)) {
			case 0:
				out[random.int(out.length)]! ^= 1 << random.int(8);
				break;
			case 1:
				out.set(random.pick(UNITS), unit());
				break;
			case 2: {
				const at = unit();
				out.copyWithin(at, unit(), at + 32);
				break;
			}
			case 3: {
				// Exchanges two.
				const [left, right] = [unit(), unit()];
				const kept = out.slice(left, left + 32);
				out.copyWithin(left, right, right + 32);
				out.set(kept, right);
				break;
			}
			default: {
				// The cap, or the bit lengths, if there are any; else the last bytes of the statement.
				const at = proof.contextLength - 1 - random.int(8);
				out[at] = random.pick([0, 1, 8, 63, 64, 65, 128, 255, random.int(256)]);
			}
		}
	}
	return out;
}
