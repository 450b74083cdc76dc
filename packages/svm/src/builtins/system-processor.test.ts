import { Hash, InstructionError, programIds, sysvarIds, TransactionError } from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { hash, key, MemoryBank, meta, type Outcome } from '../../test/memory-bank.ts';
import { system } from '../../test/system-instructions.ts';
import { createWithSeed } from '../pda.ts';

const payer = key('payer');
const to = key('to');
const owner = key('owner');
const base = key('base');
const SYSTEM = programIds.systemProgram.toBase58();
const EXEMPT_0 = 890_880n;

let bank: MemoryBank;

beforeEach(() => {
	bank = new MemoryBank();
	bank.set(payer, { lamports: 1_000_000_000n });
});

function derived(seed: string) {
	const address = createWithSeed(base, new TextEncoder().encode(seed), owner);
	if (!address.ok) throw new Error(address.error);
	return address.value;
}

const custom = (code: number) => InstructionError.Custom(code);

/** Checks the error of the only instruction, and what it logged between invoke and failure. */
function expectFailure(
	outcome: Outcome,
	error: InstructionError,
	log: readonly string[],
	text: string,
): void {
	expect(outcome.error).toEqual(TransactionError.InstructionError(0, error));
	expect(outcome.logs).toEqual([`Program ${SYSTEM} invoke [1]`, ...log, `Program ${SYSTEM} failed: ${text}`]);
	expect(outcome.units).toBe(150);
}

function expectSuccess(outcome: Outcome): void {
	expect(outcome.error).toBeNull();
	expect(outcome.logs).toEqual([`Program ${SYSTEM} invoke [1]`, `Program ${SYSTEM} success`]);
	expect(outcome.units).toBe(150);
}

describe('Transfer', () => {
	it('moves lamports and takes the fee', () => {
		expectSuccess(bank.send(payer, [system.transfer([meta(payer, 'sw'), meta(to, 'w')], EXEMPT_0)]));
		expect(bank.lamports(to)).toBe(EXEMPT_0);
		expect(bank.lamports(payer)).toBe(1_000_000_000n - EXEMPT_0 - 5000n);
	});

	it('refuses more than there is, and takes the fee', () => {
		const outcome = bank.send(payer, [system.transfer([meta(payer, 'sw'), meta(to, 'w')], 2_000_000_000n)]);
		expectFailure(
			outcome,
			custom(1),
			['Transfer: insufficient lamports 999995000, need 2000000000'],
			'custom program error: 0x1',
		);
		expect(bank.lamports(payer)).toBe(999_995_000n);
		expect(bank.lamports(to)).toBe(0n);
	});

	it('wants the signature of the sender', () => {
		bank.set(base, { lamports: EXEMPT_0 });
		const outcome = bank.send(payer, [system.transfer([meta(base, 'w'), meta(to, 'w')], 1n)]);
		expectFailure(
			outcome,
			InstructionError.MissingRequiredSignature,
			[`Transfer: \`from\` account ${base.toBase58()} must sign`],
			'missing required signature for instruction',
		);
	});

	it('refuses a sender with data', () => {
		bank.set(base, { lamports: 10n * EXEMPT_0, data: new Uint8Array(1) });
		expectFailure(
			bank.send(payer, [system.transfer([meta(base, 'sw'), meta(to, 'w')], 1n)]),
			InstructionError.InvalidArgument,
			['Transfer: `from` must not carry data'],
			'invalid program argument',
		);
	});

	it('refuses a read-only recipient', () => {
		bank.set(to, { lamports: EXEMPT_0 });
		expectFailure(
			bank.send(payer, [system.transfer([meta(payer, 'sw'), meta(to)], 1n)]),
			InstructionError.ReadonlyLamportChange,
			[],
			'instruction changed the balance of a read-only account',
		);
	});

	it('works from an account to itself', () => {
		expectSuccess(bank.send(payer, [system.transfer([meta(payer, 'sw'), meta(payer, 'sw')], 5n)]));
		expect(bank.lamports(payer)).toBe(999_995_000n);
	});

	it('refuses to overflow the recipient', () => {
		bank.set(to, { lamports: 0xffff_ffff_ffff_ffffn });
		expectFailure(
			bank.send(payer, [system.transfer([meta(payer, 'sw'), meta(to, 'w')], 1n)]),
			InstructionError.ArithmeticOverflow,
			[],
			'Program arithmetic overflowed',
		);
	});

	it('wants two accounts', () => {
		expectFailure(
			bank.send(payer, [system.transfer([meta(payer, 'sw')], 1n)]),
			InstructionError.MissingAccount,
			[],
			'An account required by the instruction is missing',
		);
	});
});

