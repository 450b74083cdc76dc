/**
 * The calls of a node without a socket: a transport for `@solana/kit`, and a `fetch` for `@solana/web3.js`.
 */
import type { Chain } from '@parhelion/runtime';
import { Cheatcodes } from './cheatcodes/index.ts';
import { parseJson } from './json/parse.ts';
import { JsonObject, type JsonValue } from './json/value.ts';
import { createNode, createRpcHandler } from './rpc-handler.ts';
import { DEFAULT_SLOT_MS } from './slot-clock.ts';

/** What a kit transport is called with. */
export interface TransportConfig {
	readonly payload: unknown;
	readonly signal?: AbortSignal;
}

/** Calls on a chain in this process. Whoever made the chain opens its slots. */
export interface InProcessRpc {
	/** For `createSolanaRpcFromTransport` of `@solana/kit`. Rejects with the signal's reason once it is aborted. */
	readonly transport: <Response>(config: TransportConfig) => Promise<Response>;
	/** For the option `fetch` of a `Connection` of `@solana/web3.js`; whatever the URL, this chain answers. */
	readonly fetch: (input: unknown, init?: { readonly body?: unknown }) => Promise<Response>;
	/** Ends the listening to the chain. */
	readonly stop: () => void;
}

/** As kit's own transport reads answers: every integer a bigint. */
function plain(value: JsonValue): unknown {
	if (Array.isArray(value)) return value.map(plain);
	if (!(value instanceof JsonObject)) return value;
	return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
}

/** The text of a payload that may hold bigints, which JSON has as integers. */
function payloadText(value: unknown): string {
	if (typeof value === 'bigint') return String(value);
	if (Array.isArray(value)) return `[${value.map((each) => payloadText(each ?? null)).join()}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${payloadText(member)}`).join()}}`;
}

/** Calls on `chain`, cheatcodes included. `onDefect` is told of errors that are bugs of this program. */
export function createInProcessRpc(
	chain: Chain,
	onDefect: (defect: unknown) => void = (defect) => {
		throw defect;
	},
): InProcessRpc {
	const { node, stop: stopNode } = createNode(chain);
	const cheatcodes = new Cheatcodes(node, null, DEFAULT_SLOT_MS);
	const handler = createRpcHandler(node, onDefect, { cheatcodes });
	return {
		async transport<Response>({ payload, signal }: TransportConfig): Promise<Response> {
			signal?.throwIfAborted();
			const answer = await handler.handle(payloadText(payload));
			signal?.throwIfAborted();
			return (answer === null ? undefined : plain(parseJson(answer))) as Response;
		},
		async fetch(_input, init = {}) {
			const answer = await handler.handle(String(init.body ?? ''));
			return new Response(answer ?? '', { headers: { 'content-type': 'application/json; charset=utf-8' } });
		},
		stop() {
			cheatcodes.stop();
			stopNode();
		},
	};
}
