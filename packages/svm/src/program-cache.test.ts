import { BuiltinProgram, Executable, FunctionRegistry } from '@parhelion/sbpf';
import { programIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { key } from '../test/memory-bank.ts';
import type { InvokeContext } from './invoke-context.ts';
import { type BlockRelation, ProgramCache, ProgramCacheForTxBatch } from './program-cache.ts';
import {
	ProgramCacheEntry,
	type ProgramRuntimeEnvironment,
	programCacheEntryOwner,
} from './program-cache-entry.ts';

const program = key('program');
const environment: ProgramRuntimeEnvironment = BuiltinProgram.newMock<InvokeContext>();
const other: ProgramRuntimeEnvironment = BuiltinProgram.newMock<InvokeContext>();
const failed = (slot: bigint, env = environment) =>
	ProgramCacheEntry.newFailedVerificationTombstone(slot, 'LoaderV3', env);
const unloaded = (slot: bigint, env = environment) => ProgramCacheEntry.newUnloaded(slot, 'LoaderV3', env);

it('owners are known by their loaders', () => {
	expect(programCacheEntryOwner(programIds.bpfLoaderUpgradeable)).toBe('LoaderV3');
	expect(programCacheEntryOwner(programIds.nativeLoader)).toBe('NativeLoader');
	expect(programCacheEntryOwner(programIds.systemProgram)).toBeNull();
});

describe('a deferred entry', () => {
	it('loads its program once, when that is first asked for', () => {
		let loads = 0;
		const entry = ProgramCacheEntry.newDeferred('LoaderV2', 4n, () => {
			loads++;
			return { kind: 'FailedVerification', environment };
		});
		const cache = new ProgramCacheForTxBatch(5n);
		cache.replenish(key(1), entry);
		expect([cache.has(key(1)), loads]).toEqual([true, 0]);
		expect(cache.find(key(1))?.isTombstone()).toBe(true);
		expect(entry.program.kind).toBe('FailedVerification');
		expect(entry.environment()).toBe(environment);
		expect([entry.accountOwner, entry.deploymentSlot, loads]).toEqual(['LoaderV2', 4n, 1]);
	});
});

describe('the cache of a slot', () => {
	it('shows a deployment of its own slot as not yet visible', () => {
		const batch = new ProgramCacheForTxBatch(5n);
		batch.replenish(program, unloaded(5n));
		expect(batch.find(program)!.program.kind).toBe('DelayVisibility');
		batch.replenish(program, unloaded(4n));
		expect(batch.find(program)!.program.kind).toBe('Unloaded');
		batch.replenish(program, ProgramCacheEntry.newClosedTombstone(5n, 'LoaderV3'));
		expect(batch.find(program)!.program.kind).toBe('Closed');
	});

	it('shows what the running transaction changed, until that is drained or merged', () => {
		const batch = new ProgramCacheForTxBatch(5n);
		batch.replenish(program, failed(1n));
		batch.storeModifiedEntry(program, unloaded(5n));
		expect(batch.find(program)!.program.kind).toBe('DelayVisibility');
		const modified = batch.drainModifiedEntries();
		expect(batch.find(program)!.program.kind).toBe('FailedVerification');
		expect(batch.drainModifiedEntries()).toHaveLength(0);
		batch.merge(modified);
		expect(batch.find(program)!.program.kind).toBe('DelayVisibility');
		batch.remove(program);
		expect(batch.find(program)).toBeNull();
	});
});

describe('the cache of all programs', () => {
	const find = (cache: ProgramCache, slot: bigint, env = environment) =>
		cache.find(program, 'LoaderV3', slot, env)?.program.kind ?? null;

	it('finds the newest version a slot may see', () => {
		const cache = new ProgramCache();
		cache.assignProgram(environment, program, failed(3n));
		cache.assignProgram(environment, program, ProgramCacheEntry.newClosedTombstone(7n, 'LoaderV3'));
		expect(find(cache, 2n)).toBeNull();
		expect(find(cache, 3n)).toBe('FailedVerification');
		expect(find(cache, 7n)).toBe('Closed');
		expect(cache.find(program, 'LoaderV2', 9n, environment)).toBeNull();
	});

	it('asks for what is unloaded, and hides what was deployed in the slot', () => {
		const cache = new ProgramCache();
		cache.assignProgram(environment, program, unloaded(3n));
		expect(find(cache, 3n)).toBe('DelayVisibility');
		expect(find(cache, 4n)).toBeNull();
	});

	it('keeps one version a slot and environment', () => {
		const cache = new ProgramCache();
		cache.assignProgram(environment, program, unloaded(3n));
		cache.assignProgram(environment, program, failed(3n));
		expect([...cache.flattened()]).toHaveLength(1);
		cache.assignProgram(environment, program, failed(3n, other));
		expect([...cache.flattened()]).toHaveLength(2);
		expect(cache.find(program, 'LoaderV3', 5n, other)!.environment()).toBe(other);
		expect(cache.find(program, 'LoaderV3', 5n, environment)!.environment()).toBe(environment);
		cache.assignProgram(environment, program, ProgramCacheEntry.newClosedTombstone(3n, 'LoaderV3'));
		expect([...cache.flattened()]).toHaveLength(1);
	});

	it('does not fall back to an older version for want of an environment', () => {
		const cache = new ProgramCache();
		cache.assignProgram(environment, program, failed(1n));
		cache.assignProgram(environment, program, failed(3n, other));
		expect(find(cache, 5n)).toBeNull();
	});

	it('does not see other forks', () => {
		const relation: Record<string, BlockRelation> = { '3': 'Unrelated', '2': 'Ancestor' };
		const cache = new ProgramCache(0n, { relationship: (a) => relation[String(a)] ?? 'Unknown' });
		cache.assignProgram(environment, program, failed(2n));
		cache.assignProgram(environment, program, ProgramCacheEntry.newClosedTombstone(3n, 'LoaderV3'));
		expect(find(cache, 9n)).toBe('FailedVerification');
		cache.latestRootSlot = 3n;
		expect(find(cache, 9n)).toBe('Closed');
	});

	it('drops what a new root overshadows', () => {
		const cache = new ProgramCache();
		for (const slot of [1n, 2n, 3n, 9n]) cache.assignProgram(environment, program, failed(slot));
		cache.prune(4n, null);
		expect([...cache.flattened()].map((entry) => entry.deploymentSlot)).toEqual([3n, 9n]);
		cache.prune(4n, other);
		expect([...cache.flattened()]).toEqual([]);
		cache.assignProgram(environment, program, failed(5n));
		cache.pruneByDeploymentSlot(5n);
		expect([...cache.flattened()]).toEqual([]);
	});

	it('forgets a program', () => {
		const cache = new ProgramCache();
		cache.assignProgram(environment, program, failed(1n));
		cache.removeProgram(program);
		expect(find(cache, 5n)).toBeNull();
	});

	it('unloads the least used when full, and forgets tombstones of the past when there are many', () => {
		const cache = new ProgramCache(0n, undefined, 10);
		const executable = Executable.fromTextBytes(
			Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0),
			environment,
			0,
			new FunctionRegistry<number>(),
		);
		if (!executable.ok) throw new Error(executable.error.kind);
		for (let i = 0; i < 11; i++) {
			const entry = new ProgramCacheEntry({ kind: 'Loaded', executable: executable.value }, 'LoaderV3', 0n);
			entry.stats.uses = i;
			cache.assignProgram(environment, key(i), entry);
			cache.evict(5n);
		}
		expect(cache.loaded).toBe(9);
		expect(cache.find(key(1), 'LoaderV3', 5n, environment)).toBeNull();
		expect(cache.find(key(2), 'LoaderV3', 5n, environment)!.program.kind).toBe('Loaded');

		for (let i = 100; i < 260; i++) cache.assignProgram(environment, key(i), failed(i < 250 ? 4n : 5n));
		cache.evict(5n);
		expect([...cache.flattened()].filter((entry) => entry.isTombstone())).toHaveLength(10);
		expect(cache.loaded).toBe(9);
	});
});