describe('CreateAccount', () => {
	const accounts = [meta(payer, 'sw'), meta(to, 'sw')];

	it('allocates, assigns and funds', () => {
		expectSuccess(bank.send(payer, [system.createAccount(accounts, 2_000_000n, 10n, owner)]));
		const account = bank.getAccountSharedData(to)!;
		expect(account.data).toEqual(new Uint8Array(10));
		expect(account.owner).toEqual(owner);
		expect(account.lamports).toBe(2_000_000n);
		expect(account.rentEpoch).toBe(0xffff_ffff_ffff_ffffn);
	});

	it('refuses an address with lamports', () => {
		bank.set(to, { lamports: EXEMPT_0 });
		expectFailure(
			bank.send(payer, [system.createAccount(accounts, 2_000_000n, 10n, owner)]),
			custom(0),
			[`Create Account: account Address { address: ${to.toBase58()}, base: None } already in use`],
			'custom program error: 0x0',
		);
	});

	it('wants the signature of the new account', () => {
		expectFailure(
			bank.send(payer, [system.createAccount([meta(payer, 'sw'), meta(to, 'w')], 2_000_000n, 10n, owner)]),
			InstructionError.MissingRequiredSignature,
			[`Allocate: 'to' account Address { address: ${to.toBase58()}, base: None } must sign`],
			'missing required signature for instruction',
		);
	});

	it('refuses more than 10 MiB', () => {
		expectFailure(
			bank.send(payer, [system.createAccount(accounts, 1n, 10_485_761n, owner)]),
			custom(3),
			['Allocate: requested 10485761, max allowed 10485760'],
			'custom program error: 0x3',
		);
	});

	it('fails at the rent check without enough lamports', () => {
		const outcome = bank.send(payer, [system.createAccount(accounts, 1n, 10n, owner)]);
		expect(outcome.error).toEqual(TransactionError.InsufficientFundsForRent(1));
		expect(bank.getAccountSharedData(to)).toBeNull();
		expect(bank.lamports(payer)).toBe(1_000_000_000n - 10_000n);
	});
});

describe('CreateAccountWithSeed', () => {
	it('creates at the derived address by the signature of the base', () => {
		const address = derived('seed');
		bank.set(base, { lamports: EXEMPT_0 });
		const accounts = [meta(payer, 'sw'), meta(address, 'w'), meta(base, 's')];
		expectSuccess(
			bank.send(payer, [system.createAccountWithSeed(accounts, base, 'seed', 2_000_000n, 3n, owner)]),
		);
		expect(bank.getAccountSharedData(address)!.owner).toEqual(owner);
	});

	it('refuses another address', () => {
		const accounts = [meta(payer, 'sw'), meta(to, 'w'), meta(base, 's')];
		expectFailure(
			bank.send(payer, [system.createAccountWithSeed(accounts, base, 'seed', 2_000_000n, 3n, owner)]),
			custom(5),
			[`Create: address ${to.toBase58()} does not match derived address ${derived('seed').toBase58()}`],
			'custom program error: 0x5',
		);
	});

	it('refuses a seed of 33 bytes with the ordinal of the error', () => {
		const accounts = [meta(payer, 'sw'), meta(to, 'w'), meta(base, 's')];
		expectFailure(
			bank.send(payer, [system.createAccountWithSeed(accounts, base, 'x'.repeat(33), 1n, 3n, owner)]),
			custom(0),
			[],
			'custom program error: 0x0',
		);
	});

	it('refuses a seed that is not UTF-8', () => {
		const accounts = [meta(payer, 'sw'), meta(to, 'w'), meta(base, 's')];
		expectFailure(
			bank.send(payer, [system.createAccountWithSeed(accounts, base, Uint8Array.of(0xff), 1n, 3n, owner)]),
			InstructionError.InvalidInstructionData,
			[],
			'invalid instruction data',
		);
	});

	it('wants the signature of the base', () => {
		const accounts = [meta(payer, 'sw'), meta(derived('seed'), 'w'), meta(base)];
		const text = `Address { address: ${derived('seed').toBase58()}, base: Some(${base.toBase58()}) }`;
		expectFailure(
			bank.send(payer, [system.createAccountWithSeed(accounts, base, 'seed', 2_000_000n, 3n, owner)]),
			InstructionError.MissingRequiredSignature,
			[`Allocate: 'to' account ${text} must sign`],
			'missing required signature for instruction',
		);
	});
});

