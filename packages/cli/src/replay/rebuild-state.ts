/**
 * The accounts of a transaction of the past as they were before it, as far as that can be known.
 *
 * A node tells of the past: lamports and token amounts of each account before the transaction. Everything else it tells only
 * as it is now. So an account is as it was where nothing has named it since, or where all that it holds was recorded; of
 * any other it is said what is wrong with it.
 */
import { TOKEN_ACCOUNT_SIZE } from '@parhelion/runtime';
import {
	type AccountSharedData,
	createAccount,
	decodeUpgradeableLoaderState,
	encodeLookupTableMeta,
	LOOKUP_TABLE_META_SIZE,
	type LookupTableMeta,
	Pubkey,
	programIds,
	U64_MAX,
} from '@parhelion/sdk';
import { inForceAt, programdataOf } from '../upstream/clone.ts';
import type { Cluster } from '../upstream/cluster.ts';
import {
	isWritableIn,
	type RecordedTokenBalance,
	type RecordedTransaction,
} from '../upstream/fetch-transaction.ts';
import { member, toBigInt } from '../upstream/json.ts';
import { UpstreamError } from '../upstream/rpc-client.ts';

/** How far an account is what it was. `exact` and `rebuilt` are; of the others `reason` says why not. */
export type Fidelity = 'exact' | 'rebuilt' | 'later' | 'unknown';

/** An account for the replay. */
export interface RebuiltAccount {
	readonly pubkey: Pubkey;
	/** Null: it did not exist. */
	readonly account: AccountSharedData | null;
	readonly fidelity: Fidelity;
	readonly reason: string;
}

const TOKEN_OWNER_OFFSET = 32;
const TOKEN_AMOUNT_OFFSET = 64;
const TOKEN_STATE_OFFSET = 108;
/** The head of a lookup table whose addresses are all in force. */
const ACTIVE_TABLE: LookupTableMeta = {
	deactivationSlot: U64_MAX,
	lastExtendedSlot: 0n,
	lastExtendedSlotStartIndex: 0,
	authority: null,
};
/** Questions that are asked of the cluster at a time. */
const PARALLEL = 4;

function withTokens(account: AccountSharedData, amount: bigint): AccountSharedData {
	const data = new Uint8Array(account.data);
	new DataView(data.buffer).setBigUint64(TOKEN_AMOUNT_OFFSET, amount, true);
	return createAccount({ ...account, data });
}

/** A token account that is gone, out of what was recorded of it. */
function tokenAccountOf(balance: RecordedTokenBalance, lamports: bigint): AccountSharedData {
	const data = new Uint8Array(TOKEN_ACCOUNT_SIZE);
	data.set(balance.mint.bytes);
	if (balance.owner !== null) data.set(balance.owner.bytes, TOKEN_OWNER_OFFSET);
	new DataView(data.buffer).setBigUint64(TOKEN_AMOUNT_OFFSET, balance.amount, true);
	data[TOKEN_STATE_OFFSET] = 1;
	return createAccount({ lamports, data, owner: programIds.splToken });
}

/** The lookup tables, with the addresses that were looked up where they were, whatever has become of the tables. */
function lookupTables({
	transaction,
	accountKeys,
	numLoadedWritable,
}: RecordedTransaction): RebuiltAccount[] {
	const { message } = transaction;
	if (message.version !== 0) return [];
	let writable = message.accountKeys.length;
	let readonly = writable + numLoadedWritable;
	return message.addressTableLookups.map(({ accountKey, writableIndexes, readonlyIndexes }) => {
		const size = Math.max(-1, ...writableIndexes, ...readonlyIndexes) + 1;
		const data = new Uint8Array(LOOKUP_TABLE_META_SIZE + size * 32);
		data.set(encodeLookupTableMeta(ACTIVE_TABLE));
		const put = (index: number, pubkey: Pubkey | undefined): void =>
			data.set(pubkey?.bytes ?? [], LOOKUP_TABLE_META_SIZE + index * 32);
		for (const index of writableIndexes) put(index, accountKeys[writable++]);
		for (const index of readonlyIndexes) put(index, accountKeys[readonly++]);
		const account = createAccount({ lamports: 1n, data, owner: programIds.addressLookupTable });
		return { pubkey: accountKey, account, fidelity: 'rebuilt', reason: '' };
	});
}

/** Where the cluster has last seen an address named. */
interface LastSeen {
	readonly signature: string;
	readonly slot: bigint;
}

async function lastSeen(cluster: Cluster, pubkey: Pubkey): Promise<LastSeen | null> {
	try {
		const config = { limit: 1, commitment: 'confirmed' };
		const [newest] = (await cluster.rpc.call('getSignaturesForAddress', [
			pubkey.toBase58(),
			config,
		])) as unknown[];
		const slot = toBigInt(member(newest, 'slot'));
		const signature = member(newest, 'signature');
		return slot === null || typeof signature !== 'string' ? null : { signature, slot };
	} catch (thrown) {
		// Some nodes do not keep that index; then it is not known what became of an account.
		if (thrown instanceof UpstreamError || thrown instanceof TypeError) return null;
		throw thrown;
	}
}

