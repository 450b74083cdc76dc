/** `requestAirdrop`: the faucet sends lamports; the answer is the signature, whatever becomes of the transfer.
 *
 * Errors: -32602 (no address, no blockhash). Upstream: `rpc_full::request_airdrop` with solana-faucet, without caps. */
import { ed25519Sign } from '@parhelion/crypto';
import { transferInstruction } from '@parhelion/runtime';
import { base58Encode, compileLegacyMessage, encodeMessage } from '@parhelion/sdk';
import { verifyHash, verifyPubkey } from '../params/addresses.ts';
import { readRequestAirdropConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString, readU64 } from '../params/readers.ts';
import { type Method, method } from './method.ts';

export const requestAirdrop: Method = method(
	'requestAirdrop',
	[readString, readU64, opt(readRequestAirdropConfig)],
	({ chain }, text, lamports, config) => {
		const pubkey = verifyPubkey(text);
		const given = config?.recentBlockhash ?? null;
		const blockhash = given === null ? chain.lastBlockhash() : verifyHash(given);
		const { faucet } = chain;
		const message = compileLegacyMessage(
			faucet.pubkey,
			[transferInstruction(faucet.pubkey, pubkey, lamports)],
			blockhash,
		);
		const signature = ed25519Sign(encodeMessage(message), faucet.seed);
		chain.processTransaction({ signatures: [signature], message }, { skipSigVerify: true });
		return base58Encode(signature);
	},
);
