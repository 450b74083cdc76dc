/**
 * What a `LiteSVM` starts from: the steps of its builder, and the finished start of the default instance,
 * which is made once and shared.
 *
 * Source: litesvm lib.rs (`into_basic` and the setters it calls); node-litesvm native_mint.rs.
 */

import { sha256 } from '@parhelion/crypto';
import {
	builtinAccounts,
	featureAccounts,
	MINT_SIZE,
	NATIVE_MINT,
	NATIVE_MINT_2022,
	NATIVE_MINT_DECIMALS,
	precompileAccounts,
	programAccounts,
} from '@parhelion/runtime';
import {
	type AccountSharedData,
	createAccount,
	defaultEpochRewards,
	EpochSchedule,
	encodeClock,
	encodeEpochRewards,
	encodeEpochSchedule,
	encodeFees,
	encodeLastRestartSlot,
	encodeRecentBlockhashes,
	encodeRent,
	encodeSlotHashes,
	encodeSlotHistory,
	encodeStakeHistory,
	FEATURES,
	FeatureSet,
	featureId,
	Hash,
	InvariantError,
	type Lamports,
	type Pubkey,
	programIds,
	Rent,
	type RuntimeFeatures,
	resolveRuntimeFeatures,
	SLOT_HASHES_SIZE,
	type Slot,
	SlotHashes,
	SlotHistory,
	StakeHistory,
	sysvarIds,
	U64_MAX,
} from '@parhelion/sdk';
import {
	createProgramRuntimeEnvironment,
	enabledBuiltins,
	newBudgetWithDefaults,
	ProgramCacheEntry,
	type SVMTransactionExecutionBudget,
} from '@parhelion/svm';
import { availablePrograms, programSourceRevision } from './bundled-programs.ts';
import type { CustomSyscall } from './custom-syscall.ts';
import { LiteBank, loadErrorText } from './lite-bank.ts';
import { encodeMint } from './token-layout.ts';

/** The slot of the newest feature of mainnet-beta: where the clock starts. */
export const MAINNET_DEFAULT_SLOT: Slot = FEATURES.reduce(
	(newest, { mainnetSlot }) => (BigInt(mainnetSlot ?? 0) > newest ? BigInt(mainnetSlot ?? 0) : newest),
	0n,
);

/** The blockhash that follows `bytes`. */
export function createBlockhash(bytes: Uint8Array): Hash {
	return Hash.fromBytes(sha256(bytes));
}

/** The blockhash of a new instance. */
export const GENESIS_BLOCKHASH: Hash = createBlockhash(new TextEncoder().encode('genesis'));

/** Features, and what follows from them. */
export interface LiteFeatures {
	readonly set: FeatureSet;
	readonly runtime: RuntimeFeatures;
}

/** A copy of `set` with what follows from it. */
export function liteFeatures(set: FeatureSet): LiteFeatures {
	const copy = set.clone();
	return { set: copy, runtime: resolveRuntimeFeatures(copy) };
}

/** The lamports an account of `dataLength` bytes needs; `u64::MAX` above 10 MiB, never less than 1. */
export function minimumBalance(bank: LiteBank, dataLength: number): Lamports {
	const minimum = bank.rent.tryMinimumBalance(dataLength) ?? U64_MAX;
	return minimum > 1n ? minimum : 1n;
}

/** A sysvar's account as the original writes it: one lamport, as long as the value needs. */
export function sysvarAccount(encoded: Uint8Array, size: number = encoded.length): AccountSharedData {
	let data = encoded;
	if (encoded.length !== size) {
		data = new Uint8Array(size);
		data.set(encoded);
	}
	return createAccount({ lamports: 1n, data, owner: sysvarIds.owner });
}

/** Writes a sysvar that is known to be valid. */
export function storeSysvar(bank: LiteBank, id: Pubkey, encoded: Uint8Array, size?: number): void {
	const stored = bank.addAccount(id, sysvarAccount(encoded, size));
	if (!stored.ok) throw new InvariantError(`sysvar ${id}: ${stored.error}`);
}

