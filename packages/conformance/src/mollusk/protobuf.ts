/**
 * Reads protobuf messages by a table of their fields, into the encodings of the runner's rows.
 *
 * By hand rather than with a library: the fixtures need one direction, five kinds of field and no services,
 * which is less than a generator and its output would be to keep. Owns the wire format (proto3: what is absent
 * is zero, repeated numbers may be packed, fields not in the table are skipped).
 */
import { bytesToHex, type JsonObject, RowError } from '../row.ts';

/** Integers come out as `0x` hex (signed ones in two's complement of 64 bits), bytes as hex. */
export type FieldType = 'integer' | 'bool' | 'bytes' | 'fixed64' | 'double' | MessageSchema;

/** A field of a message. */
export interface Field {
	readonly name: string;
	readonly type: FieldType;
	readonly repeated?: boolean;
}

/** The fields of a message by number. */
export type MessageSchema = ReadonlyMap<number, Field>;

/** The name of a field that is skipped. */
export const RESERVED = '-';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A position in the bytes of one message. */
class Reader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	get done(): boolean {
		return this.#at >= this.#bytes.length;
	}

	varint(): bigint {
		let value = 0n;
		for (let shift = 0n; shift < 70n; shift += 7n) {
			const byte = this.#bytes[this.#at];
			if (byte === undefined) throw new RowError('protobuf: the message is cut off');
			this.#at++;
			value |= BigInt(byte & 0x7f) << shift;
			if (byte < 0x80) return BigInt.asUintN(64, value);
		}
		throw new RowError('protobuf: a varint is too long');
	}

	/** The offset of the next `length` bytes, which are passed. */
	take(length: bigint): number {
		if (length > BigInt(this.#bytes.length - this.#at)) {
			throw new RowError('protobuf: the message is cut off');
		}
		const at = this.#at;
		this.#at += Number(length);
		return at;
	}

	bytes(): Uint8Array {
		const length = this.varint();
		const at = this.take(length);
		return this.#bytes.subarray(at, at + Number(length));
	}

	fixed64(): bigint {
		return this.#view.getBigUint64(this.take(8n), true);
	}

	double(): number {
		return this.#view.getFloat64(this.take(8n), true);
	}
}

/**
 * Reads one message. Scalars that are absent are zero, lists empty, messages left out.
 *
 * @throws RowError where the bytes are no such message.
 */
export function decodeMessage(bytes: Uint8Array, schema: MessageSchema): JsonObject {
	const message: Record<string, unknown> = {};
	for (const { name, type, repeated } of schema.values()) {
		if (name === RESERVED) continue;
		if (repeated) message[name] = [];
		else if (!(type instanceof Map)) message[name] = zeroOf(type as Exclude<FieldType, MessageSchema>);
	}
	const reader = new Reader(bytes);
	while (!reader.done) {
		const tag = reader.varint();
		const wire = Number(tag & 7n);
		const field = schema.get(Number(tag >> 3n));
		if (field === undefined || field.name === RESERVED) {
			skip(reader, wire);
			continue;
		}
		const { name, type, repeated } = field;
		if (!repeated) {
			message[name] = value(reader, wire, type, name);
			continue;
		}
		const list = message[name] as unknown[];
		const isPacked = wire === BYTES && type !== 'bytes' && !(type instanceof Map);
		if (!isPacked) {
			list.push(value(reader, wire, type, name));
			continue;
		}
		const packed = new Reader(reader.bytes());
		while (!packed.done) list.push(value(packed, wireOf(type), type, name));
	}
	return message;
}

function zeroOf(type: Exclude<FieldType, MessageSchema>): unknown {
	switch (type) {
		case 'integer':
		case 'fixed64':
			return '0x0';
		case 'bool':
			return false;
		case 'bytes':
			return '';
		case 'double':
			return 0;
	}
}

function wireOf(type: FieldType): number {
	if (type === 'integer' || type === 'bool') return VARINT;
	return type === 'fixed64' || type === 'double' ? FIXED64 : BYTES;
}

function value(reader: Reader, wire: number, type: FieldType, name: string): unknown {
	if (wire !== wireOf(type)) throw new RowError(`protobuf: ${name} has wire type ${wire}`);
	switch (type) {
		case 'integer':
			return `0x${reader.varint().toString(16)}`;
		case 'bool':
			return reader.varint() !== 0n;
		case 'bytes':
			return bytesToHex(reader.bytes());
		case 'fixed64':
			return `0x${reader.fixed64().toString(16)}`;
		case 'double':
			return reader.double();
		default:
			return decodeMessage(reader.bytes(), type);
	}
}

function skip(reader: Reader, wire: number): void {
	if (wire === VARINT) reader.varint();
	else if (wire === FIXED64) reader.take(8n);
	else if (wire === BYTES) reader.bytes();
	else if (wire === FIXED32) reader.take(4n);
	else throw new RowError(`protobuf: no wire type ${wire}`);
}
