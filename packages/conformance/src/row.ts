/**
 * One row of a vector file: a JSON object read by field, with an error that names the field.
 *
 * Owns the encodings of the runner: bytes are hex (or base64 in fields named so), 64-bit values hex
 * strings; a number may stand wherever it is exact.
 */

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A field of a row that is missing or does not fit; the row fails, the run goes on. */
export class RowError extends Error {
	override readonly name = 'RowError';
}

/** Typed access to the fields of a row. */
export class Row {
	readonly #fields: JsonObject;

	constructor(fields: JsonObject) {
		this.#fields = fields;
	}

	/** Reads a row from the value of a JSON line. */
	static from(value: unknown): Row {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) {
			throw new RowError('a row is a JSON object');
		}
		return new Row(value as JsonObject);
	}

	/** The value of a field, `undefined` where it is missing or `null`. */
	get(name: string): unknown {
		return (Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined) ?? undefined;
	}

	has(name: string): boolean {
		return this.get(name) !== undefined;
	}

	/** A string. */
	text(name: string): string {
		const value = this.get(name);
		if (typeof value !== 'string') throw new RowError(`${name}: a string is needed`);
		return value;
	}

	/** A boolean, or `absent` where there is none. */
	flag(name: string, absent: boolean): boolean {
		const value = this.get(name) ?? absent;
		if (typeof value !== 'boolean') throw new RowError(`${name}: true or false is needed`);
		return value;
	}

	/** Bytes in hex; none where the field is missing. */
	hex(name: string): Uint8Array {
		return this.has(name) ? hexToBytes(this.text(name), name) : new Uint8Array(0);
	}

	/** Bytes in base64. */
	base64(name: string): Uint8Array {
		return new Uint8Array(Buffer.from(this.text(name), 'base64'));
	}

	/** An unsigned or signed integer: a JSON number, or hex text with or without `0x`. */
	integer(name: string, absent?: bigint): bigint {
		const value = this.get(name);
		if (value === undefined && absent !== undefined) return absent;
		return toInteger(value, name);
	}

	/** A list; empty where the field is missing. */
	list(name: string): readonly unknown[] {
		const value = this.get(name) ?? [];
		if (!Array.isArray(value)) throw new RowError(`${name}: a list is needed`);
		return value;
	}

	/** A list of rows. */
	rows(name: string): Row[] {
		return this.list(name).map((value) => Row.from(value));
	}

	/** A nested object; empty where the field is missing. */
	row(name: string): Row {
		return Row.from(this.get(name) ?? {});
	}

	/** A nested object as it is; empty where the field is missing. */
	object(name: string): JsonObject {
		return this.row(name).#fields;
	}

	/** The names of the fields. */
	names(): string[] {
		return Object.keys(this.#fields);
	}
}

/** An integer from a JSON number or from hex text. */
export function toInteger(value: unknown, name: string): bigint {
	if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
	if (typeof value === 'string') {
		const match = /^(-?)(?:0x)?([0-9a-fA-F]{1,16})$/.exec(value);
		if (match !== null) return BigInt(`0x${match[2]}`) * (match[1] === '-' ? -1n : 1n);
	}
	throw new RowError(`${name}: an integer or up to 16 hex digits are needed`);
}

/** The bytes of hex text. */
export function hexToBytes(hex: string, name: string): Uint8Array {
	if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) throw new RowError(`${name}: hex is needed`);
	return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Bytes as lower-case hex. */
export function bytesToHex(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
