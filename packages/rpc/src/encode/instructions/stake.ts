/** Instructions of the Stake program. Source: solana-transaction-status 4.3.0 `parse_stake.rs`. */
import type { ByteReader } from '@parhelion/sdk';
import { address, bincodeParser, type InstructionParser, notParsable, type Rows, text64 } from './row.ts';

const AUTHORITY_TYPES = ['Staker', 'Withdrawer'];

function authorityType(data: ByteReader): string {
	return AUTHORITY_TYPES[data.u32()] ?? notParsable();
}

function lamports(data: ByteReader): { readonly lamports: bigint } {
	return { lamports: data.u64() };
}

/** What a change of the lockup changes; members that stay as they are, are left out. */
function lockupArgs(data: ByteReader): { readonly unixTimestamp?: bigint; readonly epoch?: bigint } {
	const unixTimestamp = data.option((reader) => reader.i64());
	const epoch = data.option((reader) => reader.u64());
	return {
		...(unixTimestamp === null ? {} : { unixTimestamp }),
		...(epoch === null ? {} : { epoch }),
	};
}

const ROWS: Rows = Object.freeze({
	0: {
		type: 'initialize',
		accounts: ['stakeAccount', 'rentSysvar'],
		info: (data) => ({
			authorized: { staker: address(data), withdrawer: address(data) },
			lockup: { unixTimestamp: data.i64(), epoch: data.u64(), custodian: address(data) },
		}),
	},
	1: {
		type: 'authorize',
		accounts: ['stakeAccount', 'clockSysvar', 'authority'],
		info: (data, accounts) => ({
			newAuthority: address(data),
			authorityType: authorityType(data),
			custodian: accounts[3],
		}),
	},
	2: {
		type: 'delegate',
		accounts: [
			'stakeAccount',
			'voteAccount',
			'clockSysvar',
			'stakeHistorySysvar',
			'stakeConfigAccount',
			'stakeAuthority',
		],
	},
	3: { type: 'split', accounts: ['stakeAccount', 'newSplitAccount', 'stakeAuthority'], info: lamports },
	4: {
		type: 'withdraw',
		accounts: ['stakeAccount', 'destination', 'clockSysvar', 'stakeHistorySysvar', 'withdrawAuthority'],
		info: (data, accounts) => ({ ...lamports(data), custodian: accounts[5] }),
	},
	5: { type: 'deactivate', accounts: ['stakeAccount', 'clockSysvar', 'stakeAuthority'] },
	6: {
		type: 'setLockup',
		accounts: ['stakeAccount', 'custodian'],
		info: (data) => ({
			lockup: { ...lockupArgs(data), custodian: data.option(address) ?? undefined },
		}),
	},
	7: {
		type: 'merge',
		accounts: ['destination', 'source', 'clockSysvar', 'stakeHistorySysvar', 'stakeAuthority'],
	},
	8: {
		type: 'authorizeWithSeed',
		accounts: ['stakeAccount', 'authorityBase'],
		info: (data, accounts) => ({
			newAuthorized: address(data),
			authorityType: authorityType(data),
			authoritySeed: text64(data),
			authorityOwner: address(data),
			clockSysvar: accounts[2],
			custodian: accounts[3],
		}),
	},
	9: { type: 'initializeChecked', accounts: ['stakeAccount', 'rentSysvar', 'staker', 'withdrawer'] },
	10: {
		type: 'authorizeChecked',
		accounts: ['stakeAccount', 'clockSysvar', 'authority', 'newAuthority'],
		info: (data, accounts) => ({ authorityType: authorityType(data), custodian: accounts[4] }),
	},
	11: {
		type: 'authorizeCheckedWithSeed',
		accounts: ['stakeAccount', 'authorityBase', 'clockSysvar', 'newAuthorized'],
		info: (data, accounts) => ({
			authorityType: authorityType(data),
			authoritySeed: text64(data),
			authorityOwner: address(data),
			custodian: accounts[4],
		}),
	},
	12: {
		type: 'setLockupChecked',
		accounts: ['stakeAccount', 'custodian'],
		info: (data, accounts) => ({ lockup: { ...lockupArgs(data), custodian: accounts[2] } }),
	},
	13: { type: 'getMinimumDelegation', accounts: [], bare: true },
	14: { type: 'deactivateDelinquent', accounts: ['stakeAccount', 'voteAccount', 'referenceVoteAccount'] },
	15: {
		type: 'redelegate',
		accounts: ['stakeAccount', 'newStakeAccount', 'voteAccount', 'stakeConfigAccount', 'stakeAuthority'],
	},
	16: { type: 'moveStake', accounts: ['source', 'destination', 'stakeAuthority'], info: lamports },
	17: { type: 'moveLamports', accounts: ['source', 'destination', 'stakeAuthority'], info: lamports },
});

export const parseStake: InstructionParser = bincodeParser(ROWS);
