/** One client of a load: an HTTP connection and a WebSocket, and one call after the other, by turns of a table. */
import type { HttpConnection, PubSubConnection } from './node-load-connections.ts';
import type { Receivers } from './node-load-receivers.ts';
import type { Tally } from './node-load-tally.ts';
import { namedAddress, Payer, type SignedTransfer } from './node-load-transfers.ts';

const PROGRAM_ACCOUNTS = 20;
const PROGRAM_ACCOUNT_BYTES = 165;
const AIRDROP = 10_000_000_000_000;
/** Milliseconds in which a notification may come. */
const GRACE = 10_000;
const PROCESSED = { commitment: 'processed' } as const;
/** What is sent where clients do nothing else is counted as. */
export const SENT_ALONE = 'sendTransaction alone';
/** And what is sent before anything is measured. */
export const SENT_AHEAD = 'sendTransaction ahead';
const SIGNATURE_NOTIFICATION = 'signature notification';

const PROGRAM = namedAddress('program of the load').toBase58();
const programAccounts = Array.from({ length: PROGRAM_ACCOUNTS }, (_, i) =>
	namedAddress(`program account ${i}`).toBase58(),
);
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Makes the accounts that the clients ask for. */
export async function prepareAccounts(http: HttpConnection): Promise<void> {
	const data = '2a'.repeat(PROGRAM_ACCOUNT_BYTES);
	for (const address of programAccounts) {
		await http.call('parhelion_setAccount', [address, { lamports: 10_000_000, owner: PROGRAM, data }]);
	}
}

/** Throws unless an answer is as it should be. */
function expectThat(condition: boolean, what: string): void {
	if (!condition) throw new Error(`a wrong answer: ${what}`);
}

/** The `value` of an answer with a context. */
function valueIn<T>(answer: unknown): T {
	return (answer as { readonly value: T }).value;
}

/** What the clients of a process share. */
export interface Shared {
	readonly tally: Tally;
	readonly receivers: Receivers;
	/** Goes into the next transactions. */
	blockhash: string;
}

/** What a client does in a turn. */
interface Turn {
	/** What it is counted as; `null` where it counts its calls itself. */
	readonly method: string | null;
	readonly run: (client: Client) => Promise<unknown>;
}

const TURNS: readonly Turn[] = [
	{ method: 'getLatestBlockhash', run: (client) => client.refreshBlockhash() },
	{ method: null, run: (client) => client.sendAndHear() },
	{ method: 'getSignatureStatuses', run: (client) => client.readStatus() },
	{ method: 'getBalance', run: (client) => client.readBalance() },
	{ method: 'getAccountInfo', run: (client) => client.readAccount() },
	{ method: null, run: (client) => client.sendAndHear() },
	{ method: 'simulateTransaction', run: (client) => client.simulate() },
	{ method: 'getProgramAccounts', run: (client) => client.readProgram() },
	{ method: null, run: (client) => client.sendAndHear() },
	{ method: null, run: (client) => client.listenForAMoment() },
];

/** One client. */
export class Client {
	readonly #shared: Shared;
	readonly #http: HttpConnection;
	readonly #socket: PubSubConnection;
	readonly #payer: Payer;
	#lastSignature: string | null = null;
	#turn: number;

	constructor(shared: Shared, http: HttpConnection, socket: PubSubConnection, number: number) {
		this.#shared = shared;
		this.#http = http;
		this.#socket = socket;
		this.#payer = new Payer(`payer ${number}`);
		// So that not all clients do the same at the same time.
		this.#turn = number;
	}

	/** Gets lamports, and subscribes to what the client hears as long as it lives. */
	async prepare(): Promise<void> {
		const { tally } = this.#shared;
		const address = this.#payer.pubkey.toBase58();
		await this.#http.call('requestAirdrop', [address, AIRDROP]);
		await this.#socket.subscribe('slotSubscribe', [], () => tally.heard('slot notification'));
		const mentions = [{ mentions: [address] }, PROCESSED];
		await this.#socket.subscribe('logsSubscribe', mentions, () => tally.heard('logs notification'));
	}

	/** Makes calls until the time `end`. */
	async mix(end: number): Promise<void> {
		while (performance.now() < end) {
			const { method, run } = TURNS[this.#turn++ % TURNS.length]!;
			if (method === null) await run(this);
			else await this.#shared.tally.run(method, () => run(this));
		}
	}

	/** Sends until the time `end`, as fast as the answers come. */
	async sendAlone(end: number): Promise<void> {
		for (let i = 0; performance.now() < end; i++) await this.#sendUnheard(i, SENT_ALONE);
	}

	/** Sends so many transactions ahead of what is measured. */
	async fill(count: number): Promise<void> {
		for (let i = 0; i < count; i++) await this.#sendUnheard(i, SENT_AHEAD);
	}

	/** Sends the next transfer as one of many, with a new blockhash now and then. */
	async #sendUnheard(serial: number, method: string): Promise<void> {
		const { tally } = this.#shared;
		const config = { encoding: 'base64', skipPreflight: true };
		if (serial % 100 === 0) await this.refreshBlockhash();
		await this.#sendNext(({ wire }) =>
			tally.run(method, () => this.#http.call('sendTransaction', [base64(wire), config])),
		);
	}

