/**
 * The ZK ElGamal proof program: verifies proofs about ciphertexts and commitments, and keeps on request what was
 * proven in an account (the context state).
 *
 * Source: solana-zk-elgamal-proof-program 4.3.0; solana-zk-elgamal-proof-interface 0.1.3, state.rs, instruction.rs.
 */

import { proofVerificationErrorDebug, ZK_PROOFS, type ZkProof } from '@parhelion/crypto';
import { type ComputeUnits, Fault, InstructionError, Pubkey, programIds } from '@parhelion/sdk';
import type { InstructionContext } from '../instruction-context.ts';
import type { InvokeContext } from '../invoke-context.ts';

/** CU of closing a context state. */
export const CLOSE_CONTEXT_STATE_COMPUTE_UNITS = 3_300;

/** A proof by the name of its kind (upstream: `ProofType`), and the CU of verifying it. */
const VERIFICATION_COMPUTE_UNITS: Readonly<Record<string, ComputeUnits>> = {
	ZeroCiphertext: 6_000,
	CiphertextCiphertextEquality: 8_000,
	CiphertextCommitmentEquality: 6_400,
	PubkeyValidity: 2_600,
	PercentageWithCap: 6_500,
	BatchedRangeProofU64: 111_000,
	BatchedRangeProofU128: 200_000,
	BatchedRangeProofU256: 368_000,
	GroupedCiphertext2HandlesValidity: 6_400,
	BatchedGroupedCiphertext2HandlesValidity: 13_000,
	GroupedCiphertext3HandlesValidity: 8_100,
	BatchedGroupedCiphertext3HandlesValidity: 16_400,
};

/** The discriminator of `CloseContextState`; those of the verifications follow, in the order of {@link ZK_PROOFS}. */
const CLOSE_CONTEXT_STATE = 0;

/** Instruction data of just this length say where in an account the proof is: the discriminator, an offset as u32. */
const INSTRUCTION_DATA_LENGTH_WITH_PROOF_ACCOUNT = 5;

/** A context state: the authority, the kind of proof (0 where there is none), the statement. */
const PROOF_TYPE_OFFSET = Pubkey.LENGTH;
const META_LENGTH = PROOF_TYPE_OFFSET + 1;
const UNINITIALIZED = 0;

/** Fails with `InvalidAccountData` where the data is too short. */
function proofTypeOf(data: Uint8Array): number {
	if (data.length < META_LENGTH) throw new Fault(InstructionError.InvalidAccountData);
	return data[PROOF_TYPE_OFFSET]!;
}

/** Verifies, and returns the statement. Fails with `InvalidInstructionData`, and logs why. */
function verify(invokeContext: InvokeContext, proof: ZkProof, data: Uint8Array): Uint8Array {
	const error = proof.verify(data);
	if (error !== null) {
		invokeContext.icMsg(`proof verification failed: ${proofVerificationErrorDebug(error)}`);
		throw new Fault(InstructionError.InvalidInstructionData);
	}
	return data.slice(0, proof.contextLength);
}

/** As {@link verify}, of the account at index 0. Fails with `MissingAccount`, `AccountBorrowFailed`, `InvalidAccountData` first. */
function verifyFromAccount(
	invokeContext: InvokeContext,
	instruction: InstructionContext,
	proof: ZkProof,
): Uint8Array {
	const account = instruction.tryBorrowInstructionAccount(0);
	const data = instruction.getInstructionData();
	const start = new DataView(data.buffer, data.byteOffset).getUint32(1, true);
	const accountData = account.getData();
	if (start + proof.length > accountData.length) throw new Fault(InstructionError.InvalidAccountData);
	const context = verify(invokeContext, proof, accountData.subarray(start, start + proof.length));
	account.drop();
	return context;
}

/** As {@link verify}, of what follows the discriminator. Fails with `InvalidInstructionData` for another length first. */
function verifyFromInstruction(
	invokeContext: InvokeContext,
	instruction: InstructionContext,
	proof: ZkProof,
): Uint8Array {
	const data = instruction.getInstructionData().subarray(1);
	if (data.length !== proof.length) {
		invokeContext.icMsg('invalid proof data');
		throw new Fault(InstructionError.InvalidInstructionData);
	}
	return verify(invokeContext, proof, data);
}

/**
 * Writes the statement to the account at `index`, for the authority behind it.
 *
 * Fails with `MissingAccount`, `AccountBorrowFailed`, `InvalidAccountOwner`, `InvalidAccountData` (no room for the
 * head), `AccountAlreadyInitialized`, `InvalidAccountData` (another size), then as `setDataFromSlice`.
 */
