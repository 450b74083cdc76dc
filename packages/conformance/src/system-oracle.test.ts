/**
 * Random transactions of the System and ComputeBudget programs on the SVM and on the oracle: result, logs, CU,
 * fee, inner instructions and every account must be the same.
 */

import { sha256 } from '@parhelion/crypto';
import {
	type AccountMeta,
	ByteWriter,
	compileLegacyMessage,
	durableNonceFromBlockhash,
	encodeNonceVersions,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
	sysvarIds,
} from '@parhelion/sdk';
import { createWithSeed } from '@parhelion/svm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OracleBank } from './oracle-bank.ts';

const bank = new OracleBank();
const utf8 = new TextEncoder();
const SEEDS = ['', 'seed', 'x'.repeat(32), 'ä', 'y'.repeat(33)];
const OWNERS = [programIds.systemProgram, programIds.splToken, programIds.stake];
const BLOCKHASHES = [1, 2].map((fill) => Hash.fromBytes(new Uint8Array(32).fill(fill)));
const NONCE_RENT = 1_447_680n;
const AMOUNTS = [
	0n,
	1n,
	5000n,
	890_880n,
	897_840n,
	NONCE_RENT,
	2_000_000n,
	1_000_000_000n,
	0xffff_ffff_ffff_ffffn,
];
const SPACES = [0n, 1n, 80n, 1000n, 10_485_760n, 10_485_761n, 1n << 63n];

let runs = 0;

/** Addresses no run shares with another: the payer, four others, and those derived from the second by the seeds. */
function addresses(): Pubkey[] {
	runs += 1;
	const plain = [0, 1, 2, 3, 4].map((i) =>
		Pubkey.fromBytes(sha256(utf8.encode(`system-oracle ${runs} ${i}`))),
	);
	const derived = SEEDS.map((seed, i) => {
		const address = createWithSeed(plain[1]!, utf8.encode(seed), OWNERS[i % OWNERS.length]!);
		return address.ok ? address.value : plain[0]!;
	});
	return [...plain, ...derived, sysvarIds.recentBlockhashes, sysvarIds.rent, programIds.systemProgram];
}
const ADDRESS_COUNT = 5 + SEEDS.length + 3;
const SYSVAR_FROM = 5 + SEEDS.length;

type Data = 'none' | 'byte' | 'zero80' | 'nonce1' | 'nonce2' | 'legacy';
interface AccountState {
	readonly lamports: bigint;
	readonly data: Data;
	readonly owner: number;
}

function dataOf(kind: Data, authority: Pubkey): Uint8Array {
	switch (kind) {
		case 'none':
			return new Uint8Array(0);
		case 'byte':
			return Uint8Array.of(1);
		case 'zero80':
			return new Uint8Array(80);
		default:
			return encodeNonceVersions({
				version: kind === 'legacy' ? 'Legacy' : 'Current',
				state: {
					kind: 'Initialized',
					data: {
						authority,
						durableNonce: durableNonceFromBlockhash(BLOCKHASHES[kind === 'nonce2' ? 1 : 0]!, sha256),
						lamportsPerSignature: 5000n,
					},
				},
			});
	}
}

interface Step {
	/** Discriminant of the instruction, or one of the two others. */
	readonly kind: number | 'budget' | 'raw';
	readonly accounts: readonly {
		readonly index: number;
		readonly signer: boolean;
		readonly writable: boolean;
	}[];
	readonly amount: bigint;
	readonly space: bigint;
	readonly seed: number;
	readonly owner: number;
	readonly key: number;
	readonly bytes: Uint8Array;
	/** Arranges the accounts as the instruction wants them. */
	readonly proper: boolean;
}

function writeSeed(writer: ByteWriter, seed: number): ByteWriter {
	const bytes = utf8.encode(SEEDS[seed]);
	return writer.u64(BigInt(bytes.length)).raw(bytes);
}

function systemData(step: Step, keys: readonly Pubkey[]): Uint8Array {
	const writer = new ByteWriter(128).u32(step.kind as number);
	const owner = OWNERS[step.owner]!.bytes;
	const base = keys[1]!.bytes;
	switch (step.kind) {
		case 0:
		case 13:
			return writer.u64(step.amount).u64(step.space).raw(owner).finish();
		case 1:
			return writer.raw(owner).finish();
		case 2:
		case 5:
			return writer.u64(step.amount).finish();
		case 3:
			return writeSeed(writer.raw(base), step.seed).u64(step.amount).u64(step.space).raw(owner).finish();
		case 6:
		case 7:
			return writer.raw(keys[step.key]!.bytes).finish();
		case 8:
			return writer.u64(step.space).finish();
		case 9:
			return writeSeed(writer.raw(base), step.seed).u64(step.space).raw(owner).finish();
		case 10:
			return writeSeed(writer.raw(base), step.seed).raw(owner).finish();
		case 11:
			return writeSeed(writer.u64(step.amount), step.seed).raw(owner).finish();
		default:
			return writer.finish();
	}
}

