import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TestNode } from '../test/test-node.ts';
import { cheats } from './cheatcodes/index.ts';
import { methods } from './methods/index.ts';
import { subscriptions } from './subscriptions/index.ts';

interface Schema {
	readonly type?: string;
	readonly enum?: readonly unknown[];
	readonly anyOf?: readonly Schema[];
	readonly properties?: Readonly<Record<string, Schema>>;
	readonly required?: readonly string[];
	readonly items?: Schema;
	readonly prefixItems?: readonly Schema[];
	readonly minimum?: number;
	readonly maximum?: number;
	readonly maxItems?: number;
}

interface Document {
	readonly methods: readonly {
		readonly name: string;
		readonly params: readonly {
			readonly name: string;
			readonly required: boolean;
			readonly schema: Schema;
		}[];
	}[];
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
	string: (value) => typeof value === 'string',
	boolean: (value) => typeof value === 'boolean',
	integer: (value) => Number.isInteger(value),
	null: (value) => value === null,
	array: (value) => Array.isArray(value),
	object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** As much of JSON Schema as the description uses. */
function fits(schema: Schema, value: unknown): boolean {
	if (schema.anyOf !== undefined && !schema.anyOf.some((each) => fits(each, value))) return false;
	if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
	if (schema.type !== undefined && !TYPES[schema.type]!(value)) return false;
	if (typeof value === 'number') {
		return value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value);
	}
	if (Array.isArray(value)) {
		const { items = {}, prefixItems = [], maxItems = value.length } = schema;
		return value.length <= maxItems && value.every((element, i) => fits(prefixItems[i] ?? items, element));
	}
	if (typeof value !== 'object' || value === null) return true;
	const object = value as Record<string, unknown>;
	if (schema.required?.some((key) => !(key in object)) === true) return false;
	return Object.entries(schema.properties ?? {}).every(
		([key, each]) => !(key in object) || fits(each, object[key]),
	);
}

async function discover(): Promise<Document> {
	return new TestNode().result<Document>('rpc.discover');
}

describe('rpc.discover', () => {
	it('lists every call with a name for each parameter, optional ones last', async () => {
		const document = await discover();
		expect(document.methods.map(({ name }) => name)).toEqual([
			...methods.keys(),
			...subscriptions.map(({ name }) => `${name}Subscribe`),
			...cheats.map(({ name }) => `parhelion_${name}`),
		]);
		for (const { name, params } of document.methods) {
			const names = params.map((param) => param.name);
			expect(new Set(names).size, name).toBe(names.length);
			expect(names.join(), name).not.toContain('parameter');
			const required = params.map((param) => param.required);
			expect(required, name).toEqual([...required].sort((a, b) => Number(b) - Number(a)));
			for (const { schema } of params) expect(Object.keys(schema), name).not.toEqual([]);
		}
	});

	it('describes the parameters that the reference accepts, and not those whose types it refuses', async () => {
		const byName = new Map((await discover()).methods.map((each) => [each.name, each]));
		let accepted = 0;
		let refused = 0;
		const lines = readFileSync(new URL('../test/reference-requests.jsonl', import.meta.url), 'utf8');
		for (const line of lines.trimEnd().split('\n')) {
			const { request, response } = JSON.parse(line) as { request: string; response: string | null };
			let call: { method?: string; params?: unknown } | null;
			try {
				call = JSON.parse(request) as typeof call;
			} catch {
				continue;
			}
			const described = byName.get(call?.method ?? '');
			if (described === undefined || !Array.isArray(call?.params)) continue;
			const values = call.params as unknown[];
			const isFit = described.params.every(({ required, schema }, index) => {
				const value = values[index];
				if (value === undefined || (value === null && !required)) return !required;
				return fits(schema, value);
			});
			if (response === 'accepted') {
				expect(isFit, request).toBe(true);
				accepted++;
			} else if (
				response?.includes('Invalid params: invalid type') === true &&
				// JSON Schema takes 1.0 for an integer.
				!response.includes('floating point')
			) {
				expect(isFit, request).toBe(false);
				refused++;
			}
		}
		expect(accepted).toBeGreaterThan(40);
		expect(refused).toBeGreaterThan(20);
	});
});
