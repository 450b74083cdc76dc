/**
 * Owns the well-known addresses: builtin programs, loaders, sysvars, and the programs every cluster carries.
 * Sources: crates `solana-sdk-ids`, `spl-token-interface`, `spl-token-2022-interface`,
 * `spl-associated-token-account-interface`, `spl-memo-interface`.
 */
import { Pubkey } from './pubkey.ts';

const id = (base58: string): Pubkey => Pubkey.fromBase58(base58);

/** Addresses of programs, and of the two accounts that are neither program nor sysvar. */
export const programIds = {
	systemProgram: id('11111111111111111111111111111111') as Pubkey,
	bpfLoaderDeprecated: id('BPFLoader1111111111111111111111111111111111') as Pubkey,
	bpfLoader: id('BPFLoader2111111111111111111111111111111111') as Pubkey,
	bpfLoaderUpgradeable: id('BPFLoaderUpgradeab1e11111111111111111111111') as Pubkey,
	loaderV4: id('LoaderV411111111111111111111111111111111111') as Pubkey,
	nativeLoader: id('NativeLoader1111111111111111111111111111111') as Pubkey,
	computeBudget: id('ComputeBudget111111111111111111111111111111') as Pubkey,
	vote: id('Vote111111111111111111111111111111111111111') as Pubkey,
	stake: id('Stake11111111111111111111111111111111111111') as Pubkey,
	stakeConfig: id('StakeConfig11111111111111111111111111111111') as Pubkey,
	config: id('Config1111111111111111111111111111111111111') as Pubkey,
	addressLookupTable: id('AddressLookupTab1e1111111111111111111111111') as Pubkey,
	ed25519Program: id('Ed25519SigVerify111111111111111111111111111') as Pubkey,
	secp256k1Program: id('KeccakSecp256k11111111111111111111111111111') as Pubkey,
	secp256r1Program: id('Secp256r1SigVerify1111111111111111111111111') as Pubkey,
	zkElgamalProof: id('ZkE1Gama1Proof11111111111111111111111111111') as Pubkey,
	zkTokenProof: id('ZkTokenProof1111111111111111111111111111111') as Pubkey,
	feature: id('Feature111111111111111111111111111111111111') as Pubkey,
	incinerator: id('1nc1nerator11111111111111111111111111111111') as Pubkey,
	splToken: id('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA') as Pubkey,
	splToken2022: id('TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb') as Pubkey,
	associatedToken: id('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL') as Pubkey,
	memoV1: id('Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo') as Pubkey,
	memoV3: id('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr') as Pubkey,
	memoV4: id('Memo4c2pN8afCj432Lb7RMVKi9PbQnnW7ewFFaV3oAH') as Pubkey,
} as const;

/** Addresses of the sysvar accounts, and of their owner program. */
export const sysvarIds = {
	owner: id('Sysvar1111111111111111111111111111111111111') as Pubkey,
	clock: id('SysvarC1ock11111111111111111111111111111111') as Pubkey,
	epochRewards: id('SysvarEpochRewards1111111111111111111111111') as Pubkey,
	epochSchedule: id('SysvarEpochSchedu1e111111111111111111111111') as Pubkey,
	fees: id('SysvarFees111111111111111111111111111111111') as Pubkey,
	instructions: id('Sysvar1nstructions1111111111111111111111111') as Pubkey,
	lastRestartSlot: id('SysvarLastRestartS1ot1111111111111111111111') as Pubkey,
	recentBlockhashes: id('SysvarRecentB1ockHashes11111111111111111111') as Pubkey,
	rent: id('SysvarRent111111111111111111111111111111111') as Pubkey,
	rewards: id('SysvarRewards111111111111111111111111111111') as Pubkey,
	slotHashes: id('SysvarS1otHashes111111111111111111111111111') as Pubkey,
	slotHistory: id('SysvarS1otHistory11111111111111111111111111') as Pubkey,
	stakeHistory: id('SysvarStakeHistory1111111111111111111111111') as Pubkey,
} as const;