/** Writes the recent blockhashes: the latest alone. */
export function storeRecentBlockhash(bank: LiteBank, blockhash: Hash, lamportsPerSignature: Lamports): void {
	storeSysvar(
		bank,
		sysvarIds.recentBlockhashes,
		encodeRecentBlockhashes([{ blockhash, lamportsPerSignature }]),
	);
}

/** Writes every sysvar. */
export function setSysvars(bank: LiteBank, features: FeatureSet, blockhash: Hash): void {
	const slot = MAINNET_DEFAULT_SLOT;
	const clock = { slot, epochStartTimestamp: 0n, epoch: 0n, leaderScheduleEpoch: 0n, unixTimestamp: 0n };
	storeSysvar(bank, sysvarIds.clock, encodeClock(clock));
	storeSysvar(bank, sysvarIds.epochRewards, encodeEpochRewards(defaultEpochRewards()));
	storeSysvar(bank, sysvarIds.epochSchedule, encodeEpochSchedule(EpochSchedule.default()));
	storeSysvar(bank, sysvarIds.fees, encodeFees({ lamportsPerSignature: 0n }));
	storeSysvar(bank, sysvarIds.lastRestartSlot, encodeLastRestartSlot({ lastRestartSlot: 0n }));
	storeRecentBlockhash(bank, blockhash, 0n);
	// The same minimum balance in two forms: before SIMD-0194 a rate for two years, since then one of a byte.
	const isNewForm = features.isActive(featureId('deprecate_rent_exemption_threshold'));
	const rent = Rent.default();
	const oldRent = new Rent(rent.lamportsPerByte / 2n, 2, rent.burnPercent);
	storeSysvar(bank, sysvarIds.rent, encodeRent(isNewForm ? rent : oldRent));
	storeSysvar(
		bank,
		sysvarIds.slotHashes,
		encodeSlotHashes(new SlotHashes([[slot, blockhash]])),
		SLOT_HASHES_SIZE,
	);
	storeSysvar(bank, sysvarIds.slotHistory, encodeSlotHistory(SlotHistory.default()));
	storeSysvar(bank, sysvarIds.stakeHistory, encodeStakeHistory(new StakeHistory([])));
	bank.addAccountsNoChecks([[programIds.stakeConfig, stakeConfigAccount()]]);
}

/** The deprecated stake configuration: no keys, a warmup rate of 0.25, a slash penalty of 12 of 255. */
function stakeConfigAccount(): AccountSharedData {
	const data = new Uint8Array(17);
	new DataView(data.buffer).setFloat64(8, 0.25, true);
	data[16] = Math.floor((5 * 255) / 100);
	return createAccount({ lamports: 1n, data, owner: programIds.config });
}

/** Adds the builtin programs, and makes the environment for programs. */
export function setBuiltins(
	bank: LiteBank,
	features: LiteFeatures,
	budget: SVMTransactionExecutionBudget | null,
): void {
	for (const { programId, name, entrypoint } of enabledBuiltins(features.set)) {
		bank.replenish(programId, ProgramCacheEntry.newBuiltin(0n, name, entrypoint));
	}
	bank.addAccountsNoChecks(builtinAccounts(features.set));
	bank.builtinsInput = { featureSet: features.set, features: features.runtime, budget };
	setEnvironment(bank);
}

/** Makes the loader for programs added from now on: the runtime's syscalls, and the custom ones. */
function setEnvironment(bank: LiteBank): void {
	const input = bank.builtinsInput;
	if (input === null) return;
	const budget = input.budget ?? newBudgetWithDefaults(input.features.raiseCpiNestingLimitTo8);
	const environment = createProgramRuntimeEnvironment(input.features, budget, false, false);
	for (const { name, fn } of bank.customSyscalls) {
		// A custom syscall may stand in for one of the runtime.
		environment.unregisterFunction(name);
		environment.registerFunction(name, fn);
	}
	bank.setEnvironment(environment);
}

