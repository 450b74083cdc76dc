/**
 * Owns the table of cheatcodes: each is called `parhelion_<name>`, or by Surfpool's `surfnet_<name>`.
 */
import type { Method } from '../methods/method.ts';
import { accountCheats } from './accounts.ts';
import type { Cheatcodes } from './cheatcodes.ts';
import { idlCheats } from './idl.ts';
import { profileTransaction } from './profile.ts';
import { setSupply } from './supply.ts';
import type { Cheat } from './table.ts';
import { timeCheats } from './time.ts';
import { setTokenAccount } from './tokens.ts';

export { Cheatcodes } from './cheatcodes.ts';

/** Every cheatcode. */
export const cheats: readonly Cheat[] = [
	...accountCheats,
	setTokenAccount,
	setSupply,
	...timeCheats,
	profileTransaction,
	...idlCheats,
];

const PREFIXES = ['parhelion', 'surfnet'];

/** The cheatcodes on `state` as methods, by each of their names. */
export function cheatcodeMethods(state: Cheatcodes): ReadonlyMap<string, Pick<Method, 'call'>> {
	const methods = new Map<string, Pick<Method, 'call'>>();
	for (const prefix of PREFIXES) {
		for (const row of cheats) {
			methods.set(`${prefix}_${row.name}`, { call: (_node, params) => row.call(state, params) });
		}
	}
	return methods;
}
