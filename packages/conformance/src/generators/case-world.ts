/**
 * Parhelion's `LiteSVM`, interpreting and compiling, beside the npm package `litesvm`: all in the same state, given
 * the same steps, and everything that can be seen of them compared.
 *
 * An instance keeps its state from case to case (sysvars, programs it has loaded), so what a case touched is put back
 * afterwards as it was. Programs stay in the oracle's cache: an account that became executable is not taken away,
 * for the oracle ends the process when a cached program has no account.
 */
import {
	type AccountSharedData,
	createAccount,
	decodeTransaction,
	type FeatureSet,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import { findProgramAddress } from '@parhelion/svm';
import { Account, LiteSvm, FeatureSet as OracleFeatureSet } from 'litesvm/dist/internal.js';
import { FailedTransactionMetadata, FeatureSet as LiteFeatureSet, LiteSVM } from 'parhelion/node';
import { transactionErrorDebug } from '../oracle-bank.ts';
import { type FuzzCase, keysOf, messageOf, type Step, unsignedWire } from './case.ts';

/** What one side shows of a step. */
export interface Seen {
	/** Rust's `Debug` text of the error, or `ok`. */
	readonly outcome: string;
	readonly fee: bigint;
	/** CU. */
	readonly units: number;
	readonly signature: string;
	readonly logs: readonly string[];
	/** `program data`, or nothing. */
	readonly returned: string;
	/** `height program accounts data` of each inner instruction, by top-level instruction. */
	readonly inner: readonly string[];
}

/** Something that differs. */
export interface CaseDifference {
	/** Number of the step among the case's. */
	readonly step: number;
	readonly engine: Engine;
	/** Which field, or whose account. */
	readonly what: string;
	readonly ours: string;
	readonly oracle: string;
}

/** What came of a case. */
export interface CaseResult {
	/** Label and outcome of each transaction or program. */
	readonly outcomes: readonly (readonly [label: string, outcome: string])[];
	readonly difference: CaseDifference | null;
}

export type Engine = 'off' | 'eager';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** One in so many transactions is simulated before it is sent. */
const SIMULATED = 8;
/** Lamports of the payer in every case that names none of its own. */
const LAMPORTS = 10n ** 18n;

function newOracle(features: FeatureSet): LiteSvm {
	const theirs = new OracleFeatureSet();
	for (const [id, slot] of features.activeFeatures()) theirs.activate(id.bytes, slot);
	const oracle = LiteSvm.default();
	oracle.setFeatureSet(theirs);
	oracle.setBuiltins();
	oracle.setLamports(LAMPORTS);
	oracle.setSysvars();
	oracle.setDefaultPrograms();
	oracle.setPrecompiles();
	oracle.withNativeMints();
	oracle.setTransactionHistory(0n);
	return oracle;
}

function newOurs(features: FeatureSet, engine: Engine): LiteSVM {
	return LiteSVM.default()
		.withFeatureSet(new LiteFeatureSet(features))
		.withBuiltins()
		.withLamports(LAMPORTS)
		.withSysvars()
		.withDefaultPrograms()
		.withPrecompiles()
		.withNativeMints()
		.withTransactionHistory(0n)
		.withJit(engine);
}

/** The oracle and our engines in one state. */
export class CaseWorld {
	readonly features: FeatureSet;
	readonly #oracle: LiteSvm;
	readonly #ours: readonly (readonly [Engine, LiteSVM])[];
	/** Programs that came along: no case changes them. */
	readonly #fixed = new Set<string>();
	/** What the accounts that a case touches were like before it. */
	readonly #before = new Map<string, readonly [Pubkey, AccountSharedData | null]>();

	/** @param ours other features for our side: a test of the comparison itself. */
	constructor(features: FeatureSet, engines: readonly Engine[], ours: FeatureSet = features) {
		this.features = features;
		this.#oracle = newOracle(features);
		this.#ours = engines.map((engine) => [engine, newOurs(ours, engine)]);
		for (const id of Object.values(programIds)) {
			if (this.#oracle.getAccount(id.bytes)?.executable() === true) this.#fixed.add(id.key);
		}
	}

	/** An account as the oracle has it. */
	account(pubkey: Pubkey): AccountSharedData | null {
		const account = this.#oracle.getAccount(pubkey.bytes);
		if (account === null || account.lamports() === 0n) return null;
		return createAccount({
			lamports: account.lamports(),
			data: account.data(),
			owner: Pubkey.fromBytes(account.owner()),
			executable: account.executable(),
			rentEpoch: account.rentEpoch(),
		});
	}

	/** Lamports an account of so many bytes must hold. */
	minimumBalance(dataLen: number): bigint {
		return this.#oracle.minimumBalanceForRentExemption(BigInt(dataLen));
	}

	/** Runs a case up to the first difference, and puts back what it touched. */
	run({ steps, checks }: FuzzCase): CaseResult {
		const outcomes: [string, string][] = [];
		let difference: CaseDifference | null = null;
		this.#check(checks?.sigverify ?? false, checks?.blockhash ?? false);
		for (const [index, step] of steps.entries()) {
			difference = this.#step(index, step, outcomes);
			// What follows a refused program would find the one of another case.
			if (difference !== null || (step.kind === 'program' && outcomes.at(-1)![1] !== 'ok')) break;
		}
		difference ??= this.#compareAccounts(
			steps.length - 1,
			[...this.#before.values()].map(([key]) => key),
		);
		this.#restore();
		return { outcomes, difference };
	}

	#check(sigverify: boolean, blockhash: boolean): void {
		this.#oracle.setSigverify(sigverify);
		this.#oracle.setBlockhashCheck(blockhash);
		for (const [, svm] of this.#ours) svm.withSigverify(sigverify).withBlockhashCheck(blockhash);
	}

	#step(index: number, step: Step, outcomes: [string, string][]): CaseDifference | null {
		switch (step.kind) {
			case 'set':
				this.#touch(step.pubkey);
				this.#set(step.pubkey, step.account);
				return null;
			case 'program': {
				this.#touch(step.programId);
				if (step.loader.equals(programIds.bpfLoaderUpgradeable)) {
					this.#touch(findProgramAddress([step.programId.bytes], step.loader)!.address);
				}
				const oracle = verdict(() =>
					this.#oracle.addProgramWithLoader(step.programId.bytes, step.elf, step.loader.bytes),
				);
				outcomes.push(['program', oracle]);
				for (const [engine, svm] of this.#ours) {
					const ours = verdict(() =>
						svm.addProgramWithLoader(step.programId.toBase58(), step.elf, step.loader.toBase58()),
					);
					if (ours !== oracle) return { step: index, engine, what: 'verdict', ours, oracle };
				}
				return null;
			}
			case 'send': {
				const message = messageOf(step);
				const keys = keysOf(message, step.tables ?? []);
				return this.#send(index, step.label, unsignedWire(message), keys, outcomes);
			}
			default: {
				const decoded = decodeTransaction(step.bytes);
				if (!decoded.ok) {
					outcomes.push([step.label, 'undecodable']);
					return null;
				}
				const keys = [...keysOf(decoded.value.message, []), ...step.watched];
				return this.#send(index, step.label, step.bytes, keys, outcomes);
			}
		}
	}

	#send(
		index: number,
		label: string,
		wire: Uint8Array,
		keys: readonly Pubkey[],
		outcomes: [string, string][],
	): CaseDifference | null {
		for (const key of keys) this.#touch(key);
		const simulated = this.#simulate(index, wire);
		if (simulated !== null) return simulated;
		const oracle = this.#sendToOracle(wire);
		outcomes.push([label, oracle.outcome]);
		for (const [engine, svm] of this.#ours) {
			const ours = sendToOurs(svm, wire);
			for (const field of FIELDS) {
				const [one, other] = [fieldText(ours, field), fieldText(oracle, field)];
				if (one !== other) return { step: index, engine, what: field, ours: one, oracle: other };
			}
		}
		return this.#compareAccounts(index, keys);
	}

	/** Simulates some of the transactions first; the text of an outcome has everything that can be asked of it. */
	#simulate(step: number, wire: Uint8Array): CaseDifference | null {
		if ((step + wire.length) % SIMULATED !== 0) return null;
		const oracle = String(this.#oracle.simulateVersionedTransaction(wire));
		for (const [engine, svm] of this.#ours) {
			const ours = String(svm.simulateTransaction(wire));
			if (ours !== oracle) return { step, engine, what: 'simulation', ours, oracle };
		}
		return null;
	}

	#sendToOracle(wire: Uint8Array): Seen {
		const result = this.#oracle.sendVersionedTransaction(wire);
		const failed = 'err' in result;
		const meta = failed ? result.meta() : result;
		const text = String(result);
		const returned = meta.returnData();
		return {
			outcome: failed ? (/err: (.*?), meta: TransactionMetadata/s.exec(text)?.[1] ?? text) : 'ok',
			fee: BigInt(/\bfee: (\d+) \}/.exec(text)?.[1] ?? -1),
			units: Number(meta.computeUnitsConsumed()),
			signature: hex(meta.signature()),
			logs: meta.logs(),
			returned: `${hex(returned.programId())} ${hex(returned.data())}`,
			inner: meta.innerInstructions().map((list) =>
				list
					.map((one) => {
						const instruction = one.instruction();
						return `${one.stackHeight()} ${instruction.programIdIndex()} ${hex(instruction.accounts())} ${hex(instruction.data())}`;
					})
					.join('\n'),
			),
		};
	}

	#compareAccounts(step: number, keys: readonly Pubkey[]): CaseDifference | null {
		for (const key of keys) {
			if (this.#fixed.has(key.key)) continue;
			const theirs = this.#oracle.getAccount(key.bytes);
			const address = key.toBase58();
			for (const [engine, svm] of this.#ours) {
				const found = svm.getAccount(address);
				const isThere = theirs !== null;
				const isSame =
					found.exists === isThere &&
					(!found.exists ||
						theirs === null ||
						(found.lamports === theirs.lamports() &&
							found.executable === theirs.executable() &&
							found.programAddress === Pubkey.fromBytes(theirs.owner()).toBase58() &&
							Buffer.compare(found.data, theirs.data()) === 0));
				if (isSame) continue;
				return {
					step,
					engine,
					what: `account ${address}`,
					ours: found.exists
						? accountText(found.lamports, found.programAddress, found.executable, found.data)
						: 'none',
					oracle:
						theirs === null
							? 'none'
							: accountText(
									theirs.lamports(),
									Pubkey.fromBytes(theirs.owner()).toBase58(),
									theirs.executable(),
									theirs.data(),
								),
				};
			}
		}
		return null;
	}

	#touch(pubkey: Pubkey): void {
		if (this.#fixed.has(pubkey.key)) return;
		if (!this.#before.has(pubkey.key)) this.#before.set(pubkey.key, [pubkey, this.account(pubkey)]);
	}

	#set(pubkey: Pubkey, account: AccountSharedData): void {
		const { lamports, data, owner, executable } = account;
		this.#oracle.setAccount(pubkey.bytes, new Account(lamports, data, owner.bytes, executable, 0n));
		const address = pubkey.toBase58();
		for (const [, svm] of this.#ours) {
			svm.setAccount({
				address,
				lamports,
				data,
				programAddress: owner.toBase58(),
				executable,
			});
		}
	}

	#restore(): void {
		for (const [pubkey, account] of this.#before.values()) {
			// What is left of a program may be one that does not load.
			if (account?.executable === true) continue;
			const now = this.#oracle.getAccount(pubkey.bytes);
			if (account !== null) {
				if (now === null || !isSameAccount(now, account)) this.#set(pubkey, account);
			} else if (now !== null && !now.executable()) {
				this.#set(pubkey, createAccount({}));
			}
		}
		this.#before.clear();
	}
}

