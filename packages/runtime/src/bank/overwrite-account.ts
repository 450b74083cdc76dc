/** An account written past all rules, as the tools of developers do, with what a bank has cached of the one before it. */
import { type AccountSharedData, type Pubkey, programIds } from '@parhelion/sdk';
import { programdataAddress } from '@parhelion/svm';
import type { Bank } from './bank.ts';

/** Stores an account past all rules; one without lamports is deleted. */
export function overwriteAccount(bank: Bank, pubkey: Pubkey, account: AccountSharedData): void {
	// Once by what was there and once by what is there: either may be a program's code.
	forgetPrograms(bank, pubkey);
	bank.overwrite(pubkey, account);
	forgetPrograms(bank, pubkey);
}

/** Drops what is cached of a program whose account, or whose programdata, is written past the rules, or unwritten. */
export function forgetPrograms(bank: Bank, pubkey: Pubkey): void {
	const { processor } = bank;
	processor.invalidateProgram(pubkey);
	const loader = programIds.bpfLoaderUpgradeable;
	if (bank.getAccount(pubkey)?.owner.equals(loader) !== true) return;
	for (const [programId, { data }] of bank.getProgramAccounts(loader)) {
		if (programdataAddress(data)?.equals(pubkey) === true) processor.invalidateProgram(programId);
	}
}
