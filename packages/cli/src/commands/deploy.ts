/** `parhelion deploy`: a program into an account of a cluster. */
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Keypair, keypairFromSeed, programdataAddressOf } from '@parhelion/runtime';
import { Pubkey, type Result } from '@parhelion/sdk';
import {
	type DeployError,
	type Deployment,
	type DeployPlan,
	type DeployRequest,
	MAX_PROGRAM_SIZE,
	prepareDeploy,
	runDeploy,
} from '@parhelion/toolchain';
import { EXIT } from '../cli-error.ts';
import {
	keypairFlag,
	openSender,
	orFail,
	SENDER_FLAGS,
	type SenderOptions,
	signerOf,
} from '../deploy/deploy-context.ts';
import { type FlagTable, one, toggle, UsageError } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { oneOf } from '../flags/program-flags.ts';
import { integer } from '../flags/readers.ts';
import { formatRows, formatSol } from '../format.ts';
import { keypairIn, readKeypairFile } from '../keypair-file.ts';
import { type Output, processOutput } from '../output.ts';
import { readProgramFile, SYSCALL_NAMES } from '../program-files.ts';
import { progressBar } from '../progress-bar.ts';
import { styleFor } from '../style.ts';
import { type Command, defineCommand } from './command.ts';

interface DeployOptions extends SenderOptions {
	readonly programId?: string;
	readonly buffer?: string;
	readonly loader?: DeployRequest['loader'];
	readonly maxLen?: number;
	readonly final?: boolean;
	readonly parallel?: number;
	readonly plan?: boolean;
	readonly json?: boolean;
}

const LOADERS: readonly DeployRequest['loader'][] = ['v3', 'v4'];
const GROUP = 'Programs and accounts';

const FLAGS: FlagTable<DeployOptions> = {
	...SENDER_FLAGS,
	programId: keypairFlag(
		'the key pair of the program, or, for an upgrade, its address',
		'NAME-keypair.json beside the file, made if it is not there',
	),
	buffer: keypairFlag(
		'the key pair of the account that the upload goes to',
		'NAME-buffer-keypair.json beside the file, while it takes',
	),
	loader: one('LOADER', oneOf('A loader', LOADERS), {
		group: GROUP,
		help: 'v3, which every cluster has, or v4',
		fallback: 'v3',
		completes: LOADERS,
	}),
	maxLen: one('BYTES', integer('The room for a program', 1, MAX_PROGRAM_SIZE), {
		group: GROUP,
		help: 'room for later versions',
		fallbackText: 'as much as the program needs',
	}),
	final: toggle({ group: GROUP, help: 'nobody may change the program afterwards' }),
	parallel: one('COUNT', integer('A number of transactions', 1, 1000), {
		group: 'Network',
		help: 'transactions on their way at a time',
		fallback: 128,
	}),
	plan: toggle({ group: 'Output', help: 'show what would be sent, and send nothing' }),
	json: JSON_FLAG,
};

/** The key pair files beside a program, and which were there before. */
function filesBeside(file: string): {
	readonly program: string;
	readonly buffer: string;
	readonly hadProgram: boolean;
	readonly hadBuffer: boolean;
} {
	const stem = join(dirname(file), basename(file).replace(/\.[^.]+$/, ''));
	const program = `${stem}-keypair.json`;
	const buffer = `${stem}-buffer-keypair.json`;
	return { program, buffer, hadProgram: existsSync(program), hadBuffer: existsSync(buffer) };
}

/** A key pair that a flag names, or the one beside the program. */
function keypairFor(flag: string | undefined, beside: string): Keypair {
	return flag === undefined ? keypairIn(dirname(beside), basename(beside)) : readKeypairFile(flag);
}

/** The key pair that a plan is shown for: without making files, one that is never used again. */
function plannedKeypair(flag: string | undefined, beside: string): Keypair {
	const isMade = flag !== undefined || existsSync(beside);
	return isMade ? keypairFor(flag, beside) : keypairFromSeed(randomBytes(32));
}

function planSteps(
	plan: DeployPlan,
): { name: string; transactions: number; bytes: number; largest: number }[] {
	return plan.steps.map(({ name, transactions }) => ({
		name,
		transactions: transactions.length,
		bytes: transactions.reduce((sum, { size }) => sum + size, 0),
		largest: Math.max(...transactions.map(({ size }) => size)),
	}));
}

function showPlan(
	request: DeployRequest,
	plan: DeployPlan,
	isNew: boolean,
	json: boolean,
	output: Output,
): void {
	const steps = planSteps(plan);
	if (json) {
		output.printJson({
			kind: plan.kind,
			program: isNew ? null : request.program,
			deposit: plan.deposit,
			fees: plan.fees,
			steps,
		});
		return;
	}
	const count = (value: number): string => value.toLocaleString('en-US');
	output.print(
		'',
		...formatRows(
			[
				['Program', isNew ? 'at a new address' : request.program.toBase58()],
				['Kind', plan.kind],
				['Upload', `${count(plan.bytesToWrite)} of ${count(request.elf.length)} bytes`],
				['Deposit', formatSol(plan.deposit)],
				['Fees', formatSol(plan.fees)],
			],
			output.style,
		),
		'',
		...steps.map(
			({ name, transactions, bytes, largest }, i) =>
				`  ${i + 1}. ${name}: ${count(transactions)} transaction${transactions === 1 ? '' : 's'}, ${count(bytes)} bytes, ${count(largest)} at most`,
		),
		'',
	);
}

