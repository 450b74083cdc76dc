/**
 * Another cluster as a source of accounts, of its features and of where it stands.
 */
import type { TokenAccountsFilter } from '@parhelion/rpc';
import {
	type AccountSharedData,
	base58Decode,
	createAccount,
	EpochSchedule,
	FeatureSet,
	Hash,
	Pubkey,
	programIds,
	type Slot,
	U64_MAX,
} from '@parhelion/sdk';
import { MAX_ACCOUNT_DATA_LEN } from '@parhelion/svm';
import { AccountCache, defaultCacheFolder } from './account-cache.ts';
import { member, toBigInt } from './json.ts';
import { RpcClient, type RpcClientOptions, UpstreamError } from './rpc-client.ts';

/** Addresses that a node takes in one call. */
export const MAX_BATCH = 100;
/** Bytes of an option's tag and a u64: an active feature. */
const ACTIVE_FEATURE_SIZE = 9;

/** How to reach a cluster. */
export interface ClusterOptions extends RpcClientOptions {
	/** The folder where accounts are kept; empty: nowhere. The user's own by default. */
	readonly cache?: string;
	/** Milliseconds that a kept account may be old, programs apart; 0 by default. */
	readonly cacheAge?: number;
}

/** Where a cluster stands. */
export interface ClusterPosition {
	readonly slot: Slot;
	readonly epochSchedule: EpochSchedule;
}

function pubkeyOf(value: unknown): Pubkey | null {
	return typeof value === 'string' ? Pubkey.tryFromBase58(value) : null;
}

/** The account in an answer with base64; null where it is none. */
export function decodeRpcAccount(value: unknown): AccountSharedData | null {
	const owner = pubkeyOf(member(value, 'owner'));
	const lamports = toBigInt(member(value, 'lamports'));
	const rentEpoch = toBigInt(member(value, 'rentEpoch'));
	const data = member(value, 'data');
	if (owner === null || lamports === null || rentEpoch === null || !Array.isArray(data)) return null;
	const [text, encoding] = data as unknown[];
	if (typeof text !== 'string' || encoding !== 'base64') return null;
	const bytes = new Uint8Array(Buffer.from(text, 'base64'));
	if (bytes.length > MAX_ACCOUNT_DATA_LEN || lamports > U64_MAX || rentEpoch > U64_MAX) return null;
	return createAccount({
		owner,
		lamports,
		rentEpoch,
		data: bytes,
		executable: member(value, 'executable') === true,
	});
}

/** A cluster that was reached. */
export class Cluster {
	readonly rpc: RpcClient;
	readonly genesisHash: Hash;
	private readonly cache: AccountCache | null;

	private constructor(rpc: RpcClient, genesisHash: Hash, cache: AccountCache | null) {
		this.rpc = rpc;
		this.genesisHash = genesisHash;
		this.cache = cache;
	}

	/** Asks the cluster which one it is. Rejects with an {@link UpstreamError}. */
	static async connect(url: string, options: ClusterOptions = {}): Promise<Cluster> {
		const rpc = new RpcClient(url, options);
		const text = await rpc.call('getGenesisHash', []);
		const bytes = typeof text === 'string' && text.length <= 44 ? base58Decode(text) : null;
		if (bytes === null || bytes.length !== 32) {
			throw new UpstreamError(`${rpc.host} is no Solana node: its genesis hash is none`);
		}
		const genesisHash = Hash.fromBytes(bytes);
		const { cache = defaultCacheFolder(), cacheAge = 0 } = options;
		return new Cluster(
			rpc,
			genesisHash,
			cache === '' ? null : new AccountCache(cache, genesisHash, cacheAge),
		);
	}

	get host(): string {
		return this.rpc.host;
	}

	/** The accounts, by `Pubkey.key`; null for those that do not exist. Rejects with an {@link UpstreamError}. */
	async getAccounts(pubkeys: readonly Pubkey[]): Promise<Map<string, AccountSharedData | null>> {
		const found = new Map<string, AccountSharedData | null>();
		const missing = new Map<string, Pubkey>();
		for (const pubkey of pubkeys) {
			const kept = await this.cache?.get(pubkey);
			if (kept) found.set(pubkey.key, kept.account);
			else missing.set(pubkey.key, pubkey);
		}
		const wanted = [...missing.values()];
		for (let i = 0; i < wanted.length; i += MAX_BATCH) {
			await this.fetchBatch(wanted.slice(i, i + MAX_BATCH), found);
		}
		return found;
	}

