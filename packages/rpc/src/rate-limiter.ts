/** Limits how often each client may call: a bucket of tokens an address, filled at a steady rate. */

/** Addresses remembered; the one that has not called for longest goes first. */
const MAX_CLIENTS = 10_000;

interface Bucket {
	tokens: number;
	at: number;
}

/** Allows `perSecond` requests a second and address, and twice as many at once. */
export class RateLimiter {
	private readonly perSecond: number;
	private readonly now: () => number;
	private readonly buckets = new Map<string, Bucket>();

	/** RangeError for a rate that is not above 0. `now` tells the time in milliseconds. */
	constructor(perSecond: number, now: () => number = () => performance.now()) {
		if (!(perSecond > 0)) throw new RangeError(`a rate is above 0 requests a second, not ${perSecond}`);
		this.perSecond = perSecond;
		this.now = now;
	}

	/** Whether `client` may call now; if so, the call is counted. */
	allows(client: string): boolean {
		const now = this.now();
		const most = this.perSecond * 2;
		const bucket = this.buckets.get(client) ?? { tokens: most, at: now };
		bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / 1000) * this.perSecond);
		bucket.at = now;
		// The order of a Map is that of insertion: whoever called last stands last.
		this.buckets.delete(client);
		this.buckets.set(client, bucket);
		if (this.buckets.size > MAX_CLIENTS) {
			const [oldest] = this.buckets.keys();
			this.buckets.delete(oldest!);
		}
		if (bucket.tokens < 1) return false;
		bucket.tokens--;
		return true;
	}
}
