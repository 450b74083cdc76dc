import { readFileSync } from 'node:fs';
import { ZK_PROOFS } from '@parhelion/crypto';
import { InstructionError, programIds, TransactionError } from '@parhelion/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { key, MemoryBank, meta, type Outcome } from '../../test/memory-bank.ts';
import { CLOSE_CONTEXT_STATE_COMPUTE_UNITS } from './zk-elgamal-proof.ts';

const payer = key('payer');
const context = key('context');
const authority = key('authority');
const holder = key('holder');
const ZK = programIds.zkElgamalProof;
const NAME = ZK.toBase58();

/** A valid proof that a key is one: 32 bytes of statement. */
const PUBKEY_VALIDITY = 4;
const golden = (
	JSON.parse(
		readFileSync(new URL('../../../crypto/src/zk/golden-proofs.json', import.meta.url), 'utf8'),
	) as readonly { readonly proof: string; readonly data: string }[]
).find(({ proof }) => proof === 'PubkeyValidity')!;
const proof = Uint8Array.from(Buffer.from(golden.data, 'hex'));
const STATE_LENGTH = 33 + 32;

let bank: MemoryBank;

beforeEach(() => {
	bank = new MemoryBank();
	bank.set(payer, { lamports: 1_000_000_000n });
});

const state = (data: Uint8Array): { lamports: bigint; data: Uint8Array; owner: typeof ZK } => ({
	lamports: 10_000_000n,
	data,
	owner: ZK,
});

function send(
	data: readonly number[],
	accounts: Parameters<typeof bank.send>[1][number]['accounts'] = [],
): Outcome {
	return bank.send(payer, [{ programId: ZK, accounts, data: Uint8Array.from(data) }]);
}

const failed = (error: InstructionError): TransactionError => TransactionError.InstructionError(0, error);

describe('the ZK ElGamal proof program', () => {
	it('verifies a proof in its instruction data', () => {
		const outcome = send([PUBKEY_VALIDITY, ...proof]);
		expect(outcome.error).toBeNull();
		expect(outcome.logs).toEqual([
			`Program ${NAME} invoke [1]`,
			'VerifyPubkeyValidity',
			`Program ${NAME} success`,
		]);
		expect(outcome.units).toBe(2600);
	});

	it('says why it refuses one', () => {
		const changed = proof.slice();
		changed[40]! ^= 2;
		const outcome = send([PUBKEY_VALIDITY, ...changed]);
		expect(outcome.error).toEqual(failed(InstructionError.InvalidInstructionData));
		expect(outcome.logs[2]).toMatch(/^proof verification failed: SigmaProof\(PubkeyValidity, /);
	});

	it('keeps the statement of a proof in an account, and gives its lamports back', () => {
		bank.set(holder, { lamports: 10_000_000n, data: Uint8Array.from([7, ...proof]) });
		bank.set(context, state(new Uint8Array(STATE_LENGTH)));
		const accounts = [meta(holder), meta(context, 'w'), meta(authority)];
		expect(send([PUBKEY_VALIDITY, 1, 0, 0, 0], accounts).error).toBeNull();
		const expected = Uint8Array.from([...authority.bytes, PUBKEY_VALIDITY, ...proof.subarray(0, 32)]);
		expect(bank.getAccountSharedData(context)?.data).toEqual(expected);

		expect(send([PUBKEY_VALIDITY, 1, 0, 0, 0], accounts).error).toEqual(
			failed(InstructionError.AccountAlreadyInitialized),
		);
		const closing = send([0], [meta(context, 'w'), meta(holder, 'w'), meta(authority, 's')]);
		expect(closing.error).toBeNull();
		expect(closing.units).toBe(CLOSE_CONTEXT_STATE_COMPUTE_UNITS);
		expect(bank.lamports(holder)).toBe(20_000_000n);
		expect(bank.lamports(context)).toBe(0n);
	});

	it('closes for the authority alone', () => {
		bank.set(context, state(Uint8Array.from([...authority.bytes, PUBKEY_VALIDITY, ...new Uint8Array(32)])));
		const close = (signer: typeof payer): TransactionError | null =>
			send([0], [meta(context, 'w'), meta(holder, 'w'), meta(signer, 's')]).error;
		expect(close(holder)).toEqual(failed(InstructionError.InvalidAccountOwner));
		expect(close(authority)).toBeNull();
	});

	it('knows as many instructions as there are proofs, and one', () => {
		const limit = { programId: programIds.computeBudget, accounts: [], data: Uint8Array.of(2, 0, 0, 15, 0) };
		for (const [index, { name }] of ZK_PROOFS.entries()) {
			const verify = { programId: ZK, accounts: [], data: Uint8Array.of(index + 1) };
			expect(bank.send(payer, [limit, verify]).logs).toContain(`Verify${name}`);
		}
		expect(send([ZK_PROOFS.length + 1]).logs).toHaveLength(2);
		expect(send([]).error).toEqual(failed(InstructionError.InvalidInstructionData));
	});
});
