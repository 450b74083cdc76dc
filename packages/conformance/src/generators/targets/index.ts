/** The table of targets, one row each. */
import type { Target } from '../target.ts';
import { addressLookupTable } from './address-lookup-table.ts';
import { associatedToken } from './associated-token.ts';
import { computeBudget } from './compute-budget.ts';
import { confidentialTokens } from './confidential-tokens.ts';
import { config } from './config.ts';
import { cpi } from './cpi.ts';
import { elf } from './elf.ts';
import { loaderV2 } from './loader-v2.ts';
import { loaderV3 } from './loader-v3.ts';
import { memo } from './memo.ts';
import { precompiles } from './precompiles.ts';
import { stake } from './stake.ts';
import { syscalls } from './syscalls.ts';
import { system } from './system.ts';
import { token } from './token.ts';
import { token2022 } from './token-2022.ts';
import { transactions } from './transactions.ts';
import { vote } from './vote.ts';
import { zkElgamalProof } from './zk-elgamal-proof.ts';

/** Every target but `programs`, which compares engines and not transactions. */
export const TARGETS: readonly Target[] = [
	system,
	vote,
	stake,
	addressLookupTable,
	computeBudget,
	config,
	loaderV2,
	loaderV3,
	precompiles,
	token,
	token2022,
	confidentialTokens,
	associatedToken,
	memo,
	cpi,
	syscalls,
	transactions,
	elf,
	zkElgamalProof,
];
