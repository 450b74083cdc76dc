import { Arena, defaultConfig, MemoryMapping, MM_INPUT_START } from '@parhelion/sbpf';
import {
	catchFault,
	createAccount,
	err,
	InstructionError,
	ok,
	Pubkey,
	programIds,
	Rent,
} from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { InstructionAccount } from './borrowed-instruction-account.ts';
import { deserializeParameters, freeSerializedParameters, serializeParameters } from './serialization.ts';
import {
	DirectMapping,
	redirectToAccount,
	type SerializationFeatures,
	writeBackDirectMappings,
} from './serialization-regions.ts';
import type { SerializedParameters } from './serialization-writer.ts';
import { TransactionContext } from './transaction-context.ts';

const OFF: SerializationFeatures = {
	virtualAddressSpaceAdjustments: false,
	accountDataDirectMapping: false,
	directAccountPointersInProgramInput: false,
};
const REGIONS: SerializationFeatures = { ...OFF, virtualAddressSpaceAdjustments: true };
const DIRECT: SerializationFeatures = { ...REGIONS, accountDataDirectMapping: true };

const arena = new Arena(64);
const key = (seed: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(seed));
const program = key(1);

/** A running instruction with a program, an account it owns, and one it does not. */
function running(loader: Pubkey = programIds.bpfLoader, isWritable = true): TransactionContext {
	const context = new TransactionContext(
		[
			[program, createAccount({ lamports: 1n, owner: loader, executable: true })],
			[key(2), createAccount({ lamports: 100n, owner: program, data: Uint8Array.of(1, 2, 3, 4, 5) })],
			[key(3), createAccount({ lamports: 100n, owner: key(9), data: Uint8Array.of(6, 7) })],
		],
		Rent.default(),
		5,
		64,
		1,
	);
	const accounts = [
		new InstructionAccount(1, false, isWritable),
		new InstructionAccount(2, true, true),
		new InstructionAccount(1, false, isWritable),
	];
	context.configureInstructionAtIndex(
		0,
		0,
		accounts,
		context.deduplicateAccounts(accounts),
		new Uint8Array(3),
		null,
	);
	context.push();
	return context;
}

/** Arena offset of an address of the parameters (regions not moved). */
function at(parameters: SerializedParameters, vmAddr: number): number {
	return parameters.host + (vmAddr - MM_INPUT_START);
}

function roundTrip(
	context: TransactionContext,
	features: SerializationFeatures,
	change: (parameters: SerializedParameters) => void,
): unknown {
	const instruction = context.getCurrentInstructionContext();
	const parameters = serializeParameters(arena, instruction, features);
	change(parameters);
	const result = catchFault(() => deserializeParameters(arena, instruction, features, parameters));
	freeSerializedParameters(arena, parameters);
	return result;
}

describe.each([
	['aligned', programIds.bpfLoader],
	['deprecated loader', programIds.bpfLoaderDeprecated],
])('parameters, %s', (_name, loader) => {
	it('that come back as they went leave the very data of the loaded account', () => {
		const context = running(loader);
		const loaded = context.accounts.list.map(({ data }) => data);
		expect(roundTrip(context, OFF, () => {})).toEqual(ok(undefined));
		expect(context.accounts.list.map(({ data }) => data)).toEqual(loaded);
		for (const [i, account] of context.accounts.list.entries()) expect(account.data).toBe(loaded[i]);
		// Upstream touches what the program could have changed.
		expect(context.accounts.list.map(({ touched }) => touched)).toEqual([false, true, false]);
	});

	it('give changed bytes to the account and not to the loaded one', () => {
		const context = running(loader);
		const loaded = context.accounts.list[1]!.data;
		roundTrip(context, OFF, (parameters) => {
			arena.u8[at(parameters, parameters.accountsMetadata[0]!.vmDataAddr) + 1] = 99;
		});
		expect([...context.accounts.list[1]!.data]).toEqual([1, 99, 3, 4, 5]);
		expect([...loaded]).toEqual([1, 2, 3, 4, 5]);
	});

	it('refuse changed bytes of a foreign or read-only account', () => {
		const write = (index: number) => (parameters: SerializedParameters) => {
			arena.u8[at(parameters, parameters.accountsMetadata[index]!.vmDataAddr)] = 99;
		};
		expect(roundTrip(running(loader), OFF, write(1))).toEqual(
			err(InstructionError.ExternalAccountDataModified),
		);
		expect(roundTrip(running(loader, false), OFF, write(0))).toEqual(
			err(InstructionError.ReadonlyDataModified),
		);
	});

	it('refuse lamports taken from a foreign account', () => {
		const result = roundTrip(running(loader), OFF, (parameters) => {
			const { vmLamportsAddr } = parameters.accountsMetadata[1]!;
			arena.view.setBigUint64(at(parameters, vmLamportsAddr), 1n, true);
		});
		expect(result).toEqual(err(InstructionError.ExternalAccountLamportSpend));
	});
});

