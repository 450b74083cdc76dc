/** What a cheatcode's row holds. */
import type { Json } from '../json/write.ts';
import { type Argument, type ArgumentValues, type Params, readArguments } from '../params/params.ts';
import type { Cheatcodes } from './cheatcodes.ts';

/** A call that does what no rule allows. */
export interface Cheat {
	/** Without prefix. */
	readonly name: string;
	readonly args: readonly Argument[];
	/** Ends the call by throwing an `RpcFault`. */
	call(cheats: Cheatcodes, params: Params): Json;
}

/** Makes the row of the cheatcode `name`, which takes `args` in order. */
export function cheat<const A extends readonly Argument[]>(
	name: string,
	args: A,
	run: (cheats: Cheatcodes, ...values: ArgumentValues<A>) => Json,
): Cheat {
	return { name, args, call: (cheats, params) => run(cheats, ...readArguments(params, args)) };
}
