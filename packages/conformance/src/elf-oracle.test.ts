/**
 * Mutated program files on our loader and verifier and on the oracle's: both must accept, or refuse for
 * the same reason, as the text of the error tells.
 *
 * The oracle loads a file that is added to it as a validator loads a deployed program; its deployment
 * instruction goes by the stricter settings. PARHELION_ELF_MUTATIONS sets how many files the first way
 * takes (the second takes a tenth), PARHELION_FUZZ_SEED where the mutations start.
 */
import { Executable, ebpfErrorText, elfErrorText } from '@parhelion/sbpf';
import {
	type AccountMeta,
	ByteWriter,
	encodeUpgradeableLoaderState,
	type Instruction,
	Pubkey,
	programIds,
	resolveRuntimeFeatures,
	sysvarIds,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAM,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import { createProgramRuntimeEnvironment, findProgramAddress, newBudgetWithDefaults } from '@parhelion/svm';
import { expect, test } from 'vitest';
import { programFile } from './oracle/elf.ts';
import { mutateElf } from './oracle/elf-mutation.ts';
import { address, Pair } from './oracle/harness.ts';
import { Random } from './oracle/random.ts';

const CASES = Number(process.env['PARHELION_ELF_MUTATIONS'] ?? 200);
const SEED = Number(process.env['PARHELION_FUZZ_SEED'] ?? 1);
const PROGRAM = address('mutated');

/** Programs the oracle brings along, the small ones more often, and one of V3. */
function originals(pair: Pair): Uint8Array[] {
	const dataOf = (id: Pubkey): Uint8Array => pair.getAccountSharedData(id)!.data;
	const memo = dataOf(programIds.memoV3);
	const programdata = Pubkey.fromBytes(dataOf(programIds.splToken), 4);
	const token = dataOf(programdata).slice(UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA);
	const v3 = programFile(
		'entrypoint:\n lddw r1, 0x100000000\n call helper\n mov64 r0, 0\n exit\nhelper:\n add64 r0, 1\n exit',
		Uint8Array.from({ length: 24 }, (_, i) => i),
	);
	return [memo, memo, memo, dataOf(programIds.memoV1), dataOf(programIds.memoV1), v3, v3, token];
}

test('a mutated file is loaded, or refused with the same text', () => {
	const random = new Random(SEED);
	const pair = new Pair();
	const files = originals(pair);
	const features = resolveRuntimeFeatures(pair.features);
	const loader = createProgramRuntimeEnvironment(features, newBudgetWithDefaults(false), false, false);
	const ours = (file: Uint8Array): string => {
		const loaded = Executable.load(file, loader);
		if (!loaded.ok) return elfErrorText(loaded.error);
		const verified = loaded.value.verify();
		return verified.ok ? 'ok' : ebpfErrorText(verified.error);
	};
	const oracle = (file: Uint8Array): string => {
		try {
			pair.oracle.addProgram(PROGRAM.bytes, file);
			return 'ok';
		} catch (thrown) {
			return (thrown as Error).message.replace('Failed to add program: ', '');
		}
	};
	const verdicts = new Set<string>();
	for (let i = 0; i < CASES; i++) {
		const file = mutateElf(random, random.pick(files));
		const verdict = oracle(file);
		expect(ours(file), `mutation ${i} of seed ${SEED}`).toBe(verdict);
		verdicts.add(verdict);
	}
	// The mutations reach more than the first check.
	expect(verdicts.has('ok')).toBe(true);
	expect(verdicts.size).toBeGreaterThan(CASES / 20);
});

test('a mutated file is deployed, or refused with the same logs', () => {
	const random = new Random(SEED + 1);
	const pair = new Pair({ disable_sbpf_v0_v1_v2_deployment: false });
	const files = originals(pair);
	const outcomes = new Set<string>();
	for (let i = 0; i < CASES / 10; i++) {
		const file = mutateElf(random, random.pick(files));
		if (file.length === 0) continue;
		const { ours, oracle } = pair.run([deployment(pair, `deployed ${i}`, file)]);
		expect(ours, `mutation ${i} of seed ${SEED + 1}`).toEqual(oracle);
		outcomes.add(oracle.outcome);
	}
	expect([...outcomes].sort()).toEqual(['InstructionError(0, InvalidAccountData)', 'ok']);
});

/** An instruction that deploys `file`; its buffer and program accounts are set up. */
function deployment(pair: Pair, name: string, file: Uint8Array): Instruction {
	const loader = programIds.bpfLoaderUpgradeable;
	const program = address(name);
	const buffer = address(`${name} buffer`);
	const state = encodeUpgradeableLoaderState({ kind: 'Buffer', authorityAddress: pair.payer });
	const data = new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA + file.length);
	data.set(state);
	data.set(file, UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA);
	pair.setData(buffer, loader, data);
	pair.setData(program, loader, new Uint8Array(UPGRADEABLE_LOADER_SIZE_OF_PROGRAM));
	const meta = (pubkey: Pubkey, isWritable: boolean, isSigner = false): AccountMeta => ({
		pubkey,
		isSigner,
		isWritable,
	});
	return {
		programId: loader,
		accounts: [
			meta(pair.payer, true, true),
			meta(findProgramAddress([program.bytes], loader)!.address, true),
			meta(program, true),
			meta(buffer, true),
			meta(sysvarIds.rent, false),
			meta(sysvarIds.clock, false),
			meta(programIds.systemProgram, false),
			meta(pair.payer, false, true),
		],
		// DeployWithMaxDataLen
		data: new ByteWriter(12).u32(2).u64(BigInt(file.length)).finish(),
	};
}
