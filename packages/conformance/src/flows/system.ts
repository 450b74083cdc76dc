/** The System program, fees, compute budget, nonces, and what is refused before anything runs. */
import { createHash } from 'node:crypto';
import {
	ComputeBudgetProgram,
	NONCE_ACCOUNT_LENGTH,
	NonceAccount,
	PublicKey,
	SystemProgram,
	TransactionInstruction,
} from '@solana/web3.js';
import { type Flow, namedKeypair, type Pair } from './harness.ts';

function transfers(pair: Pair): void {
	const payer = pair.payer.publicKey;
	const to = namedKeypair('sys-to');
	const pay = (lamports: number | bigint, toPubkey = to.publicKey, fromPubkey = payer) =>
		SystemProgram.transfer({ fromPubkey, toPubkey, lamports });
	const first = pair.build([pay(1_000_000)]);
	pair.sendBytes('transfer', first);
	pair.sendBytes('the same transaction again', first, { expect: 'AlreadyProcessed' });
	pair.send('transfer to oneself', [pay(5, payer)]);
	pair.send('transfer nothing', [pay(0)]);
	pair.send('transfer more than there is', [pay(10n ** 15n)], { expect: 'InstructionError(0, Custom(1))' });
	pair.send('leave an account not rent-exempt', [pay(1, namedKeypair('sys-dust').publicKey)], {
		expect: 'InsufficientFundsForRent { account_index: 1 }',
	});
	pair.send('second instruction fails, first rolls back', [pay(7), pay(10n ** 15n)], {
		expect: 'InstructionError(1, Custom(1))',
	});
	const unsigned = pay(1, payer, to.publicKey);
	for (const key of unsigned.keys) key.isSigner = false;
	pair.send('take from somebody who did not sign', [unsigned], {
		expect: 'InstructionError(0, MissingRequiredSignature)',
	});
	const readOnly = pay(1);
	for (const key of readOnly.keys) if (key.pubkey.equals(to.publicKey)) key.isWritable = false;
	pair.send('pay into a read-only account', [readOnly], {
		expect: 'InstructionError(0, ReadonlyLamportChange)',
	});
	pair.send(
		'many transfers',
		Array.from({ length: 20 }, (_, i) => pay(i + 1)),
	);
}