/** Lends a syscall to programs added from now on; one of the same name is replaced. */
export function addCustomSyscall(bank: LiteBank, syscall: CustomSyscall): void {
	bank.customSyscalls = [...bank.customSyscalls.filter(({ name }) => name !== syscall.name), syscall];
	setEnvironment(bank);
}

/** Adds the precompiles' accounts. */
export function setPrecompiles(bank: LiteBank): void {
	for (const [pubkey, account] of precompileAccounts()) bank.addAccount(pubkey, account);
}

/**
 * Adds a program with its accounts, executable in this slot.
 *
 * RangeError for a loader that is not v1, v2 or v3, or an ELF that does not load or verify; as in the original
 * the accounts are stored all the same then.
 */
export function addProgram(bank: LiteBank, programId: Pubkey, loader: Pubkey, elf: Uint8Array): void {
	const loaded = bank.loadElf(loader, storeProgram(bank, programId, loader, elf));
	if (!loaded.ok) throw new RangeError(`Failed to add program: ${loadErrorText(loaded.error)}`);
	bank.replenish(programId, loaded.value);
}

/** Stores a program's accounts; gives their own copy of the ELF, which nobody writes to. */
function storeProgram(bank: LiteBank, programId: Pubkey, loader: Pubkey, elf: Uint8Array): Uint8Array {
	const accounts = programAccounts(
		{ programId, loader, elf, slot: bank.slot, upgradeAuthority: null },
		(length) => minimumBalance(bank, length),
	);
	if (accounts === null) throw new RangeError(`Failed to add program: Unsupported loader: ${loader}`);
	bank.addAccountsNoChecks(accounts);
	const holder = accounts[0]![1].data;
	return holder.subarray(holder.length - elf.length);
}

/**
 * Adds the default programs that there is an ELF for. They are known to load and are loaded when first invoked:
 * together they take 25 of the 30 ms of a process's first instance.
 */
export function setDefaultPrograms(bank: LiteBank, features: FeatureSet): void {
	for (const { program, elf } of availablePrograms(features)) {
		bank.replenishDeferred(
			program.programId,
			program.loader,
			storeProgram(bank, program.programId, program.loader, elf),
		);
	}
}

/** Address and token program of the mints of wrapped SOL. */
const NATIVE_MINTS: readonly (readonly [Pubkey, Pubkey])[] = [
	[NATIVE_MINT, programIds.splToken],
	[NATIVE_MINT_2022, programIds.splToken2022],
];

/** Adds the mints of wrapped SOL whose token program is there. */
export function setNativeMints(bank: LiteBank): void {
	for (const [mint, program] of NATIVE_MINTS) {
		if (!bank.accounts.has(program)) continue;
		const data = encodeMint(NATIVE_MINT_DECIMALS, null, null);
		bank.addAccount(mint, createAccount({ lamports: minimumBalance(bank, MINT_SIZE), data, owner: program }));
	}
}

/** The start of the default instance. */
interface Start {
	readonly revision: number;
	readonly bank: LiteBank;
	readonly features: LiteFeatures;
}

let start: Start | null = null;

/** The state of a new default instance, but for its airdrop account. */
export function defaultStart(): { readonly bank: LiteBank; readonly features: LiteFeatures } {
	const revision = programSourceRevision();
	if (start === null || start.revision !== revision) {
		const bank = new LiteBank();
		const features = liteFeatures(FeatureSet.mainnet());
		setBuiltins(bank, features, null);
		setSysvars(bank, features.set, GENESIS_BLOCKHASH);
		bank.addAccountsNoChecks(featureAccounts(features.set, (length) => minimumBalance(bank, length)));
		setDefaultPrograms(bank, features.set);
		setPrecompiles(bank);
		start = { revision, bank, features };
	}
	return { bank: start.bank.fork(), features: start.features };
}

/** The state of an instance with nothing in it. */
export function emptyStart(): { readonly bank: LiteBank; readonly features: LiteFeatures } {
	return { bank: new LiteBank(), features: liteFeatures(FeatureSet.default()) };
}
