/**
 * One range of guest addresses and the arena block behind it.
 *
 * Owns bounds, gaps and the translation of an address inside the range. Guest addresses are numbers:
 * a region begins and ends below 2^53 (whoever looks up a larger address finds no region over it).
 * Source: solana-sbpf `memory_region.rs`, `MemoryRegion`.
 */
import type { VmMemory } from './mem-pool.ts';

/** `vmGapShift` of a region without gaps. */
export const NO_GAPS = 63;

/** Whether `size` is one of 2, 4, 8 and so on. */
function isPowerOfTwo(size: number): boolean {
	if (size > 0x4000_0000) return Number.isInteger(Math.log2(size));
	return size >= 2 && (size & (size - 1)) === 0 && Number.isInteger(size);
}

/** A memory region: `len` bytes at arena offset `host`, seen by the guest at `vmAddr`. */
export class MemoryRegion {
	/** Arena offset of the first byte. */
	host: number;
	/** Bytes behind the region; gaps do not count. */
	len: number;
	/** Whether the guest may store. */
	writable: boolean;
	/** First guest address. */
	readonly vmAddr: number;
	/** log2 of the gap size, or {@link NO_GAPS}. */
	readonly vmGapShift: number;
	/** What the access-violation handler is told: the account's index in the transaction. */
	accessViolationHandlerPayload: number | null = null;
	/** The pooled block behind the region, told which of its bytes were written; `null` if it is not pooled. */
	pooled: VmMemory | null = null;

	private constructor(host: number, len: number, writable: boolean, vmAddr: number, vmGapSize: number) {
		if (!Number.isSafeInteger(vmAddr + 2 * len)) {
			throw new RangeError(`a region must end below 2^53, got ${vmAddr} + ${len}`);
		}
		if (vmGapSize !== 0 && !isPowerOfTwo(vmGapSize)) {
			throw new RangeError(`vmGapSize must be 0 or a power of two from 2 on, got ${vmGapSize}`);
		}
		this.host = host;
		this.len = len;
		this.writable = writable;
		this.vmAddr = vmAddr;
		this.vmGapShift = vmGapSize === 0 ? NO_GAPS : Math.log2(vmGapSize);
	}

	/** A region the guest may only read. */
	static newReadonly(host: number, len: number, vmAddr: number): MemoryRegion {
		return new MemoryRegion(host, len, false, vmAddr, 0);
	}

	/** A region the guest may read and write. */
	static newWritable(host: number, len: number, vmAddr: number): MemoryRegion {
		return new MemoryRegion(host, len, true, vmAddr, 0);
	}

	/** A writable region with an unmapped gap of `vmGapSize` bytes after every `vmGapSize` bytes; 0 for no gaps. */
	static newGapped(host: number, len: number, vmAddr: number, vmGapSize: number): MemoryRegion {
		return new MemoryRegion(host, len, true, vmAddr, vmGapSize);
	}

	/**
	 * A writable region over the first `len` bytes of a block of the pool, with gaps as
	 * {@link MemoryRegion.newGapped}. Its stores mark the block dirty, so that giving it back costs only
	 * what was used.
	 */
	static newPooled(memory: VmMemory, len: number, vmAddr: number, vmGapSize = 0): MemoryRegion {
		if (len > memory.len) throw new RangeError(`the block holds ${memory.len} bytes, ${len} wanted`);
		const region = new MemoryRegion(memory.host, len, true, vmAddr, vmGapSize);
		region.pooled = memory;
		return region;
	}

	/** A region of no bytes at `vmAddr`. */
	static newEmpty(vmAddr: number): MemoryRegion {
		return new MemoryRegion(0, 0, false, vmAddr, 0);
	}

	/** A copy, to be changed without the mapping noticing. */
	clone(): MemoryRegion {
		const copy = new MemoryRegion(this.host, this.len, this.writable, this.vmAddr, this.gapSize);
		copy.accessViolationHandlerPayload = this.accessViolationHandlerPayload;
		copy.pooled = this.pooled;
		return copy;
	}

	/** Points the region at other bytes of the arena. Only for a region that is in no mapping. */
	redirect(host: number, len: number, writable: boolean): void {
		this.host = host;
		this.len = len;
		this.writable = writable;
		this.pooled = null;
	}

	/** Bytes of one gap, 0 where there are none. */
	get gapSize(): number {
		return this.vmGapShift === NO_GAPS ? 0 : 2 ** this.vmGapShift;
	}

	/** The guest address behind the last one, gaps included. */
	get vmAddrEnd(): number {
		return this.vmAddr + (this.vmGapShift === NO_GAPS ? this.len : this.len * 2);
	}

	/**
	 * The offset inside the block of the `len` bytes at guest address `vmAddr`, or -1 where they are not
	 * all inside. Of a gapped region only the first byte is asked whether it lies in a gap, as upstream does.
	 * Source: `MemoryRegion::vm_to_host_buffer`.
	 */
	offsetOf(vmAddr: number, len: number): number {
		let offset = vmAddr - this.vmAddr;
		if (offset < 0) return -1;
		const shift = this.vmGapShift;
		if (shift !== NO_GAPS) {
			if (offset <= 0x7fff_ffff && shift < 30) {
				const gap = 1 << shift;
				if ((offset & gap) !== 0) return -1;
				offset = ((offset >>> (shift + 1)) << shift) | (offset & (gap - 1));
			} else {
				const gap = 2 ** shift;
				const frame = Math.floor(offset / gap);
				if (frame % 2 === 1) return -1;
				offset = (frame / 2) * gap + (offset % gap);
			}
		}
		return offset + len <= this.len ? offset : -1;
	}
}
