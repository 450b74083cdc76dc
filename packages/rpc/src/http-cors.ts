/**
 * Which origins may call, and the headers that tell a browser so. Every origin may but `null`. Source:
 * jsonrpc-server-utils 18 `cors.rs` with the settings of solana-rpc 4.3.0 `rpc_service.rs`.
 */

/** Seconds that a browser may remember the answer. */
const MAX_AGE = '86400';
const ALLOWED_METHODS = 'OPTIONS, POST';

/** The request headers that matter here. */
export interface CorsRequest {
	readonly origin: string | undefined;
	readonly host: string | undefined;
	readonly requestedHeaders: string | undefined;
}

/** The host, and port, of a URL or of text that is one already. */
function hostOf(text: string): string {
	const rest = text.includes('://') ? text.split('://')[1]! : text;
	return rest.split('/')[0]!.toLowerCase();
}

/** An origin without path; `http` where it names no protocol. */
function normalizeOrigin(origin: string): string {
	const protocol = origin.includes('://') ? origin.split('://')[0]!.toLowerCase() : 'http';
	return `${protocol}://${hostOf(origin)}`;
}

/**
 * The headers that an answer carries; null where the origin may not call. Empty where the request comes from
 * no page, or from a page of this very server.
 */
export function corsHeaders(request: CorsRequest): Readonly<Record<string, string>> | null {
	const { origin, host, requestedHeaders } = request;
	if (origin === undefined || (host !== undefined && hostOf(origin) === host)) return {};
	if (origin === 'null') return null;
	const headers: Record<string, string> = {
		vary: 'origin',
		'access-control-allow-methods': ALLOWED_METHODS,
		'access-control-allow-origin': normalizeOrigin(origin),
		'access-control-max-age': MAX_AGE,
	};
	if (requestedHeaders !== undefined) headers['access-control-allow-headers'] = requestedHeaders;
	return headers;
}

/** The headers that an answer to OPTIONS carries besides. */
export const OPTIONS_HEADERS: Readonly<Record<string, string>> = Object.freeze({
	allow: ALLOWED_METHODS,
	accept: 'application/json',
});
