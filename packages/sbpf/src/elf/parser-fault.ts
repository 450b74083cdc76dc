/**
 * What the ELF parser finds wrong, as the `ElfError` a caller sees.
 *
 * Owns the texts of the parser's own errors; upstream keeps them in a second enum and folds it into
 * `ElfError` at the face, here each is folded where it arises.
 * Source: solana-sbpf `elf_parser/mod.rs` (`ElfParserError`), `elf.rs` (`From<ElfParserError>`).
 */
import { Fault } from '@parhelion/sdk';
import type { ElfError } from '../errors.ts';
import { debugString } from '../rust-debug.ts';

/** The parser errors that fold into `FailedToParse`, with their texts. */
const FAILED_TO_PARSE = {
	InvalidFileHeader: 'invalid file header',
	InvalidSectionHeader: 'invalid section header',
	InvalidSize: 'invalid size',
	Overlap: 'values overlap',
	SectionNotInOrder: 'sections not in ascending order',
	NoSectionNameStringTable: 'no section name string table found',
	InvalidDynamicSectionTable: 'invalid dynamic section table',
	InvalidAlignment: 'invalid alignment',
	NoStringTable: 'no string table',
	NoDynamicStringTable: 'no dynamic string table',
} as const;

/** A parser error without arguments that folds into `FailedToParse`. */
export type ElfParserErrorKind = keyof typeof FAILED_TO_PARSE;

/** `FailedToParse` with the text of `kind`. */
export function parserFault(kind: ElfParserErrorKind): Fault<ElfError> {
	return new Fault<ElfError>({ kind: 'FailedToParse', message: FAILED_TO_PARSE[kind] });
}

/** `FailedToParse` for a name that has no terminator in the first `maximum` bytes. */
export function stringTooLong(unterminated: Uint8Array, maximum: number): Fault<ElfError> {
	const text = utf8Lossy(unterminated);
	const message = `Section or symbol name \`${text}\` is longer than \`${maximum}\` bytes`;
	return new Fault<ElfError>({ kind: 'FailedToParse', message });
}

/** An `ElfError` on its way up. */
export function elfFault(error: ElfError): Fault<ElfError> {
	return new Fault(error);
}

/** `ValueOutOfBounds`: also what the parser's `OutOfBounds` and its arithmetic overflows fold into. */
export function outOfBounds(): Fault<ElfError> {
	return new Fault<ElfError>({ kind: 'ValueOutOfBounds' });
}

/** Text of `bytes` with U+FFFD for what is no UTF-8, as `String::from_utf8_lossy`. */
export function utf8Lossy(bytes: Uint8Array): string {
	// A copy, because the bytes may lie in shared memory, which decoders refuse.
	return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.slice());
}

/**
 * The Rust `Debug` spelling of the parser error that was folded into `error`, for whoever compares the
 * parser alone with upstream's.
 */
export function elfParserErrorDebug(error: ElfError): string {
	if (error.kind === 'ValueOutOfBounds') return 'OutOfBounds';
	if (error.kind !== 'FailedToParse') return error.kind;
	for (const [kind, message] of Object.entries(FAILED_TO_PARSE)) {
		if (message === error.message) return kind;
	}
	const [, name = '', maximum] = /`(.*)` is longer than `(\d+)`/s.exec(error.message) ?? [];
	return `StringTooLong(${debugString(name)}, ${maximum})`;
}
