/**
 * The toolchain in process: assembling, linking, looking into programs, deploying them; in a browser, too.
 *
 * Owns the defaults that a caller of `@parhelion/toolchain` would have to bring: the syscalls of the runtime, addresses
 * derived and made up, key pairs that sign. Building from C and Rust needs compilers, which `parhelion/toolchain/node` finds.
 */

import { ed25519PublicKey, ed25519Sign } from '@parhelion/crypto';
import { programdataAddressOf } from '@parhelion/runtime';
import { Pubkey, type Result, type Slot } from '@parhelion/sdk';
import {
	type CheckResult,
	type DeployError,
	type Deployment,
	type DeployPlan,
	type DeployRequest,
	type DeploySigner,
	type DeployTarget,
	type DisassemblyOptions,
	disassembleProgram,
	type LinkError,
	type LinkedProgram,
	type LinkInput,
	type LinkOptions,
	link as linkInputs,
	MAX_PROGRAM_SIZE,
	manageProgram,
	type ProgramAction,
	prepareDeploy,
	RpcTarget,
	runDeploy,
	verifyReport,
} from '@parhelion/toolchain';
import {
	expectBoolean,
	expectBytes,
	expectFunction,
	expectInteger,
	expectObject,
	expectString,
	toPubkey,
	wrongType,
} from './expect-type.ts';
import { HttpRpc } from './http-rpc.ts';
import { LiteSVM } from './lite-svm.ts';
import { LiteTarget } from './lite-target.ts';
import { type SyscallOptions, syscallsOf } from './syscall-names.ts';

export {
	type CheckResult,
	type Commitment,
	type DeployError,
	type DeployPlan,
	type DeployStep,
	type DeployTarget,
	type DisassemblyOptions,
	deployErrorText,
	type ElfRelocation,
	type ElfReport,
	type ElfSection,
	type ElfSymbol,
	functionSizes,
	type LandedTransaction,
	type LinkError,
	type LinkErrorKind,
	type LinkedProgram,
	type LinkInput,
	type LinkMap,
	legalise,
	linkErrorText,
	linkMapText,
	type MapEntry,
	type MapSymbol,
	type PlannedTransaction,
	type RpcCaller,
	type RpcOutcome,
	RpcTarget,
	readElf,
	type SendOutcome,
} from '@parhelion/toolchain';
export { HttpRpcError, type HttpRpcFacts } from './http-post.ts';
export { HttpRpc, type HttpRpcOptions } from './http-rpc.ts';
export { SYSCALL_NAMES, type SyscallOptions } from './syscall-names.ts';

const MAX_PARALLELISM = 1000;

/** What a link may be told. */
export type LibraryLinkOptions = Omit<LinkOptions, 'syscalls'> & SyscallOptions;

/** Links objects, archives and assembly text into a program. Errors: as many as could be found. */
export function link(
	inputs: readonly LinkInput[],
	options: LibraryLinkOptions = {},
): Result<LinkedProgram, readonly LinkError[]> {
	return linkInputs(inputs, { ...options, syscalls: syscallsOf(options) });
}

/** Makes a program of assembly text. Errors as {@link link}. */
export function assemble(
	assembly: string,
	options: LibraryLinkOptions & { readonly name?: string } = {},
): Result<LinkedProgram, readonly LinkError[]> {
	const { name = 'program.s', ...rest } = options;
	return link([{ name, assembly: expectString(assembly, 'assembly') }], rest);
}

/** The assembly text of a program. Error: why it does not load. */
export function disassemble(
	elf: Uint8Array,
	options: DisassemblyOptions & SyscallOptions = {},
): Result<string, string> {
	return disassembleProgram(expectBytes(elf, 'elf'), syscallsOf(options), options);
}

/** What a deployment would check of a program, each by its name, and where it fails. */
export function verify(elf: Uint8Array, options: SyscallOptions = {}): CheckResult[] {
	return verifyReport(expectBytes(elf, 'elf'), syscallsOf(options));
}

/** A key pair: 64 bytes, the secret first, as `Keypair` of `@solana/web3.js` has them, or the 32 of the secret alone. */
export interface KeyPairLike {
	readonly secretKey: Uint8Array;
}

