/** `getBlockTime`: seconds since 1970. Errors: -32004 (a slot that is not there). */
import { readU64 } from '../params/readers.ts';
import { fail, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getBlockTime: Method = method(
	'getBlockTime',
	[readU64],
	({ chain }, slot) => chain.getBlockTime(slot) ?? fail(RpcCustomError.blockNotAvailable(slot)),
);
