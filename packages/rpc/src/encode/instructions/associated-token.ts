/** Instructions of the Associated Token Account program. Source: solana-transaction-status 4.3.0 `parse_associated_token.rs`. */
import { ByteReader } from '@parhelion/sdk';
import { attemptParse, type InstructionParser, parseByRow, type Rows } from './row.ts';

const CREATE = ['source', 'account', 'wallet', 'mint', 'systemProgram', 'tokenProgram'];

const ROWS: Rows = Object.freeze({
	0: { type: 'create', accounts: CREATE },
	1: { type: 'createIdempotent', accounts: CREATE },
	2: {
		type: 'recoverNested',
		accounts: [
			'nestedSource',
			'nestedMint',
			'destination',
			'nestedOwner',
			'ownerMint',
			'wallet',
			'tokenProgram',
		],
	},
});

/** No data at all stands for `create`. */
export const parseAssociatedToken: InstructionParser = (data, accounts) => {
	const row = data.length > 1 ? undefined : ROWS[data[0] ?? 0];
	if (row === undefined) return null;
	return attemptParse(() => parseByRow(row, new ByteReader(data), accounts));
};