/** How to deploy. */
export interface LibraryDeployOptions extends SyscallOptions {
	readonly payer: KeyPairLike;
	/** Who may change the program; `payer` unless told. */
	readonly authority?: KeyPairLike;
	/** Where it goes: a key pair, or, for an upgrade, the address; a new one unless told. */
	readonly program?: KeyPairLike | string;
	/** Loader v3: where the upload goes: a key pair, or the address of one that is there already; a new one unless told. */
	readonly buffer?: KeyPairLike | string;
	/** `v3` unless told. */
	readonly loader?: DeployRequest['loader'];
	/** Loader v3: bytes that there is room for; those of the program unless told. */
	readonly maxLen?: number;
	/** Whether nobody may change it afterwards. */
	readonly isFinal?: boolean;
	/** Transactions that are on their way at a time, 1000 at most. */
	readonly parallelism?: number;
	/** Is told of each transaction that is done, of those of its step. */
	readonly onProgress?: (step: string, done: number, total: number) => void;
}

/** A program that was deployed. */
export interface DeployedProgram {
	readonly kind: DeployPlan['kind'];
	readonly address: string;
	/** The slot of the last transaction; null where nothing was to be done. */
	readonly slot: Slot | null;
	/** Writes that were sent. */
	readonly writes: number;
}

/** Why a deployment did not come to its end. */
export type LibraryDeployError = DeployError & {
	/** `StepFailed`: the key pairs that were made for it, with which another deployment goes on. */
	readonly made?: { readonly program?: KeyPairLike; readonly buffer?: KeyPairLike };
};

/** A cluster by the URL of its JSON-RPC, as a target. */
export function rpcTarget(url: string): DeployTarget {
	return new RpcTarget(new HttpRpc(url));
}

/** An instance, a cluster by its URL, or any other target. */
export type Where = LiteSVM | string | DeployTarget;

function targetOf(where: Where): DeployTarget {
	if (where instanceof LiteSVM) return new LiteTarget(where);
	if (typeof where === 'string') return rpcTarget(where);
	expectObject(where, 'where', 'a LiteSVM, a URL or a target');
	return where;
}

function signerOf(keyPair: KeyPairLike, name: string): DeploySigner {
	expectObject(keyPair, name, 'a key pair');
	const { secretKey } = keyPair;
	const { length } = expectBytes(secretKey, `${name}.secretKey`);
	if (length !== 64 && length !== 32) throw wrongType(`${name}.secretKey`, '64 or 32 bytes', secretKey);
	const seed = secretKey.slice(0, 32);
	const pubkey = Pubkey.fromBytes(ed25519PublicKey(seed));
	return { pubkey, sign: (message) => ed25519Sign(message, seed) };
}

function newKeyPair(): KeyPairLike {
	const seed = crypto.getRandomValues(new Uint8Array(32));
	return { secretKey: Uint8Array.of(...seed, ...ed25519PublicKey(seed)) };
}

/** The account that `where` names, and its key pair where that is known. */
function placeOf(
	where: KeyPairLike | string,
	name: string,
): { readonly pubkey: Pubkey; readonly signers: readonly DeploySigner[] } {
	if (typeof where === 'string') return { pubkey: toPubkey(where, name), signers: [] };
	const signer = signerOf(where, name);
	return { pubkey: signer.pubkey, signers: [signer] };
}

function checkDeployOptions(options: LibraryDeployOptions): void {
	expectObject(options, 'options', 'an object');
	const { loader, maxLen, isFinal, parallelism, onProgress } = options;
	if (loader !== undefined && loader !== 'v3' && loader !== 'v4') {
		throw new RangeError(`loader: expected 'v3' or 'v4', got ${String(loader)}`);
	}
	if (maxLen !== undefined) expectInteger(maxLen, 'maxLen', 1, MAX_PROGRAM_SIZE);
	if (isFinal !== undefined) expectBoolean(isFinal, 'isFinal');
	if (parallelism !== undefined) expectInteger(parallelism, 'parallelism', 1, MAX_PARALLELISM);
	if (onProgress !== undefined) expectFunction(onProgress, 'onProgress');
}

/** What is asked for, who signs, and the key pairs that were made for it. */
interface OwnRequest {
	readonly request: DeployRequest;
	readonly signers: readonly DeploySigner[];
	readonly made: NonNullable<LibraryDeployError['made']>;
}

function requestOf(elf: Uint8Array, options: LibraryDeployOptions): OwnRequest {
	checkDeployOptions(options);
	const { loader = 'v3', maxLen, isFinal = false } = options;
	const payer = signerOf(options.payer, 'payer');
	const authority = signerOf(options.authority ?? options.payer, 'authority');
	const made = {
		...(options.program === undefined ? { program: newKeyPair() } : {}),
		...(options.buffer === undefined && loader === 'v3' ? { buffer: newKeyPair() } : {}),
	};
	const { pubkey: program, signers: owner } = placeOf(options.program ?? made.program!, 'program');
	const upload = options.buffer ?? made.buffer;
	const buffer = upload === undefined ? null : placeOf(upload, 'buffer');
	const request: DeployRequest = {
		loader,
		elf: expectBytes(elf, 'elf'),
		payer: payer.pubkey,
		authority: authority.pubkey,
		program,
		programData: programdataAddressOf(program),
		buffer: loader === 'v3' && buffer !== null ? buffer.pubkey : program,
		isFinal,
		...(maxLen === undefined ? {} : { maxLen }),
	};
	return { request, made, signers: [payer, authority, ...owner, ...(buffer?.signers ?? [])] };
}