/**
 * Removes the files of key pairs of ours that nothing needs any more: what lies in a buffer is lost with its key pair, so that
 * this goes where nothing does. `outcome` is null where nobody answered before anything was sent.
 */
function forgetKeys(
	beside: ReturnType<typeof filesBeside>,
	isOwn: { readonly program: boolean; readonly buffer: boolean },
	outcome: Result<Deployment, DeployError> | null,
): void {
	const failure = outcome?.ok === false ? outcome.error : null;
	const isUsed = outcome?.ok === true && outcome.value.plan.kind !== 'unchanged';
	const isUnsent = outcome === null || (failure !== null && failure.kind !== 'StepFailed');
	const isEmpty = failure?.kind !== 'StepFailed' || failure.leftBehind === null;
	if (isOwn.buffer && (isUsed || (isEmpty && !beside.hadBuffer))) rmSync(beside.buffer, { force: true });
	if (isOwn.program && isUnsent && !beside.hadProgram) rmSync(beside.program, { force: true });
}

/** What was done, in a line. */
function outcomeText({ plan, slot, writes }: Deployment): string {
	if (slot === null) return 'The same program is there already: nothing was sent.';
	const count = `${writes.toLocaleString('en-US')} write${writes === 1 ? '' : 's'}`;
	return plan.kind === 'unchanged' ? `Done in slot ${slot}.` : `Done in slot ${slot}, ${count}.`;
}

async function run([file = '']: readonly string[], options: DeployOptions): Promise<number> {
	const output = processOutput();
	const { loader = 'v3', final = false, plan = false, json = false, maxLen, parallel = 128 } = options;
	if (loader === 'v4' && (maxLen !== undefined || options.buffer !== undefined)) {
		throw new UsageError('--max-len and --buffer are for loader v3.');
	}
	const elf = readProgramFile(file);
	const sender = openSender(options, output.note);
	const keypair = plan ? plannedKeypair : keypairFor;
	const beside = filesBeside(file);
	const named = options.programId === undefined ? null : Pubkey.tryFromBase58(options.programId);
	// An upgrade needs no key pair of the program.
	const programSigner = named ?? keypair(options.programId, beside.program);
	const program = programSigner instanceof Pubkey ? programSigner : programSigner.pubkey;
	const bufferKeypair = loader === 'v3' ? keypair(options.buffer, beside.buffer) : null;
	const request: DeployRequest = {
		loader,
		elf,
		payer: sender.payer,
		authority: sender.authority,
		program,
		programData: programdataAddressOf(program),
		buffer: bufferKeypair?.pubkey ?? program,
		isFinal: final,
		...(maxLen === undefined ? {} : { maxLen }),
	};
	if (plan) {
		const prepared = orFail(await prepareDeploy(request, sender.target, SYSCALL_NAMES));
		const isNew = options.programId === undefined && !beside.hadProgram;
		showPlan(request, prepared, isNew, json, output);
		return EXIT.ok;
	}
	const own = [programSigner, bufferKeypair].flatMap((one) =>
		one === null || one instanceof Pubkey ? [] : [signerOf(one)],
	);
	const bar = progressBar(
		json ? '' : `Deploying to ${sender.host}`,
		process.stderr.isTTY === true && !json ? process.stderr : { write: () => {} },
		styleFor(process.stderr, process.env),
	);
	const isOwn = {
		program: options.programId === undefined,
		buffer: loader === 'v3' && options.buffer === undefined,
	};
	let outcome: Result<Deployment, DeployError> | null = null;
	try {
		outcome = await runDeploy(request, sender.target, [...sender.signers, ...own], {
			syscalls: SYSCALL_NAMES,
			parallelism: parallel,
			onProgress: (step, done, total) => {
				if (step === 'write') bar(done, total);
				else if (done === 0 && !json) output.note(step);
			},
		});
	} finally {
		bar(1, 1);
		forgetKeys(beside, isOwn, outcome);
	}
	const deployed = orFail(outcome);
	const { kind } = deployed.plan;
	if (json) output.printJson({ program, kind, slot: deployed.slot, writes: deployed.writes, loader });
	else {
		output.note(outcomeText(deployed));
		output.print(`${program}`);
	}
	return EXIT.ok;
}

export const deployCommand: Command = defineCommand<DeployOptions>({
	name: 'deploy',
	args: ['<program>'],
	summary: 'deploy or upgrade a program; an upload that was interrupted goes on where it ended',
	flags: FLAGS,
	examples: [
		['parhelion deploy target/deploy/hello.so', 'to the node on this machine'],
		['parhelion deploy hello.so --url devnet --plan', 'what would be sent to devnet'],
		['parhelion deploy hello.so --loader v4 --final', 'by loader v4, for ever'],
	],
	run,
});
