/**
 * A validator of one node: a chain, a clock that opens its slots, and the servers that let clients at it. Upstream:
 * solana-test-validator.
 */
import type { AddressInfo } from 'node:net';
import type { Chain } from '@parhelion/runtime';
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from './http-server.ts';
import { listenError } from './listen.ts';
import { listenPubSub, type PubSubServer } from './pubsub-server.ts';
import { createNode, createRpcHandler } from './rpc-handler.ts';
import { SlotClock } from './slot-clock.ts';
import { SubscriptionControl } from './subscriptions/control.ts';
import { Feed } from './subscriptions/feed.ts';

/** Milliseconds a slot. */
export const DEFAULT_SLOT_MS = 400;
export const DEFAULT_RPC_PORT = 8899;
export const DEFAULT_BIND_ADDRESS = '127.0.0.1';

/** How to run a validator. */
export interface ValidatorOptions {
	readonly chain: Chain;
	/** The address to listen on; loopback by default. */
	readonly bindAddress?: string;
	/** The port of JSON-RPC, 0 for a free one; 8899 by default. */
	readonly rpcPort?: number;
	/** The port of PubSub, 0 for a free one; the one after JSON-RPC's by default, where clients look for it. */
	readonly wsPort?: number;
	/** Milliseconds a slot, 400 by default; null leaves it to the caller to open slots. */
	readonly slotMs?: number | null;
	/** Bytes of a request's body; 50 KiB by default. */
	readonly maxRequestBodySize?: number;
	/** Subscriptions that may be live at a time; 100,000 by default. */
	readonly maxActiveSubscriptions?: number;
	/** Is told of errors that are bugs of this program. By default they are thrown out of the event loop. */
	readonly onDefect?: (defect: unknown) => void;
}

function throwLater(defect: unknown): void {
	setImmediate(() => {
		throw defect;
	});
}

/** A running validator. */
export class Validator {
	readonly chain: Chain;
	/** Where JSON-RPC is served. */
	readonly rpcUrl: string;
	/** Where PubSub is served. */
	readonly wsUrl: string;
	private readonly stops: readonly (() => void | Promise<void>)[];
	private stopping: Promise<void> | null = null;

	private constructor(
		chain: Chain,
		rpcUrl: string,
		wsUrl: string,
		stops: readonly (() => void | Promise<void>)[],
	) {
		this.chain = chain;
		this.rpcUrl = rpcUrl;
		this.wsUrl = wsUrl;
		this.stops = stops;
	}

	/** Listens, then lets slots pass. Rejects with a `ListenError` where a port cannot be had; nothing is left running. */
	static async start(options: ValidatorOptions): Promise<Validator> {
		const { chain, bindAddress = DEFAULT_BIND_ADDRESS, rpcPort = DEFAULT_RPC_PORT } = options;
		const onDefect = options.onDefect ?? throwLater;
		const { slotMs = DEFAULT_SLOT_MS } = options;
		const clock = slotMs === null ? null : new SlotClock(chain, slotMs);
		// Slot 0 is genesis, which holds no transactions.
		if (chain.slot === chain.parentSlot) chain.advanceSlot();
		const { node, stop: stopNode } = createNode(chain);
		const handler = createRpcHandler(node, onDefect);
		const { maxRequestBodySize } = options;
		const http = createHttpServer(handler, maxRequestBodySize === undefined ? {} : { maxRequestBodySize });
		let boundRpcPort: number;
		try {
			boundRpcPort = await listenHttp(http, bindAddress, rpcPort);
		} catch (thrown) {
			stopNode();
			throw thrown;
		}

		const feed = new Feed(chain);
		const control = new SubscriptionControl(feed, options.maxActiveSubscriptions);
		let pubsub: PubSubServer;
		try {
			const wsPort = options.wsPort ?? (rpcPort === 0 ? 0 : boundRpcPort + 1);
			pubsub = await listenPubSub(node, control, bindAddress, wsPort, onDefect);
		} catch (thrown) {
			feed.stop();
			stopNode();
			await http.close();
			throw thrown;
		}

		clock?.start();
		return new Validator(chain, url('http', bindAddress, boundRpcPort), url('ws', bindAddress, pubsub.port), [
			() => clock?.stop(),
			() => pubsub.close(),
			() => http.close(),
			() => feed.stop(),
			stopNode,
		]);
	}

	/** Stops the clock, ends the connections and frees the ports. A second call waits for the first. */
	stop(): Promise<void> {
		this.stopping ??= (async () => {
			for (const stop of this.stops) await stop();
		})();
		return this.stopping;
	}
}

function url(scheme: string, host: string, port: number): string {
	// A wildcard address is no address to connect to.
	const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
	return `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

async function listenHttp(http: FastifyInstance, host: string, port: number): Promise<number> {
	try {
		await http.listen({ host, port });
	} catch (cause) {
		await http.close();
		throw listenError('JSON-RPC', host, port, cause);
	}
	return (http.server.address() as AddressInfo).port;
}
