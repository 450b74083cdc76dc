/** `getFeeForMessage`: lamports, null where the blockhash is not known. Errors: -32602 (no message), -32016. */
import { sanitizeMessage } from '@parhelion/sdk';
import { bankWithConfig, newResponse } from '../node.ts';
import { readContextConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString } from '../params/readers.ts';
import { decodeMessageText } from '../params/wire.ts';
import { failInvalidParams } from '../rpc-error.ts';
import { type Method, method } from './method.ts';

/** The texts of upstream's `SanitizeError`. */
const SANITIZE_TEXTS = {
	IndexOutOfBounds: 'index out of bounds',
	ValueOutOfBounds: 'value out of bounds',
	InvalidValue: 'invalid value',
} as const;

export const getFeeForMessage: Method = method(
	'getFeeForMessage',
	[readString, opt(readContextConfig)],
	(node, text, config) => {
		const message = decodeMessageText(text);
		const bank = bankWithConfig(node, config);
		const flaw = sanitizeMessage(message);
		if (flaw !== null) {
			return failInvalidParams(`invalid transaction message: ${SANITIZE_TEXTS[flaw]}`);
		}
		return newResponse(bank, bank.getFeeForMessage(message));
	},
);