	/** Fetches a batch, in halves where it is too much at once. */
	private async fetchBatch(
		pubkeys: readonly Pubkey[],
		found: Map<string, AccountSharedData | null>,
	): Promise<void> {
		let result: unknown;
		try {
			result = await this.rpc.call('getMultipleAccounts', [
				pubkeys.map((pubkey) => pubkey.toBase58()),
				{ encoding: 'base64', commitment: 'confirmed' },
			]);
		} catch (thrown) {
			if (!(thrown instanceof UpstreamError && thrown.isTooLarge) || pubkeys.length === 1) throw thrown;
			const half = Math.ceil(pubkeys.length / 2);
			await this.fetchBatch(pubkeys.slice(0, half), found);
			await this.fetchBatch(pubkeys.slice(half), found);
			return;
		}
		const values = member(result, 'value');
		const slot = toBigInt(member(member(result, 'context'), 'slot')) ?? 0n;
		if (!Array.isArray(values) || values.length !== pubkeys.length) {
			throw new UpstreamError(
				`${this.host} answered getMultipleAccounts with something else than ${pubkeys.length} accounts`,
			);
		}
		for (const [index, pubkey] of pubkeys.entries()) {
			const value: unknown = values[index];
			const account = value === null ? null : decodeRpcAccount(value);
			if (account === null && value !== null) {
				throw new UpstreamError(`${this.host}: the account ${pubkey} cannot be read`);
			}
			found.set(pubkey.key, account);
			if (account !== null) await this.cache?.set(pubkey, account, slot);
		}
	}

	/** The token accounts of an owner: of a mint, or of a token program. Rejects with an {@link UpstreamError}. */
	async getTokenAccountsByOwner(
		owner: Pubkey,
		{ kind, address }: TokenAccountsFilter,
	): Promise<(readonly [Pubkey, AccountSharedData])[]> {
		const result = await this.rpc.call('getTokenAccountsByOwner', [
			owner.toBase58(),
			{ [kind]: address.toBase58() },
			{ encoding: 'base64', commitment: 'confirmed' },
		]);
		const values = member(result, 'value');
		if (!Array.isArray(values)) throw new UpstreamError(`${this.host}: the token accounts cannot be read`);
		return values.map((value) => {
			const pubkey = pubkeyOf(member(value, 'pubkey'));
			const account = decodeRpcAccount(member(value, 'account'));
			if (pubkey === null || account === null) {
				throw new UpstreamError(`${this.host}: a token account cannot be read`);
			}
			return [pubkey, account];
		});
	}

	/** The newest confirmed slot, and how slots fall into epochs there. Rejects with an {@link UpstreamError}. */
	async position(): Promise<ClusterPosition> {
		const slot = toBigInt(await this.rpc.call('getSlot', [{ commitment: 'confirmed' }]));
		const schedule = await this.rpc.call('getEpochSchedule', []);
		const number = (name: string): bigint | null => toBigInt(member(schedule, name));
		const slotsPerEpoch = number('slotsPerEpoch');
		const offset = number('leaderScheduleSlotOffset');
		const firstNormalEpoch = number('firstNormalEpoch');
		const firstNormalSlot = number('firstNormalSlot');
		if (
			slot === null ||
			slotsPerEpoch === null ||
			offset === null ||
			firstNormalEpoch === null ||
			firstNormalSlot === null
		) {
			throw new UpstreamError(`${this.host}: its slot or its epoch schedule cannot be read`);
		}
		const warmup = member(schedule, 'warmup') === true;
		return {
			slot,
			epochSchedule: new EpochSchedule(slotsPerEpoch, offset, warmup, firstNormalEpoch, firstNormalSlot),
		};
	}

	/** The features that are known here and active there. Rejects with an {@link UpstreamError}. */
	async features(): Promise<FeatureSet> {
		const known = [...FeatureSet.default().inactiveFeatures()];
		const accounts = await this.getAccounts(known);
		const features = FeatureSet.default();
		for (const id of known) {
			const account = accounts.get(id.key);
			if (!account?.owner.equals(programIds.feature) || account.data.length < ACTIVE_FEATURE_SIZE) continue;
			const view = new DataView(account.data.buffer, account.data.byteOffset, account.data.length);
			if (view.getUint8(0) === 1) features.activate(id, view.getBigUint64(1, true));
		}
		return features;
	}
}
