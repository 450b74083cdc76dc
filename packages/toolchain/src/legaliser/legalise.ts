/**
 * LLVM assembly from a compiler into LLVM assembly that the BPF code generator accepts: the face of the legaliser.
 *
 * Owns the walk over a module. What it does not know passes through unchanged; the code generator then says what is
 * wrong. It must be the last step before the code generator, for an optimiser would undo it.
 */
import { RUNTIME_FUNCTIONS } from '../runtime/sources.ts';
import { legaliseFunction, type ModuleContext, nameNumbers } from './function-legaliser.ts';
import { ScanError, Scanner } from './scanner.ts';

const NAMED_TYPE = /^(%(?:"[^"]*"|[-\w$.]+)) = type (.*)$/;
const FUNCTION_NAME = /@("[^"]*"|[-\w$.]+)\(/;
const RUNTIME_NAMES: ReadonlySet<string> = new Set(RUNTIME_FUNCTIONS.flatMap((fn) => fn.names));

/** Legalises the module `source`; the same text gives the same text. */
export function legalise(source: string): string {
	// Types without a name are renamed with the values that look like them.
	const hasUnnamedTypes = /^%\d+ = type /m.test(source);
	const lines = source.split('\n');
	const namedTypes = new Map<string, string>();
	for (const line of lines) {
		const named = NAMED_TYPE.exec(nameNumbers(line));
		if (named !== null) namedTypes.set(named[1]!, named[2]!);
	}
	const module: ModuleContext = { namedTypes, declarations: new Map() };
	const out: string[] = [];
	const declared = new Set<string>();
	for (let i = 0; i < lines.length; i++) {
		const line = lines[i]!;
		if (line.startsWith('declare ')) declared.add(FUNCTION_NAME.exec(line)?.[1] ?? '');
		if (!line.startsWith('define ')) {
			out.push(hasUnnamedTypes ? nameNumbers(line) : line);
			continue;
		}
		const start = i;
		while (i < lines.length - 1 && lines[i] !== '}') i++;
		const name = FUNCTION_NAME.exec(line)?.[1] ?? '';
		// The library's own versions are called in their place: a compiler's would call themselves.
		if (RUNTIME_NAMES.has(name)) {
			out.push(...declarationOf(line));
			declared.add(name);
		} else {
			declared.add(name);
			for (const legal of legaliseFunction(lines.slice(start, i + 1), module)) out.push(legal);
		}
	}
	for (const [name, declaration] of module.declarations) if (!declared.has(name)) out.push(declaration);
	return `${out.join('\n').trimEnd()}\n`;
}

/** The declaration of a function whose definition is left out; none where the line cannot be read. */
function declarationOf(line: string): string[] {
	try {
		const scanner = new Scanner(line);
		scanner.expect('define');
		scanner.attributes();
		const type = scanner.type();
		const name = scanner.name();
		const types = scanner.argumentList().map((param) => param?.type ?? '...');
		return [`declare ${type} ${name}(${types.join(', ')})`];
	} catch (error) {
		if (error instanceof ScanError) return [];
		throw error;
	}
}
