/**
 * The flow that runs in Node and in a browser to the same result: airdrop, a mint, token accounts, mint-to,
 * transfer, a transfer that fails, a memo; a program assembled, deployed and invoked. It knows nothing of either: ELFs come as bytes, what happened goes out
 * as text.
 */
import { ed25519Backends, ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import {
	compileLegacyMessage,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
	sysvarIds,
} from '@parhelion/sdk';
import { FailedTransactionMetadata, LiteSVM } from 'parhelion';
import { assemble, deploy, disassemble, verify } from 'parhelion/toolchain';

interface Keypair {
	readonly seed: Uint8Array;
	readonly pubkey: Pubkey;
}

function keypair(n: number): Keypair {
	const seed = new Uint8Array(32).fill(n);
	return { seed, pubkey: Pubkey.fromBytes(ed25519PublicKey(seed)) };
}

const payer = keypair(1);
const mint = keypair(2);
const friend = keypair(3);
/** Where the loader's program of the flow's own tokens lie. */
const accounts = [keypair(4), keypair(5)] as const;
const MINT_SIZE = 82;
const ACCOUNT_SIZE = 165;

function u64(value: bigint): number[] {
	return [...new Uint8Array(new BigUint64Array([value]).buffer)];
}

const writable = (pubkey: Pubkey, isSigner = false) => ({ pubkey, isSigner, isWritable: true });
const readonly = (pubkey: Pubkey, isSigner = false) => ({ pubkey, isSigner, isWritable: false });

function createAccountInstruction(svm: LiteSVM, to: Pubkey, space: number, owner: Pubkey): Instruction {
	const lamports = svm.minimumBalanceForRentExemption(BigInt(space));
	return {
		programId: programIds.systemProgram,
		accounts: [writable(payer.pubkey, true), writable(to, true)],
		data: new Uint8Array([0, 0, 0, 0, ...u64(lamports), ...u64(BigInt(space)), ...owner.bytes]),
	};
}

function token(program: Pubkey, metas: Instruction['accounts'], ...data: number[]): Instruction {
	return { programId: program, accounts: metas, data: new Uint8Array(data) };
}

/** Every step's outcome and every account it left, as JSON; the ELFs have been handed over. */
export async function runFlow(): Promise<string> {
	const record: unknown[] = [];
	for (const program of [programIds.splToken, programIds.splToken2022]) {
		for (const jit of ['off', 'eager'] as const)
			record.push(await runTokens(new LiteSVM().withJit(jit), program));
	}
	record.push(await runProgram());
	return JSON.stringify(record);
}

/** A program out of its text, deployed by the loader's transactions, and what it says. */
async function runProgram(): Promise<unknown> {
	const svm = new LiteSVM();
	svm.airdrop(payer.pubkey.toBase58(), 5_000_000_000n);
	const assembled = assemble('entrypoint:\n    syscall sol_log_64_\n    mov64 r0, 0\n    exit\n');
	if (!assembled.ok) return assembled.error;
	const { elf } = assembled.value;
	const [program, buffer] = accounts.map(({ seed }) => ({ secretKey: seed }));
	const deployed = await deploy(elf, svm, {
		payer: { secretKey: payer.seed },
		...(program === undefined ? {} : { program }),
		...(buffer === undefined ? {} : { buffer }),
	});
	if (!deployed.ok) return deployed.error.kind;
	const blockhash = Hash.fromBase58(svm.latestBlockhash());
	const programId = Pubkey.fromBase58(deployed.value.address);
	const message = compileLegacyMessage(
		payer.pubkey,
		[{ programId, accounts: [], data: new Uint8Array(0) }],
		blockhash,
	);
	const signatures = [ed25519Sign(encodeMessage(message), payer.seed)];
	const outcome = svm.sendTransaction(encodeTransaction({ signatures, message }));
	const { kind, writes, address } = deployed.value;
	const meta = outcome instanceof FailedTransactionMetadata ? outcome.meta() : outcome;
	return { kind, writes, address, logs: meta.logs(), checks: verify(elf), text: disassemble(elf) };
}

async function runTokens(svm: LiteSVM, program: Pubkey): Promise<unknown[]> {
	const record: unknown[] = [];
	const note = (step: string, outcome: ReturnType<LiteSVM['airdrop']>): void => {
		if (outcome === null) return;
		const failed = outcome instanceof FailedTransactionMetadata;
		const meta = failed ? outcome.meta() : outcome;
		const units = Number(meta.computeUnitsConsumed());
		record.push({ step, error: failed ? outcome.message() : null, units, logs: meta.logs() });
	};
	const sign = (instructions: Instruction[], signers: readonly Keypair[] = []): Uint8Array => {
		const blockhash = Hash.fromBase58(svm.latestBlockhash());
		const message = compileLegacyMessage(payer.pubkey, instructions, blockhash);
		const bytes = encodeMessage(message);
		const signatures = [payer, ...signers].map(({ seed }) => ed25519Sign(bytes, seed));
		return encodeTransaction({ signatures, message });
	};
	const send = (step: string, instructions: Instruction[], signers: readonly Keypair[] = []): void =>
		note(step, svm.sendTransaction(sign(instructions, signers)));
	note('airdrop', svm.airdrop(payer.pubkey.toBase58(), 5_000_000_000n));
	send(
		'create a mint',
		[
			createAccountInstruction(svm, mint.pubkey, MINT_SIZE, program),
			token(program, [writable(mint.pubkey)], 20, 6, ...payer.pubkey.bytes, 0),
		],
		[mint],
	);
	for (const [i, account] of accounts.entries()) {
		const owner = i === 0 ? payer : friend;
		send(
			`create token account ${i}`,
			[
				createAccountInstruction(svm, account.pubkey, ACCOUNT_SIZE, program),
				token(program, [writable(account.pubkey), readonly(mint.pubkey)], 18, ...owner.pubkey.bytes),
			],
			[account],
		);
	}
	const [ours, theirs] = accounts;
	const authority = readonly(payer.pubkey, true);
	send('mint to', [
		token(program, [writable(mint.pubkey), writable(ours.pubkey), authority], 7, ...u64(1000n)),
	]);
	const pay = (amount: bigint): Instruction =>
		token(program, [writable(ours.pubkey), writable(theirs.pubkey), authority], 3, ...u64(amount));
	send('transfer', [pay(300n)]);
	send('transfer too much', [pay(701n)]);
	const batch = Array.from({ length: 6 }, (_, i) => sign([pay(BigInt(i + 1))]));
	// Signed wrongly.
	batch[4]![40]! ^= 1;
	for (const outcome of await svm.sendTransactions(batch)) note('batch', outcome);
	record.push({ signaturesBy: ed25519Backends()[0] });
	send('memo', [
		{ programId: programIds.memoV3, accounts: [authority], data: new TextEncoder().encode('☉') },
	]);
	const ata = svm.associatedTokenAddress(friend.pubkey.toBase58(), mint.pubkey.toBase58());
	send('associated account', [
		token(programIds.associatedToken, [
			writable(payer.pubkey, true),
			writable(Pubkey.fromBase58(ata)),
			readonly(friend.pubkey),
			readonly(mint.pubkey),
			readonly(programIds.systemProgram),
			readonly(program),
		]),
	]);
	const copy = LiteSVM.fromBytes(svm.toBytes());
	const owned = copy.getProgramAccounts(program.toBase58());
	const left = [
		...owned,
		svm.getAccount(payer.pubkey.toBase58()),
		svm.getAccount(sysvarIds.clock.toBase58()),
	];
	record.push(
		left
			.map((account) => JSON.stringify(account, (_key, value) => spell(value)))
			.sort((a, b) => (a < b ? -1 : 1)),
	);
	return record;
}

function spell(value: unknown): unknown {
	if (typeof value === 'bigint') return `${value}n`;
	return value instanceof Uint8Array ? [...value].join() : value;
}