	/** Signs the next transfer and hands it to `send`, which gives null where it could not be sent. */
	async #sendNext(send: (transfer: SignedTransfer) => Promise<unknown>): Promise<void> {
		const { address, sent, failed } = this.#shared.receivers.next();
		const transfer = this.#payer.transfer(address, this.#shared.blockhash);
		sent();
		if ((await send(transfer)) === null) failed();
		else this.#lastSignature = transfer.signature;
	}

	/** Subscribes to the signature of a transfer, sends it, waits until the node says that it is there. */
	sendAndHear(): Promise<void> {
		const { tally } = this.#shared;
		return this.#sendNext(async ({ wire, signature }) => {
			let hear: () => void = () => {};
			const heard = new Promise<void>((resolve) => {
				hear = resolve;
			});
			const id = await tally.run('signatureSubscribe', () =>
				this.#socket.subscribe('signatureSubscribe', [signature, PROCESSED], () => hear()),
			);
			const begun = performance.now();
			const config = { encoding: 'base64', preflightCommitment: 'processed' };
			const answer = await tally.run('sendTransaction', () =>
				this.#http.call('sendTransaction', [base64(wire), config]),
			);
			if (id === null || answer === null) return answer;
			if (await within(GRACE, heard)) tally.answered(SIGNATURE_NOTIFICATION, performance.now() - begun);
			else tally.failed(SIGNATURE_NOTIFICATION, 'none came');
			// The node ends such a subscription by itself.
			this.#socket.forget(id);
			return answer;
		});
	}

	async refreshBlockhash(): Promise<void> {
		const answer = await this.#http.call('getLatestBlockhash', [PROCESSED]);
		this.#shared.blockhash = valueIn<{ readonly blockhash: string }>(answer).blockhash;
	}

	async readStatus(): Promise<void> {
		if (this.#lastSignature === null) return;
		const answer = await this.#http.call('getSignatureStatuses', [[this.#lastSignature]]);
		const [status] = valueIn<readonly ({ readonly err: unknown } | null)[]>(answer);
		expectThat(status !== null && status?.err === null, 'no status of a transaction that was sent');
	}

	async readBalance(): Promise<void> {
		const answer = await this.#http.call('getBalance', [this.#payer.pubkey.toBase58(), PROCESSED]);
		expectThat(valueIn<number>(answer) > 0, 'no balance');
	}

	async readAccount(): Promise<void> {
		const address = programAccounts[this.#turn % programAccounts.length];
		const answer = await this.#http.call('getAccountInfo', [address, { ...PROCESSED, encoding: 'base64' }]);
		const account = valueIn<{ readonly owner: string } | null>(answer);
		expectThat(account?.owner === PROGRAM, 'an account is missing');
	}

	async simulate(): Promise<void> {
		const { address } = this.#shared.receivers.next();
		const { wire } = this.#payer.transfer(address, this.#shared.blockhash);
		const config = { ...PROCESSED, encoding: 'base64', replaceRecentBlockhash: true };
		const answer = await this.#http.call('simulateTransaction', [base64(wire), config]);
		expectThat(valueIn<{ readonly err: unknown }>(answer).err === null, 'a simulation failed');
	}

	async readProgram(): Promise<void> {
		const config = { ...PROCESSED, encoding: 'base64' };
		const answer = await this.#http.call('getProgramAccounts', [PROGRAM, config]);
		expectThat((answer as readonly unknown[]).length === PROGRAM_ACCOUNTS, 'not all accounts of a program');
	}

	/** Subscribes to an account that nobody changes, and ends that again. */
	async listenForAMoment(): Promise<void> {
		const { tally } = this.#shared;
		const params = [programAccounts[this.#turn % programAccounts.length], PROCESSED];
		const id = await tally.run('accountSubscribe', () =>
			this.#socket.subscribe('accountSubscribe', params, () => {}),
		);
		if (id === null) return;
		await tally.run('accountUnsubscribe', () => this.#socket.unsubscribe('accountUnsubscribe', id));
	}

	close(): void {
		this.#http.close();
		this.#socket.close();
	}
}

/** Whether a promise resolves in so many milliseconds. */
function within(milliseconds: number, promise: Promise<void>): Promise<boolean> {
	return new Promise((resolve) => {
		const timer = setTimeout(() => resolve(false), milliseconds);
		void promise.then(() => {
			clearTimeout(timer);
			resolve(true);
		});
	});
}
