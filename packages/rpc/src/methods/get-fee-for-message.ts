/** `getFeeForMessage`: lamports, null where the blockhash is not known. Errors: -32602 (no message), -32016. */
import { feeOf, resolveMessage } from '@parhelion/runtime';
import { sanitizeMessage } from '@parhelion/sdk';
import { newResponse, stateWithConfig } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { decodeMessageText } from '../params/wire.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

/** The texts of upstream's `SanitizeError` and `AddressLoaderError`, the latter by the transaction error it becomes. */
const FLAWS: Readonly<Record<string, string>> = Object.freeze({
	IndexOutOfBounds: 'index out of bounds',
	ValueOutOfBounds: 'value out of bounds',
	InvalidValue: 'invalid value',
	AccountNotFound: 'Failed to load slot hashes sysvar',
	AddressLookupTableNotFound: 'Attempted to lookup addresses from a table that does not exist',
	InvalidAddressLookupTableOwner: 'Attempted to lookup addresses from an account owned by the wrong program',
	InvalidAddressLookupTableData: 'Attempted to lookup addresses from an invalid account',
	InvalidAddressLookupTableIndex: 'Address lookup contains an invalid index',
});

function failMessage(flaw: string): never {
	failInvalidParams(`invalid transaction message: ${FLAWS[flaw]}`);
}

export const getFeeForMessage: Method = method(
	'getFeeForMessage',
	[readString, opt(readContextConfig)],
	(node, text, config) => {
		const message = decodeMessageText(text);
		const bank = stateWithConfig(node, config);
		const flaw = sanitizeMessage(message);
		if (flaw !== null) return failMessage(flaw);
		const sanitized = resolveMessage(bank, message);
		if (!sanitized.ok) return failMessage(sanitized.error.kind);
		return newResponse(bank, feeOf(bank, sanitized.value));
	},
);