describe('Assign', () => {
	it('gives the account away', () => {
		bank.set(to, { lamports: EXEMPT_0 });
		expectSuccess(bank.send(payer, [system.assign([meta(to, 'sw')], owner)]));
		expect(bank.getAccountSharedData(to)!.owner).toEqual(owner);
	});

	it('wants the signature of the account', () => {
		bank.set(to, { lamports: EXEMPT_0 });
		expectFailure(
			bank.send(payer, [system.assign([meta(to, 'w')], owner)]),
			InstructionError.MissingRequiredSignature,
			[`Assign: account Address { address: ${to.toBase58()}, base: None } must sign`],
			'missing required signature for instruction',
		);
	});

	it('needs no signature where nothing changes', () => {
		bank.set(to, { lamports: EXEMPT_0 });
		expectSuccess(bank.send(payer, [system.assign([meta(to)], programIds.systemProgram)]));
	});

	it('refuses an account it does not own', () => {
		bank.set(to, { lamports: EXEMPT_0, owner });
		expectFailure(
			bank.send(payer, [system.assign([meta(to, 'sw')], base)]),
			InstructionError.ModifiedProgramId,
			[],
			'instruction illegally modified the program id of an account',
		);
	});

	it('refuses an account with data that is not zero', () => {
		bank.set(to, { lamports: 10n * EXEMPT_0, data: Uint8Array.of(0, 1) });
		expectFailure(
			bank.send(payer, [system.assign([meta(to, 'sw')], owner)]),
			InstructionError.ModifiedProgramId,
			[],
			'instruction illegally modified the program id of an account',
		);
	});
});

describe('AssignWithSeed', () => {
	it('assigns by the signature of the base', () => {
		const address = derived('a');
		bank.set(address, { lamports: EXEMPT_0 });
		expectSuccess(
			bank.send(payer, [system.assignWithSeed([meta(address, 'w'), meta(base, 's')], base, 'a', owner)]),
		);
		expect(bank.getAccountSharedData(address)!.owner).toEqual(owner);
	});

	it('refuses another address', () => {
		expectFailure(
			bank.send(payer, [system.assignWithSeed([meta(to, 'w'), meta(base, 's')], base, 'a', owner)]),
			custom(5),
			[`Create: address ${to.toBase58()} does not match derived address ${derived('a').toBase58()}`],
			'custom program error: 0x5',
		);
	});
});

describe('Allocate', () => {
	it('gives the account data', () => {
		bank.set(to, { lamports: 10n * EXEMPT_0 });
		expectSuccess(bank.send(payer, [system.allocate([meta(to, 'sw')], 7n)]));
		expect(bank.getAccountSharedData(to)!.data).toEqual(new Uint8Array(7));
	});

	it('refuses an account that has data', () => {
		bank.set(to, { lamports: 10n * EXEMPT_0, data: new Uint8Array(1) });
		expectFailure(
			bank.send(payer, [system.allocate([meta(to, 'sw')], 7n)]),
			custom(0),
			[`Allocate: account Address { address: ${to.toBase58()}, base: None } already in use`],
			'custom program error: 0x0',
		);
	});

	it('refuses a read-only account', () => {
		bank.set(to, { lamports: 10n * EXEMPT_0 });
		expectFailure(
			bank.send(payer, [system.allocate([meta(to, 's')], 7n)]),
			InstructionError.ReadonlyDataModified,
			[],
			'instruction modified data of a read-only account',
		);
	});

	it('refuses to grow all accounts together by more than 20 MiB', () => {
		const accounts = [1, 2, 3].map((i) => key(`big${i}`));
		for (const account of accounts) bank.set(account, { lamports: 100_000_000_000n });
		const outcome = bank.send(
			payer,
			accounts.map((account) => system.allocate([meta(account, 'sw')], 10_485_760n)),
		);
		expect(outcome.error).toEqual(
			TransactionError.InstructionError(2, InstructionError.MaxAccountsDataAllocationsExceeded),
		);
		expect(outcome.units).toBe(450);
	});
});

