/**
 * Loader v4 through the chain and the in-process API; and that without its feature, every other one active, all is
 * as in the oracle, which does not have it.
 */
import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import { Chain } from '@parhelion/runtime';
import {
	type AccountFields,
	compileLegacyMessage,
	createAccount,
	ENABLE_LOADER_V4,
	encodeLoaderV4State,
	encodeMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	Pubkey,
	programIds,
	FeatureSet as RuntimeFeatureSet,
	type VersionedTransaction,
	loaderV4Instruction as v4,
} from '@parhelion/sdk';
import * as oracle from 'litesvm';
import * as ours from 'parhelion/node';
import { FailedTransactionMetadata, FeatureSet, LiteSVM, LOADER_V4_FEATURE } from 'parhelion/node';
import { describe, expect, it } from 'vitest';
import { programFile } from '../oracle/elf.ts';
import { address } from '../oracle/harness.ts';
import { World, withLoaderV4 } from './world.ts';

const seed = new Uint8Array(32).fill(7);
const payer = Pubkey.fromBytes(ed25519PublicKey(seed));
const program = address('program');
const seven = programFile('mov64 r0, 7\nexit');
const call: Instruction = { programId: program, accounts: [], data: new Uint8Array(0) };

function sign(blockhash: Hash, ...instructions: Instruction[]): VersionedTransaction {
	const message = compileLegacyMessage(payer, instructions, blockhash);
	return { signatures: [ed25519Sign(encodeMessage(message), seed)], message };
}

/** An account to be made a program of, or a program. */
function programAccount(elf: Uint8Array | null, status: bigint = LoaderV4Status.Deployed): AccountFields {
	const owner = programIds.loaderV4;
	if (elf === null) return { lamports: 10n ** 9n, owner };
	const data = new Uint8Array(LOADER_V4_PROGRAM_DATA_OFFSET + elf.length);
	data.set(encodeLoaderV4State({ slot: 1n, authorityAddressOrNextVersion: payer, status }));
	data.set(elf, LOADER_V4_PROGRAM_DATA_OFFSET);
	return { lamports: 10n ** 9n, data, owner, executable: true };
}

describe('The chain', () => {
	it('runs a program from the slot after its deployment on', () => {
		const chain = Chain.genesis({ featureSet: withLoaderV4() });
		chain.airdrop(payer, 10n ** 10n);
		chain.setAccount(program, createAccount(programAccount(null)));
		const run = (...instructions: Instruction[]): string => {
			const { err, committed, logs } = chain.processTransaction(sign(chain.lastBlockhash(), ...instructions));
			expect(committed).toBe(true);
			return err === null ? 'ok' : JSON.stringify([err.kind, logs.at(-1)]);
		};
		chain.advanceSlot();
		expect(run(v4.setProgramLength(program, payer, seven.length, payer))).toBe('ok');
		expect(run(v4.write(program, payer, 0, seven))).toBe('ok');
		expect(run(v4.deploy(program, payer))).toBe('ok');
		expect(run(call)).toContain('Unsupported program id');
		chain.advanceSlot();
		expect(run(call)).toContain('custom program error: 0x7');
		expect(run(v4.retract(program, payer))).toBe('ok');
		chain.advanceSlot();
		expect(run(call)).toContain('Unsupported program id');
		expect(run(v4.setProgramLength(program, payer, 0, payer))).toBe('ok');
		expect(chain.getAccount(program)).toBeNull();
	});
});

function instance(jit: 'off' | 'eager'): LiteSVM {
	const features = FeatureSet.mainnet();
	features.activate(LOADER_V4_FEATURE, 0n);
	const svm = new LiteSVM().withJit(jit).withFeatureSet(features).withBuiltins();
	svm.airdrop(payer.toBase58(), 10n ** 10n);
	return svm;
}

function send(svm: LiteSVM, ...instructions: Instruction[]): string {
	svm.expireBlockhash();
	const transaction = sign(Hash.fromBase58(svm.latestBlockhash()), ...instructions);
	const outcome = svm.sendTransaction(encodeTransaction(transaction));
	return outcome instanceof FailedTransactionMetadata ? String(outcome) : 'ok';
}

function set(svm: LiteSVM, fields: AccountFields): void {
	const { lamports, data, owner, executable } = createAccount(fields);
	svm.setAccount({
		address: program.toBase58(),
		lamports,
		data,
		programAddress: owner.toBase58(),
		executable,
	} as never);
}

