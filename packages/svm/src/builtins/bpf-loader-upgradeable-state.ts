/**
 * What the instructions of the upgradeable loader share: its accounts' state, and failing with a log line.
 *
 * Source: solana-bpf-loader-program 4.3.0, lib.rs; solana-transaction-context (`get_state`, `set_state`).
 */

import {
	decodeUpgradeableLoaderState,
	encodeUpgradeableLoaderState,
	Fault,
	InstructionError,
	type UpgradeableLoaderState,
} from '@parhelion/sdk';
import type { BorrowedInstructionAccount } from '../borrowed-instruction-account.ts';
import type { InvokeContext } from '../invoke-context.ts';

/** Reads an account's state. Fails with `InvalidAccountData`. */
export function getLoaderState(account: BorrowedInstructionAccount): UpgradeableLoaderState {
	const state = decodeUpgradeableLoaderState(account.getData());
	if (!state.ok) throw new Fault(InstructionError.InvalidAccountData);
	return state.value;
}

/** Writes an account's state. Fails as `BorrowedInstructionAccount.setState`. */
export function setLoaderState(account: BorrowedInstructionAccount, state: UpgradeableLoaderState): void {
	account.setState(encodeUpgradeableLoaderState(state));
}

/** Logs `message` and fails with `error`. */
export function loaderFailure(invokeContext: InvokeContext, message: string, error: InstructionError): never {
	invokeContext.icMsg(message);
	throw new Fault(error);
}