/** The positions at which an instruction wants a particular address. */
function properAccounts(step: Step): (number | null)[] {
	const seeded = 5 + step.seed;
	switch (step.kind) {
		case 3:
			return [null, seeded, 1];
		case 4:
			return [null, SYSVAR_FROM, null];
		case 5:
			return [null, null, SYSVAR_FROM, SYSVAR_FROM + 1, null];
		case 6:
			return [null, SYSVAR_FROM, SYSVAR_FROM + 1];
		case 9:
		case 10:
			return [seeded, 1];
		case 11:
			return [seeded, 1, null];
		default:
			return [];
	}
}

function toInstruction(step: Step, keys: readonly Pubkey[]): Instruction {
	if (step.kind === 'budget') {
		return { programId: programIds.computeBudget, accounts: [], data: step.bytes };
	}
	const proper = step.proper && typeof step.kind === 'number' ? properAccounts(step) : [];
	const count = Math.max(step.accounts.length, step.proper ? proper.length : 0);
	const accounts: AccountMeta[] = [];
	for (let i = 0; i < count; i++) {
		const drawn = step.accounts[i] ?? { index: i % 5, signer: true, writable: true };
		accounts.push({
			pubkey: keys[proper[i] ?? drawn.index]!,
			isSigner: drawn.signer,
			isWritable: drawn.writable,
		});
	}
	return {
		programId: programIds.systemProgram,
		accounts,
		data: step.kind === 'raw' ? step.bytes : systemData(step, keys),
	};
}

const account = fc.record({
	lamports: fc.constantFrom(
		0n,
		890_880n,
		897_840n,
		NONCE_RENT,
		2n * NONCE_RENT,
		1_000_000_000n,
		0xffff_ffff_ffff_ffffn,
	),
	data: fc.constantFrom<Data>('none', 'none', 'none', 'byte', 'zero80', 'nonce1', 'nonce2', 'legacy'),
	owner: fc.constantFrom(0, 0, 0, 1),
});
const likely = fc.integer({ min: 0, max: 9 }).map((n) => n > 1);
const budgetBytes = fc.oneof(
	fc
		.tuple(
			fc.constantFrom(1, 2, 4),
			fc.constantFrom(0, 1, 149, 150, 300, 32768, 65536, 40000, 1_400_001, 0xffff_ffff),
		)
		.map(([tag, value]) => new ByteWriter(5).u8(tag).u32(value).finish()),
	fc
		.constantFrom(0n, 1n, 1_000_000n, 0xffff_ffff_ffff_ffffn)
		.map((price) => new ByteWriter(9).u8(3).u64(price).finish()),
	fc.uint8Array({ maxLength: 10 }),
);
const step: fc.Arbitrary<Step> = fc
	.record({
		kind: fc.oneof(
			{ weight: 12, arbitrary: fc.integer({ min: 0, max: 14 }) },
			{ weight: 2, arbitrary: fc.constant<'budget'>('budget') },
			{ weight: 1, arbitrary: fc.constant<'raw'>('raw') },
		),
		accounts: fc.array(
			fc.record({ index: fc.integer({ min: 0, max: ADDRESS_COUNT - 1 }), signer: likely, writable: likely }),
			{ maxLength: 5 },
		),
		amount: fc.constantFrom(...AMOUNTS),
		space: fc.constantFrom(...SPACES),
		seed: fc.integer({ min: 0, max: SEEDS.length - 1 }),
		owner: fc.integer({ min: 0, max: OWNERS.length - 1 }),
		key: fc.integer({ min: 0, max: 4 }),
		bytes: fc.uint8Array({ maxLength: 40 }),
		budget: budgetBytes,
		proper: likely,
	})
	.map(({ budget, ...rest }) => (rest.kind === 'budget' ? { ...rest, bytes: budget } : rest));

function compare(
	states: readonly AccountState[],
	transactions: readonly (readonly Step[])[],
	blockhash: number,
): void {
	const keys = addresses();
	bank.set(keys[0]!, 10_000_000_000n);
	for (let i = 0; i < states.length; i++) {
		const state = states[i]!;
		if (state.lamports === 0n) continue;
		bank.set(keys[i + 1]!, state.lamports, dataOf(state.data, keys[(i % 4) + 1]!), OWNERS[state.owner]!);
	}
	for (const steps of transactions) {
		const instructions = steps.map((one) => toInstruction(one, keys));
		const message = compileLegacyMessage(keys[0]!, instructions, BLOCKHASHES[blockhash]!);
		const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
		const theirs = bank.sendToOracle({ signatures, message });
		const ours = bank.sendToOurs({ signatures, message });
		if (ours.outcome !== theirs.outcome || theirs.logs.length > 0 || theirs.outcome === 'ok') {
			expect(ours).toEqual(theirs);
		}
		for (const key of keys) expect(bank.ours(key), key.toBase58()).toEqual(bank.theirs(key));
	}
}

describe('the System and ComputeBudget programs equal the oracle', () => {
	it('in random transactions over random accounts', () => {
		fc.assert(
			fc.property(
				fc.array(account, { minLength: 4, maxLength: 9 }),
				fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
				fc.integer({ min: 0, max: 1 }),
				compare,
			),
			{ numRuns: Number(process.env['SYSTEM_ORACLE_RUNS'] ?? 1000) },
		);
	});
});
