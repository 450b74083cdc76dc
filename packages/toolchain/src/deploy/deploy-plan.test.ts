/** Plans of deployments, without a cluster. */
import {
	createAccount,
	encodeLoaderV4State,
	encodeUpgradeableLoaderState,
	LoaderV4Status,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	type DeployRequest,
	type DeployState,
	deployPlan,
	plannedWrites,
	WRITE_STEP,
} from './deploy-plan.ts';
import { managePlan } from './manage-program.ts';
import { differingChunks, MAX_TRANSACTION_SIZE } from './planned-transaction.ts';

const key = (byte: number): Pubkey => Pubkey.fromBytes(new Uint8Array(32).fill(byte));
const elf = Uint8Array.from({ length: 5000 }, (_, i) => (i % 251) + 1);
const request: DeployRequest = {
	loader: 'v3',
	elf,
	payer: key(1),
	authority: key(2),
	program: key(3),
	programData: key(4),
	buffer: key(5),
};
const NOTHING: DeployState = { program: null, programData: null, buffer: null };
const rent = (size: number): bigint => BigInt(size) + 128n;

function joined(...parts: Uint8Array[]): Uint8Array {
	return new Uint8Array(Buffer.concat(parts));
}

/** A program with this data, 9 slots old. */
function deployed(content: Uint8Array, authority: Pubkey | null = key(2)): DeployState {
	const head = new Uint8Array(45);
	head.set(
		encodeUpgradeableLoaderState({ kind: 'ProgramData', slot: 9n, upgradeAuthorityAddress: authority }),
	);
	const program = encodeUpgradeableLoaderState({ kind: 'Program', programdataAddress: key(4) });
	const owner = programIds.bpfLoaderUpgradeable;
	return {
		program: createAccount({ lamports: 1n, owner, data: program }),
		programData: createAccount({ lamports: 1n, owner, data: joined(head, content) }),
		buffer: null,
	};
}

function namesOf(plan: ReturnType<typeof deployPlan>): string[] {
	return plan.ok ? plan.value.steps.map(({ name }) => name) : [JSON.stringify(plan.error)];
}

