/**
 * What a subscription's row holds. A subscription is a file; `index.ts` is the table of all rows.
 */
import type { Slot } from '@parhelion/sdk';
import type { Json } from '../json/write.ts';
import type { CommitmentLevel } from '../params/configs.ts';
import { type Argument, type ArgumentValues, type Params, readArguments } from '../params/params.ts';
import { failInvalidParams } from '../rpc-error.ts';
import type { Feed, Stop } from './feed.ts';

/** Tells the subscribers; nothing more follows what is final. */
export type Notify = (result: Json, isFinal?: boolean) => void;

/** Something to watch. */
export interface Watch {
	/** What sets it apart from others of its row: equal watches share one subscription. */
	readonly key: string;
	/** Begins to watch. What is due at once may be told at once. */
	start(feed: Feed, notify: Notify): Stop;
}

/** A kind of subscription. */
export interface Subscription {
	/** `account` for `accountSubscribe`, `accountUnsubscribe` and `accountNotification`. */
	readonly name: string;
	/** What it takes, in order; the optional ones stand last. */
	readonly args: readonly Argument[];
	/** Ends the call with -32602. */
	watch(params: Params): Watch;
}

/** Makes the row of the subscription `name`, which takes `args` in order. */
export function subscription<const A extends readonly Argument[]>(
	name: string,
	args: A,
	watch: (...values: ArgumentValues<A>) => Watch,
): Subscription {
	return { name, args, watch: (params) => watch(...readArguments(params, args)) };
}

/** A value with the slot it belongs to; notifications carry no version. */
export function notificationResponse(slot: Slot, value: Json): Json {
	return { context: { slot }, value };
}

/** What text comes to, or the end of the call with -32602. */
export function parsed<T>(value: T | null, thing: string): T {
	return value ?? failInvalidParams(`Invalid Request: Invalid ${thing} provided`);
}

/** The key of a watch. */
export function watchKey(...parts: readonly (string | CommitmentLevel)[]): string {
	return JSON.stringify(parts);
}