/** Runs `work` on each value, some at a time. */
async function inParallel<T, R>(
	values: readonly T[],
	work: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < values.length) {
			const index = next++;
			const value = values[index];
			if (value !== undefined) results[index] = await work(value, index);
		}
	};
	await Promise.all(Array.from({ length: PARALLEL }, worker));
	return results;
}

/** What the data of an account that exists is worth, which nothing recorded tells. */
async function dataFidelity(
	cluster: Cluster,
	recorded: RecordedTransaction,
	pubkey: Pubkey,
	isWritable: boolean,
): Promise<Pick<RebuiltAccount, 'fidelity' | 'reason'>> {
	const seen = await lastSeen(cluster, pubkey);
	if (seen === null)
		return { fidelity: 'unknown', reason: 'what happened to it since is not known; as it is now' };
	if (seen.signature === recorded.signature) {
		return isWritable
			? { fidelity: 'later', reason: 'this transaction may have written it; as it is now' }
			: { fidelity: 'exact', reason: '' };
	}
	if (seen.slot < recorded.slot) return { fidelity: 'exact', reason: '' };
	return { fidelity: 'later', reason: `named again up to slot ${seen.slot}; as it is now` };
}

function codeFidelity(
	programdata: AccountSharedData,
	slot: bigint,
): Pick<RebuiltAccount, 'fidelity' | 'reason'> {
	const state = decodeUpgradeableLoaderState(programdata.data);
	const deployed = state.ok && state.value.kind === 'ProgramData' ? state.value.slot : 0n;
	return deployed <= slot
		? { fidelity: 'exact', reason: '' }
		: { fidelity: 'later', reason: `upgraded in slot ${deployed}; the code is not what ran` };
}

async function rebuildOne(
	cluster: Cluster,
	recorded: RecordedTransaction,
	index: number,
	now: AccountSharedData | null,
): Promise<RebuiltAccount> {
	const pubkey = recorded.accountKeys[index] ?? Pubkey.default;
	const lamports = recorded.preBalances[index] ?? 0n;
	const tokens = recorded.preTokenBalances.find(({ accountIndex }) => accountIndex === index);
	if (lamports === 0n) return { pubkey, account: null, fidelity: 'exact', reason: '' };
	if (now === null) {
		if (tokens !== undefined) {
			return { pubkey, account: tokenAccountOf(tokens, lamports), fidelity: 'rebuilt', reason: '' };
		}
		const reason = 'closed since; taken for one of the System program without data';
		return { pubkey, account: createAccount({ lamports }), fidelity: 'later', reason };
	}
	const account = createAccount({ ...now, lamports });
	if (now.executable) return { pubkey, account, fidelity: 'exact', reason: '' };
	const hasNoData = now.data.length === 0 && now.owner.equals(programIds.systemProgram);
	if (hasNoData) return { pubkey, account, fidelity: 'rebuilt', reason: '' };
	if (tokens !== undefined && now.data.length >= TOKEN_ACCOUNT_SIZE) {
		return { pubkey, account: withTokens(account, tokens.amount), fidelity: 'rebuilt', reason: '' };
	}
	// Only the owner writes data, and a transaction that failed has written none.
	const isWritable =
		recorded.err === null &&
		isWritableIn(recorded, index) &&
		recorded.accountKeys.some((key) => key.equals(now.owner));
	return { pubkey, account, ...(await dataFidelity(cluster, recorded, pubkey, isWritable)) };
}

/**
 * The accounts that a transaction names, its lookup tables, and the code of its programs. Accounts for which `isOwn` is true are
 * made here by any chain, and left out. Rejects with an `UpstreamError`.
 */
export async function rebuildState(
	cluster: Cluster,
	recorded: RecordedTransaction,
	isOwn: (pubkey: Pubkey) => boolean,
): Promise<RebuiltAccount[]> {
	const now = await cluster.getAccounts(recorded.accountKeys.filter((key) => !isOwn(key)));
	const programdata = [...now.values()]
		.map((account) => (account === null ? null : programdataOf(account)))
		.filter((pubkey) => pubkey !== null);
	const code = await cluster.getAccounts(programdata);

	const rebuilt = await inParallel(recorded.accountKeys, (pubkey, index) =>
		isOwn(pubkey) ? Promise.resolve(null) : rebuildOne(cluster, recorded, index, now.get(pubkey.key) ?? null),
	);
	const accounts = rebuilt.filter((one) => one !== null);
	const named = new Set(accounts.map(({ pubkey }) => pubkey.key));
	for (const table of lookupTables(recorded)) if (!named.has(table.pubkey.key)) accounts.push(table);
	for (const pubkey of programdata) {
		const account = code.get(pubkey.key) ?? null;
		if (account === null) {
			accounts.push({ pubkey, account, fidelity: 'later', reason: 'the program is closed since' });
		} else if (!named.has(pubkey.key)) {
			accounts.push({ pubkey, account, ...codeFidelity(account, recorded.slot) });
		}
	}
	return accounts.map((one) => ({
		...one,
		account: one.account === null ? null : inForceAt(one.account, recorded.slot - 1n),
	}));
}
