/**
 * What the process of a client suite is told about its alias, through its environment.
 */
import { fileURLToPath } from 'node:url';

/** The variable that holds {@link AliasSettings} as JSON. */
export const ALIAS_VARIABLE = 'PARHELION_ALIAS';

/** Which imports lead to Parhelion. */
export interface AliasSettings {
	/** Specifiers taken as they stand in an import; the package's files are aliased by their path as well. */
	readonly specifiers: readonly string[];
	/** The module they lead to, as a URL. */
	readonly target: string;
	/** A file that is written once an import has been led there: an alias that nothing uses proves nothing. */
	readonly witness: string;
}

/** The settings of this process. */
export function aliasSettings(): AliasSettings {
	return JSON.parse(process.env[ALIAS_VARIABLE]!) as AliasSettings;
}

const PACKAGE_FILE = /[\\/]node_modules[\\/]litesvm[\\/]/;

/** Whether a resolved module is a file of the package `litesvm`. */
export function isPackageFile(url: string): boolean {
	return PACKAGE_FILE.test(url);
}

/** Whether an import stands in Parhelion itself, whose tests and tools may want the original. */
export function isOurs(importer: string | undefined): boolean {
	return importer?.includes('/packages/parhelion/') === true;
}

/** The path of {@link AliasSettings.target}, for `require`. */
export function targetPath(settings: AliasSettings): string {
	return fileURLToPath(settings.target);
}