function refusals(pair: Pair): void {
	const payer = pair.payer.publicKey;
	const pay = (lamports: number) =>
		SystemProgram.transfer({ fromPubkey: payer, toPubkey: namedKeypair('ref-to').publicKey, lamports });
	pair.send('a bad signature', [pay(1_000_000)], {
		tamper: (bytes) => {
			const copy = bytes.slice();
			copy[10] = (copy[10] as number) ^ 1;
			return copy;
		},
		expect: 'SignatureFailure',
	});
	pair.send('a message changed after signing', [pay(1_000_000)], {
		tamper: (bytes) => {
			const copy = bytes.slice();
			copy[copy.length - 1] = (copy[copy.length - 1] as number) ^ 1;
			return copy;
		},
		expect: 'SignatureFailure',
	});
	const stale = pair.oracle.latestBlockhash();
	pair.both((engine) => engine.expireBlockhash());
	pair.send('an expired blockhash', [pay(1_000_000)], { blockhash: stale, expect: 'BlockhashNotFound' });
	pair.send('a blockhash that never was', [pay(1_000_000)], {
		blockhash: new PublicKey(new Uint8Array(32).fill(7)).toBase58(),
		expect: 'BlockhashNotFound',
	});
	pair.send('the new blockhash', [pay(1_000_000)]);
	pair.send(
		'a program that does not exist',
		[
			new TransactionInstruction({
				programId: namedKeypair('no-program').publicKey,
				keys: [],
				data: Buffer.alloc(0),
			}),
		],
		{ expect: 'InvalidProgramForExecution' },
	);
	const plain = namedKeypair('plain-account');
	pair.fund(plain.publicKey, 1_000_000_000n);
	pair.send(
		'an account that is no program',
		[new TransactionInstruction({ programId: plain.publicKey, keys: [], data: Buffer.alloc(0) })],
		{ expect: 'InvalidProgramForExecution' },
	);
	const nobody = namedKeypair('nobody-pays');
	pair.send(
		'a fee payer without an account',
		[SystemProgram.transfer({ fromPubkey: nobody.publicKey, toPubkey: payer, lamports: 1 })],
		{ feePayer: nobody, expect: 'AccountNotFound' },
	);
	const poor = namedKeypair('poor-payer');
	pair.fund(poor.publicKey, 4_999n);
	pair.send(
		'a fee payer without the fee',
		[SystemProgram.transfer({ fromPubkey: poor.publicKey, toPubkey: payer, lamports: 1 })],
		{ feePayer: poor, expect: 'InsufficientFundsForFee' },
	);
	const owned = namedKeypair('owned-payer');
	pair.setAccount(owned.publicKey, {
		lamports: 1_000_000_000n,
		data: new Uint8Array(8),
		owner: namedKeypair('some-owner').publicKey,
	});
	pair.send(
		'a fee payer that is no system account',
		[SystemProgram.transfer({ fromPubkey: payer, toPubkey: plain.publicKey, lamports: 1 })],
		{ feePayer: owned, signers: [pair.payer], expect: 'InvalidAccountForFee' },
	);
	const edge = namedKeypair('edge-payer');
	pair.fund(edge.publicKey, 2_000_000n);
	pair.send(
		'a fee payer left below rent exemption',
		[SystemProgram.transfer({ fromPubkey: edge.publicKey, toPubkey: payer, lamports: 1_500_000 })],
		{ feePayer: edge, expect: 'InsufficientFundsForRent { account_index: 0 }' },
	);
	const left = pair.oracle.getBalance(edge.publicKey.toBase58() as never) ?? 0n;
	pair.send(
		'a fee payer that gives all away',
		[SystemProgram.transfer({ fromPubkey: edge.publicKey, toPubkey: payer, lamports: left - 5_000n })],
		{ feePayer: edge },
	);
}

function accounts(pair: Pair): void {
	const payer = pair.payer.publicKey;
	const rent = (space: number) => Number(pair.oracle.minimumBalanceForRentExemption(BigInt(space)));
	const owner = namedKeypair('acc-owner').publicKey;
	const fresh = namedKeypair('acc-fresh');
	const make = (space: number, lamports: number, account = fresh) =>
		SystemProgram.createAccount({
			fromPubkey: payer,
			newAccountPubkey: account.publicKey,
			space,
			lamports,
			programId: owner,
		});
	pair.send('create', [make(10, rent(10))], { signers: [fresh] });
	pair.send('create where one is already', [make(11, rent(11))], {
		signers: [fresh],
		expect: 'InstructionError(0, Custom(0))',
	});
	const huge = namedKeypair('acc-huge');
	pair.send('create more than 10 MiB', [make(10 * 1024 * 1024 + 1, rent(0), huge)], {
		signers: [huge],
		expect: 'InstructionError(0, Custom(3))',
	});
	pair.send('create with too few lamports for rent', [make(1000, rent(0), huge)], {
		signers: [huge],
		expect: 'InsufficientFundsForRent { account_index: 1 }',
	});
	const space = namedKeypair('acc-space');
	pair.fund(space.publicKey, BigInt(rent(64)));
	pair.send('allocate', [SystemProgram.allocate({ accountPubkey: space.publicKey, space: 64 })], {
		signers: [space],
	});
	pair.send('allocate twice', [SystemProgram.allocate({ accountPubkey: space.publicKey, space: 65 })], {
		signers: [space],
		expect: 'InstructionError(0, Custom(0))',
	});
	pair.send('assign', [SystemProgram.assign({ accountPubkey: space.publicKey, programId: owner })], {
		signers: [space],
	});
	pair.send(
		'assign what is no longer ours',
		[SystemProgram.assign({ accountPubkey: space.publicKey, programId: payer })],
		{
			signers: [space],
			expect: 'InstructionError(0, ModifiedProgramId)',
		},
	);
}

