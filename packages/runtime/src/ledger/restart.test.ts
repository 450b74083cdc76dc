/** A chain that was ended at once goes on as if it had not been, whatever was written past the rules or registered. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	ByteWriter,
	compileLegacyMessage,
	createAccount,
	decodeEpochRewards,
	decodeLastRestartSlot,
	EpochSchedule,
	encodeClock,
	type Instruction,
	type Pubkey,
	programIds,
	Rent,
	type Slot,
	sysvarIds,
	U64_MAX,
} from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Disk } from '../../test/disk.ts';
import type { GenesisOptions, TransactionOutcome } from '../bank/bank-types.ts';
import { encodeStakeState } from '../bank/stakes/stake-state.ts';
import { Chain } from '../chain.ts';
import {
	defaultVoter,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	transferInstruction,
} from '../genesis/local-genesis.ts';
import { verifyLedger } from './verify-ledger.ts';

const key = (byte: number): Pubkey => keypairFromSeed(new Uint8Array(32).fill(byte)).pubkey;
const voter = defaultVoter();
/** Ticks are only counted here. */
const small: GenesisOptions = { ticksPerSlot: 8n };
const shortEpochs: GenesisOptions = { ...small, voter, epochSchedule: EpochSchedule.custom(32n, 32n, false) };

function send(chain: Chain, payer: Pubkey, instruction: Instruction, signature = 9): TransactionOutcome {
	const message = compileLegacyMessage(payer, [instruction], chain.lastBlockhash());
	const signatures = [new Uint8Array(64).fill(signature)];
	return chain.processTransaction({ signatures, message }, { skipSigVerify: true });
}

function advanceTo(chain: Chain, slot: Slot): void {
	while (chain.slot < slot) chain.advanceSlot();
}

/** The chain that a new process opens; both have the same newest block. */
function reopened(disk: Disk, chain: Chain): Chain {
	const again = Chain.open(disk.ledger(), chain.identity.equals(voter.identity.pubkey) ? { voter } : {});
	expect([again.slot, again.root]).toEqual([chain.slot, chain.root]);
	expect(again.bank.parentHash.toBase58()).toBe(chain.bank.parentHash.toBase58());
	return again;
}

/** Both close the open slot to the same bank hash. */
function expectSameNext(...chains: readonly Chain[]): void {
	for (const chain of chains) chain.advanceSlot();
	expect(new Set(chains.map(({ bank }) => bank.parentHash.toBase58())).size).toBe(1);
}

