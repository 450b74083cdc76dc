/** Remembers interface descriptions (Anchor's IDLs) of programs. */
import { JsonObject } from '../json/value.ts';

/** Descriptions kept; the one registered first goes first. */
const MAX_IDLS = 1000;

/** The registered descriptions, by `pubkey.key`. */
export class IdlRegistry {
	private byProgram = new Map<string, JsonObject>();

	add(program: string, idl: JsonObject): void {
		this.byProgram.delete(program);
		this.byProgram.set(program, idl);
		if (this.byProgram.size <= MAX_IDLS) return;
		const [oldest] = this.byProgram.keys();
		this.byProgram.delete(oldest!);
	}

	/** What is registered now. */
	get state(): ReadonlyMap<string, JsonObject> {
		return new Map(this.byProgram);
	}

	/** Goes back to what was registered then. */
	restore(state: ReadonlyMap<string, JsonObject>): void {
		this.byProgram = new Map(state);
	}

	get(program: string): JsonObject | null {
		return this.byProgram.get(program) ?? null;
	}

	/** The name and the text of a program's error; null where none is known. */
	errorOf(program: string, code: number): { readonly name: string; readonly message: string | null } | null {
		const errors = this.get(program)?.get('errors');
		if (!Array.isArray(errors)) return null;
		for (const each of errors) {
			if (!(each instanceof JsonObject) || each.get('code') !== BigInt(code)) continue;
			const [name, message] = [each.get('name'), each.get('msg')];
			if (typeof name !== 'string') return null;
			return { name, message: typeof message === 'string' ? message : null };
		}
		return null;
	}
}
