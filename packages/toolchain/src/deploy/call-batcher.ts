/**
 * Calls of one method, put together where several are made at once.
 *
 * Owns how many: as many as every node's limit of a request's body allows, and fewer where a server wants fewer. A server
 * that takes no batches is called once for each.
 */
import type { RpcCaller } from './rpc-caller.ts';

/** Bytes of a request's body that any node takes: Agave reads 50 KiB. */
const MAX_BODY = 50 * 1024 - 1024;
/** Bytes of a call besides its parameters. */
const ENVELOPE = 80;

interface WaitingCall {
	readonly params: readonly unknown[];
	readonly size: number;
	resolve(result: unknown): void;
	reject(error: unknown): void;
}

/** Collects the calls of one turn of the event loop. */
export class CallBatcher {
	readonly #rpc: RpcCaller;
	readonly #method: string;
	#waiting: WaitingCall[] = [];
	#size = 0;
	/** Calls that the server takes at a time. */
	#most = Number.POSITIVE_INFINITY;

	constructor(rpc: RpcCaller, method: string) {
		this.#rpc = rpc;
		this.#method = method;
	}

	/** The result of a call. Rejects as {@link RpcCaller.call} does. */
	call(params: readonly unknown[]): Promise<unknown> {
		return new Promise((resolve, reject) => {
			this.#add({ params, size: JSON.stringify(params).length + ENVELOPE, resolve, reject });
		});
	}

	#add(call: WaitingCall): void {
		if (this.#waiting.length >= this.#most || this.#size + call.size > MAX_BODY) this.#flush();
		if (this.#waiting.length === 0) setTimeout(() => this.#flush(), 0);
		this.#waiting.push(call);
		this.#size += call.size;
	}

	#flush(): void {
		const calls = this.#waiting;
		this.#waiting = [];
		this.#size = 0;
		if (calls.length > 0) void this.#send(calls);
	}

	/** Settles each of the calls. */
	async #send(calls: readonly WaitingCall[]): Promise<void> {
		try {
			const [first, ...others] = calls;
			if (first !== undefined && others.length === 0) {
				first.resolve(await this.#rpc.call(this.#method, first.params));
				return;
			}
			const all = calls.map(({ params }) => params);
			const outcomes = await this.#rpc.batch(this.#method, all);
			if (outcomes === null) {
				this.#most = Math.min(this.#most, Math.floor(calls.length / 2));
				for (const call of calls) this.#add(call);
				return;
			}
			for (const [i, call] of calls.entries()) {
				const outcome = outcomes[i];
				if (outcome !== undefined && 'result' in outcome) call.resolve(outcome.result);
				else call.reject(outcome?.error);
			}
		} catch (thrown) {
			for (const call of calls) call.reject(thrown);
		}
	}
}
