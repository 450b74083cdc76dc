/**
 * The process that the crash test kills: writes slots as fast as it can and tells of each root that it may tell of.
 * Arguments: folder, seed. Waits for a line on the input before it opens the folder.
 */
import { readSync, writeSync } from 'node:fs';
import { AccountsDb } from '../src/accounts-db/accounts-db.ts';
import { openLedgerFolder } from '../src/ledger/blockstore-folder.ts';
import { blockOf, fieldsOf, key, randomOf, slotWrites } from './crash-model.ts';

const [folder = '', seedText = '0'] = process.argv.slice(2);
const seed = Number(seedText);
const random = randomOf(process.pid);
const identity = { genesisHash: new Uint8Array(32).fill(1), featureSetId: 1 };

writeSync(1, 'waiting\n');
if (readSync(0, new Uint8Array(16)) === 0) process.exit(0);
const { storage, blockstore } = await openLedgerFolder(folder, identity);
const db = new AccountsDb({
	storage,
	readCacheBytes: 200_000,
	isBlockDurable: (slot) => blockstore.isDurable(slot),
});
writeSync(1, `open ${storage.root ?? 0n}\n`);
let rooted = storage.root ?? 0n;
for (let slot = rooted + 1n; ; slot++) {
	const writes = slotWrites(seed, slot);
	db.store(
		slot,
		[...writes].map(([n, account]) => [key(n), account]),
	);
	if (!blockstore.isDurable(slot)) {
		const { entries, blockhash, signature } = blockOf(seed, slot);
		const status = { signature, addresses: [key(0), key(1)], meta: entries.subarray(0, 10) };
		blockstore.insertBlock({ slot, parent: slot - 1n, blockhash, entries, statuses: [status] });
	}
	if (random(4) === 0) continue;
	// Some of the slots become rooted, all of them up to here, and reach the disk as one transaction.
	for (let root = rooted + 1n; root <= slot; root++) db.addRoot(root);
	const roots = [];
	for (let root = rooted + 1n; root <= slot; root++) if (!blockstore.getMeta(root)?.rooted) roots.push(root);
	blockstore.setRoots(roots);
	if (random(2) === 0) db.writeCheckpoint(slot, fieldsOf(seed, slot));
	else await db.flush(fieldsOf(seed, slot));
	rooted = slot;
	writeSync(1, `root ${slot}\n`);
	if (random(10) === 0) blockstore.purge({ flushedRoot: slot, keepSlots: 300n });
}