function isSameAccount(one: Account, other: AccountSharedData): boolean {
	return (
		one.lamports() === other.lamports &&
		one.executable() === other.executable &&
		Buffer.compare(one.owner(), other.owner.bytes) === 0 &&
		Buffer.compare(one.data(), other.data) === 0
	);
}

const FIELDS = ['outcome', 'logs', 'units', 'fee', 'returned', 'inner', 'signature'] as const;

function fieldText(seen: Seen, field: (typeof FIELDS)[number]): string {
	const value = seen[field];
	return typeof value === 'object' ? value.join('\n') : String(value);
}

function accountText(lamports: bigint, owner: string, executable: boolean, data: Uint8Array): string {
	return `${lamports} lamports of ${owner}${executable ? ', executable' : ''}, ${data.length} bytes ${hex(data)}`;
}

function verdict(add: () => void): string {
	try {
		add();
		return 'ok';
	} catch (thrown) {
		if (!(thrown instanceof Error)) throw thrown;
		return thrown.message.replace('Failed to add program: ', '');
	}
}

function sendToOurs(svm: LiteSVM, wire: Uint8Array): Seen {
	const result = svm.sendTransaction(wire);
	const isFailed = result instanceof FailedTransactionMetadata;
	const facts = (isFailed ? result.meta() : result).toFacts();
	return {
		outcome: isFailed ? transactionErrorDebug(result.transactionError()) : 'ok',
		fee: facts.fee,
		units: facts.computeUnitsConsumed,
		signature: hex(facts.signature),
		logs: facts.logs,
		returned: `${hex(facts.returnData.programId.bytes)} ${hex(facts.returnData.data)}`,
		inner: facts.innerInstructions.map((list) =>
			list
				.map(
					({ instruction: { programIdIndex, accounts, data }, stackHeight }) =>
						`${stackHeight} ${programIdIndex} ${hex(accounts)} ${hex(data)}`,
				)
				.join('\n'),
		),
	};
}
