/** A chain with the bundled programs runs a token's life as the oracle does, and keeps its balances. */
import { ed25519Sign } from '@parhelion/crypto';
import { Chain, keypairFromSeed, LAMPORTS_PER_SOL, type TransactionOutcome } from '@parhelion/runtime';
import {
	base58Encode,
	compileLegacyMessage,
	createAccount,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import { address, getTransactionDecoder, lamports } from '@solana/kit';
import {
	createInitializeAccount3Instruction,
	createInitializeMint2Instruction,
	createMintToInstruction,
	createTransferCheckedInstruction,
	TOKEN_2022_PROGRAM_ID,
	TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { PublicKey, type TransactionInstruction } from '@solana/web3.js';
import { LiteSVM as Oracle } from 'litesvm';
import { DEFAULT_PROGRAMS } from 'parhelion';
import { readBundledProgram } from 'parhelion/node';
import { describe, expect, it } from 'vitest';

const payer = keypairFromSeed(new Uint8Array(32).fill(11));
const [mint, source, target] = [12, 13, 14].map((n) => Pubkey.fromBytes(new Uint8Array(32).fill(n))) as [
	Pubkey,
	Pubkey,
	Pubkey,
];
const web3 = (pubkey: Pubkey): PublicKey => new PublicKey(pubkey.bytes);

const fromWeb3 = ({ programId, keys, data }: TransactionInstruction): Instruction => ({
	programId: Pubkey.fromBytes(programId.toBytes()),
	accounts: keys.map(({ pubkey, isSigner, isWritable }) => ({
		pubkey: Pubkey.fromBytes(pubkey.toBytes()),
		isSigner,
		isWritable,
	})),
	data,
});

/** A chain and an oracle with the same accounts. */
function pair(tokenProgram: Pubkey): { chain: Chain; oracle: Oracle } {
	const programs = DEFAULT_PROGRAMS.filter(({ name }) => name !== 'spl-token').flatMap((program) => {
		const elf = readBundledProgram(program.file);
		return elf === null ? [] : [{ programId: program.programId, loader: program.loader, elf }];
	});
	expect(programs.length).toBe(7);
	const chain = Chain.genesis({ programs });
	// Programs of the genesis can be invoked from the next slot on.
	chain.advanceSlot();
	const oracle = new Oracle();
	const rent = (length: number): bigint => chain.minimumBalanceForRentExemption(length);
	for (const [pubkey, length] of [
		[mint, 82],
		[source, 165],
		[target, 165],
	] as const) {
		const account = createAccount({
			lamports: rent(length),
			data: new Uint8Array(length),
			owner: tokenProgram,
		});
		chain.setAccount(pubkey, account);
		oracle.setAccount({
			address: address(pubkey.toBase58()),
			lamports: lamports(account.lamports),
			data: account.data,
			programAddress: address(tokenProgram.toBase58()),
			executable: false,
			space: BigInt(length),
		});
	}
	chain.setAccount(payer.pubkey, createAccount({ lamports: LAMPORTS_PER_SOL }));
	oracle.setAccount({
		address: address(payer.pubkey.toBase58()),
		lamports: lamports(LAMPORTS_PER_SOL),
		data: new Uint8Array(0),
		programAddress: address(programIds.systemProgram.toBase58()),
		executable: false,
		space: 0n,
	});
	return { chain, oracle };
}

/** Runs the same instructions on both and compares what is to be seen. */
function runBoth(
	{ chain, oracle }: ReturnType<typeof pair>,
	instructions: TransactionInstruction[],
): TransactionOutcome {
	const compiled = instructions.map(fromWeb3);
	const ours = compileLegacyMessage(payer.pubkey, compiled, chain.lastBlockhash());
	const outcome = chain.processTransaction({
		signatures: [ed25519Sign(encodeMessage(ours), payer.seed)],
		message: ours,
	});
	const theirs = compileLegacyMessage(payer.pubkey, compiled, Hash.fromBase58(oracle.latestBlockhash()));
	const wire = encodeTransaction({
		signatures: [ed25519Sign(encodeMessage(theirs), payer.seed)],
		message: theirs,
	});
	const result = oracle.sendTransaction(getTransactionDecoder().decode(wire));
	const meta = 'err' in result ? result.meta() : result;
	expect(outcome.logs).toEqual(meta.logs());
	expect(BigInt(outcome.computeUnitsConsumed)).toBe(meta.computeUnitsConsumed());
	expect(outcome.err !== null).toBe('err' in result);
	for (const key of ours.accountKeys) {
		const there = oracle.getAccount(address(key.toBase58()));
		if (!there.exists || there.executable) continue;
		const here = chain.getAccount(key);
		expect(here?.lamports, key.toBase58()).toBe(there.lamports);
		expect(Buffer.compare(here!.data, there.data as Uint8Array), key.toBase58()).toBe(0);
	}
	return outcome;
}

describe.each([
	['SPL Token', TOKEN_PROGRAM_ID],
	['Token-2022', TOKEN_2022_PROGRAM_ID],
])('%s on a chain', (_name, tokenProgram) => {
	it('mints, transfers and fails as on the oracle, and its balances are kept', () => {
		const both = pair(Pubkey.fromBytes(tokenProgram.toBytes()));
		const owner = web3(payer.pubkey);
		const opened = runBoth(both, [
			createInitializeMint2Instruction(web3(mint), 6, owner, null, tokenProgram),
			createInitializeAccount3Instruction(web3(source), web3(mint), owner, tokenProgram),
			createInitializeAccount3Instruction(web3(target), web3(mint), owner, tokenProgram),
			createMintToInstruction(web3(mint), web3(source), owner, 1_000n, [], tokenProgram),
		]);
		expect(opened.err).toBeNull();
		const move = (amount: bigint): TransactionInstruction =>
			createTransferCheckedInstruction(
				web3(source),
				web3(mint),
				web3(target),
				owner,
				amount,
				6,
				[],
				tokenProgram,
			);
		const moved = runBoth(both, [move(300n)]);
		expect(moved.err).toBeNull();
		const kept = both.chain.getTransaction(base58Encode(moved.signature));
		const amounts = (rows: readonly { accountIndex: number; amount: bigint }[] | undefined): string[] =>
			(rows ?? []).map((row) => `${kept?.accountKeys[row.accountIndex]} ${row.amount}`).sort();
		expect(amounts(kept?.meta.preTokenBalances)).toEqual([`${source} 1000`, `${target} 0`].sort());
		expect(amounts(kept?.meta.postTokenBalances)).toEqual([`${source} 700`, `${target} 300`].sort());
		expect(kept?.meta.postTokenBalances.map(({ decimals, owner: of }) => `${decimals} ${of}`)).toEqual([
			`6 ${payer.pubkey}`,
			`6 ${payer.pubkey}`,
		]);

		const failed = runBoth(both, [move(5_000n)]);
		expect(failed.err).toMatchObject({ kind: 'InstructionError', error: { kind: 'Custom', code: 1 } });
	});
});
