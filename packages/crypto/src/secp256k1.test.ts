import { createHash } from 'node:crypto';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { secp256k1Recover } from './secp256k1.ts';

const { Point } = secp256k1;
const N = Point.Fn.ORDER;
const P = Point.Fp.ORDER;

const bigEndian = (value: bigint): Uint8Array =>
	Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
const join = (r: bigint, s: bigint): Uint8Array => Uint8Array.from([...bigEndian(r), ...bigEndian(s)]);
const hash = Uint8Array.from(createHash('sha256').update('recover').digest());

/** Signs with the nonce `k`, without choosing a low s. */
function sign(secret: bigint, k: bigint, message: Uint8Array) {
	const R = Point.BASE.multiply(k).toAffine();
	const r = R.x % N;
	const s = Point.Fn.mul(Point.Fn.inv(k), (toBigInt(message) + r * secret) % N);
	const recoveryId = (R.x >= N ? 2 : 0) | Number(R.y & 1n);
	const key = Point.BASE.multiply(secret).toBytes(false).slice(1);
	return { r, s, recoveryId, key };
}

describe('secp256k1Recover', () => {
	it('recovers the signer, for low and high s', () => {
		let high = 0;
		for (let k = 3n; k < 11n; k++) {
			const { r, s, recoveryId, key } = sign(k * 977n, k, hash);
			if (s > N / 2n) high++;
			expect(secp256k1Recover(hash, recoveryId, join(r, s))).toEqual({ ok: true, value: key });
			// The twin with -s belongs to the other parity.
			expect(secp256k1Recover(hash, recoveryId ^ 1, join(r, N - s))).toEqual({ ok: true, value: key });
			const other = secp256k1Recover(hash, recoveryId ^ 1, join(r, s));
			expect(other.ok && other.value).not.toEqual(key);
		}
		expect(high).toBeGreaterThan(0);
		expect(high).toBeLessThan(8);
	});
	it('gives the known key of Ethereum’s documents', () => {
		// The transaction of EIP-155.
		const result = secp256k1Recover(
			Buffer.from('daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53', 'hex'),
			0,
			join(
				0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276n,
				0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83n,
			),
		);
		expect(result.ok && Buffer.from(result.value).toString('hex')).toBe(
			'4bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382ce28cab79ad7119ee1ad3ebcdb98a16805211530ecc6cfefa1b88e6dff99232a',
		);
	});
	it('takes a hash from the group order on, mod n', () => {
		const large = bigEndian(N + 5n);
		const { r, s, recoveryId, key } = sign(1234n, 77n, bigEndian(5n));
		expect(secp256k1Recover(large, recoveryId, join(r, s))).toEqual({ ok: true, value: key });
		expect(secp256k1Recover(new Uint8Array(32).fill(255), recoveryId, join(r, s)).ok).toBe(true);
	});
	it('takes x beyond n for recovery ids 2 and 3 only while it is below p', () => {
		// The smallest r for which n + r is an x of the curve.
		let r = 1n;
		const isX = (x: bigint): boolean => {
			try {
				Point.fromBytes(Uint8Array.from([2, ...bigEndian(x)]));
				return true;
			} catch {
				return false;
			}
		};
		while (!isX(N + r)) r++;
		expect(secp256k1Recover(hash, 2, join(r, 1n)).ok).toBe(true);
		expect(secp256k1Recover(hash, 3, join(r, 1n)).ok).toBe(true);
		expect(secp256k1Recover(hash, 2, join(P - N, 1n))).toEqual({ ok: false, error: 'InvalidSignature' });
		expect(secp256k1Recover(hash, 2, join(N - 1n, 1n))).toEqual({ ok: false, error: 'InvalidSignature' });
	});
	it('refuses, in order: hash, recovery id, signature', () => {
		const { r, s, recoveryId } = sign(9n, 8n, hash);
		const good = join(r, s);
		const bad = new Uint8Array(63);
		expect(secp256k1Recover(bad, 9, bad)).toEqual({ ok: false, error: 'InvalidHash' });
		for (const id of [4, -1, 255, 1.5, Number.NaN]) {
			expect(secp256k1Recover(hash, id, bad)).toEqual({ ok: false, error: 'InvalidRecoveryId' });
		}
		for (const signature of [
			bad,
			join(0n, s),
			join(r, 0n),
			join(N, s),
			join(r, N),
			join(2n ** 256n - 1n, s),
			new Uint8Array(64),
			new Uint8Array(64).fill(255),
		]) {
			expect(secp256k1Recover(hash, recoveryId, signature)).toEqual({ ok: false, error: 'InvalidSignature' });
		}
		expect(secp256k1Recover(hash, recoveryId, good).ok).toBe(true);
	});
	it('refuses an x that is no point, and the point at infinity', () => {
		// 5 is no x of the curve.
		expect(secp256k1Recover(hash, 0, join(5n, 1n))).toEqual({ ok: false, error: 'InvalidSignature' });
		// s R = z B gives the key at infinity: R = B with r its x, s = z.
		const gx = Point.BASE.toAffine();
		const z = toBigInt(hash) % N;
		expect(secp256k1Recover(hash, Number(gx.y & 1n), join(gx.x, z))).toEqual({
			ok: false,
			error: 'InvalidSignature',
		});
	});
});
