/**
 * The ZK ElGamal proof program on the SVM and on the oracle: valid proofs, and what is refused. Proofs and accounts
 * changed at random are a target of the fuzzer.
 */

import { sha256, ZK_PROOFS } from '@parhelion/crypto';
import { compileLegacyMessage, FeatureSet, featureId, Hash, Pubkey, programIds } from '@parhelion/sdk';
import { describe, expect, it } from 'vitest';
import { CONTEXT_META_LENGTH, GOLDEN_PROOFS, type GoldenProof } from './oracle/zk-proofs.ts';
import { type OracleAccount, OracleBank } from './oracle-bank.ts';

const key = (name: string): Pubkey => Pubkey.fromBytes(sha256(new TextEncoder().encode(`zk-oracle ${name}`)));
const payer = key('payer');
const proofAccount = key('proof');
const contextAccount = key('context');
const authority = key('authority');
const destination = key('destination');
const ZK = programIds.zkElgamalProof;

/** One of each kind. */
const KINDS = ZK_PROOFS.map((proof) => GOLDEN_PROOFS.find((golden) => golden.proof === proof)!);

interface Meta {
	readonly pubkey: Pubkey;
	readonly isSigner?: boolean;
	readonly isWritable?: boolean;
}

const bytes = (...parts: readonly (number | Uint8Array)[]): Uint8Array =>
	Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));

function u32(value: number): Uint8Array {
	const out = new Uint8Array(4);
	new DataView(out.buffer).setUint32(0, value, true);
	return out;
}

/** Both sides, and what they were made to agree on. */
class Duel {
	readonly bank: OracleBank;

	constructor(featureSet?: FeatureSet) {
		this.bank = new OracleBank(featureSet);
		this.bank.set(payer, 2n ** 60n);
	}

	/** Runs an instruction with so many CU on both sides and compares everything. */
	run(
		data: Uint8Array,
		metas: readonly Meta[] = [],
		units = 1_400_000,
		programId: Pubkey = ZK,
	): { outcome: string; logs: readonly string[]; units: bigint } {
		const limit = { programId: programIds.computeBudget, accounts: [], data: bytes(2, u32(units)) };
		const accounts = metas.map((meta) => ({ isSigner: false, isWritable: false, ...meta }));
		const message = compileLegacyMessage(payer, [limit, { programId, accounts, data }], Hash.default);
		const signatures = Array.from({ length: message.header.numRequiredSignatures }, () => new Uint8Array(64));
		const transaction = { signatures, message };
		const theirs = this.bank.sendToOracle(transaction);
		expect(this.bank.sendToOurs(transaction)).toEqual(theirs);
		for (const { pubkey } of [{ pubkey: payer }, ...metas]) this.account(pubkey);
		return theirs;
	}

	/** An account that both sides have the same. */
	account(pubkey: Pubkey): OracleAccount {
		const theirs = this.bank.theirs(pubkey);
		expect(this.bank.ours(pubkey)).toEqual(theirs);
		return theirs;
	}

	setContext(length: number, fill: Uint8Array = new Uint8Array(), owner: Pubkey = ZK): void {
		const data = new Uint8Array(length);
		data.set(fill.subarray(0, length));
		this.bank.set(contextAccount, 50_000_000n, data, owner);
	}
}

const CONTEXT: Meta = { pubkey: contextAccount, isWritable: true };
const AUTHORITY: Meta = { pubkey: authority };
const stateLength = (golden: GoldenProof): number => CONTEXT_META_LENGTH + golden.proof.contextLength;
const instruction = (golden: GoldenProof): Uint8Array => bytes(golden.type, golden.data);

describe('a valid proof', () => {
	const duel = new Duel();
	it.each(GOLDEN_PROOFS)('is accepted: $name', (golden) => {
		expect(duel.run(instruction(golden)).outcome).toBe('ok');

		duel.setContext(stateLength(golden));
		expect(duel.run(instruction(golden), [CONTEXT, AUTHORITY]).outcome).toBe('ok');
		const statement = golden.data.subarray(0, golden.proof.contextLength);
		const state = bytes(authority.bytes, golden.type, statement);
		expect(duel.account(contextAccount)?.data).toBe(Buffer.from(state).toString('hex'));

		duel.bank.set(proofAccount, 50_000_000n, bytes(1, 2, 3, golden.data, 4));
		duel.setContext(stateLength(golden));
		const metas = [{ pubkey: proofAccount }, CONTEXT, AUTHORITY];
		expect(duel.run(bytes(golden.type, u32(3)), metas).outcome).toBe('ok');
		expect(duel.account(contextAccount)?.data).toBe(Buffer.from(state).toString('hex'));
		expect(duel.run(bytes(golden.type, u32(3)), [{ pubkey: proofAccount }]).outcome).toBe('ok');
		expect(duel.run(bytes(golden.type, u32(4)), [{ pubkey: proofAccount }]).outcome).not.toBe('ok');
		expect(duel.run(bytes(golden.type, u32(5)), [{ pubkey: proofAccount }]).outcome).toBe(
			'InstructionError(1, InvalidAccountData)',
		);
	});
});

describe('compute units', () => {
	const duel = new Duel();
	it.each(KINDS)('are charged first: $name', (golden) => {
		const { units } = duel.run(instruction(golden));
		expect(duel.run(instruction(golden), [], Number(units)).outcome).toBe('ok');
		expect(duel.run(instruction(golden), [], Number(units) - 1).outcome).toBe(
			'InstructionError(1, ComputationalBudgetExceeded)',
		);
	});
	it('are charged for closing', () => {
		for (const units of [150, 3449, 3450]) duel.run(bytes(0), [], units);
	});
});

