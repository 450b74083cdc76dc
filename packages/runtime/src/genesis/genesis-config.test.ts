import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bytesEqual, createAccount, Hash, Pubkey, Rent, U64_MAX } from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	CLUSTER_GENESIS_HASHES,
	computeShredVersion,
	createGenesisConfig,
	decodeGenesisConfig,
	encodeGenesisConfig,
	type GenesisConfig,
	genesisConfigHash,
	MAX_GENESIS_SIZE,
	nanosPerSlot,
} from './genesis-config.ts';

const VECTORS =
	process.env['PARHELION_VECTORS'] ?? resolve(import.meta.dirname, '../../../../../shared/vectors');

function decoded(bytes: Uint8Array): GenesisConfig {
	const result = decodeGenesisConfig(bytes);
	if (!result.ok) throw new Error(JSON.stringify(result.error));
	return result.value;
}

function errorKind(bytes: Uint8Array): string {
	const result = decodeGenesisConfig(bytes);
	return result.ok ? 'ok' : result.error.kind;
}

describe('the genesis of a public cluster', () => {
	for (const [file, cluster, accounts, warmup] of [
		['mainnet_genesis.bin', 'MainnetBeta', 431, false],
		['testnet_genesis.bin', 'Testnet', 770, true],
		['devnet_genesis.bin', 'Devnet', 423, false],
	] as const) {
		const path = join(VECTORS, 'genesis', file);
		const missing = !existsSync(path);
		it(`${cluster} has its known hash and survives a round trip${missing ? ' (skipped: no vectors)' : ''}`, (context) => {
			if (missing) return context.skip();
			const bytes = new Uint8Array(readFileSync(path));
			const config = decoded(bytes);
			expect(genesisConfigHash(config).toBase58()).toBe(CLUSTER_GENESIS_HASHES[cluster]);
			expect(bytesEqual(encodeGenesisConfig(config), bytes)).toBe(true);
			expect(config.clusterType).toBe(cluster);
			expect(config.accounts.size).toBe(accounts);
			expect(config.epochSchedule.warmup).toBe(warmup);
			expect(nanosPerSlot(config)).toBe(400_000_000n);
		});
	}
});

const arbitraryKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Pubkey.fromBytes(bytes));
const arbitraryU64 = fc.bigInt({ min: 0n, max: U64_MAX });
const arbitraryAccounts = fc.array(
	fc.tuple(
		arbitraryKey,
		fc
			.record({
				lamports: arbitraryU64,
				data: fc.uint8Array({ maxLength: 40 }),
				owner: arbitraryKey,
				executable: fc.boolean(),
				rentEpoch: arbitraryU64,
			})
			.map(createAccount),
	),
	{ maxLength: 6 },
);
const arbitraryConfig = fc
	.record({
		creationTime: fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
		accounts: arbitraryAccounts,
		rewardsPools: arbitraryAccounts,
		nativeInstructionProcessors: fc.array(fc.tuple(fc.string({ unit: 'binary' }), arbitraryKey), {
			maxLength: 3,
		}),
		ticksPerSlot: arbitraryU64,
		clusterType: fc.constantFrom('Testnet', 'MainnetBeta', 'Devnet', 'Development'),
		pohConfig: fc.record({
			targetTickDuration: fc.record({ secs: arbitraryU64, nanos: fc.nat(999_999_999) }),
			targetTickCount: fc.option(arbitraryU64),
			hashesPerTick: fc.option(arbitraryU64),
		}),
		rent: fc
			.tuple(arbitraryU64, fc.double(), fc.nat(255))
			.map(([rate, years, burn]) => new Rent(rate, years, burn)),
	})
	.map(createGenesisConfig);

