/** Instructions of the System program. Source: solana-transaction-status 4.3.0 `parse_system.rs`. */
import { address, bincodeParser, type InstructionParser, notParsable, type Rows, text64 } from './row.ts';

const ROWS: Rows = Object.freeze({
	0: {
		type: 'createAccount',
		accounts: ['source', 'newAccount'],
		info: (data) => ({ lamports: data.u64(), space: data.u64(), owner: address(data) }),
	},
	1: { type: 'assign', accounts: ['account'], info: (data) => ({ owner: address(data) }) },
	2: {
		type: 'transfer',
		accounts: ['source', 'destination'],
		info: (data) => ({ lamports: data.u64() }),
	},
	3: {
		type: 'createAccountWithSeed',
		accounts: ['source', 'newAccount'],
		info: (data) => ({
			base: address(data),
			seed: text64(data),
			lamports: data.u64(),
			space: data.u64(),
			owner: address(data),
		}),
	},
	4: { type: 'advanceNonce', accounts: ['nonceAccount', 'recentBlockhashesSysvar', 'nonceAuthority'] },
	5: {
		type: 'withdrawFromNonce',
		accounts: ['nonceAccount', 'destination', 'recentBlockhashesSysvar', 'rentSysvar', 'nonceAuthority'],
		info: (data) => ({ lamports: data.u64() }),
	},
	6: {
		type: 'initializeNonce',
		accounts: ['nonceAccount', 'recentBlockhashesSysvar', 'rentSysvar'],
		info: (data) => ({ nonceAuthority: address(data) }),
	},
	7: {
		type: 'authorizeNonce',
		accounts: ['nonceAccount', 'nonceAuthority'],
		info: (data) => ({ newAuthorized: address(data) }),
	},
	8: { type: 'allocate', accounts: ['account'], info: (data) => ({ space: data.u64() }) },
	9: {
		type: 'allocateWithSeed',
		accounts: ['account', null],
		info: (data) => ({
			base: address(data),
			seed: text64(data),
			space: data.u64(),
			owner: address(data),
		}),
	},
	10: {
		type: 'assignWithSeed',
		accounts: ['account', null],
		info: (data) => ({ base: address(data), seed: text64(data), owner: address(data) }),
	},
	11: {
		type: 'transferWithSeed',
		accounts: ['source', 'sourceBase', 'destination'],
		info: (data) => ({ lamports: data.u64(), sourceSeed: text64(data), sourceOwner: address(data) }),
	},
	12: { type: 'upgradeNonce', accounts: ['nonceAccount'] },
	13: {
		type: 'createAccountAllowPrefund',
		accounts: ['newAccount'],
		info: (data, accounts) => {
			const lamports = data.u64();
			const rest = { space: data.u64(), owner: address(data) };
			if (lamports === 0n) return rest;
			return { lamports, source: accounts[1] ?? notParsable(), ...rest };
		},
	},
});

export const parseSystem: InstructionParser = bincodeParser(ROWS);
