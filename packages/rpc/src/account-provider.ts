/**
 * Lets somebody bring accounts to the chain before a call looks at them: a node that forks another cluster has few of
 * them at first.
 *
 * Owns which accounts each method looks at. Whatever cannot be read from the parameters is left to the method, which
 * says what is wrong with them.
 */
import { Pubkey, type VersionedMessage } from '@parhelion/sdk';
import type { PrepareCall } from './json-rpc.ts';
import {
	type RpcTokenAccountsFilter,
	readAccountInfoConfig,
	readSendTransactionConfig,
	readSimulateTransactionConfig,
	readTokenAccountsFilter,
} from './params/configs.ts';
import { opt, type Params, readArguments } from './params/params.ts';
import { readString, sequence } from './params/readers.ts';
import { decodeMessageText, decodeTransactionText } from './params/wire.ts';
import { fail, RpcFault } from './rpc-error.ts';

/** Brings accounts to the chain. All answer null where nothing has to be waited for, and reject with {@link AccountsUnavailable}. */
export interface AccountProvider {
	/** A call is about to read these accounts. */
	beforeRead(pubkeys: readonly Pubkey[]): Promise<void> | null;
	/** A transaction with this message is about to run, and these accounts are read besides. */
	beforeTransaction(message: VersionedMessage, reads: readonly Pubkey[]): Promise<void> | null;
	/** A call is about to look for the token accounts of `owner`: those of a mint, or of a token program. */
	beforeTokenAccounts(owner: Pubkey, filter: TokenAccountsFilter): Promise<void> | null;
}

/** Which token accounts of an owner. */
export interface TokenAccountsFilter {
	readonly kind: 'mint' | 'programId';
	readonly address: Pubkey;
}

/** Accounts that a call needs could not be had; the text tells the client why. */
export class AccountsUnavailable extends Error {
	override readonly name = 'AccountsUnavailable';
}

/** What a call is going to look at. */
interface Demand {
	readonly reads: readonly string[];
	readonly message?: VersionedMessage;
	readonly tokenAccounts?: { readonly owner: string; readonly filter: RpcTokenAccountsFilter };
}

const firstAddress = (params: Params): Demand => {
	const values = Array.isArray(params) ? params : [];
	const [address] = values;
	return { reads: typeof address === 'string' ? [address] : [] };
};

/** Every argument that is a text; those that are no address are left out later. */
const everyAddress = (params: Params): Demand => ({
	reads: (Array.isArray(params) ? params : []).filter((value) => typeof value === 'string'),
});

/** A row a method; a method without one looks at nothing that could be fetched. */
const DEMANDS: ReadonlyMap<string, (params: Params) => Demand> = new Map([
	['getAccountInfo', firstAddress],
	['getBalance', firstAddress],
	['getTokenAccountBalance', firstAddress],
	['getTokenSupply', firstAddress],
	['requestAirdrop', firstAddress],
	[
		'getMultipleAccounts',
		(params) => {
			const [addresses] = Array.isArray(params) ? params : [];
			return { reads: addresses === undefined ? [] : sequence(readString)(addresses) };
		},
	],
	[
		'getTokenAccountsByOwner',
		(params) => {
			const [owner, filter] = readArguments(params, [
				readString,
				readTokenAccountsFilter,
				opt(readAccountInfoConfig),
			]);
			return { reads: [], tokenAccounts: { owner, filter } };
		},
	],
	[
		'getFeeForMessage',
		(params) => {
			const [text] = Array.isArray(params) ? params : [];
			return typeof text === 'string' ? { reads: [], message: decodeMessageText(text) } : { reads: [] };
		},
	],
	[
		'sendTransaction',
		(params) => {
			const [text, config] = readArguments(params, [readString, opt(readSendTransactionConfig)]);
			return { reads: [], message: decodeTransactionText(text, config?.encoding ?? null).message };
		},
	],
	[
		'simulateTransaction',
		(params) => {
			const [text, config] = readArguments(params, [readString, opt(readSimulateTransactionConfig)]);
			const { message } = decodeTransactionText(text, config?.encoding ?? null);
			return { reads: config?.accounts?.addresses ?? [], message };
		},
	],
]);

/** The same for cheatcodes, by their names without prefix. */
const CHEATCODE_DEMANDS: ReadonlyMap<string, (params: Params) => Demand> = new Map([
	['setAccount', firstAddress],
	['setTokenAccount', everyAddress],
	['cloneProgramAccount', everyAddress],
	['setProgramAuthority', firstAddress],
	['writeProgram', firstAddress],
	[
		'profileTransaction',
		(params) => {
			const [text] = Array.isArray(params) ? params : [];
			if (typeof text !== 'string') return { reads: [] };
			return { reads: [], message: decodeTransactionText(text, 'base64').message };
		},
	],
]);
const CHEATCODE = /^(?:parhelion|surfnet)_(\w+)$/;

function demandsOf(name: string): ((params: Params) => Demand) | undefined {
	const cheatcode = CHEATCODE.exec(name)?.[1];
	return cheatcode === undefined ? DEMANDS.get(name) : CHEATCODE_DEMANDS.get(cheatcode);
}

/** Accounts that a call may look at; one that names more is refused by its method. */
const MAX_READS = 256;

/** Reads what `name` asks for; null where it asks for nothing, or its parameters are no good. */
function demandOf(name: string, params: Params): Demand | null {
	try {
		const demand = demandsOf(name)?.(params) ?? null;
		return demand !== null && demand.reads.length > MAX_READS ? null : demand;
	} catch (thrown) {
		if (thrown instanceof RpcFault) return null;
		throw thrown;
	}
}

function isPubkey(pubkey: Pubkey | null): pubkey is Pubkey {
	return pubkey !== null;
}

function askFor(provider: AccountProvider, demand: Demand, reads: readonly Pubkey[]): Promise<void> | null {
	const { message, tokenAccounts } = demand;
	if (message !== undefined) return provider.beforeTransaction(message, reads);
	if (tokenAccounts === undefined) return provider.beforeRead(reads);
	const owner = Pubkey.tryFromBase58(tokenAccounts.owner);
	const address = Pubkey.tryFromBase58(tokenAccounts.filter.address);
	if (owner === null || address === null) return null;
	return provider.beforeTokenAccounts(owner, { kind: tokenAccounts.filter.kind, address });
}

/** Makes the step before each call that waits for `provider`. Ends the call with -32603 where accounts cannot be had. */
export function prepareWith(provider: AccountProvider): PrepareCall {
	return (name, params) => {
		const demand = demandOf(name, params);
		if (demand === null) return null;
		const reads = demand.reads.map((text) => Pubkey.tryFromBase58(text)).filter(isPubkey);
		const ready = askFor(provider, demand, reads);
		return (
			ready?.catch((thrown: unknown) => {
				if (!(thrown instanceof AccountsUnavailable)) throw thrown;
				fail({ code: -32603, message: `Internal error: ${thrown.message}` });
			}) ?? null
		);
	};
}
