/**
 * Instructions of SPL Token and Token-2022. Sources: solana-transaction-status 4.3.0 `parse_token.rs`,
 * spl-token-2022-interface 3.1 `instruction.rs` (`TokenInstruction::unpack`).
 */
import { ByteReader } from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import {
	address,
	attemptParse,
	type InstructionParser,
	notParsable,
	parseByRow,
	type Row,
	utf8,
} from './row.ts';
import { TOKEN_EXTENSION_ROWS } from './token-extensions.ts';
import { tokenInterfaceRow } from './token-interfaces.ts';
import { amountText, checkedAmount, extensionTypes, optionalAddress, tokenOption } from './token-values.ts';

const BATCH = 255;

/** `AuthorityType`, by number, and what the authority is of. */
const AUTHORITY_TYPES: readonly (readonly [string, 'mint' | 'account'])[] = [
	['mintTokens', 'mint'],
	['freezeAccount', 'mint'],
	['accountOwner', 'account'],
	['closeAccount', 'account'],
	['transferFeeConfig', 'mint'],
	['withheldWithdraw', 'mint'],
	['closeMint', 'mint'],
	['interestRate', 'mint'],
	['permanentDelegate', 'mint'],
	['confidentialTransferMint', 'mint'],
	['transferHookProgramId', 'mint'],
	['confidentialTransferFeeConfig', 'mint'],
	['metadataPointer', 'mint'],
	['groupPointer', 'mint'],
	['groupMemberPointer', 'mint'],
	['scaledUiAmount', 'mint'],
	['pause', 'mint'],
	['permissionedBurn', 'mint'],
];

const initializeMint: Row['info'] = (data) => ({
	decimals: data.u8(),
	mintAuthority: address(data),
	freezeAuthority: optionalAddress(data) ?? undefined,
});

const amount: Row['info'] = (data) => ({ amount: amountText(data) });
const tokenAmount: Row['info'] = (data) => ({ tokenAmount: checkedAmount(data) });
const owner: Row['info'] = (data) => ({ owner: address(data) });

