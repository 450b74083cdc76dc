/**
 * The arena: the one linear memory every guest-visible byte of an SVM instance lives in.
 *
 * Owns the `WebAssembly.Memory`, its views and the allocator over it: size classes (four a doubling)
 * with a free list each, deterministic in the order of calls. Refuses to know what a block is for:
 * stacks, heaps, serialised input and read-only data are all offsets. Offset 0 is never handed out.
 *
 * Growing detaches the buffer and invalidates every view; whoever keeps views compares
 * {@link Arena.generation} after anything that may allocate. The memory starts large (address space,
 * not resident pages): once one buffer of the process was detached, V8 guards every access to any typed array,
 * which costs the interpreter a quarter of its speed (`npm run bench`, column "detached").
 */

/** Bytes of a WebAssembly page. */
const PAGE = 65_536;
/** Address space taken at birth. */
const INITIAL_PAGES = 512;
/** Offsets stay non-negative as 32-bit signed integers. */
const MAXIMUM_PAGES = 32_767;
/** Bytes below the first block. */
const RESERVED = 4_096;
/** Bytes before each block: its size class and its size as asked for. */
const HEADER = 16;
/** The smallest block, header included. */
const MIN_BLOCK = 64;
/** Marks a block in use; any other value means the offset given is not a block. */
const IN_USE = 0x5ac0_da7a;
/** Stands for the class of a hole, whose size says how many bytes it has. */
const HOLE = -1;

/** Alignment of every block, as upstream's `HOST_ALIGN`. */
export const ARENA_ALIGN = 16;

/** One growable linear memory and its allocator. */
export class Arena {
	/** The memory itself, as compiled code imports it. */
	readonly memory: WebAssembly.Memory;
	/** All of it as bytes. */
	u8: Uint8Array;
	/** All of it as signed words. */
	i32: Int32Array;
	/** All of it for unaligned access. */
	view: DataView;
	/** Counts growths: a view taken under another generation is dead. */
	generation = 0;
	/** Machines that run compiled code in this arena now, one inside the other. */
	machines = 0;
	/** Where the blocks end. */
	#top: number = RESERVED;
	/** Where memory begins that no block ever held: it is zero. */
	#fresh: number = RESERVED;
	#free: number[][] = [];
	/** Stretches between blocks that belong to no class, by ascending offset. */
	#holes: { at: number; bytes: number }[] = [];
	#used = 0;
	/** Bytes of the blocks in use, headers and waste included. */
	#held = 0;
	/**
	 * By whom blocks are used that go with their users. The arena's own: a registry of all arenas would hold each of them until
	 * the thread comes back to its event loop, and some never do.
	 */
	readonly #users: FinalizationRegistry<number> = new FinalizationRegistry((offset) => this.free(offset));

	/** An arena of `initialPages` WebAssembly pages, grown on demand. */
	constructor(initialPages: number = INITIAL_PAGES) {
		this.memory = new WebAssembly.Memory({ initial: initialPages, maximum: MAXIMUM_PAGES });
		const { buffer } = this.memory;
		this.u8 = new Uint8Array(buffer);
		this.i32 = new Int32Array(buffer);
		this.view = new DataView(buffer);
	}

	/** Bytes of the memory. */
	get byteLength(): number {
		return this.u8.length;
	}

	/** Bytes of the blocks in use, as asked for. */
	get usedBytes(): number {
		return this.#used;
	}

	/**
	 * A zeroed block of `size` bytes.
	 *
	 * @throws RangeError where the size is no count of bytes or the memory cannot grow that far.
	 */
	alloc(size: number, align: number = ARENA_ALIGN): number {
		if (align > ARENA_ALIGN) throw new RangeError(`align must be at most ${ARENA_ALIGN}, got ${align}`);
		const fresh = this.#fresh;
		const offset = this.allocUnzeroed(size);
		if (offset < fresh) this.u8.fill(0, offset, offset + size);
		return offset;
	}

	/** A block of `size` bytes that still holds what its last user left: write all of it before a guest reads. */
	allocUnzeroed(size: number): number {
		if (!Number.isInteger(size) || size < 0 || size >= MAXIMUM_PAGES * PAGE) {
			throw new RangeError(`size must be an integer from 0 to ${MAXIMUM_PAGES * PAGE - 1}, got ${size}`);
		}
		const klass = classOf(size + HEADER);
		const recycled = this.#free[klass]?.pop();
		const bytes = classBytes(klass);
		const block = recycled ?? this.#extend(bytes);
		const { i32 } = this;
		i32[block >> 2] = klass;
		i32[(block >> 2) + 1] = size;
		i32[(block >> 2) + 2] = IN_USE;
		this.#used += size;
		this.#held += bytes;
		return block + HEADER;
	}

