/**
 * Runs one flow of transactions on Parhelion and on the oracle, and compares everything a client can see.
 *
 * Owns: the pair of engines, what is observed of a transaction, and the comparison of accounts.
 * A flow names for each step the outcome it expects, so that a failing variant is known to fail for
 * the reason in its name, on the oracle as well.
 */
import { getTransactionDecoder } from '@solana/kit';
import {
	type AddressLookupTableAccount,
	Keypair,
	PublicKey,
	Transaction,
	type TransactionInstruction,
	TransactionMessage,
	VersionedTransaction,
} from '@solana/web3.js';
import { LiteSVM as Oracle, FeatureSet as OracleFeatureSet } from 'litesvm';
import { FeatureSet, type LiteSVM } from 'parhelion';

/** The part of the two engines' shape that the flows use; the oracle's own declaration is the measure. */
export type Engine = Oracle;

/** The feature sets that every flow is run under: mainnet-beta's, and every feature that Agave 4.3.0 knows. */
export type FeatureSetName = 'mainnet' | 'all';
export const FEATURE_SETS: readonly FeatureSetName[] = ['mainnet', 'all'];

/** What a client sees of one transaction. */
export interface Observed {
	/** Rust's `Debug` text of the error, or `ok`. */
	readonly outcome: string;
	/** The whole result as the engine prints it. */
	readonly text: string;
	readonly signature: string;
	readonly logs: readonly string[];
	readonly computeUnits: bigint;
	readonly returnData: { readonly programId: string; readonly data: string };
	readonly inner: readonly (readonly string[])[];
}

/** An account as compared: every field, data as hex. */
export type ObservedAccount = {
	readonly lamports: bigint;
	readonly owner: string;
	readonly executable: boolean;
	readonly data: string;
} | null;

/** One difference between the engines. */
export interface Difference {
	readonly step: string;
	readonly what: string;
	readonly ours: unknown;
	readonly oracle: unknown;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A key pair that is the same in every run: seeded by a name. */
export function namedKeypair(name: string): Keypair {
	const seed = new Uint8Array(32);
	new TextEncoder().encodeInto(name, seed);
	return Keypair.fromSeed(seed);
}

type EngineResult = ReturnType<Oracle['sendTransaction']>;

/** Reads everything out of an engine's result. */
export function observe(result: EngineResult): Observed {
	const failed = 'err' in result;
	const meta = failed ? result.meta() : result;
	const text = String(result);
	const outcome = failed ? (/err: (.*?), meta: TransactionMetadata/s.exec(text)?.[1] ?? text) : 'ok';
	const returned = meta.returnData();
	return {
		outcome,
		text,
		signature: hex(meta.signature()),
		logs: meta.logs(),
		computeUnits: meta.computeUnitsConsumed(),
		returnData: { programId: hex(returned.programId()), data: hex(returned.data()) },
		inner: meta
			.innerInstructions()
			.map((list) =>
				list.map(
					(i) =>
						`${i.stackHeight()} ${i.instruction().programIdIndex()} ${hex(i.instruction().accounts())} ${hex(i.instruction().data())}`,
				),
			),
	};
}

/** How a step's transaction is made different from an ordinary one. */
export interface SendOptions {
	/** Rust's `Debug` text of the expected error; `ok` unless given. */
	readonly expect?: string;
	readonly signers?: readonly Keypair[];
	/** Makes a v0 transaction that looks addresses up in these tables. */
	readonly lookupTables?: readonly AddressLookupTableAccount[];
	readonly blockhash?: string;
	/** Changes the signed bytes before they are sent. */
	readonly tamper?: (bytes: Uint8Array) => Uint8Array;
	readonly feePayer?: Keypair;
	/** Simulates instead of sending. */
	readonly simulate?: boolean;
}

/** Parhelion and the oracle side by side, in the same state. */
export class Pair {
	readonly ours: Engine;
	readonly oracle: Oracle;
	readonly payer: Keypair = namedKeypair('payer');
	readonly differences: Difference[] = [];
	/** Steps done, each with the outcome on the oracle and the one that the flow expects. */
	readonly steps: { readonly name: string; readonly outcome: string; readonly expected: string }[] = [];
	readonly #touched = new Set<string>();

	/** `make` builds our engine, which has the oracle's shape; `features` are then those of both. */
	constructor(make: () => LiteSVM, features: FeatureSetName = 'mainnet') {
		const ours = make();
		this.ours = ours as unknown as Engine;
		this.oracle = new Oracle();
		if (features === 'all') {
			ours.withFeatureSet(FeatureSet.allEnabled()).withBuiltins().withSysvars().withDefaultPrograms();
			const oracle = this.oracle.withFeatureSet(OracleFeatureSet.allEnabled());
			oracle.withBuiltins().withSysvars().withDefaultPrograms();
		}
		this.fund(this.payer.publicKey, 1_000_000_000_000n);
	}

