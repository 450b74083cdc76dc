/** A chain on a ledger: what it finds again after its process has ended at whatever moment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	createAccount,
	EpochSchedule,
	encodeMessage,
	encodeTransaction,
	type Hash,
	type Pubkey,
	programIds,
	type Slot,
	type VersionedTransaction,
} from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Disk } from '../test/disk.ts';
import { StorageError } from './accounts-db/storage-error.ts';
import type { GenesisOptions, Keypair } from './bank/bank-types.ts';
import { Chain } from './chain.ts';
import { createBootstrapStakeAccount, createVoteAccount } from './genesis/bootstrap-genesis.ts';
import {
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	resolveGenesis,
	transferInstruction,
} from './genesis/local-genesis.ts';

const keypair = (byte: number): Keypair => keypairFromSeed(new Uint8Array(32).fill(byte));
const alice = keypair(1);
const bob = keypair(2).pubkey;

function transfer(chain: Chain, to: Pubkey, lamports: number): VersionedTransaction {
	const instruction = transferInstruction(alice.pubkey, to, BigInt(lamports));
	const message = compileLegacyMessage(alice.pubkey, [instruction], chain.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), alice.seed)], message };
}

function send(chain: Chain, to: Pubkey, lamports: number): Uint8Array {
	const outcome = chain.processTransaction(transfer(chain, to, lamports));
	expect(outcome.committed).toBe(true);
	return outcome.signature;
}

/** With each transaction as its bytes, and each address as text: how they were made makes no difference. */
function plain(value: unknown): unknown {
	return JSON.parse(
		JSON.stringify(value, (name, inner: unknown) => {
			if (typeof inner === 'bigint') return String(inner);
			if (inner instanceof Uint8Array) return Buffer.from(inner).toString('hex');
			if (name === 'transaction') return plain(encodeTransaction(inner as VersionedTransaction));
			return inner;
		}),
	);
}

/** The bank hashes of the newest slots by slot. */
function hashes(chain: Chain, from: Slot): Map<Slot, string> {
	const found = new Map<Slot, string>();
	for (const bank of chain.forks.banks()) {
		if (bank.slot >= from && bank.isFrozen) found.set(bank.slot, bank.hash.toBase58());
	}
	return found;
}

