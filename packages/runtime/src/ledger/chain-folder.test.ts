import { spawnSync } from 'node:child_process';
import {
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount, EpochSchedule, FeatureSet, featureId, Pubkey, Rent } from '@parhelion/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GenesisOptions } from '../bank/bank-types.ts';
import { Chain } from '../chain.ts';
import { LAMPORTS_PER_SOL } from '../genesis/local-genesis.ts';
import { openChainFolder, resetChainFolder } from './chain-folder.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const genesis: GenesisOptions = {
	creationTime: 1_700_000_000n,
	accounts: [[key(1), createAccount({ lamports: LAMPORTS_PER_SOL })]],
};

let folder: string;
beforeEach(() => {
	folder = join(mkdtempSync(join(tmpdir(), 'parhelion-folder-')), 'ledger');
});
afterEach(() => {
	rmSync(join(folder, '..'), { recursive: true, force: true });
});

/** Makes a chain of so many slots and closes it. */
async function made(slots = 3): Promise<void> {
	const chain = Chain.open(await openChainFolder(folder, { genesis }));
	for (let slot = 0; slot < slots; slot++) {
		chain.advanceSlot();
		chain.airdrop(key(2), LAMPORTS_PER_SOL);
	}
	await chain.close();
}

describe('the folder of a chain', () => {
	it('is made, and found again as it was left', async () => {
		const first = await openChainFolder(folder, { genesis });
		expect(first.isNew).toBe(true);
		await first.close();
		await made(40);
		// No options at all take what is there; a later time of creation is none of its business.
		for (const options of [{}, { genesis: { ...genesis, creationTime: 1_800_000_000n } }]) {
			const found = await openChainFolder(folder, options);
			expect(found.isNew).toBe(false);
			const chain = Chain.open(found);
			expect(chain.slot).toBeGreaterThan(40n);
			expect(chain.getBalance(key(2))).toBe(40n * LAMPORTS_PER_SOL);
			expect(chain.genesisHash.equals(Chain.genesis(genesis).genesisHash)).toBe(true);
			await chain.close();
		}
	});

	it('says in what it differs from what it is to begin with, and takes it as it is where told to', async () => {
		await made();
		const featureSet = FeatureSet.mainnet();
		featureSet.deactivate(featureId('move_precompile_verification_to_svm'));
		const other: GenesisOptions = {
			featureSet,
			rent: new Rent(1n, 1, 50),
			epochSchedule: EpochSchedule.custom(64n, 64n, false),
			accounts: [
				[key(1), createAccount({ lamports: 5n })],
				[key(9), createAccount({ lamports: 5n })],
			],
		};
		const refused = await openChainFolder(folder, { genesis: other }).catch((error: unknown) => error);
		expect(refused).toMatchObject({ kind: 'other-genesis' });
		const { message } = refused as Error;
		expect(message).toContain(`The ledger in ${folder} began with another genesis: rent (`);
		expect(message).toContain('epoch schedule (["432000",false] there, ["64",false] here)');
		expect(message).toMatch(
			/\d+ more accounts?\. Start with the same options, in another folder, or anew\.$/,
		);
		const kept = await openChainFolder(folder, { genesis: other, keepGenesis: true });
		expect(Chain.open(kept).getBalance(key(1))).toBe(LAMPORTS_PER_SOL);
		await kept.close();
	});

	it('names features and accounts that differ', async () => {
		await made();
		const featureSet = FeatureSet.mainnet();
		const [id] = [...featureSet.activeFeatures()][0]!;
		featureSet.deactivate(id);
		await expect(openChainFolder(folder, { genesis: { ...genesis, featureSet } })).rejects.toThrow(
			/began with another genesis: feature \S+ \(only there\)\. Start/,
		);
		const accounts = [...(genesis.accounts ?? []), [key(9), createAccount({ lamports: 5n })] as const];
		await expect(openChainFolder(folder, { genesis: { ...genesis, accounts } })).rejects.toThrow(
			`another genesis: account ${key(9)} (only here). Start`,
		);
	});

	it('begins anew where told to, and leaves alone what is not its own', async () => {
		await made();
		writeFileSync(join(folder, 'notes.txt'), 'mine');
		const again = await openChainFolder(folder, { genesis: { creationTime: 5n }, reset: true });
		expect(again.isNew).toBe(true);
		expect(Chain.open(again).slot).toBe(0n);
		await again.close();
		expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
	});

	it('is not begun anew while somebody has it open', async () => {
		const open = await openChainFolder(folder, { genesis });
		await expect(resetChainFolder(folder)).rejects.toMatchObject({ kind: 'locked' });
		await expect(openChainFolder(folder, { genesis })).rejects.toMatchObject({ kind: 'locked' });
		await open.close();
		await resetChainFolder(folder);
	});

	it.each([
		['genesis.bin', 100, 'corrupt', /genesis\.bin is no genesis, or a part of it is missing/],
		['data.mdb', 5000, 'truncated', /data\.mdb is shorter than the data it names/],
	])('is refused with a truncated %s, and can be begun anew', async (name, length, kind, message) => {
		await made();
		truncateSync(join(folder, name), length);
		const refused = await openChainFolder(folder).catch((error: unknown) => error);
		expect(refused).toMatchObject({ kind });
		expect((refused as Error).message).toMatch(message);
		await (await openChainFolder(folder, { reset: true })).close();
	});

	it('is refused where all but its genesis is lost, and can be begun anew', async () => {
		await made();
		for (const lose of [truncateSync, rmSync]) {
			lose(join(folder, 'data.mdb'));
			const refused = await openChainFolder(folder, { genesis }).catch((error: unknown) => error);
			expect(refused).toMatchObject({ kind: 'truncated' });
			expect((refused as Error).message).toContain('data.mdb is gone or empty, and with it all that');
		}
		const again = await openChainFolder(folder, { reset: true, genesis });
		expect(again.isNew).toBe(true);
		await again.close();
	});

	it('is made to the end, or begun anew to the end, where that was interrupted', async () => {
		await made();
		renameSync(join(folder, 'genesis.bin'), join(folder, 'genesis.bin.new'));
		const found = await openChainFolder(folder, { genesis });
		expect(Chain.open(found).slot).toBeGreaterThan(3n);
		await found.close();
		renameSync(join(folder, 'genesis.bin'), join(folder, 'genesis.bin.new'));
		rmSync(join(folder, 'data.mdb'));
		// As another process left it.
		writeFileSync(join(folder, 'genesis.bin.new'), 'a part of a genesis');
		const begun = await openChainFolder(folder, { genesis: { creationTime: 5n } });
		expect([begun.isNew, begun.genesis.creationTime]).toEqual([true, 5n]);
		await begun.close();
		expect(readdirSync(folder).sort()).toEqual(['data.mdb', 'genesis.bin', 'lock.mdb']);
	});

	it('is refused where a file is in its way', async () => {
		const file = join(folder, '..', 'file');
		writeFileSync(file, 'mine');
		for (const path of [file, join(file, 'below')]) {
			await expect(openChainFolder(path)).rejects.toThrow(
				`${path} cannot be made: there is a file of that name`,
			);
		}
		expect(readFileSync(file, 'utf8')).toBe('mine');
	});

	it('is refused where it is a folder of Agave, a foreign database, or a part is missing', async () => {
		await made();
		writeFileSync(join(folder, 'rocksdb'), '');
		await expect(openChainFolder(folder)).rejects.toThrow('is a ledger of solana-test-validator');
		await expect(openChainFolder(folder, { reset: true })).rejects.toMatchObject({ kind: 'foreign' });
		rmSync(join(folder, 'rocksdb'));
		rmSync(join(folder, 'genesis.bin'));
		await expect(openChainFolder(folder)).rejects.toThrow('has a data.mdb without a genesis.bin');
		writeFileSync(join(folder, 'data.mdb'), new Uint8Array(10_000).fill(7));
		await expect(openChainFolder(folder, { reset: true })).rejects.toThrow('is not an LMDB file');
	});

	it('is refused with the genesis of another chain', async () => {
		await made();
		const other = join(folder, '..', 'other');
		await (await openChainFolder(other, { genesis: { creationTime: 1n } })).close();
		writeFileSync(join(folder, 'genesis.bin'), readFileSync(join(other, 'genesis.bin')));
		await expect(openChainFolder(folder)).rejects.toMatchObject({ kind: 'other-genesis' });
	});
});

