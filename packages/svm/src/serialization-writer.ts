/**
 * Owns the writing of a program's parameters: one buffer front to back, cut into regions as the features ask.
 *
 * Source: solana-program-runtime 4.3.0, serialization.rs (`Serializer`).
 */

import { type Arena, MemoryRegion, MM_INPUT_START } from '@parhelion/sbpf';
import type { Pubkey } from '@parhelion/sdk';
import { putPubkey } from './arena-pubkey.ts';
import { MAX_ACCOUNT_DATA_GROWTH_PER_INSTRUCTION } from './execution-budget.ts';
import type { InstructionContext } from './instruction-context.ts';
import type { SerializedAccountMetadata } from './memory-context.ts';
import {
	createMemoryRegionOfAccount,
	DirectMapping,
	modifyMemoryRegionOfAccount,
	type SerializationFeatures,
} from './serialization-regions.ts';

/** Bytes kept free behind an account's data for it to grow. */
export const MAX_PERMITTED_DATA_INCREASE: number = MAX_ACCOUNT_DATA_GROWTH_PER_INSTRUCTION;
/** Alignment of a u128 inside the virtual machine. */
export const BPF_ALIGN_OF_U128 = 8;

/** The parameters in the arena. The caller frees them ({@link freeSerializedParameters}). */
export interface SerializedParameters {
	/** Offset of the buffer. */
	readonly host: number;
	/** Bytes of the buffer. */
	readonly len: number;
	readonly regions: readonly MemoryRegion[];
	/** Parallel to the instruction's accounts; duplicates share an entry. */
	readonly accountsMetadata: readonly SerializedAccountMetadata[];
	/** Address of the instruction data: what r2 starts with. */
	readonly instructionDataOffset: number;
	readonly directMappings: readonly DirectMapping[];
}

/** Bytes from `len` to the next multiple of {@link BPF_ALIGN_OF_U128}. */
export function alignOffset(len: number): number {
	return -len & (BPF_ALIGN_OF_U128 - 1);
}

/** Whether account data is left out of the buffer. */
export function isDataElsewhere(features: SerializationFeatures): boolean {
	return features.virtualAddressSpaceAdjustments && features.accountDataDirectMapping;
}

const NO_DIRECT_MAPPINGS: readonly DirectMapping[] = [];

/** Writes the buffer front to back and cuts it into regions. */
export class Serializer {
	readonly arena: Arena;
	readonly host: number;
	/** Where the next byte goes. */
	at: number;
	private readonly end: number;
	/** Made with its first region: an array that grows from nothing takes room for seventeen. */
	private list: MemoryRegion[] | null = null;
	private direct: DirectMapping[] | null = null;
	/** Address of the current region. */
	private vaddr: number = MM_INPUT_START;
	/** Offset of the current region. */
	private regionStart: number;
	private readonly isLoaderV1: boolean;
	private readonly features: SerializationFeatures;

	constructor(arena: Arena, size: number, isLoaderV1: boolean, features: SerializationFeatures) {
		this.arena = arena;
		this.host = arena.allocUnzeroed(size);
		this.at = this.host;
		this.regionStart = this.host;
		this.end = this.host + size;
		this.isLoaderV1 = isLoaderV1;
		this.features = features;
	}

	/** Address of the next byte. */
	private here(): number {
		return this.vaddr + (this.at - this.regionStart);
	}

	u8(value: number): number {
		const vaddr = this.here();
		this.arena.u8[this.at++] = value;
		return vaddr;
	}

	flag(value: boolean): void {
		this.arena.u8[this.at++] = value ? 1 : 0;
	}

	/** A u64 below 2^53. */
	length(value: number): void {
		const { view } = this.arena;
		view.setUint32(this.at, value, true);
		view.setUint32(this.at + 4, value / 0x1_0000_0000, true);
		this.at += 8;
	}

	u64(value: bigint): number {
		const vaddr = this.here();
		this.arena.view.setBigUint64(this.at, value, true);
		this.at += 8;
		return vaddr;
	}

	/** `u64::MAX`, which every program sees for a rent epoch. */
	rentEpoch(): void {
		const { view } = this.arena;
		view.setInt32(this.at, -1, true);
		view.setInt32(this.at + 4, -1, true);
		this.at += 8;
	}

	bytes(value: Uint8Array): number {
		const vaddr = this.here();
		this.arena.u8.set(value, this.at);
		this.at += value.length;
		return vaddr;
	}

	pubkey(key: Pubkey): number {
		const vaddr = this.here();
		putPubkey(this.arena, this.at, key);
		this.at += 32;
		return vaddr;
	}

	zeros(count: number): void {
		this.arena.u8.fill(0, this.at, this.at + count);
		this.at += count;
	}

	/** The data of an account; answers its address. */
	account(instructionContext: InstructionContext, index: number, data: Uint8Array): number {
		if (this.features.virtualAddressSpaceAdjustments)
			return this.accountInRegion(instructionContext, index, data);
		const vmDataAddr = this.here();
		this.bytes(data);
		if (!this.isLoaderV1) this.zeros(MAX_PERMITTED_DATA_INCREASE + alignOffset(data.length));
		return vmDataAddr;
	}

	private accountInRegion(instructionContext: InstructionContext, index: number, data: Uint8Array): number {
		this.pushRegion();
		const vmDataAddr = this.vaddr;
		const direct = this.features.accountDataDirectMapping;
		if (!direct) {
			this.bytes(data);
			if (!this.isLoaderV1) this.zeros(MAX_PERMITTED_DATA_INCREASE);
		}
		const reserved = this.isLoaderV1 ? data.length : data.length + MAX_PERMITTED_DATA_INCREASE;
		if (reserved > 0) {
			const borrowed = instructionContext.tryBorrowInstructionAccount(index);
			if (direct) {
				const mapping = new DirectMapping(this.arena, borrowed.getIndexInTransaction(), this.vaddr, reserved);
				this.direct ??= [];
				this.direct.push(mapping);
				this.addRegion(createMemoryRegionOfAccount(this.arena, borrowed, mapping));
				this.vaddr += reserved;
			} else {
				modifyMemoryRegionOfAccount(borrowed, this.pushRegion());
			}
			borrowed.drop();
		}
		if (!this.isLoaderV1) {
			const padding = alignOffset(data.length);
			if (direct) {
				// A whole alignment unit, of which the region begins late: both address and offset of what
				// follows are then aligned.
				this.zeros(BPF_ALIGN_OF_U128);
				this.regionStart += BPF_ALIGN_OF_U128 - padding;
			} else {
				this.zeros(padding);
			}
		}
		return vmDataAddr;
	}

	private addRegion(region: MemoryRegion): void {
		if (this.list === null) this.list = [region];
		else this.list.push(region);
	}

	/** Ends the current region, and gives it. */
	private pushRegion(): MemoryRegion {
		const len = this.at - this.regionStart;
		const region = MemoryRegion.newWritable(this.regionStart, len, this.vaddr);
		this.addRegion(region);
		this.regionStart = this.at;
		this.vaddr += len;
		return region;
	}

	finish(
		accountsMetadata: readonly SerializedAccountMetadata[],
		instructionDataOffset: number,
	): SerializedParameters {
		this.pushRegion();
		return {
			host: this.host,
			len: this.end - this.host,
			regions: this.list!,
			accountsMetadata,
			instructionDataOffset,
			directMappings: this.direct ?? NO_DIRECT_MAPPINGS,
		};
	}
}
