/** `getHighestSnapshotSlot`: no snapshots are kept. Errors: -32008. */
import { fail, RpcCustomError } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

export const getHighestSnapshotSlot: Method = method('getHighestSnapshotSlot', [], () =>
	fail(RpcCustomError.noSnapshot),
);
