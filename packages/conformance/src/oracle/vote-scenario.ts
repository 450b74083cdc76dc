/**
 * Random instructions of the Vote program: mostly sound, so that instructions succeed and later checks are reached,
 * with something wrong every now and then.
 */

import {
	type AccountMeta,
	ByteWriter,
	type Clock,
	encodeVoteInstruction,
	type Instruction,
	Pubkey,
	programIds,
	type SlotHash,
	sysvarIds,
	type VoteAuthorize,
	type VoteInstruction,
} from '@parhelion/sdk';
import { VoteProposals } from './vote-proposals.ts';
import { hashOf, PROOFS, SEEDS, type StartAccount, U64_MAX, utf8, VOTE_RENT } from './vote-world.ts';

/** One case: the world and the transactions in it. */
export interface VoteScenario {
	readonly clock: Clock;
	readonly slotHashes: readonly SlotHash[];
	/** Slots per epoch and first normal slot. */
	readonly epochSchedule: readonly [bigint, bigint];
	readonly payer: Pubkey;
	readonly accounts: readonly StartAccount[];
	/** To be compared after each transaction. */
	readonly watched: readonly Pubkey[];
	readonly transactions: readonly (readonly Instruction[])[];
	/** The kind of the first instruction of each transaction. */
	readonly kinds: readonly VoteInstruction['kind'][];
}

/** Makes one case. */
export class ScenarioBuilder extends VoteProposals {
	private authorize(): VoteAuthorize {
		const { random } = this;
		switch (random.int(12)) {
			case 0:
			case 1:
			case 2:
			case 3:
				return { kind: 'Withdrawer' };
			case 4: {
				const made = random.pick(random.oneIn(3) ? PROOFS.flat() : PROOFS[this.voteIndex]!);
				const blsProofOfPossession = random.oneIn(3) ? random.bytes(96) : made.proof;
				return { kind: 'VoterWithBLS', blsPubkey: made.publicKey, blsProofOfPossession };
			}
			default:
				return { kind: 'Voter' };
		}
	}

	private derivation() {
		const { random } = this;
		const known = this.derived.findIndex((key) => key.equals(random.oneIn(2) ? this.withdrawer : this.voter));
		const seed = known >= 0 && !random.oneIn(5) ? known : random.int(SEEDS.length);
		const owner = random.oneIn(15)
			? Pubkey.fromBytes(Uint8Array.of(...new Uint8Array(11), ...utf8.encode('ProgramDerivedAddress')))
			: programIds.systemProgram;
		const bytes = random.oneIn(25) ? Uint8Array.of(0xc3, 0x28) : utf8.encode(SEEDS[seed]!);
		return {
			authorizationType: this.authorize(),
			currentAuthorityDerivedKeyOwner: owner,
			currentAuthorityDerivedKeySeed: bytes,
		};
	}

	/** A signer, writable or not. */
	private meta(pubkey: Pubkey, isSigner: boolean, isWritable: boolean): AccountMeta {
		return { pubkey, isSigner, isWritable };
	}

