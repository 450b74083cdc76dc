/** The accounts that the clients of a load send to, and the subscriptions to them. */
import type { Pubkey } from '@parhelion/sdk';
import { PubSubConnection } from './node-load-connections.ts';
import type { Tally } from './node-load-tally.ts';
import { namedAddress } from './node-load-transfers.ts';

const SUBSCRIPTIONS_PER_SOCKET = 1000;
/** Subscribe calls under way at a time on one socket. */
const PIPELINED = 50;
/** What the subscriptions before the load are counted as. */
export const SUBSCRIBED_AHEAD = 'accountSubscribe ahead';
const ACCOUNT_NOTIFICATION = 'account notification';

/** The accounts that everybody sends to, and when something was sent to them that has not been notified yet. */
export class Receivers {
	readonly #tally: Tally;
	readonly #addresses: readonly Pubkey[];
	readonly #sentAt: number[][];
	readonly #sockets: PubSubConnection[] = [];
	#next = 0;
	#live = 0;
	#due = 0;
	#came = 0;

	constructor(tally: Tally, count: number) {
		this.#tally = tally;
		this.#addresses = Array.from({ length: Math.max(count, 1) }, (_, i) => namedAddress(`receiver ${i}`));
		this.#sentAt = this.#addresses.map(() => []);
	}

	/** Subscribes to `count` of them. */
	async subscribe(wsUrl: string, count: number): Promise<void> {
		for (let from = 0; from < count; from += SUBSCRIPTIONS_PER_SOCKET) {
			const socket = await PubSubConnection.open(wsUrl);
			this.#sockets.push(socket);
			const end = Math.min(count, from + SUBSCRIPTIONS_PER_SOCKET);
			for (let at = from; at < end; at += PIPELINED) {
				const indices = Array.from({ length: Math.min(PIPELINED, end - at) }, (_, i) => at + i);
				await Promise.all(indices.map((index) => this.#subscribe(socket, index)));
			}
		}
	}

	async #subscribe(socket: PubSubConnection, index: number): Promise<void> {
		const params = [this.#addresses[index]!.toBase58(), { commitment: 'processed', encoding: 'base64' }];
		const listener = (): void => {
			const sentAt = this.#sentAt[index]!.shift();
			if (sentAt === undefined) {
				this.#tally.failed(ACCOUNT_NOTIFICATION, 'nothing was sent to the account');
				return;
			}
			this.#came++;
			this.#tally.answered(ACCOUNT_NOTIFICATION, performance.now() - sentAt);
		};
		const id = await this.#tally.run(SUBSCRIBED_AHEAD, () =>
			socket.subscribe('accountSubscribe', params, listener),
		);
		if (id !== null) this.#live++;
	}

	/** The next one in a circle, and what to call when the transfer to it is sent, or could not be. */
	next(): { readonly address: Pubkey; readonly sent: () => void; readonly failed: () => void } {
		const index = this.#next;
		this.#next = (index + 1) % this.#addresses.length;
		const sentAt = this.#sentAt[index]!;
		const isHeard = index < this.#live;
		return {
			address: this.#addresses[index]!,
			sent: () => {
				if (!isHeard) return;
				sentAt.push(performance.now());
				this.#due++;
			},
			failed: () => {
				if (!isHeard) return;
				sentAt.pop();
				this.#due--;
			},
		};
	}

	/** Subscriptions. */
	get live(): number {
		return this.#live;
	}

	/** Notifications that are due, and those that came. */
	get notifications(): { readonly due: number; readonly came: number } {
		return { due: this.#due, came: this.#came };
	}

	/** Ends them. */
	close(): void {
		for (const socket of this.#sockets) socket.close();
	}
}
