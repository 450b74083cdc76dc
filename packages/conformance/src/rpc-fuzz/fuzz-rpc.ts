/**
 * Fuzzes a node over its sockets, in three phases: calls that change nothing, while time stands still; transactions and
 * airdrops; cheatcodes. Behind each the node must be what it was before, the last two after it went back to a snapshot.
 */
import { createHash } from 'node:crypto';
import { Random } from '../oracle/random.ts';
import { HttpClient, PubSubClient, writeBytes } from './connections.ts';
import type { FuzzedNode, NodeMemory } from './node.ts';
import {
	type DescribedCall,
	type FuzzRequest,
	type Material,
	nextRequest,
	PAYER_ADDRESS,
	type Schema,
} from './requests.ts';

/** What a run is to do. */
export interface RpcFuzzOptions {
	readonly requests: number;
	readonly seed: number;
}

/** What a run came to. */
export interface RpcFuzzSummary {
	readonly requests: number;
	/** How often each kind of answer came. */
	readonly outcomes: ReadonlyMap<string, number>;
	readonly failures: readonly string[];
	/** By share of the run that was done. */
	readonly memory: readonly NodeMemory[];
}

const WRITERS: ReadonlySet<string> = new Set(['sendTransaction', 'requestAirdrop']);
/** The run goes back to a snapshot of its own in the end. */
const FORBIDDEN: ReadonlySet<string> = new Set(['parhelion_deleteSnapshot']);
const HTTP_WORKERS = 6;
const PUBSUB_WORKERS = 2;
const MOST_FAILURES = 10;
const SAMPLES_A_PHASE = 20;
/** Statuses of HTTP that a request may get which is no call. */
const STATUSES: readonly number[] = [200, 400, 403, 405, 413, 415];

interface Run {
	readonly node: FuzzedNode;
	readonly outcomes: Map<string, number>;
	readonly failures: string[];
	left: number;
}

function count(run: Run, outcome: string): void {
	run.outcomes.set(outcome, (run.outcomes.get(outcome) ?? 0) + 1);
}

interface AnswerJson {
	readonly id?: unknown;
	readonly result?: unknown;
	readonly error?: { readonly code: number; readonly message: string };
}

/** Counts an answer to a call; what is wrong with it, or null. */
function judge(run: Run, answer: AnswerJson, id: number): string | null {
	if (answer.id !== id) return `it answers ${JSON.stringify(answer.id)}`;
	if ('result' in answer === 'error' in answer) return 'neither a result nor an error';
	if (answer.error?.message === 'Internal error') return 'an internal error';
	count(run, answer.error === undefined ? 'result' : `error ${answer.error.code}`);
	return null;
}

function judgeText(run: Run, { ids, isBatch }: FuzzRequest, text: string): string | null {
	if (ids === null) {
		count(run, 'text');
		if (text !== '') JSON.parse(text);
		return null;
	}
	const parsed = JSON.parse(text) as AnswerJson | readonly AnswerJson[];
	if (Array.isArray(parsed) !== isBatch) return 'a list of answers to one call, or one to a batch';
	const answers = Array.isArray(parsed) ? (parsed as readonly AnswerJson[]) : [parsed as AnswerJson];
	if (answers.length !== ids.length) return `${answers.length} answers to ${ids.length} calls`;
	for (const [i, answer] of answers.entries()) {
		const wrong = judge(run, answer, ids[i]!);
		if (wrong !== null) return wrong;
	}
	return null;
}

function fail(run: Run, request: string, what: string): void {
	run.failures.push(`${what}: ${JSON.stringify(request.slice(0, 600))}`);
}

