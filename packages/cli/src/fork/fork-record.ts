/**
 * What a fork on a ledger has to know after a restart besides its chain: which cluster it is of, and which accounts of
 * that it has deleted. Without the second they would be fetched again, and be back.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Hash, Pubkey } from '@parhelion/sdk';
import { CliError } from '../cli-error.ts';

/** A line with the genesis hash of the cluster, then a line for each deleted account. */
const FILE = 'fork.txt';

/** The record in the folder of a ledger. */
export class ForkRecord {
	private readonly path: string;
	/** By `Pubkey.key`. */
	readonly deleted: Set<string>;

	private constructor(path: string, deleted: Iterable<Pubkey>) {
		this.path = path;
		this.deleted = new Set(Array.from(deleted, ({ key }) => key));
	}

	/** The record of a chain that begins, or that of one that goes on. `CliError` where that is no fork of this cluster. */
	static open(folder: string, genesisHash: Hash, isNew: boolean): ForkRecord {
		const path = join(folder, FILE);
		const cluster = genesisHash.toBase58();
		if (isNew) {
			writeFileSync(path, cluster);
			return new ForkRecord(path, []);
		}
		if (!existsSync(path)) {
			throw new CliError(`${folder} holds a chain that is no fork; --reset begins a new one`);
		}
		const [of, ...addresses] = readFileSync(path, 'utf8').split('\n');
		if (of !== cluster) {
			throw new CliError(
				`${folder} holds a fork of another cluster (genesis hash ${of}); --reset begins a new one`,
			);
		}
		// A process that was killed may have left half a line.
		const deleted = addresses.map((text) => Pubkey.tryFromBase58(text)).filter((pubkey) => pubkey !== null);
		return new ForkRecord(path, deleted);
	}

	/** The chain has deleted an account. */
	add(pubkey: Pubkey): void {
		if (this.deleted.has(pubkey.key)) return;
		this.deleted.add(pubkey.key);
		appendFileSync(this.path, `\n${pubkey.toBase58()}`);
	}
}
