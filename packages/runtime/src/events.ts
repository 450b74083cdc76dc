/**
 * A typed emitter that costs one length check where nobody listens.
 *
 * A listener runs synchronously, in the order of subscription; what it throws goes to the emitter's caller.
 */

/** Calls to make when something happens; `Events` maps a name to what is handed over. */
export class Emitter<Events extends object> {
	readonly #listeners: Map<keyof Events, ReadonlyArray<(event: never) => void>> = new Map();

	/** Calls `listener` at every `name`; returns the function that ends it. */
	on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
		this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
		return () => {
			const rest = (this.#listeners.get(name) ?? []).filter((other) => other !== listener);
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
		const listeners = this.#listeners.get(name);
		if (listeners === undefined) return;
		for (const listener of listeners as ReadonlyArray<(event: Events[Name]) => void>) listener(event);
	}
}
