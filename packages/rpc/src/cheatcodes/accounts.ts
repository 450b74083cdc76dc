/** Cheatcodes that write accounts past all rules. Shapes: Surfpool's `surfnet_*`. */
import { programdataAddressOf } from '@parhelion/runtime';
import {
	type AccountSharedData,
	createAccount,
	decodeUpgradeableLoaderState,
	encodeUpgradeableLoaderState,
	MAX_PERMITTED_DATA_LENGTH,
	type Pubkey,
	programIds,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import { base64Encode } from '../encode/base64.ts';
import { type Json, LazyJson } from '../json/write.ts';
import { newResponse } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { opt } from '../params/params.ts';
import {
	described,
	optional,
	type Reader,
	readBool,
	readString,
	readU64,
	refuse,
	struct,
} from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import type { Cheatcodes } from './cheatcodes.ts';
import { type Cheat, cheat } from './table.ts';

/** Bytes of a program: beside them its account holds the state of the loader. */
const MAX_PROGRAM_LENGTH = MAX_PERMITTED_DATA_LENGTH - UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;

/** Bytes as hexadecimal text. */
export const readHex: Reader<Uint8Array> = described(
	(value) => {
		const text = readString(value);
		if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
			return refuse('invalid value: not hexadecimal text');
		}
		return new Uint8Array(Buffer.from(text, 'hex'));
	},
	{ type: 'string', pattern: '^([0-9a-fA-F]{2})*$' },
);

interface AccountUpdate {
	readonly lamports: bigint | null;
	readonly data: Uint8Array | null;
	readonly owner: string | null;
	readonly executable: boolean | null;
	readonly rentEpoch: bigint | null;
}

const readAccountUpdate: Reader<AccountUpdate> = struct('AccountUpdate', {
	lamports: optional(readU64),
	data: optional(readHex),
	owner: optional(readString),
	executable: optional(readBool),
	rentEpoch: optional(readU64),
});

/** An account that exists, for a change of some of its members. */
export function accountOrNew(cheats: Cheatcodes, pubkey: Pubkey): AccountSharedData {
	return cheats.chain.getAccount(pubkey) ?? createAccount({});
}

const setAccount: Cheat = cheat('setAccount', [readString, readAccountUpdate], (cheats, text, update) => {
	const pubkey = verifyPubkey(text);
	const before = accountOrNew(cheats, pubkey);
	const owner = update.owner === null ? before.owner : verifyPubkey(update.owner);
	const data = update.data ?? before.data;
	if (data.length > MAX_PERMITTED_DATA_LENGTH) {
		return failInvalidParams(`Invalid param: an account has ${MAX_PERMITTED_DATA_LENGTH} bytes at most`);
	}
	cheats.setAccount(
		pubkey,
		createAccount({
			lamports: update.lamports ?? before.lamports,
			data,
			owner,
			executable: update.executable ?? before.executable,
			rentEpoch: update.rentEpoch ?? before.rentEpoch,
		}),
	);
	return newResponse(cheats.chain, null);
});

const resetAccount: Cheat = cheat('resetAccount', [readString], (cheats, text) => {
	cheats.resetAccount(verifyPubkey(text));
	return newResponse(cheats.chain, null);
});

const resetNetwork: Cheat = cheat('resetNetwork', [], (cheats) => {
	cheats.resetAll();
	return newResponse(cheats.chain, null);
});

/** An upgradeable program's authority and code. Ends the call with -32602 where it is none. */
function deployedProgram(
	{ chain }: Cheatcodes,
	program: Pubkey,
): { readonly authority: Pubkey | null; readonly code: Uint8Array } {
	const account = chain.getAccount(programdataAddressOf(program));
	const state = account === null ? null : decodeUpgradeableLoaderState(account.data);
	if (state === null || !state.ok || state.value.kind !== 'ProgramData') {
		return failInvalidParams('Invalid param: not an upgradeable program');
	}
	const code = account!.data.subarray(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA);
	return { authority: state.value.upgradeAuthorityAddress, code };
}

