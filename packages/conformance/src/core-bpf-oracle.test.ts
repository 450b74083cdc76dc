/**
 * The programs that were part of the validator once and are on chain now (Stake, Address Lookup Table, Config), and
 * the accounts of features: there, laid out and behaving as the oracle's.
 */

import { FEATURES, featureId, programIds } from '@parhelion/sdk';
import {
	Authorized,
	LAMPORTS_PER_SOL,
	Lockup,
	PublicKey,
	StakeAuthorizationLayout,
	StakeProgram,
	SYSVAR_RENT_PUBKEY,
	SystemProgram,
	TransactionInstruction,
	VoteInit,
	VoteProgram,
} from '@solana/web3.js';
import * as oracle from 'litesvm';
import * as ours from 'parhelion/node';
import { LiteSVM } from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { namedKeypair, Pair } from './flows/harness.ts';

type Lib = typeof oracle;
type Svm = oracle.LiteSVM;
const LIBS: readonly Lib[] = [oracle, ours as never];

/** An account as text. */
function show(svm: Svm, address: string): string {
	const account = svm.getAccount(address as Parameters<Svm['getAccount']>[0]);
	if (!account.exists) return 'none';
	const { lamports, programAddress, executable, data } = account;
	return `${lamports} ${programAddress} ${executable} ${Buffer.from(data).toString('base64')}`;
}

const SETUPS: readonly (readonly [string, (lib: Lib) => Svm])[] = [
	['the default', (lib) => new lib.LiteSVM()],
	[
		'all features',
		(lib) =>
			new lib.LiteSVM().withFeatureSet(lib.FeatureSet.allEnabled()).withBuiltins().withDefaultPrograms(),
	],
	['no features', (lib) => new lib.LiteSVM().withFeatureSet(new lib.FeatureSet()).withBuiltins()],
];

describe.each(SETUPS)('With %s', (_name, make) => {
	const [theirs, mine] = LIBS.map(make) as [Svm, Svm];

	it.each([
		'stake',
		'addressLookupTable',
		'config',
		'stakeConfig',
		'vote',
		'zkElgamalProof',
		'loaderV4',
	] as const)('the account of %s is the same, and that of its code', (name) => {
		const address = programIds[name].toBase58();
		const expected = show(theirs, address);
		expect(show(mine, address)).toBe(expected);
		if (expected.includes('BPFLoaderUpgradeab1e')) {
			const account = theirs.getAccount(address as never);
			if (!account.exists) throw new TypeError('it was there');
			const programdata = new PublicKey(account.data.slice(4, 36)).toBase58();
			expect(show(mine, programdata)).toBe(show(theirs, programdata));
			expect(show(theirs, programdata)).toContain(' false ');
		}
	});

	it('the accounts of all features are the same', () => {
		let active = 0;
		for (const { name } of FEATURES) {
			const address = featureId(name).toBase58();
			const expected = show(theirs, address);
			expect(show(mine, address), name).toBe(expected);
			if (expected !== 'none') active += 1;
		}
		expect(active).toBeGreaterThan(200);
	});
});

