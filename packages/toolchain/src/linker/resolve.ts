/**
 * Which symbol means what: definitions among the inputs, members taken out of archives, groups kept once.
 *
 * Owns the rules of binding (a strong definition beats a weak one, two strong ones are an error, the first weak one
 * counts) and what is left when no input defines a name: a syscall, zero for a weak reference, or nothing.
 * Source: the System V ABI; members are taken as lld takes them, whatever the order of the inputs.
 */
import { STB_LOCAL, STB_WEAK, STT_SECTION } from './elf-format.ts';
import type { ErrorList } from './errors.ts';
import type { InputSection, InputSymbol, ObjectFile } from './object.ts';

/** An object that becomes part of the link when one of its symbols is needed. */
export interface LazyObject {
	/** The global names it defines. */
	readonly defines: readonly string[];
	load(): ObjectFile;
}

/** What a reference leads to. */
export type Target =
	| {
			readonly kind: 'section';
			readonly section: InputSection;
			readonly value: number;
			readonly name: string;
			/** Whether the addend, not the symbol, tells what is meant. */
			readonly isSection: boolean;
	  }
	| { readonly kind: 'absolute'; readonly value: number }
	| { readonly kind: 'syscall'; readonly name: string }
	/** A variable for which every object that names it asks for memory. */
	| { readonly kind: 'common'; readonly name: string; readonly object: string }
	/** A symbol nobody defines, or one of a section that was dropped. */
	| { readonly kind: 'undefined'; readonly name: string; readonly weak: boolean };

interface Definition {
	readonly object: ObjectFile;
	readonly symbol: InputSymbol;
}

/** Names that LLVM calls on its own and that stand for a syscall. */
const SYSCALL_ALIASES: ReadonlyMap<string, string> = new Map([['__bpf_trap', 'abort']]);

/** The symbols of a link. */
export class SymbolTable {
	/** The objects that take part, in the order they came in. */
	readonly objects: ObjectFile[] = [];
	readonly #definitions: Map<string, Definition> = new Map();
	readonly #groups: Set<string> = new Set();
	readonly #lazy: Map<string, LazyObject> = new Map();
	readonly #loaded: Set<LazyObject> = new Set();
	/** Names asked for whose archive member is not loaded yet. */
	readonly #wanted: LazyObject[] = [];
	readonly #syscalls: ReadonlySet<string>;
	readonly #errors: ErrorList;
	readonly #targets: Map<ObjectFile, (Target | undefined)[]> = new Map();

	constructor(syscalls: ReadonlySet<string>, errors: ErrorList) {
		this.#syscalls = syscalls;
		this.#errors = errors;
	}

	/** Makes `lazy` available; for a name that several define the first counts. */
	addLazy(lazy: LazyObject): void {
		for (const name of lazy.defines) if (!this.#lazy.has(name)) this.#lazy.set(name, lazy);
	}

	/** Takes `objects`, and whatever archive members they and `roots` need. */
	addAll(objects: readonly ObjectFile[], roots: readonly string[]): void {
		for (const object of objects) this.#add(object);
		for (const name of roots) this.#want(name);
		for (let next = this.#wanted.pop(); next !== undefined; next = this.#wanted.pop()) {
			if (this.#loaded.has(next)) continue;
			this.#loaded.add(next);
			this.#add(next.load());
		}
	}

	/** The definition of the global `name`. */
	lookup(name: string): Definition | undefined {
		return this.#definitions.get(name);
	}

	/** What symbol `index` of `object` means. */
	target(object: ObjectFile, index: number): Target {
		let targets = this.#targets.get(object);
		if (targets === undefined) {
			targets = new Array(object.symbols.length);
			this.#targets.set(object, targets);
		}
		const known = targets[index];
		if (known !== undefined) return known;
		const target = this.#resolve(object, object.symbols[index]!);
		targets[index] = target;
		return target;
	}

	#add(object: ObjectFile): void {
		this.objects.push(object);
		for (const group of object.groups) {
			if (this.#groups.has(group.signature)) for (const member of group.members) member.discarded = true;
			else this.#groups.add(group.signature);
		}
		for (const symbol of object.symbols) {
			if (symbol.binding === STB_LOCAL || symbol.name === '') continue;
			if (symbol.kind === 'undefined' || symbol.section?.discarded) {
				if (symbol.binding !== STB_WEAK) this.#want(symbol.name);
			} else {
				this.#define(object, symbol);
			}
		}
	}

	#want(name: string): void {
		const lazy = this.#definitions.has(name) ? undefined : this.#lazy.get(name);
		if (lazy !== undefined && !this.#loaded.has(lazy)) this.#wanted.push(lazy);
	}

	#define(object: ObjectFile, symbol: InputSymbol): void {
		const held = this.#definitions.get(symbol.name);
		if (held === undefined || (held.symbol.binding === STB_WEAK && symbol.binding !== STB_WEAK)) {
			this.#definitions.set(symbol.name, { object, symbol });
		} else if (held.symbol.binding !== STB_WEAK && symbol.binding !== STB_WEAK) {
			this.#errors.add({
				kind: 'DuplicateSymbol',
				object: object.name,
				symbol: symbol.name,
				...(symbol.section === null ? {} : { section: symbol.section.name, offset: symbol.value }),
				detail: `also in ${held.object.name}`,
			});
		}
	}

	#resolve(object: ObjectFile, symbol: InputSymbol): Target {
		let found = symbol;
		let owner = object;
		const isGlobal = symbol.binding !== STB_LOCAL && symbol.name !== '';
		if (isGlobal) {
			const definition = this.#definitions.get(symbol.name);
			if (definition === undefined) {
				const syscall = SYSCALL_ALIASES.get(symbol.name) ?? symbol.name;
				if (this.#syscalls.has(syscall)) return { kind: 'syscall', name: syscall };
				return { kind: 'undefined', name: symbol.name, weak: symbol.binding === STB_WEAK };
			}
			found = definition.symbol;
			owner = definition.object;
		}
		const { kind, section, value } = found;
		if (kind === 'absolute') return { kind: 'absolute', value };
		if (kind === 'common') return { kind: 'common', name: found.name, object: owner.name };
		if (section === null || section.discarded) {
			// The symbol with index 0 means nothing and is worth zero.
			return { kind: 'undefined', name: found.name, weak: symbol.name === '' && section === null };
		}
		return { kind: 'section', section, value, name: found.name, isSection: found.type === STT_SECTION };
	}
}
