/**
 * Owns the data of a stake account: its states, read and written. Source: crate `solana-stake-interface`, state.rs.
 */
import {
	ByteReader,
	ByteWriter,
	catchFault,
	type Epoch,
	Fault,
	type Lamports,
	Pubkey,
	type Result,
	U64_MAX,
	type UnixTimestamp,
	type WireError,
} from '@parhelion/sdk';

/** Bytes of a stake account (`StakeStateV2::size_of`). */
export const STAKE_STATE_SIZE = 200;

/** Who may stake and who may withdraw. */
export interface Authorized {
	readonly staker: Pubkey;
	readonly withdrawer: Pubkey;
}

/** Until when nothing may be withdrawn without the custodian. */
export interface Lockup {
	readonly unixTimestamp: UnixTimestamp;
	readonly epoch: Epoch;
	readonly custodian: Pubkey;
}

/** What every initialised stake account says. */
export interface StakeMeta {
	/** Lamports that are not staked. */
	readonly rentExemptReserve: Lamports;
	readonly authorized: Authorized;
	readonly lockup: Lockup;
}

/** To whom how much is delegated, and since when. */
export interface Delegation {
	readonly voterPubkey: Pubkey;
	/** Lamports, at the time of the delegation and with what was earned since. */
	readonly stake: Lamports;
	/** `U64_MAX`: a bootstrap stake, active from the start. */
	readonly activationEpoch: Epoch;
	/** `U64_MAX`: not deactivated. */
	readonly deactivationEpoch: Epoch;
	/** Eight bytes that used to be a rate (f64), as a u64. */
	readonly reserved: bigint;
}

/** A delegation and the vote credits it was paid for. */
export interface Stake {
	readonly delegation: Delegation;
	readonly creditsObserved: bigint;
}

/** Upstream's `StakeStateV2`. */
export type StakeState =
	| { readonly kind: 'Uninitialized' }
	| { readonly kind: 'Initialized'; readonly meta: StakeMeta }
	| { readonly kind: 'Stake'; readonly meta: StakeMeta; readonly stake: Stake; readonly flags: number }
	| { readonly kind: 'RewardsPool' };

/** A lockup that binds nothing. */
export const NO_LOCKUP: Lockup = Object.freeze({ unixTimestamp: 0n, epoch: 0n, custodian: Pubkey.default });

/** `Delegation::new`: not deactivated. */
export function createDelegation(
	voterPubkey: Pubkey,
	stake: Lamports,
	activationEpoch: Epoch,
	deactivationEpoch: Epoch = U64_MAX,
): Delegation {
	return { voterPubkey, stake, activationEpoch, deactivationEpoch, reserved: 0n };
}

/** Whether the delegation was active from the start. */
export function isBootstrap(delegation: Delegation): boolean {
	return delegation.activationEpoch === U64_MAX;
}

function readMeta(reader: ByteReader): StakeMeta {
	return {
		rentExemptReserve: reader.u64(),
		authorized: { staker: reader.pubkey(), withdrawer: reader.pubkey() },
		lockup: { unixTimestamp: reader.i64(), epoch: reader.u64(), custodian: reader.pubkey() },
	};
}

/** Reads a `Stake`; throws Fault<WireError>. */
export function readStake(reader: ByteReader): Stake {
	return {
		delegation: {
			voterPubkey: reader.pubkey(),
			stake: reader.u64(),
			activationEpoch: reader.u64(),
			deactivationEpoch: reader.u64(),
			reserved: reader.u64(),
		},
		creditsObserved: reader.u64(),
	};
}

/** Reads a stake account's data; bytes after the state are ignored. */
export function decodeStakeState(data: Uint8Array): Result<StakeState, WireError> {
	return catchFault((): StakeState => {
		const reader = new ByteReader(data);
		const tag = reader.u32();
		switch (tag) {
			case 0:
				return { kind: 'Uninitialized' };
			case 1:
				return { kind: 'Initialized', meta: readMeta(reader) };
			case 2:
				return { kind: 'Stake', meta: readMeta(reader), stake: readStake(reader), flags: reader.u8() };
			case 3:
				return { kind: 'RewardsPool' };
			default:
				throw new Fault<WireError>({ kind: 'InvalidTagEncoding', tag });
		}
	});
}

function writeMeta(writer: ByteWriter, meta: StakeMeta): void {
	writer.u64(meta.rentExemptReserve);
	writer.raw(meta.authorized.staker.bytes).raw(meta.authorized.withdrawer.bytes);
	writer.i64(meta.lockup.unixTimestamp).u64(meta.lockup.epoch).raw(meta.lockup.custodian.bytes);
}

/** The data of a stake account: {@link STAKE_STATE_SIZE} bytes, zeros after the state. */
export function encodeStakeState(state: StakeState): Uint8Array {
	const writer = new ByteWriter(STAKE_STATE_SIZE);
	switch (state.kind) {
		case 'Uninitialized':
			writer.u32(0);
			break;
		case 'Initialized':
			writer.u32(1);
			writeMeta(writer, state.meta);
			break;
		case 'Stake': {
			const { delegation, creditsObserved } = state.stake;
			writer.u32(2);
			writeMeta(writer, state.meta);
			writer.raw(delegation.voterPubkey.bytes).u64(delegation.stake);
			writer.u64(delegation.activationEpoch).u64(delegation.deactivationEpoch).u64(delegation.reserved);
			writer.u64(creditsObserved).u8(state.flags);
			break;
		}
		case 'RewardsPool':
			writer.u32(3);
	}
	return writer.zeroes(STAKE_STATE_SIZE - writer.length).finish();
}