function createContextState(
	instruction: InstructionContext,
	index: number,
	proofType: number,
	context: Uint8Array,
): void {
	const authorityAccount = instruction.tryBorrowInstructionAccount(index + 1);
	const authority = authorityAccount.getKey();
	authorityAccount.drop();
	const account = instruction.tryBorrowInstructionAccount(index);
	if (!account.getOwner().equals(programIds.zkElgamalProof)) {
		throw new Fault(InstructionError.InvalidAccountOwner);
	}
	if (proofTypeOf(account.getData()) !== UNINITIALIZED) {
		throw new Fault(InstructionError.AccountAlreadyInitialized);
	}
	const state = new Uint8Array(META_LENGTH + context.length);
	state.set(authority.bytes);
	state[PROOF_TYPE_OFFSET] = proofType;
	state.set(context, META_LENGTH);
	if (account.getData().length !== state.length) throw new Fault(InstructionError.InvalidAccountData);
	account.setDataFromSlice(state);
	account.drop();
}

/** Verifies a proof; two accounts more than the proof takes ask for a context state. */
function processVerifyProof(invokeContext: InvokeContext, proofType: number, proof: ZkProof): void {
	const instruction = invokeContext.transactionContext.getCurrentInstructionContext();
	const isInAccount = instruction.getInstructionData().length === INSTRUCTION_DATA_LENGTH_WITH_PROOF_ACCOUNT;
	const context = isInAccount
		? verifyFromAccount(invokeContext, instruction, proof)
		: verifyFromInstruction(invokeContext, instruction, proof);
	const accessedAccounts = isInAccount ? 1 : 0;
	if (instruction.getNumberOfInstructionAccounts() >= accessedAccounts + 2) {
		createContextState(instruction, accessedAccounts, proofType, context);
	}
}

/**
 * Gives the lamports of a context state (index 0) away (to index 1), by its authority (index 2).
 *
 * Fails with `MissingAccount`, `MissingRequiredSignature`, `InvalidInstructionData` (both are one account),
 * `AccountBorrowFailed`, `InvalidAccountOwner`, `InvalidAccountData`, `UninitializedAccount`, `InvalidAccountOwner`
 * (another authority), then as the changes.
 */
function processCloseProofContext(invokeContext: InvokeContext): void {
	const instruction = invokeContext.transactionContext.getCurrentInstructionContext();
	if (!instruction.isInstructionAccountSigner(2)) {
		throw new Fault(InstructionError.MissingRequiredSignature);
	}
	const owner = instruction.getKeyOfInstructionAccount(2);
	const contextKey = instruction.getKeyOfInstructionAccount(0);
	if (contextKey.equals(instruction.getKeyOfInstructionAccount(1))) {
		throw new Fault(InstructionError.InvalidInstructionData);
	}
	const account = instruction.tryBorrowInstructionAccount(0);
	if (!account.getOwner().equals(programIds.zkElgamalProof)) {
		throw new Fault(InstructionError.InvalidAccountOwner);
	}
	const data = account.getData();
	if (proofTypeOf(data) === UNINITIALIZED) throw new Fault(InstructionError.UninitializedAccount);
	if (!owner.equals(Pubkey.fromBytes(data))) throw new Fault(InstructionError.InvalidAccountOwner);

	const destination = instruction.tryBorrowInstructionAccount(1);
	destination.checkedAddLamports(account.getLamports());
	account.setLamports(0n);
	account.setDataLength(0);
	account.setOwner(programIds.systemProgram);
	destination.drop();
	account.drop();
}

/**
 * The entry point. CU: see {@link VERIFICATION_COMPUTE_UNITS}, charged before anything else is looked at.
 *
 * Fails with `InvalidInstructionData` (disabled by a feature, or no such instruction), `ComputationalBudgetExceeded`,
 * then as the instruction.
 */
export function zkElgamalProofEntrypoint(invokeContext: InvokeContext): void {
	const features = invokeContext.getFeatureSet();
	if (features.disableZkElgamalProofProgram && !features.reenableZkElgamalProofProgram) {
		invokeContext.icMsg('zk-elgamal-proof program is temporarily disabled');
		throw new Fault(InstructionError.InvalidInstructionData);
	}
	const instruction = invokeContext.transactionContext.getCurrentInstructionContext();
	const discriminator = instruction.getInstructionData()[0];
	if (discriminator === CLOSE_CONTEXT_STATE) {
		invokeContext.computeMeter.consumeChecked(CLOSE_CONTEXT_STATE_COMPUTE_UNITS);
		invokeContext.icMsg('CloseContextState');
		processCloseProofContext(invokeContext);
		return;
	}
	const proof = discriminator === undefined ? undefined : ZK_PROOFS[discriminator - 1];
	if (discriminator === undefined || proof === undefined) {
		throw new Fault(InstructionError.InvalidInstructionData);
	}
	invokeContext.computeMeter.consumeChecked(VERIFICATION_COMPUTE_UNITS[proof.name]!);
	invokeContext.icMsg(`Verify${proof.name}`);
	processVerifyProof(invokeContext, discriminator, proof);
}
