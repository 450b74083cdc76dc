/**
 * Flags out of a file: `parhelion.toml`, whose keys are the names of flags, or an `Anchor.toml`, whose words are put into
 * ours.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { Pubkey } from '@parhelion/sdk';
import { parse, TomlError } from 'smol-toml';
import { CliError } from '../cli-error.ts';
import { readInputText, type SizeLimit } from '../files.ts';
import type { AnyFlagTable } from '../flags/command-line.ts';
import { type Flag, flagName, UsageError } from '../flags/flag.ts';
import { member } from '../upstream/json.ts';
import { anchorFlags } from './anchor-toml.ts';

/** The file that is read where it lies in the folder that the node is started in. */
export const DEFAULT_CONFIG_FILE = 'parhelion.toml';
const ANCHOR_FILE = 'Anchor.toml';
const CONFIG_FILE: SizeLimit = { bytes: 1024 * 1024, words: 'a configuration can have' };

/** A flag as if it had been typed once. */
export interface GivenFlag {
	/** As typed, without the dashes. */
	readonly name: string;
	readonly texts: readonly string[];
}

/** The arguments of one occurrence. A {@link UsageError} for what no argument can be. */
function textsOf(name: string, value: unknown): string[] {
	const values: unknown[] = Array.isArray(value) ? value : [value];
	return values.map((one) => {
		if (typeof one === 'string') return one;
		if (typeof one === 'number' || typeof one === 'bigint') return String(one);
		throw new UsageError(`${name}: a text or a number is expected`);
	});
}

/** The flags of a parsed `parhelion.toml`. */
function ownFlags(config: unknown, table: AnyFlagTable): GivenFlag[] {
	const given: GivenFlag[] = [];
	for (const [written, value] of Object.entries(config as object)) {
		const name = written.replaceAll('_', '-');
		const flag = flagNamed(name, table);
		if (flag === undefined) throw new UsageError(`there is no flag ${written}`);
		if (flag.isList === true) {
			if (!Array.isArray(value)) throw new UsageError(`${name}: a list is expected`);
			for (const one of value) given.push({ name, texts: textsOf(name, one) });
		} else if (typeof value === 'boolean') {
			if (flag.args.length > 0 && flag.isArgOptional !== true)
				throw new UsageError(`${name}: a value is expected`);
			if (value) given.push({ name, texts: [] });
		} else {
			given.push({ name, texts: textsOf(name, value) });
		}
	}
	return given;
}

function keyNamed(name: string, table: AnyFlagTable): string | undefined {
	return Object.keys(table).find((key) => flagName(key) === name);
}

function flagNamed(name: string, table: AnyFlagTable): Flag<unknown> | undefined {
	const key = keyNamed(name, table);
	return key === undefined ? undefined : table[key];
}

/** Paths in a file are meant from where the file is. */
function fromFolder(folder: string, arg: string, text: string): string {
	const isPath = /^(?:FILE|DIR)/.test(arg);
	const mayBePath = arg === 'ADDRESS_OR_KEYPAIR' || arg === 'AUTHORITY';
	const isMeant = isPath || (mayBePath && text !== 'none' && Pubkey.tryFromBase58(text) === null);
	return isMeant && text !== '' && !isAbsolute(text) ? resolve(folder, text) : text;
}

/**
 * The options that a file gives, by their keys in `table`. A `CliError` for a file that cannot be read or says what no flag
 * can be.
 */
export function readConfigFile(path: string, table: AnyFlagTable): Map<string, unknown> {
	// The test validator's flag of this name is for another file.
	if (/\.ya?ml$/.test(path))
		throw new CliError(`${path}: that is for the Solana tools; a ${DEFAULT_CONFIG_FILE} is meant here`);
	const text = readInputText(path, CONFIG_FILE);
	const folder = dirname(resolve(path));
	try {
		const config: unknown = parse(text);
		const isAnchor = basename(path) === ANCHOR_FILE || member(config, 'programs') !== undefined;
		const options = new Map<string, unknown>();
		for (const { name, texts } of isAnchor ? anchorFlags(config, folder) : ownFlags(config, table)) {
			const key = keyNamed(name, table);
			const flag = key === undefined ? undefined : table[key];
			if (key === undefined || flag === undefined) throw new UsageError(`there is no flag ${name}`);
			const isEnough =
				texts.length === flag.args.length || (flag.isArgOptional === true && texts.length === 0);
			if (!isEnough) throw new UsageError(`${name} takes ${flag.args.join(' ') || 'true or false'}`);
			const resolved = texts.map((one, index) => fromFolder(folder, flag.args[index] ?? '', one));
			options.set(key, readFlag(name, flag, resolved, options.get(key)));
		}
		return options;
	} catch (thrown) {
		if (thrown instanceof UsageError) throw new CliError(`${path}: ${thrown.message}`);
		if (!(thrown instanceof TomlError)) throw thrown;
		const [reason] = thrown.message.split('\n');
		throw new CliError(`${path}, line ${thrown.line}: ${reason}`);
	}
}

function readFlag(name: string, flag: Flag<unknown>, texts: readonly string[], before: unknown): unknown {
	try {
		return flag.read(texts, before);
	} catch (thrown) {
		if (thrown instanceof UsageError) throw new UsageError(`${name}: ${thrown.message}`);
		throw thrown;
	}
}

/**
 * The options with those of a file put in: what was typed wins, lists are put together. `isTyped` says of an option whether it
 * comes from the command line. Errors as {@link readConfigFile}.
 */
export function withConfigFile<O extends { readonly config?: string }>(
	options: O,
	table: AnyFlagTable,
	isTyped: (key: string) => boolean,
): O {
	const path = options.config ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : null);
	if (path === null) return options;
	const merged: Record<string, unknown> = { ...options };
	for (const [key, value] of readConfigFile(path, table)) {
		const typed = merged[key];
		if (Array.isArray(value) && Array.isArray(typed)) merged[key] = [...value, ...typed];
		else if (!isTyped(key)) merged[key] = value;
	}
	return merged as O;
}
