/** Owns in what two geneses differ, for people who start a chain with other options than it began with. */
import { type AccountSharedData, featureName, type Pubkey, programIds } from '@parhelion/sdk';
import type { GenesisConfig } from './genesis-config.ts';

/** Accounts that are named one by one. */
const NAMED_ACCOUNTS = 4;

/** The figures of a genesis by the names that people know them by. */
const FIGURES: readonly (readonly [name: string, of: (config: GenesisConfig) => unknown])[] = [
	['cluster type', ({ clusterType }) => clusterType],
	['creation time', ({ creationTime }) => creationTime],
	['ticks a slot', ({ ticksPerSlot }) => ticksPerSlot],
	['proof of history', ({ pohConfig }) => pohConfig],
	['rent', ({ rent }) => [rent.lamportsPerByte, rent.exemptionThreshold, rent.burnPercent]],
	['inflation', ({ inflation }) => inflation],
	['epoch schedule', ({ epochSchedule }) => [epochSchedule.slotsPerEpoch, epochSchedule.warmup]],
	// What a signature costs at first is no part of the stored form.
	['fees', ({ feeRateGovernor: { lamportsPerSignature: _, ...stored } }) => stored],
];

function textOf(value: unknown): string {
	return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

function isSame(a: AccountSharedData, b: AccountSharedData): boolean {
	return (
		a.lamports === b.lamports &&
		a.executable === b.executable &&
		a.owner.equals(b.owner) &&
		a.data.length === b.data.length &&
		a.data.every((byte, i) => byte === b.data[i])
	);
}

function nameOf(pubkey: Pubkey, { owner }: AccountSharedData): string {
	const feature = owner.equals(programIds.feature) ? featureName(pubkey) : null;
	return feature === null ? `account ${pubkey}` : `feature ${feature}`;
}

/** In what `asked` differs from `stored`, a phrase a difference; empty where they are the same. */
export function genesisDifferences(stored: GenesisConfig, asked: GenesisConfig): string[] {
	const differences: string[] = [];
	for (const [name, of] of FIGURES) {
		const [before, now] = [textOf(of(stored)), textOf(of(asked))];
		if (before !== now) differences.push(`${name} (${before} there, ${now} here)`);
	}
	const accounts: string[] = [];
	for (const [key, [pubkey, account]] of stored.accounts) {
		const other = asked.accounts.get(key)?.[1];
		if (other === undefined) accounts.push(`${nameOf(pubkey, account)} (only there)`);
		else if (!isSame(account, other)) accounts.push(`${nameOf(pubkey, account)} (another)`);
	}
	for (const [key, [pubkey, account]] of asked.accounts) {
		if (!stored.accounts.has(key)) accounts.push(`${nameOf(pubkey, account)} (only here)`);
	}
	differences.push(...accounts.slice(0, NAMED_ACCOUNTS));
	const more = accounts.length - NAMED_ACCOUNTS;
	if (more > 0) differences.push(`${more} more account${more === 1 ? '' : 's'}`);
	return differences;
}
