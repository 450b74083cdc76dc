/**
 * Writes JSON as serde_json does: `bigint`s as plain integers, floats with their point, the members of an
 * answer in the order of their names (answers pass through serde_json's sorted map; notifications do not).
 */
import { JsonObject, type JsonValue } from './value.ts';

/** What can be written. A `number` is an integer here; a float is a {@link Float64}. */
export type Json =
	| null
	| boolean
	| string
	| bigint
	| number
	| Float64
	| LazyJson
	| SortedJson
	| readonly Json[]
	| { readonly [key: string]: Json | undefined };

/** A number that serde_json holds as f64: 1 is written `1.0`. */
export class Float64 {
	readonly value: number;
	constructor(value: number) {
		this.value = value;
	}
}

/** A value made when it is written, so that a response that grows too large is stopped before it fills the memory. */
export class LazyJson {
	readonly make: () => Json;
	constructor(make: () => Json) {
		this.make = make;
	}
}

/** A value whose members are written in the order of their names wherever it stands: upstream holds it as a JSON value. */
export class SortedJson {
	readonly value: Json;
	constructor(value: Json) {
		this.value = value;
	}
}

/** A response grew beyond what the server is willing to send. */
export class ResponseTooLargeError extends Error {
	override readonly name = 'ResponseTooLargeError';
}

/** The text of an f64 as Rust's serde_json prints it; not finite becomes `null`. */
export function formatFloat(value: number): string {
	if (!Number.isFinite(value)) return 'null';
	if (Object.is(value, -0)) return '-0.0';
	const magnitude = Math.abs(value);
	if (magnitude !== 0 && (magnitude < 1e-5 || magnitude >= 1e16)) return value.toExponential();
	const text = String(value);
	return text.includes('.') ? text : `${text}.0`;
}

class Writer {
	private sorted: boolean;
	private readonly parts: string[] = [];
	private left: number;

	constructor(sorted: boolean, maxLength: number) {
		this.sorted = sorted;
		this.left = maxLength;
	}

	put(text: string): void {
		this.left -= text.length;
		if (this.left < 0) throw new ResponseTooLargeError('the response is too large');
		this.parts.push(text);
	}

	write(value: Json): void {
		if (typeof value === 'string') this.put(JSON.stringify(value));
		else if (typeof value === 'number') this.put(integerText(value));
		else if (value === null || typeof value !== 'object') this.put(String(value));
		else if (value instanceof Float64) this.put(formatFloat(value.value));
		else if (value instanceof LazyJson) this.write(value.make());
		else if (value instanceof SortedJson) this.writeSorted(value.value);
		else if (isArray(value)) this.writeArray(value);
		else this.writeObject(value);
	}

	private writeSorted(value: Json): void {
		const outside = this.sorted;
		this.sorted = true;
		this.write(value);
		this.sorted = outside;
	}

	private writeArray(values: readonly Json[]): void {
		this.put('[');
		for (let i = 0; i < values.length; i++) {
			if (i > 0) this.put(',');
			this.write(values[i]!);
		}
		this.put(']');
	}

	private writeObject(object: { readonly [key: string]: Json | undefined }): void {
		const keys = Object.keys(object);
		if (this.sorted) keys.sort();
		let open = '{';
		for (const key of keys) {
			const value = object[key];
			if (value === undefined) continue;
			this.put(`${open}${JSON.stringify(key)}:`);
			this.write(value);
			open = ',';
		}
		this.put(open === '{' ? '{}' : '}');
	}

	text(): string {
		return this.parts.join('');
	}
}

function integerText(value: number): string {
	if (!Number.isSafeInteger(value)) throw new TypeError(`not an integer: ${value}; use Float64`);
	return String(value);
}

function isArray(value: Json): value is readonly Json[] {
	return Array.isArray(value);
}

/** How to write. */
export interface WriteOptions {
	/** Members in the order of their names, as in the answer to a call. */
	readonly sorted?: boolean;
	/** In UTF-16 units; beyond it {@link ResponseTooLargeError} is thrown. */
	readonly maxLength?: number;
}

/** A parsed document as one to write. */
export function jsonOf(value: JsonValue): Json {
	if (typeof value === 'number') return new Float64(value);
	if (Array.isArray(value)) return value.map(jsonOf);
	if (!(value instanceof JsonObject)) return value;
	// No prototype: `__proto__` is a key like any other.
	const object: Record<string, Json> = Object.create(null);
	for (const [key, member] of value) object[key] = jsonOf(member);
	return object;
}

/** The JSON text of `value`; members that are `undefined` are left out. */
export function writeJson(value: Json, options: WriteOptions = {}): string {
	const writer = new Writer(options.sorted ?? false, options.maxLength ?? Number.POSITIVE_INFINITY);
	writer.write(value);
	return writer.text();
}
