/**
 * What a deployment consists of, worked out from what is on the cluster already.
 *
 * Pure. A deployment that was interrupted is planned anew: what has been done is no part of the new plan. The order of
 * an upgrade is such that the old program runs until the new one takes its place (loader v3); loader v4 has no buffer,
 * so that there the program stands still meanwhile.
 */
import {
	type AccountSharedData,
	catchFault,
	decodeLoaderV4State,
	decodeUpgradeableLoaderState,
	err,
	Fault,
	type Instruction,
	type Lamports,
	LOADER_V4_PROGRAM_DATA_OFFSET,
	LoaderV4Status,
	loaderV3Instruction,
	loaderV4Instruction,
	type Pubkey,
	programIds,
	type Result,
	type Slot,
	systemInstruction,
	UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAM,
	UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA,
} from '@parhelion/sdk';
import type { DeployError } from './deploy-error.ts';
import {
	type Chunk,
	chunkSize,
	differingChunks,
	type PlannedTransaction,
	plannedTransaction,
	SIGNATURE_FEE,
} from './planned-transaction.ts';

const BUFFER_HEAD = UPGRADEABLE_LOADER_SIZE_OF_BUFFER_METADATA;
const PROGRAMDATA_HEAD = UPGRADEABLE_LOADER_SIZE_OF_PROGRAMDATA_METADATA;
const MAX_ACCOUNT_SIZE = 10 * 1024 * 1024;
/** Fewest bytes by which the loader extends a program, unless it becomes as large as an account can be. */
const MIN_EXTENSION = 10_240;

/** What is to be deployed, by whom, and where. */
export interface DeployRequest {
	readonly loader: 'v3' | 'v4';
	readonly elf: Uint8Array;
	readonly payer: Pubkey;
	readonly authority: Pubkey;
	readonly program: Pubkey;
	/** Loader v3: the address derived of the program's. */
	readonly programData: Pubkey;
	/** Loader v3: where the upload goes. */
	readonly buffer: Pubkey;
	/** Loader v3: bytes that there is room for; those of the program unless told. */
	readonly maxLen?: number;
	/** Whether nobody may change it afterwards. */
	readonly isFinal?: boolean;
}

/** What is on the cluster. */
export interface DeployState {
	readonly program: AccountSharedData | null;
	readonly programData: AccountSharedData | null;
	readonly buffer: AccountSharedData | null;
}

/** Transactions that belong together. */
export interface DeployStep {
	readonly name: string;
	readonly transactions: readonly PlannedTransaction[];
	/** The slot that must be over: a loader touches a program once a slot. */
	readonly afterSlot: Slot | null;
	/** Whether it touches the program, so that the next step that does must wait for another slot. */
	readonly touchesProgram: boolean;
}

/** All that is to be done. */
export interface DeployPlan {
	/** `unchanged`: the program is there already, byte by byte. */
	readonly kind: 'deploy' | 'upgrade' | 'unchanged';
	readonly steps: readonly DeployStep[];
	/** Where an unfinished upload lies. */
	readonly upload: Pubkey;
	/** Lamports that the accounts take besides the fees, at the worst moment. */
	readonly deposit: Lamports;
	readonly fees: Lamports;
	readonly bytesToWrite: number;
}

/** The name of the step that uploads. */
export const WRITE_STEP = 'write';

/** An account that writes go to, and how. */
export interface Upload {
	readonly account: Pubkey;
	/** Bytes before the ELF. */
	readonly head: number;
	write(chunk: Chunk): Instruction;
}

/** Where the writes of a deployment go. */
export function uploadOf({ loader, buffer, program, authority }: DeployRequest): Upload {
	return loader === 'v3'
		? {
				account: buffer,
				head: BUFFER_HEAD,
				write: ({ offset, bytes }) => loaderV3Instruction.write(buffer, authority, offset, bytes),
			}
		: {
				account: program,
				head: LOADER_V4_PROGRAM_DATA_OFFSET,
				write: ({ offset, bytes }) => loaderV4Instruction.write(program, authority, offset, bytes),
			};
}