	/** Draws an instruction, with the accounts it wants. */
	private draw(): { readonly instruction: VoteInstruction; readonly accounts: AccountMeta[] } {
		const { random } = this;
		const vote = this.meta(this.vote, false, true);
		const read = (key: Pubkey): AccountMeta => this.meta(key, false, false);
		const sign = (key: Pubkey): AccountMeta => this.meta(key, true, false);
		const clock = read(sysvarIds.clock);
		const authority = sign(random.oneIn(2) ? this.voter : this.withdrawer);
		const voting = [vote, sign(this.voter), ...(random.oneIn(3) ? [sign(this.node)] : [])];
		const kind = this.fresh && !random.oneIn(3) ? random.pick([0, 14]) : random.int(24);
		const proof = hashOf(1n);
		switch (kind) {
			case 0: {
				const init = {
					nodePubkey: this.node,
					authorizedVoter: this.voter,
					authorizedWithdrawer: this.withdrawer,
					commission: random.int(256),
				};
				return {
					instruction: { kind: 'InitializeAccount', init },
					accounts: [vote, read(sysvarIds.rent), clock, sign(this.node)],
				};
			}
			case 1:
				return {
					instruction: { kind: 'Authorize', authority: this.anyKey(), authorize: this.authorize() },
					accounts: [vote, clock, authority],
				};
			case 2:
				return {
					instruction: { kind: 'AuthorizeChecked', authorize: this.authorize() },
					accounts: [vote, clock, authority, sign(this.others[0]!)],
				};
			case 3:
				return {
					instruction: { kind: 'AuthorizeWithSeed', ...this.derivation(), newAuthority: this.anyKey() },
					accounts: [vote, clock, sign(this.base)],
				};
			case 4:
				return {
					instruction: { kind: 'AuthorizeCheckedWithSeed', ...this.derivation() },
					accounts: [vote, clock, sign(this.base), sign(this.others[1]!)],
				};
			case 5: {
				const lamports = random.pick([0n, 1n, VOTE_RENT, 10_000_000_000n, 2n * VOTE_RENT, U64_MAX]);
				return {
					instruction: { kind: 'Withdraw', lamports },
					accounts: [vote, this.meta(this.others[0]!, false, true), sign(this.withdrawer)],
				};
			}
			case 6:
				return {
					instruction: { kind: 'UpdateValidatorIdentity' },
					accounts: [vote, sign(this.others[0]!), sign(this.withdrawer)],
				};
			case 7:
				return {
					instruction: { kind: 'UpdateCommission', commission: random.int(256) },
					accounts: [vote, sign(this.withdrawer)],
				};
			case 8:
			case 9: {
				const cast = this.votes();
				return {
					instruction: kind === 8 ? { kind: 'Vote', vote: cast } : { kind: 'VoteSwitch', vote: cast, proof },
					accounts: [vote, read(sysvarIds.slotHashes), clock, sign(this.voter)],
				};
			}
			case 10:
				return { instruction: { kind: 'UpdateVoteState', update: this.proposal() }, accounts: voting };
			case 11:
				return {
					instruction: { kind: 'UpdateVoteStateSwitch', update: this.proposal(), proof },
					accounts: voting,
				};
			case 12:
				return { instruction: { kind: 'CompactUpdateVoteState', update: this.proposal() }, accounts: voting };
			case 13:
				return {
					instruction: { kind: 'CompactUpdateVoteStateSwitch', update: this.proposal(), proof },
					accounts: voting,
				};
			case 14: {
				const made = random.pick(PROOFS[this.voteIndex]!);
				const init = {
					nodePubkey: this.node,
					authorizedVoter: this.voter,
					authorizedVoterBlsPubkey: made.publicKey,
					authorizedVoterBlsProofOfPossession: random.oneIn(5) ? random.bytes(96) : made.proof,
					authorizedWithdrawer: this.withdrawer,
					inflationRewardsCommissionBps: random.int(65_536),
					blockRevenueCommissionBps: random.int(65_536),
				};
				const collectors = random.oneIn(3) ? [this.vote, this.vote] : [...this.others];
				if (random.oneIn(9)) collectors[1] = random.pick([this.vote, ...this.others]);
				return {
					instruction: { kind: 'InitializeAccountV2', init },
					accounts: [vote, sign(this.node), ...collectors.map((key) => this.meta(key, false, true))],
				};
			}
			case 15: {
				const collector = random.oneIn(6) ? this.anyKey() : random.pick([this.vote, ...this.others]);
				return {
					instruction: { kind: 'UpdateCommissionCollector', commissionKind: this.commissionKind() },
					accounts: [vote, this.meta(collector, false, true), sign(this.withdrawer)],
				};
			}
			case 16:
				return {
					instruction: {
						kind: 'UpdateCommissionBps',
						commissionBps: random.int(65_536),
						commissionKind: this.commissionKind(),
					},
					accounts: [vote, sign(this.withdrawer)],
				};
			case 17: {
				const deposit = random.pick([0n, 1n, 1000n, 500_000_000n, U64_MAX]);
				return {
					instruction: { kind: 'DepositDelegatorRewards', deposit },
					accounts: [
						vote,
						this.meta(this.others[0]!, true, true),
						...(random.oneIn(8) ? [] : [read(programIds.systemProgram)]),
					],
				};
			}
			case 18:
				return {
					instruction: { kind: 'TowerSyncSwitch', towerSync: this.proposal(), proof },
					accounts: voting,
				};
			default:
				return { instruction: { kind: 'TowerSync', towerSync: this.proposal() }, accounts: voting };
		}
	}

