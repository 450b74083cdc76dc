/** Cheatcodes that keep the state of the chain and go back to it. Parhelion's own: Surfpool has none of these. */
import type { Json } from '../json/write.ts';
import { newResponse } from '../node.ts';
import { readU64 } from '../params/readers.ts';
import { fail, failInvalidParams, JsonRpcError } from '../rpc-error.ts';
import type { Cheatcodes } from './cheatcodes.ts';
import { type KeptSnapshot, MAX_SNAPSHOTS } from './snapshot-registry.ts';
import { type Cheat, cheat } from './table.ts';

function snapshotJson({ id, chain, takenAt }: KeptSnapshot): Json {
	return { id, slot: chain.slot, takenAt };
}

/** The snapshot with an id. Ends the call with -32602. */
function keptSnapshot({ snapshots }: Cheatcodes, id: bigint): KeptSnapshot {
	return snapshots.get(id) ?? failInvalidParams(`Invalid param: there is no snapshot ${id}`);
}

function refuse(reason: string): never {
	return fail({ ...JsonRpcError.invalidRequest, message: `Invalid request: ${reason}` });
}

const snapshot: Cheat = cheat('snapshot', [], (cheats) => {
	const { chain, snapshots } = cheats;
	if (chain.hasLedger) return refuse('a chain on a ledger cannot go back; run the node in memory for that');
	if (snapshots.size >= MAX_SNAPSHOTS) {
		return refuse(`${MAX_SNAPSHOTS} snapshots are kept already; delete one`);
	}
	return newResponse(chain, snapshotJson(snapshots.take()));
});

const revert: Cheat = cheat('revert', [readU64], (cheats, id) => {
	const kept = keptSnapshot(cheats, id);
	cheats.snapshots.revert(kept);
	return newResponse(cheats.chain, snapshotJson(kept));
});

const listSnapshots: Cheat = cheat('listSnapshots', [], ({ chain, snapshots }) =>
	newResponse(chain, snapshots.all().map(snapshotJson)),
);

const deleteSnapshot: Cheat = cheat('deleteSnapshot', [readU64], (cheats, id) => {
	cheats.snapshots.delete(keptSnapshot(cheats, id));
	return newResponse(cheats.chain, null);
});

/** Cheatcodes on snapshots. */
export const snapshotCheats: readonly Cheat[] = [snapshot, revert, listSnapshots, deleteSnapshot];
