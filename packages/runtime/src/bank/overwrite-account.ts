/** An account written past all rules, as the tools of developers do, with what a bank has cached of the one before it. */
import { type AccountSharedData, type Pubkey, programIds } from '@parhelion/sdk';
import { programdataAddress } from '@parhelion/svm';
import type { Bank } from './bank.ts';

/** The programs of the upgradeable loader by their programdata: `pubkey.key` of both. */
type ProgramsByData = Map<string, Map<string, Pubkey>>;

interface KnownPrograms {
	readonly byData: ProgramsByData;
	/** Programs that the bank's transactions had deployed by then. */
	readonly deployed: number;
}

/** Of each bank that was asked for some: finding them takes a look at every account of the loader. */
const knownPrograms = new WeakMap<Bank, KnownPrograms>();

/** Stores an account past all rules; one without lamports is deleted. */
export function overwriteAccount(bank: Bank, pubkey: Pubkey, account: AccountSharedData): void {
	// Once by what was there and once by what is there: either may be a program's code.
	forgetPrograms(bank, pubkey);
	try {
		bank.overwrite(pubkey, account);
	} finally {
		// Also where a listener threw: it is stored by then.
		const known = knownPrograms.get(bank);
		if (known !== undefined) addProgram(known.byData, pubkey, account);
		forgetPrograms(bank, pubkey);
	}
}

/** Drops what is cached of a program whose account, or whose programdata, is written past the rules, or unwritten. */
export function forgetPrograms(bank: Bank, pubkey: Pubkey): void {
	const { processor } = bank;
	processor.invalidateProgram(pubkey);
	if (bank.getAccount(pubkey)?.owner.equals(programIds.bpfLoaderUpgradeable) !== true) return;
	for (const program of programsOf(bank, pubkey)) processor.invalidateProgram(program);
}

/** The programs with this programdata, and maybe some that have another by now. */
function programsOf(bank: Bank, programdata: Pubkey): Iterable<Pubkey> {
	const deployed = bank.processor.modifiedPrograms.size;
	let known = knownPrograms.get(bank);
	if (known?.deployed !== deployed) {
		known = { byData: new Map(), deployed };
		for (const [program, account] of bank.getProgramAccounts(programIds.bpfLoaderUpgradeable)) {
			addProgram(known.byData, program, account);
		}
		knownPrograms.set(bank, known);
	}
	return known.byData.get(programdata.key)?.values() ?? [];
}

function addProgram(byData: ProgramsByData, program: Pubkey, { owner, data }: AccountSharedData): void {
	const programdata = owner.equals(programIds.bpfLoaderUpgradeable) ? programdataAddress(data) : null;
	if (programdata === null) return;
	const programs = byData.get(programdata.key);
	if (programs === undefined) byData.set(programdata.key, new Map([[program.key, program]]));
	else programs.set(program.key, program);
}