describe('AllocateWithSeed', () => {
	it('allocates and assigns', () => {
		const address = derived('b');
		bank.set(address, { lamports: 10n * EXEMPT_0 });
		expectSuccess(
			bank.send(payer, [
				system.allocateWithSeed([meta(address, 'w'), meta(base, 's')], base, 'b', 4n, owner),
			]),
		);
		const account = bank.getAccountSharedData(address)!;
		expect(account.data.length).toBe(4);
		expect(account.owner).toEqual(owner);
	});

	it('refuses more than 10 MiB', () => {
		const accounts = [meta(derived('b'), 'w'), meta(base, 's')];
		expectFailure(
			bank.send(payer, [system.allocateWithSeed(accounts, base, 'b', 1n << 60n, owner)]),
			custom(3),
			['Allocate: requested 1152921504606846976, max allowed 10485760'],
			'custom program error: 0x3',
		);
	});
});

describe('TransferWithSeed', () => {
	it('moves lamports by the signature of the base', () => {
		const from = createWithSeed(base, new TextEncoder().encode('c'), programIds.systemProgram);
		if (!from.ok) throw new Error(from.error);
		bank.set(from.value, { lamports: 3n * EXEMPT_0 });
		const accounts = [meta(from.value, 'w'), meta(base, 's'), meta(to, 'w')];
		expectSuccess(
			bank.send(payer, [system.transferWithSeed(accounts, EXEMPT_0, 'c', programIds.systemProgram)]),
		);
		expect(bank.lamports(to)).toBe(EXEMPT_0);
	});

	it('wants the signature of the base', () => {
		const accounts = [meta(to, 'w'), meta(base), meta(payer, 'w')];
		expectFailure(
			bank.send(payer, [system.transferWithSeed(accounts, 1n, 'c', owner)]),
			InstructionError.MissingRequiredSignature,
			[`Transfer: 'from' account ${base.toBase58()} must sign`],
			'missing required signature for instruction',
		);
	});

	it('refuses another address', () => {
		const accounts = [meta(to, 'w'), meta(base, 's'), meta(payer, 'w')];
		expectFailure(
			bank.send(payer, [system.transferWithSeed(accounts, 1n, 'c', owner)]),
			custom(5),
			[`Transfer: 'from' address ${to.toBase58()} does not match derived address ${derived('c').toBase58()}`],
			'custom program error: 0x5',
		);
	});
});

describe('CreateAccountAllowPrefund', () => {
	it('is unknown without its feature', () => {
		bank.features = { ...bank.features, createAccountAllowPrefund: false };
		expectFailure(
			bank.send(payer, [system.createAccountAllowPrefund([meta(to, 'sw')], 0n, 1n, owner)]),
			InstructionError.InvalidInstructionData,
			[],
			'invalid instruction data',
		);
	});

	it('creates an account that has lamports already', () => {
		bank.features = { ...bank.features, createAccountAllowPrefund: true };
		bank.set(to, { lamports: 10n * EXEMPT_0 });
		expectSuccess(bank.send(payer, [system.createAccountAllowPrefund([meta(to, 'sw')], 0n, 1n, owner)]));
		expect(bank.getAccountSharedData(to)!.owner).toEqual(owner);
	});

	it('adds lamports from the second account', () => {
		bank.features = { ...bank.features, createAccountAllowPrefund: true };
		bank.set(to, { lamports: EXEMPT_0 });
		const accounts = [meta(to, 'sw'), meta(payer, 'sw')];
		expectSuccess(bank.send(payer, [system.createAccountAllowPrefund(accounts, EXEMPT_0, 1n, owner)]));
		expect(bank.lamports(to)).toBe(2n * EXEMPT_0);
	});

	it('wants the second account to pay', () => {
		bank.features = { ...bank.features, createAccountAllowPrefund: true };
		expectFailure(
			bank.send(payer, [system.createAccountAllowPrefund([meta(to, 'sw')], 1n, 1n, owner)]),
			InstructionError.MissingAccount,
			[],
			'An account required by the instruction is missing',
		);
	});
});

