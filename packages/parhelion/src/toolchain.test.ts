/** The toolchain as functions, with the programs run in process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keypair, PublicKey, Transaction, TransactionInstruction } from '@solana/web3.js';
import { FailedTransactionMetadata, FeatureSet, LiteSVM, LOADER_V4_FEATURE } from 'parhelion';
import {
	assemble,
	build,
	buildErrorText,
	deploy,
	deployErrorText,
	disassemble,
	emitted,
	type LibraryDeployOptions,
	link,
	linkErrorText,
	manage,
	planDeployment,
	readElf,
	templateFiles,
	verify,
} from 'parhelion/toolchain/node';
import { describe, expect, it } from 'vitest';

const SOURCE = (code: number, padding = 0): string =>
	`entrypoint:\n${'    mov64 r1, 1\n'.repeat(padding)}    mov64 r0, ${code}\n    exit\n`;

function program(code: number, padding = 0): Uint8Array {
	const assembled = assemble(SOURCE(code, padding));
	if (!assembled.ok) throw new Error(assembled.error.map(linkErrorText).join());
	return assembled.value.elf;
}

function start(): { svm: LiteSVM; payer: Keypair } {
	const svm = new LiteSVM();
	const payer = Keypair.generate();
	svm.airdrop(payer.publicKey.toBase58(), 100_000_000_000n);
	return { svm, payer };
}

async function deployed(
	svm: LiteSVM,
	elf: Uint8Array,
	options: LibraryDeployOptions,
): Promise<{ address: string; kind: string; writes: number }> {
	const outcome = await deploy(elf, svm, options);
	if (!outcome.ok) throw new Error(deployErrorText(outcome.error));
	return outcome.value;
}

/** What an invocation of the program ends with. */
function invoke(svm: LiteSVM, payer: Keypair, address: string): string {
	svm.expireBlockhash();
	const transaction = new Transaction({
		recentBlockhash: svm.latestBlockhash(),
		feePayer: payer.publicKey,
	}).add(new TransactionInstruction({ programId: new PublicKey(address), keys: [], data: Buffer.alloc(0) }));
	transaction.sign(payer);
	const outcome = svm.sendTransaction(new Uint8Array(transaction.serialize()));
	return outcome instanceof FailedTransactionMetadata ? outcome.message() : 'ok';
}

describe('programs as values', () => {
	it('are assembled, shown, checked and looked into', () => {
		const elf = program(7);
		expect(disassemble(elf)).toEqual({ ok: true, value: SOURCE(7) });
		expect(new Set(verify(elf).map(({ outcome }) => outcome))).toEqual(new Set(['passed']));
		const report = readElf(elf);
		expect(report.ok && report.value.sections.map(({ name }) => name)).toContain('.text');
		const third = assemble(SOURCE(7), { version: 3 });
		expect(third.ok && third.value.version).toBe(3);
	});

	it('call the syscalls of the runtime, and say what is not one', () => {
		const text = 'entrypoint:\n    syscall sol_log_64_\n    mov64 r0, 0\n    exit\n';
		expect(assemble(text).ok).toBe(true);
		const wrong = assemble(text.replace('sol_log_64_', 'sol_nothing'), { name: 'hello.s' });
		expect(!wrong.ok && wrong.error.map(linkErrorText).join()).toMatch(/hello\.s: .*in entrypoint.*syscall/);
		expect(link([]).ok).toBe(false);
		const own = assemble(text.replace('sol_log_64_', 'sol_own'), { syscalls: ['sol_own'], version: 3 });
		if (!own.ok) throw new Error(own.error.map(linkErrorText).join());
		expect(verify(own.value.elf).map(({ outcome }) => outcome)).toContain('failed');
		const syscalls = ['sol_own'];
		expect(verify(own.value.elf, { syscalls }).map(({ outcome }) => outcome)).not.toContain('failed');
		expect(disassemble(own.value.elf, { syscalls })).toMatchObject({
			value: expect.stringContaining('sol_own'),
		});
		expect(() => verify(own.value.elf, { syscalls: 'sol_own' as never })).toThrow(TypeError);
		expect(() => disassemble('text' as never)).toThrow(TypeError);
		expect(() => assemble(new Uint8Array() as never)).toThrow(TypeError);
	});
});