describe('aligned parameters', () => {
	const setLength = (length: bigint) => (parameters: SerializedParameters) => {
		const { vmDataAddr } = parameters.accountsMetadata[0]!;
		arena.view.setBigUint64(at(parameters, vmDataAddr) - 8, length, true);
	};

	it('let an account grow by zeros up to 10 KiB, and shrink', () => {
		const context = running();
		expect(roundTrip(context, OFF, setLength(10_245n))).toEqual(ok(undefined));
		const grown = context.accounts.list[1]!.data;
		expect(grown.length).toBe(10_245);
		expect([...grown.subarray(0, 7)]).toEqual([1, 2, 3, 4, 5, 0, 0]);
		expect(grown.subarray(5).every((byte) => byte === 0)).toBe(true);
		expect(context.accounts.resizeDelta).toBe(10_240);
		expect(roundTrip(context, OFF, setLength(2n))).toEqual(ok(undefined));
		expect([...context.accounts.list[1]!.data]).toEqual([1, 2]);
	});

	it('refuse to grow further', () => {
		expect(roundTrip(running(), OFF, setLength(10_246n))).toEqual(err(InstructionError.InvalidRealloc));
		expect(roundTrip(running(), OFF, setLength(2n ** 64n - 1n))).toEqual(
			err(InstructionError.InvalidRealloc),
		);
	});

	it('change the owner only of zeroed data', () => {
		const setOwner = (parameters: SerializedParameters): void => {
			const { vmOwnerAddr } = parameters.accountsMetadata[0]!;
			arena.u8.set(key(7).bytes, at(parameters, vmOwnerAddr));
		};
		expect(roundTrip(running(), OFF, setOwner)).toEqual(err(InstructionError.ModifiedProgramId));
		const context = running();
		context.accounts.list[1]!.setDataFromSlice(new Uint8Array(5));
		expect(roundTrip(context, OFF, setOwner)).toEqual(ok(undefined));
		expect(context.accounts.list[1]!.owner.equals(key(7))).toBe(true);
	});

	it('pad with zeros whatever the arena held before', () => {
		const block = arena.allocUnzeroed(30_000);
		arena.u8.fill(0xaa, block, block + 30_000);
		arena.free(block);
		const parameters = serializeParameters(arena, running().getCurrentInstructionContext(), OFF);
		const { vmDataAddr, originalDataLen } = parameters.accountsMetadata[0]!;
		const start = at(parameters, vmDataAddr) + originalDataLen;
		expect(arena.u8.subarray(start, start + 10_240 + 3).every((byte) => byte === 0)).toBe(true);
		freeSerializedParameters(arena, parameters);
	});

	it('of more than 255 accounts are refused', () => {
		const context = running();
		const accounts = Array.from({ length: 256 }, () => new InstructionAccount(1, false, false));
		const map = context.deduplicateAccounts(accounts);
		context.configureInstructionAtIndex(0, 0, accounts, map, new Uint8Array(0), null);
		const instruction = context.getCurrentInstructionContext();
		expect(catchFault(() => serializeParameters(arena, instruction, OFF))).toEqual(
			err(InstructionError.MaxAccountsExceeded),
		);
	});
});

describe('account data in regions of its own', () => {
	it('is writable only where the program may change it', () => {
		const parameters = serializeParameters(arena, running().getCurrentInstructionContext(), REGIONS);
		const region = (index: number) =>
			parameters.regions.find(({ vmAddr }) => vmAddr === parameters.accountsMetadata[index]!.vmDataAddr)!;
		expect(region(0)).toMatchObject({ writable: true, len: 5, accessViolationHandlerPayload: 1 });
		expect(region(1)).toMatchObject({ writable: false, len: 2, accessViolationHandlerPayload: null });
		freeSerializedParameters(arena, parameters);
	});

	it('mapped directly is read-only until the handler unshares it', () => {
		const context = running();
		const parameters = serializeParameters(arena, context.getCurrentInstructionContext(), DIRECT);
		const { vmDataAddr } = parameters.accountsMetadata[0]!;
		const region = parameters.regions.find(({ vmAddr }) => vmAddr === vmDataAddr)!;
		expect(region).toMatchObject({ writable: false, len: 5, accessViolationHandlerPayload: 1 });
		const handler = context.accessViolationHandler((found, account) =>
			redirectToAccount(arena, parameters.directMappings, found, account),
		);
		// What a read-only store or a load asks for changes nothing.
		handler(region, 10_245, 0, vmDataAddr, 1);
		expect(region.writable).toBe(false);
		handler(region, 10_245, 1, vmDataAddr + 6, 1);
		expect(region).toMatchObject({ writable: true, len: 10_245 });
		expect([...arena.u8.subarray(region.host, region.host + 8)]).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
		expect(context.accounts.list[1]!.data.length).toBe(10_245);
		freeSerializedParameters(arena, parameters);
	});

	it('mapped directly is copied back where it is writable', () => {
		const context = running();
		context.accounts.list[1]!.dataMut();
		const parameters = serializeParameters(arena, context.getCurrentInstructionContext(), DIRECT);
		const { regions, directMappings } = parameters;
		for (const { vmAddr, host } of regions) {
			if (directMappings.some((one) => one.vmAddr === vmAddr)) arena.u8[host] = 77;
		}
		const mapping = new MemoryMapping(arena, regions, defaultConfig(), 0);
		mapping.initialize();
		writeBackDirectMappings(mapping, directMappings, context.accounts);
		expect([...context.accounts.list[1]!.data]).toEqual([77, 2, 3, 4, 5]);
		expect([...context.accounts.list[2]!.data]).toEqual([6, 7]);
		freeSerializedParameters(arena, parameters);
	});
});

describe('DirectMapping', () => {
	it('grows by zeros over whatever its block held', () => {
		const garbage = arena.allocUnzeroed(64);
		arena.u8.fill(0xbb, garbage, garbage + 64);
		arena.free(garbage);
		const mapping = new DirectMapping(arena, 1, MM_INPUT_START, 64);
		mapping.fill(arena, Uint8Array.of(1, 2, 3));
		mapping.extend(arena, 10);
		expect([...arena.u8.subarray(mapping.host, mapping.host + 10)]).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0]);
		arena.u8[mapping.host + 9] = 5;
		mapping.extend(arena, 10);
		expect(arena.u8[mapping.host + 9]).toBe(5);
		mapping.fill(arena, new Uint8Array(100).fill(4));
		expect(arena.u8[mapping.host + 99]).toBe(4);
		mapping.free(arena);
	});
});
