/**
 * The clients of a load, in a process of their own: `node-load-clients.js SETTINGS`, the settings as JSON. First a mixed load,
 * then nothing but sending; meanwhile further WebSockets hold subscriptions to accounts, which the transfers change. Tells
 * its parent what was done, every second and at the end.
 */
import { Client, prepareAccounts, SENT_ALONE, type Shared } from './node-load-client.ts';
import { HttpConnection, PubSubConnection } from './node-load-connections.ts';
import { Receivers } from './node-load-receivers.ts';
import { type MethodFigures, Tally } from './node-load-tally.ts';

/** What the parent asks for. */
export interface ClientsSettings {
	readonly rpcUrl: string;
	readonly wsUrl: string;
	readonly clients: number;
	/** Subscriptions to accounts, besides those of the clients. */
	readonly subscriptions: number;
	/** Transactions to send before that. */
	readonly fill: number;
	/** Seconds of the mixed load. */
	readonly seconds: number;
	/** Seconds of nothing but sending, afterwards. */
	readonly sendSeconds: number;
}

/** What the parent is told every second. */
export interface ClientsProgress {
	readonly kind: 'progress';
	readonly phase: string;
	readonly answered: number;
	readonly failed: number;
}

/** What the parent is told at the end. */
export interface ClientsResult {
	readonly kind: 'result';
	readonly methods: readonly MethodFigures[];
	/** Seconds that the mixed load took. */
	readonly seconds: number;
	/** Calls that were answered as they should be in the mixed load, and in all phases those that were not. */
	readonly answered: number;
	readonly failed: number;
	/** Subscriptions to accounts that were live all the time. */
	readonly subscriptions: number;
	/** Notifications of changed accounts: those due, and those that came. */
	readonly accountNotifications: { readonly due: number; readonly came: number };
	/** Other notifications, by kind. */
	readonly otherNotifications: Readonly<Record<string, number>>;
	/** Transactions a second where clients do nothing but send. */
	readonly sendsPerSecond: number;
}

/** Milliseconds in which the last notifications may come. */
const GRACE = 2000;

const settings = JSON.parse(process.argv[2] ?? '') as ClientsSettings;
const { rpcUrl, wsUrl, subscriptions } = settings;
const tally = new Tally();
let phase = 'preparing';
const tell = (message: ClientsProgress | ClientsResult): void => {
	process.send?.(message);
};
const timer = setInterval(() => {
	tell({ kind: 'progress', phase, answered: tally.answeredCount, failed: tally.failedCount });
}, 1000);

const receivers = new Receivers(tally, subscriptions);
const shared: Shared = { tally, receivers, blockhash: '' };
const clients: Client[] = [];
for (let i = 0; i < settings.clients; i++) {
	const http = new HttpConnection(rpcUrl);
	if (i === 0) await prepareAccounts(http);
	const client = new Client(shared, http, await PubSubConnection.open(wsUrl), i);
	await client.prepare();
	await client.refreshBlockhash();
	clients.push(client);
}
phase = 'subscribing';
await receivers.subscribe(wsUrl, subscriptions);

/** Lets all clients work for so many seconds; how many it took. */
async function forSeconds(
	seconds: number,
	work: (client: Client, end: number) => Promise<void>,
): Promise<number> {
	const begun = performance.now();
	await Promise.all(clients.map((client) => work(client, begun + seconds * 1000)));
	return (performance.now() - begun) / 1000;
}

phase = 'filling the history';
await Promise.all(clients.map((client) => client.fill(Math.ceil(settings.fill / clients.length))));
phase = 'mixed load';
const before = tally.answeredCount;
const seconds = await forSeconds(settings.seconds, (client, end) => client.mix(end));
const answered = tally.answeredCount - before;
phase = 'sending';
const sending = await forSeconds(settings.sendSeconds, (client, end) => client.sendAlone(end));
await new Promise((resolve) => {
	setTimeout(resolve, GRACE);
});
clearInterval(timer);
tell({
	kind: 'result',
	methods: tally.figures(),
	seconds,
	answered,
	failed: tally.failedCount,
	subscriptions: receivers.live,
	accountNotifications: receivers.notifications,
	otherNotifications: Object.fromEntries(tally.notifications),
	sendsPerSecond: tally.countOf(SENT_ALONE) / sending,
});
for (const client of clients) client.close();
receivers.close();
process.disconnect?.();
