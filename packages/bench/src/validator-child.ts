/**
 * The scenes of `validator.ts`, each in a process of its own: `validator-child.js SCENE [ARGUMENT...]` prints its figures as
 * JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AccountsDb, Chain, transferInstruction } from '@parhelion/runtime';
import { LmdbEnvironment, LmdbStorage, MemoryStorage, openChainFolder } from '@parhelion/runtime/node';
import {
	type AccountSharedData,
	compileLegacyMessage,
	createAccount,
	Pubkey,
	programIds,
	type VersionedTransaction,
} from '@parhelion/sdk';
import { decodeAll, TransferScene } from './bank-overhead.ts';

const SIGNATURE = new Uint8Array(64);
/** Bytes of a token account. */
const TOKEN_ACCOUNT_BYTES = 165;
const RENT = 2_039_280n;
/** Accounts of one batch. */
const BATCH = 20_000;

function key(tag: number, i: number): Pubkey {
	// As spread as hashes are, so that trees and tables meet what they would.
	const bytes = new Uint8Array(32);
	const view = new DataView(bytes.buffer);
	let state = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(tag, 0x85ebca6b);
	for (let at = 0; at < 32; at += 4) {
		state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) ^ (i + at);
		state ^= state >>> 13;
		view.setInt32(at, state, true);
	}
	return Pubkey.fromBytes(bytes);
}

function tokenAccount(i: number): AccountSharedData {
	const data = new Uint8Array(TOKEN_ACCOUNT_BYTES);
	data.set(key(1, i % 50).bytes);
	data.set(key(2, i).bytes, 32);
	new DataView(data.buffer).setUint32(64, i, true);
	data[108] = 1;
	return createAccount({ lamports: RENT, data, owner: programIds.splToken });
}

/** Token accounts from number `from` on. */
function tokenAccounts(from: number, count: number): (readonly [Pubkey, AccountSharedData])[] {
	return Array.from({ length: count }, (_, i) => [key(3, from + i), tokenAccount(from + i)] as const);
}

