/**
 * The rows that the tests of the published solana-sbpf crate stand for.
 *
 * Nothing of those tests is kept here: they are read from the crate's folder each time, and what they assert
 * becomes the expectation. A test that goes beyond what can be followed is named among the skipped.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from './ast.ts';
import { Interpreter } from './interpreter.ts';
import { tokenize } from './lexer.ts';
import { Parser } from './parser.ts';
import { parseItems } from './source-file.ts';
import { Unsupported, type Value } from './values.ts';
import { type ExtractedCase, SbpfWorld } from './world.ts';

/** A case under its name: file, test function, number. */
export interface NamedCase extends ExtractedCase {
	readonly id: string;
}

/** What was found in a crate. */
export interface Extraction {
	readonly cases: readonly NamedCase[];
	/** Tests that were followed in part or not at all, with the reason. */
	readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

/** Where the constants the tests name are defined; the last is in a checkout only. */
const LIBRARIES = ['src/ebpf.rs', 'src/elf_parser/mod.rs', 'test_utils/src/lib.rs'];
const TEST_FILES = ['execution', 'verifier', 'assembler', 'disassembler', 'elf'];

/** Reads the tests of the crate in `folder`; `null` where it has none. */
export function extractCases(folder: string): Extraction | null {
	if (!existsSync(join(folder, 'tests', 'execution.rs'))) return null;
	const libraries = LIBRARIES.map((path) => join(folder, path)).filter((path) => existsSync(path));
	const constants = new Map(libraries.flatMap((path) => [...parseFile(path).constants]));
	const cases: NamedCase[] = [];
	const skipped: { id: string; reason: string }[] = [];
	for (const name of TEST_FILES) {
		const file = parseFile(join(folder, 'tests', `${name}.rs`));
		for (const fn of file.functions.values()) {
			if (!fn.isTest) continue;
			const world = worldOf(folder, fn.shouldPanic, file, constants);
			const id = `${name}::${fn.name}`;
			try {
				new Interpreter(world).evaluate(new Parser(fn.body).body());
				if (world.cases.length === 0) skipped.push({ id, reason: 'asserts nothing a suite can' });
			} catch (thrown) {
				if (!(thrown instanceof Unsupported || thrown instanceof SyntaxError)) throw thrown;
				skipped.push({ id, reason: thrown.message });
			}
			// A test that must panic does so in its first case.
			const wanted = fn.shouldPanic === null ? world.cases : world.cases.slice(0, 1);
			for (const [i, extracted] of wanted.entries()) cases.push({ ...extracted, id: `${id}#${i + 1}` });
		}
	}
	return { cases, skipped };
}

function parseFile(path: string): SourceFile {
	return parseItems(tokenize(readFileSync(path, 'utf8')));
}

function worldOf(
	folder: string,
	shouldPanic: string | null,
	file: SourceFile,
	library: SourceFile['constants'],
): SbpfWorld {
	const constant = (name: string): Value | undefined => {
		const tokens = file.constants.get(name) ?? library.get(name);
		return tokens === undefined ? undefined : new Interpreter(world).evaluate(new Parser(tokens).whole());
	};
	const callOwn = (name: string, args: readonly Value[]): Value | undefined => {
		const fn = file.functions.get(name);
		if (fn === undefined) return undefined;
		const interpreter = new Interpreter(world);
		for (const [i, parameter] of fn.parameters.entries()) interpreter.define(parameter, args[i] ?? null);
		return interpreter.evaluate(new Parser(fn.body).body());
	};
	const world: SbpfWorld = new SbpfWorld(folder, shouldPanic, callOwn, constant);
	return world;
}
