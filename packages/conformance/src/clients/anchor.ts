/**
 * Anchor's provider and `Program` over {@link LiteConnection}, with programs that Anchor built.
 *
 * Owns the steps that an Anchor client takes: call, simulate, read the error, fetch, filter, subscribe, send several. The library
 * and the programs (two of the checkout `anchor-litesvm`, one of which calls the other) are other people's; both
 * are read from the folder of the client suites.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LiteConnection, LiteSVM } from 'parhelion/node';
import type { Engine } from '../suite.ts';
import { runSteps, type Steps } from './steps.ts';
import type { TestOutcome } from './test-results.ts';

const PROGRAMS = 'anchor-litesvm/tests/anchor-example';
const ENDURANCE_MS = 5_000;

interface Key {
	toBase58(): string;
	equals(other: Key): boolean;
}

interface Signer {
	readonly publicKey: Key;
}

interface BigNumber {
	eqn(value: number): boolean;
	toArrayLike(type: typeof Buffer, endian: 'le', length: number): Buffer;
}

/** What the program's account type holds. */
interface Data {
	readonly data: BigNumber;
}

interface Call {
	accounts(accounts: Readonly<Record<string, Key>>): Call;
	signers(signers: readonly Signer[]): Call;
	rpc(options?: object): Promise<string>;
	simulate(): Promise<{ readonly raw: readonly string[] }>;
	transaction(): Promise<object>;
	instruction(): Promise<object>;
}

interface AnchorProgram {
	readonly programId: Key;
	readonly methods: Readonly<Record<string, (...args: unknown[]) => Call>>;
	readonly account: {
		readonly data: {
			fetch(address: Key): Promise<Data>;
			fetchNullable(address: Key): Promise<Data | null>;
			fetchMultiple(addresses: readonly Key[]): Promise<(Data | null)[]>;
			all(filters?: readonly object[]): Promise<readonly object[]>;
			subscribe(
				address: Key,
				commitment: string,
			): { on(event: string, listener: (data: Data) => void): void };
			unsubscribe(address: Key): Promise<void>;
		};
	};
}

interface Provider {
	sendAndConfirm(transaction: object): Promise<string>;
	sendAll(transactions: readonly { readonly tx: object }[]): Promise<string[]>;
	simulate(transaction: object): Promise<{ readonly unitsConsumed?: number }>;
}

/** The part of `@coral-xyz/anchor` that the steps use. */
interface Anchor {
	readonly AnchorProvider: new (connection: object, wallet: Signer, options: object) => Provider;
	readonly Program: {
		new (idl: unknown, provider: Provider): AnchorProgram;
		fetchIdl(programId: Key, provider: Provider): Promise<unknown>;
	};
	readonly Wallet: new (payer: Signer) => Signer;
	readonly BN: new (value: number) => BigNumber;
	readonly AnchorError: new (
		...args: never[]
	) => Error & { readonly error: { readonly errorCode: { readonly code: string } } };
	readonly utils: { readonly bytes: { readonly bs58: { encode(bytes: Uint8Array): string } } };
	readonly web3: {
		readonly Keypair: { generate(): Signer };
		readonly PublicKey: (new (bytes: string | Uint8Array) => Key) & { unique(): Key };
		readonly SendTransactionError: new (fields: {
			signature: string;
			transactionMessage: string;
			logs?: string[];
		}) => Error;
		readonly TransactionMessage: new (fields: object) => { compileToV0Message(): object };
		readonly VersionedTransaction: new (message: object) => object;
	};
}

/** Why the steps cannot be run from `root`; `null` where they can. */
export function anchorIsMissing(root: string): string | null {
	if (!existsSync(join(root, PROGRAMS, 'puppet.json'))) return `${root} has no checkout of anchor-litesvm`;
	try {
		createRequire(join(root, 'package.json')).resolve('@coral-xyz/anchor');
		return null;
	} catch {
		return `@coral-xyz/anchor is not installed in ${root}`;
	}
}

/** Runs every step. */
export async function anchorSteps(root: string, engine: Engine): Promise<TestOutcome[]> {
	const anchor = createRequire(join(root, 'package.json'))('@coral-xyz/anchor') as Anchor;
	return runSteps('anchor.ts', stepsOf(anchor, root, engine));
}

