/** `requestAirdrop`: the faucet sends lamports; the answer is the signature, whatever becomes of the transfer.
 *
 * Errors: -32602 (no address, no blockhash). Upstream: `rpc_full::request_airdrop` with solana-faucet, without caps. */
import { ed25519Sign } from '@parhelion/crypto';
import {
	base58Encode,
	compileLegacyMessage,
	encodeMessage,
	type Instruction,
	type Pubkey,
	programIds,
} from '@parhelion/sdk';
import { verifyHash, verifyPubkey } from '../params/addresses.ts';
import { readRequestAirdropConfig } from '../params/configs.ts';
import { opt } from '../params/params.ts';
import { readString, readU64 } from '../params/readers.ts';
import { type Method, method } from './method.ts';

/** The System program's instruction `Transfer`. */
const TRANSFER = 2;

function transfer(from: Pubkey, to: Pubkey, lamports: bigint): Instruction {
	const data = new Uint8Array(12);
	const view = new DataView(data.buffer);
	view.setUint32(0, TRANSFER, true);
	view.setBigUint64(4, lamports, true);
	return {
		programId: programIds.systemProgram,
		accounts: [
			{ pubkey: from, isSigner: true, isWritable: true },
			{ pubkey: to, isSigner: false, isWritable: true },
		],
		data,
	};
}

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
			[transfer(faucet.pubkey, pubkey, lamports)],
			blockhash,
		);
		const signature = ed25519Sign(encodeMessage(message), faucet.seed);
		chain.processTransaction({ signatures: [signature], message }, { skipSigVerify: true });
		return base58Encode(signature);
	},
);