function setProgramdata(
	cheats: Cheatcodes,
	address: Pubkey,
	authority: Pubkey | null,
	code: Uint8Array,
): void {
	const slot = cheats.chain.parentSlot;
	const data = new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA + code.length);
	data.set(encodeUpgradeableLoaderState({ kind: 'ProgramData', slot, upgradeAuthorityAddress: authority }));
	data.set(code, UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA);
	const lamports = cheats.chain.minimumBalanceForRentExemption(data.length);
	cheats.setAccount(address, createAccount({ lamports, data, owner: programIds.bpfLoaderUpgradeable }));
}

/** Writes a program and its code. */
function setProgram(cheats: Cheatcodes, program: Pubkey, authority: Pubkey | null, code: Uint8Array): void {
	const programdataAddress = programdataAddressOf(program);
	setProgramdata(cheats, programdataAddress, authority, code);
	const data = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress });
	const lamports = cheats.chain.minimumBalanceForRentExemption(data.length);
	const owner = programIds.bpfLoaderUpgradeable;
	cheats.setAccount(program, createAccount({ lamports, data, owner, executable: true }));
}

const setProgramAuthority: Cheat = cheat(
	'setProgramAuthority',
	[readString, opt(readString)],
	(cheats, text, authority) => {
		const newAuthority = authority === null ? null : verifyPubkey(authority);
		const program = verifyPubkey(text);
		const { code } = deployedProgram(cheats, program);
		setProgramdata(cheats, programdataAddressOf(program), newAuthority, code);
		return newResponse(cheats.chain, null);
	},
);

const writeProgram: Cheat = cheat(
	'writeProgram',
	[readString, readHex, readU64, opt(readString)],
	(cheats, text, bytes, offset, authority) => {
		const program = verifyPubkey(text);
		if (offset + BigInt(bytes.length) > MAX_PROGRAM_LENGTH) {
			return failInvalidParams(`Invalid param: a program has ${MAX_PROGRAM_LENGTH} bytes at most`);
		}
		const address = programdataAddressOf(program);
		const upgradeAuthority = authority === null ? null : verifyPubkey(authority);
		const before =
			cheats.chain.getAccount(address)?.data.subarray(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA) ??
			new Uint8Array(0);
		const code = new Uint8Array(Math.max(before.length, Number(offset) + bytes.length));
		code.set(before);
		code.set(bytes, Number(offset));
		setProgram(cheats, program, upgradeAuthority, code);
		return newResponse(cheats.chain, null);
	},
);

const cloneProgramAccount: Cheat = cheat(
	'cloneProgramAccount',
	[readString, readString],
	(cheats, source, destination) => {
		const [from, to] = [verifyPubkey(source), verifyPubkey(destination)];
		const { authority, code } = deployedProgram(cheats, from);
		setProgram(cheats, to, authority, code);
		return newResponse(cheats.chain, null);
	},
);

const exportSnapshot: Cheat = cheat('exportSnapshot', [], ({ chain }) => {
	const { bank } = chain;
	const accounts: Record<string, Json> = Object.create(null);
	for (const [pubkey, account] of bank.shared.accountsDb.accounts(bank.ancestors)) {
		accounts[pubkey.toBase58()] = {
			lamports: account.lamports,
			owner: account.owner.toBase58(),
			executable: account.executable,
			rentEpoch: account.rentEpoch,
			data: new LazyJson(() => base64Encode(account.data)),
		};
	}
	return newResponse(chain, accounts);
});

/** Cheatcodes on accounts. */
export const accountCheats: readonly Cheat[] = [
	setAccount,
	resetAccount,
	resetNetwork,
	setProgramAuthority,
	writeProgram,
	cloneProgramAccount,
	exportSnapshot,
];