describe('a chain on a ledger', () => {
	it('goes on where it stood, whether or not anything was rooted', () => {
		for (const slots of [1, 5, 31, 32, 33, 34, 80]) {
			const disk = new Disk();
			const chain = Chain.open(disk.ledger());
			chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
			for (let slot = 1; slot <= slots; slot++) {
				chain.advanceSlot();
				send(chain, bob, 1_000_000 + slot);
			}
			const before = hashes(chain, 0n);
			const again = Chain.open(disk.ledger());
			// The open slot is lost.
			expect(again.slot).toBe(chain.slot);
			expect(again.root).toBe(chain.root);
			expect(hashes(again, chain.root)).toEqual(before);
			expect(again.transactionCount).toBe(chain.transactionCount - 1n);
			expect(again.getBalance(bob)).toBe(chain.getBalance(bob) - BigInt(1_000_000 + slots));
			const [left, found] = [chain.bankAt('confirmed'), again.bankAt('confirmed')];
			expect(found.capitalization).toBe(left.capitalization);
			expect(again.lastBlockhash().equals(chain.lastBlockhash())).toBe(true);
		}
	});

	it('makes of one history one state, however often it is ended', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }), (actions) => {
				const run = (restarts: boolean): Chain => {
					const disk = new Disk();
					let chain = Chain.open(disk.ledger());
					chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
					for (const [number, action] of actions.entries()) {
						chain.advanceSlot();
						if (restarts && action < 3) chain = Chain.open(disk.ledger());
						for (let i = 0; i < action; i++) send(chain, keypair(3 + i).pubkey, 2_000_000 + number);
						if (action === 7) {
							chain.setAccount(keypair(40).pubkey, createAccount({ lamports: BigInt(number) }));
							send(chain, keypair(40).pubkey, 3_000_000);
							chain.setAccount(alice.pubkey, createAccount({ lamports: 2n * LAMPORTS_PER_SOL }));
						}
					}
					chain.advanceSlot();
					return chain;
				};
				const [straight, restarted] = [run(false), run(true)];
				expect(restarted.bank.parentHash.toBase58()).toBe(straight.bank.parentHash.toBase58());
				expect(restarted.lastBlockhash().equals(straight.lastBlockhash())).toBe(true);
			}),
			{ numRuns: 2, seed: 11 },
		);
	});

	it('finds blocks, transactions, statuses and addresses again', () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		const signatures: Uint8Array[] = [];
		for (let slot = 1; slot <= 50; slot++) {
			chain.advanceSlot();
			signatures.push(send(chain, bob, 1_000_000 + slot));
			if (slot === 3) signatures.push(send(chain, bob, 999_999_999));
		}
		chain.advanceSlot();
		const again = Chain.open(disk.ledger());
		for (const slot of [0n, 1n, 3n, 40n, 50n]) {
			expect(plain(again.getBlock(slot))).toEqual(plain(chain.getBlock(slot)));
			expect(again.getBlockTime(slot)).toBe(chain.getBlockTime(slot));
		}
		expect(again.getBlock(51n)).toBeNull();
		expect(again.getBlocks(2n, 100n)).toEqual(chain.getBlocks(2n, 100n));
		expect(again.firstAvailableSlot).toBe(0n);
		for (const signature of signatures) {
			expect(plain(again.getTransaction(signature))).toEqual(plain(chain.getTransaction(signature)));
			expect(again.getSignatureStatus(signature)).toEqual(chain.getSignatureStatus(signature));
		}
		expect(again.getSignatureStatus(signatures[3]!)?.err).toMatchObject({ kind: 'InstructionError' });
		expect(again.getSignatureStatus(new Uint8Array(64))).toBeNull();
		const queries = [
			{},
			{ limit: 3 },
			{ before: signatures[20]! },
			{ until: signatures[20]! },
			{ before: signatures[30]!, until: signatures[20]!, limit: 4 },
			{ before: new Uint8Array(64) },
		];
		for (const query of queries) {
			expect(again.getSignaturesForAddress(bob, query)).toEqual(chain.getSignaturesForAddress(bob, query));
		}
		const open = send(again, bob, 5_000_000);
		const newest = again.getSignaturesForAddress(bob, { limit: 2 }).map(({ signature }) => signature);
		expect(newest).toEqual([open, signatures.at(-1)]);
		expect(again.getSignaturesForAddress(bob, { before: open, limit: 1 })[0]?.signature).toEqual(
			signatures.at(-1),
		);
		expect(again.getSignaturesForAddress(bob, { until: open })).toEqual([]);
	});

	it('comes to an end in the signatures of an address, page by page, where one came again', () => {
		const chain = Chain.open(new Disk().ledger());
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		chain.advanceSlot();
		for (const [i, byte] of [1, 2, 3, 2, 4, 5, 4, 2].entries()) {
			const signatures = [new Uint8Array(64).fill(byte)];
			chain.processTransaction(
				{ ...transfer(chain, bob, 1_000_000 + i), signatures },
				{ skipSigVerify: true },
			);
			if (i % 2 === 1 && i < 5) chain.advanceSlot();
		}
		const listed: number[] = [];
		const page = (before?: Uint8Array): Uint8Array | undefined => {
			const query = { limit: 2, ...(before === undefined ? {} : { before }) };
			const found = chain.getSignaturesForAddress(bob, query).map(({ signature }) => signature);
			listed.push(...found.map(([byte]) => byte!));
			return found.at(-1);
		};
		let last = page();
		while (last !== undefined && listed.length < 100) last = page(last);
		// Newest first they are 2, 4, 5, 4 of the open slot, 2, 3 and 2, 1.
		expect(listed).toEqual([2, 4, 2, 3, 2, 1]);
		expect(page(new Uint8Array(64).fill(2))).toEqual(new Uint8Array(64).fill(1));
	});

	it('refuses after a restart what was processed before it', () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		chain.advanceSlot();
		const [early, late] = [transfer(chain, bob, 1_000_000), transfer(chain, bob, 2_000_000)];
		chain.processTransaction(early);
		for (let slot = 0; slot < 60; slot++) chain.advanceSlot();
		chain.processTransaction(late);
		chain.advanceSlot();
		const again = Chain.open(disk.ledger());
		expect(again.root).toBeGreaterThan(1n);
		for (const sent of [early, late]) {
			expect(again.processTransaction(sent).err).toEqual({ kind: 'AlreadyProcessed' });
		}
	});

	it('takes programs along that were written past the rules', () => {
		const elf = new Uint8Array(readFileSync(join(import.meta.dirname, '../../bench/elf/counter.so')));
		const programId = keypair(50).pubkey;
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		chain.advanceSlot();
		const program = { lamports: LAMPORTS_PER_SOL, data: elf, executable: true, owner: programIds.bpfLoader };
		const call = (): VersionedTransaction => {
			const instruction = { programId, accounts: [], data: new Uint8Array(0) };
			const message = compileLegacyMessage(alice.pubkey, [instruction], chain.lastBlockhash());
			return { signatures: [ed25519Sign(encodeMessage(message), alice.seed)], message };
		};
		// First there is no such program, then there is one, then it is gone.
		expect(chain.processTransaction(call()).err).toMatchObject({ kind: 'ProgramAccountNotFound' });
		chain.setAccount(programId, createAccount(program));
		chain.advanceSlot();
		const called = chain.processTransaction(call());
		expect(called.logs.join()).toContain(`Program ${programId} invoke [1]`);
		chain.setAccount(programId, null);
		chain.advanceSlot();
		const again = Chain.open(disk.ledger());
		expect(hashes(again, 0n)).toEqual(hashes(chain, 0n));
		expect(again.getAccount(programId)).toBeNull();
	});

	it('passes epochs, with votes staked and rewards being paid, as if it had not been ended', () => {
		const validator = {
			identity: keypair(60).pubkey,
			vote: keypair(61).pubkey,
			stake: keypair(62).pubkey,
			blsPubkey: new Uint8Array(48).fill(1),
		};
		const stake = createBootstrapStakeAccount(
			validator.stake,
			validator.vote,
			resolveGenesis({}).config.rent,
			1000n * LAMPORTS_PER_SOL,
		);
		const options: GenesisOptions = {
			identity: validator.identity,
			epochSchedule: EpochSchedule.custom(32n, 32n, false),
			accounts: [
				[validator.vote, createVoteAccount(validator, 1000n * LAMPORTS_PER_SOL)],
				[validator.stake, stake],
			],
		};
		const disk = new Disk(options);
		const { identity } = options;
		const straight = Chain.open(new Disk(options).ledger(), { identity: identity! });
		let chain = Chain.open(disk.ledger(), { identity: identity! });
		for (let slot = 1; slot <= 140; slot++) {
			straight.advanceSlot();
			chain.advanceSlot();
			if (slot % 9 === 0 || slot % 32 < 3) chain = Chain.open(disk.ledger());
			expect(chain.bank.parentHash.toBase58(), `slot ${slot}`).toBe(straight.bank.parentHash.toBase58());
		}
		expect(chain.epoch).toBe(4n);
		expect(chain.bank.stakes.stakeOf(validator.vote)).toBe(straight.bank.stakes.stakeOf(validator.vote));
	});

	it('keeps the time of its blocks, wherever that came from', () => {
		let now = 1_700_000_000n;
		const unixTimestamp = (): bigint => now++;
		const disk = new Disk({ creationTime: now });
		const chain = Chain.open(disk.ledger(), { unixTimestamp });
		for (let slot = 0; slot < 40; slot++) chain.advanceSlot();
		const before = hashes(chain, 0n);
		now += 1_000_000n;
		const again = Chain.open(disk.ledger(), { unixTimestamp });
		expect(hashes(again, 8n)).toEqual(before);
		expect(again.clock().unixTimestamp).toBeGreaterThan(1_700_900_000n);
		expect(again.getBlockTime(20n)).toBe(chain.getBlockTime(20n));
	});

	it('goes on after slots that it has warped over', () => {
		const disk = new Disk();
		let chain = Chain.open(disk.ledger());
		for (const slot of [5n, 7n, 1000n, 500_000n]) {
			chain.airdrop(bob, LAMPORTS_PER_SOL);
			chain.warpToSlot(slot);
			chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
			chain.advanceSlot();
			const before = chain;
			chain = Chain.open(disk.ledger());
			expect(chain.slot).toBe(slot + 1n);
			expect(chain.bank.parentHash.equals(before.bank.parentHash)).toBe(true);
			expect(chain.getBalance(bob)).toBe((chain.transactionCount * LAMPORTS_PER_SOL) / 2n);
		}
		expect(chain.getBlocks(0n, 1_000_000n)).toEqual([0n, 5n, 6n, 7n, 8n, 1000n, 1001n, 500_000n]);
	});

	it('refuses after a warp and a restart what was processed before both', () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		chain.advanceSlot();
		const sent = transfer(chain, bob, 1_000_000);
		chain.processTransaction(sent);
		chain.warpToSlot(1000n);
		chain.advanceSlot();
		const again = Chain.open(disk.ledger());
		expect(again.root).toBe(1n);
		expect(again.processTransaction(sent).err).toEqual({ kind: 'AlreadyProcessed' });
	});

	it('keeps a warp that nothing came after when it is closed', async () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.warpToSlot(77n);
		await chain.close();
		expect(Chain.open(disk.ledger()).slot).toBe(78n);
	});

	it('tells of the blocks that it replays', () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		for (let slot = 0; slot < 40; slot++) chain.advanceSlot();
		const told: (readonly [number, number])[] = [];
		Chain.open(disk.ledger(), { onProgress: (done, total) => told.push([done, total]) });
		expect(told).toHaveLength(31);
		expect([told[0], told.at(-1)]).toEqual([
			[1, 31],
			[31, 31],
		]);
	});

	it('is closed with what stands in the open slot', async () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		chain.airdrop(bob, LAMPORTS_PER_SOL);
		await chain.close();
		const again = Chain.open(disk.ledger());
		expect(again.getBalance(bob)).toBe(LAMPORTS_PER_SOL);
		expect(again.slot).toBe(2n);
		await again.close();
		// An empty slot leaves no block.
		expect(Chain.open(disk.ledger()).slot).toBe(2n);
	});

	it('deletes old blocks beyond its limit, but none of the newest', () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger(), { maxLedgerBytes: 100_000 });
		for (let slot = 0; slot < 700; slot++) chain.advanceSlot();
		// Looked at last in slot 640, when 609 was the root: 512 blocks up to it stayed.
		expect(chain.firstAvailableSlot).toBe(609n - 512n + 1n);
		const again = Chain.open(disk.ledger());
		expect(again.bank.parentHash.equals(chain.bank.parentHash)).toBe(true);
	}, 30_000);

	it('is not led by another identity than before', () => {
		const disk = new Disk();
		Chain.open(disk.ledger(), { identity: keypair(7).pubkey }).advanceSlot();
		expect(() => Chain.open(disk.ledger(), { identity: keypair(8).pubkey })).toThrow(
			/made by .*, not by .*\. Start with that identity, or anew/,
		);
		expect(Chain.open(disk.ledger()).identity.equals(keypair(7).pubkey)).toBe(true);
	});

	it('records what it has committed even where a listener throws', () => {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.advanceSlot();
		const end = chain.events.on('account', () => {
			throw new Error('a listener failed');
		});
		expect(() => chain.airdrop(bob, LAMPORTS_PER_SOL)).toThrow('a listener failed');
		expect(chain.getBalance(bob)).toBe(LAMPORTS_PER_SOL);
		end();
		chain.advanceSlot();
		const again = Chain.open(disk.ledger());
		expect(again.getBalance(bob)).toBe(LAMPORTS_PER_SOL);
		expect(again.bank.parentHash.equals(chain.bank.parentHash)).toBe(true);
	});
});

