/**
 * Instructions of Token-2022's extensions: a table for each tag, its rows by the second byte. Sources:
 * solana-transaction-status 4.3.0 `parse_token/extension/`, spl-token-2022-interface 3.1 `extension/`.
 */
import { displayFloat } from '../float-text.ts';
import { encodeTokenAmount } from '../token-amount.ts';
import { ACCOUNT_STATES } from '../token-state.ts';
import { address, notParsable, type Row, type Rows, signers } from './row.ts';
import {
	CONFIDENTIAL_MINT_BURN,
	CONFIDENTIAL_PERMISSIONED_BURN,
	CONFIDENTIAL_TRANSFER,
	CONFIDENTIAL_TRANSFER_FEE,
} from './token-confidential.ts';
import {
	amountText,
	checkedAmount,
	i16,
	maybeNullAddress,
	optionalAddress,
	pod,
	presentAddress,
} from './token-values.ts';

const WITHHELD_AUTHORITY = 'withdrawWithheldAuthority';

const TRANSFER_FEE: Rows = {
	0: {
		type: 'initializeTransferFeeConfig',
		accounts: ['mint'],
		info: (data) => ({
			transferFeeConfigAuthority: optionalAddress(data) ?? undefined,
			withdrawWithheldAuthority: optionalAddress(data) ?? undefined,
			transferFeeBasisPoints: data.u16(),
			maximumFee: data.u64(),
		}),
	},
	1: {
		type: 'transferCheckedWithFee',
		accounts: ['source', 'mint', 'destination'],
		authority: 'authority',
		info: (data) => {
			const amount = data.u64();
			const display = { decimals: data.u8(), toUiAmount: null };
			return {
				tokenAmount: encodeTokenAmount(amount, display),
				feeAmount: encodeTokenAmount(data.u64(), display),
			};
		},
	},
	2: {
		type: 'withdrawWithheldTokensFromMint',
		accounts: ['mint', 'feeRecipient'],
		authority: WITHHELD_AUTHORITY,
	},
	3: {
		type: 'withdrawWithheldTokensFromAccounts',
		accounts: ['mint', 'feeRecipient'],
		least: 3,
		info: (data, accounts) => {
			const sources = data.u8();
			if (accounts.length < 3 + sources) return notParsable();
			const first = accounts.length - sources;
			return {
				sourceAccounts: accounts.slice(first),
				...signers(accounts.slice(0, first), 2, WITHHELD_AUTHORITY),
			};
		},
	},
	4: {
		type: 'harvestWithheldTokensToMint',
		accounts: ['mint'],
		info: (_data, accounts) => ({ sourceAccounts: accounts.slice(1) }),
	},
	5: {
		type: 'setTransferFee',
		accounts: ['mint'],
		least: 2,
		info: (data, accounts) => ({
			transferFeeBasisPoints: data.u16(),
			maximumFee: data.u64(),
			// Upstream writes the second name like this.
			...signers(accounts, 1, 'transferFeeConfigAuthority', 'multisigtransferFeeConfigAuthority'),
		}),
	},
};

const accountState: Row['info'] = pod((data) => ({
	accountState: ACCOUNT_STATES[data.u8()] ?? notParsable(),
}));

const DEFAULT_ACCOUNT_STATE: Rows = {
	0: { type: 'initializeDefaultAccountState', accounts: ['mint'], info: accountState },
	1: {
		type: 'updateDefaultAccountState',
		accounts: ['mint'],
		authority: 'freezeAuthority',
		info: accountState,
	},
};

/** Two instructions that switch something of an account on and off. */
function switches(on: string, off: string): Rows {
	return {
		0: { type: on, accounts: ['account'], authority: 'owner' },
		1: { type: off, accounts: ['account'], authority: 'owner' },
	};
}

const INTEREST_BEARING: Rows = {
	0: {
		type: 'initializeInterestBearingConfig',
		accounts: ['mint'],
		info: pod((data) => ({ rateAuthority: maybeNullAddress(data), rate: i16(data) })),
	},
	1: {
		type: 'updateInterestBearingConfigRate',
		accounts: ['mint'],
		authority: 'rateAuthority',
		info: pod((data) => ({ newRate: i16(data) })),
	},
};

/** Two instructions that make and change a pointer of a mint to something with an address. */
function pointer(name: string, target: string): Rows {
	return {
		0: {
			type: `initialize${name}`,
			accounts: ['mint'],
			info: pod((data) => ({ authority: presentAddress(data), [target]: presentAddress(data) })),
		},
		1: {
			type: `update${name}`,
			accounts: ['mint'],
			authority: 'authority',
			info: pod((data) => ({ [target]: presentAddress(data) })),
		},
	};
}

const SCALED_UI_AMOUNT: Rows = {
	0: {
		type: 'initializeScaledUiAmountConfig',
		accounts: ['mint'],
		info: pod((data) => ({ authority: maybeNullAddress(data), multiplier: displayFloat(data.f64()) })),
	},
	1: {
		type: 'updateMultiplier',
		accounts: ['mint'],
		authority: 'authority',
		info: pod((data) => ({
			newMultiplier: displayFloat(data.f64()),
			newMultiplierTimestamp: data.i64(),
		})),
	},
};

const PAUSABLE: Rows = {
	0: {
		type: 'initializePausableConfig',
		accounts: ['mint'],
		info: pod((data) => ({ authority: address(data) })),
	},
	1: { type: 'pause', accounts: ['mint'], authority: 'authority' },
	2: { type: 'resume', accounts: ['mint'], authority: 'authority' },
};

const BURN = ['account', 'mint', 'permissionedBurnAuthority'];

const PERMISSIONED_BURN: Rows = {
	0: {
		type: 'initializePermissionedBurnConfig',
		accounts: ['mint'],
		info: pod((data) => ({ authority: address(data) })),
	},
	1: {
		type: 'permissionedBurn',
		accounts: BURN,
		authority: 'authority',
		info: pod((data) => ({ amount: amountText(data) })),
	},
	2: {
		type: 'permissionedBurnChecked',
		accounts: BURN,
		authority: 'authority',
		info: pod((data) => ({ tokenAmount: checkedAmount(data) })),
	},
	3: CONFIDENTIAL_PERMISSIONED_BURN,
};

/** By the first byte of the data. */
export const TOKEN_EXTENSION_ROWS: Readonly<Record<number, Rows>> = Object.freeze({
	26: TRANSFER_FEE,
	27: CONFIDENTIAL_TRANSFER,
	28: DEFAULT_ACCOUNT_STATE,
	30: switches('enableRequiredMemoTransfers', 'disableRequiredMemoTransfers'),
	33: INTEREST_BEARING,
	34: switches('enableCpiGuard', 'disableCpiGuard'),
	36: pointer('TransferHook', 'programId'),
	37: CONFIDENTIAL_TRANSFER_FEE,
	39: pointer('MetadataPointer', 'metadataAddress'),
	40: pointer('GroupPointer', 'groupAddress'),
	41: pointer('GroupMemberPointer', 'memberAddress'),
	42: CONFIDENTIAL_MINT_BURN,
	43: SCALED_UI_AMOUNT,
	44: PAUSABLE,
	46: PERMISSIONED_BURN,
});