function stepsOf(anchor: Anchor, root: string, engine: Engine): Steps {
	const { AnchorError, AnchorProvider, BN, Program, utils, Wallet, web3 } = anchor;
	const { Keypair, PublicKey, SendTransactionError } = web3;
	const svm = new LiteSVM().withJit(engine === 'jit' ? 'eager' : 'off');
	const idlOf = (name: string): { address: string } =>
		JSON.parse(readFileSync(join(root, PROGRAMS, `${name}.json`), 'utf8')) as { address: string };
	for (const name of ['puppet', 'puppet_master']) {
		svm.addProgramFromFile(idlOf(name).address, join(root, PROGRAMS, `target/deploy/${name}.so`));
	}
	const connection = new LiteConnection(svm, { PublicKey, SendTransactionError });
	const wallet = new Wallet(Keypair.generate());
	const provider = new AnchorProvider(connection, wallet, { commitment: 'confirmed' });
	const puppet = new Program(idlOf('puppet'), provider);
	const master = new Program(idlOf('puppet_master'), provider);
	const [first, second] = [Keypair.generate(), Keypair.generate()];
	const { data } = puppet.account;

	const initialize = (account: Signer): Call =>
		puppet.methods['initialize']!()
			.accounts({ puppet: account.publicKey, user: wallet.publicKey })
			.signers([account]);
	const setData = (value: number, account: Key = first.publicKey): Call =>
		puppet.methods['setData']!(new BN(value)).accounts({ puppet: account });
	const holds = async (value: number, account: Key = first.publicKey): Promise<void> =>
		assert.equal((await data.fetch(account)).data.eqn(value), true);
	const isNotInitialized = (error: unknown): boolean =>
		error instanceof AnchorError && error.error.errorCode.code === 'AccountNotInitialized';

	return {
		'calls a program that makes an account': async () => {
			await connection.requestAirdrop(wallet.publicKey, 10_000_000_000);
			await initialize(first).rpc();
			await setData(123_456).rpc();
			await holds(123_456);
		},
		'reads the error of a program': () =>
			assert.rejects(setData(1, PublicKey.unique()).rpc(), isNotInitialized),
		'fails without preflight': () =>
			assert.rejects(setData(1, PublicKey.unique()).rpc({ skipPreflight: true }), Error),
		'simulates without effect': async () => {
			assert.ok((await setData(9).simulate()).raw.length > 0);
			await holds(123_456);
		},
		'fails to simulate': () => assert.rejects(setData(9, PublicKey.unique()).simulate(), Error),
		'calls a program that calls another': async () => {
			const accounts = { puppet: first.publicKey, puppetProgram: puppet.programId };
			await master.methods['pullStrings']!(new BN(111)).accounts(accounts).rpc();
			await holds(111);
		},
		'fetches several accounts': async () => {
			await initialize(second).rpc();
			const [a, none, b] = await data.fetchMultiple([first.publicKey, PublicKey.unique(), second.publicKey]);
			assert.deepEqual([a?.data.eqn(111), none, b?.data.eqn(0)], [true, null, true]);
			assert.equal(await data.fetchNullable(PublicKey.unique()), null);
		},
		'finds accounts of a type, and by their content': async () => {
			assert.equal((await data.all()).length, 2);
			const bytes = utils.bytes.bs58.encode(new BN(111).toArrayLike(Buffer, 'le', 8));
			assert.equal((await data.all([{ memcmp: { offset: 8, bytes } }])).length, 1);
		},
		'is told of a change': async () => {
			let timer: NodeJS.Timeout | undefined;
			const change = new Promise<Data>((resolve, reject) => {
				data.subscribe(first.publicKey, 'confirmed').on('change', resolve);
				timer = setTimeout(() => reject(new Error('nothing was told')), ENDURANCE_MS);
			});
			await setData(55).rpc();
			assert.equal((await change).data.eqn(55), true);
			clearTimeout(timer);
			await data.unsubscribe(first.publicKey);
		},
		'sends a transaction through the provider': async () => {
			await provider.sendAndConfirm(await setData(66).transaction());
			await holds(66);
		},
		'sends a versioned transaction': async () => {
			const { blockhash } = await connection.getLatestBlockhash();
			const message = new web3.TransactionMessage({
				payerKey: wallet.publicKey,
				recentBlockhash: blockhash,
				instructions: [await setData(67).instruction()],
			});
			await provider.sendAndConfirm(new web3.VersionedTransaction(message.compileToV0Message()));
			await holds(67);
		},
		'sends several': async () => {
			const transactions = [{ tx: await setData(70).transaction() }, { tx: await setData(71).transaction() }];
			assert.equal((await provider.sendAll(transactions)).length, 2);
			await holds(71);
		},
		'simulates through the provider': async () => {
			assert.ok((await provider.simulate(await setData(72).transaction())).unitsConsumed! > 0);
			await holds(71);
		},
		'finds no IDL where none was stored': async () => {
			assert.equal(await Program.fetchIdl(puppet.programId, provider), null);
		},
	};
}
