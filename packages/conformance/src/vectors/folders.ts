/**
 * Where the material of other implementations lies on this machine, if it does.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
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

/** The JSON files of C2SP/wycheproof: `PARHELION_WYCHEPROOF`, else `wycheproof` among the vectors; `null` if absent. */
export function wycheproofFolder(): string | null {
	return named('PARHELION_WYCHEPROOF', 'wycheproof');
}

/** The JSON files of C2SP/CCTV's `ed25519`: `PARHELION_CCTV`, else `cctv` among the vectors; `null` if absent. */
export function cctvFolder(): string | null {
	return named('PARHELION_CCTV', 'cctv');
}

/** Checkouts of the SPL repositories by name, for their Mollusk fixtures: `PARHELION_MOLLUSK`; `null` if absent. */
export function molluskFolder(): string | null {
	return named('PARHELION_MOLLUSK', 'mollusk');
}

/** Checkouts with their dependencies installed, for their client tests: `PARHELION_CLIENTS`; `null` if absent. */
export function clientsFolder(): string | null {
	const folder = process.env['PARHELION_CLIENTS'];
	return folder === undefined ? null : existing(folder);
}

function named(variable: string, among: string): string | null {
	const vectors = vectorsFolder();
	const folder = process.env[variable] ?? (vectors === null ? undefined : join(vectors, among));
	return folder === undefined ? null : existing(folder);
}

function existing(folder: string): string | null {
	return existsSync(folder) ? folder : null;
}