function withSeed(pair: Pair): void {
	const payer = pair.payer.publicKey;
	const derived = seededAddress(payer, 'sun', SystemProgram.programId);
	const wrong = seededAddress(payer, 'moon', SystemProgram.programId);
	const make = (address: PublicKey) =>
		SystemProgram.createAccountWithSeed({
			fromPubkey: payer,
			basePubkey: payer,
			newAccountPubkey: address,
			seed: 'sun',
			space: 0,
			lamports: 2_000_000,
			programId: SystemProgram.programId,
		});
	pair.send('create at an address that the seed does not give', [make(wrong)], {
		expect: 'InstructionError(0, Custom(5))',
	});
	pair.send('create with seed', [make(derived)]);
	pair.send('transfer with seed', [
		SystemProgram.transfer({
			fromPubkey: derived,
			basePubkey: payer,
			toPubkey: payer,
			lamports: 2_000_000,
			seed: 'sun',
			programId: SystemProgram.programId,
		}),
	]);
}

/** `createWithSeed` is asynchronous in web3.js; this is the same hash. */
function seededAddress(base: PublicKey, seed: string, owner: PublicKey): PublicKey {
	const bytes = Buffer.concat([base.toBuffer(), Buffer.from(seed), owner.toBuffer()]);
	return new PublicKey(createHash('sha256').update(bytes).digest());
}

function computeBudget(pair: Pair): void {
	const payer = pair.payer.publicKey;
	const pay = SystemProgram.transfer({
		fromPubkey: payer,
		toPubkey: namedKeypair('cb-to').publicKey,
		lamports: 1_000_000,
	});
	pair.send('priority fee', [
		ComputeBudgetProgram.setComputeUnitLimit({ units: 10_000 }),
		ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 1_234_567 }),
		pay,
	]);
	pair.send(
		'a limit twice',
		[
			ComputeBudgetProgram.setComputeUnitLimit({ units: 10_000 }),
			ComputeBudgetProgram.setComputeUnitLimit({ units: 10_000 }),
			pay,
		],
		{ expect: 'DuplicateInstruction(1)' },
	);
	pair.send('a limit above the maximum', [
		ComputeBudgetProgram.setComputeUnitLimit({ units: 5_000_000 }),
		pay,
	]);
	pair.send('a limit of nothing', [ComputeBudgetProgram.setComputeUnitLimit({ units: 0 }), pay], {
		expect: 'InstructionError(0, ComputationalBudgetExceeded)',
	});
	pair.send(
		'out of compute units in the second instruction',
		[ComputeBudgetProgram.setComputeUnitLimit({ units: 200 }), pay],
		{ expect: 'InstructionError(1, ComputationalBudgetExceeded)' },
	);
	pair.send(
		'a heap that is no multiple of 1024',
		[ComputeBudgetProgram.requestHeapFrame({ bytes: 33_000 }), pay],
		{
			expect: 'InstructionError(0, InvalidInstructionData)',
		},
	);
	pair.send('a heap of 64 KiB', [ComputeBudgetProgram.requestHeapFrame({ bytes: 65_536 }), pay]);
	const raw = (...bytes: number[]) =>
		new TransactionInstruction({
			programId: ComputeBudgetProgram.programId,
			keys: [],
			data: Buffer.from(bytes),
		});
	pair.send('an unknown budget instruction', [raw(9), pay], {
		expect: 'InstructionError(0, InvalidInstructionData)',
	});
	pair.send('a loaded-accounts limit of nothing', [raw(4, 0, 0, 0, 0), pay], {
		expect: 'InvalidLoadedAccountsDataSizeLimit',
	});
	pair.send('a loaded-accounts limit that is too small', [raw(4, 10, 0, 0, 0), pay], {
		expect: 'MaxLoadedAccountsDataSizeExceeded',
	});
	pair.send('a loaded-accounts limit that is enough', [raw(4, 0, 0, 16, 0), pay]);
}

