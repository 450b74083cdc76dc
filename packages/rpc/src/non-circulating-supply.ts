/** Which accounts hold lamports that do not circulate. Source: solana-runtime 4.3.0 `non_circulating_supply.rs`. */
import { type Bank, decodeStakeState, type StakeMeta } from '@parhelion/runtime';
import { type Clock, type Lamports, Pubkey, programIds } from '@parhelion/sdk';
import {
	NON_CIRCULATING_ACCOUNTS,
	NON_CIRCULATING_WITHDRAW_AUTHORITIES,
} from './non-circulating-accounts.ts';

/** The accounts, and what they hold together. */
export interface NonCirculatingSupply {
	readonly lamports: Lamports;
	/** By `pubkey.key`. */
	readonly accounts: ReadonlyMap<string, Pubkey>;
}

interface Known {
	readonly accounts: readonly Pubkey[];
	readonly withdrawAuthorities: ReadonlySet<string>;
}

let known: Known | null = null;

/** Decoded when first asked for: most nodes never are. */
function knownAccounts(): Known {
	known ??= {
		accounts: NON_CIRCULATING_ACCOUNTS.map((text) => Pubkey.fromBase58(text)),
		withdrawAuthorities: new Set(
			NON_CIRCULATING_WITHDRAW_AUTHORITIES.map((text) => Pubkey.fromBase58(text).key),
		),
	};
	return known;
}

/** Whether nothing may be withdrawn yet (`Lockup::is_in_force` without custodian). */
function isLocked({ lockup }: StakeMeta, clock: Clock): boolean {
	return lockup.unixTimestamp > clock.unixTimestamp || lockup.epoch > clock.epoch;
}

/** `calculate_non_circulating_supply`. */
export function nonCirculatingSupply(bank: Bank): NonCirculatingSupply {
	const { accounts: always, withdrawAuthorities } = knownAccounts();
	const accounts = new Map(always.map((pubkey) => [pubkey.key, pubkey]));
	const clock = bank.clock();
	for (const [pubkey, { data }] of bank.getProgramAccounts(programIds.stake)) {
		const decoded = decodeStakeState(data);
		if (!decoded.ok || !('meta' in decoded.value)) continue;
		const { meta } = decoded.value;
		if (isLocked(meta, clock) || withdrawAuthorities.has(meta.authorized.withdrawer.key)) {
			accounts.set(pubkey.key, pubkey);
		}
	}
	let lamports = 0n;
	for (const pubkey of accounts.values()) lamports += bank.getBalance(pubkey);
	return { lamports, accounts };
}