const milliseconds = (since: number): number => performance.now() - since;

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), 'parhelion-bench-'));
	try {
		return await run(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function transfer(chain: Chain, serial: number): VersionedTransaction {
	const instruction = transferInstruction(
		chain.faucet.pubkey,
		key(4, serial % 64),
		2_000_000n + BigInt(serial),
	);
	const message = compileLegacyMessage(chain.faucet.pubkey, [instruction], chain.lastBlockhash());
	return { signatures: [SIGNATURE], message };
}

function send(chain: Chain, transactions: readonly VersionedTransaction[]): void {
	for (const transaction of transactions) {
		const { err } = chain.processTransaction(transaction, { skipSigVerify: true });
		if (err !== null) throw new Error(`a transfer fails: ${err.kind}`);
	}
}

/** Transfers that are decoded at a time: more of them would be the garbage collector's burden, and timed with it. */
const CHUNK = 250;

/**
 * Nanoseconds of a transfer through the bank and without it, and their ratio; a round is a block of `chunks`. Means, not medians:
 * what the garbage collector takes is part of either cost, and it falls on few chunks.
 */
function overhead(rounds: number, chunks: number): Record<string, number> {
	const scene = new TransferScene();
	const warm = Math.floor(rounds / 4);
	const transfers = (rounds - warm) * chunks * CHUNK;
	let [withBank, without] = [0, 0];
	let coin = 1;
	for (let round = 0; round < rounds; round++) {
		if (round === warm) [withBank, without] = [0, 0];
		const runBare = scene.bare();
		for (let chunk = 0; chunk < chunks; chunk++) {
			const wire = scene.transfers(CHUNK);
			const [first, second] = [decodeAll(wire), decodeAll(wire)];
			// Whoever begins has the other's leavings in the cache. By chance, because what alternates falls into step with the
			// collector, which then strikes the same side for a hundred blocks.
			coin = (Math.imul(coin, 1_664_525) + 1_013_904_223) | 0;
			const isBankFirst = coin < 0;
			if (isBankFirst) withBank += time(() => scene.runBank(first));
			without += time(() => runBare(second));
			if (!isBankFirst) withBank += time(() => scene.runBank(first));
		}
		scene.advance();
	}
	return { bank: withBank / transfers, bare: without / transfers, ratio: withBank / without };
}

/** Nanoseconds. */
function time(run: () => void): number {
	const start = process.hrtime.bigint();
	run();
	return Number(process.hrtime.bigint() - start);
}

/** Milliseconds of making blocks on a disk and of replaying them. */
function replay(blocks: number, perBlock: number): Promise<Record<string, number>> {
	return inFolder(async (folder) => {
		const ledger = await openChainFolder(folder);
		const chain = Chain.open(ledger);
		chain.advanceSlot();
		// The compiler's share is the same for both: one block of each beforehand.
		send(
			chain,
			Array.from({ length: perBlock }, (_, i) => transfer(chain, i)),
		);
		chain.advanceSlot();
		let first = 0;
		for (let block = 1; block <= blocks; block++) {
			const transactions = Array.from({ length: perBlock }, (_, i) => transfer(chain, block * perBlock + i));
			const start = performance.now();
			send(chain, transactions);
			chain.advanceSlot();
			first += milliseconds(start);
		}
		const hash = chain.bank.parentHash;
		await ledger.close();
		const again = await openChainFolder(folder);
		let done = 0;
		let start = 0;
		const replayed = Chain.open(again, {
			onProgress: (count) => {
				// From the third block on: genesis and the block beforehand are not counted.
				if (count === 3) start = performance.now();
				done = count;
			},
		});
		const second = milliseconds(start);
		if (!replayed.bank.parentHash.equals(hash)) throw new Error('the replay leads elsewhere');
		await again.close();
		return { first: first / blocks, replay: second / (done - 3), blocks: done - 3 };
	});
}

/** Makes a folder with a chain and so many accounts. */
async function fill(folder: string, accounts: number): Promise<Record<string, number>> {
	const ledger = await openChainFolder(folder);
	const chain = Chain.open(ledger);
	for (let slot = 0; slot < 40; slot++) {
		send(
			chain,
			Array.from({ length: 100 }, (_, i) => transfer(chain, slot * 100 + i)),
		);
		chain.advanceSlot();
	}
	const { storage } = ledger;
	const checkpoint = storage.checkpoint();
	if (checkpoint === null) throw new Error('nothing was rooted');
	for (let from = 0; from < accounts; from += BATCH) {
		const entries = tokenAccounts(from, Math.min(BATCH, accounts - from));
		storage.commit({ root: checkpoint.slot, entries, checkpoint: checkpoint.fields });
	}
	await ledger.close();
	return { accounts: storage.accountCount };
}

/** Milliseconds since the process began until the chain is open, its blocks replayed and a transaction through. */
async function restart(folder: string): Promise<Record<string, number>> {
	const ledger = await openChainFolder(folder);
	const chain = Chain.open(ledger);
	send(chain, [transfer(chain, 1_000_000)]);
	const ready = performance.now();
	const { accountCount } = chain;
	await ledger.close();
	return { ready, accounts: accountCount };
}

/** Bytes that the process keeps with so many token accounts in memory. */
function memory(accounts: number): Record<string, number> {
	const database = new AccountsDb({ storage: new MemoryStorage() });
	const slots = Math.ceil(accounts / BATCH);
	for (let slot = 0; slot < slots; slot++) {
		database.store(BigInt(slot + 1), tokenAccounts(slot * BATCH, Math.min(BATCH, accounts - slot * BATCH)));
		database.addRoot(BigInt(slot + 1));
		database.flushSync();
	}
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	collect();
	collect();
	const { rss } = process.memoryUsage();
	return { resident: rss, accounts: database.stats().storedAccounts };
}

/** Accounts a second that a flush writes, and that LMDB writes of the same records into one table. */
function flush(accounts: number, commits: number): Promise<Record<string, number>> {
	return inFolder(async (folder) => {
		const identity = { genesisHash: new Uint8Array(32), featureSetId: 0 };
		const environment = await LmdbEnvironment.open(join(folder, 'flush'), identity);
		const storage = new LmdbStorage(environment);
		const database = new AccountsDb({ storage });
		const perCommit = Math.ceil(accounts / commits);
		const batches = Array.from({ length: commits }, (_, i) => tokenAccounts(i * perCommit, perCommit));
		let flushed = 0;
		for (const [i, batch] of batches.entries()) {
			database.store(BigInt(i + 1), batch);
			database.addRoot(BigInt(i + 1));
			const start = performance.now();
			database.flushSync();
			flushed += milliseconds(start);
		}
		await database.close();
		const bare = await LmdbEnvironment.open(join(folder, 'bare'), identity);
		const table = bare.table('accounts');
		let written = 0;
		for (const batch of batches) {
			const records = batch.map(([pubkey, { data }]): readonly [Uint8Array, Uint8Array] => {
				const record = new Uint8Array(data.length + 64);
				record.set(data, 64);
				return [pubkey.bytes, record];
			});
			const start = performance.now();
			bare.transact(() => {
				for (const [pubkey, record] of records) table.putSync(pubkey, record);
			});
			written += milliseconds(start);
		}
		await bare.close();
		return { flush: (accounts / flushed) * 1000, lmdb: (accounts / written) * 1000 };
	});
}

const SCENES: Readonly<
	Record<string, (...args: readonly string[]) => Promise<Record<string, number>> | Record<string, number>>
> = {
	overhead: (rounds, chunks) => overhead(Number(rounds), Number(chunks)),
	replay: (blocks, perBlock) => replay(Number(blocks), Number(perBlock)),
	fill: (folder, accounts) => fill(folder!, Number(accounts)),
	restart: (folder) => restart(folder!),
	memory: (accounts) => memory(Number(accounts)),
	flush: (accounts, commits) => flush(Number(accounts), Number(commits)),
};

const [scene = '', ...args] = process.argv.slice(2);
const run = SCENES[scene];
if (run === undefined)
	throw new TypeError(`a scene is one of ${Object.keys(SCENES).join(', ')}, not ${scene}`);
console.log(JSON.stringify(await run(...args)));
