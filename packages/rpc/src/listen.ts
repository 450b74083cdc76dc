/**
 * Binding a port, with errors that say what to do.
 */

/** A server could not be bound. */
export class ListenError extends Error {
	override readonly name = 'ListenError';
}

/** What went wrong when binding `what` to `host`:`port`, for the person who started it. */
export function listenError(what: string, host: string, port: number, cause: unknown): ListenError {
	const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
	const where = `${host}:${port}`;
	switch (code) {
		case 'EADDRINUSE':
			return new ListenError(
				`${what}: ${where} is already in use; stop the other program or choose another port`,
				{ cause },
			);
		case 'EACCES':
			return new ListenError(`${what}: not allowed to listen on ${where}; choose a port from 1024 on`, {
				cause,
			});
		case 'EADDRNOTAVAIL':
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return new ListenError(`${what}: ${host} is not an address of this machine`, { cause });
		default:
			return new ListenError(`${what}: cannot listen on ${where}: ${String(cause)}`, { cause });
	}
}
