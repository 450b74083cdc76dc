/**
 * Owns the shape of a parsed JSON document. It keeps apart what serde_json keeps apart: an integer that fits
 * in 64 bits is a `bigint`, every other number a `number`. An object is a `Map`, so a key such as
 * `__proto__` is a key and nothing else.
 */

/** A parsed JSON value. */
export type JsonValue = null | boolean | string | bigint | number | JsonValue[] | JsonObject;

/** A parsed JSON object; of two equal keys the last value is kept, and {@link duplicates} names them. */
export class JsonObject extends Map<string, JsonValue> {
	/** The keys that came more than once; null if none did. */
	duplicates: Set<string> | null = null;

	/** Adds a member as it was read. */
	add(key: string, value: JsonValue): void {
		if (this.has(key)) {
			this.duplicates ??= new Set();
			this.duplicates.add(key);
		}
		this.set(key, value);
	}

	/** The members in the order of their keys, as serde_json's map holds them. */
	sortedEntries(): [string, JsonValue][] {
		return [...this.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
	}
}
