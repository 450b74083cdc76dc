/**
 * The contracts of functions out of their doc comments.
 *
 * Owns the form that the syscalls' comments have: a signature in backquotes, sentences, then sections that begin with
 * `Gate:`, `Cost:`, `Errors:` or `Source:`. The comment is the one place where a contract is written; the document is
 * made of it.
 */

/** A contract. */
export interface Contract {
	/** As in `name(r1 first, r2 second)`; empty where the comment begins without one. */
	readonly signature: string;
	readonly text: string;
	readonly cost: string | null;
	readonly errors: string | null;
}

const SECTION = /\b(Gate|Cost|Errors|Source)( in order)?:\s+/;

/** The text of a comment without its stars, on one line. */
function plain(comment: string): string {
	return comment
		.replace(/^\/\*\*|\*\/$/g, '')
		.split('\n')
		.map((line) => line.replace(/^\s*\* ?/, '').trim())
		.join(' ')
		.replace(/\s+/g, ' ')
		.trim();
}

/** The comment that stands right before `declaration` in a source; `null` where there is none. */
export function commentBefore(source: string, declaration: string): string | null {
	const at = source.indexOf(declaration);
	if (at < 0) return null;
	const before = source.slice(0, at).trimEnd();
	if (!before.endsWith('*/')) return null;
	return before.slice(before.lastIndexOf('/**'));
}

/** Reads a contract. */
export function parseContract(comment: string): Contract {
	const pieces = plain(comment).split(SECTION);
	const head = /^(?:`([^`]+)`[.:]?\s*)?(.*)$/.exec(pieces[0]!)!;
	const sections = new Map<string, string>();
	// split() gives the text before, then for each section its name, the words after it, and its text.
	for (let i = 1; i + 2 < pieces.length; i += 3) sections.set(pieces[i]!, pieces[i + 2]!.trim());
	const section = (name: string): string | null => sections.get(name)?.replace(/\.$/, '') ?? null;
	return {
		signature: head[1] ?? '',
		text: head[2]!.trim(),
		cost: section('Cost'),
		errors: section('Errors'),
	};
}

/** The first paragraph of a module's header. */
export function moduleHeader(source: string): string {
	const comment = /^\/\*\*[\s\S]*?\*\//.exec(source)?.[0] ?? '';
	return plain(comment.split(/\n \*\s*\n/)[0]!);
}