describe('a chain that was ended', () => {
	it('tells the time when a slot was opened, though somebody has changed the clock since', () => {
		const elf = new Uint8Array(
			readFileSync(join(import.meta.dirname, '../../../parhelion/programs/stake.so')),
		);
		const lockup = { unixTimestamp: 1_000_000n, epoch: 0n, custodian: key(1) };
		const authorized = { staker: key(5), withdrawer: key(5) };
		const rentExemptReserve = Rent.default().minimumBalance(200);
		const data = encodeStakeState({ kind: 'Initialized', meta: { rentExemptReserve, authorized, lockup } });
		const disk = new Disk({
			...small,
			programs: [{ programId: programIds.stake, loader: programIds.bpfLoaderUpgradeable, elf }],
			accounts: [
				[key(7), createAccount({ lamports: 10n * LAMPORTS_PER_SOL, owner: programIds.stake, data })],
				[key(5), createAccount({ lamports: LAMPORTS_PER_SOL })],
			],
		});
		const chain = Chain.open(disk.ledger());
		advanceTo(chain, 5n);
		const before = chain.getBlockTime(5n);
		const accounts = [
			{ pubkey: key(7), isSigner: false, isWritable: true },
			{ pubkey: key(8), isSigner: false, isWritable: true },
			{ pubkey: sysvarIds.clock, isSigner: false, isWritable: false },
			{ pubkey: sysvarIds.stakeHistory, isSigner: false, isWritable: false },
			{ pubkey: key(5), isSigner: true, isWritable: false },
		];
		const withdraw = new ByteWriter(12).u32(4).u64(LAMPORTS_PER_SOL).finish();
		const outcome = send(chain, key(5), { programId: programIds.stake, accounts, data: withdraw });
		// The lockup is in force.
		expect(outcome.err).toMatchObject({ error: { kind: 'Custom', code: 1 } });
		const clock = chain.getAccount(sysvarIds.clock)!;
		const later = encodeClock({ ...chain.bank.clock(), unixTimestamp: 2_000_000n });
		chain.setAccount(sysvarIds.clock, createAccount({ ...clock, data: later }));
		const { signature } = chain.airdrop(key(9), LAMPORTS_PER_SOL);
		chain.advanceSlot();
		expect(chain.bank.clock().unixTimestamp).toBeGreaterThanOrEqual(2_000_000n);
		for (const each of [chain, reopened(disk, chain)]) {
			expect(each.getBlockTime(5n)).toBe(before);
			expect(each.getBlock(5n)?.blockTime).toBe(before);
			expect(each.getTransaction(signature)?.blockTime).toBe(before);
			expect(each.getSignaturesForAddress(key(9))[0]?.blockTime).toBe(before);
		}
	});

	it.each([
		['deleted', () => null],
		['given to another owner', () => createAccount({ lamports: 1n, owner: key(3) })],
		['given to a loader', () => createAccount({ lamports: 1n, owner: programIds.bpfLoaderUpgradeable })],
	])('has the builtins that it had, though the account of one was %s and put back', (_what, other) => {
		const disk = new Disk(small);
		const chain = Chain.open(disk.ledger());
		advanceTo(chain, 10n);
		const original = chain.getAccount(programIds.systemProgram);
		chain.setAccount(programIds.systemProgram, other());
		advanceTo(chain, 30n);
		chain.setAccount(programIds.systemProgram, original);
		chain.airdrop(key(9), LAMPORTS_PER_SOL);
		advanceTo(chain, 46n);
		const again = reopened(disk, chain);
		for (const each of [chain, again]) expect(each.airdrop(key(9), LAMPORTS_PER_SOL).err).toBeNull();
		expectSameNext(chain, again);
	});

	it('counts lamports modulo 2^64', async () => {
		const disk = new Disk(shortEpochs);
		const chain = Chain.open(disk.ledger(), { voter });
		chain.advanceSlot();
		const before = chain.capitalization;
		chain.setAccount(key(7), createAccount({ lamports: U64_MAX }));
		expect(chain.capitalization).toBe(before - 1n);
		// The end of an epoch, whose rewards depend on it, is above the root.
		advanceTo(chain, 70n);
		expect(reopened(disk, chain).capitalization).toBe(chain.capitalization);
		await verifyLedger(disk.ledger());
	});

	it('pays the rewards of an epoch on though their sysvar was deleted', async () => {
		const disk = new Disk(shortEpochs);
		const chain = Chain.open(disk.ledger(), { voter });
		advanceTo(chain, 64n);
		expect(chain.bank.epochRewards).not.toBeNull();
		chain.setAccount(sysvarIds.epochRewards, null);
		advanceTo(chain, 70n);
		expect(chain.bank.epochRewards).toBeNull();
		const sysvar = decodeEpochRewards(chain.getAccount(sysvarIds.epochRewards)!.data);
		expect(sysvar).toMatchObject({ ok: true, value: { active: false } });
		reopened(disk, chain);
		await verifyLedger(disk.ledger());
	});

	it('knows the hard forks that were registered, each from the slot on in which it was', async () => {
		const disk = new Disk(small);
		const chain = Chain.open(disk.ledger());
		const lastRestart = (each: Chain): bigint => {
			const decoded = decodeLastRestartSlot(each.getAccount(sysvarIds.lastRestartSlot)!.data);
			if (!decoded.ok) throw new Error(decoded.error.kind);
			return decoded.value.lastRestartSlot;
		};
		const register = (at: Slot, slot: Slot): void => {
			advanceTo(chain, at);
			expect(chain.bank.registerHardFork(slot)).toBe(true);
		};
		register(3n, 6n);
		register(5n, 5n);
		advanceTo(chain, 10n);
		expect(lastRestart(reopened(disk, chain))).toBe(6n);
		// Between two slots: the sysvar of the next tells of it from its opening on.
		const end = chain.events.on('slotFrozen', ({ slot }) => {
			if (slot === 20n) chain.bank.registerHardFork(21n);
		});
		advanceTo(chain, 23n);
		end();
		expect([lastRestart(chain), lastRestart(reopened(disk, chain))]).toEqual([21n, 21n]);
		// Above the root of the checkpoint that a restart begins on.
		register(40n, 60n);
		register(50n, 50n);
		advanceTo(chain, 55n);
		const again = reopened(disk, chain);
		expect([lastRestart(chain), lastRestart(again)]).toEqual([50n, 50n]);
		for (const each of [chain, again]) advanceTo(each, 61n);
		expect([lastRestart(chain), lastRestart(again)]).toEqual([60n, 60n]);
		expectSameNext(chain, again);
		await verifyLedger(disk.ledger());
	});

	it('keeps a hard fork that was registered in the slot that was open when it was closed', async () => {
		const disk = new Disk(small);
		// A slot in which nothing has happened leaves no block.
		await Chain.open(disk.ledger()).close();
		expect(disk.ledger().blockstore.highestSlot).toBeNull();
		const chain = Chain.open(disk.ledger());
		advanceTo(chain, 3n);
		chain.bank.registerHardFork(9n);
		await chain.close();
		expect(Chain.open(disk.ledger()).bank.shared.hardForks.forks).toEqual([[9n, 1n]]);
	});

	it('makes of one history one state, however often it is ended', async () => {
		const targets = [
			...[programIds.systemProgram, programIds.vote, programIds.bpfLoaderUpgradeable, key(7)],
			...[sysvarIds.clock, sysvarIds.rent, sysvarIds.epochRewards, sysvarIds.stakeHistory],
			...[sysvarIds.slotHashes, sysvarIds.slotHistory, sysvarIds.recentBlockhashes, voter.vote.pubkey],
		];
		const owners = [key(3), programIds.bpfLoader, programIds.nativeLoader, programIds.stake];
		const kinds = ['delete', 'restore', 'spoil', 'fork', 'clock', 'pay', 'pay'] as const;
		const action = fc.tuple(fc.constantFrom(...kinds), fc.nat(targets.length - 1), fc.nat(3));
		const slot = fc.tuple(fc.array(action, { maxLength: 3 }), fc.nat(7));
		type Action = readonly [kind: (typeof kinds)[number], target: number, value: number];
		type History = readonly (readonly [actions: readonly Action[], ends: number])[];
		const run = (history: History, restarts: boolean): { disk: Disk; chain: Chain } => {
			const disk = new Disk(shortEpochs);
			let chain = Chain.open(disk.ledger(), { voter });
			const originals = new Map(targets.map((target) => [target, chain.getAccount(target)]));
			for (const [actions, ends] of history) {
				for (const [kind, at, value] of actions) {
					const target = targets[at]!;
					if (kind === 'delete') chain.setAccount(target, null);
					else if (kind === 'restore') chain.setAccount(target, originals.get(target)!);
					else if (kind === 'spoil') {
						const lamports = value === 0 ? U64_MAX : BigInt(value);
						chain.setAccount(target, createAccount({ lamports, owner: owners[value]! }));
					} else if (kind === 'fork') chain.bank.registerHardFork(chain.slot + BigInt(value));
					else if (kind === 'pay') chain.airdrop(key(20 + at), LAMPORTS_PER_SOL + BigInt(value));
					else {
						const unixTimestamp = chain.bank.clock().unixTimestamp + BigInt(value);
						const data = encodeClock({ ...chain.bank.clock(), unixTimestamp });
						const fields = { lamports: LAMPORTS_PER_SOL, owner: sysvarIds.owner, data };
						chain.setAccount(sysvarIds.clock, createAccount(fields));
					}
				}
				chain.advanceSlot();
				if (restarts && ends === 0) chain = Chain.open(disk.ledger(), { voter });
			}
			return { disk, chain };
		};
		await fc.assert(
			fc.asyncProperty(fc.array(slot, { minLength: 90, maxLength: 90 }), async (history) => {
				const [straight, restarted] = [run(history, false), run(history, true)];
				const told = ({ chain: { bank } }: typeof straight): unknown[] => [
					bank.parentHash.toBase58(),
					bank.capitalization,
					bank.hardForks,
				];
				expect(told(restarted)).toEqual(told(straight));
				await verifyLedger(restarted.disk.ledger());
			}),
			{ numRuns: 2, seed: 23 },
		);
	});
});

