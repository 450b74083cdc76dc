/** Writes the tables of a run into docs/benchmarks.md, between its marks; the prose around them is kept. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from './contest.ts';
import { BENCH_FOLDER } from './elf.ts';
import { type Figure, markdownFigures } from './figures.ts';
import type { Machine } from './machine.ts';
import { markdownTables } from './table.ts';

const DOCUMENT = join(BENCH_FOLDER, '../../docs/benchmarks.md');
const BEGIN = '<!-- figures: written by npm run bench -- --write -->';
const END = '<!-- end of figures -->';

/** The part between the marks. */
export function figuresSection(
	results: readonly CaseResult[],
	figures: readonly Figure[],
	machine: Machine,
	date: string,
): string {
	return [
		BEGIN,
		'',
		`Machine \`${machine.name}\`: ${machine.cpu}, ${machine.cores} cores, ${machine.memory}, ${machine.system}. ` +
			`Node ${machine.node} (V8 ${machine.v8}), litesvm ${machine.litesvm}. ${date}.`,
		'',
		markdownTables(results),
		...(figures.length === 0 ? [] : ['', markdownFigures(figures)]),
		'',
		END,
	].join('\n');
}

/** The document with its figures replaced. Error where its marks are missing. */
export function withFigures(document: string, section: string): string {
	const begin = document.indexOf(BEGIN);
	const end = document.indexOf(END);
	if (begin < 0 || end < begin) throw new Error(`docs/benchmarks.md lacks the marks ${BEGIN} and ${END}`);
	return document.slice(0, begin) + section + document.slice(end + END.length);
}

export function writeDocument(
	results: readonly CaseResult[],
	figures: readonly Figure[],
	machine: Machine,
): string {
	const date = new Date().toISOString().slice(0, 10);
	const document = readFileSync(DOCUMENT, 'utf8');
	writeFileSync(DOCUMENT, withFigures(document, figuresSection(results, figures, machine, date)));
	return DOCUMENT;
}
