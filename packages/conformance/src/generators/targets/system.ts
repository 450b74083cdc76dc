/** The System program: every instruction, nonce accounts in all states, addresses with seeds, sizes up to overflow. */
import { sha256 } from '@parhelion/crypto';
import {
	type AccountMeta,
	ByteWriter,
	durableNonceFromBlockhash,
	encodeNonceVersions,
	Hash,
	type Instruction,
	NONCE_STATE_SIZE,
	type Pubkey,
	programIds,
	sysvarIds,
} from '@parhelion/sdk';
import { createWithSeed } from '@parhelion/svm';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, readonly, type Step, set, signer, writable, writableSigner } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { ONE_ENGINE, type Target } from '../target.ts';
import {
	addresses,
	amountNear,
	mostly,
	PAYER,
	payerStep,
	SOL,
	spoil,
	U64_MAX,
	unitLimit,
	utf8,
} from './common.ts';
import { randomRent } from './random-sysvars.ts';

const SYSTEM = programIds.systemProgram;
const SEEDS = ['', 'seed', 'x'.repeat(32), 'ä', 'y'.repeat(33)];
const OWNERS = [SYSTEM, programIds.splToken, programIds.stake, programIds.vote];
const BLOCKHASHES = [1, 2].map((fill) => Hash.fromBytes(new Uint8Array(32).fill(fill)));
/** The blockhash of an oracle that nobody expired. */
const GENESIS = Hash.fromBytes(sha256(utf8.encode('genesis')));
const SPACES = [0n, 0n, 1n, 80n, 200n, 1000n, 10_240n, 10_485_760n, 10_485_761n, 1n << 63n, U64_MAX];
const wallets = addresses('wallet', 4);
const fresh = addresses('fresh', 3);
const nonces = addresses('nonce', 3);
const base = address('base');
const derived = SEEDS.map((seed, i) => {
	const made = createWithSeed(base, utf8.encode(seed), OWNERS[i % OWNERS.length]!);
	return made.ok ? made.value : fresh[0]!;
});
const all = [...wallets, ...fresh, ...nonces, base, ...derived, PAYER, SYSTEM, sysvarIds.rent];

function nonceData(random: Random, authority: Pubkey): Uint8Array {
	const kind = random.int(8);
	if (kind === 0) return new Uint8Array(NONCE_STATE_SIZE);
	return encodeNonceVersions({
		version: kind === 1 ? 'Legacy' : 'Current',
		state: {
			kind: 'Initialized',
			data: {
				authority,
				durableNonce: durableNonceFromBlockhash(random.pick([...BLOCKHASHES, GENESIS]), sha256),
				lamportsPerSignature: 5000n,
			},
		},
	});
}

/** Accounts of all kinds. */
export function systemAccounts(random: Random, world: CaseWorld): Step[] {
	const steps: Step[] = [payerStep()];
	for (const key of [...wallets, base]) {
		const lamports = mostly(random, 8, 10n * SOL, [0n, 1n, 890_880n, 890_879n, U64_MAX - 10n ** 16n]);
		const data = random.oneIn(12) ? random.bytes(random.pick([1, 80])) : new Uint8Array(0);
		const owner = mostly(random, 12, SYSTEM, OWNERS);
		if (lamports > 0n) steps.push(set(key, { lamports, data, owner }));
	}
	for (const key of nonces) {
		const rent = world.minimumBalance(NONCE_STATE_SIZE);
		const lamports = mostly(random, 8, rent + SOL, [rent, rent, rent - 1n, rent + 5000n, 1n]);
		const data = nonceData(random, mostly(random, 3, wallets[0]!, [key, ...wallets]));
		steps.push(set(key, { lamports, data, owner: mostly(random, 15, SYSTEM, OWNERS) }));
	}
	for (const key of [...fresh, ...derived]) {
		if (random.oneIn(4)) steps.push(set(key, { lamports: random.pick([1n, 890_880n, SOL]) }));
	}
	return steps;
}

function writeSeed(writer: ByteWriter, seed: number): ByteWriter {
	const bytes = utf8.encode(SEEDS[seed]);
	return writer.length64(bytes.length).raw(bytes);
}

const LABELS = [
	'CreateAccount',
	'Assign',
	'Transfer',
	'CreateAccountWithSeed',
	'AdvanceNonce',
	'WithdrawNonce',
	'InitializeNonce',
	'AuthorizeNonce',
	'Allocate',
	'AllocateWithSeed',
	'AssignWithSeed',
	'TransferWithSeed',
	'UpgradeNonce',
	'CreateAccountAllowPrefund',
];

