/**
 * The process that the crash test of a chain kills: makes blocks as fast as it can and tells of what it did.
 * Arguments: folder, seed. Waits for a line on the input before it opens the folder.
 *
 * Lines: `slot <slot>` it begins anew, `tx <signature>` that slot has committed, `frozen <slot> <bank hash>`,
 * `rooted <slot>` with all before it.
 */
import { readSync, writeSync } from 'node:fs';
import { Chain } from '../src/chain.ts';
import { openChainFolder } from '../src/ledger/chain-folder.ts';
import { genesis, loadSlot, MAX_LEDGER_BYTES, unixTimestamp, voter } from './chain-crash-model.ts';

const [folder = '', seedText = '0'] = process.argv.slice(2);
const tell = (line: string): void => void writeSync(1, `${line}\n`);

tell('waiting');
if (readSync(0, new Uint8Array(16)) === 0) process.exit(0);
const ledger = await openChainFolder(folder, { genesis });
const chain = Chain.open(ledger, { voter, unixTimestamp, maxLedgerBytes: MAX_LEDGER_BYTES });
tell(`open ${chain.root}`);
chain.events.on('slotFrozen', ({ slot, hash }) => tell(`frozen ${slot} ${hash}`));
chain.events.on('slotsRooted', ({ root }) => tell(`rooted ${root}`));
for (;;) {
	const { slot } = chain;
	const lines = [`slot ${slot}`];
	loadSlot(chain, Number(seedText), slot, (signature) => {
		lines.push(`tx ${Buffer.from(signature).toString('hex')}`);
	});
	tell(lines.join('\n'));
	chain.advanceSlot();
}
