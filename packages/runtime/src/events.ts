/**
 * A typed emitter that costs one length check where nobody listens.
 *
 * Listeners run synchronously, in the order of subscription, all of them whatever the others throw; what was thrown first
 * goes to the emitter's caller.
 */

/** Calls to make when something happens; `Events` maps a name to what is handed over. */
export class Emitter<Events extends object> {
	readonly #listeners: Map<keyof Events, readonly Subscription[]> = new Map();

	/** Calls `listener` at every `name`; returns the function that ends it. */
	on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
		// An object of its own: a function that subscribes twice is called twice, and each subscription ends by itself.
		const subscription: Subscription = { listener };
		this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), subscription]);
		return () => {
			const rest = (this.#listeners.get(name) ?? []).filter((other) => other !== subscription);
			if (rest.length === 0) this.#listeners.delete(name);
			else this.#listeners.set(name, rest);
		};
	}

	/** Whether building an event of this name is worth it. */
	has(name: keyof Events): boolean {
		return this.#listeners.size !== 0 && this.#listeners.has(name);
	}

	/** Hands `event` to whoever listens to `name`; a listener added or removed meanwhile counts from the next. */
	emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
		const subscriptions = this.#listeners.get(name);
		if (subscriptions === undefined) return;
		let failure: { readonly error: unknown } | null = null;
		for (const { listener } of subscriptions as readonly Subscription<Events[Name]>[]) {
			try {
				listener(event);
			} catch (error) {
				failure ??= { error };
			}
		}
		if (failure !== null) throw failure.error;
	}
}

interface Subscription<Event = never> {
	readonly listener: (event: Event) => void;
}