describe('instruction data', () => {
	it.each([
		['no bytes', []],
		['three bytes', [2, 0, 0]],
		['an unknown number', [14, 0, 0, 0]],
		['half an amount', [2, 0, 0, 0, 1, 2, 3, 4]],
		[
			'a seed longer than the data',
			[11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
		],
	])('of %s is invalid', (_, data) => {
		expectFailure(
			bank.send(payer, [system.raw([meta(payer, 'sw'), meta(to, 'w')], Uint8Array.from(data))]),
			InstructionError.InvalidInstructionData,
			[],
			'invalid instruction data',
		);
	});

	it('may go on after the instruction', () => {
		const { data } = system.transfer([], EXEMPT_0);
		const longer = Uint8Array.from([...data, 1, 2, 3]);
		expectSuccess(bank.send(payer, [system.raw([meta(payer, 'sw'), meta(to, 'w')], longer)]));
	});
});

describe('nonce accounts', () => {
	const nonce = key('nonce');
	const authority = key('authority');
	const NONCE_RENT = 1_447_680n;
	const recent = meta(sysvarIds.recentBlockhashes);
	const rent = meta(sysvarIds.rent);

	/** An initialised nonce made with blockhash 1; the bank moves on to blockhash 2. */
	function withNonce(lamports = NONCE_RENT): void {
		bank.set(nonce, { lamports, data: new Uint8Array(80) });
		const outcome = bank.send(payer, [system.initializeNonce([meta(nonce, 'w'), recent, rent], authority)]);
		expectSuccess(outcome);
		bank.blockhash = hash(2);
	}

	it('initialises', () => {
		withNonce();
		const { data } = bank.getAccountSharedData(nonce)!;
		expect(Array.from(data.subarray(0, 8))).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
		expect(data.subarray(8, 40)).toEqual(authority.bytes);
		expect(new DataView(data.buffer, data.byteOffset).getBigUint64(72, true)).toBe(5000n);
	});

	it('does not initialise twice', () => {
		withNonce();
		expectFailure(
			bank.send(payer, [system.initializeNonce([meta(nonce, 'w'), recent, rent], authority)]),
			InstructionError.InvalidAccountData,
			[`Initialize nonce account: Account ${nonce.toBase58()} state is invalid`],
			'invalid account data for instruction',
		);
	});

	it('does not initialise a read-only account', () => {
		bank.set(nonce, { lamports: NONCE_RENT, data: new Uint8Array(80) });
		expectFailure(
			bank.send(payer, [system.initializeNonce([meta(nonce), recent, rent], authority)]),
			InstructionError.InvalidArgument,
			[`Initialize nonce account: Account ${nonce.toBase58()} must be writeable`],
			'invalid program argument',
		);
	});

	it('does not initialise without rent', () => {
		bank.set(nonce, { lamports: NONCE_RENT - 1n, data: new Uint8Array(80) });
		expectFailure(
			bank.send(payer, [system.initializeNonce([meta(nonce, 'w'), recent, rent], authority)]),
			InstructionError.InsufficientFunds,
			['Initialize nonce account: insufficient lamports 1447679, need 1447680'],
			'insufficient funds for instruction',
		);
	});

	it('does not initialise an account without data', () => {
		bank.set(nonce, { lamports: NONCE_RENT });
		expectFailure(
			bank.send(payer, [system.initializeNonce([meta(nonce, 'w'), recent, rent], authority)]),
			InstructionError.InvalidAccountData,
			[],
			'invalid account data for instruction',
		);
	});

	it('wants the right sysvar accounts', () => {
		bank.set(nonce, { lamports: NONCE_RENT, data: new Uint8Array(80) });
		expectFailure(
			bank.send(payer, [system.initializeNonce([meta(nonce, 'w'), rent, recent], authority)]),
			InstructionError.InvalidArgument,
			[],
			'invalid program argument',
		);
	});

	it('advances once per blockhash', () => {
		withNonce();
		const advance = system.advanceNonce([meta(nonce, 'w'), recent, meta(authority, 's')]);
		expectSuccess(bank.send(payer, [advance]));
		expectFailure(
			bank.send(payer, [advance]),
			custom(7),
			['Advance nonce account: nonce can only advance once per slot'],
			'custom program error: 0x7',
		);
	});

	it('advances only by its authority', () => {
		withNonce();
		expectFailure(
			bank.send(payer, [system.advanceNonce([meta(nonce, 'w'), recent, meta(authority)])]),
			InstructionError.MissingRequiredSignature,
			[`Advance nonce account: Account ${authority.toBase58()} must be a signer`],
			'missing required signature for instruction',
		);
	});

	it('does not advance what is not initialised', () => {
		bank.set(nonce, { lamports: NONCE_RENT, data: new Uint8Array(80) });
		expectFailure(
			bank.send(payer, [system.advanceNonce([meta(nonce, 'w'), recent, meta(authority, 's')])]),
			InstructionError.InvalidAccountData,
			[`Advance nonce account: Account ${nonce.toBase58()} state is invalid`],
			'invalid account data for instruction',
		);
	});

	it('does not advance while there are no recent blockhashes', () => {
		withNonce();
		bank.setSysvar(sysvarIds.recentBlockhashes, new Uint8Array(8));
		expectFailure(
			bank.send(payer, [system.advanceNonce([meta(nonce, 'w'), recent, meta(authority, 's')])]),
			custom(6),
			['Advance nonce account: recent blockhash list is empty'],
			'custom program error: 0x6',
		);
	});

	it('is withdrawn from in part, down to its rent', () => {
		withNonce(NONCE_RENT + EXEMPT_0);
		const accounts = [meta(nonce, 'w'), meta(to, 'w'), recent, rent, meta(authority, 's')];
		expectFailure(
			bank.send(payer, [system.withdrawNonce(accounts, EXEMPT_0 + 1n)]),
			InstructionError.InsufficientFunds,
			[`Withdraw nonce account: insufficient lamports 2338560, need 2338561`],
			'insufficient funds for instruction',
		);
		expectSuccess(bank.send(payer, [system.withdrawNonce(accounts, EXEMPT_0)]));
		expect(bank.lamports(nonce)).toBe(NONCE_RENT);
		expect(bank.lamports(to)).toBe(EXEMPT_0);
	});

	it('is closed by withdrawing everything, but not with the blockhash it was made with', () => {
		withNonce();
		const accounts = [meta(nonce, 'w'), meta(to, 'w'), recent, rent, meta(authority, 's')];
		bank.blockhash = hash(1);
		expectFailure(
			bank.send(payer, [system.withdrawNonce(accounts, NONCE_RENT)]),
			custom(7),
			['Withdraw nonce account: nonce can only advance once per slot'],
			'custom program error: 0x7',
		);
		bank.blockhash = hash(2);
		expectSuccess(bank.send(payer, [system.withdrawNonce(accounts, NONCE_RENT)]));
		expect(bank.getAccountSharedData(nonce)).toBeNull();
	});

	it('is withdrawn from only by its authority', () => {
		withNonce(NONCE_RENT + EXEMPT_0);
		const accounts = [meta(nonce, 'w'), meta(to, 'w'), recent, rent];
		expectFailure(
			bank.send(payer, [system.withdrawNonce(accounts, EXEMPT_0)]),
			InstructionError.MissingRequiredSignature,
			[`Withdraw nonce account: Account ${authority.toBase58()} must sign`],
			'missing required signature for instruction',
		);
	});

	it('that is not initialised is withdrawn from by its own signature', () => {
		bank.set(nonce, { lamports: 2n * NONCE_RENT, data: new Uint8Array(80) });
		const accounts = [meta(nonce, 'sw'), meta(to, 'w'), recent, rent];
		expectSuccess(bank.send(payer, [system.withdrawNonce(accounts, EXEMPT_0)]));
		expectFailure(
			bank.send(payer, [system.withdrawNonce(accounts, 2n * NONCE_RENT)]),
			InstructionError.InsufficientFunds,
			['Withdraw nonce account: insufficient lamports 2004480, need 2895360'],
			'insufficient funds for instruction',
		);
	});

	it('gets a new authority from the old one', () => {
		withNonce();
		expectSuccess(bank.send(payer, [system.authorizeNonce([meta(nonce, 'w'), meta(authority, 's')], owner)]));
		expect(bank.getAccountSharedData(nonce)!.data.subarray(8, 40)).toEqual(owner.bytes);
		expectFailure(
			bank.send(payer, [system.authorizeNonce([meta(nonce, 'w'), meta(authority, 's')], base)]),
			InstructionError.MissingRequiredSignature,
			[`Authorize nonce account: Account ${owner.toBase58()} must sign`],
			'missing required signature for instruction',
		);
	});

	it('is upgraded from the legacy version once', () => {
		withNonce();
		const account = bank.getAccountSharedData(nonce)!;
		const data = account.data.slice();
		data[0] = 0;
		bank.set(nonce, { ...account, data });
		expectSuccess(bank.send(payer, [system.upgradeNonce([meta(nonce, 'w')])]));
		const upgraded = bank.getAccountSharedData(nonce)!.data;
		expect(upgraded[0]).toBe(1);
		expect(upgraded.subarray(40, 72)).not.toEqual(data.subarray(40, 72));
		expectFailure(
			bank.send(payer, [system.upgradeNonce([meta(nonce, 'w')])]),
			InstructionError.InvalidArgument,
			[],
			'invalid program argument',
		);
	});

	it('is upgraded only if it is the System program’s', () => {
		bank.set(nonce, { lamports: NONCE_RENT, data: new Uint8Array(80), owner });
		expectFailure(
			bank.send(payer, [system.upgradeNonce([meta(nonce, 'w')])]),
			InstructionError.InvalidAccountOwner,
			[],
			'Invalid account owner',
		);
	});

	describe('as the blockhash of a transaction', () => {
		const advance = system.advanceNonce([meta(nonce, 'w'), recent, meta(authority, 's')]);
		const stored = () => bank.getAccountSharedData(nonce)!.data.slice(40, 72);
		const asBlockhash = (bytes: Uint8Array) => Hash.fromBytes(bytes);

		it('lets the transaction run and advances', () => {
			withNonce();
			const before = stored();
			const outcome = bank.send(
				payer,
				[advance, system.transfer([meta(payer, 'sw'), meta(to, 'w')], EXEMPT_0)],
				asBlockhash(before),
			);
			expect(outcome.error).toBeNull();
			expect(stored()).not.toEqual(before);
		});

		it('advances and pays also where the transaction fails', () => {
			withNonce();
			const before = stored();
			const balance = bank.lamports(payer);
			const outcome = bank.send(
				payer,
				[advance, system.transfer([meta(payer, 'sw'), meta(to, 'w')], 1n << 50n)],
				asBlockhash(before),
			);
			expect(outcome.error).toEqual(TransactionError.InstructionError(1, custom(1)));
			expect(stored()).not.toEqual(before);
			expect(bank.lamports(payer)).toBe(balance - 10_000n);
		});

		it('is refused after it was used', () => {
			withNonce();
			const before = stored();
			expect(bank.send(payer, [advance], asBlockhash(before)).error).toBeNull();
			const again = bank.send(payer, [advance], asBlockhash(before));
			expect(again.result.kind).toBe('executed');
			expect(again.error).toEqual(TransactionError.InstructionError(0, custom(7)));
		});
	});
});
