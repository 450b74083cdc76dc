/**
 * What the leaves cost a transaction: decoding and sanitising, keys, base58, hashes, signatures, the PDA check; each
 * portable one beside what Node offers for it. Prints a table in microseconds, the best of several rounds.
 */
import crypto, { randomBytes } from 'node:crypto';
import {
	blake3,
	computeIsOnCurve,
	ed25519KeypairFromSeed,
	ed25519PublicKey,
	ed25519Sign,
	ed25519VerifyStrict,
	isOnCurve,
	keccak256,
	LatticeSum,
	nodeFastPaths,
	secp256k1Recover,
	setFastPaths,
	sha256,
	sha256Chain,
	sha512,
} from '@parhelion/crypto';
import {
	base58Decode,
	base58Encode,
	compileLegacyMessage,
	decodeTransaction,
	encodeMessage,
	encodeTransaction,
	FeatureSet,
	Hash,
	Pubkey,
	programIds,
	reservedAccountKeys,
	sanitizeTransaction,
} from '@parhelion/sdk';

/** One measured figure. */
export interface LeafFigure {
	readonly name: string;
	/** Best round, in microseconds a call. */
	readonly microseconds: number;
}

function measure(name: string, calls: number, body: (round: number) => unknown): LeafFigure {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < 6; round++) {
		const start = performance.now();
		for (let i = 0; i < calls; i++) body(i);
		best = Math.min(best, ((performance.now() - start) * 1000) / calls);
	}
	return { name, microseconds: best };
}

/** Measures everything. */
export function leafFigures(): LeafFigure[] {
	const { publicKey, secretKey } = ed25519KeypairFromSeed(new Uint8Array(32).fill(1));
	const payer = Pubkey.fromBytes(publicKey);
	const target = Pubkey.fromBytes(new Uint8Array(32).fill(9));
	const message = compileLegacyMessage(
		payer,
		[
			{
				programId: programIds.systemProgram,
				accounts: [
					{ pubkey: payer, isSigner: true, isWritable: true },
					{ pubkey: target, isSigner: false, isWritable: true },
				],
				data: new Uint8Array(12),
			},
		],
		Hash.default,
	);
	const messageBytes = encodeMessage(message);
	const signature = ed25519Sign(messageBytes, secretKey.subarray(0, 32));
	const wire = encodeTransaction({ signatures: [signature], message });
	const options = {
		messageHash: Hash.default,
		reservedAccountKeys: reservedAccountKeys(FeatureSet.mainnet()),
	};
	const keys = Array.from({ length: 1024 }, () => new Uint8Array(randomBytes(32)));
	const signers = keys.map((seed) => ({
		publicKey: ed25519PublicKey(seed),
		signature: ed25519Sign(messageBytes, seed),
	}));
	const short = new Uint8Array(100).fill(7);
	const long = new Uint8Array(1200).fill(7);
	const keyText = payer.toBase58();
	const lattice = new LatticeSum();
	const tokenAccount = [new Uint8Array(8), new Uint8Array(165), new Uint8Array(65)];

	const figures = [
		measure('decode a transfer', 50_000, () => decodeTransaction(wire)),
		measure('decode and sanitise a transfer', 50_000, () => {
			const decoded = decodeTransaction(wire);
			if (!decoded.ok) throw new Error('the transfer does not decode');
			return sanitizeTransaction(decoded.value, options);
		}),
		measure('Pubkey.fromBytes', 200_000, (i) => Pubkey.fromBytes(wire, i & 127)),
		measure('base58Encode, 32 bytes', 50_000, (i) => base58Encode(keys[i & 1023]!)),
		measure('base58Encode, 64 bytes', 50_000, () => base58Encode(signature)),
		measure('base58Decode, 32 bytes', 50_000, () => base58Decode(keyText)),
		measure('isOnCurve, never asked before', 20_000, (i) => computeIsOnCurve(keys[i & 1023]!)),
		measure('isOnCurve, asked before', 20_000, (i) => isOnCurve(keys[i & 255]!)),
		measure('ed25519VerifyStrict, a key that comes often', 1000, () =>
			ed25519VerifyStrict(signature, messageBytes, publicKey, 'wasm'),
		),
		measure('ed25519VerifyStrict, of 1024 keys', 1024, (i) => {
			const { publicKey: key, signature: its } = signers[i & 1023]!;
			return ed25519VerifyStrict(its, messageBytes, key, 'wasm');
		}),
		measure('ed25519VerifyStrict, portable', 40, () =>
			ed25519VerifyStrict(signature, messageBytes, publicKey, 'portable'),
		),
		measure('ed25519Sign', 40, () => ed25519Sign(messageBytes, secretKey.subarray(0, 32))),
		measure('sha256Chain, 1000 links', 100, () => sha256Chain(publicKey, 1000)),
		measure('LatticeSum.add, a token account', 10_000, () => lattice.add(tokenAccount)),
		measure('secp256k1Recover', 40, () => secp256k1Recover(new Uint8Array(32).fill(3), 0, signature)),
	];
	for (const [hash, name] of [
		[sha256, 'sha256'],
		[sha512, 'sha512'],
		[keccak256, 'keccak256'],
		[blake3, 'blake3'],
	] as const) {
		figures.push(measure(`${name}, 100 bytes`, 10_000, () => hash(short)));
		figures.push(measure(`${name}, 1200 bytes`, 2_000, () => hash(long)));
	}
	setFastPaths(nodeFastPaths(crypto));
	for (const [hash, name] of [
		[sha256, 'sha256'],
		[sha512, 'sha512'],
	] as const) {
		figures.push(measure(`${name}, 100 bytes, Node`, 10_000, () => hash(short)));
		figures.push(measure(`${name}, 1200 bytes, Node`, 2_000, () => hash(long)));
	}
	figures.push(
		measure('ed25519VerifyStrict, Node', 400, () =>
			ed25519VerifyStrict(signature, messageBytes, publicKey, 'platform'),
		),
	);
	setFastPaths({});
	return figures;
}

/** Prints the table. */
export function printLeafFigures(): void {
	for (const { name, microseconds } of leafFigures()) {
		console.log(`${name.padEnd(36)} ${microseconds.toFixed(2).padStart(10)} us`);
	}
}