/** By tag; the tags of extensions lead to rows of their own. */
const ROWS: Readonly<Record<number, Row>> = Object.freeze({
	0: { type: 'initializeMint', accounts: ['mint', 'rentSysvar'], info: initializeMint },
	1: { type: 'initializeAccount', accounts: ['account', 'mint', 'owner', 'rentSysvar'] },
	2: {
		type: 'initializeMultisig',
		accounts: ['multisig', 'rentSysvar'],
		least: 3,
		info: (data, accounts) => ({ m: data.u8(), signers: accounts.slice(2) }),
	},
	3: { type: 'transfer', accounts: ['source', 'destination'], authority: 'authority', info: amount },
	4: { type: 'approve', accounts: ['source', 'delegate'], authority: 'owner', info: amount },
	5: { type: 'revoke', accounts: ['source'], authority: 'owner' },
	6: {
		type: 'setAuthority',
		accounts: [null],
		authority: 'authority',
		info: (data, accounts) => {
			const [authorityType, owned] = AUTHORITY_TYPES[data.u8()] ?? notParsable();
			return { [owned]: accounts[0], authorityType, newAuthority: optionalAddress(data) };
		},
	},
	7: { type: 'mintTo', accounts: ['mint', 'account'], authority: 'mintAuthority', info: amount },
	8: { type: 'burn', accounts: ['account', 'mint'], authority: 'authority', info: amount },
	9: { type: 'closeAccount', accounts: ['account', 'destination'], authority: 'owner' },
	10: { type: 'freezeAccount', accounts: ['account', 'mint'], authority: 'freezeAuthority' },
	11: { type: 'thawAccount', accounts: ['account', 'mint'], authority: 'freezeAuthority' },
	12: {
		type: 'transferChecked',
		accounts: ['source', 'mint', 'destination'],
		authority: 'authority',
		info: tokenAmount,
	},
	13: {
		type: 'approveChecked',
		accounts: ['source', 'mint', 'delegate'],
		authority: 'owner',
		info: tokenAmount,
	},
	14: {
		type: 'mintToChecked',
		accounts: ['mint', 'account'],
		authority: 'mintAuthority',
		info: tokenAmount,
	},
	15: { type: 'burnChecked', accounts: ['account', 'mint'], authority: 'authority', info: tokenAmount },
	16: { type: 'initializeAccount2', accounts: ['account', 'mint', 'rentSysvar'], info: owner },
	17: { type: 'syncNative', accounts: ['account'] },
	18: { type: 'initializeAccount3', accounts: ['account', 'mint'], info: owner },
	19: {
		type: 'initializeMultisig2',
		accounts: ['multisig'],
		least: 2,
		info: (data, accounts) => ({ m: data.u8(), signers: accounts.slice(1) }),
	},
	20: { type: 'initializeMint2', accounts: ['mint'], info: initializeMint },
	21: {
		type: 'getAccountDataSize',
		accounts: ['mint'],
		info: (data) => ({ extensionTypes: data.remaining === 0 ? undefined : extensionTypes(data) }),
	},
	22: { type: 'initializeImmutableOwner', accounts: ['account'] },
	23: { type: 'amountToUiAmount', accounts: ['mint'], info: amount },
	24: {
		type: 'uiAmountToAmount',
		accounts: ['mint'],
		info: (data) => ({ uiAmount: utf8(data.take(data.remaining)) }),
	},
	25: {
		type: 'initializeMintCloseAuthority',
		accounts: ['mint'],
		info: (data) => ({ newAuthority: optionalAddress(data) }),
	},
	29: {
		type: 'reallocate',
		accounts: ['account', 'payer', 'systemProgram'],
		authority: 'owner',
		info: (data) => ({ extensionTypes: extensionTypes(data) }),
	},
	31: { type: 'createNativeMint', accounts: ['payer', 'nativeMint', 'systemProgram'] },
	32: { type: 'initializeNonTransferableMint', accounts: ['mint'] },
	35: {
		type: 'initializePermanentDelegate',
		accounts: ['mint'],
		info: (data) => ({ delegate: address(data) }),
	},
	38: { type: 'withdrawExcessLamports', accounts: ['source', 'destination'], authority: 'authority' },
	45: {
		type: 'unwrapLamports',
		accounts: ['source', 'destination'],
		authority: 'authority',
		info: (data) => ({ amount: tokenOption(data, amountText) ?? undefined }),
	},
});

/** Instructions one behind the other: accounts, bytes, data; their accounts stand in the same order. */
function parseBatch(data: ByteReader, accounts: readonly string[]): Json {
	const instructions: Json[] = [];
	let at = 0;
	while (data.remaining > 0) {
		const accountCount = data.u8();
		const inner = data.take(data.u8());
		const end = at + accountCount;
		if (end > accounts.length || inner[0] === BATCH) return notParsable();
		instructions.push(parse(inner, accounts.slice(at, end)));
		at = end;
	}
	return { type: 'batch', info: { instructions } };
}

function parse(bytes: Uint8Array, accounts: readonly string[]): Json {
	if (accounts.length === 0) return notParsable();
	const data = new ByteReader(bytes);
	const tag = data.u8();
	if (tag === BATCH) return parseBatch(data, accounts);
	const extension = TOKEN_EXTENSION_ROWS[tag];
	const row = extension === undefined ? ROWS[tag] : (extension[data.u8()] ?? notParsable());
	if (row !== undefined) return parseByRow(row, data, accounts);
	const found = tokenInterfaceRow(bytes) ?? notParsable();
	return parseByRow(found.row, found.data, accounts);
}

export const parseToken: InstructionParser = (data, accounts) => attemptParse(() => parse(data, accounts));