describe('a deployment into an instance', () => {
	it.each(['v3', 'v4'] as const)('deploys by loader %s, upgrades, and closes', async (loader) => {
		const { svm, payer } = start();
		const features = FeatureSet.mainnet();
		features.activate(LOADER_V4_FEATURE, 0n);
		if (loader === 'v4') svm.withFeatureSet(features).withBuiltins();
		const authority = Keypair.generate();
		const programKey = Keypair.generate();
		const options = { payer, authority, program: programKey, loader };
		const steps: string[] = [];
		const first = await deployed(svm, program(1), {
			...options,
			onProgress: (step, done, total) => steps.push(`${step} ${done}/${total}`),
		});
		expect(first).toMatchObject({ kind: 'deploy', address: programKey.publicKey.toBase58() });
		expect(steps).toContain('deploy 1/1');
		expect(invoke(svm, payer, first.address)).toContain('custom program error: 0x1');
		const larger = program(2, 2000);
		const plan = await planDeployment(larger, svm, { ...options, program: first.address });
		expect(plan.ok && plan.value.kind).toBe('upgrade');
		const second = await deployed(svm, larger, { ...options, program: first.address });
		expect(second).toMatchObject({ kind: 'upgrade', address: first.address });
		expect(second.writes).toBeGreaterThan(15);
		expect(invoke(svm, payer, first.address)).toContain('custom program error: 0x2');
		expect(await deployed(svm, larger, { ...options, program: first.address })).toMatchObject({
			kind: 'unchanged',
		});
		const stranger = await deploy(program(3), svm, { payer, program: first.address, loader });
		expect(!stranger.ok && deployErrorText(stranger.error)).toContain('nothing was sent');
		svm.warp({ slot: svm.getClock().slot + 1n });
		const closed = await manage({ kind: 'close' }, first.address, svm, { payer, authority });
		expect(closed.ok || deployErrorText(closed.error)).toBe(true);
		// Whether the instance still runs it depends on which of the two accounts it stores first.
		if (loader === 'v4') expect(svm.getAccount(first.address).exists).toBe(false);
		else {
			const late = await deploy(program(3), svm, { payer, authority, program: first.address });
			expect(!late.ok && deployErrorText(late.error)).toContain('was closed');
		}
	});

	it('goes on with the buffer of an interrupted one', async () => {
		const { svm, payer } = start();
		const buffer = Keypair.generate();
		const elf = program(5, 3000);
		let sent = 0;
		svm.sendTransaction = (bytes) => {
			if (++sent > 12) throw new Error('the line is dead');
			return LiteSVM.prototype.sendTransaction.call(svm, bytes);
		};
		const failed = await deploy(elf, svm, { payer, buffer });
		expect(!failed.ok && deployErrorText(failed.error)).toContain(buffer.publicKey.toBase58());
		sent = Number.NEGATIVE_INFINITY;
		const { writes, address } = await deployed(svm, elf, { payer, buffer });
		expect(writes).toBe(Math.ceil(elf.length / 1012) - 11);
		expect(invoke(svm, payer, address)).toContain('custom program error: 0x5');
	});

	it('goes on by the address of the buffer, or with the key pairs that were made', async () => {
		const { svm, payer } = start();
		const elf = program(6, 3000);
		let left = 12;
		svm.sendTransaction = (bytes) => {
			if (--left < 0) throw new Error('the line is dead');
			return LiteSVM.prototype.sendTransaction.call(svm, bytes);
		};
		const interrupted = async (lasts: number) => {
			left = lasts;
			const failed = await deploy(elf, svm, { payer });
			left = Number.POSITIVE_INFINITY;
			if (failed.ok || failed.error.kind !== 'StepFailed') throw new Error('it did not fail');
			const { leftBehind, made = {} } = failed.error;
			return { address: leftBehind?.toBase58() ?? '', made };
		};
		const first = await interrupted(12);
		const { writes } = await deployed(svm, elf, { payer, buffer: first.address });
		expect(writes).toBe(Math.ceil(elf.length / 1012) - 11);
		const { address, made } = await interrupted(5);
		expect(Keypair.fromSecretKey(made.buffer!.secretKey).publicKey.toBase58()).toBe(address);
		const programKey = Keypair.fromSecretKey(made.program!.secretKey).publicKey.toBase58();
		expect((await deployed(svm, elf, { payer, ...made })).address).toBe(programKey);
		const missing = await deploy(elf, svm, { payer, buffer: Keypair.generate().publicKey.toBase58() });
		expect(!missing.ok && deployErrorText(missing.error)).toMatch(/the key pair of .* is needed/);
	});

	it.each([
		[{ parallelism: 0 }, RangeError],
		[{ parallelism: '4' }, TypeError],
		[{ loader: 'V3' }, RangeError],
		[{ isFinal: 'no' }, TypeError],
		[{ maxLen: 1.5 }, RangeError],
		[{ onProgress: true }, TypeError],
		[{ buffer: 7 }, TypeError],
		[{ payer: null }, TypeError],
		[{ syscalls: 'all' }, TypeError],
	])('refuses %o', async (wrong, type) => {
		const { svm, payer } = start();
		await expect(deploy(program(1), svm, { payer, ...wrong } as never)).rejects.toThrow(type);
		await expect(planDeployment(program(1), svm, { payer, ...wrong } as never)).rejects.toThrow(type);
	});

	it('takes key pairs as they are, and says what is none', async () => {
		const { svm, payer } = start();
		await expect(deploy(program(1), svm, { payer: { secretKey: new Uint8Array(7) } })).rejects.toThrow(
			/payer\.secretKey: expected 64 or 32 bytes/,
		);
		await expect(deploy(program(1), svm, { payer, program: 'x!' })).rejects.toThrow(/program/);
		const poor = await deploy(program(1), svm, { payer: Keypair.generate() });
		expect(!poor.ok && poor.error.kind).toBe('InsufficientFunds');
		const late = await deploy(program(1), svm, { payer, loader: 'v4' });
		expect(!late.ok && deployErrorText(late.error)).toBe('the cluster has no loader v4; nothing was sent');
		const refused = await deploy(new Uint8Array(100), svm, { payer });
		expect(!refused.ok && refused.error.kind).toBe('Rejected');
	});
});

