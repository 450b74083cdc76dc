/**
 * A validator of one node: a chain, a clock that opens its slots, and the servers that let clients at it. Upstream:
 * solana-test-validator.
 */
import type { AddressInfo } from 'node:net';
import type { Chain } from '@parhelion/runtime';
import type { FastifyInstance } from 'fastify';
import type { AccountProvider } from './account-provider.ts';
import { Cheatcodes } from './cheatcodes/index.ts';
import { hostCheck, isLoopback } from './http-hosts.ts';
import { type ListenError, listenError } from './listen.ts';
import { Metrics } from './metrics.ts';
import type { PubSubServer } from './pubsub-server.ts';
import { createNode, createRpcHandler } from './rpc-handler.ts';
import { DEFAULT_SLOT_MS, SlotClock } from './slot-clock.ts';
import { SubscriptionControl } from './subscriptions/control.ts';
import { Feed } from './subscriptions/feed.ts';
import { listenTpu, type PortRange, type Tpu } from './tpu/listen-tpu.ts';

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
	/**
	 * The UDP ports of which the first free one takes transactions over QUIC, 0 and 0 for any; none by default. Where none
	 * can be had the validator runs without it and says why in `tpuError`.
	 */
	readonly tpuPorts?: PortRange;
	/** Milliseconds a slot, 400 by default; null leaves it to the caller to open slots. */
	readonly slotMs?: number | null;
	/** Bytes of a request's body; 50 KiB by default. */
	readonly maxRequestBodySize?: number;
	/** Subscriptions that may be live at a time; 100,000 by default. */
	readonly maxActiveSubscriptions?: number;
	/** Subscriptions that one connection may have at a time; 20,000 by default. */
	readonly maxSubscriptionsPerConnection?: number;
	/** Connections open at a time, to each of the two ports; 10,000 by default. */
	readonly maxConnections?: number;
	/** Requests a second that each address may make, and twice as many at once; any number by default. */
	readonly maxRequestsPerSecond?: number;
	/** Names that the node may be called by besides `localhost` and addresses; elsewhere than on loopback, any by default. */
	readonly allowedHosts?: readonly string[];
	/** Whether there are cheatcodes; by default only on loopback. Pages of other machines never have them. */
	readonly cheatcodes?: boolean;
	/** Brings accounts to the chain before calls look at them: the other side of a fork. */
	readonly accountProvider?: AccountProvider;
	/** Is told of errors that are bugs of this program. By default they are thrown out of the event loop. */
	readonly onDefect?: (defect: unknown) => void;
	/**
	 * Is told what the opening of a slot threw, and slots end with it: a disk that refuses, or a bug. By default it leaves
	 * the event loop.
	 */
	readonly onClockError?: (error: unknown) => void;
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
	/** Why no transactions are taken over QUIC; null where they are, or shall not be. */
	readonly tpuError: ListenError | null;
	private readonly stops: readonly (() => void | Promise<void>)[];
	private stopping: Promise<void> | null = null;

	private constructor(
		chain: Chain,
		rpcUrl: string,
		wsUrl: string,
		tpuError: ListenError | null,
		stops: readonly (() => void | Promise<void>)[],
	) {
		this.chain = chain;
		this.rpcUrl = rpcUrl;
		this.wsUrl = wsUrl;
		this.tpuError = tpuError;
		this.stops = stops;
	}

	/** Listens, then lets slots pass. Rejects with a `ListenError` where a port cannot be had; nothing is left running. */
	static async start(options: ValidatorOptions): Promise<Validator> {
		const { chain, bindAddress = DEFAULT_BIND_ADDRESS, rpcPort = DEFAULT_RPC_PORT } = options;
		// The servers' libraries are a quarter of what the command line would load, and most commands serve nothing.
		const [{ createHttpServer }, { listenPubSub }] = await Promise.all([
			import('./http-server.ts'),
			import('./pubsub-server.ts'),
		]);
		const onDefect = options.onDefect ?? throwLater;
		const { slotMs = DEFAULT_SLOT_MS } = options;
		const clock = slotMs === null ? null : new SlotClock(chain, slotMs, options.onClockError);
		// Slot 0 is genesis, which holds no transactions.
		if (chain.slot === chain.parentSlot) chain.advanceSlot();
		const { node, stop: stopNode } = createNode(chain, options.accountProvider !== undefined);
		const metrics = new Metrics();
		const cheatcodes =
			(options.cheatcodes ?? isLoopback(bindAddress))
				? new Cheatcodes(node, clock, slotMs ?? DEFAULT_SLOT_MS)
				: null;
		const calls = {
			accountProvider: options.accountProvider ?? null,
			observe: (name: string, seconds: number, code: number | null) => metrics.count(name, seconds, code),
		};
		const isHostAllowed = hostCheck(bindAddress, options.allowedHosts);
		const handlerForPages = createRpcHandler(node, onDefect, calls);
		const http = createHttpServer(createRpcHandler(node, onDefect, { ...calls, cheatcodes }), {
			...options,
			isHostAllowed,
			handlerForPages,
			metrics: () => metrics.text(),
		});
		let boundRpcPort: number;
		try {
			boundRpcPort = await listenHttp(http, bindAddress, rpcPort);
		} catch (thrown) {
			stopNode();
			throw thrown;
		}

		const feed = new Feed(chain);
		const control = new SubscriptionControl(feed, {
			...(options.maxActiveSubscriptions === undefined ? {} : { node: options.maxActiveSubscriptions }),
			...(options.maxSubscriptionsPerConnection === undefined
				? {}
				: { connection: options.maxSubscriptionsPerConnection }),
		});
		let pubsub: PubSubServer;
		let tpu: Tpu | null = null;
		try {
			if (options.tpuPorts !== undefined) {
				tpu = await listenTpu(handlerForPages, bindAddress, options.tpuPorts, options.maxRequestsPerSecond);
			}
			const wsPort = options.wsPort ?? (rpcPort === 0 ? 0 : boundRpcPort + 1);
			pubsub = await listenPubSub(node, control, bindAddress, wsPort, onDefect, {
				...options,
				isHostAllowed,
			});
		} catch (thrown) {
			feed.stop();
			stopNode();
			await tpu?.server?.stop();
			await http.close();
			throw thrown;
		}

		addGauges(metrics, chain, control, pubsub);
		node.endpoints.rpc = hostPort(bindAddress, boundRpcPort);
		node.endpoints.pubsub = hostPort(bindAddress, pubsub.port);
		if (tpu?.server) node.endpoints.tpuQuic = hostPort(bindAddress, tpu.server.port);
		clock?.start();
		const rpcUrl = url('http', bindAddress, boundRpcPort);
		const wsUrl = url('ws', bindAddress, pubsub.port);
		return new Validator(chain, rpcUrl, wsUrl, tpu?.error ?? null, [
			() => clock?.stop(),
			() => cheatcodes?.stop(),
			() => pubsub.close(),
			() => tpu?.server?.stop(),
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

function addGauges(metrics: Metrics, chain: Chain, control: SubscriptionControl, pubsub: PubSubServer): void {
	metrics.add('parhelion_slot', 'The open slot.', () => chain.slot);
	metrics.add('parhelion_root_slot', 'The newest rooted slot.', () => chain.root);
	metrics.add('parhelion_block_height', 'Blocks below the open one.', () => chain.blockHeight);
	const transactions = 'Transactions committed since genesis.';
	metrics.add('parhelion_transactions_total', transactions, () => chain.transactionCount, 'counter');
	metrics.add('parhelion_subscriptions', 'Live subscriptions.', () => control.size);
	metrics.add('parhelion_pubsub_connections', 'Open WebSocket connections.', () => pubsub.connections());
	const resident = 'Bytes of memory of this process.';
	metrics.add('process_resident_memory_bytes', resident, () => process.memoryUsage.rss());
	for (const [name, key, help] of [
		['nodejs_heap_size_used_bytes', 'heapUsed', 'Bytes of objects.'],
		['nodejs_external_memory_bytes', 'external', 'Bytes outside of the heap that objects hold.'],
		['nodejs_array_buffers_bytes', 'arrayBuffers', 'Those of them that are buffers.'],
	] as const) {
		metrics.add(name, help, () => process.memoryUsage()[key]);
	}
}

function hostPort(host: string, port: number): string {
	// A wildcard address is no address to connect to.
	const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
	return `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

function url(scheme: string, host: string, port: number): string {
	return `${scheme}://${hostPort(host, port)}`;
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
