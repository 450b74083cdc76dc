/**
 * One direction of the talk between two threads: small records go through a ring in shared memory, everything else
 * through a port, in one order. An empty record in the ring says that the next thing lies at the port.
 */
import { ByteReader } from '@parhelion/sdk';
import { SharedRing } from './shared-ring.ts';

/** Where messages of any size go, without an event loop: what was posted can be taken at once. */
export interface SidePort {
	post(message: unknown): void;
	/** The oldest message; `undefined` where there is none. */
	take(): unknown;
}

/** A record, to be read from its start, and the memory that it speaks of. */
export interface Parcel {
	/** Holds the bytes until the next parcel is received. */
	readonly reader: ByteReader;
	readonly shares: readonly SharedArrayBuffer[];
}

/** How a message looks at the port. */
type Posted =
	| { readonly record: Uint8Array; readonly shares: readonly SharedArrayBuffer[] }
	| { readonly record: null; readonly message: unknown };

/** What was received: a record, or a message that came through {@link ChannelWriter.message}. */
export type Received = Parcel | { readonly reader: null; readonly message: unknown };

const NOTHING = new Uint8Array(0);
const NO_SHARES: readonly SharedArrayBuffer[] = [];

/** The writing end. What finds no room is kept and goes out before anything newer. */
export class ChannelWriter {
	readonly #ring: SharedRing;
	readonly #port: SidePort;
	readonly #kept: Uint8Array[] = [];

	constructor(ring: SharedArrayBuffer, port: SidePort) {
		this.#ring = new SharedRing(ring);
		this.#port = port;
	}

	/** Sends a record; the bytes may be used again on return. */
	record(record: Uint8Array, shares: readonly SharedArrayBuffer[]): void {
		if (shares.length === 0 && record.length <= this.#ring.maxRecord) {
			if (!this.flush() || !this.#ring.write(record)) this.#kept.push(record.slice());
			return;
		}
		this.#post({ record: record.slice(), shares });
	}

	/** Sends something else. */
	message(message: unknown): void {
		this.#post({ record: null, message });
	}

	#post(posted: Posted): void {
		this.#port.post(posted);
		if (!this.flush() || !this.#ring.write(NOTHING)) this.#kept.push(NOTHING);
	}

	/** Whether nothing is kept. */
	get isFlushed(): boolean {
		return this.#kept.length === 0;
	}

	/** Sends what is kept, as far as there is room; whether nothing is kept any more. */
	flush(): boolean {
		const kept = this.#kept;
		if (kept.length === 0) return true;
		let sent = 0;
		while (sent < kept.length && this.#ring.write(kept[sent]!)) sent++;
		kept.splice(0, sent);
		return kept.length === 0;
	}
}

/** The reading end. */
export class ChannelReader {
	readonly #ring: SharedRing;
	readonly #port: SidePort;
	/** Of every record that went through the ring. */
	readonly #parcel: Parcel;

	constructor(ring: SharedArrayBuffer, port: SidePort) {
		this.#ring = new SharedRing(ring);
		this.#port = port;
		this.#parcel = { reader: new ByteReader(this.#ring.bytes), shares: NO_SHARES };
	}

	/** The next that came; `null` where there is none now. */
	receive(): Received | null {
		const start = this.#ring.read();
		if (start < 0) return null;
		if (this.#ring.lengthAt(start) > 0) {
			this.#parcel.reader.offset = start;
			return this.#parcel;
		}
		const posted = this.#port.take() as Posted;
		if (posted.record === null) return { reader: null, message: posted.message };
		return { reader: new ByteReader(posted.record), shares: posted.shares };
	}
}