async function httpWorker(
	run: Run,
	random: Random,
	material: Material,
	calls: readonly DescribedCall[],
): Promise<void> {
	const client = new HttpClient(run.node.rpcUrl);
	while (run.left > 0 && run.failures.length < MOST_FAILURES) {
		run.left--;
		if (random.oneIn(50)) {
			const head = random.pick([
				'',
				'POST / HTTP/1.1\r\nHost: localhost\r\n',
				'GET /health HTTP/1.1\r\n\r\n',
				'PUT /\r\n\r\n',
			]);
			const bytes = Buffer.concat([Buffer.from(head), random.bytes(random.int(2000))]);
			const url = random.oneIn(2) ? run.node.rpcUrl : run.node.wsUrl.replace('ws', 'http');
			await writeBytes(url, bytes).catch((error: Error) =>
				fail(run, bytes.toString('latin1'), error.message),
			);
			count(run, 'bytes');
			continue;
		}
		const request = nextRequest(random, material, calls, nextId);
		try {
			const { status, body } = await client.post(request.text);
			if (request.ids !== null && status === 413) count(run, 'too large');
			else if (!STATUSES.includes(status) || (request.ids !== null && status !== 200)) {
				fail(run, request.text, `status ${status}`);
			} else {
				const wrong = status === 200 ? judgeText(run, request, body) : null;
				if (wrong !== null) fail(run, request.text, `${wrong} (${body.slice(0, 300)})`);
			}
		} catch (error) {
			// What is longer than the node reads may be cut off in the middle.
			if (request.text.length < 50_000) fail(run, request.text, (error as Error).message);
		}
	}
	client.close();
}

async function pubsubWorker(
	run: Run,
	random: Random,
	material: Material,
	calls: readonly DescribedCall[],
): Promise<void> {
	let client = await PubSubClient.open(run.node.wsUrl);
	while (run.left > 0 && run.failures.length < MOST_FAILURES) {
		run.left--;
		if (!client.isOpen || random.oneIn(500)) {
			client.close();
			client = await PubSubClient.open(run.node.wsUrl);
		}
		if (random.oneIn(100)) {
			client.sendRaw(random.bytes(1 + random.int(200)));
			count(run, 'frames');
			client.close();
			continue;
		}
		const request = nextRequest(random, material, calls, nextId);
		client.send(request.text);
		const id = request.ids?.[0];
		// Anything comes behind a text that nobody can tell the answer of.
		const probe = id === undefined ? nextId() : id;
		if (id === undefined) client.send(`{"jsonrpc":"2.0","id":${probe},"method":"getVersion"}`);
		try {
			const isAnswer = new RegExp(`"id":${probe}[,}]`);
			const answer = await client.find((text) => !text.includes('"method":"') && isAnswer.test(text));
			if (answer === null) count(run, 'hung up');
			else if (id === undefined) count(run, 'text');
			else {
				const wrong = judgeText(run, request, answer);
				if (wrong !== null) fail(run, request.text, `PubSub: ${wrong} (${answer.slice(0, 300)})`);
			}
		} catch (error) {
			fail(run, request.text, `PubSub: ${(error as Error).message}`);
		}
	}
	client.close();
}

let lastId = 0;
const nextId = (): number => ++lastId;

/** A call that must succeed. */
async function ask<T>(client: HttpClient, method: string, params: readonly unknown[] = []): Promise<T> {
	const { body } = await client.post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
	const { result, error } = JSON.parse(body) as AnswerJson;
	if (error !== undefined) throw new Error(`${method}: ${error.message}`);
	return result as T;
}

/** All accounts of the open slot and where the chain stands, as one text. */
async function stateOf(client: HttpClient): Promise<string> {
	const { value } = await ask<{ value: Readonly<Record<string, unknown>> }>(
		client,
		'parhelion_exportSnapshot',
	);
	const accounts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	const info = await ask(client, 'getEpochInfo', [{ commitment: 'processed' }]);
	return createHash('sha256')
		.update(JSON.stringify([accounts, info]))
		.digest('hex');
}

interface Description {
	readonly methods: readonly {
		readonly name: string;
		readonly tags: readonly [{ readonly name: DescribedCall['tag'] }];
		readonly params: readonly { readonly schema: Schema }[];
	}[];
}

