import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519Sign, sha256 } from '@parhelion/crypto';
import {
	type AccountSharedData,
	compileLegacyMessage,
	createAccount,
	EpochSchedule,
	encodeMessage,
	encodeUpgradeableLoaderState,
	type Instruction,
	loaderV3Instruction,
	Pubkey,
	programIds,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAM,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryStorage } from './accounts-db/memory-storage.ts';
import { Bank } from './bank/bank.ts';
import { Chain } from './chain.ts';
import {
	defaultVoter,
	keypairFromSeed,
	LAMPORTS_PER_SOL,
	resolveGenesis,
	transferInstruction,
} from './genesis/local-genesis.ts';
import { Blockstore } from './ledger/blockstore.ts';
import { MemoryTables } from './ledger/blockstore-tables.ts';

const alice = keypairFromSeed(new Uint8Array(32).fill(1));
const bob = keypairFromSeed(new Uint8Array(32).fill(2)).pubkey;
const carol = keypairFromSeed(new Uint8Array(32).fill(3)).pubkey;

function signed(chain: Chain, instructions: Instruction[]): VersionedTransaction {
	const message = compileLegacyMessage(alice.pubkey, instructions, chain.lastBlockhash());
	return { signatures: [ed25519Sign(encodeMessage(message), alice.seed)], message };
}

function pay(chain: Chain, to: Pubkey, lamports: bigint): VersionedTransaction {
	return signed(chain, [transferInstruction(alice.pubkey, to, lamports)]);
}

/** Epochs of 32 slots, votes, and a past. */
function livedChain(): Chain {
	const chain = Chain.genesis({
		voter: defaultVoter(),
		epochSchedule: EpochSchedule.custom(32n, 32n, false),
		accounts: [[alice.pubkey, createAccount({ lamports: 1000n * LAMPORTS_PER_SOL })]],
	});
	for (let i = 0; i < 40; i++) {
		chain.advanceSlot();
		expect(chain.processTransaction(pay(chain, bob, 1_000_000n + BigInt(i))).err).toBeNull();
	}
	return chain;
}

/** All that can be told of a chain and does not depend on where it was once. */
function stateOf(chain: Chain): unknown {
	const { bank } = chain;
	const accounts = [...bank.shared.accountsDb.accounts(bank.ancestors)]
		.map(([pubkey, { lamports, owner, executable, data }]) => {
			const bytes = Buffer.from(sha256(data)).toString('hex');
			return `${pubkey} ${lamports} ${owner} ${executable} ${bytes}`;
		})
		.sort();
	return {
		accounts,
		info: chain.epochInfo(),
		root: chain.root,
		hash: bank.parentHash.toBase58(),
		blockhash: chain.lastBlockhash().toBase58(),
		capitalization: chain.capitalization,
		count: chain.accountCount,
		owned: [...chain.getProgramAccounts(programIds.systemProgram)].length,
		blocks: chain.getBlocks(0n, chain.slot),
		clock: chain.clock(),
		stake: bank.getEpochStake(),
		signatures: chain.getSignaturesForAddress(alice.pubkey).map(({ slot }) => slot),
	};
}