describe('instructions that are refused', () => {
	const duel = new Duel();
	it('for their data', () => {
		for (const data of [bytes(), bytes(13), bytes(255), bytes(13, 0, 0, 0, 0)]) {
			expect(duel.run(data).outcome).toBe('InstructionError(1, InvalidInstructionData)');
		}
		for (const { type, data } of KINDS) {
			duel.run(bytes(type));
			duel.run(bytes(type, data.subarray(1)));
			duel.run(bytes(type, data, 0));
			duel.run(bytes(type, u32(0)));
			duel.bank.set(proofAccount, 50_000_000n, data);
			for (const offset of [0, 1, 2 ** 32 - 1])
				duel.run(bytes(type, u32(offset)), [{ pubkey: proofAccount }]);
		}
	});
	it('for the context account', () => {
		const golden = KINDS[0]!;
		const length = stateLength(golden);
		const run = (metas: readonly Meta[]): string => duel.run(instruction(golden), metas).outcome;
		for (const wrong of [0, 32, 33, length - 1, length + 1]) {
			duel.setContext(wrong);
			expect(run([CONTEXT, AUTHORITY])).toBe('InstructionError(1, InvalidAccountData)');
		}
		duel.setContext(length, new Uint8Array(), programIds.systemProgram);
		expect(run([CONTEXT, AUTHORITY])).toBe('InstructionError(1, InvalidAccountOwner)');
		duel.setContext(length, bytes(new Uint8Array(32), 1));
		expect(run([CONTEXT, AUTHORITY])).toBe('InstructionError(1, AccountAlreadyInitialized)');
		duel.setContext(length);
		expect(run([{ pubkey: contextAccount }, AUTHORITY])).toBe('InstructionError(1, ReadonlyDataModified)');
		expect(run([CONTEXT])).toBe('ok');
		expect(run([CONTEXT, CONTEXT])).toBe('ok');
		expect(run([CONTEXT, AUTHORITY, AUTHORITY])).toBe('InstructionError(1, AccountAlreadyInitialized)');
		// The proof may be in the account that takes the statement, if its size fits.
		duel.bank.set(contextAccount, 50_000_000n, new Uint8Array(length), ZK);
		duel.run(bytes(golden.type, u32(0)), [CONTEXT, CONTEXT, AUTHORITY]);
	});
});

describe('closing a context state', () => {
	const duel = new Duel();
	const state = (type: number): Uint8Array => bytes(authority.bytes, type, new Uint8Array(96));
	const TO: Meta = { pubkey: destination, isWritable: true };
	const SIGNER: Meta = { pubkey: authority, isSigner: true };
	const close = (metas: readonly Meta[]): string => duel.run(bytes(0), metas).outcome;

	it('moves the lamports and gives the account back', () => {
		duel.setContext(129, state(1));
		duel.bank.set(destination, 1_000_000n);
		expect(close([CONTEXT, TO, SIGNER])).toBe('ok');
		expect(duel.account(contextAccount)).toBeNull();
		expect(duel.account(destination)?.lamports).toBe(51_000_000n);
	});
	it('is refused as upstream does', () => {
		duel.setContext(129, state(7));
		for (const metas of [[], [CONTEXT], [CONTEXT, TO]]) expect(close(metas)).toMatch('MissingAccount');
		expect(close([CONTEXT, TO, AUTHORITY])).toMatch('MissingRequiredSignature');
		expect(close([CONTEXT, CONTEXT, SIGNER])).toMatch('InvalidInstructionData');
		expect(close([CONTEXT, TO, { pubkey: payer, isSigner: true, isWritable: true }])).toMatch(
			'InvalidAccountOwner',
		);
		expect(close([{ pubkey: contextAccount }, TO, SIGNER])).toMatch('Readonly');
		expect(close([CONTEXT, { pubkey: destination }, SIGNER])).toMatch('ReadonlyLamportChange');
		duel.setContext(129, state(0));
		expect(close([CONTEXT, TO, SIGNER])).toMatch('UninitializedAccount');
		duel.setContext(32, state(1));
		expect(close([CONTEXT, TO, SIGNER])).toMatch('InvalidAccountData');
		duel.setContext(129, state(1), programIds.systemProgram);
		expect(close([CONTEXT, TO, SIGNER])).toMatch('InvalidAccountOwner');
		duel.setContext(33, state(200));
		expect(close([CONTEXT, TO, SIGNER])).toBe('ok');
	});
});

describe('the features', () => {
	const DISABLE = featureId('disable_zk_elgamal_proof_program');
	const REENABLE = featureId('reenable_zk_elgamal_proof_program');
	const disabled = FeatureSet.mainnet();
	disabled.deactivate(REENABLE);
	const neither = FeatureSet.mainnet();
	neither.deactivate(REENABLE);
	neither.deactivate(DISABLE);
	const golden = KINDS[0]!;

	it('switch the program off', () => {
		const { outcome, logs } = new Duel(disabled).run(instruction(golden));
		expect(outcome).toBe('InstructionError(1, InvalidInstructionData)');
		expect(logs.join()).toMatch('temporarily disabled');
	});
	it.each([
		['neither is active', neither],
		['all are', FeatureSet.allEnabled()],
	] as const)('leave it on where %s', (_, features) => {
		expect(new Duel(features).run(instruction(golden)).outcome).toBe('ok');
	});
	it('bring the retired ZK Token proof program, which charges nothing and is refused for it', () => {
		const { outcome, logs } = new Duel(FeatureSet.allEnabled()).run(
			bytes(1),
			[],
			1000,
			programIds.zkTokenProof,
		);
		expect(outcome).toBe('InstructionError(1, BuiltinProgramsMustConsumeComputeUnits)');
		expect(logs.at(-1)).toMatch('success');
	});
});
