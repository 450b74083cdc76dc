/**
 * `validator.log` in the folder of a ledger, where scripts look up what solana-test-validator says of itself as it starts:
 * the release, the genesis, who the node is and where it listens. Nothing is added while the node runs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { featureSetId, SOLANA_CORE_VERSION, type Validator } from '@parhelion/rpc';

const FILE = 'validator.log';

/** The lines, with the words that scripts search for. */
export function validatorLog(
	{ chain, rpcUrl }: Pick<Validator, 'chain' | 'rpcUrl'>,
	version: string,
	date: Date,
): string {
	const features = featureSetId().toString(16).padStart(8, '0');
	return [
		`parhelion ${version}, as agave-validator ${SOLANA_CORE_VERSION} (feat:${features})`,
		`genesis hash: ${chain.genesisHash}`,
		`shred_version: ${chain.bank.shredVersion}`,
		`identity pubkey: ${chain.identity}`,
		`rpc bound to ${new URL(rpcUrl).host}`,
	]
		.map((line) => `[${date.toISOString()} INFO  parhelion] ${line}\n`)
		.join('');
}

/** Writes the file, over what an earlier start said. */
export function writeValidatorLog(folder: string, validator: Validator, version: string): void {
	writeFileSync(join(folder, FILE), validatorLog(validator, version, new Date()));
}
