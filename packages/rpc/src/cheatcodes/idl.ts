/**
 * `registerIdl`, `getActiveIdl`: the interface descriptions (Anchor's) of programs, by which a program's own errors get
 * their names. Shapes: Surfpool's `surfnet_*`.
 */
import type { TransactionError } from '@parhelion/sdk';
import { JsonObject, type JsonValue } from '../json/value.ts';
import { type Json, jsonOf } from '../json/write.ts';
import { newResponse } from '../node.ts';
import { verifyPubkey } from '../params/addresses.ts';
import { described, type Reader, readString, refuseType } from '../params/readers.ts';
import { failInvalidParams } from '../rpc-error.ts';
import type { IdlRegistry } from './idl-registry.ts';
import { type Cheat, cheat } from './table.ts';

const readIdl: Reader<JsonObject> = described(
	(value) => (value instanceof JsonObject ? value : refuseType(value, 'struct Idl')),
	{ type: 'object' },
);

/** The program that a description is of: where Anchor 0.30 says it, or where the releases before did. */
function addressOf(idl: JsonObject): string {
	const metadata = idl.get('metadata');
	const address = idl.get('address') ?? (metadata instanceof JsonObject ? metadata.get('address') : null);
	return typeof address === 'string'
		? address
		: failInvalidParams('Invalid param: the IDL names no address of its program');
}

const FAILED = /^Program (\S+) failed: custom program error: 0x/;

/** What an error means, by the description of the program that failed first, as the logs have it. */
export function describeError(
	idls: IdlRegistry,
	err: TransactionError | null,
	logs: readonly string[],
): Json {
	if (err?.kind !== 'InstructionError' || err.error.kind !== 'Custom') return null;
	const failed = logs.map((line) => FAILED.exec(line)?.[1]).find((program) => program !== undefined);
	if (failed === undefined) return null;
	const known = idls.errorOf(verifyPubkey(failed).key, err.error.code);
	return known === null ? null : { program: failed, ...known };
}

const registerIdl: Cheat = cheat('registerIdl', [readIdl], ({ chain, idls }, idl) => {
	idls.add(verifyPubkey(addressOf(idl)).key, idl);
	return newResponse(chain, null);
});

const getActiveIdl: Cheat = cheat('getActiveIdl', [readString], ({ chain, idls }, text) => {
	const idl: JsonValue = idls.get(verifyPubkey(text).key);
	return newResponse(chain, jsonOf(idl));
});

/** Cheatcodes on descriptions. */
export const idlCheats: readonly Cheat[] = [registerIdl, getActiveIdl];