	/** Calls both engines with the same words. */
	both(change: (engine: Engine) => void): void {
		change(this.ours);
		change(this.oracle);
	}

	/** Gives an address lamports as a system account. */
	fund(address: PublicKey, lamports: bigint): void {
		this.setAccount(address, { lamports, data: new Uint8Array(), owner: PublicKey.default });
	}

	/** Writes one account into both engines. */
	setAccount(
		address: PublicKey,
		account: { lamports: bigint; data: Uint8Array; owner: PublicKey; executable?: boolean },
	): void {
		const value = {
			address: address.toBase58(),
			lamports: account.lamports,
			data: account.data,
			programAddress: account.owner.toBase58(),
			executable: account.executable ?? false,
			space: BigInt(account.data.length),
		} as unknown as Parameters<Engine['setAccount']>[0];
		this.both((engine) => engine.setAccount(value));
		this.#touched.add(address.toBase58());
	}

	/** An account's data as the oracle has it. */
	data(address: PublicKey): Uint8Array {
		const account = this.oracle.getAccount(address.toBase58() as Parameters<Oracle['getAccount']>[0]);
		return account.exists ? account.data : new Uint8Array();
	}

	/** The bytes of a signed transaction of these instructions. */
	build(instructions: readonly TransactionInstruction[], options: SendOptions = {}): Uint8Array {
		const payer = options.feePayer ?? this.payer;
		const signers = [payer, ...(options.signers ?? []).filter((s) => !s.publicKey.equals(payer.publicKey))];
		const recentBlockhash = options.blockhash ?? this.oracle.latestBlockhash();
		for (const instruction of instructions) {
			for (const key of instruction.keys) this.#touched.add(key.pubkey.toBase58());
		}
		let bytes: Uint8Array;
		if (options.lookupTables) {
			const message = new TransactionMessage({
				payerKey: payer.publicKey,
				recentBlockhash,
				instructions: [...instructions],
			}).compileToV0Message([...options.lookupTables]);
			const transaction = new VersionedTransaction(message);
			transaction.sign([...signers]);
			bytes = transaction.serialize();
		} else {
			const transaction = new Transaction({
				feePayer: payer.publicKey,
				blockhash: recentBlockhash,
				lastValidBlockHeight: 0,
			}).add(...instructions);
			transaction.sign(...signers);
			bytes = transaction.serialize({ requireAllSignatures: false, verifySignatures: false });
		}
		return options.tamper ? options.tamper(bytes) : bytes;
	}

	/** Sends one transaction to both engines and compares what comes back and what it leaves behind. */
	send(name: string, instructions: readonly TransactionInstruction[], options: SendOptions = {}): Observed {
		return this.sendBytes(name, this.build(instructions, options), options);
	}

	/** Sends ready-made wire bytes to both engines. */
	sendBytes(name: string, bytes: Uint8Array, options: SendOptions = {}): Observed {
		const transaction = getTransactionDecoder().decode(bytes);
		const run = (engine: Engine): Observed => {
			if (!options.simulate) return observe(engine.sendTransaction(transaction));
			const result = engine.simulateTransaction(transaction);
			return observe('err' in result ? result : result.meta());
		};
		const oracle = run(this.oracle);
		const ours = run(this.ours);
		this.steps.push({ name, outcome: oracle.outcome, expected: options.expect ?? 'ok' });
		for (const key of Object.keys(oracle) as (keyof Observed)[])
			this.#compare(name, key, ours[key], oracle[key]);
		this.compareAccounts(name);
		return oracle;
	}

	/** Compares every account that the flow has touched so far. */
	compareAccounts(step: string): void {
		for (const address of this.#touched) {
			this.#compare(step, address, readAccount(this.ours, address), readAccount(this.oracle, address));
		}
	}

	#compare(step: string, what: string, ours: unknown, oracle: unknown): void {
		const text = (value: unknown): string =>
			JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v));
		if (text(ours) !== text(oracle)) this.differences.push({ step, what, ours, oracle });
	}
}

function readAccount(engine: Engine, address: string): ObservedAccount {
	const account = engine.getAccount(address as Parameters<Engine['getAccount']>[0]);
	if (!account.exists) return null;
	return {
		lamports: account.lamports,
		owner: account.programAddress,
		executable: account.executable,
		data: hex(account.data),
	};
}

/** A named sequence of transactions. */
export interface Flow {
	readonly name: string;
	run(pair: Pair): void;
}