describe.each(['off', 'eager'] as const)('The programs, compiler %s', (jit) => {
	function check(run: (pair: Pair) => void): void {
		const pair = new Pair(() => new LiteSVM().withJit(jit));
		run(pair);
		expect(pair.steps.filter((step) => step.outcome !== step.expected)).toEqual([]);
		expect(pair.differences).toEqual([]);
	}

	it('Stake takes a stake through its life', () => {
		check((pair) => {
			const [vote, node] = [namedKeypair('vote'), namedKeypair('node')];
			const [stake, second] = [namedKeypair('stake'), namedKeypair('second')];
			const [staker, withdrawer, next] = [
				namedKeypair('staker'),
				namedKeypair('withdrawer'),
				namedKeypair('next'),
			];
			const payer = pair.payer.publicKey;
			// The staker pays for the account that a part of the stake goes to.
			pair.fund(staker.publicKey, BigInt(LAMPORTS_PER_SOL));
			const stakePubkey = stake.publicKey;
			const authorizedPubkey = staker.publicKey;
			pair.send(
				'create a vote account',
				VoteProgram.createAccount({
					fromPubkey: payer,
					votePubkey: vote.publicKey,
					voteInit: new VoteInit(node.publicKey, node.publicKey, node.publicKey, 5),
					lamports: 100_000_000,
				}).instructions,
				{ signers: [vote, node] },
			);
			pair.send(
				'create a stake account',
				StakeProgram.createAccount({
					fromPubkey: payer,
					stakePubkey,
					authorized: new Authorized(authorizedPubkey, withdrawer.publicKey),
					lockup: new Lockup(0, 0, PublicKey.default),
					lamports: 10 * LAMPORTS_PER_SOL,
				}).instructions,
				{ signers: [stake] },
			);
			const delegate = StakeProgram.delegate({ stakePubkey, authorizedPubkey, votePubkey: vote.publicKey });
			pair.send('delegate without the staker', delegate.instructions.map(unsigned), {
				expect: 'InstructionError(0, MissingRequiredSignature)',
			});
			pair.send('delegate', delegate.instructions, { signers: [staker] });
			const deactivate = StakeProgram.deactivate({ stakePubkey, authorizedPubkey });
			pair.both((engine) => engine.warpToSlot(engine.getClock().slot + 432_000n));
			pair.send(
				'split',
				StakeProgram.split(
					{
						stakePubkey,
						authorizedPubkey,
						splitStakePubkey: second.publicKey,
						lamports: 3 * LAMPORTS_PER_SOL,
					},
					2_282_880,
				).instructions,
				{ signers: [staker, second] },
			);
			pair.send(
				'merge',
				StakeProgram.merge({ stakePubkey, sourceStakePubKey: second.publicKey, authorizedPubkey })
					.instructions,
				{ signers: [staker] },
			);
			pair.send(
				'hand over',
				StakeProgram.authorize({
					stakePubkey,
					authorizedPubkey,
					newAuthorizedPubkey: next.publicKey,
					stakeAuthorizationType: StakeAuthorizationLayout.Staker,
				}).instructions,
				{ signers: [staker] },
			);
			pair.send('deactivate with the old staker', deactivate.instructions, {
				signers: [staker],
				expect: 'InstructionError(0, MissingRequiredSignature)',
			});
			pair.send(
				'deactivate',
				StakeProgram.deactivate({ stakePubkey, authorizedPubkey: next.publicKey }).instructions,
				{ signers: [next] },
			);
			const withdraw = StakeProgram.withdraw({
				stakePubkey,
				authorizedPubkey: withdrawer.publicKey,
				toPubkey: payer,
				lamports: LAMPORTS_PER_SOL,
			});
			pair.send('withdraw', withdraw.instructions, { signers: [withdrawer] });
			pair.send(
				'an instruction that does not exist',
				[
					new TransactionInstruction({
						programId: StakeProgram.programId,
						keys: [{ pubkey: stakePubkey, isSigner: false, isWritable: true }],
						data: Buffer.from([99, 0, 0, 0]),
					}),
				],
				{ expect: 'InstructionError(0, InvalidInstructionData)' },
			);
		});
	});

	it('Stake refuses what is no stake account', () => {
		check((pair) => {
			const authorized = namedKeypair('staker');
			const account = namedKeypair('account').publicKey;
			pair.fund(account, BigInt(LAMPORTS_PER_SOL));
			const keys = [account, SYSVAR_RENT_PUBKEY].map((pubkey) => ({
				pubkey,
				isSigner: false,
				isWritable: pubkey === account,
			}));
			const data = Buffer.concat([
				Buffer.from([0, 0, 0, 0]),
				authorized.publicKey.toBuffer(),
				authorized.publicKey.toBuffer(),
				Buffer.alloc(48),
			]);
			const initialize = new TransactionInstruction({ programId: StakeProgram.programId, keys, data });
			pair.send('initialise an account of the system program', [initialize], {
				expect: 'InstructionError(0, InvalidAccountData)',
			});
			pair.both((engine) => engine.expireBlockhash());
			pair.setAccount(account, {
				lamports: BigInt(LAMPORTS_PER_SOL),
				data: new Uint8Array(199),
				owner: StakeProgram.programId,
			});
			pair.send('initialise an account of another size', [initialize], {
				expect: 'InstructionError(0, InvalidAccountData)',
			});
			pair.both((engine) => engine.expireBlockhash());
			pair.setAccount(account, {
				lamports: BigInt(LAMPORTS_PER_SOL),
				data: new Uint8Array(200),
				owner: StakeProgram.programId,
			});
			pair.send('initialise', [initialize]);
		});
	});

	it('Config is there no more than in the oracle', () => {
		check((pair) => {
			const config = namedKeypair('config');
			const programId = new PublicKey(programIds.config.toBase58());
			pair.send(
				'create a config account',
				[
					SystemProgram.createAccount({
						fromPubkey: pair.payer.publicKey,
						newAccountPubkey: config.publicKey,
						lamports: LAMPORTS_PER_SOL,
						space: 100,
						programId,
					}),
				],
				{ signers: [config] },
			);
			const store = new TransactionInstruction({
				programId,
				keys: [{ pubkey: config.publicKey, isSigner: true, isWritable: true }],
				data: Buffer.from([0, 1, 2, 3]),
			});
			pair.send('store', [store], { signers: [config], expect: 'InvalidProgramForExecution' });
		});
	});
});

/** The instruction without the signatures it asks for. */
function unsigned(instruction: TransactionInstruction): TransactionInstruction {
	const keys = instruction.keys.map((key) => ({ ...key, isSigner: false }));
	return new TransactionInstruction({ programId: instruction.programId, keys, data: instruction.data });
}
