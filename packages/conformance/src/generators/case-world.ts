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
import { Account, type LiteSvm } from 'litesvm/dist/internal.js';
import type { LiteSVM } from 'parhelion/node';
import { type FuzzCase, keysOf, messageOf, type Step, unsignedWire } from './case.ts';
import {
	accountText,
	type Engine,
	FIELDS,
	fieldText,
	isSameAccount,
	newOracle,
	newOurs,
	sendToOracle,
	sendToOurs,
	verdict,
} from './case-sides.ts';

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

/** Label of a program that was added. */
export const PROGRAM_ADDED = 'program';
/** Outcome of wire bytes that are no transaction: nobody is sent them. */
export const UNDECODABLE = 'undecodable';

/** One in so many transactions is simulated before it is sent. */
const SIMULATED = 8;

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
				outcomes.push([PROGRAM_ADDED, oracle]);
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
					outcomes.push([step.label, UNDECODABLE]);
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
		const oracle = sendToOracle(this.#oracle, wire);
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
