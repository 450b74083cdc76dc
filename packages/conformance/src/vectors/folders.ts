/**
 * Where the material of other implementations lies on this machine, if it does.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BESIDE_THE_CHECKOUT = new URL('../../../../../shared/vectors', import.meta.url);

/** The folder of vectors: `PARHELION_VECTORS`, else `shared/vectors` beside the checkout; `null` if absent. */
export function vectorsFolder(): string | null {
	return existing(process.env['PARHELION_VECTORS'] ?? fileURLToPath(BESIDE_THE_CHECKOUT));
}

/** The folder of the published solana-sbpf crate or of a checkout of it: `PARHELION_SBPF`; `null` if absent. */
export function sbpfFolder(): string | null {
	const folder = process.env['PARHELION_SBPF'];
	return folder === undefined ? null : existing(folder);
}

function existing(folder: string): string | null {
	return existsSync(folder) ? folder : null;
}
