/** Loads a snapshot and is killed in the middle. Arguments: the folder of the archives, that of the ledger. */
import { ledgerFromSnapshot } from '../src/snapshots/snapshot-ledger.ts';

const [archives = '', folder = ''] = process.argv.slice(2);
await ledgerFromSnapshot({
	archives,
	folder,
	onProgress(phase) {
		if (phase === 'incremental') process.kill(process.pid, 'SIGKILL');
	},
});
