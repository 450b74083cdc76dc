/**
 * The functions and constants of a source file.
 *
 * Owns items and their attributes; bodies stay tokens, for other functions of the file may use more of Rust
 * than is understood.
 */
import type { FunctionItem, SourceFile } from './ast.ts';
import type { Token } from './lexer.ts';
import { opens, TokenReader } from './token-reader.ts';

/** Every function and every constant of `tokens`, at any depth outside functions. */
export function parseItems(tokens: readonly Token[]): SourceFile {
	const reader = new TokenReader(tokens);
	const functions = new Map<string, FunctionItem>();
	const constants = new Map<string, readonly Token[]>();
	let attributes: string[] = [];
	while (reader.peek().kind !== 'end') {
		if (reader.accept('#')) {
			reader.accept('!');
			attributes.push(spelling(reader.group()));
		} else if (reader.peek().text === 'fn') {
			const item = functionItem(reader, attributes);
			functions.set(item.name, item);
			attributes = [];
		} else if (
			isConstant(reader.peek().text) &&
			reader.peek(1).kind === 'ident' &&
			reader.peek(2).text === ':'
		) {
			reader.at++;
			const name = reader.next().text;
			constants.set(name, reader.until('=', ';'));
		} else if (reader.peek().kind === 'ident' && reader.peek(1).text === '!' && opens(reader.peek(2).text)) {
			reader.at += 2;
			reader.group();
		} else {
			if (reader.peek().text === ';' || reader.peek().text === '}') attributes = [];
			reader.at++;
		}
	}
	return { functions, constants };
}

function functionItem(reader: TokenReader, attributes: readonly string[]): FunctionItem {
	const { line } = reader.next();
	const name = reader.next().text;
	if (reader.peek().text === '<') reader.generics();
	const parameters = parameterNames(reader.group());
	while (reader.peek().text !== '{' && reader.peek().text !== ';') reader.at++;
	const body = reader.peek().text === '{' ? reader.group() : [];
	const panic = attributes.find((text) => text.startsWith('should_panic'));
	return {
		name,
		line,
		isTest: attributes.includes('test'),
		shouldPanic: panic === undefined ? null : (/expected = (.*)\)$/s.exec(panic.trim())?.[1]?.trim() ?? ''),
		parameters,
		body,
	};
}

/** Tokens as text, a blank between each two. */
function spelling(tokens: readonly Token[]): string {
	return tokens
		.map((token) => token.text)
		.join(' ')
		.trim();
}

function isConstant(keyword: string): boolean {
	return keyword === 'const' || keyword === 'static';
}

/** The names before each `:` of a parameter list. */
function parameterNames(tokens: readonly Token[]): string[] {
	return tokens.flatMap((token, i) =>
		tokens[i + 1]?.text === ':' && token.kind === 'ident' ? [token.text] : [],
	);
}