describe('transactions with one signature', () => {
	const lamportsOf = (chain: Chain, slot: Slot): bigint[] | undefined =>
		chain.getBlock(slot)?.transactions.map(({ transaction: { message }, meta }) => {
			expect(meta.err).toBeNull();
			const { data } = message.instructions[0]!;
			return new DataView(data.buffer, data.byteOffset).getBigUint64(4, true);
		});

	it.each([
		['in memory', () => Chain.genesis(small)],
		['on a ledger', () => Chain.open(new Disk(small).ledger())],
		['found again', null],
	])('are all in their blocks, the last is found by the signature: %s', (_where, make) => {
		const disk = new Disk(small);
		let chain = make === null ? Chain.open(disk.ledger()) : make();
		chain.advanceSlot();
		const pay = (lamports: bigint): void => {
			const instruction = transferInstruction(chain.faucet.pubkey, key(9), lamports);
			expect(send(chain, chain.faucet.pubkey, instruction).err).toBeNull();
		};
		for (const lamports of [1n, 2n, 3n]) pay(lamports * LAMPORTS_PER_SOL);
		chain.advanceSlot();
		pay(4n * LAMPORTS_PER_SOL);
		chain.advanceSlot();
		if (make === null) chain = Chain.open(disk.ledger());
		expect(chain.getBlock(0n)).not.toBeNull();
		expect(lamportsOf(chain, 1n)).toEqual([1n, 2n, 3n].map((lamports) => lamports * LAMPORTS_PER_SOL));
		expect(lamportsOf(chain, 2n)).toEqual([4n * LAMPORTS_PER_SOL]);
		expect(chain.getTransaction(new Uint8Array(64).fill(9))?.slot).toBe(2n);
		expect(chain.getSignaturesForAddress(key(9)).map(({ slot }) => slot)).toEqual([2n, 1n, 1n, 1n]);
	});
});
