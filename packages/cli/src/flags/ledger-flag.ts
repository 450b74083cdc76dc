/** `--ledger`: the folder of a ledger, for every command that has one. */
import { type Flag, one } from './flag.ts';
import { nonEmpty } from './readers.ts';

/** `fallbackText`: what it is where nothing is said. */
export function ledgerFlag(help: string, fallbackText?: string): Flag<string> {
	return one('DIR', nonEmpty('The path of the ledger'), {
		short: 'l',
		group: 'Ledger',
		help,
		completes: 'file',
		...(fallbackText === undefined ? {} : { fallbackText }),
	});
}
