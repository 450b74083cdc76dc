/**
 * What the node says when it is ready.
 */

import { SOLANA_CORE_VERSION, type Validator } from '@parhelion/rpc';
import { LAMPORTS_PER_SOL } from '@parhelion/runtime';
import type { NodeChain } from './node-chain.ts';
import type { Style } from './style.ts';

/** Width of the column of names. */
const NAME_WIDTH = 11;

/** What the banner tells besides the node. */
export interface BannerFacts {
	/** This program's version. */
	readonly version: string;
	readonly slotMs: number;
	/** Milliseconds from the start of the process until the node was ready. */
	readonly readyMs: number;
	/** Characters of a line. */
	readonly columns: number;
	/** The cluster that is forked; null where none is. */
	readonly forkOf?: string | null;
}

function row(style: Style, name: string, value: string): string {
	return `  ${style.dim(name.padEnd(NAME_WIDTH))}${value}`;
}

/** `words` with spaces between, in lines of at most `width` characters. */
export function wrap(words: readonly string[], width: number): string[] {
	const lines: string[] = [];
	for (const word of words) {
		const line = lines.at(-1);
		if (line !== undefined && line.length + 1 + word.length <= width) {
			lines[lines.length - 1] = `${line} ${word}`;
		} else {
			lines.push(word);
		}
	}
	return lines;
}

function rows(style: Style, name: string, words: readonly string[], columns: number): string[] {
	const lines = wrap(words, Math.max(20, columns - NAME_WIDTH - 2));
	return lines.map((line, index) => row(style, index === 0 ? name : '', line));
}

function missingRows(style: Style, { missing }: NodeChain, columns: number): string[] {
	const [first] = missing;
	if (first === undefined) return [];
	const names = missing.map(({ name }, index) => (index < missing.length - 1 ? `${name},` : name));
	return [
		...rows(style, 'Missing', names, columns),
		...rows(style, '', `To have them: ${first.remedy}.`.split(' '), columns),
	];
}

function ledgerText({ chain, ledger }: NodeChain, style: Style): string {
	if (ledger === null) return `in memory ${style.dim('· gone when the node stops')}`;
	return `${ledger.folder} ${style.dim(ledger.isNew ? '· new' : `· goes on at slot ${chain.slot}`)}`;
}

/** The lines. */
export function banner(validator: Validator, node: NodeChain, facts: BannerFacts, style: Style): string[] {
	const { chain } = validator;
	const sol = (chain.getBalance(chain.faucet.pubkey) / LAMPORTS_PER_SOL).toLocaleString('en-US');
	const programs = node.programs.map((name, index) => (index < node.programs.length - 1 ? `${name},` : name));
	return [
		'',
		`  ${style.bold(`Parhelion ${facts.version}`)} ${style.dim(`· a local Solana validator · as Agave ${SOLANA_CORE_VERSION}`)}`,
		'',
		row(style, 'JSON-RPC', style.cyan(validator.rpcUrl)),
		row(style, 'PubSub', style.cyan(validator.wsUrl)),
		...(facts.forkOf
			? [row(style, 'Fork of', `${facts.forkOf} ${style.dim(`· from slot ${chain.slot}`)}`)]
			: []),
		row(style, 'Genesis', chain.genesisHash.toBase58()),
		row(style, 'Identity', chain.identity.toBase58()),
		row(style, 'Faucet', `${chain.faucet.pubkey.toBase58()} ${style.dim(`· ${sol} SOL`)}`),
		row(style, 'Ledger', ledgerText(node, style)),
		row(style, 'Slots', `${facts.slotMs} ms each`),
		...rows(style, 'Programs', programs.length === 0 ? ['none'] : programs, facts.columns),
		...missingRows(style, node, facts.columns),
		'',
		`  Ready in ${Math.round(facts.readyMs)} ms. ${style.dim('Ctrl-C stops.')}`,
		'',
	];
}
