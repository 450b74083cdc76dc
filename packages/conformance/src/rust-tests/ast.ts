/** The part of Rust's syntax tree that upstream's tests need. */
import type { Token } from './lexer.ts';

/** An expression; references and `unsafe` are dropped while parsing. */
export type Expr = { readonly line: number } & (
	| { readonly kind: 'int'; readonly value: bigint }
	| { readonly kind: 'string'; readonly value: string }
	| { readonly kind: 'bool'; readonly value: boolean }
	| { readonly kind: 'path'; readonly segments: readonly string[] }
	| { readonly kind: 'array'; readonly items: readonly Expr[] }
	| { readonly kind: 'repeat'; readonly item: Expr; readonly count: Expr }
	| { readonly kind: 'tuple'; readonly items: readonly Expr[] }
	| { readonly kind: 'pair'; readonly left: Expr; readonly right: Expr }
	| { readonly kind: 'call'; readonly callee: Expr; readonly args: readonly Expr[] }
	| {
			readonly kind: 'method';
			readonly target: Expr;
			readonly name: string;
			/** The tokens between `::<` and `>`. */
			readonly generics: string;
			readonly args: readonly Expr[];
	  }
	| { readonly kind: 'field'; readonly target: Expr; readonly name: string }
	| { readonly kind: 'index'; readonly target: Expr; readonly index: Expr }
	| {
			readonly kind: 'range';
			readonly start: Expr | null;
			readonly end: Expr | null;
			readonly inclusive: boolean;
	  }
	| { readonly kind: 'unary'; readonly op: string; readonly operand: Expr }
	| { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
	| { readonly kind: 'cast'; readonly operand: Expr; readonly type: string }
	| { readonly kind: 'assign'; readonly op: string; readonly target: Expr; readonly value: Expr }
	| {
			readonly kind: 'struct';
			readonly segments: readonly string[];
			readonly fields: readonly (readonly [string, Expr])[];
			readonly base: Expr | null;
	  }
	| { readonly kind: 'macro'; readonly name: string; readonly tokens: readonly Token[] }
	| { readonly kind: 'block'; readonly statements: readonly Statement[]; readonly value: Expr | null }
	| { readonly kind: 'if'; readonly condition: Expr; readonly then: Expr; readonly otherwise: Expr | null }
	| { readonly kind: 'match'; readonly subject: Expr; readonly arms: readonly MatchArm[] }
	| { readonly kind: 'for'; readonly pattern: Pattern; readonly items: Expr; readonly body: Expr }
);

/** A name, a tuple, a variant with inner patterns, or `_`. */
export type Pattern =
	| { readonly kind: 'name'; readonly name: string }
	| { readonly kind: 'any' }
	| { readonly kind: 'tuple'; readonly items: readonly Pattern[] }
	| { readonly kind: 'variant'; readonly name: string; readonly items: readonly Pattern[] };

export interface MatchArm {
	readonly pattern: Pattern;
	readonly value: Expr;
}

export type Statement =
	| { readonly kind: 'let'; readonly pattern: Pattern; readonly value: Expr | null; readonly line: number }
	| { readonly kind: 'const'; readonly name: string; readonly value: Expr; readonly line: number }
	| { readonly kind: 'expr'; readonly value: Expr; readonly line: number };

/** A function of a file. */
export interface FunctionItem {
	readonly name: string;
	readonly line: number;
	readonly isTest: boolean;
	/** The text of `#[should_panic(expected = ...)]`, or `null`. */
	readonly shouldPanic: string | null;
	readonly parameters: readonly string[];
	/** The body, parsed when it is needed: other functions of the file may use more of Rust. */
	readonly body: readonly Token[];
}

/** A file: its functions and constants by name. */
export interface SourceFile {
	readonly functions: ReadonlyMap<string, FunctionItem>;
	readonly constants: ReadonlyMap<string, readonly Token[]>;
}