describe('a ledger that was changed', () => {
	function stored(): { disk: Disk; hash: Hash } {
		const disk = new Disk();
		const chain = Chain.open(disk.ledger());
		chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
		for (let slot = 1; slot <= 40; slot++) {
			chain.advanceSlot();
			send(chain, bob, 1_000_000 + slot);
		}
		return { disk, hash: chain.bank.parentHash };
	}

	const slotKey = (slot: bigint): Uint8Array => {
		const view = new DataView(new ArrayBuffer(8));
		view.setBigUint64(0, slot);
		return new Uint8Array(view.buffer);
	};

	// The lamports are behind the header of the first entry, signature, keys and blockhash.
	const LAMPORTS = 8 + 48 + 1 + 64 + 3 + 1 + 96 + 32 + 1 + 1 + 1 + 2 + 1 + 4;

	it.each([
		['a hash of an entry', 20, /invalid entry hash/],
		['the lamports of a transfer', LAMPORTS, /bank hash/],
		['a count', 3, /entries of slot 39 cannot be read/],
	])('is refused with %s', (_what, at, message) => {
		const { disk } = stored();
		const entries = disk.tables.get('entries', slotKey(39n))!;
		entries[at]! ^= 1;
		disk.tables.commit([{ table: 'entries', key: slotKey(39n), value: entries }]);
		expect(() => Chain.open(disk.ledger())).toThrow(message);
		expect(() => Chain.open(disk.ledger())).toThrow(StorageError);
	});
});

