/**
 * Owns the live subscriptions of all connections. Equal ones share an id and are written once. Upstream:
 * solana-rpc 4.3.0 `rpc_subscription_tracker.rs` (`SubscriptionControl`), `rpc_pubsub.rs`.
 */
import { type Json, writeJson } from '../json/write.ts';
import { fail, failInvalidParams } from '../rpc-error.ts';
import type { Feed, Stop } from './feed.ts';
import type { Watch } from './subscription.ts';

/** Where notifications go. */
export interface Subscriber {
	send(text: string): void;
}

interface Active {
	readonly id: number;
	readonly key: string;
	readonly notification: string;
	readonly subscribers: Set<Subscriber>;
	stop: Stop;
}

/**
 * Subscriptions that may be live at a time. Upstream allows a million; each costs this process about a
 * kilobyte.
 */
export const MAX_ACTIVE_SUBSCRIPTIONS = 100_000;

function refuse(whose: string): never {
	return fail({
		code: -32603,
		message: `Internal Error: Subscription refused. ${whose} subscription limit reached`,
	});
}

/** Subscriptions that one connection may have at a time. Upstream has no such limit. */
export const MAX_SUBSCRIPTIONS_PER_CONNECTION = 20_000;

/** How many subscriptions there may be. */
export interface SubscriptionLimits {
	readonly node?: number;
	readonly connection?: number;
}

/** The live subscriptions. */
export class SubscriptionControl {
	private readonly feed: Feed;
	private readonly maxOfNode: number;
	private readonly maxOfConnection: number;
	private readonly byKey = new Map<string, Active>();
	private readonly bySubscriber = new Map<Subscriber, Map<number, Active>>();
	private nextId = 0;
	private count = 0;
	/** Notifications that leave together. */
	private due: { readonly text: string; readonly subscribers: readonly Subscriber[] }[] = [];

	constructor(feed: Feed, limits: SubscriptionLimits = {}) {
		this.feed = feed;
		this.maxOfNode = limits.node ?? MAX_ACTIVE_SUBSCRIPTIONS;
		this.maxOfConnection = limits.connection ?? MAX_SUBSCRIPTIONS_PER_CONNECTION;
	}

	/** Subscribes and returns the id. Ends the call with -32603 where there are too many. */
	subscribe(subscriber: Subscriber, name: string, watch: Watch): number {
		if (this.count >= this.maxOfNode) return refuse('Node');
		if ((this.bySubscriber.get(subscriber)?.size ?? 0) >= this.maxOfConnection) return refuse('Connection');
		const key = `${name} ${watch.key}`;
		const known = this.byKey.get(key);
		const active = known ?? this.create(key, `${name}Notification`);
		this.enter(subscriber, active);
		if (known === undefined) {
			active.stop = watch.start(this.feed, (result, isFinal) =>
				this.notify(active, result, isFinal ?? false),
			);
			if (active.subscribers.size === 0) active.stop();
		}
		return active.id;
	}

	private create(key: string, notification: string): Active {
		const active: Active = { id: this.nextId++, key, notification, subscribers: new Set(), stop: () => {} };
		this.byKey.set(key, active);
		return active;
	}

	private enter(subscriber: Subscriber, active: Active): void {
		const own = this.bySubscriber.get(subscriber) ?? new Map<number, Active>();
		this.bySubscriber.set(subscriber, own);
		if (own.has(active.id)) return;
		own.set(active.id, active);
		active.subscribers.add(subscriber);
		this.count++;
	}

	/** Ends the subscription `id` of `subscriber`. Ends the call with -32602 where it has none of that id. */
	unsubscribe(subscriber: Subscriber, id: bigint): void {
		const active = this.bySubscriber.get(subscriber)?.get(Number(id));
		if (active === undefined) failInvalidParams('Invalid subscription id.');
		this.leave(subscriber, active);
	}

	/** Ends all subscriptions of `subscriber`. */
	disconnect(subscriber: Subscriber): void {
		for (const active of [...(this.bySubscriber.get(subscriber)?.values() ?? [])]) {
			this.leave(subscriber, active);
		}
	}

	private leave(subscriber: Subscriber, active: Active): void {
		const own = this.bySubscriber.get(subscriber);
		if (own?.delete(active.id) !== true) return;
		if (own.size === 0) this.bySubscriber.delete(subscriber);
		this.count--;
		active.subscribers.delete(subscriber);
		if (active.subscribers.size > 0) return;
		active.stop();
		if (this.byKey.get(active.key) === active) this.byKey.delete(active.key);
	}

	private notify(active: Active, result: Json, isFinal: boolean): void {
		const { notification: method, id: subscription } = active;
		const text = writeJson({ jsonrpc: '2.0', method, params: { result, subscription } });
		const subscribers = [...active.subscribers];
		if (isFinal) for (const subscriber of subscribers) this.leave(subscriber, active);
		// The answer that carries the id goes out first.
		if (this.due.length === 0) setImmediate(() => this.deliver());
		this.due.push({ text, subscribers });
	}

	private deliver(): void {
		const { due } = this;
		this.due = [];
		for (const { text, subscribers } of due) for (const subscriber of subscribers) subscriber.send(text);
	}

	/** How many subscriptions are live. */
	get size(): number {
		return this.count;
	}
}
