/** The `jsonParsed` form of config accounts: the ones that hold a validator's info. Source: solana-account-decoder 4.3.0 `parse_config.rs`. */
import { ByteReader, Pubkey } from '@parhelion/sdk';
import { JsonSyntaxError, parseJson } from '../../json/parse.ts';
import { type Json, jsonOf } from '../../json/write.ts';
import { attemptParse, text64 } from '../instructions/row.ts';

const VALIDATOR_INFO = Pubkey.fromBase58('Va1idator1nfo111111111111111111111111111111');

function parseText(text: string): Json | undefined {
	try {
		return jsonOf(parseJson(text));
	} catch (thrown) {
		if (thrown instanceof JsonSyntaxError) return undefined;
		throw thrown;
	}
}

/** The parsed form of a config account; null where it holds no validator's info. */
export function parseConfig(data: Uint8Array): Json {
	return attemptParse(() => {
		const reader = new ByteReader(data);
		const keys: { readonly pubkey: Pubkey; readonly signer: boolean }[] = [];
		for (let left = reader.shortU16(); left > 0; left--) {
			keys.push({ pubkey: reader.pubkey(), signer: reader.bool() });
		}
		if (keys[0]?.pubkey.equals(VALIDATOR_INFO) !== true) return null;
		const configData = parseText(text64(reader));
		if (configData === undefined) return null;
		return {
			type: 'validatorInfo',
			info: {
				keys: keys.map(({ pubkey, signer }) => ({ pubkey: pubkey.toBase58(), signer })),
				configData,
			},
		};
	});
}
