/**
 * The dear syscalls: a program (programs/syscalls.c) makes one of them over and over in both engines. For information.
 */
import { ed25519PublicKey, sha256 } from '@parhelion/crypto';
import type { Transaction } from '@solana/kit';
import type { BenchCase, Contest, Side } from './contest.ts';
import { ownProgram } from './elf.ts';
import { createPair, type Engine, sendToBoth } from './engines.ts';
import { fund, instructionData, namedSigner, signedTransaction } from './transaction-builder.ts';

interface SyscallCase {
	readonly name: string;
	/** Its number in programs/syscalls.c, and the parameter that it has there. */
	readonly which: number;
	readonly parameter: number;
	readonly operands: () => Uint8Array;
	/** Calls in a transaction, for some ten milliseconds. */
	readonly times: number;
}

const GROUP = 'Cryptographic syscalls';
/** More than any case uses. */
const UNIT_LIMIT = 1n << 40n;

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const hex = (...texts: readonly string[]): Uint8Array => Uint8Array.from(Buffer.from(texts.join(''), 'hex'));
/** Bytes by a number, the same in every run. */
const bytesOf = (i: number): Uint8Array => sha256(new Uint8Array([i, 77]));
const many = (count: number, make: (i: number) => Uint8Array): Uint8Array =>
	join(...Array.from({ length: count }, (_, i) => make(i)));

/** Numbers below 2^252: scalars of curve25519, and elements of bn254's scalar field. */
const little = (i: number): Uint8Array => {
	const bytes = bytesOf(i);
	bytes[31]! &= 15;
	return bytes;
};
const big = (i: number): Uint8Array => little(i).reverse();

const BN254_G1 = hex('00'.repeat(31), '01', '00'.repeat(31), '02');
const BN254_MINUS_G1 = hex(
	'00'.repeat(31),
	'01',
	'30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45',
);
const BN254_G2 = hex(
	'198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2',
	'1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed',
	'090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b',
	'12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
);
/** The x of secp256k1's generator: any x of the curve does for r. */
const SECP256K1_R = hex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
const RISTRETTO_BASE = hex('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76');

const CASES: readonly SyscallCase[] = [
	{
		name: 'alt_bn128 pairing, 2 pairs',
		which: 0,
		parameter: 3,
		operands: () => join(BN254_G1, BN254_G2, BN254_MINUS_G1, BN254_G2),
		times: 3,
	},
	{
		name: 'alt_bn128 multiplication',
		which: 0,
		parameter: 2,
		operands: () => join(BN254_G1, big(1)),
		times: 30,
	},
	{ name: 'poseidon, 2 inputs', which: 1, parameter: 0, operands: () => many(2, big), times: 50 },
	{ name: 'poseidon, 12 inputs', which: 1, parameter: 0, operands: () => many(12, big), times: 10 },
	{
		name: 'secp256k1 recover',
		which: 2,
		parameter: 0,
		operands: () => join(bytesOf(1), SECP256K1_R, big(2)),
		times: 20,
	},
	{
		name: 'edwards multiscalar, 8 points',
		which: 3,
		parameter: 0,
		operands: () =>
			join(
				many(8, little),
				many(8, (i) => ed25519PublicKey(bytesOf(i))),
			),
		times: 10,
	},
	{
		name: 'ristretto multiscalar, 8 points',
		which: 3,
		parameter: 1,
		operands: () =>
			join(
				many(8, little),
				many(8, () => RISTRETTO_BASE),
			),
		times: 10,
	},
];

async function prepareSyscall({ name, which, parameter, operands, times }: SyscallCase): Promise<Contest> {
	const pair = createPair({ sigverify: false, computeUnitLimit: UNIT_LIMIT });
	const payer = await namedSigner('payer');
	const { address } = await namedSigner('syscalls');
	fund(pair.both, payer.address);
	for (const engine of pair.both) engine.addProgram(address, ownProgram('syscalls'));
	const data = join(instructionData(BigInt(which), BigInt(times), BigInt(parameter)), operands());
	const transaction = await signedTransaction(payer, pair.ours.latestBlockhash(), [
		{ programAddress: address, accounts: [], data },
	]);
	const units = Number(sendToBoth(pair, transaction, name).computeUnitsConsumed());
	return {
		ours: sender(pair.ours, transaction, times),
		oracle: sender(pair.oracle, transaction, times),
		note: `${Math.round(units / times)} CU`,
	};
}

function sender(engine: Engine, transaction: Transaction, times: number): Side {
	return { operations: times, run: () => void engine.sendTransaction(transaction) };
}

export function cryptographyCases(): BenchCase[] {
	return CASES.map((one) => ({
		group: GROUP,
		name: one.name,
		goal: null,
		prepare: () => prepareSyscall(one),
	}));
}
