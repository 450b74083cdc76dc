/** The management instructions of the upgradeable loader around one program, as they should be. */
import {
	type AccountMeta,
	ByteWriter,
	encodeUpgradeableLoaderState,
	type Instruction,
	type Pubkey,
	programIds,
	sysvarIds,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { programFile } from '../../oracle/elf.ts';
import { readonly, signer, writable, writableSigner } from '../case.ts';

export const LOADER: Pubkey = programIds.bpfLoaderUpgradeable;
export const BUFFER_METADATA = 37;
export const PROGRAMDATA_METADATA = 45;

export const good: Uint8Array = programFile('mov64 r0, 0\nexit');
export const answering: Uint8Array = programFile('mov64 r0, 42\nexit');
export const unverifiable: Uint8Array = programFile('mov64 r0, 0\nexit\nmov64 r0, 1');

/** The data of an account of the loader. */
export function loaderAccount(
	state: UpgradeableLoaderState,
	metadata: number,
	elf: Uint8Array,
	spare = 0,
): Uint8Array {
	const data = new Uint8Array(metadata + elf.length + spare);
	data.set(encodeUpgradeableLoaderState(state));
	data.set(elf, metadata);
	return data;
}

/** The accounts around a program. */
export interface ProgramAccounts {
	readonly program: Pubkey;
	readonly buffer: Pubkey;
	readonly authority: Pubkey;
	readonly spill: Pubkey;
}

const tag = (kind: number): ByteWriter => new ByteWriter().u32(kind);

function instruction(data: ByteWriter, accounts: readonly AccountMeta[]): Instruction {
	return { programId: LOADER, accounts, data: data.finish() };
}

/** Makes the instructions; each may be taken alone. */
export class ProgramInstructions {
	readonly programdata: Pubkey;
	readonly #accounts: ProgramAccounts;

	constructor(accounts: ProgramAccounts) {
		this.#accounts = accounts;
		this.programdata = findProgramAddress([accounts.program.bytes], LOADER)!.address;
	}

	readonly initializeBuffer = (): Instruction =>
		instruction(tag(0), [writable(this.#accounts.buffer), readonly(this.#accounts.authority)]);

	readonly write = (offset: number, bytes: Uint8Array): Instruction =>
		instruction(tag(1).u32(offset).length64(bytes.length).raw(bytes), [
			writable(this.#accounts.buffer),
			signer(this.#accounts.authority),
		]);

	readonly deploy = (payer: Pubkey, maxDataLen: bigint): Instruction =>
		instruction(tag(2).u64(maxDataLen), [
			writableSigner(payer),
			writable(this.programdata),
			writable(this.#accounts.program),
			writable(this.#accounts.buffer),
			readonly(sysvarIds.rent),
			readonly(sysvarIds.clock),
			readonly(programIds.systemProgram),
			signer(this.#accounts.authority),
		]);

	readonly upgrade = (): Instruction =>
		instruction(tag(3), [
			writable(this.programdata),
			writable(this.#accounts.program),
			writable(this.#accounts.buffer),
			writable(this.#accounts.spill),
			readonly(sysvarIds.rent),
			readonly(sysvarIds.clock),
			signer(this.#accounts.authority),
		]);

	readonly setAuthority = (account: Pubkey, next: Pubkey | null): Instruction =>
		instruction(tag(4), [
			writable(account),
			signer(this.#accounts.authority),
			...(next === null ? [] : [readonly(next)]),
		]);

	readonly close = (account: Pubkey): Instruction =>
		instruction(tag(5), [
			writable(account),
			writable(this.#accounts.spill),
			signer(this.#accounts.authority),
			writable(this.#accounts.program),
		]);

	readonly extendProgram = (payer: Pubkey, bytes: number): Instruction =>
		instruction(tag(6).u32(bytes), [
			writable(this.programdata),
			writable(this.#accounts.program),
			readonly(programIds.systemProgram),
			writableSigner(payer),
		]);

	readonly setAuthorityChecked = (account: Pubkey, next: Pubkey): Instruction =>
		instruction(tag(7), [writable(account), signer(this.#accounts.authority), signer(next)]);

	/** The instructions of later versions: migrate, and extend with the authority's consent. */
	readonly later = (payer: Pubkey, bytes: number, isMigration: boolean): Instruction =>
		instruction(isMigration ? tag(8) : tag(9).u32(bytes), [
			writable(this.programdata),
			writable(this.#accounts.program),
			signer(this.#accounts.authority),
			readonly(programIds.systemProgram),
			writableSigner(payer),
		]);
}
