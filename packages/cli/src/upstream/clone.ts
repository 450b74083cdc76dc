/**
 * `--clone` and its kin: accounts of another cluster for the genesis of this one.
 */
import type { KeyedAccount } from '@parhelion/runtime';
import {
	type AccountSharedData,
	createAccount,
	decodeLookupTableMeta,
	decodeUpgradeableLoaderState,
	type Pubkey,
	programIds,
} from '@parhelion/sdk';
import { programdataAddress } from '@parhelion/svm';
import { CliError } from '../cli-error.ts';
import type { StartOptions } from '../flags/start-flags.ts';
import type { Cluster } from './cluster.ts';

/** Bytes before the slot of a programdata account: the state's tag. */
const PROGRAMDATA_SLOT_OFFSET = 4;
/** Bytes before the last extended slot of a lookup table: the state's tag and the slot of its deactivation. */
const LAST_EXTENDED_SLOT_OFFSET = 12;

/** Where the code of an upgradeable program lies; null for any other account. */
export function programdataOf(account: AccountSharedData): Pubkey | null {
	return account.owner.equals(programIds.bpfLoaderUpgradeable) ? programdataAddress(account.data) : null;
}

/**
 * An account of another cluster, in force here at once. A program is visible from the slot after its deployment, and so are
 * addresses of a lookup table; the other cluster's slots mean nothing here, so none is left above `slot`.
 */
export function inForceAt(account: AccountSharedData, slot: bigint): AccountSharedData {
	if (account.owner.equals(programIds.bpfLoaderUpgradeable)) {
		const state = decodeUpgradeableLoaderState(account.data);
		const isLater = state.ok && state.value.kind === 'ProgramData' && state.value.slot > slot;
		return isLater ? withSlot(account, PROGRAMDATA_SLOT_OFFSET, slot) : account;
	}
	if (account.owner.equals(programIds.addressLookupTable)) {
		const meta = decodeLookupTableMeta(account.data);
		const isLater = meta.ok && meta.value !== null && meta.value.lastExtendedSlot > slot;
		return isLater ? withSlot(account, LAST_EXTENDED_SLOT_OFFSET, slot) : account;
	}
	return account;
}

function withSlot(account: AccountSharedData, offset: number, slot: bigint): AccountSharedData {
	const data = new Uint8Array(account.data);
	new DataView(data.buffer).setBigUint64(offset, slot, true);
	return createAccount({ ...account, data });
}

/** What the flags ask for. A `CliError` for what must exist and does not, an `UpstreamError` where the cluster says no. */
export async function cloneAccounts(cluster: Cluster, options: StartOptions): Promise<KeyedAccount[]> {
	const { clone = [], maybeClone = [], cloneUpgradeableProgram: programs = [] } = options;
	const wanted = new Map([...clone, ...maybeClone, ...programs].map((pubkey) => [pubkey.key, pubkey]));
	if (wanted.size === 0) return [];
	const found = await cluster.getAccounts([...wanted.values()]);

	const missing = [...clone, ...programs].filter(({ key }) => found.get(key) === null);
	if (missing.length > 0) {
		const noun = missing.length === 1 ? 'account' : 'accounts';
		throw new CliError(
			`${cluster.host} has no ${noun} ${missing.join(', ')} (--maybe-clone takes what exists)`,
		);
	}
	for (const program of programs) {
		const account = found.get(program.key);
		if (account && programdataOf(account) === null) {
			throw new CliError(
				`--clone-upgradeable-program ${program}: that is no upgradeable program; --clone takes it`,
			);
		}
	}
	// An upgradeable program is of no use without its code, whichever flag has named it.
	const codeOf = new Map<string, Pubkey>();
	for (const { key } of wanted.values()) {
		const account = found.get(key);
		const programdata = account ? programdataOf(account) : null;
		if (programdata !== null && !wanted.has(programdata.key)) codeOf.set(key, programdata);
	}
	const code = await cluster.getAccounts([...codeOf.values()]);
	const keyed: KeyedAccount[] = [];
	const add = (pubkey: Pubkey, account: AccountSharedData | null | undefined): void => {
		if (account) keyed.push([pubkey, inForceAt(account, 0n)]);
	};
	for (const pubkey of wanted.values()) add(pubkey, found.get(pubkey.key));
	for (const [key, programdata] of codeOf) {
		if (!code.get(programdata.key))
			throw new CliError(`${cluster.host}: the program ${wanted.get(key)} is closed`);
		add(programdata, code.get(programdata.key));
	}
	return keyed;
}