function nonces(pair: Pair): void {
	const payer = pair.payer.publicKey;
	const nonce = namedKeypair('nonce');
	const authority = namedKeypair('nonce-authority');
	pair.fund(authority.publicKey, 1_000_000_000n);
	pair.send(
		'create a nonce account',
		[
			SystemProgram.createAccount({
				fromPubkey: payer,
				newAccountPubkey: nonce.publicKey,
				space: NONCE_ACCOUNT_LENGTH,
				lamports:
					Number(pair.oracle.minimumBalanceForRentExemption(BigInt(NONCE_ACCOUNT_LENGTH))) + 1_000_000,
				programId: SystemProgram.programId,
			}),
			SystemProgram.nonceInitialize({ noncePubkey: nonce.publicKey, authorizedPubkey: authority.publicKey }),
		],
		{ signers: [nonce] },
	);
	const advance = SystemProgram.nonceAdvance({
		noncePubkey: nonce.publicKey,
		authorizedPubkey: authority.publicKey,
	});
	pair.send('advance in the same block', [advance], {
		signers: [authority],
		expect: 'InstructionError(0, Custom(7))',
	});
	pair.both((engine) => engine.expireBlockhash());
	const stored = () => NonceAccount.fromAccountData(pair.data(nonce.publicKey)).nonce;
	const pay = (lamports: number | bigint) =>
		SystemProgram.transfer({ fromPubkey: payer, toPubkey: namedKeypair('nonce-to').publicKey, lamports });
	pair.send('a transaction under the nonce', [advance, pay(3_000_000)], {
		signers: [authority],
		blockhash: stored(),
	});
	pair.both((engine) => engine.expireBlockhash());
	pair.send('a failing transaction under the nonce advances it', [advance, pay(10n ** 16n)], {
		signers: [authority],
		blockhash: stored(),
		expect: 'InstructionError(1, Custom(1))',
	});
	pair.both((engine) => engine.expireBlockhash());
	pair.send(
		'withdraw by somebody else',
		[
			SystemProgram.nonceWithdraw({
				noncePubkey: nonce.publicKey,
				authorizedPubkey: payer,
				toPubkey: payer,
				lamports: 10,
			}),
		],
		{ expect: 'InstructionError(0, MissingRequiredSignature)' },
	);
	pair.send(
		'authorize another',
		[
			SystemProgram.nonceAuthorize({
				noncePubkey: nonce.publicKey,
				authorizedPubkey: authority.publicKey,
				newAuthorizedPubkey: payer,
			}),
		],
		{ signers: [authority] },
	);
	pair.send('withdraw a part', [
		SystemProgram.nonceWithdraw({
			noncePubkey: nonce.publicKey,
			authorizedPubkey: payer,
			toPubkey: payer,
			lamports: 1_000,
		}),
	]);
	pair.send(
		'withdraw below rent exemption',
		[
			SystemProgram.nonceWithdraw({
				noncePubkey: nonce.publicKey,
				authorizedPubkey: payer,
				toPubkey: payer,
				lamports: 1_200_000,
			}),
		],
		{ expect: 'InstructionError(0, InsufficientFunds)' },
	);
}

export const systemFlows: readonly Flow[] = [
	{ name: 'System: transfers', run: transfers },
	{ name: 'What is refused before it runs', run: refusals },
	{ name: 'System: accounts', run: accounts },
	{ name: 'System: derived with seed', run: withSeed },
	{ name: 'Compute budget', run: computeBudget },
	{ name: 'Durable nonces', run: nonces },
];
