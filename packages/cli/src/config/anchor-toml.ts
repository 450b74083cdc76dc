/**
 * What an `Anchor.toml` says of the local cluster, as flags: `anchor test` would start solana-test-validator with the like.
 *
 * Source: anchor-cli config.rs (`Config`, `TestConfig`, `TestValidator`).
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../flags/flag.ts';
import { readKeypairFile } from '../keypair-file.ts';
import { member } from '../upstream/json.ts';
import type { GivenFlag } from './config-file.ts';

/** The keys of `[test.validator]` with one value that have a flag of the same name. */
const PLAIN_KEYS = [
	'bind_address',
	'dynamic_port_range',
	'faucet_port',
	'faucet_sol',
	'gossip_host',
	'gossip_port',
	'ledger',
	'limit_ledger_size',
	'rpc_port',
	'slots_per_epoch',
	'ticks_per_slot',
	'url',
	'warp_slot',
] as const;
/** Where Anchor clones from where nothing is said. */
const DEFAULT_URL = 'mainnet-beta';

function text(value: unknown, what: string): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	throw new UsageError(`${what}: a text or a number is expected`);
}

function list(value: unknown, what: string): readonly unknown[] {
	if (value === undefined) return [];
	if (!Array.isArray(value)) throw new UsageError(`${what}: a list is expected`);
	return value;
}

/** The key pair of `[provider]`, if it is there: it owns the programs, and has SOL from the start. */
function walletOf(config: unknown, folder: string): string | null {
	const path = member(member(config, 'provider'), 'wallet');
	if (typeof path !== 'string') return null;
	const full = path.startsWith('~') ? join(homedir(), path.slice(1)) : resolve(folder, path);
	return existsSync(full) ? full : null;
}

/** The programs of the workspace: what `anchor build` has put into target/deploy. */
function workspacePrograms(config: unknown): { readonly address: string; readonly file: string }[] {
	const programs = member(member(config, 'programs'), 'localnet');
	return Object.entries((programs ?? {}) as object).map(([name, value]) => ({
		address: text(typeof value === 'string' ? value : member(value, 'address'), `programs.localnet.${name}`),
		file: join('target', 'deploy', `${name.replaceAll('-', '_')}.so`),
	}));
}

/** The flags of a parsed `Anchor.toml` that lies in `folder`. A `UsageError` for what cannot be read. */
export function anchorFlags(config: unknown, folder: string): GivenFlag[] {
	const given: GivenFlag[] = [];
	const add = (name: string, ...texts: string[]): void => void given.push({ name, texts });

	const wallet = walletOf(config, folder);
	if (wallet !== null) add('mint', readKeypairFile(wallet).pubkey.toBase58());
	for (const { address, file } of workspacePrograms(config)) {
		add('upgradeable-program', address, file, wallet ?? 'none');
	}
	const test = member(config, 'test');
	for (const program of list(member(test, 'genesis'), 'test.genesis')) {
		const address = text(member(program, 'address'), 'test.genesis.address');
		const file = text(member(program, 'program'), 'test.genesis.program');
		if (member(program, 'upgradeable') === true) add('upgradeable-program', address, file, wallet ?? 'none');
		else add('bpf-program', address, file);
	}
	const validator = member(test, 'validator');
	for (const key of PLAIN_KEYS) {
		const value = member(validator, key);
		if (value !== undefined) add(key.replaceAll('_', '-'), text(value, `test.validator.${key}`));
	}
	const clones = list(member(validator, 'clone'), 'test.validator.clone');
	for (const clone of clones) add('clone', text(member(clone, 'address'), 'test.validator.clone.address'));
	if (clones.length > 0 && member(validator, 'url') === undefined) add('url', DEFAULT_URL);
	for (const account of list(member(validator, 'account'), 'test.validator.account')) {
		const address = text(member(account, 'address'), 'test.validator.account.address');
		add('account', address, text(member(account, 'filename'), 'test.validator.account.filename'));
	}
	for (const dir of list(member(validator, 'account_dir'), 'test.validator.account_dir')) {
		add('account-dir', text(member(dir, 'directory'), 'test.validator.account_dir.directory'));
	}
	for (const feature of list(member(validator, 'deactivate_feature'), 'test.validator.deactivate_feature')) {
		add('deactivate-feature', text(feature, 'test.validator.deactivate_feature'));
	}
	return given;
}
