/** Instructions of the Vote program. Source: solana-transaction-status 4.3.0 `parse_vote.rs`. */
import {
	type AuthorityDerivation,
	ByteReader,
	decodeVoteInstruction,
	type TowerSync,
	type Vote,
	type VoteAuthorize,
	type VoteInstruction,
	type VoteStateUpdate,
} from '@parhelion/sdk';
import type { Json } from '../../json/write.ts';
import { base64Encode } from '../base64.ts';
import { attemptParse, type InstructionParser, type Members, parseByRow, utf8 } from './row.ts';

type Kind = VoteInstruction['kind'];
type Of<K extends Kind> = Extract<VoteInstruction, { readonly kind: K }>;

interface VoteRow<K extends Kind> {
	readonly type: string;
	readonly accounts: readonly string[];
	readonly info?: (instruction: Of<K>) => Members;
}

function authorityType(authorize: VoteAuthorize): Json {
	if (authorize.kind !== 'VoterWithBLS') return authorize.kind;
	return {
		VoterWithBLS: {
			bls_pubkey: Array.from(authorize.blsPubkey),
			bls_proof_of_possession: Array.from(authorize.blsProofOfPossession),
		},
	};
}

function derivation(instruction: AuthorityDerivation): Members {
	return {
		authorityOwner: instruction.currentAuthorityDerivedKeyOwner.toBase58(),
		authoritySeed: utf8(instruction.currentAuthorityDerivedKeySeed),
		authorityType: authorityType(instruction.authorizationType),
	};
}

function vote({ slots, hash, timestamp }: Vote): Json {
	return { slots, hash: hash.toBase58(), timestamp };
}

function update({ lockouts, root, hash, timestamp }: VoteStateUpdate): Members {
	return {
		// Upstream's own `Lockout`, whose members keep Rust's names.
		lockouts: lockouts.map(({ slot, confirmationCount }) => ({
			slot,
			confirmation_count: confirmationCount,
		})),
		root,
		hash: hash.toBase58(),
		timestamp,
	};
}

function towerSync(sync: TowerSync): Json {
	return { ...update(sync), blockId: sync.blockId.toBase58() };
}

const VOTER = ['voteAccount', 'voteAuthority'];
const VOTE = ['voteAccount', 'slotHashesSysvar', 'clockSysvar', 'voteAuthority'];
const SEED = ['voteAccount', 'clockSysvar', 'authorityBaseKey'];