/** The writes that are still needed where the upload's account holds `data`. */
export function plannedWrites(request: DeployRequest, data: Uint8Array): PlannedTransaction[] {
	const { payer, elf } = request;
	const upload = uploadOf(request);
	const chunks = differingChunks(elf, data.subarray(upload.head), chunkSize(payer, upload.write));
	return chunks.map((chunk) =>
		plannedTransaction(`write ${chunk.bytes.length} bytes at ${chunk.offset}`, payer, [upload.write(chunk)]),
	);
}

/**
 * Plans a deployment; `minimumBalance` gives the rent of an account. Errors: `Conflict`, where what is there belongs
 * to somebody else, is no program, or is final.
 */
export function deployPlan(
	request: DeployRequest,
	state: DeployState,
	minimumBalance: (size: number) => Lamports,
): Result<DeployPlan, DeployError> {
	const { elf, maxLen } = request;
	if (maxLen !== undefined && maxLen < elf.length) {
		return err(conflict(`the program has ${elf.length} bytes, and room for ${maxLen} was asked for`));
	}
	const plan = request.loader === 'v3' ? planV3 : planV4;
	return catchFault<DeployPlan, DeployError>(() => plan(request, state, minimumBalance));
}

function conflict(detail: string): DeployError {
	return { kind: 'Conflict', detail };
}

function refuse(detail: string): never {
	throw new Fault<DeployError>(conflict(`${detail}; nothing was sent`));
}

/** Puts steps together; steps without transactions are left out. */
class PlanBuilder {
	readonly #payer: Pubkey;
	readonly #steps: DeployStep[] = [];
	#bytesToWrite = 0;

	constructor(payer: Pubkey) {
		this.#payer = payer;
	}

	add(
		name: string,
		instructions: readonly Instruction[],
		touches: { afterSlot: Slot | null } | null = null,
	): void {
		this.#steps.push({
			name,
			transactions: [plannedTransaction(name, this.#payer, instructions)],
			afterSlot: touches?.afterSlot ?? null,
			touchesProgram: touches !== null,
		});
	}

	addWrites(request: DeployRequest, held: Uint8Array): void {
		const transactions = plannedWrites(request, held);
		if (transactions.length === 0) return;
		this.#bytesToWrite = differingBytes(transactions);
		this.#steps.push({ name: WRITE_STEP, transactions, afterSlot: null, touchesProgram: false });
	}

	finish(kind: DeployPlan['kind'], upload: Pubkey, deposit: Lamports): DeployPlan {
		const signatures = this.#steps
			.flatMap(({ transactions }) => transactions)
			.reduce((sum, { signers }) => sum + signers.length, 0);
		return {
			kind,
			steps: this.#steps,
			upload,
			deposit: deposit > 0n ? deposit : 0n,
			fees: BigInt(signatures) * SIGNATURE_FEE,
			bytesToWrite: this.#bytesToWrite,
		};
	}
}

/** Bytes that writes carry: an instruction's data less its number, offset and length. */
function differingBytes(transactions: readonly PlannedTransaction[]): number {
	return transactions.reduce((sum, { instructions }) => sum + (instructions[0]?.data.length ?? 16) - 16, 0);
}

/** Whether `data` begins with `elf` and has zeros behind it. */
function holds(data: Uint8Array, elf: Uint8Array): boolean {
	return data.length >= elf.length && data.every((byte, i) => byte === (elf[i] ?? 0));
}