describe('a genesis', () => {
	it('has one form, which reads back to itself', () => {
		fc.assert(
			fc.property(arbitraryConfig, (config) => {
				const bytes = encodeGenesisConfig(config);
				const again = decoded(bytes);
				expect(bytesEqual(encodeGenesisConfig(again), bytes)).toBe(true);
				expect(again.creationTime).toBe(config.creationTime);
				expect([...again.accounts.keys()].sort()).toEqual([...config.accounts.keys()].sort());
				expect(again.pohConfig).toEqual(config.pohConfig);
			}),
			{ numRuns: 60 },
		);
	});

	it('cut short is refused', () => {
		const bytes = encodeGenesisConfig(
			createGenesisConfig({ accounts: [[Pubkey.default, createAccount({})]] }),
		);
		for (let length = 0; length < bytes.length; length++) {
			expect(errorKind(bytes.subarray(0, length))).toBe('ReadSizeLimit');
		}
	});

	it('with bytes after its end, or its accounts in another order, is the same genesis, as for Agave', () => {
		const low = Pubkey.fromBytes(new Uint8Array(32).fill(1));
		const high = Pubkey.fromBytes(new Uint8Array(32).fill(0xee));
		const config = createGenesisConfig({
			accounts: [
				[high, createAccount({ lamports: 2n })],
				[low, createAccount({ lamports: 1n })],
			],
		});
		const bytes = encodeGenesisConfig(config);
		const longer = new Uint8Array(bytes.length + 3);
		longer.set(bytes);
		expect(genesisConfigHash(decoded(longer)).equals(genesisConfigHash(config))).toBe(true);
		// 16 bytes of time and count, then two accounts of 89 bytes each
		const swapped = new Uint8Array(bytes);
		swapped.set(bytes.subarray(16 + 89, 16 + 178), 16);
		swapped.set(bytes.subarray(16, 16 + 89), 16 + 89);
		expect(bytesEqual(swapped, bytes)).toBe(false);
		expect(bytesEqual(encodeGenesisConfig(decoded(swapped)), bytes)).toBe(true);
	});

	it('that claims more accounts or data than it has bytes is refused before anything is made', () => {
		const bytes = encodeGenesisConfig(
			createGenesisConfig({ accounts: [[Pubkey.default, createAccount({})]] }),
		);
		const claims = (offset: number, value: bigint): string => {
			const copy = new Uint8Array(bytes);
			new DataView(copy.buffer).setBigUint64(offset, value, true);
			return errorKind(copy);
		};
		expect(claims(8, U64_MAX)).toBe('ReadSizeLimit');
		expect(claims(16 + 40, U64_MAX)).toBe('ReadSizeLimit');
		expect(errorKind(new Uint8Array(MAX_GENESIS_SIZE + 1))).toBe('InvalidValue');
	});

	it('refuses a bad flag, a bad option, a bad cluster and text that is not UTF-8', () => {
		const bytes = encodeGenesisConfig(
			createGenesisConfig({
				accounts: [[Pubkey.default, createAccount({})]],
				nativeInstructionProcessors: [['a', Pubkey.default]],
			}),
		);
		const withByte = (offset: number, value: number): string => {
			const copy = new Uint8Array(bytes);
			copy[offset < 0 ? copy.length + offset : offset] = value;
			return errorKind(copy);
		};
		expect(withByte(16 + 80, 2)).toBe('InvalidBoolEncoding');
		expect(withByte(-4, 4)).toBe('InvalidTagEncoding');
		expect(withByte(16 + 89 + 16, 0xff)).toBe('InvalidValue');
		// target_tick_count: after the processors, the pools, ticks, unused and the duration
		expect(withByte(16 + 89 + 16 + 33 + 8 + 16 + 12, 2)).toBe('InvalidTagEncoding');
	});

	it('carries surplus nanoseconds into seconds and refuses those that overflow', () => {
		const config = createGenesisConfig();
		const bytes = encodeGenesisConfig(config);
		const nanosAt = 8 + 8 + 8 + 8 + 16 + 8;
		const view = new DataView(bytes.buffer);
		expect(view.getUint32(nanosAt, true)).toBe(config.pohConfig.targetTickDuration.nanos);
		view.setUint32(nanosAt, 2_000_000_001, true);
		expect(decoded(bytes).pohConfig.targetTickDuration).toEqual({ secs: 2n, nanos: 1 });
		view.setBigUint64(nanosAt - 8, U64_MAX, true);
		expect(errorKind(bytes)).toBe('InvalidValue');
	});
});

describe('the shred version', () => {
	// figures of crate solana-shred-version's tests
	it('folds the hash and is never zero', () => {
		const pattern = (...groups: [number, number][]): Hash => {
			const bytes = new Uint8Array(32);
			let at = 0;
			for (const [byte, count] of groups) {
				bytes.fill(byte, at, at + count);
				at += count;
			}
			return Hash.fromBytes(bytes);
		};
		const four: [number, number][] = [
			[0xa5, 2],
			[0x5a, 2],
			[0xa5, 2],
			[0x5a, 2],
		];
		expect(computeShredVersion(pattern(...four, ...four, ...four, ...four))).toBe(1);
		expect(computeShredVersion(pattern([0xa5, 2], [0x5a, 2]))).toBe(0xffff);
		expect(computeShredVersion(pattern([0xa5, 2], [0x5a, 2], [0xa5, 2]))).toBe(0x5a5b);
	});

	it('changes with every hard fork', () => {
		const hash = Hash.fromBytes(new Uint8Array(32).fill(7));
		const versions = [
			[],
			[[1n, 1n]],
			[[1n, 2n]],
			[
				[1n, 1n],
				[9n, 1n],
			],
		] as const;
		expect(new Set(versions.map((forks) => computeShredVersion(hash, forks))).size).toBe(4);
	});
});
