/**
 * Which names a node may be called by, against DNS rebinding: a page whose own name is made to point at this machine is
 * of the same origin as the node, and no CORS header stops it. It must use that name, though, so names that are not
 * this machine's are refused. An address is no name, and cannot be rebound.
 */
import { isIP } from 'node:net';

/** The name in a `Host` header or an origin, without scheme and port, in lower case. */
function nameOf(text: string): string {
	const rest = text.includes('://') ? text.slice(text.indexOf('://') + 3) : text;
	const [authority] = rest.split('/');
	const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(authority!);
	return (bracketed?.[1] ?? authority!.replace(/:\d*$/, '')).toLowerCase();
}

function isLocalName(name: string): boolean {
	return name === 'localhost' || name.endsWith('.localhost');
}

/** Whether `address` is one of this machine alone. */
export function isLoopback(address: string): boolean {
	const name = address.toLowerCase();
	return isLocalName(name) || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Whether a page of `origin` comes from this machine; a call that comes from no page has none. */
export function isLocalOrigin(origin: string | undefined): boolean {
	return origin === undefined || isLoopback(nameOf(origin));
}

/** Decides by the `Host` header. */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * The check of a node bound to `bindAddress`. On loopback: addresses, `localhost` and `allowed` names. Elsewhere the
 * node is called by names that nobody knows beforehand, so all are fine unless `allowed` says which.
 */
export function hostCheck(bindAddress: string, allowed: readonly string[] = []): HostCheck {
	if (!isLoopback(bindAddress) && allowed.length === 0) return () => true;
	const names = new Set(allowed.map((name) => name.toLowerCase()));
	return (host) => {
		if (host === undefined) return true;
		const name = nameOf(host);
		return isIP(name) !== 0 || isLocalName(name) || names.has(name);
	};
}