describe('a full disk', () => {
	it('stops the chain where it stands, and loses nothing when there is room again', () => {
		for (let room = 0; room < 10; room += 3) {
			const disk = new Disk();
			const chain = Chain.open(disk.ledger());
			chain.airdrop(alice.pubkey, LAMPORTS_PER_SOL);
			for (let slot = 1; slot <= 36; slot++) {
				chain.advanceSlot();
				send(chain, bob, 1_000_000 + slot);
			}
			const rooted: Slot[] = [];
			chain.events.on('slotsRooted', ({ slots }) => rooted.push(...slots));
			const last = chain.root;
			disk.room = room;
			let failures = 0;
			for (let step = 0; step < 10; step++) {
				try {
					chain.advanceSlot();
				} catch (error) {
					expect(error).toBeInstanceOf(StorageError);
					failures++;
					// Nobody was told of a root that a restart would not find.
					const found = Chain.open({ ...disk.ledger(), close: () => Promise.resolve() });
					expect(found.root).toBe(rooted.at(-1) ?? last);
					disk.room = Number.POSITIVE_INFINITY;
				}
			}
			expect(failures).toBe(1);
			expect(rooted).toEqual(Array.from(rooted, (_, i) => last + 1n + BigInt(i)));
			const again = Chain.open(disk.ledger());
			expect(again.root).toBe(chain.root);
			expect(again.bank.parentHash.equals(chain.bank.parentHash)).toBe(true);
			expect(again.getBalance(bob)).toBe(chain.getBalance(bob));
		}
	});
});
