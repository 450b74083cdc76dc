/**
 * Owns compiling instructions into a message: for airdrops and tests, not for untrusted input.
 * Source: crate `solana-message`, `compiled_keys.rs` and `legacy::Message::new`.
 */
import type { Hash } from './hash.ts';
import type { CompiledInstruction, Instruction, LegacyMessage } from './message.ts';
import type { Pubkey } from './pubkey.ts';

interface KeyMeta {
	readonly pubkey: Pubkey;
	isSigner: boolean;
	isWritable: boolean;
}

function compareBytes(a: Pubkey, b: Pubkey): number {
	return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/**
 * Compiles a legacy message. The payer comes first; the others follow by signer and writable, and by address within
 * each part, as upstream's ordered map gives them. RangeError beyond 256 accounts.
 */
export function compileLegacyMessage(
	payer: Pubkey,
	instructions: readonly Instruction[],
	recentBlockhash: Hash,
): LegacyMessage {
	const metas = new Map<string, KeyMeta>();
	const note = (pubkey: Pubkey, isSigner: boolean, isWritable: boolean): void => {
		const known = metas.get(pubkey.key);
		if (known === undefined) metas.set(pubkey.key, { pubkey, isSigner, isWritable });
		else {
			known.isSigner ||= isSigner;
			known.isWritable ||= isWritable;
		}
	};
	for (const { programId, accounts } of instructions) {
		note(programId, false, false);
		for (const { pubkey, isSigner, isWritable } of accounts) note(pubkey, isSigner, isWritable);
	}
	metas.delete(payer.key);

	const rest = [...metas.values()].sort((a, b) => compareBytes(a.pubkey, b.pubkey));
	const part = (signer: boolean, writable: boolean): Pubkey[] =>
		rest
			.filter((meta) => meta.isSigner === signer && meta.isWritable === writable)
			.map((meta) => meta.pubkey);
	const writableSigners = [payer, ...part(true, true)];
	const readonlySigners = part(true, false);
	const readonlyOthers = part(false, false);
	const accountKeys = [...writableSigners, ...readonlySigners, ...part(false, true), ...readonlyOthers];
	if (accountKeys.length > 256) {
		throw new RangeError(`a message addresses at most 256 accounts, not ${accountKeys.length}`);
	}

	const indexOf = new Map(accountKeys.map((key, index) => [key.key, index]));
	const compiled = instructions.map(
		({ programId, accounts, data }): CompiledInstruction => ({
			programIdIndex: indexOf.get(programId.key)!,
			accounts: Uint8Array.from(accounts, ({ pubkey }) => indexOf.get(pubkey.key)!),
			data,
		}),
	);
	return {
		version: 'legacy',
		header: {
			numRequiredSignatures: writableSigners.length + readonlySigners.length,
			numReadonlySignedAccounts: readonlySigners.length,
			numReadonlyUnsignedAccounts: readonlyOthers.length,
		},
		accountKeys,
		recentBlockhash,
		instructions: compiled,
	};
}
