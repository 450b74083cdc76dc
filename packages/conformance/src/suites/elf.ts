/**
 * Suite `elf`: whether a file is a program, or the first fault in it.
 *
 * `api` picks the way in: `load` as programs are deployed, `strict` the parser of the strict headers alone,
 * `parse` the lenient parser alone, `validate` the checks that follow it. `strict` and `parse` answer with the
 * parser's error, the others with the loader's.
 */
import {
	type ElfError,
	Executable,
	elfParserErrorDebug,
	loadWithStrictParser,
	parseElf64,
	validateElf64,
} from '@parhelion/sbpf';
import { catchFault, type Result } from '@parhelion/sdk';
import { errorFields } from '../errors.ts';
import { type JsonObject, type Row, RowError } from '../row.ts';
import { configOf, loaderOf } from '../settings.ts';
import type { Suite } from '../suite.ts';

export const elfSuite: Suite = {
	name: 'elf',
	run(row: Row): JsonObject {
		const elf = row.base64('elf_base64');
		const config = configOf(row, null);
		const api = row.has('api') ? row.text('api') : 'load';
		switch (api) {
			case 'load':
				return load(row, elf);
			case 'strict':
				return parsed(catchFault(() => loadWithStrictParser(elf, config)));
			case 'parse':
				return parsed(catchFault(() => parseElf64(elf)));
			case 'validate': {
				const validated = catchFault<void, ElfError>(() => validateElf64(parseElf64(elf)));
				return validated.ok ? { ok: true } : errorFields(validated.error);
			}
			default:
				throw new RowError(`api: load, strict, parse or validate, not ${api}`);
		}
	},
};

function load(row: Row, elf: Uint8Array): JsonObject {
	const loaded = Executable.load(elf, loaderOf(row, configOf(row, null)));
	if (!loaded.ok) return errorFields(loaded.error);
	const { entryPc, functionRegistry } = loaded.value;
	const names = Array.from(functionRegistry.entries(), ([key, { name }]) => [
		String(key),
		new TextDecoder().decode(name),
	]);
	return { ok: true, entry_pc: entryPc, function_registry: Object.fromEntries(names) };
}

function parsed(result: Result<unknown, ElfError>): JsonObject {
	return result.ok ? { ok: true } : { err: elfParserErrorDebug(result.error) };
}