/** A file system of its own; only root may mount one. */
const mount = (at: string, ...options: string[]): boolean =>
	process.platform === 'linux' &&
	process.getuid?.() === 0 &&
	spawnSync('mount', [...options, 'tmpfs', at]).status === 0;
const canMount = ((): boolean => {
	const at = mkdtempSync(join(tmpdir(), 'parhelion-mount-'));
	const isMounted = mount(at, '-t', 'tmpfs', '-o', 'size=64k');
	if (isMounted) spawnSync('umount', [at]);
	rmSync(at, { recursive: true, force: true });
	return isMounted;
})();

describe.skipIf(!canMount)('a chain on a small device (needs root to mount one)', () => {
	const device = (): string => join(folder, '..');
	afterEach(() => {
		spawnSync('umount', ['-l', device()]);
	});

	/** Runs a chain until the disk refuses; the slot, the newest root that was told and what the faucet had paid by then. */
	async function filled(): Promise<{ error: unknown; told: bigint; slot: bigint; paid: bigint }> {
		const chain = Chain.open(await openChainFolder(folder, { genesis }));
		let told = -1n;
		chain.events.on('slotsRooted', ({ root }) => {
			told = root;
		});
		let error: unknown = null;
		while (error === null) {
			chain.setAccount(key(50), createAccount({ lamports: chain.slot + 1n, data: new Uint8Array(20_000) }));
			chain.airdrop(key(2), LAMPORTS_PER_SOL);
			try {
				chain.advanceSlot();
			} catch (refusal) {
				error = refusal;
			}
		}
		const found = { error, told, slot: chain.slot, paid: chain.bankAt('confirmed').getBalance(key(2)) };
		// The block that was refused is refused again; the folder is let go all the same.
		await expect(chain.close()).rejects.toMatchObject({ kind: 'disk-full' });
		return found;
	}

	it('says that the disk is full, and goes on where it was when there is room', async () => {
		expect(mount(device(), '-t', 'tmpfs', '-o', 'size=8m')).toBe(true);
		const { error, told, slot, paid } = await filled();
		expect(error).toMatchObject({ kind: 'disk-full' });
		expect((error as Error).message).toContain('Nothing was lost: the ledger stands at its last commit.');
		expect(told).toBeGreaterThan(0n);
		expect(mount(device(), '-o', 'remount,size=40m')).toBe(true);
		const chain = Chain.open(await openChainFolder(folder));
		expect(chain.root).toBe(told);
		// The block of the slot that was refused is gone, all before it are there.
		expect(chain.slot).toBe(slot);
		expect(chain.getBalance(key(2))).toBe(paid);
		for (let i = 0; i < 5; i++) chain.advanceSlot();
		expect(chain.root).toBe(told + 5n);
		await chain.close();
	}, 60_000);

	it('refuses a read-only file system', async () => {
		expect(mount(device(), '-t', 'tmpfs', '-o', 'size=8m')).toBe(true);
		await made();
		expect(mount(device(), '-o', 'remount,ro')).toBe(true);
		const refused = await openChainFolder(folder, { genesis }).catch((error: unknown) => error);
		expect(refused).toMatchObject({ kind: 'read-only' });
		expect((refused as Error).message).toContain('A ledger needs a folder that it can write.');
	});
});
