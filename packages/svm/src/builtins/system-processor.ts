/**
 * The System program: creates accounts, gives them away, moves lamports, keeps nonces.
 *
 * Source: solana-system-program 4.3.0, system_processor.rs.
 */

import {
	Fault,
	InstructionError,
	instructionErrorFromU64,
	type Lamports,
	type Pubkey,
	programIds,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import { MAX_ACCOUNT_DATA_LEN } from '../execution-budget.ts';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';
import { createWithSeed, PUBKEY_ERROR_CODES } from '../pda.ts';
import { getSysvarWithAccountCheck } from '../sysvar-cache.ts';
import { decodeSystemInstruction, type SeededAddress, SystemError } from './system-instruction.ts';
import {
	advanceNonceAccount,
	authorizeNonceAccount,
	initializeNonceAccount,
	upgradeNonceAccount,
	withdrawNonceAccount,
} from './system-nonce.ts';

/** CU of an instruction. */
export const DEFAULT_COMPUTE_UNITS = 150;

const MAX_SPACE = BigInt(MAX_ACCOUNT_DATA_LEN);

/** An address that may have been derived by a seed; then its base signs for it. */
interface Address {
	readonly address: Pubkey;
	readonly base: Pubkey | null;
}

/** Rust's Debug text of {@link Address}, which the logs show. */
function debug({ address, base }: Address): string {
	const baseText = base === null ? 'None' : `Some(${base.toBase58()})`;
	return `Address { address: ${address.toBase58()}, base: ${baseText} }`;
}

/** What an instruction works on. */
class SystemCall {
	readonly invokeContext: InvokeContext;
	readonly instruction: InstructionContext;

	constructor(invokeContext: InvokeContext, instruction: InstructionContext) {
		this.invokeContext = invokeContext;
		this.instruction = instruction;
	}

	isSigned(address: Address): boolean {
		return this.instruction.isSignedBy(address.base ?? address.address);
	}

	/** The address of an account, checked against its seed. Fails with the seed's error, `AddressWithSeedMismatch`. */
	address(index: number, seeded: SeededAddress | null): Address {
		const address = this.instruction.getKeyOfInstructionAccount(index);
		if (seeded === null) return { address, base: null };
		const derived = deriveWithSeed(seeded.base, seeded.seed, seeded.owner);
		if (!address.equals(derived)) {
			this.invokeContext.icMsg(
				`Create: address ${address.toBase58()} does not match derived address ${derived.toBase58()}`,
			);
			throw new Fault(SystemError.AddressWithSeedMismatch);
		}
		return { address, base: seeded.base };
	}
}

function deriveWithSeed(base: Pubkey, seed: Uint8Array, owner: Pubkey): Pubkey {
	const derived = createWithSeed(base, seed, owner);
	// Upstream converts the error's ordinal, not its meaning.
	if (!derived.ok) throw new Fault(instructionErrorFromU64(BigInt(PUBKEY_ERROR_CODES[derived.error])));
	return derived.value;
}

/** Fails with `MissingRequiredSignature`, `AccountAlreadyInUse`, `InvalidAccountDataLength`, then as `setDataLength`. */
function allocate(
	call: SystemCall,
	account: BorrowedInstructionAccount,
	address: Address,
	space: bigint,
): void {
	const log = call.invokeContext;
	if (!call.isSigned(address)) {
		log.icMsg(`Allocate: 'to' account ${debug(address)} must sign`);
		throw new Fault(InstructionError.MissingRequiredSignature);
	}
	if (account.getData().length > 0 || !account.getOwner().equals(programIds.systemProgram)) {
		log.icMsg(`Allocate: account ${debug(address)} already in use`);
		throw new Fault(SystemError.AccountAlreadyInUse);
	}
	if (space > MAX_SPACE) {
		log.icMsg(`Allocate: requested ${space}, max allowed ${MAX_ACCOUNT_DATA_LEN}`);
		throw new Fault(SystemError.InvalidAccountDataLength);
	}
	account.setDataLength(Number(space));
}

/** Fails with `MissingRequiredSignature`, then as `setOwner`. */
function assign(
	call: SystemCall,
	account: BorrowedInstructionAccount,
	address: Address,
	owner: Pubkey,
): void {
	if (account.getOwner().equals(owner)) return;
	if (!call.isSigned(address)) {
		call.invokeContext.icMsg(`Assign: account ${debug(address)} must sign`);
		throw new Fault(InstructionError.MissingRequiredSignature);
	}
	account.setOwner(owner);
}

function createAccount(
	call: SystemCall,
	address: Address,
	lamports: Lamports,
	space: bigint,
	owner: Pubkey,
): void {
	const to = call.instruction.tryBorrowInstructionAccount(1);
	if (to.getLamports() > 0n) {
		call.invokeContext.icMsg(`Create Account: account ${debug(address)} already in use`);
		throw new Fault(SystemError.AccountAlreadyInUse);
	}
	allocate(call, to, address, space);
	assign(call, to, address, owner);
	to.drop();
	transfer(call, 0, 1, lamports);
}

/** Creates an account that may already hold lamports. */
function createAccountAllowPrefund(
	call: SystemCall,
	address: Address,
	lamports: Lamports,
	space: bigint,
	owner: Pubkey,
): void {
	const to = call.instruction.tryBorrowInstructionAccount(0);
	allocate(call, to, address, space);
	assign(call, to, address, owner);
	to.drop();
	if (lamports > 0n) transfer(call, 1, 0, lamports);
}

/** Fails with `MissingRequiredSignature`, then as {@link transferVerified}. */
function transfer(call: SystemCall, from: number, to: number, lamports: Lamports): void {
	const instruction = call.instruction;
	if (!instruction.isInstructionAccountSigner(from)) {
		const key = instruction.getKeyOfInstructionAccount(from);
		call.invokeContext.icMsg(`Transfer: \`from\` account ${key.toBase58()} must sign`);
		throw new Fault(InstructionError.MissingRequiredSignature);
	}
	transferVerified(call, from, to, lamports);
}

/** Fails with `InvalidArgument` (data), `ResultWithNegativeLamports`, then as `checkedSubLamports`, `checkedAddLamports`. */
function transferVerified(call: SystemCall, fromIndex: number, toIndex: number, lamports: Lamports): void {
	const from = call.instruction.tryBorrowInstructionAccount(fromIndex);
	if (from.getData().length > 0) {
		call.invokeContext.icMsg('Transfer: `from` must not carry data');
		throw new Fault(InstructionError.InvalidArgument);
	}
	if (lamports > from.getLamports()) {
		call.invokeContext.icMsg(`Transfer: insufficient lamports ${from.getLamports()}, need ${lamports}`);
		throw new Fault(SystemError.ResultWithNegativeLamports);
	}
	from.checkedSubLamports(lamports);
	from.drop();
	const to = call.instruction.tryBorrowInstructionAccount(toIndex);
	to.checkedAddLamports(lamports);
	to.drop();
}

function transferWithSeed(
	call: SystemCall,
	lamports: Lamports,
	fromSeed: Uint8Array,
	fromOwner: Pubkey,
): void {
	const instruction = call.instruction;
	const base = instruction.getKeyOfInstructionAccount(1);
	if (!instruction.isInstructionAccountSigner(1)) {
		call.invokeContext.icMsg(`Transfer: 'from' account ${base.toBase58()} must sign`);
		throw new Fault(InstructionError.MissingRequiredSignature);
	}
	const derived = deriveWithSeed(base, fromSeed, fromOwner);
	const from = instruction.getKeyOfInstructionAccount(0);
	if (!from.equals(derived)) {
		call.invokeContext.icMsg(
			`Transfer: 'from' address ${from.toBase58()} does not match derived address ${derived.toBase58()}`,
		);
		throw new Fault(SystemError.AddressWithSeedMismatch);
	}
	transferVerified(call, 0, 2, lamports);
}

/** Checks the RecentBlockhashes account at index 1. Fails as `getSysvarWithAccountCheck`, with `NonceNoRecentBlockhashes`. */
function requireRecentBlockhashes(call: SystemCall, what: string): void {
	const blockhashes = getSysvarWithAccountCheck.recentBlockhashes(call.invokeContext, call.instruction, 1);
	if (blockhashes.length > 0) return;
	call.invokeContext.icMsg(`${what} nonce account: recent blockhash list is empty`);
	throw new Fault(SystemError.NonceNoRecentBlockhashes);
}

/**
 * The entry point. CU: 150. Fails with `ComputationalBudgetExceeded`, `InvalidInstructionData`, then
 * `MissingAccount` for too few accounts, then as the instruction.
 */
export function systemEntrypoint(invokeContext: InvokeContext): void {
	invokeContext.computeMeter.consumeChecked(DEFAULT_COMPUTE_UNITS);
	const instruction = invokeContext.transactionContext.getCurrentInstructionContext();
	const decoded = decodeSystemInstruction(instruction.getInstructionData());
	const call = new SystemCall(invokeContext, instruction);
	switch (decoded.kind) {
		case 'CreateAccount':
			instruction.checkNumberOfInstructionAccounts(2);
			createAccount(call, call.address(1, null), decoded.lamports, decoded.space, decoded.owner);
			return;
		case 'CreateAccountWithSeed':
			instruction.checkNumberOfInstructionAccounts(2);
			createAccount(call, call.address(1, decoded), decoded.lamports, decoded.space, decoded.owner);
			return;
		case 'Assign': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			assign(call, account, call.address(0, null), decoded.owner);
			account.drop();
			return;
		}
		case 'Transfer':
			instruction.checkNumberOfInstructionAccounts(2);
			transfer(call, 0, 1, decoded.lamports);
			return;
		case 'TransferWithSeed':
			instruction.checkNumberOfInstructionAccounts(3);
			transferWithSeed(call, decoded.lamports, decoded.fromSeed, decoded.fromOwner);
			return;
		case 'AdvanceNonceAccount': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			requireRecentBlockhashes(call, 'Advance');
			advanceNonceAccount(account, instruction, invokeContext);
			account.drop();
			return;
		}
		case 'WithdrawNonceAccount': {
			instruction.checkNumberOfInstructionAccounts(2);
			getSysvarWithAccountCheck.recentBlockhashes(invokeContext, instruction, 2);
			const rent = getSysvarWithAccountCheck.rent(invokeContext, instruction, 3);
			withdrawNonceAccount(instruction, decoded.lamports, rent, invokeContext);
			return;
		}
		case 'InitializeNonceAccount': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			requireRecentBlockhashes(call, 'Initialize');
			const rent = getSysvarWithAccountCheck.rent(invokeContext, instruction, 2);
			initializeNonceAccount(account, decoded.authority, rent, invokeContext);
			account.drop();
			return;
		}
		case 'AuthorizeNonceAccount': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			authorizeNonceAccount(account, decoded.authority, instruction, invokeContext);
			account.drop();
			return;
		}
		case 'UpgradeNonceAccount': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			upgradeNonceAccount(account);
			account.drop();
			return;
		}
		case 'Allocate': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			allocate(call, account, call.address(0, null), decoded.space);
			account.drop();
			return;
		}
		case 'AllocateWithSeed': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			const address = call.address(0, decoded);
			allocate(call, account, address, decoded.space);
			assign(call, account, address, decoded.owner);
			account.drop();
			return;
		}
		case 'AssignWithSeed': {
			instruction.checkNumberOfInstructionAccounts(1);
			const account = instruction.tryBorrowInstructionAccount(0);
			assign(call, account, call.address(0, decoded), decoded.owner);
			account.drop();
			return;
		}
		case 'CreateAccountAllowPrefund':
			if (!invokeContext.getFeatureSet().createAccountAllowPrefund) {
				throw new Fault(InstructionError.InvalidInstructionData);
			}
			instruction.checkNumberOfInstructionAccounts(decoded.lamports > 0n ? 2 : 1);
			createAccountAllowPrefund(call, call.address(0, null), decoded.lamports, decoded.space, decoded.owner);
			return;
	}
}
