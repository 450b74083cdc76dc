/** The main thread's side of a worker: what goes to it and comes back, and when it is woken. */
import { type MainMessage, workerWake } from './execution-control.ts';
import { ChannelReader, ChannelWriter } from './thread-channel.ts';
import type { HostThread } from './thread-host.ts';

/** Requests after which a worker is woken while there are more. */
const REQUESTS_UNTIL_WAKE = 32;

/** See the file. */
export class WorkerLink {
	readonly id: number;
	readonly requests: ChannelWriter;
	readonly results: ChannelReader;
	/** Transactions sent whose results have not come. */
	inFlight = 0;
	readonly #control: Int32Array;
	#unwoken = 0;

	constructor(id: number, control: SharedArrayBuffer, thread: HostThread) {
		this.id = id;
		this.#control = new Int32Array(control);
		this.requests = new ChannelWriter(thread.requests, thread.port);
		this.results = new ChannelReader(thread.results, thread.port);
	}

	/** Notes that something was sent, and wakes the worker once there is enough. */
	sent(): void {
		if (++this.#unwoken >= REQUESTS_UNTIL_WAKE) this.wake();
	}

	/** Sends what found no room before; whether nothing is left of it. */
	flush(): boolean {
		if (this.requests.isFlushed) return true;
		this.#unwoken++;
		return this.requests.flush();
	}

	/** Wakes the worker if something was sent. */
	wake(): void {
		if (this.#unwoken === 0) return;
		this.#unwoken = 0;
		const word = workerWake(this.id);
		Atomics.add(this.#control, word, 1);
		Atomics.notify(this.#control, word);
	}

	/** Sends something that is no transaction. */
	tell(message: MainMessage): void {
		this.requests.message(message);
		this.#unwoken++;
	}
}
