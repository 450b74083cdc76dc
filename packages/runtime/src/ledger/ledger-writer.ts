/**
 * How a chain's blocks and rooted accounts reach its ledger.
 *
 * The block of a slot, the marks of the slots that are rooted by then, their accounts and the checkpoint of the root are one
 * transaction: all of it is there or nothing.
 */
import type { Slot } from '@parhelion/sdk';
import type { Bank } from '../bank/bank.ts';
import { encodeBankCheckpoint } from '../bank/bank-checkpoint.ts';
import type { BlockRecorder } from './block-recorder.ts';
import type { Blockstore } from './blockstore.ts';

/** Blocks that are kept whatever they take: a restart looks for the messages of the newest 300 rooted ones. */
const MIN_KEPT_BLOCKS = 512;
/** Slots between two looks at the size of the ledger. */
const PURGE_INTERVAL = 64n;

/**
 * Writes the block of `recorder`, which is complete, unless it is there already, and what is rooted up to `root`; durable on
 * return. StorageError where the disk refuses: then nothing has changed.
 */
export function persistBlock(blockstore: Blockstore, recorder: BlockRecorder, root: Bank): void {
	const { accountsDb } = root.shared;
	const insert = (): void => {
		if (!blockstore.isDurable(recorder.slot)) recorder.insertInto(blockstore);
	};
	const due = accountsDb.unflushedRoots;
	if (due.length === 0) {
		insert();
		return;
	}
	const known = blockstore.root;
	const roots = due.filter((slot) => known === null || slot > known);
	blockstore.together(
		() => {
			insert();
			blockstore.setRoots(roots);
		},
		(write) => accountsDb.writeCheckpoint(root.slot, encodeBankCheckpoint(root), write),
	);
}

/** Deletes the oldest blocks of a ledger that has grown beyond `maxBytes`, but none that a restart needs. Looks now and then. */
export function purgeLedger(blockstore: Blockstore, slot: Slot, root: Slot, maxBytes: number): void {
	if (slot % PURGE_INTERVAL !== 0n || blockstore.byteLength <= maxBytes) return;
	let kept = 0;
	for (const meta of blockstore.rootsDownFrom(root)) {
		if (++kept <= MIN_KEPT_BLOCKS) continue;
		blockstore.purge({ flushedRoot: meta.slot, maxBytes });
		return;
	}
}
