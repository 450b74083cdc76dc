/**
 * The loader a row asks for: version, configuration, syscalls.
 */
import { BuiltinProgram, type Config, defaultConfig, SBPF_VERSIONS, type SBPFVersion } from '@parhelion/sbpf';
import { type JsonObject, Row, RowError, toInteger } from './row.ts';
import { type TestContextObject, testSyscall } from './test-syscalls.ts';

/** Upstream's name of a setting for each of ours. */
const SETTING_NAMES: ReadonlyMap<string, keyof Config> = new Map(
	(Object.keys(defaultConfig()) as (keyof Config)[]).map((key) => [snakeCase(key), key]),
);

function snakeCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The version in field `sbpf_version`, or `null` where the row leaves it to the program. */
export function versionOf(row: Row): SBPFVersion | null {
	return row.has('sbpf_version') ? toVersion(row.get('sbpf_version')) : null;
}

function toVersion(value: unknown): SBPFVersion {
	const number = typeof value === 'string' ? /^[vV]([0-4])$/.exec(value)?.[1] : value;
	const version = SBPF_VERSIONS.find((candidate) => candidate === Number(number));
	if (version === undefined) throw new RowError('a version is "V0" to "V4"');
	return version;
}

/**
 * The configuration in field `config`, over upstream's defaults. Where it names no versions, the row's
 * own is the only one enabled. Settings that only upstream has (of its compiler) are passed over.
 */
export function configOf(row: Row, version: SBPFVersion | null): Config {
	const settings: Record<string, unknown> = {};
	if (version !== null) settings['enabledSbpfVersions'] = { min: version, max: version };
	const config = row.row('config');
	for (const name of config.names()) {
		const key = SETTING_NAMES.get(name);
		if (key === undefined) continue;
		settings[key] = setting(key, config.get(name), name);
	}
	return defaultConfig(settings as Partial<Config>);
}

function setting(key: keyof Config, value: unknown, name: string): unknown {
	if (key === 'enabledSbpfVersions') return versionRange(value);
	if (typeof defaultConfig()[key] === 'boolean') {
		if (typeof value !== 'boolean') throw new RowError(`${name}: true or false is needed`);
		return value;
	}
	return Number(toInteger(value, name));
}

/** `["V0", "V3"]`, `{"start": "V0", "end": "V3"}` or `"V0..=V3"`. */
function versionRange(value: unknown): JsonObject {
	let ends: unknown[];
	if (Array.isArray(value)) ends = value;
	else if (typeof value === 'string') ends = value.split('..=');
	else {
		const range = Row.from(value);
		ends = [range.get('start') ?? range.get('min'), range.get('end') ?? range.get('max')];
	}
	return { min: toVersion(ends[0]), max: toVersion(ends[ends.length - 1]) };
}

/** A loader with `config` and the test syscalls of field `syscalls`. */
export function loaderOf(row: Row, config: Config): BuiltinProgram<TestContextObject> {
	const loader = BuiltinProgram.newLoader<TestContextObject>(config);
	for (const syscall of row.rows('syscalls')) {
		loader.registerFunction(syscall.text('name'), testSyscall(syscall.text('impl')));
	}
	return loader;
}