describe('A chain that goes back', () => {
	it('is as it was, and goes on as if nothing had been', () => {
		const chain = livedChain();
		const other = livedChain();
		const sent = pay(chain, carol, 5_000_000n);
		const snapshot = chain.snapshot();
		other.snapshot();
		const before = stateOf(chain);
		expect(before).toEqual(stateOf(other));
		const [{ signature }] = [chain.processTransaction(sent)];
		// Over the next roots, two epochs and their rewards.
		for (let i = 0; i < 80; i++) {
			chain.advanceSlot();
			expect(chain.processTransaction(pay(chain, carol, 2_000_000n + BigInt(i))).err).toBeNull();
			if (i === 50) chain.setAccount(bob, null);
		}
		expect(chain.processTransaction(sent).err).not.toBeNull();
		chain.warpToSlot(chain.slot + 1000n);
		chain.revertTo(snapshot);
		expect(stateOf(chain)).toEqual(before);
		expect(chain.getTransaction(signature)).toBeNull();
		expect(chain.getSignatureStatus(signature)).toBeNull();
		expect(chain.getBlockTime(100n)).toBeNull();

		for (const one of [chain, other]) {
			expect(one.processTransaction(sent).err).toBeNull();
			expect(one.processTransaction(sent).err).toEqual({ kind: 'AlreadyProcessed' });
			for (let i = 0; i < 70; i++) {
				one.advanceSlot();
				expect(one.processTransaction(pay(one, bob, 3_000_000n + BigInt(i))).err).toBeNull();
			}
		}
		expect(stateOf(chain)).toEqual(stateOf(other));
	});

	it('goes back again and again, further back too, and not to what came later', () => {
		const chain = livedChain();
		const first = chain.snapshot();
		chain.processTransaction(pay(chain, carol, 1_000_000n));
		const second = chain.snapshot();
		const atSecond = stateOf(chain);
		for (let i = 0; i < 3; i++) {
			for (let slot = 0; slot < 40; slot++) chain.advanceSlot();
			chain.processTransaction(pay(chain, carol, 7_000_000n));
			chain.revertTo(second);
			expect(stateOf(chain)).toEqual(atSecond);
		}
		chain.revertTo(first);
		expect(chain.getBalance(carol)).toBe(0n);
		expect(() => chain.revertTo(second)).toThrow(RangeError);
		chain.forgetSnapshot(first);
		expect(() => chain.revertTo(first)).toThrow(RangeError);
		expect(() => chain.forgetSnapshot(first)).toThrow(RangeError);
	});

	it('goes back over a snapshot that was let go of', () => {
		const chain = livedChain();
		const [first, state] = [chain.snapshot(), stateOf(chain)];
		const pass = (): void => {
			for (let slot = 0; slot < 40; slot++) {
				chain.processTransaction(pay(chain, carol, 1_000_000n + chain.slot));
				chain.advanceSlot();
			}
		};
		pass();
		const second = chain.snapshot();
		pass();
		chain.forgetSnapshot(second);
		pass();
		chain.revertTo(first);
		expect(stateOf(chain)).toEqual(state);
	});

	it('can go back to its beginning', () => {
		const chain = Chain.genesis();
		const snapshot = chain.snapshot();
		expect(chain.slot).toBe(2n);
		chain.airdrop(bob, LAMPORTS_PER_SOL);
		chain.revertTo(snapshot);
		expect(chain.getBalance(bob)).toBe(0n);
		expect(chain.slot).toBe(2n);
	});

	it('holds no more after hundreds of times', () => {
		const chain = livedChain();
		const snapshot = chain.snapshot();
		const { statusCache, programCache, slots, accountsDb } = chain.bank.shared;
		const sizes = (): unknown => [
			statusCache.size,
			[...programCache.flattened()].length,
			slots.size,
			accountsDb.stats().cachedVersions,
			chain.forks.banks().length,
		];
		chain.revertTo(snapshot);
		const before = sizes();
		for (let i = 0; i < 300; i++) {
			chain.processTransaction(pay(chain, bob, 1_000_000n + BigInt(i)), { skipSigVerify: true });
			chain.revertTo(snapshot);
		}
		expect(sizes()).toEqual(before);
	});

	it('tells of what changed by it, as of the slot that it went back to', () => {
		const chain = livedChain();
		const snapshot = chain.snapshot();
		chain.processTransaction(pay(chain, carol, 1_000_000n));
		chain.setAccount(bob, null);
		const told: unknown[] = [];
		chain.events.on('reverted', ({ slot, accounts }) => {
			told.push(['reverted', slot]);
			for (const [pubkey, account] of accounts) {
				if ([bob, carol].some((one) => one.equals(pubkey))) told.push([pubkey, account?.lamports ?? null]);
			}
		});
		chain.events.on('slot', ({ slot, root }) => told.push(['slot', slot, root]));
		chain.revertTo(snapshot);
		const { slot } = snapshot;
		const bobs = chain.getBalance(bob);
		expect(told[0]).toEqual(['reverted', slot]);
		expect(told.slice(1, 3)).toEqual(
			expect.arrayContaining([
				[carol, null],
				[bob, bobs],
			]),
		);
		expect(told.slice(3)).toEqual([['slot', slot + 1n, slot]]);
	});

	it('is whole where a listener throws', () => {
		const [chain, other] = [livedChain(), livedChain()];
		const [snapshot, same] = [chain.snapshot(), other.snapshot()];
		for (const one of [chain, other]) {
			for (let i = 0; i < 40; i++) one.advanceSlot();
			expect(one.processTransaction(pay(one, carol, 1_000_000n)).err).toBeNull();
		}
		const stop = chain.events.on('reverted', () => {
			throw new Error('a listener');
		});
		expect(() => chain.revertTo(snapshot)).toThrow('a listener');
		stop();
		other.revertTo(same);
		// The slot that the listener prevented is opened.
		chain.advanceSlot();
		expect(stateOf(chain)).toEqual(stateOf(other));
	});

	it('is refused on a ledger, whose blocks stay', () => {
		const chain = Chain.open({
			genesis: resolveGenesis({}).config,
			storage: new MemoryStorage(),
			blockstore: new Blockstore(new MemoryTables()),
			close: () => Promise.resolve(),
		});
		expect(chain.hasLedger).toBe(true);
		expect(() => chain.snapshot()).toThrow('cannot go back');
	});
});

