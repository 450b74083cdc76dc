/** The associated token account program over both token programs: create, create if missing, recover nested. */
import { type AccountMeta, type Instruction, type Pubkey, programIds, sysvarIds } from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { address } from '../../oracle/harness.ts';
import type { Random } from '../../oracle/random.ts';
import { type FuzzCase, readonly, type Step, set, writable, writableSigner } from '../case.ts';
import type { CaseWorld } from '../case-world.ts';
import { BOTH_ENGINES, type Target } from '../target.ts';
import { mostly, PAYER, payerStep, SOL, spoil, unitLimit } from './common.ts';
import { randomTails } from './token-extensions.ts';
import {
	ACCOUNT_SIZE,
	accountData,
	type TokenMint,
	type TokenWorld,
	tokenWorld,
	wallets,
} from './token-world.ts';

const pauper = address('pauper');

/** The associated address of an owner's tokens. */
export function associatedAddress(owner: Pubkey, program: Pubkey, mint: Pubkey): Pubkey {
	const name = owner.key + program.key + mint.key;
	let found = known.get(name);
	if (found === undefined) {
		const seeds = [owner.bytes, program.bytes, mint.bytes];
		found = findProgramAddress(seeds, programIds.associatedToken)!.address;
		known.set(name, found);
	}
	return found;
}

const known = new Map<string, Pubkey>();

function right(random: Random, { programId, mints }: TokenWorld): [string, Instruction] {
	const make = (label: string, accounts: AccountMeta[], data: Uint8Array): [string, Instruction] => [
		label,
		{ programId: programIds.associatedToken, accounts, data },
	];
	const owner = random.pick(wallets);
	const mint = random.pick(mints).key;
	const system = readonly(programIds.systemProgram);
	if (!random.oneIn(4)) {
		const isLenient = random.oneIn(2);
		const accounts = [
			writableSigner(mostly(random, 15, PAYER, [pauper])),
			writable(associatedAddress(owner, programId, mint)),
			readonly(owner),
			readonly(mint),
			system,
			readonly(programId),
			...(random.oneIn(6) ? [readonly(sysvarIds.rent)] : []),
		];
		const data = isLenient ? Uint8Array.of(1) : new Uint8Array(random.int(2));
		return make(isLenient ? 'CreateIdempotent' : 'Create', accounts, data);
	}
	// The tokens of an owner's associated account, which owns an associated account itself.
	const [outer, inner] = [
		mints[0]!.key,
		mostly(
			random,
			3,
			mints[1]!.key,
			mints.map(({ key }) => key),
		),
	];
	const holder = associatedAddress(owner, programId, outer);
	const accounts = [
		writable(associatedAddress(holder, programId, inner)),
		readonly(inner),
		writable(associatedAddress(owner, programId, inner)),
		writable(holder),
		readonly(outer),
		{ ...writable(owner), isSigner: true },
		readonly(programId),
	];
	return make('RecoverNested', accounts, Uint8Array.of(2));
}

function existing(random: Random, world: CaseWorld, tokens: TokenWorld): Step[] {
	const steps: Step[] = [];
	const rent = world.minimumBalance(ACCOUNT_SIZE);
	const put = (key: Pubkey, mint: TokenMint, owner: Pubkey): void => {
		const account = {
			key,
			mint,
			owner,
			amount: mint.isNative ? 0n : 500n,
			delegate: null,
			closeAuthority: null,
			state: 1,
		};
		const data = accountData(account, rent);
		steps.push(set(key, { lamports: rent, data, owner: tokens.programId }));
	};
	const [outer, inner] = [tokens.mints[0]!, tokens.mints[1]!];
	for (const owner of wallets) {
		const holder = associatedAddress(owner, tokens.programId, outer.key);
		if (random.oneIn(2)) put(holder, outer, random.oneIn(20) ? wallets[3]! : owner);
		if (random.oneIn(2)) put(associatedAddress(owner, tokens.programId, inner.key), inner, owner);
		if (random.oneIn(2)) put(associatedAddress(holder, tokens.programId, inner.key), inner, holder);
		if (random.oneIn(6)) {
			const key = associatedAddress(owner, tokens.programId, tokens.mints[2]!.key);
			steps.push(set(key, { lamports: random.pick([1n, 1_000_000n, SOL]) }));
		}
	}
	return steps;
}

function generate(random: Random, world: CaseWorld): FuzzCase {
	const isNew = random.oneIn(2);
	const tokens = isNew
		? tokenWorld(random, world, programIds.splToken2022, randomTails(random))
		: tokenWorld(random, world, programIds.splToken);
	const steps: Step[] = [payerStep(), ...tokens.steps, ...existing(random, world, tokens)];
	steps.push(set(pauper, { lamports: 1_000_000n }));
	const others = [
		...wallets,
		...tokens.accounts.map(({ key }) => key),
		programIds.splToken,
		programIds.splToken2022,
	];
	for (let t = 1 + random.int(3); t > 0; t--) {
		const instructions: Instruction[] = [];
		if (random.oneIn(30)) instructions.push(unitLimit(random.pick([3000, 10_000, 20_000])));
		let label = '';
		for (let i = random.oneIn(4) ? 2 : 1; i > 0; i--) {
			const [name, instruction] = right(random, tokens);
			label ||= name;
			instructions.push(spoil(random, instruction, { others, outOf: 9 }));
		}
		steps.push({ kind: 'send', label, payer: PAYER, instructions });
	}
	return { steps };
}

export const associatedToken: Target = {
	name: 'associated-token',
	about: 'associated token accounts over both token programs',
	engines: BOTH_ENGINES,
	generate,
	leastOk: 0.25,
	leastErrors: 8,
};
