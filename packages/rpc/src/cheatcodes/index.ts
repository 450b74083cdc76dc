/**
 * Owns the table of cheatcodes: each is called `parhelion_<name>`, and those that Surfpool has by its `surfnet_<name>` too.
 */
import type { Method } from '../methods/method.ts';
import { accountCheats } from './accounts.ts';
import type { Cheatcodes } from './cheatcodes.ts';
import { idlCheats } from './idl.ts';
import { profileTransaction } from './profile.ts';
import { snapshotCheats } from './snapshots.ts';
import { setSupply } from './supply.ts';
import type { Cheat } from './table.ts';
import { timeCheats } from './time.ts';
import { setTokenAccount } from './tokens.ts';

export { Cheatcodes } from './cheatcodes.ts';

const surfpoolCheats: readonly Cheat[] = [
	...accountCheats,
	setTokenAccount,
	setSupply,
	...timeCheats,
	profileTransaction,
	...idlCheats,
];

/** Every cheatcode. */
export const cheats: readonly Cheat[] = [...surfpoolCheats, ...snapshotCheats];

/** The cheatcodes on `state` as methods, by each of their names. */
export function cheatcodeMethods(state: Cheatcodes): ReadonlyMap<string, Pick<Method, 'call'>> {
	const methods = new Map<string, Pick<Method, 'call'>>();
	const add = (prefix: string, rows: readonly Cheat[]): void => {
		for (const row of rows) {
			methods.set(`${prefix}_${row.name}`, { call: (_node, params) => row.call(state, params) });
		}
	};
	add('parhelion', cheats);
	add('surfnet', surfpoolCheats);
	return methods;
}