/** An instruction as it should be, most of the time. */
function right(random: Random, world: CaseWorld, kind: number): Instruction {
	const writer = new ByteWriter(128).u32(kind);
	const space = mostly(random, 3, BigInt(random.int(300)), SPACES);
	const rent = space < 20_000_000n ? world.minimumBalance(Number(space)) : SOL;
	const owner = random.pick(OWNERS);
	const wallet = random.pick(wallets);
	const nonce = random.pick(nonces);
	const seed = random.int(random.oneIn(6) ? SEEDS.length : SEEDS.length - 1);
	const seedOwner = mostly(random, 8, OWNERS[seed % OWNERS.length]!, OWNERS);
	const recent = readonly(sysvarIds.recentBlockhashes);
	const rentSysvar = readonly(sysvarIds.rent);
	const make = (accounts: AccountMeta[]): Instruction => ({
		programId: SYSTEM,
		accounts,
		data: writer.finish(),
	});
	switch (kind) {
		case 0:
		case 13:
			writer
				.u64(mostly(random, 3, rent, [0n, 1n, rent - 1n, U64_MAX]))
				.u64(space)
				.raw(owner.bytes);
			return make([writableSigner(wallet), writableSigner(random.pick(fresh))]);
		case 1:
			writer.raw(owner.bytes);
			return make([writableSigner(wallet)]);
		case 2:
			writer.u64(amountNear(random, SOL));
			return make([writableSigner(wallet), writable(random.pick([...wallets, ...fresh]))]);
		case 3:
			writeSeed(writer.raw(base.bytes), seed).u64(rent).u64(space).raw(seedOwner.bytes);
			return make([writableSigner(wallet), writable(derived[seed]!), signer(base)]);
		case 4:
			return make([writable(nonce), recent, signer(wallets[0]!)]);
		case 5:
			writer.u64(amountNear(random, random.pick([world.minimumBalance(NONCE_STATE_SIZE), SOL, 5000n])));
			return make([writable(nonce), writable(wallet), recent, rentSysvar, signer(wallets[0]!)]);
		case 6:
			writer.raw(random.pick(wallets).bytes);
			return make([writable(nonce), recent, rentSysvar]);
		case 7:
			writer.raw(random.pick(wallets).bytes);
			return make([writable(nonce), signer(wallets[0]!)]);
		case 8:
			writer.u64(space);
			return make([writableSigner(random.pick([...fresh, wallet]))]);
		case 9:
			writeSeed(writer.raw(base.bytes), seed).u64(space).raw(seedOwner.bytes);
			return make([writable(derived[seed]!), signer(base)]);
		case 10:
			writeSeed(writer.raw(base.bytes), seed).raw(seedOwner.bytes);
			return make([writable(derived[seed]!), signer(base)]);
		case 11: {
			const amount = amountNear(random, SOL / 2n);
			writeSeed(writer.u64(amount), seed).raw(seedOwner.bytes);
			return make([writable(derived[seed]!), signer(base), writable(wallet)]);
		}
		default:
			return make([writable(nonce)]);
	}
}

/** Any instruction, as it should be most of the time. */
export function systemInstruction(random: Random, world: CaseWorld): Instruction {
	return right(random, world, random.int(LABELS.length));
}

function generate(random: Random, world: CaseWorld): FuzzCase {
	const steps = systemAccounts(random, world);
	if (random.oneIn(10)) steps.push(randomRent(random));
	const isAged = random.oneIn(6);
	const count = 1 + random.int(3);
	for (let t = 0; t < count; t++) {
		const instructions: Instruction[] = [];
		if (random.oneIn(15)) instructions.push(unitLimit(random.pick([0, 149, 150, 151, 300, 450, 10_000])));
		let label = '';
		const size = random.oneIn(3) ? 2 + random.int(3) : 1;
		for (let i = 0; i < size; i++) {
			// A transaction with a nonce for a blockhash begins by advancing it.
			const kind = isAged && i === 0 && !random.oneIn(3) ? 4 : random.int(LABELS.length);
			label ||= LABELS[kind]!;
			instructions.push(spoil(random, right(random, world, kind), { others: all, outOf: 8 }));
		}
		const nonceHash = Hash.fromBytes(durableNonceFromBlockhash(random.pick(BLOCKHASHES), sha256).bytes);
		const blockhash = isAged ? random.pick([nonceHash, nonceHash, GENESIS]) : random.pick(BLOCKHASHES);
		const payer = random.oneIn(12) ? random.pick([...nonces, ...wallets, ...fresh]) : PAYER;
		steps.push({ kind: 'send', label, payer, instructions, blockhash });
	}
	return isAged ? { steps, checks: { sigverify: false, blockhash: true } } : { steps };
}

export const system: Target = {
	name: 'system',
	about: 'the System program: all instructions, nonces, seeds, sizes',
	engines: ONE_ENGINE,
	generate,
	leastOk: 0.25,
	leastErrors: 20,
};
