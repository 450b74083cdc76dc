/**
 * Rust's `{:?}` for the few shapes that the result classes print.
 *
 * The text of `toString()` is upstream's derived `Debug`; people match on it in tests.
 * Source: Rust core, `impl Debug for str` and `DebugStruct`.
 */
import {
	type AccountSharedData,
	base58Encode,
	type CompiledInstruction,
	type InstructionError,
	type TransactionError,
} from '@parhelion/sdk';

/** What `char::escape_debug` writes as `\u{..}`: not printable, or extending the grapheme before it. */
const ESCAPED = /[\p{C}\p{Z}\p{Grapheme_Extend}]/u;

/** A string in double quotes with Rust's escapes. */
export function debugString(text: string): string {
	let out = '"';
	for (const char of text) {
		if (char === '"' || char === '\\') out += `\\${char}`;
		else if (char === '\n') out += '\\n';
		else if (char === '\r') out += '\\r';
		else if (char === '\t') out += '\\t';
		else if (char === '\0') out += '\\0';
		else if (char !== ' ' && ESCAPED.test(char)) out += `\\u{${char.codePointAt(0)?.toString(16)}}`;
		else out += char;
	}
	return `${out}"`;
}

/** `[a, b]` */
export function debugList(items: Iterable<unknown>): string {
	return `[${[...items].join(', ')}]`;
}

/** `Name { field: value, .. }`; the values are texts already. */
export function debugStruct(name: string, fields: Readonly<Record<string, unknown>>): string {
	const parts = Object.entries(fields).map(([field, value]) => `${field}: ${value}`);
	return `${name} { ${parts.join(', ')} }`;
}

/** `Name(value)`: how a class that wraps an upstream type prints. */
export function debugTuple(name: string, value: string): string {
	return `${name}(${value})`;
}

/** `Custom(1)`, `InvalidArgument` */
export function debugInstructionError(error: InstructionError): string {
	return error.kind === 'Custom' ? `Custom(${error.code})` : error.kind;
}

/** `InstructionError(0, Custom(1))`, `InsufficientFundsForRent { account_index: 1 }`, `AlreadyProcessed` */
export function debugTransactionError(error: TransactionError): string {
	switch (error.kind) {
		case 'InstructionError':
			return `InstructionError(${error.index}, ${debugInstructionError(error.error)})`;
		case 'DuplicateInstruction':
			return `DuplicateInstruction(${error.index})`;
		case 'InsufficientFundsForRent':
		case 'ProgramExecutionTemporarilyRestricted':
			return `${error.kind} { account_index: ${error.accountIndex} }`;
		default:
			return error.kind;
	}
}

/** `CompiledInstruction { program_id_index: 1, accounts: [0], data: [2, 3] }` */
export function debugCompiledInstruction(instruction: CompiledInstruction): string {
	return debugStruct('CompiledInstruction', {
		program_id_index: instruction.programIdIndex,
		accounts: debugList(instruction.accounts),
		data: debugList(instruction.data),
	});
}

/** An account shows the first 64 bytes of its data in hexadecimal. */
const MAX_DEBUG_ACCOUNT_DATA = 64;

/** `Account { lamports: 1, data.len: 2, owner: .., executable: true, rent_epoch: 3, data: 0102 }` */
export function debugAccount(account: AccountSharedData): string {
	const fields: Record<string, unknown> = {
		lamports: account.lamports,
		'data.len': account.data.length,
		owner: account.owner.toBase58(),
		executable: account.executable,
		rent_epoch: account.rentEpoch,
	};
	if (account.data.length > 0) {
		fields['data'] = Array.from(account.data.subarray(0, MAX_DEBUG_ACCOUNT_DATA), (byte) =>
			byte.toString(16).padStart(2, '0'),
		).join('');
	}
	return debugStruct('Account', fields);
}

/** A signature prints as its base58 text. */
export function debugSignature(signature: Uint8Array): string {
	return base58Encode(signature);
}