	/**
	 * Gives a block back.
	 *
	 * @throws RangeError where `offset` is not a block in use.
	 */
	free(offset: number): void {
		const word = (offset - HEADER) >> 2;
		const { i32 } = this;
		if (offset < RESERVED + HEADER || offset % ARENA_ALIGN !== 0 || i32[word + 2] !== IN_USE) {
			throw new RangeError(`no block in use begins at ${offset}`);
		}
		i32[word + 2] = 0;
		this.#used -= i32[word + 1]!;
		const klass = i32[word]!;
		this.#held -= classBytes(klass);
		let list = this.#free[klass];
		if (list === undefined) {
			list = [];
			// Filled from below so that the array of lists stays dense.
			for (let i = this.#free.length; i < klass; i++) this.#free[i] = [];
			this.#free[klass] = list;
		}
		list.push(offset - HEADER);
	}

	/** A new block holding a copy of `bytes`. */
	put(bytes: Uint8Array): number {
		const offset = this.allocUnzeroed(bytes.length);
		this.u8.set(bytes, offset);
		return offset;
	}

	/** Gives a block back once the collector has taken `user`, and the thread has come back to its event loop. */
	freeWith(user: object, offset: number): void {
		this.#users.register(user, offset, user);
	}

	/** Leaves it to the caller to give back the blocks of `user`, all of them: a user is one owner's alone. */
	forgetUser(user: object): void {
		this.#users.unregister(user);
	}

	#extend(bytes: number): number {
		let hole = this.#takeHole(bytes);
		if (hole !== null) return hole;
		const wanted = this.#top + bytes;
		if (wanted > this.u8.length && (this.#held * 2 < this.#top || wanted > MAXIMUM_PAGES * PAGE)) {
			this.#gather();
			hole = this.#takeHole(bytes);
			if (hole !== null) return hole;
		}
		const block = this.#top;
		const end = block + bytes;
		if (end > this.u8.length) this.#grow(end);
		this.#top = end;
		if (end > this.#fresh) this.#fresh = end;
		return block;
	}

	/** Cuts `bytes` off the first hole that has them; `null` where none has. */
	#takeHole(bytes: number): number | null {
		for (let i = 0; i < this.#holes.length; i++) {
			const hole = this.#holes[i]!;
			if (hole.bytes < bytes) continue;
			const { at } = hole;
			hole.at += bytes;
			hole.bytes -= bytes;
			if (hole.bytes === 0) this.#holes.splice(i, 1);
			else this.#markHole(hole.at, hole.bytes);
			return at;
		}
		return null;
	}

	/**
	 * Joins all free blocks to holes of no class. Without it a guest that asks for ever other sizes would leave
	 * free blocks of every class behind, until no memory is left though none is in use.
	 */
	#gather(): void {
		const { i32 } = this;
		this.#free = [];
		this.#holes = [];
		let start = -1;
		for (let at = RESERVED; at < this.#top; ) {
			const word = at >> 2;
			const isInUse = i32[word + 2] === IN_USE;
			if (isInUse && start !== -1) {
				this.#holes.push({ at: start, bytes: at - start });
				start = -1;
			}
			if (!isInUse && start === -1) start = at;
			at += i32[word] === HOLE ? i32[word + 1]! : classBytes(i32[word]!);
		}
		for (const { at, bytes } of this.#holes) this.#markHole(at, bytes);
		if (start !== -1) this.#top = start;
	}

	/** Holes have headers as blocks have, for {@link #gather} to find the next block by. */
	#markHole(at: number, bytes: number): void {
		const word = at >> 2;
		this.i32[word] = HOLE;
		this.i32[word + 1] = bytes;
		this.i32[word + 2] = 0;
	}

	#grow(end: number): void {
		const have = this.u8.length / PAGE;
		const need = Math.ceil(end / PAGE);
		if (need > MAXIMUM_PAGES) throw new RangeError(`arena exhausted: ${end} bytes wanted`);
		// At least half as much again: the number of growths stays logarithmic.
		const target = Math.min(MAXIMUM_PAGES, Math.max(need, have + (have >> 1)));
		this.memory.grow(target - have);
		const { buffer } = this.memory;
		this.u8 = new Uint8Array(buffer);
		this.i32 = new Int32Array(buffer);
		this.view = new DataView(buffer);
		this.generation++;
	}
}

/** The class of the smallest blocks that hold `bytes`, header included. */
function classOf(bytes: number): number {
	if (bytes <= MIN_BLOCK) return 0;
	// Four steps a doubling: at most a quarter of a block is wasted.
	const shift = 31 - Math.clz32(bytes - 1);
	const quarter = ((bytes - 1) >>> (shift - 2)) & 3;
	return (shift - 6) * 4 + quarter + 1;
}

/** Bytes of a block of `klass`, a multiple of 16. */
function classBytes(klass: number): number {
	if (klass === 0) return MIN_BLOCK;
	const shift = Math.floor((klass - 1) / 4) + 6;
	return (5 + ((klass - 1) & 3)) * 2 ** (shift - 2);
}
