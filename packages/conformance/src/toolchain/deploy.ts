/**
 * A program's way into an account by the upgradeable loader's own transactions: buffer, writes, deployment.
 *
 * Owns the instructions' bytes; every transaction is compared by the pair that sends it.
 */
import {
	PublicKey,
	SYSVAR_CLOCK_PUBKEY,
	SYSVAR_RENT_PUBKEY,
	SystemProgram,
	TransactionInstruction,
} from '@solana/web3.js';
import { namedKeypair, type Pair } from '../flows/harness.ts';

const LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');
const BUFFER_METADATA = 37;
const PROGRAM_SIZE = 36;
const CHUNK = 900;

/** Deploys `elf` under the key that `name` stands for, and goes on to the slot from which it may be called. */
export function deploy(pair: Pair, name: string, elf: Uint8Array): PublicKey {
	const payer = pair.payer.publicKey;
	const buffer = namedKeypair(`${name}-buffer`);
	const program = namedKeypair(`${name}-program`);
	const [programData] = PublicKey.findProgramAddressSync([program.publicKey.toBuffer()], LOADER);
	const signer = { pubkey: payer, isSigner: true, isWritable: true };
	const at = (pubkey: PublicKey, isWritable = false) => ({ pubkey, isSigner: false, isWritable });
	const create = (account: PublicKey, space: number): TransactionInstruction =>
		SystemProgram.createAccount({
			fromPubkey: payer,
			newAccountPubkey: account,
			lamports: Number(pair.oracle.minimumBalanceForRentExemption(BigInt(space))),
			space,
			programId: LOADER,
		});
	const loader = (
		tag: number,
		data: Uint8Array,
		keys: TransactionInstruction['keys'],
	): TransactionInstruction =>
		new TransactionInstruction({ programId: LOADER, keys, data: Buffer.from([tag, 0, 0, 0, ...data]) });

	pair.send(
		'create the buffer',
		[
			create(buffer.publicKey, BUFFER_METADATA + elf.length),
			loader(0, new Uint8Array(), [at(buffer.publicKey, true), at(payer)]),
		],
		{ signers: [buffer] },
	);
	for (let offset = 0; offset < elf.length; offset += CHUNK) {
		const chunk = elf.subarray(offset, offset + CHUNK);
		const head = new Uint8Array(12);
		const view = new DataView(head.buffer);
		view.setUint32(0, offset, true);
		view.setUint32(4, chunk.length, true);
		const keys = [at(buffer.publicKey, true), { ...signer, isWritable: false }];
		pair.send(`write at ${offset}`, [loader(1, Uint8Array.of(...head, ...chunk), keys)]);
	}
	const size = new Uint8Array(8);
	new DataView(size.buffer).setBigUint64(0, BigInt(elf.length), true);
	const keys = [
		signer,
		at(programData, true),
		at(program.publicKey, true),
		at(buffer.publicKey, true),
		at(SYSVAR_RENT_PUBKEY),
		at(SYSVAR_CLOCK_PUBKEY),
		at(SystemProgram.programId),
		{ ...signer, isWritable: false },
	];
	pair.send('deploy', [create(program.publicKey, PROGRAM_SIZE), loader(2, size, keys)], {
		signers: [program],
	});
	pair.both((engine) => engine.warpToSlot(engine.getClock().slot + 1n));
	return program.publicKey;
}
