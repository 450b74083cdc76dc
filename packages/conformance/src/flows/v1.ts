/** Transactions of message version 1: the budget stands in the message's configuration. */
import { sign } from 'node:crypto';
import {
	type AccountRole,
	type Address,
	appendTransactionMessageInstructions,
	type Blockhash,
	compileTransaction,
	createTransactionMessage,
	getTransactionEncoder,
	pipe,
	type SignatureBytes,
	setTransactionMessageConfig,
	setTransactionMessageFeePayer,
	setTransactionMessageLifetimeUsingBlockhash,
} from '@solana/kit';
import {
	ComputeBudgetProgram,
	type Keypair,
	SystemProgram,
	type TransactionInstruction,
} from '@solana/web3.js';
import { ed25519PrivateKey } from 'parhelion/node';
import { type Flow, namedKeypair, type Pair } from './harness.ts';

type Config = Parameters<typeof setTransactionMessageConfig>[0];

function signWith(keypair: Keypair, message: Uint8Array): Uint8Array {
	return new Uint8Array(sign(null, message, ed25519PrivateKey(keypair.secretKey.subarray(0, 32))));
}

/** The wire bytes of a signed v1 transaction. */
function buildV1(
	pair: Pair,
	instructions: readonly TransactionInstruction[],
	config: Config | null,
	alter: (message: Uint8Array) => Uint8Array = (message) => message,
): Uint8Array {
	const payer = pair.payer.publicKey.toBase58() as Address;
	const message = pipe(
		createTransactionMessage({ version: 1 }),
		(m) => setTransactionMessageFeePayer(payer, m),
		(m) =>
			setTransactionMessageLifetimeUsingBlockhash(
				{ blockhash: pair.oracle.latestBlockhash() as Blockhash, lastValidBlockHeight: 0n },
				m,
			),
		(m) => (config === null ? m : setTransactionMessageConfig(config, m)),
		(m) =>
			appendTransactionMessageInstructions(
				instructions.map((instruction) => ({
					programAddress: instruction.programId.toBase58() as Address,
					accounts: instruction.keys.map((key) => ({
						address: key.pubkey.toBase58() as Address,
						role: ((key.isSigner ? 2 : 0) + (key.isWritable ? 1 : 0)) as AccountRole,
					})),
					data: new Uint8Array(instruction.data),
				})),
				m,
			),
	);
	const compiled = compileTransaction(message);
	const messageBytes = alter(new Uint8Array(compiled.messageBytes));
	const signatures = { [payer]: signWith(pair.payer, messageBytes) as SignatureBytes };
	return new Uint8Array(getTransactionEncoder().encode({ messageBytes, signatures } as never));
}

const ODD_HEAP = 135 * 1024 + 1;

/** kit refuses to encode an odd heap size, so its bytes are changed before they are signed. */
function raiseHeapByOne(message: Uint8Array): Uint8Array {
	const copy = Buffer.from(message);
	const heap = Buffer.alloc(4);
	heap.writeUInt32LE(ODD_HEAP - 1);
	copy.writeUInt32LE(ODD_HEAP, copy.indexOf(heap));
	return new Uint8Array(copy);
}

function version1(pair: Pair): void {
	const payer = pair.payer.publicKey;
	let paid = 1_000_000;
	const pay = () => {
		paid += 1;
		return SystemProgram.transfer({
			fromPubkey: payer,
			toPubkey: namedKeypair('v1-to').publicKey,
			lamports: paid,
		});
	};
	const roomy = { computeUnitLimit: 10_000, loadedAccountsDataSizeLimit: 1_000_000 };
	pair.sendBytes('a transfer', buildV1(pair, [pay()], roomy));
	pair.sendBytes('with a priority fee', buildV1(pair, [pay()], { ...roomy, priorityFeeLamports: 12_345n }));
	pair.sendBytes('with a heap', buildV1(pair, [pay()], { ...roomy, heapSize: 65_536 }));
	pair.sendBytes('without any configuration', buildV1(pair, [pay()], null), {
		expect: 'MaxLoadedAccountsDataSizeExceeded',
	});
	pair.sendBytes(
		'too small a limit of loaded data',
		buildV1(pair, [pay()], { ...roomy, loadedAccountsDataSizeLimit: 10 }),
		{
			expect: 'MaxLoadedAccountsDataSizeExceeded',
		},
	);
	pair.sendBytes('too few compute units', buildV1(pair, [pay()], { ...roomy, computeUnitLimit: 100 }), {
		expect: 'InstructionError(0, ComputationalBudgetExceeded)',
	});
	pair.sendBytes(
		'a heap that is no multiple of 1024',
		buildV1(pair, [pay()], { ...roomy, heapSize: ODD_HEAP - 1 }, raiseHeapByOne),
		{ expect: 'SanitizeFailure' },
	);
	pair.sendBytes(
		'a compute-budget instruction beside the configuration',
		buildV1(pair, [ComputeBudgetProgram.setComputeUnitLimit({ units: 1 }), pay()], roomy),
	);
	const again = buildV1(pair, [pay()], roomy);
	pair.sendBytes('once', again);
	pair.sendBytes('twice', again, { expect: 'AlreadyProcessed' });
	const tampered = buildV1(pair, [pay()], roomy);
	tampered[tampered.length - 1] = (tampered[tampered.length - 1] as number) ^ 1;
	pair.sendBytes('a bad signature', tampered, { expect: 'SignatureFailure' });
}

export const v1Flows: readonly Flow[] = [{ name: 'Transactions of version 1', run: version1 }];