describe.each(['off', 'eager'] as const)('The in-process API, compiler %s', (jit) => {
	it('runs a deployed program at once, as those of the other loaders', () => {
		const svm = instance(jit);
		set(svm, programAccount(null));
		expect(send(svm, v4.setProgramLength(program, payer, seven.length, payer))).toBe('ok');
		expect(send(svm, call)).toContain('Unsupported program id');
		expect(send(svm, v4.write(program, payer, 0, seven))).toBe('ok');
		expect(send(svm, call)).toContain('Unsupported program id');
		expect(send(svm, v4.deploy(program, payer))).toBe('ok');
		expect(send(svm, call)).toContain('custom program error: 0x7');
		expect(send(LiteSVM.fromBytes(svm.toBytes()).withJit(jit), call)).toContain('custom program error: 0x7');
		svm.warpToSlot(svm.getClock().slot + 1n);
		expect(send(svm.fork(), v4.retract(program, payer))).toBe('ok');
		expect(send(svm, call)).toContain('custom program error: 0x7');
		expect(send(svm, v4.retract(program, payer))).toBe('ok');
		expect(send(svm, call)).toContain('Unsupported program id');
		expect(send(svm, v4.setProgramLength(program, payer, 0, payer))).toBe('ok');
		expect(svm.getAccount(program.toBase58()).exists).toBe(false);
		expect(send(svm, call)).toContain('InvalidProgramForExecution');
	});

	it('takes a program that is set, and minds its status', () => {
		const svm = instance(jit);
		set(svm, programAccount(seven));
		expect(send(svm, call)).toContain('custom program error: 0x7');
		set(svm, programAccount(seven, LoaderV4Status.Retracted));
		expect(send(svm, call)).toContain('Unsupported program id');
		set(svm, programAccount(seven, LoaderV4Status.Finalized));
		expect(send(svm, call)).toContain('custom program error: 0x7');
	});
});

describe('Without its feature', () => {
	it.each(['off', 'eager'] as const)(
		'a program of loader v4 is loaded and cannot run, compiler %s',
		(jit) => {
			const world = new World(jit, 10n, RuntimeFeatureSet.allEnabled());
			world.setProgram(program, seven, payer, LoaderV4Status.Deployed);
			expect(world.run(call)).toMatchObject({ outcome: 'UnsupportedProgramId', logs: [] });
			expect(world.run(v4.retract(program, payer)).outcome).toBe('ProgramAccountNotFound');
		},
	);

	it('loader v4 is in no ready-made feature set', () => {
		for (const set of [
			RuntimeFeatureSet.default(),
			RuntimeFeatureSet.mainnet(),
			RuntimeFeatureSet.allEnabled(),
		]) {
			expect(set.isActive(ENABLE_LOADER_V4)).toBe(false);
		}
	});

	it.each(['mainnet', 'allEnabled'] as const)('everything is as in the oracle, features %s', (features) => {
		const said = [oracle, ours as never as typeof oracle].map((lib) => {
			const svm = new lib.LiteSVM();
			if (features === 'allEnabled') svm.withFeatureSet(lib.FeatureSet.allEnabled()).withBuiltins();
			svm.setAccount({
				address: payer.toBase58(),
				lamports: 10n ** 10n,
				data: new Uint8Array(0),
				programAddress: programIds.systemProgram.toBase58(),
				executable: false,
			} as never);
			const texts: string[] = [];
			const attempt = (what: () => unknown): void => {
				try {
					texts.push(String(what()));
				} catch (error) {
					texts.push(error instanceof Error ? error.message : String(error));
				}
			};
			const run = (...instructions: Instruction[]): void => {
				svm.expireBlockhash();
				const transaction = sign(Hash.fromBase58(svm.latestBlockhash()), ...instructions);
				const messageBytes = encodeMessage(transaction.message);
				const signatures = { [payer.toBase58()]: transaction.signatures[0] };
				attempt(() => svm.sendTransaction({ messageBytes, signatures } as never));
			};
			const account = (fields: AccountFields): void => {
				const { lamports, data, owner, executable } = createAccount(fields);
				const programAddress = owner.toBase58();
				attempt(() =>
					svm.setAccount({
						address: program.toBase58(),
						lamports,
						data,
						programAddress,
						executable,
					} as never),
				);
			};
			const everything = [
				v4.write(program, payer, 0, new Uint8Array(4)),
				v4.setProgramLength(program, payer, 10, payer),
				v4.deploy(program, payer),
				v4.retract(program, payer),
				v4.transferAuthority(program, payer, payer),
				v4.finalize(program, payer, program),
			];
			attempt(() => svm.getAccount(programIds.loaderV4.toBase58() as never).exists);
			for (const status of Object.values(LoaderV4Status)) {
				account(programAccount(seven, status));
				// Not a call of the program: with a loader that is not there the oracle ends the process.
				for (const instruction of everything) run(instruction);
			}
			account(programAccount(Uint8Array.of(1, 2, 3)));
			account({ ...programAccount(null), executable: true });
			account(programAccount(null));
			run(call);
			// The instruction of loader v3 that moves a program to loader v4.
			run({ ...call, programId: programIds.bpfLoaderUpgradeable, data: Uint8Array.of(8, 0, 0, 0) });
			return texts;
		});
		expect(said[1]).toEqual(said[0]);
		expect(said[0]!.length).toBeGreaterThan(25);
	});
});