const ROWS: { readonly [K in Kind]: VoteRow<K> } = {
	InitializeAccount: {
		type: 'initialize',
		accounts: ['voteAccount', 'rentSysvar', 'clockSysvar', 'node'],
		info: ({ init }) => ({
			authorizedVoter: init.authorizedVoter.toBase58(),
			authorizedWithdrawer: init.authorizedWithdrawer.toBase58(),
			commission: init.commission,
		}),
	},
	Authorize: {
		type: 'authorize',
		accounts: ['voteAccount', 'clockSysvar', 'authority'],
		info: ({ authority, authorize }) => ({
			newAuthority: authority.toBase58(),
			authorityType: authorityType(authorize),
		}),
	},
	AuthorizeWithSeed: {
		type: 'authorizeWithSeed',
		accounts: SEED,
		info: (args) => ({ ...derivation(args), newAuthority: args.newAuthority.toBase58() }),
	},
	AuthorizeCheckedWithSeed: {
		type: 'authorizeCheckedWithSeed',
		accounts: [...SEED, 'newAuthority'],
		info: derivation,
	},
	Vote: { type: 'vote', accounts: VOTE, info: (args) => ({ vote: vote(args.vote) }) },
	VoteSwitch: {
		type: 'voteSwitch',
		accounts: VOTE,
		info: (args) => ({ vote: vote(args.vote), hash: args.proof.toBase58() }),
	},
	UpdateVoteState: {
		type: 'updatevotestate',
		accounts: VOTER,
		info: (args) => ({ voteStateUpdate: update(args.update) }),
	},
	UpdateVoteStateSwitch: {
		type: 'updatevotestateswitch',
		accounts: VOTER,
		info: (args) => ({ voteStateUpdate: update(args.update), hash: args.proof.toBase58() }),
	},
	CompactUpdateVoteState: {
		type: 'compactupdatevotestate',
		accounts: VOTER,
		info: (args) => ({ voteStateUpdate: update(args.update) }),
	},
	CompactUpdateVoteStateSwitch: {
		type: 'compactupdatevotestateswitch',
		accounts: VOTER,
		info: (args) => ({ voteStateUpdate: update(args.update), hash: args.proof.toBase58() }),
	},
	TowerSync: {
		type: 'towersync',
		accounts: VOTER,
		info: (args) => ({ towerSync: towerSync(args.towerSync) }),
	},
	TowerSyncSwitch: {
		type: 'towersyncswitch',
		accounts: VOTER,
		info: (args) => ({ towerSync: towerSync(args.towerSync), hash: args.proof.toBase58() }),
	},
	Withdraw: {
		type: 'withdraw',
		accounts: ['voteAccount', 'destination', 'withdrawAuthority'],
		info: ({ lamports }) => ({ lamports }),
	},
	UpdateValidatorIdentity: {
		type: 'updateValidatorIdentity',
		accounts: ['voteAccount', 'newValidatorIdentity', 'withdrawAuthority'],
	},
	UpdateCommission: {
		type: 'updateCommission',
		accounts: ['voteAccount', 'withdrawAuthority'],
		info: ({ commission }) => ({ commission }),
	},
	AuthorizeChecked: {
		type: 'authorizeChecked',
		accounts: ['voteAccount', 'clockSysvar', 'authority', 'newAuthority'],
		info: ({ authorize }) => ({ authorityType: authorityType(authorize) }),
	},
	InitializeAccountV2: {
		type: 'initializeV2',
		accounts: ['voteAccount', 'node', 'inflationRewardsCollector', 'blockRevenueCollector'],
		info: ({ init }) => ({
			authorizedVoter: init.authorizedVoter.toBase58(),
			authorizedVoterBlsPubkey: base64Encode(init.authorizedVoterBlsPubkey),
			authorizedVoterBlsProofOfPossession: base64Encode(init.authorizedVoterBlsProofOfPossession),
			authorizedWithdrawer: init.authorizedWithdrawer.toBase58(),
			inflationRewardsCommissionBps: init.inflationRewardsCommissionBps,
			blockRevenueCommissionBps: init.blockRevenueCommissionBps,
		}),
	},
	UpdateCommissionCollector: {
		type: 'updateCommissionCollector',
		accounts: ['voteAccount', 'newCollector', 'withdrawAuthority'],
		info: ({ commissionKind }) => ({ commissionKind }),
	},
	UpdateCommissionBps: {
		type: 'updateCommissionBps',
		accounts: ['voteAccount', 'withdrawAuthority'],
		info: ({ commissionBps, commissionKind }) => ({ commissionBps, commissionKind }),
	},
	DepositDelegatorRewards: {
		type: 'depositDelegatorRewards',
		accounts: ['voteAccount', 'source'],
		info: ({ deposit }) => ({ deposit }),
	},
};

const NO_DATA = new ByteReader(new Uint8Array(0));

function parse<K extends Kind>(instruction: Of<K>, accounts: readonly string[]): Json {
	const { type, accounts: names, info }: VoteRow<K> = ROWS[instruction.kind as K];
	return parseByRow({ type, accounts: names, info: () => info?.(instruction) ?? {} }, NO_DATA, accounts);
}

export const parseVote: InstructionParser = (data, accounts) => {
	const decoded = decodeVoteInstruction(data);
	return decoded.ok ? attemptParse(() => parse(decoded.value, accounts)) : null;
};
