/**
 * Whole transactions: signed ones of every version with something about them changed, and long ones of several
 * programs over shared accounts.
 */
import { type KeyObject, sign } from 'node:crypto';
import { ed25519PublicKey, sha256 } from '@parhelion/crypto';
import {
	type AccountMeta,
	ByteWriter,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
	sysvarIds,
	type TransactionConfig,
	type VersionedMessage,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { ed25519PrivateKey } from 'parhelion/node';
import type { Random } from '../../oracle/random.ts';
import {
	type FuzzCase,
	messageOf,
	readonly,
	type SendStep,
	type Step,
	set,
	writable,
	writableSigner,
} from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { addresses, amountNear, mostly, PAYER, SOL, spoil, utf8 } from './common.ts';
import { randomTable } from './lookup-tables.ts';
import { systemAccounts, systemInstruction } from './system.ts';
import { tokenInstruction } from './token-instructions.ts';
import { tokenWorld } from './token-world.ts';
import { changedBytes, changedMessage, changedSignatures } from './wire-mutation.ts';

/** The blockhash of an oracle that nobody expired. */
const GENESIS = Hash.fromBytes(sha256(utf8.encode('genesis')));

interface Signer {
	readonly pubkey: Pubkey;
	readonly key: KeyObject;
}

const signers: readonly Signer[] = [1, 2, 3, 4].map((fill) => {
	const seed = new Uint8Array(32).fill(fill);
	return { pubkey: Pubkey.fromBytes(ed25519PublicKey(seed)), key: ed25519PrivateKey(seed) };
});
const targets = addresses('target', 12);

function signed(message: VersionedMessage): Uint8Array[] {
	const bytes = encodeMessage(message);
	const asked = message.accountKeys.slice(0, Math.min(message.header.numRequiredSignatures, 127));
	return asked.map((key) => {
		const signer = signers.find(({ pubkey }) => pubkey.equals(key));
		return signer === undefined ? new Uint8Array(64) : new Uint8Array(sign(null, bytes, signer.key));
	});
}

const SYSVARS = [sysvarIds.clock, sysvarIds.instructions, sysvarIds.rent];

/** Small instructions of programs that everybody may call. */
function plain(random: Random): Instruction {
	const from = random.pick(signers).pubkey;
	switch (random.int(7)) {
		case 0: {
			const accounts: AccountMeta[] = random.oneIn(2) ? [{ ...readonly(from), isSigner: true }] : [];
			const data = utf8.encode('memo'.repeat(1 + random.int(4)));
			return { programId: programIds.memoV3, accounts, data };
		}
		case 1: {
			const data = random.pick([
				new ByteWriter(9).u8(2).u32(random.pick([0, 300, 5000, 200_000, 1_400_000, 0xffff_ffff])),
				new ByteWriter(9).u8(3).u64(random.pick([0n, 1n, 10_000n, 10n ** 12n])),
				new ByteWriter(9).u8(1).u32(random.pick([0, 1, 32_768, 65_536, 262_144, 262_145])),
			]);
			return { programId: programIds.computeBudget, accounts: [], data: data.finish() };
		}
		case 2: {
			const key = mostly(random, 4, random.pick(targets), [...SYSVARS, programIds.systemProgram]);
			const accounts = [writableSigner(from), writable(key)];
			const data = new ByteWriter(12).u32(2).u64(amountNear(random, SOL)).finish();
			return { programId: programIds.systemProgram, accounts, data };
		}
		default: {
			const accounts = [
				writableSigner(from),
				writable(random.pick([...targets, ...signers.map(({ pubkey }) => pubkey)])),
			];
			const data = new ByteWriter(12)
				.u32(2)
				.u64(BigInt(random.int(2_000_000)))
				.finish();
			return { programId: programIds.systemProgram, accounts, data };
		}
	}
}

function randomConfig(random: Random): TransactionConfig {
	return {
		priorityFee: random.oneIn(2) ? null : BigInt(random.int(100_000)),
		computeUnitLimit: random.oneIn(4) ? null : random.pick([1000, 100_000, 1_400_000]),
		loadedAccountsDataSizeLimit: random.oneIn(8) ? null : 2_000_000,
		heapSize: random.oneIn(2) ? null : 1024 * (32 + random.int(225)),
	};
}

/** Makes a step legacy, v0 or v1. */
function versioned(random: Random, step: SendStep, keys: readonly Pubkey[], steps: Step[]): SendStep {
	const kind = random.int(3);
	if (kind === 1) return { ...step, config: randomConfig(random) };
	if (kind === 0) return step;
	const half = random.int(keys.length);
	const tables = [keys.slice(0, half), keys.slice(half)].map((part, i) => {
		const { table, step: made } = randomTable(random, `table ${i}`, part);
		steps.push(made);
		return table;
	});
	return { ...step, tables };
}

const nameOf = ({ version }: VersionedMessage): string => (version === 'legacy' ? version : `v${version}`);

/** Signed transactions, changed before or after they were signed, or not at all. */
function signedCase(random: Random): FuzzCase {
	const steps: Step[] = [];
	for (const { pubkey } of signers) {
		const owner = random.oneIn(25) ? programIds.vote : programIds.systemProgram;
		const data = new Uint8Array(random.oneIn(25) ? 80 : 0);
		const lamports = mostly(random, 12, 10n * SOL, [0n, 4999n, 5000n, 895_880n, 890_880n]);
		steps.push(set(pubkey, { lamports, owner, data }));
	}
	for (const key of targets) if (random.oneIn(2)) steps.push(set(key, { lamports: SOL }));
	for (let t = 1 + random.int(3); t > 0; t--) {
		const step: SendStep = {
			kind: 'send',
			label: '',
			payer: random.pick(signers).pubkey,
			instructions: Array.from({ length: random.oneIn(12) ? random.int(80) : 1 + random.int(4) }, () =>
				plain(random),
			),
			blockhash: random.oneIn(15) ? Hash.default : GENESIS,
		};
		let message = messageOf(versioned(random, step, targets, steps));
		const kind = random.pick(['plain', 'plain', 'changed', 'changed', 'signatures', 'bytes'] as const);
		if (kind === 'changed') {
			for (let i = random.oneIn(4) ? 2 : 1; i > 0; i--) message = changedMessage(random, message);
		}
		const transaction = { signatures: signed(message), message };
		const wire = encodeTransaction(
			kind === 'signatures' && message.version !== 1 ? changedSignatures(random, transaction) : transaction,
		);
		const bytes = kind === 'bytes' ? changedBytes(random, wire) : wire;
		steps.push({ kind: 'wire', label: `${nameOf(message)} ${kind}`, bytes, watched: targets });
	}
	return { steps, checks: { sigverify: !random.oneIn(3), blockhash: !random.oneIn(4) } };
}

function ataInstruction(random: Random, mint: Pubkey, owner: Pubkey): Instruction {
	const seeds = [owner.bytes, programIds.splToken.bytes, mint.bytes];
	const { address } = findProgramAddress(seeds, programIds.associatedToken)!;
	return {
		programId: programIds.associatedToken,
		accounts: [
			writableSigner(PAYER),
			writable(address),
			readonly(owner),
			readonly(mint),
			readonly(programIds.systemProgram),
			readonly(programIds.splToken),
		],
		data: Uint8Array.of(random.int(2)),
	};
}

/** Many instructions of several programs. */
function mixedCase(random: Random, world: CaseWorld): FuzzCase {
	const tokens = tokenWorld(random, world, programIds.splToken);
	const steps: Step[] = [...systemAccounts(random, world), ...tokens.steps];
	for (let t = 1 + random.int(2); t > 0; t--) {
		const instructions = Array.from({ length: 1 + random.int(random.oneIn(3) ? 12 : 4) }, () => {
			const kind = random.int(8);
			const others = tokens.accounts.map(({ key }) => key);
			const right =
				kind < 3
					? systemInstruction(random, world)
					: kind < 6
						? tokenInstruction(random, tokens).instruction
						: kind === 6
							? ataInstruction(random, tokens.mints[random.int(3)]!.key, random.pick(targets))
							: plain(random);
			return spoil(random, right, { others, outOf: 16 });
		});
		const keys = instructions.flatMap(({ accounts }) => accounts.map(({ pubkey }) => pubkey));
		const distinct = [...new Map(keys.map((key) => [key.key, key])).values()].slice(0, 200);
		const step: SendStep = { kind: 'send', label: 'mixed', payer: PAYER, instructions };
		steps.push(versioned(random, step, distinct, steps));
	}
	return { steps };
}

export const transactions: Target = {
	name: 'transactions',
	about: 'signed transactions of every version with something changed; long ones of several programs',
	engines: BOTH_ENGINES,
	generate: (random, world) => (random.oneIn(3) ? mixedCase(random, world) : signedCase(random)),
	leastOk: 0.2,
	leastErrors: 20,
};
