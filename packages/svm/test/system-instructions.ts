/**
 * Encodes instructions of the System program.
 */

import { type AccountMeta, ByteWriter, type Instruction, type Pubkey, programIds } from '@parhelion/sdk';

const utf8 = new TextEncoder();

function instruction(accounts: readonly AccountMeta[], data: ByteWriter): Instruction {
	return { programId: programIds.systemProgram, accounts, data: data.finish() };
}

function writeSeed(writer: ByteWriter, seed: string | Uint8Array): ByteWriter {
	const bytes = typeof seed === 'string' ? utf8.encode(seed) : seed;
	return writer.u64(BigInt(bytes.length)).raw(bytes);
}

const start = (tag: number): ByteWriter => new ByteWriter(64).u32(tag);

/** One function an instruction: accounts first, then its fields in wire order. */
export const system = {
	createAccount: (
		accounts: readonly AccountMeta[],
		lamports: bigint,
		space: bigint,
		owner: Pubkey,
	): Instruction => instruction(accounts, start(0).u64(lamports).u64(space).raw(owner.bytes)),
	assign: (accounts: readonly AccountMeta[], owner: Pubkey): Instruction =>
		instruction(accounts, start(1).raw(owner.bytes)),
	transfer: (accounts: readonly AccountMeta[], lamports: bigint): Instruction =>
		instruction(accounts, start(2).u64(lamports)),
	createAccountWithSeed: (
		accounts: readonly AccountMeta[],
		base: Pubkey,
		seed: string | Uint8Array,
		lamports: bigint,
		space: bigint,
		owner: Pubkey,
	): Instruction =>
		instruction(
			accounts,
			writeSeed(start(3).raw(base.bytes), seed).u64(lamports).u64(space).raw(owner.bytes),
		),
	advanceNonce: (accounts: readonly AccountMeta[]): Instruction => instruction(accounts, start(4)),
	withdrawNonce: (accounts: readonly AccountMeta[], lamports: bigint): Instruction =>
		instruction(accounts, start(5).u64(lamports)),
	initializeNonce: (accounts: readonly AccountMeta[], authority: Pubkey): Instruction =>
		instruction(accounts, start(6).raw(authority.bytes)),
	authorizeNonce: (accounts: readonly AccountMeta[], authority: Pubkey): Instruction =>
		instruction(accounts, start(7).raw(authority.bytes)),
	allocate: (accounts: readonly AccountMeta[], space: bigint): Instruction =>
		instruction(accounts, start(8).u64(space)),
	allocateWithSeed: (
		accounts: readonly AccountMeta[],
		base: Pubkey,
		seed: string | Uint8Array,
		space: bigint,
		owner: Pubkey,
	): Instruction =>
		instruction(accounts, writeSeed(start(9).raw(base.bytes), seed).u64(space).raw(owner.bytes)),
	assignWithSeed: (
		accounts: readonly AccountMeta[],
		base: Pubkey,
		seed: string | Uint8Array,
		owner: Pubkey,
	): Instruction => instruction(accounts, writeSeed(start(10).raw(base.bytes), seed).raw(owner.bytes)),
	transferWithSeed: (
		accounts: readonly AccountMeta[],
		lamports: bigint,
		seed: string | Uint8Array,
		owner: Pubkey,
	): Instruction => instruction(accounts, writeSeed(start(11).u64(lamports), seed).raw(owner.bytes)),
	upgradeNonce: (accounts: readonly AccountMeta[]): Instruction => instruction(accounts, start(12)),
	createAccountAllowPrefund: (
		accounts: readonly AccountMeta[],
		lamports: bigint,
		space: bigint,
		owner: Pubkey,
	): Instruction => instruction(accounts, start(13).u64(lamports).u64(space).raw(owner.bytes)),
	/** Any bytes. */
	raw: (accounts: readonly AccountMeta[], data: Uint8Array): Instruction => ({
		programId: programIds.systemProgram,
		accounts,
		data,
	}),
};