/** What {@link deploy} would send. Errors: `Rejected`, `Conflict`. Rejects where nobody answers. */
export async function planDeployment(
	elf: Uint8Array,
	where: Where,
	options: LibraryDeployOptions,
): Promise<Result<DeployPlan, DeployError>> {
	return prepareDeploy(requestOf(elf, options).request, targetOf(where), syscallsOf(options));
}

/**
 * Deploys or upgrades by the loader's transactions. In an instance the program can be invoked at once.
 *
 * Errors: `Rejected`, `Conflict`, `InsufficientFunds` (nothing was sent), `StepFailed`, which names what was left behind and
 * has the key pairs that were made. TypeError or RangeError for options of a wrong type.
 */
export async function deploy(
	elf: Uint8Array,
	where: Where,
	options: LibraryDeployOptions,
): Promise<Result<DeployedProgram, LibraryDeployError>> {
	const { request, signers, made } = requestOf(elf, options);
	const target = targetOf(where);
	const { parallelism, onProgress } = options;
	const deployed: Result<Deployment, DeployError> = await runDeploy(request, target, signers, {
		syscalls: syscallsOf(options),
		...(parallelism === undefined ? {} : { parallelism }),
		...(onProgress === undefined ? {} : { onProgress }),
	});
	if (!deployed.ok) {
		const { error } = deployed;
		return { ok: false, error: error.kind === 'StepFailed' ? { ...error, made } : error };
	}
	const { plan, program, slot, writes } = deployed.value;
	// A program can be invoked from the slot after its deployment on, and there are no slots but those that we make.
	if (target instanceof LiteTarget) await target.sleep();
	return { ok: true, value: { kind: plan.kind, address: program.toBase58(), slot, writes } };
}

/** What is done to programs and buffers besides. */
export type LibraryAction =
	/** The lamports go to the payer unless told. */
	| { readonly kind: 'close'; readonly recipient?: string }
	| { readonly kind: 'extend'; readonly bytes: number }
	/** To nobody with `null`: for ever. Loader v4 needs the key pair of the new authority. */
	| { readonly kind: 'set-authority'; readonly newAuthority: KeyPairLike | string | null };

function actionOf(
	action: LibraryAction,
	payer: Pubkey,
): { readonly what: ProgramAction; readonly heir: DeploySigner | null } {
	expectObject(action, 'action', 'an object');
	switch (action.kind) {
		case 'close': {
			const { recipient } = action;
			const to = recipient === undefined ? payer : toPubkey(recipient, 'recipient');
			return { what: { kind: 'close', recipient: to }, heir: null };
		}
		case 'extend':
			expectInteger(action.bytes, 'bytes', 1, MAX_PROGRAM_SIZE);
			return { what: action, heir: null };
		case 'set-authority': {
			const { newAuthority } = action;
			const heir =
				typeof newAuthority === 'string' || newAuthority === null
					? null
					: signerOf(newAuthority, 'newAuthority');
			const to = typeof newAuthority === 'string' ? toPubkey(newAuthority, 'newAuthority') : heir?.pubkey;
			return { what: { kind: 'set-authority', newAuthority: to ?? null }, heir };
		}
		default:
			throw wrongType('action.kind', "'close', 'extend' or 'set-authority'", action);
	}
}

/** Closes, extends or hands over a program or a buffer; the slot it was done in. Errors: `Conflict`, `StepFailed`. */
export async function manage(
	action: LibraryAction,
	address: string,
	where: Where,
	keys: { readonly payer: KeyPairLike; readonly authority?: KeyPairLike },
): Promise<Result<Slot, DeployError>> {
	expectObject(keys, 'keys', 'an object with a payer');
	const payer = signerOf(keys.payer, 'payer');
	const authority = signerOf(keys.authority ?? keys.payer, 'authority');
	const { what, heir } = actionOf(action, payer.pubkey);
	const account = toPubkey(address, 'address');
	const programData = programdataAddressOf(account);
	const request = { account, programData, payer: payer.pubkey, authority: authority.pubkey };
	return manageProgram(what, request, targetOf(where), [payer, authority, ...(heir === null ? [] : [heir])]);
}