describe('a program that is there', () => {
	it('is extended and handed over', async () => {
		const { svm, payer } = start();
		const heir = Keypair.generate();
		const { address } = await deployed(svm, program(4), { payer });
		expect((await manage({ kind: 'extend', bytes: 20_000 }, address, svm, { payer })).ok).toBe(true);
		const handed = { kind: 'set-authority', newAuthority: heir.publicKey.toBase58() } as const;
		expect((await manage(handed, address, svm, { payer })).ok).toBe(true);
		const late = await manage({ kind: 'set-authority', newAuthority: null }, address, svm, { payer });
		expect(!late.ok && deployErrorText(late.error)).toContain('Incorrect authority');
		const last = { kind: 'set-authority', newAuthority: null } as const;
		expect((await manage(last, address, svm, { payer, authority: heir })).ok).toBe(true);
		const final = await deploy(program(5), svm, { payer, authority: heir, program: address });
		expect(!final.ok && deployErrorText(final.error)).toContain('is final');
		for (const bytes of [-5, 0, 1.5, Number.NaN]) {
			await expect(manage({ kind: 'extend', bytes }, address, svm, { payer })).rejects.toThrow(RangeError);
		}
		await expect(manage({ kind: 'burn' } as never, address, svm, { payer })).rejects.toThrow(TypeError);
	});
});

describe('building', () => {
	it('makes programs of sources, and templates of names', () => {
		const folder = mkdtempSync(join(tmpdir(), 'parhelion-library-'));
		try {
			writeFileSync(join(folder, 'main.s'), SOURCE(3));
			const built = build(folder);
			if (!built.ok) throw new Error(buildErrorText(built.error));
			expect(emitted(built.value, 'asm')).toEqual({ ok: true, value: SOURCE(3) });
			expect(templateFiles('c', 'hello').map(({ path }) => path)).toContain('src/program.c');
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