function planV3(
	request: DeployRequest,
	state: DeployState,
	minimumBalance: (size: number) => Lamports,
): DeployPlan {
	const { elf, payer, authority, program, programData, buffer, isFinal = false } = request;
	const builder = new PlanBuilder(payer);
	const deployed = deployedV3(request, state);
	const finalize = (): void => {
		if (isFinal) {
			builder.add('give up the authority', [loaderV3Instruction.setAuthority(programData, authority, null)]);
		}
	};
	if (deployed !== null && holds(deployed.data.subarray(PROGRAMDATA_HEAD), elf)) {
		finalize();
		return builder.finish('unchanged', buffer, 0n);
	}
	const bufferRent = minimumBalance(BUFFER_HEAD + elf.length);
	let deposit = 0n;
	if (state.buffer === null) {
		deposit += bufferRent;
		builder.add('create buffer', [
			systemInstruction.createAccount(
				payer,
				buffer,
				bufferRent,
				BUFFER_HEAD + elf.length,
				programIds.bpfLoaderUpgradeable,
			),
			loaderV3Instruction.initializeBuffer(buffer, authority),
		]);
	} else checkBuffer(request, state.buffer);
	builder.addWrites(request, state.buffer?.data ?? new Uint8Array(BUFFER_HEAD + elf.length));

	const room = request.maxLen ?? elf.length;
	if (deployed === null) {
		const programRent = minimumBalance(UPGRADEABLE_LOADER_SIZE_OF_PROGRAM);
		// The buffer's lamports pay for the program's data.
		deposit += programRent + max(0n, minimumBalance(PROGRAMDATA_HEAD + room) - bufferRent);
		builder.add(
			'deploy',
			[
				systemInstruction.createAccount(
					payer,
					program,
					programRent,
					UPGRADEABLE_LOADER_SIZE_OF_PROGRAM,
					programIds.bpfLoaderUpgradeable,
				),
				loaderV3Instruction.deployWithMaxDataLen(payer, programData, program, buffer, authority, room),
			],
			{ afterSlot: null },
		);
		finalize();
		return builder.finish('deploy', buffer, deposit);
	}
	const { data, slot } = deployed;
	if (PROGRAMDATA_HEAD + room > data.length) {
		const additional = extensionBytes(data.length, PROGRAMDATA_HEAD + room);
		deposit += max(0n, minimumBalance(data.length + additional) - minimumBalance(data.length));
		builder.add(
			`extend by ${additional} bytes`,
			[loaderV3Instruction.extendProgram(programData, program, payer, additional)],
			{ afterSlot: slot },
		);
	}
	builder.add('upgrade', [loaderV3Instruction.upgrade(programData, program, buffer, payer, authority)], {
		afterSlot: slot,
	});
	finalize();
	return builder.finish('upgrade', buffer, deposit);
}

function max(a: bigint, b: bigint): bigint {
	return a > b ? a : b;
}

/** Bytes to extend by from `size` to at least `wanted`, as many as the loader asks for. */
export function extensionBytes(size: number, wanted: number): number {
	return Math.min(Math.max(wanted - size, MIN_EXTENSION), MAX_ACCOUNT_SIZE - size);
}

/** The program's data where there is one that `authority` may change; null where there is nothing. */
function deployedV3(
	{ program, authority, programData }: DeployRequest,
	state: DeployState,
): { readonly data: Uint8Array; readonly slot: Slot } | null {
	if (state.program === null) return null;
	if (!state.program.owner.equals(programIds.bpfLoaderUpgradeable)) {
		refuse(`${program} is an account of ${state.program.owner}, and no program that can be upgraded`);
	}
	const head = decodeUpgradeableLoaderState(state.program.data);
	if (!head.ok || head.value.kind !== 'Program' || !head.value.programdataAddress.equals(programData)) {
		refuse(`${program} is no program`);
	}
	const data = state.programData?.data;
	const decoded = data === undefined ? null : decodeUpgradeableLoaderState(data);
	if (data === undefined || !decoded?.ok || decoded.value.kind !== 'ProgramData') {
		refuse(`${program} was closed: nothing can be deployed at this address any more`);
	}
	const { slot, upgradeAuthorityAddress } = decoded.value;
	if (upgradeAuthorityAddress === null) refuse(`${program} is final: it cannot be changed any more`);
	if (!upgradeAuthorityAddress.equals(authority)) {
		refuse(`${program} can be upgraded by ${upgradeAuthorityAddress}, not by ${authority}`);
	}
	return { data, slot };
}