describe('Programs of a chain that goes back', () => {
	const elf = (name: string): Uint8Array =>
		new Uint8Array(readFileSync(join(import.meta.dirname, `../../bench/elf/${name}.so`)));
	const [counter, recursion] = [elf('counter'), elf('recursion')];
	const buffer = Pubkey.fromBytes(new Uint8Array(32).fill(0x41));
	const programId = Pubkey.fromBytes(new Uint8Array(32).fill(0x42));
	const programdata = findProgramAddress([programId.bytes], programIds.bpfLoaderUpgradeable)!.address;

	function chainWithProgram(): Chain {
		const chain = Chain.genesis({
			accounts: [[alice.pubkey, createAccount({ lamports: 1000n * LAMPORTS_PER_SOL })]],
			programs: [
				{
					programId,
					loader: programIds.bpfLoaderUpgradeable,
					elf: pad(counter, recursion.length),
					upgradeAuthority: alice.pubkey,
				},
			],
		});
		setBuffer(chain, recursion);
		chain.advanceSlot();
		return chain;
	}

	/** An upgrade needs the room. */
	function pad(bytes: Uint8Array, length: number): Uint8Array {
		const padded = new Uint8Array(Math.max(bytes.length, length));
		padded.set(bytes);
		return padded;
	}

	function setBuffer(chain: Chain, code: Uint8Array): void {
		const head = encodeUpgradeableLoaderState({ kind: 'Buffer', authorityAddress: alice.pubkey });
		const data = new Uint8Array(37 + code.length);
		data.set(head.subarray(0, 37));
		data.set(code, 37);
		const lamports = chain.minimumBalanceForRentExemption(data.length);
		chain.setAccount(buffer, createAccount({ lamports, data, owner: programIds.bpfLoaderUpgradeable }));
	}

	afterEach(() => {
		vi.restoreAllMocks();
	});

	/** A programdata account with other code. */
	function withRecursion(account: AccountSharedData): AccountSharedData {
		const head = UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;
		const data = new Uint8Array(head + recursion.length);
		data.set(account.data.subarray(0, head));
		data.set(recursion, head);
		return { ...account, data };
	}

	let calls = 0;
	function unitsOf(chain: Chain, id: Pubkey = programId): number {
		const data = Uint8Array.of(++calls, calls >> 8, 0, 0, 0, 0, 0, 0);
		const { err, computeUnitsConsumed } = chain.processTransaction(
			signed(chain, [{ programId: id, accounts: [], data }]),
		);
		// The programs want accounts and say so; that they ran is enough.
		expect(err === null || err.kind === 'InstructionError' ? 'ran' : err).toBe('ran');
		return computeUnitsConsumed;
	}

	function upgrade(chain: Chain): void {
		const instruction = loaderV3Instruction.upgrade(
			programdata,
			programId,
			buffer,
			alice.pubkey,
			alice.pubkey,
		);
		expect(chain.processTransaction(signed(chain, [instruction])).err).toBeNull();
		chain.advanceSlot();
	}

	it('run the code of then: after an upgrade, rooted or not', () => {
		const chain = chainWithProgram();
		const units = unitsOf(chain);
		const snapshot = chain.snapshot();
		for (const slots of [0, 40]) {
			upgrade(chain);
			const upgraded = unitsOf(chain);
			expect(upgraded).not.toBe(units);
			for (let i = 0; i < slots; i++) chain.advanceSlot();
			expect(unitsOf(chain)).toBe(upgraded);
			chain.revertTo(snapshot);
			expect(unitsOf(chain)).toBe(units);
		}
	});

	it('run the code of then: after it was written past the rules, whatever slot it claims', () => {
		const chain = chainWithProgram();
		const units = unitsOf(chain);
		const snapshot = chain.snapshot();
		const account = chain.getAccount(programdata)!;
		chain.setAccount(programdata, withRecursion(account));
		expect(unitsOf(chain)).not.toBe(units);
		for (let i = 0; i < 40; i++) chain.advanceSlot();
		chain.revertTo(snapshot);
		expect(unitsOf(chain)).toBe(units);
	});

	it('are looked for once in a slot, however many are written past the rules', () => {
		const chain = chainWithProgram();
		const account = chain.getAccount(programdata)!;
		const write = (lamports: bigint): void => {
			for (let i = 0; i < 20; i++) {
				chain.setAccount(Pubkey.fromBytes(new Uint8Array(32).fill(0x80 + i)), { ...account, lamports });
			}
		};
		write(5n);
		chain.advanceSlot();
		const snapshot = chain.snapshot();
		const scans = vi.spyOn(Bank.prototype, 'getProgramAccounts');
		write(6n);
		expect(scans).toHaveBeenCalledTimes(1);
		chain.advanceSlot();
		chain.revertTo(snapshot);
		// And in the slots that it goes back from and to.
		expect(scans).toHaveBeenCalledTimes(3);
		chain.revertTo(snapshot);
		expect(scans).toHaveBeenCalledTimes(3);
	});

	it('run the code that is written, where they were pointed to it after another search', () => {
		const chain = chainWithProgram();
		const units = unitsOf(chain);
		const elsewhere = Pubkey.fromBytes(new Uint8Array(32).fill(0x43));
		const account = chain.getAccount(programdata)!;
		chain.setAccount(elsewhere, account);
		const program = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: elsewhere });
		chain.setAccount(programId, { ...chain.getAccount(programId)!, data: program });
		expect(unitsOf(chain)).toBe(units);
		chain.setAccount(elsewhere, withRecursion(account));
		expect(unitsOf(chain)).not.toBe(units);
	});

	it('run the code that is written, though a listener throws when it hears of that', () => {
		const chain = chainWithProgram();
		const units = unitsOf(chain);
		const elsewhere = Pubkey.fromBytes(new Uint8Array(32).fill(0x43));
		const account = chain.getAccount(programdata)!;
		const call = (): unknown =>
			chain.processTransaction(
				signed(chain, [{ programId, accounts: [], data: Uint8Array.of(++calls, calls >> 8, 1) }]),
			).err;
		const writeWhereOneThrows = (pubkey: Pubkey, written: AccountSharedData): void => {
			const stop = chain.events.on('account', () => {
				throw new Error('a listener');
			});
			expect(() => chain.setAccount(pubkey, written)).toThrow('a listener');
			stop();
		};
		// What is there before the code is nobody's, so that only what is there after it tells whose it is.
		chain.setAccount(programdata, null);
		expect(call()).toMatchObject({ error: { kind: 'UnsupportedProgramId' } });
		writeWhereOneThrows(programdata, account);
		expect(unitsOf(chain)).toBe(units);

		const program = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: elsewhere });
		chain.setAccount(elsewhere, account);
		writeWhereOneThrows(programId, { ...chain.getAccount(programId)!, data: program });
		expect(unitsOf(chain)).toBe(units);
		chain.setAccount(elsewhere, withRecursion(account));
		expect(unitsOf(chain)).not.toBe(units);
	});

	it('run the code that is written, where they were deployed after another search', () => {
		const chain = chainWithProgram();
		const units = unitsOf(chain);
		const id = Pubkey.fromBytes(new Uint8Array(32).fill(0x44));
		const data = findProgramAddress([id.bytes], programIds.bpfLoaderUpgradeable)!.address;
		setBuffer(chain, counter);
		const room = new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_PROGRAM);
		const lamports = chain.minimumBalanceForRentExemption(room.length);
		const owner = programIds.bpfLoaderUpgradeable;
		chain.setAccount(id, createAccount({ lamports, data: room, owner }));
		const deploy = loaderV3Instruction.deployWithMaxDataLen(
			alice.pubkey,
			data,
			id,
			buffer,
			alice.pubkey,
			recursion.length,
		);
		const sent = signed(chain, [deploy]);
		expect(chain.processTransaction(sent).err).toBeNull();
		chain.setAccount(data, withRecursion(chain.getAccount(data)!));
		chain.advanceSlot();
		expect(unitsOf(chain, id)).not.toBe(units);
	});

	it('are gone where they were deployed since', () => {
		const chain = chainWithProgram();
		const program = chain.getAccount(programId)!;
		const code = chain.getAccount(programdata)!;
		chain.setAccount(programId, null);
		chain.setAccount(programdata, null);
		const snapshot = chain.snapshot();
		chain.setAccount(programId, program);
		chain.setAccount(programdata, code);
		chain.advanceSlot();
		unitsOf(chain);
		chain.revertTo(snapshot);
		const call = signed(chain, [{ programId, accounts: [], data: new Uint8Array(0) }]);
		expect(chain.processTransaction(call).err).toEqual({ kind: 'ProgramAccountNotFound' });
	});
});
