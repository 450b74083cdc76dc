/** Takes transactions over QUIC, as `sendTransaction` without preflight does. */
import type { JsonRpcHandler } from '../json-rpc.ts';
import { type ListenError, listenError } from '../listen.ts';
import { RateLimiter } from '../rate-limiter.ts';
import type { TakeTransaction, TpuServer } from './tpu-server.ts';

/**
 * Transactions that are not answered yet. They only pile up where accounts of another cluster are waited for, and whoever
 * sends over QUIC sends again what does not land.
 */
const MAX_IN_FLIGHT = 1024;

/** The ports to try, the last one included. */
export type PortRange = readonly [first: number, last: number];

/** The server, or why there is none. */
export type Tpu =
	| { readonly server: TpuServer; readonly error: null }
	| { readonly server: null; readonly error: ListenError };

/** Listens on the first port that is free. `perSecond`: transactions that each address may send, any number by default. */
export async function listenTpu(
	handler: JsonRpcHandler,
	host: string,
	[first, last]: PortRange,
	perSecond?: number,
): Promise<Tpu> {
	const { TpuServer } = await import('./tpu-server.ts');
	const take = takeTransactions(handler, perSecond);
	for (let port = first; ; port++) {
		try {
			return { server: await TpuServer.listen(host, port, take), error: null };
		} catch (cause) {
			const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
			if (!isTaken || port >= last) return { server: null, error: listenError('QUIC', host, port, cause) };
		}
	}
}

/** Hands transactions to the handler; those above the limits are dropped. */
export function takeTransactions(
	handler: Pick<JsonRpcHandler, 'handle'>,
	perSecond?: number,
): TakeTransaction {
	const limiter = perSecond === undefined ? null : new RateLimiter(perSecond);
	let inFlight = 0;
	return (transaction, address) => {
		if (inFlight >= MAX_IN_FLIGHT || limiter?.allows(address) === false) return;
		inFlight++;
		const params = [transaction.toString('base64'), { encoding: 'base64', skipPreflight: true }];
		const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sendTransaction', params });
		void handler.handle(request).finally(() => inFlight--);
	};
}