function checkBuffer({ buffer, authority, elf }: DeployRequest, account: AccountSharedData): void {
	const decoded = decodeUpgradeableLoaderState(account.data);
	const isBuffer =
		account.owner.equals(programIds.bpfLoaderUpgradeable) && decoded.ok && decoded.value.kind === 'Buffer';
	if (!isBuffer) refuse(`${buffer} is there already, and no buffer`);
	const holder = decoded.value.authorityAddress;
	if (!holder?.equals(authority)) {
		refuse(`the buffer ${buffer} is under the authority of ${holder ?? 'nobody'}, not of ${authority}`);
	}
	const size = account.data.length - BUFFER_HEAD;
	if (size !== elf.length) {
		refuse(
			`the buffer ${buffer} is for a program of ${size} bytes, and this one has ${elf.length}: close it or use another`,
		);
	}
}

function planV4(
	request: DeployRequest,
	state: DeployState,
	minimumBalance: (size: number) => Lamports,
): DeployPlan {
	const { elf, payer, authority, program, isFinal = false } = request;
	const builder = new PlanBuilder(payer);
	const rent = minimumBalance(LOADER_V4_PROGRAM_DATA_OFFSET + elf.length);
	const finalize = (): void => {
		if (isFinal) builder.add('finalize', [loaderV4Instruction.finalize(program, authority, program)]);
	};
	const setLength = loaderV4Instruction.setProgramLength(program, authority, elf.length, payer);
	const held = state.program;
	if (held === null) {
		const create = systemInstruction.createAccount(payer, program, rent, 0, programIds.loaderV4);
		builder.add('create program', [create, setLength]);
		builder.addWrites(request, new Uint8Array(LOADER_V4_PROGRAM_DATA_OFFSET + elf.length));
		builder.add('deploy', [loaderV4Instruction.deploy(program, authority)], { afterSlot: null });
		finalize();
		return builder.finish('deploy', program, rent);
	}
	if (!held.owner.equals(programIds.loaderV4)) {
		refuse(`${program} is an account of ${held.owner}, and no program of loader v4`);
	}
	const head = decodeLoaderV4State(held.data);
	if (head?.status === LoaderV4Status.Finalized) refuse(`${program} is final: it cannot be changed any more`);
	if (head !== null && !head.authorityAddressOrNextVersion.equals(authority)) {
		refuse(`${program} can be changed by ${head.authorityAddressOrNextVersion}, not by ${authority}`);
	}
	const isSameSize = held.data.length === LOADER_V4_PROGRAM_DATA_OFFSET + elf.length;
	const isDeployed = head?.status === LoaderV4Status.Deployed;
	if (isDeployed && isSameSize && holds(held.data.subarray(LOADER_V4_PROGRAM_DATA_OFFSET), elf)) {
		finalize();
		return builder.finish('unchanged', program, 0n);
	}
	const afterSlot = head === null || head.slot === 0n ? null : head.slot;
	if (isDeployed) {
		builder.add('retract', [loaderV4Instruction.retract(program, authority)], { afterSlot });
	}
	const missing = max(0n, rent - held.lamports);
	if (!isSameSize) {
		const pay = missing > 0n ? [systemInstruction.transfer(payer, program, missing)] : [];
		builder.add('set length', [...pay, setLength]);
	}
	const grown = new Uint8Array(LOADER_V4_PROGRAM_DATA_OFFSET + elf.length);
	grown.set(held.data.subarray(0, grown.length));
	builder.addWrites(request, grown);
	builder.add('deploy', [loaderV4Instruction.deploy(program, authority)], { afterSlot });
	finalize();
	// A program that has never been deployed is in slot 0.
	return builder.finish(afterSlot === null ? 'deploy' : 'upgrade', program, missing);
}
