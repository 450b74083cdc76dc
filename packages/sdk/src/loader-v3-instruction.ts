/**
 * Owns the instructions of the upgradeable loader (v3) as a client builds them. Source: crate
 * `solana-loader-v3-interface`, instruction.rs.
 */
import { ByteWriter } from './bytes.ts';
import { programIds, sysvarIds } from './ids.ts';
import type { AccountMeta, Instruction } from './message.ts';
import type { Pubkey } from './pubkey.ts';

const writable = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: false, isWritable: true });
const readonly = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: false, isWritable: false });
const signer = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: true, isWritable: false });
const payingSigner = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: true, isWritable: true });

function build(data: ByteWriter, accounts: readonly AccountMeta[]): Instruction {
	return { programId: programIds.bpfLoaderUpgradeable, accounts, data: data.finish() };
}

/** The instructions; an `authority` signs. */
export const loaderV3Instruction = {
	/** Makes an account of the loader's a buffer. */
	initializeBuffer(buffer: Pubkey, authority: Pubkey): Instruction {
		return build(new ByteWriter().u32(0), [writable(buffer), readonly(authority)]);
	},
	/** Puts `bytes` at `offset` of the ELF in a buffer. */
	write(buffer: Pubkey, authority: Pubkey, offset: number, bytes: Uint8Array): Instruction {
		const data = new ByteWriter().u32(1).u32(offset).length64(bytes.length).raw(bytes);
		return build(data, [writable(buffer), signer(authority)]);
	},
	/** Makes a program of a buffer, with room for `maxDataLen` bytes; the payer gets what is in the buffer. */
	deployWithMaxDataLen(
		payer: Pubkey,
		programData: Pubkey,
		program: Pubkey,
		buffer: Pubkey,
		authority: Pubkey,
		maxDataLen: number,
	): Instruction {
		return build(new ByteWriter().u32(2).u64(BigInt(maxDataLen)), [
			payingSigner(payer),
			writable(programData),
			writable(program),
			writable(buffer),
			readonly(sysvarIds.rent),
			readonly(sysvarIds.clock),
			readonly(programIds.systemProgram),
			signer(authority),
		]);
	},
	/** Replaces a program by what is in a buffer; lamports left over go to `spill`. */
	upgrade(
		programData: Pubkey,
		program: Pubkey,
		buffer: Pubkey,
		spill: Pubkey,
		authority: Pubkey,
	): Instruction {
		return build(new ByteWriter().u32(3), [
			writable(programData),
			writable(program),
			writable(buffer),
			writable(spill),
			readonly(sysvarIds.rent),
			readonly(sysvarIds.clock),
			signer(authority),
		]);
	},
	/** Hands a buffer or the data of a program over; to nobody with `null`, for ever. */
	setAuthority(account: Pubkey, authority: Pubkey, newAuthority: Pubkey | null): Instruction {
		const heir = newAuthority === null ? [] : [readonly(newAuthority)];
		return build(new ByteWriter().u32(4), [writable(account), signer(authority), ...heir]);
	},
	/** Hands it over to somebody who signs too. */
	setAuthorityChecked(account: Pubkey, authority: Pubkey, newAuthority: Pubkey): Instruction {
		return build(new ByteWriter().u32(7), [writable(account), signer(authority), signer(newAuthority)]);
	},
	/** Closes a buffer, or the data of `program`; the lamports go to `recipient`. */
	close(account: Pubkey, recipient: Pubkey, authority: Pubkey, program: Pubkey | null): Instruction {
		const owner = program === null ? [] : [writable(program)];
		return build(new ByteWriter().u32(5), [
			writable(account),
			writable(recipient),
			signer(authority),
			...owner,
		]);
	},
	/** Gives a program room for `additionalBytes` more. */
	extendProgram(programData: Pubkey, program: Pubkey, payer: Pubkey, additionalBytes: number): Instruction {
		return build(new ByteWriter().u32(6).u32(additionalBytes), [
			writable(programData),
			writable(program),
			readonly(programIds.systemProgram),
			payingSigner(payer),
		]);
	},
} as const;