async function materialOf(client: HttpClient, random: Random): Promise<Material> {
	const { methods } = await ask<Description>(client, 'rpc.discover');
	const { value } = await ask<{ value: Readonly<Record<string, unknown>> }>(
		client,
		'parhelion_exportSnapshot',
	);
	const { value: latest } = await ask<{ value: { blockhash: string } }>(client, 'getLatestBlockhash', [
		{ commitment: 'processed' },
	]);
	const signature = await ask<string>(client, 'requestAirdrop', [PAYER_ADDRESS, 1_000_000_000]);
	const addresses = Object.keys(value).sort();
	const texts = [
		PAYER_ADDRESS,
		latest.blockhash,
		signature,
		...Array.from({ length: 40 }, () => random.pick(addresses)),
	];
	const described = methods.map(({ name, tags, params }) => ({
		name,
		tag: tags[0].name,
		params: params.map(({ schema }) => schema),
	}));
	const unsubscribe = described
		.filter(({ tag }) => tag === 'websocket')
		.map(
			({ name }): DescribedCall => ({
				name: name.replace('Subscribe', 'Unsubscribe'),
				tag: 'websocket',
				params: [{ type: 'integer' }],
			}),
		);
	return { calls: [...described, ...unsubscribe], texts, blockhash: latest.blockhash };
}

/** Fuzzes a node that was just started. */
export async function fuzzRpc(
	node: FuzzedNode,
	{ requests, seed }: RpcFuzzOptions,
	onProgress: (done: number, failures: number) => void = () => {},
): Promise<RpcFuzzSummary> {
	const random = new Random(seed);
	const client = new HttpClient(node.rpcUrl);
	const run: Run = { node, outcomes: new Map(), failures: [], left: 0 };
	const memory: NodeMemory[] = [];
	const material = await materialOf(client, random);
	const of = (...tags: DescribedCall['tag'][]): DescribedCall[] =>
		material.calls.filter(({ tag, name }) => tags.includes(tag) && !FORBIDDEN.has(name));
	await ask(client, 'parhelion_pauseClock');
	const { value: snapshot } = await ask<{ value: { id: number } }>(client, 'parhelion_snapshot');
	const before = await stateOf(client);
	const phases = [
		{
			name: 'reading',
			share: 0.4,
			calls: of('http').filter(({ name }) => !WRITERS.has(name)),
			reverts: false,
		},
		{ name: 'transactions', share: 0.3, calls: of('http'), reverts: true },
		{ name: 'cheatcodes', share: 0.3, calls: of('cheatcode', 'http'), reverts: true },
	];
	let done = 0;
	for (const { name, share, calls, reverts } of phases) {
		if (reverts) await ask(client, 'parhelion_resumeClock');
		const total = Math.ceil(requests * share);
		for (let sample = 0; sample < SAMPLES_A_PHASE && run.failures.length < MOST_FAILURES; sample++) {
			const chunk = Math.ceil(total / SAMPLES_A_PHASE);
			run.left = chunk;
			const { value } = await ask<{ value: { blockhash: string } }>(client, 'getLatestBlockhash', [
				{ commitment: 'processed' },
			]).catch(() => ({ value: { blockhash: material.blockhash } }));
			const fresh = { ...material, blockhash: value.blockhash };
			const stream = (): Random => new Random(random.int(2 ** 32));
			await Promise.all([
				...Array.from({ length: HTTP_WORKERS }, () => httpWorker(run, stream(), fresh, calls)),
				...Array.from({ length: PUBSUB_WORKERS }, () => pubsubWorker(run, stream(), fresh, of('websocket'))),
			]);
			done += chunk - Math.max(0, run.left);
			memory.push(await node.memory());
			onProgress(done, run.failures.length);
		}
		await ask(client, 'parhelion_pauseClock');
		if (reverts) await ask(client, 'parhelion_revert', [snapshot.id]);
		if ((await stateOf(client)) !== before)
			run.failures.push(`behind the phase ${name} the state is another than before`);
	}
	client.close();
	run.failures.push(...new Set(node.defects));
	return { requests: done, outcomes: run.outcomes, failures: run.failures, memory };
}
