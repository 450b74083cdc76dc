/** `setTokenAccount`: an owner's associated token account of a mint, with any balance. Shape: Surfpool's `surfnet_setTokenAccount`. */
import { isTokenProgram, TOKEN_ACCOUNT_SIZE } from '@parhelion/runtime';
import { createAccount, type Pubkey, programIds } from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { ACCOUNT_STATES, unpackMint, unpackTokenAccount } from '../encode/token-state.ts';
import { newResponse } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { opt } from '../params/params.ts';
import { names, optional, type Reader, readString, readU64, struct } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Cheat, cheat } from './table.ts';

/** Behind the account's type: the extension `ImmutableOwner`, which an associated account of Token-2022 has. */
const TYPE_AND_IMMUTABLE_OWNER = Uint8Array.of(2, 7, 0, 0, 0);
const MINT_OFFSET = 0;
const OWNER_OFFSET = 32;
const AMOUNT_OFFSET = 64;
const DELEGATE_OFFSET = 72;
const STATE_OFFSET = 108;
const DELEGATED_AMOUNT_OFFSET = 121;
const CLOSE_AUTHORITY_OFFSET = 129;

interface TokenUpdate {
	readonly amount: bigint | null;
	readonly delegate: string | null;
	readonly state: (typeof ACCOUNT_STATES)[number] | null;
	readonly delegatedAmount: bigint | null;
	readonly closeAuthority: string | null;
}

const readTokenUpdate: Reader<TokenUpdate> = struct('TokenAccountUpdate', {
	amount: optional(readU64),
	delegate: optional(readString),
	state: optional(names(...ACCOUNT_STATES)),
	delegatedAmount: optional(readU64),
	closeAuthority: optional(readString),
});

/** Writes an optional key: Surfpool's clients send `"null"` for none. */
function setOptionalKey(data: Uint8Array, at: number, text: string | null): void {
	if (text === null) return;
	data.fill(0, at, at + 36);
	if (text === 'null') return;
	data[at] = 1;
	data.set(verifyPubkey(text).bytes, at + 4);
}

function newTokenAccount(mint: Pubkey, owner: Pubkey, program: Pubkey): Uint8Array {
	const is2022 = program.equals(programIds.splToken2022);
	const data = new Uint8Array(TOKEN_ACCOUNT_SIZE + (is2022 ? TYPE_AND_IMMUTABLE_OWNER.length : 0));
	data.set(mint.bytes, MINT_OFFSET);
	data.set(owner.bytes, OWNER_OFFSET);
	data[STATE_OFFSET] = 1;
	if (is2022) data.set(TYPE_AND_IMMUTABLE_OWNER, TOKEN_ACCOUNT_SIZE);
	return data;
}

export const setTokenAccount: Cheat = cheat(
	'setTokenAccount',
	[readString, readString, readTokenUpdate, opt(readString)],
	(cheats, ownerText, mintText, update, programText) => {
		const owner = verifyPubkey(ownerText);
		const mint = verifyPubkey(mintText);
		const mintAccount = cheats.chain.getAccount(mint);
		const program =
			programText === null ? (mintAccount?.owner ?? programIds.splToken) : verifyPubkey(programText);
		if (!isTokenProgram(program)) return failInvalidParams('Invalid param: unrecognized Token program id');
		if (mintAccount === null || unpackMint(mintAccount.data) === null) {
			return failInvalidParams('Invalid param: could not find mint');
		}
		const { address } = findProgramAddress(
			[owner.bytes, program.bytes, mint.bytes],
			programIds.associatedToken,
		)!;
		const existing = cheats.chain.getAccount(address);
		const isToken = existing?.owner.equals(program) === true && unpackTokenAccount(existing.data) !== null;
		const data = isToken ? existing.data.slice() : newTokenAccount(mint, owner, program);
		const view = new DataView(data.buffer);
		if (update.amount !== null) view.setBigUint64(AMOUNT_OFFSET, update.amount, true);
		if (update.delegatedAmount !== null) {
			view.setBigUint64(DELEGATED_AMOUNT_OFFSET, update.delegatedAmount, true);
		}
		if (update.state !== null) data[STATE_OFFSET] = ACCOUNT_STATES.indexOf(update.state);
		setOptionalKey(data, DELEGATE_OFFSET, update.delegate);
		setOptionalKey(data, CLOSE_AUTHORITY_OFFSET, update.closeAuthority);
		const lamports = existing?.lamports ?? cheats.chain.minimumBalanceForRentExemption(data.length);
		cheats.setAccount(address, createAccount({ lamports, data, owner: program }));
		return newResponse(cheats.chain, null);
	},
);