	private commissionKind(): 'InflationRewards' | 'BlockRevenue' {
		return this.random.oneIn(2) ? 'InflationRewards' : 'BlockRevenue';
	}

	/** Makes something wrong with the accounts, or with the bytes, now and then. */
	private disturb(accounts: AccountMeta[], data: Uint8Array): Instruction {
		const { random } = this;
		let bytes = data;
		for (let i = 0; i < accounts.length; i++) {
			const account = accounts[i]!;
			if (random.oneIn(30)) accounts[i] = { ...account, isSigner: !account.isSigner };
			if (random.oneIn(40)) accounts[i] = { ...account, isWritable: !account.isWritable };
			if (random.oneIn(50)) accounts[i] = { ...account, pubkey: this.anyKey() };
		}
		if (random.oneIn(40)) accounts.pop();
		if (random.oneIn(60)) accounts.length = random.int(accounts.length + 1);
		if (random.oneIn(25)) accounts.push(this.meta(this.anyKey(), random.oneIn(2), random.oneIn(2)));
		if (random.oneIn(30)) bytes = data.slice(0, random.int(data.length + 1));
		else if (random.oneIn(29)) {
			bytes = data.slice();
			bytes[random.int(random.oneIn(2) ? Math.min(16, data.length) : data.length)] = random.int(256);
		} else if (random.oneIn(60)) bytes = Uint8Array.of(...data, 1, 2, 3);
		return { programId: programIds.vote, accounts, data: bytes };
	}

	/** The case. */
	build(): VoteScenario {
		const { random } = this;
		const accounts: StartAccount[] = [
			{ key: this.payer, lamports: 10_000_000_000n, data: new Uint8Array(), owner: programIds.systemProgram },
			this.voteAccount(),
		];
		for (const key of this.others) {
			const lamports = random.oneIn(4)
				? random.pick([0n, 890_880n, 890_879n])
				: random.pick([1_000_000_000n, 20_000_000_000n]);
			if (lamports === 0n) continue;
			const data = new Uint8Array(random.oneIn(10) ? 10 : 0);
			accounts.push({
				key,
				lamports,
				data,
				owner: random.oneIn(10) ? programIds.vote : programIds.systemProgram,
			});
		}
		const transactions: Instruction[][] = [];
		const kinds: VoteInstruction['kind'][] = [];
		const count = random.oneIn(3) ? 2 : 1;
		for (let t = 0; t < count; t++) {
			const instructions: Instruction[] = [];
			if (random.oneIn(30)) {
				const limit = random.pick([0, 2249, 2250, 36_749, 36_750, 200_000]);
				const data = new ByteWriter(5).u8(2).u32(limit).finish();
				instructions.push({ programId: programIds.computeBudget, accounts: [], data });
			}
			const size = random.oneIn(5) ? 2 : 1;
			for (let i = 0; i < size; i++) {
				const { instruction, accounts: metas } = this.draw();
				if (i === 0) kinds.push(instruction.kind);
				instructions.push(this.disturb(metas, this.encode(instruction)));
			}
			transactions.push(instructions);
		}
		return {
			clock: this.clock,
			slotHashes: this.slotHashes,
			epochSchedule: [random.pick([432_000n, 32n, 100n, 0n]), BigInt(random.int(50))],
			payer: this.payer,
			accounts,
			watched: [this.payer, this.vote, this.node, this.voter, this.withdrawer, this.base, ...this.others],
			transactions,
			kinds,
		};
	}

	/** A compact tower that does not ascend has no encoding; it goes out as the plain one. */
	private encode(instruction: VoteInstruction): Uint8Array {
		try {
			return encodeVoteInstruction(instruction);
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			const update = 'update' in instruction ? instruction.update : this.proposal();
			return encodeVoteInstruction({ kind: 'UpdateVoteState', update });
		}
	}
}