describe('a plan', () => {
	it('fills transactions to the last byte, and says what it costs', () => {
		const plan = deployPlan(request, NOTHING, rent);
		expect(namesOf(plan)).toEqual(['create buffer', WRITE_STEP, 'deploy']);
		if (!plan.ok) return;
		const [create, write, deploy] = plan.value.steps;
		expect(write?.transactions.slice(0, -1).map(({ size }) => size)).toEqual(
			write?.transactions.slice(0, -1).map(() => MAX_TRANSACTION_SIZE),
		);
		expect(create?.transactions[0]?.signers).toEqual([key(1), key(5)]);
		expect(deploy?.transactions[0]?.signers).toEqual([key(1), key(3), key(2)]);
		expect(plan.value.bytesToWrite).toBe(elf.length);
		const signatures = 2 + 2 * (write?.transactions.length ?? 0) + 3;
		expect(plan.value.fees).toBe(BigInt(signatures) * 5000n);
		expect(plan.value.deposit).toBe(rent(36) + rent(45 + elf.length));
	});

	it('writes only what differs from what is in the buffer', () => {
		const head = encodeUpgradeableLoaderState({ kind: 'Buffer', authorityAddress: key(2) });
		const held = elf.slice();
		held[2500] = 0;
		const buffer = createAccount({
			lamports: 1n,
			owner: programIds.bpfLoaderUpgradeable,
			data: joined(head, held),
		});
		const plan = deployPlan(request, { ...NOTHING, buffer }, rent);
		expect(namesOf(plan)).toEqual([WRITE_STEP, 'deploy']);
		expect(plan.ok && plan.value.steps[0]?.transactions.length).toBe(1);
		expect(plannedWrites(request, joined(head, elf))).toEqual([]);
	});

	it('extends by 10,240 bytes at least, after the slot of the last deployment', () => {
		const plan = deployPlan(request, deployed(new Uint8Array(4000)), rent);
		expect(namesOf(plan)).toEqual(['create buffer', WRITE_STEP, 'extend by 10240 bytes', 'upgrade']);
		expect(plan.ok && plan.value.steps.map(({ afterSlot }) => afterSlot)).toEqual([null, null, 9n, 9n]);
		expect(namesOf(deployPlan(request, deployed(joined(elf, new Uint8Array(9))), rent))).toEqual([]);
		const final = deployPlan({ ...request, isFinal: true }, deployed(elf), rent);
		expect(namesOf(final)).toEqual(['give up the authority']);
	});

	it('refuses what belongs to others, is final, closed or no program', () => {
		const other = createAccount({ lamports: 1n, data: new Uint8Array(3) });
		const refused: readonly (readonly [DeployState, RegExp])[] = [
			[deployed(new Uint8Array(1), key(9)), /can be upgraded by/],
			[deployed(new Uint8Array(1), null), /is final/],
			[{ ...deployed(elf), programData: null }, /was closed/],
			[{ ...NOTHING, program: other }, /no program that can be upgraded/],
			[{ ...NOTHING, buffer: other }, /no buffer/],
		];
		for (const [state, message] of refused) {
			const plan = deployPlan(request, state, rent);
			expect(plan).toMatchObject({
				ok: false,
				error: { kind: 'Conflict', detail: expect.stringMatching(message) },
			});
		}
	});

	it('of loader v4 retracts what runs, and leaves alone what is the same', () => {
		const v4: DeployRequest = { ...request, loader: 'v4' };
		const state = (content: Uint8Array, status: bigint): DeployState => {
			const head = encodeLoaderV4State({ slot: 9n, authorityAddressOrNextVersion: key(2), status });
			const data = joined(head, content);
			return { ...NOTHING, program: createAccount({ lamports: 1n, owner: programIds.loaderV4, data }) };
		};
		expect(namesOf(deployPlan(v4, NOTHING, rent))).toEqual(['create program', WRITE_STEP, 'deploy']);
		expect(namesOf(deployPlan(v4, state(elf, LoaderV4Status.Deployed), rent))).toEqual([]);
		expect(namesOf(deployPlan(v4, state(elf, LoaderV4Status.Retracted), rent))).toEqual(['deploy']);
		expect(namesOf(deployPlan(v4, state(new Uint8Array(7), LoaderV4Status.Deployed), rent))).toEqual([
			'retract',
			'set length',
			WRITE_STEP,
			'deploy',
		]);
		expect(namesOf(deployPlan(v4, state(elf, LoaderV4Status.Finalized), rent))[0]).toContain('is final');
	});
});

describe('chunks', () => {
	it('make the wanted bytes out of whatever is held', () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 200 }),
				fc.uint8Array({ maxLength: 200 }),
				fc.integer({ min: 1, max: 50 }),
				(wanted, held, size) => {
					const result = new Uint8Array(wanted.length);
					result.set(held.subarray(0, wanted.length));
					for (const { offset, bytes } of differingChunks(wanted, held, size)) result.set(bytes, offset);
					expect(result).toEqual(wanted);
				},
			),
			{ seed: 7 },
		);
	});
});

describe('what is done to programs', () => {
	const who = { account: key(3), programData: key(4), payer: key(1), authority: key(2) };

	it('is refused where there is nothing, or something else', () => {
		const close = { kind: 'close', recipient: key(1) } as const;
		expect(managePlan(close, who, null, null)).toMatchObject({ ok: false, error: { kind: 'Conflict' } });
		const other = createAccount({ lamports: 1n });
		expect(managePlan(close, who, other, null)).toMatchObject({ ok: false, error: { kind: 'Conflict' } });
		const { program } = deployed(elf);
		expect(managePlan(close, who, program, null)).toMatchObject({ ok: false, error: { kind: 'Conflict' } });
	});

	it('waits for the slot after the last deployment where the loader does', () => {
		const { program, programData } = deployed(elf);
		const extend = managePlan({ kind: 'extend', bytes: 1 }, who, program, programData);
		expect(extend).toMatchObject({ ok: true, value: [{ name: 'extend by 10240 bytes', afterSlot: 9n }] });
	});
});
