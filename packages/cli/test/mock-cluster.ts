/**
 * A JSON-RPC server that answers as it is told, to be another cluster in tests.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that came in. */
export interface MockRequest {
	readonly method: string;
	readonly params: readonly unknown[];
	readonly id: number;
}

/** Answers a request; what it gives is the `result`, unless it has written to `response` itself. */
export type MockAnswer = (request: MockRequest, response: ServerResponse) => unknown;

/** A mock that listens on loopback. */
export interface MockCluster {
	readonly url: string;
	readonly requests: readonly MockRequest[];
	close(): Promise<void>;
}

/** The genesis hash that mocks give where a test does not care. */
export const MOCK_GENESIS_HASH = '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY';

async function bodyOf(request: IncomingMessage): Promise<string> {
	let text = '';
	for await (const chunk of request) text += chunk;
	return text;
}

/** Starts a mock on a free port. */
export async function startMockCluster(answer: MockAnswer): Promise<MockCluster> {
	const requests: MockRequest[] = [];
	const server = createServer(async (request, response) => {
		const call = JSON.parse(await bodyOf(request)) as MockRequest;
		requests.push(call);
		const result = answer(call, response);
		if (response.writableEnded || response.headersSent || result === undefined) return;
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({ jsonrpc: '2.0', id: call.id, result }));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}
