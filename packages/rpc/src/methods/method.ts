/**
 * What a method's row holds. A method is a file; `index.ts` is the table of all rows.
 */
import type { Json } from '../json/write.ts';
import type { RpcNode } from '../node.ts';
import { type Argument, type ArgumentValues, type Params, readArguments } from '../params/params.ts';

/** A method that a client can call. */
export interface Method {
	readonly name: string;
	/** What it takes, in order; the optional ones stand last. */
	readonly args: readonly Argument[];
	/** Reads the arguments and runs the method. Ends the call by throwing an `RpcFault`. */
	call(node: RpcNode, params: Params): Json;
}

/** Makes the row of the method `name`, which takes `args` in order. */
export function method<const A extends readonly Argument[]>(
	name: string,
	args: A,
	run: (node: RpcNode, ...values: ArgumentValues<A>) => Json,
): Method {
	return { name, args, call: (node, params) => run(node, ...readArguments(params, args)) };
}
