/**
 * The life of a token under SPL Token and under Token-2022: mint, account, mint-to, transfer, approve,
 * burn, freeze, close, each also in the variants that must fail.
 */
import {
	AuthorityType,
	createApproveInstruction,
	createBurnInstruction,
	createCloseAccountInstruction,
	createFreezeAccountInstruction,
	createHarvestWithheldTokensToMintInstruction,
	createInitializeAccountInstruction,
	createInitializeMintInstruction,
	createInitializeTransferFeeConfigInstruction,
	createMintToCheckedInstruction,
	createMintToInstruction,
	createRevokeInstruction,
	createSetAuthorityInstruction,
	createSyncNativeInstruction,
	createThawAccountInstruction,
	createTransferCheckedInstruction,
	createTransferCheckedWithFeeInstruction,
	createTransferInstruction,
	createWithdrawWithheldTokensFromAccountsInstruction,
	ExtensionType,
	getMintLen,
	NATIVE_MINT,
	TOKEN_2022_PROGRAM_ID,
	TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { ComputeBudgetProgram, type Keypair, type PublicKey, SystemProgram } from '@solana/web3.js';
import { type Flow, namedKeypair, type Pair } from './harness.ts';

const MINT_SIZE = 82;
const ACCOUNT_SIZE = 165;
/** An account of a mint with the transfer-fee extension: base, type byte, TLV header, `TransferFeeAmount`. */
const FEE_ACCOUNT_SIZE = 178;

const custom = (code: number, index = 0): string => `InstructionError(${index}, Custom(${code}))`;
/** `TokenError` of the SPL Token program. */
const TOKEN_ERROR = {
	insufficientFunds: 1,
	mintMismatch: 3,
	ownerMismatch: 4,
	nonNativeHasBalance: 11,
	accountFrozen: 17,
};

function rent(pair: Pair, space: number): number {
	return Number(pair.oracle.minimumBalanceForRentExemption(BigInt(space)));
}

function create(
	pair: Pair,
	account: Keypair,
	space: number,
	programId: PublicKey,
	lamports = rent(pair, space),
) {
	return SystemProgram.createAccount({
		fromPubkey: pair.payer.publicKey,
		newAccountPubkey: account.publicKey,
		space,
		lamports,
		programId,
	});
}

function lifeOfAToken(programId: PublicKey, tag: string): (pair: Pair) => void {
	return (pair) => {
		const isPToken = programId.equals(TOKEN_PROGRAM_ID);
		const payer = pair.payer.publicKey;
		const mint = namedKeypair(`${tag}-mint`);
		const otherMint = namedKeypair(`${tag}-mint2`);
		const alice = namedKeypair(`${tag}-alice`);
		const bob = namedKeypair(`${tag}-bob`);
		const delegate = namedKeypair(`${tag}-delegate`);
		const a = namedKeypair(`${tag}-a`);
		const b = namedKeypair(`${tag}-b`);
		const c = namedKeypair(`${tag}-c`);
		for (const who of [alice, bob, delegate]) pair.fund(who.publicKey, 1_000_000_000n);

		const createMint = (m: Keypair) => [
			create(pair, m, MINT_SIZE, programId),
			createInitializeMintInstruction(m.publicKey, 6, payer, payer, programId),
		];
		const createAccount = (account: Keypair, m: PublicKey, owner: PublicKey) => [
			create(pair, account, ACCOUNT_SIZE, programId),
			createInitializeAccountInstruction(account.publicKey, m, owner, programId),
		];

		pair.send('create and initialise the mint', createMint(mint), { signers: [mint] });
		pair.send('create a second mint', createMint(otherMint), { signers: [otherMint] });
		pair.send(
			'initialise a mint twice',
			[createInitializeMintInstruction(mint.publicKey, 6, payer, payer, programId)],
			{
				expect: custom(6),
			},
		);
		pair.send('create a token account', createAccount(a, mint.publicKey, alice.publicKey), { signers: [a] });
		pair.send('create another token account', createAccount(b, mint.publicKey, bob.publicKey), {
			signers: [b],
		});
		pair.send('token account of the other mint', createAccount(c, otherMint.publicKey, bob.publicKey), {
			signers: [c],
		});

		const small = namedKeypair(`${tag}-small`);
		pair.send(
			'initialise an account that is too small',
			[
				create(pair, small, 100, programId),
				createInitializeAccountInstruction(small.publicKey, mint.publicKey, payer, programId),
			],
			{ signers: [small], expect: 'InstructionError(1, InvalidAccountData)' },
		);
		const poor = namedKeypair(`${tag}-poor`);
		pair.send(
			'initialise an account that is not rent-exempt',
			[
				create(pair, poor, ACCOUNT_SIZE, programId, rent(pair, ACCOUNT_SIZE) - 1),
				createInitializeAccountInstruction(poor.publicKey, mint.publicKey, payer, programId),
			],
			{ signers: [poor], expect: custom(0, 1) },
		);
		pair.send(
			'leave a token account not rent-exempt',
			[create(pair, poor, ACCOUNT_SIZE, programId, rent(pair, ACCOUNT_SIZE) - 1)],
			{ signers: [poor], expect: 'InsufficientFundsForRent { account_index: 1 }' },
		);

		pair.send('mint to', [
			createMintToInstruction(mint.publicKey, a.publicKey, payer, 1_000_000n, [], programId),
		]);
		pair.send('mint to, checked', [
			createMintToCheckedInstruction(mint.publicKey, a.publicKey, payer, 500n, 6, [], programId),
		]);
		pair.send(
			'mint with the wrong authority',
			[createMintToInstruction(mint.publicKey, a.publicKey, alice.publicKey, 1n, [], programId)],
			{ signers: [alice], expect: custom(TOKEN_ERROR.ownerMismatch) },
		);
		pair.send(
			'mint to an account of another mint',
			[createMintToInstruction(mint.publicKey, c.publicKey, payer, 1n, [], programId)],
			{
				expect: custom(TOKEN_ERROR.mintMismatch),
			},
		);

		const transfer = (amount: bigint, owner = alice.publicKey, to = b.publicKey) =>
			createTransferInstruction(a.publicKey, to, owner, amount, [], programId);
		pair.send('transfer', [transfer(1000n)], { signers: [alice] });
		pair.send(
			'transfer, checked',
			[
				createTransferCheckedInstruction(
					a.publicKey,
					mint.publicKey,
					b.publicKey,
					alice.publicKey,
					7n,
					6,
					[],
					programId,
				),
			],
			{ signers: [alice] },
		);
		pair.send(
			'transfer with wrong decimals',
			[
				createTransferCheckedInstruction(
					a.publicKey,
					mint.publicKey,
					b.publicKey,
					alice.publicKey,
					7n,
					5,
					[],
					programId,
				),
			],
			{ signers: [alice], expect: custom(18) },
		);
		pair.send('transfer to itself', [transfer(1n, alice.publicKey, a.publicKey)], { signers: [alice] });
		pair.send('transfer more than there is', [transfer(10n ** 15n)], {
			signers: [alice],
			expect: custom(TOKEN_ERROR.insufficientFunds),
		});
		pair.send('transfer by somebody else', [transfer(1n, bob.publicKey)], {
			signers: [bob],
			expect: custom(TOKEN_ERROR.ownerMismatch),
		});
		pair.send('transfer to an account of another mint', [transfer(1n, alice.publicKey, c.publicKey)], {
			signers: [alice],
			expect: custom(TOKEN_ERROR.mintMismatch),
		});
		const unsigned = transfer(1n);
		for (const key of unsigned.keys) key.isSigner = false;
		pair.send('transfer without the signature', [unsigned], {
			expect: 'InstructionError(0, MissingRequiredSignature)',
		});
		const readOnly = transfer(1n);
		for (const key of readOnly.keys) if (key.pubkey.equals(b.publicKey)) key.isWritable = false;
		pair.send('transfer into an account passed as read-only', [readOnly], {
			signers: [alice],
			expect: 'InstructionError(0, ReadonlyDataModified)',
		});
		pair.send(
			'transfer with too few compute units',
			[ComputeBudgetProgram.setComputeUnitLimit({ units: 170 }), transfer(1n)],
			{
				signers: [alice],
				expect: 'InstructionError(1, ProgramFailedToComplete)',
			},
		);
		pair.send(
			'transfer out of an account that does not exist',
			[createTransferInstruction(namedKeypair('nobody').publicKey, b.publicKey, payer, 1n, [], programId)],
			{
				expect: isPToken
					? 'InstructionError(0, InvalidAccountData)'
					: 'InstructionError(0, IncorrectProgramId)',
			},
		);

		pair.send(
			'approve',
			[createApproveInstruction(a.publicKey, delegate.publicKey, alice.publicKey, 50n, [], programId)],
			{
				signers: [alice],
			},
		);
		pair.send('transfer by the delegate', [transfer(20n, delegate.publicKey)], { signers: [delegate] });
		pair.send('transfer by the delegate beyond its allowance', [transfer(31n, delegate.publicKey)], {
			signers: [delegate],
			expect: custom(TOKEN_ERROR.insufficientFunds),
		});
		pair.send('revoke', [createRevokeInstruction(a.publicKey, alice.publicKey, [], programId)], {
			signers: [alice],
		});
		pair.send('transfer by a revoked delegate', [transfer(1n, delegate.publicKey)], {
			signers: [delegate],
			expect: custom(TOKEN_ERROR.ownerMismatch),
		});

		pair.send(
			'burn',
			[createBurnInstruction(a.publicKey, mint.publicKey, alice.publicKey, 10n, [], programId)],
			{
				signers: [alice],
			},
		);
		pair.send(
			'burn more than there is',
			[createBurnInstruction(a.publicKey, mint.publicKey, alice.publicKey, 10n ** 15n, [], programId)],
			{
				signers: [alice],
				expect: custom(TOKEN_ERROR.insufficientFunds),
			},
		);

		pair.send('freeze', [createFreezeAccountInstruction(a.publicKey, mint.publicKey, payer, [], programId)]);
		pair.send('transfer out of a frozen account', [transfer(1n)], {
			signers: [alice],
			expect: custom(TOKEN_ERROR.accountFrozen),
		});
		pair.send('thaw', [createThawAccountInstruction(a.publicKey, mint.publicKey, payer, [], programId)]);
		pair.send('transfer after the thaw', [transfer(2n)], { signers: [alice] });

		pair.send(
			'close an account that holds tokens',
			[createCloseAccountInstruction(a.publicKey, alice.publicKey, alice.publicKey, [], programId)],
			{ signers: [alice], expect: custom(TOKEN_ERROR.nonNativeHasBalance) },
		);
		pair.send(
			'close an empty account',
			[createCloseAccountInstruction(c.publicKey, bob.publicKey, bob.publicKey, [], programId)],
			{
				signers: [bob],
			},
		);
		pair.send('hand over the mint authority', [
			createSetAuthorityInstruction(
				mint.publicKey,
				payer,
				AuthorityType.MintTokens,
				alice.publicKey,
				[],
				programId,
			),
		]);
		pair.send(
			'mint with the authority given away',
			[createMintToInstruction(mint.publicKey, a.publicKey, payer, 1n, [], programId)],
			{
				expect: custom(TOKEN_ERROR.ownerMismatch),
			},
		);
		pair.send(
			'give the mint authority up',
			[
				createSetAuthorityInstruction(
					mint.publicKey,
					alice.publicKey,
					AuthorityType.MintTokens,
					null,
					[],
					programId,
				),
			],
			{ signers: [alice] },
		);
		pair.send('simulate a transfer', [transfer(3n)], { signers: [alice], simulate: true });
		pair.send('unknown instruction', [{ programId, keys: [], data: Buffer.from([99]) } as never], {
			expect: custom(12),
		});
		pair.send('no instruction data', [{ programId, keys: [], data: Buffer.alloc(0) } as never], {
			expect: custom(12),
		});
	};
}

/** Lamports wrapped into the native mint and back. */
function wrappedLamports(pair: Pair): void {
	const wrapped = namedKeypair('wrapped');
	const payer = pair.payer.publicKey;
	pair.send(
		'wrap lamports',
		[
			create(pair, wrapped, ACCOUNT_SIZE, TOKEN_PROGRAM_ID, rent(pair, ACCOUNT_SIZE) + 5_000_000),
			createInitializeAccountInstruction(wrapped.publicKey, NATIVE_MINT, payer),
		],
		{ signers: [wrapped] },
	);
	pair.send('add lamports and synchronise', [
		SystemProgram.transfer({ fromPubkey: payer, toPubkey: wrapped.publicKey, lamports: 1_000_000 }),
		createSyncNativeInstruction(wrapped.publicKey),
	]);
	pair.send('unwrap by closing', [createCloseAccountInstruction(wrapped.publicKey, payer, payer)]);
}

/** Token-2022 with the transfer-fee extension: withheld, harvested, withdrawn. */
function transferFee(pair: Pair): void {
	const programId = TOKEN_2022_PROGRAM_ID;
	const payer = pair.payer.publicKey;
	const mint = namedKeypair('fee-mint');
	const a = namedKeypair('fee-a');
	const b = namedKeypair('fee-b');
	const space = getMintLen([ExtensionType.TransferFeeConfig]);
	pair.send(
		'create a mint with a transfer fee',
		[
			create(pair, mint, space, programId),
			createInitializeTransferFeeConfigInstruction(mint.publicKey, payer, payer, 150, 5000n, programId),
			createInitializeMintInstruction(mint.publicKey, 2, payer, payer, programId),
		],
		{ signers: [mint] },
	);
	for (const account of [a, b]) {
		pair.send(
			'create an account for it',
			[
				create(pair, account, FEE_ACCOUNT_SIZE, programId),
				createInitializeAccountInstruction(account.publicKey, mint.publicKey, payer, programId),
			],
			{ signers: [account] },
		);
	}
	const plain = namedKeypair('fee-plain');
	pair.send(
		'an account without room for the extension',
		[
			create(pair, plain, ACCOUNT_SIZE, programId),
			createInitializeAccountInstruction(plain.publicKey, mint.publicKey, payer, programId),
		],
		{ signers: [plain], expect: 'InstructionError(1, InvalidAccountData)' },
	);
	pair.send('mint', [createMintToInstruction(mint.publicKey, a.publicKey, payer, 1_000_000n, [], programId)]);
	pair.send('transfer, checked, fee withheld', [
		createTransferCheckedInstruction(
			a.publicKey,
			mint.publicKey,
			b.publicKey,
			payer,
			10_000n,
			2,
			[],
			programId,
		),
	]);
	pair.send('transfer naming the right fee', [
		createTransferCheckedWithFeeInstruction(
			a.publicKey,
			mint.publicKey,
			b.publicKey,
			payer,
			10_000n,
			2,
			150n,
			[],
			programId,
		),
	]);
	pair.send(
		'transfer naming the wrong fee',
		[
			createTransferCheckedWithFeeInstruction(
				a.publicKey,
				mint.publicKey,
				b.publicKey,
				payer,
				10_000n,
				2,
				149n,
				[],
				programId,
			),
		],
		{ expect: custom(32) },
	);
	pair.send(
		'unchecked transfer needs the mint',
		[createTransferInstruction(a.publicKey, b.publicKey, payer, 1n, [], programId)],
		{ expect: custom(31) },
	);
	pair.send('harvest to the mint', [
		createHarvestWithheldTokensToMintInstruction(mint.publicKey, [b.publicKey], programId),
	]);
	pair.send('transfer again', [
		createTransferCheckedInstruction(
			a.publicKey,
			mint.publicKey,
			b.publicKey,
			payer,
			400_000n,
			2,
			[],
			programId,
		),
	]);
	pair.send('withdraw what is withheld', [
		createWithdrawWithheldTokensFromAccountsInstruction(
			mint.publicKey,
			a.publicKey,
			payer,
			[],
			[b.publicKey],
			programId,
		),
	]);
}

export const tokenFlows: readonly Flow[] = [
	{ name: 'SPL Token: the life of a token', run: lifeOfAToken(TOKEN_PROGRAM_ID, 't1') },
	{ name: 'Token-2022: the life of a token', run: lifeOfAToken(TOKEN_2022_PROGRAM_ID, 't2') },
	{ name: 'SPL Token: wrapped lamports', run: wrappedLamports },
	{ name: 'Token-2022: transfer fees', run: transferFee },
];
