/**
 * Programs that waste what they are given (programs/hostile.c, and calls as deep as they go): what they leave in
 * memory.
 */
import {
	type AccountMeta,
	compileLegacyMessage,
	encodeTransaction,
	Hash,
	type Instruction,
	Pubkey,
	programIds,
} from '@parhelion/sdk';
import { LiteSVM } from 'parhelion/node';
import { ownProgram } from './elf.ts';

/** A way to waste, and how such a transaction ends. */
interface HostileWay {
	readonly name: string;
	/** Its number in programs/hostile.c; `null` for calls inside calls. */
	readonly way: number | null;
	/** Part of the error's text; `null` where it succeeds. */
	readonly ends: string | null;
}

export const HOSTILE_WAYS: readonly HostileWay[] = [
	{ name: 'logs 10,000 bytes at a time', way: 0, ends: 'ComputationalBudgetExceeded' },
	{ name: 'logs its whole heap as data', way: 1, ends: 'ComputationalBudgetExceeded' },
	{ name: 'sets return data again and again', way: 2, ends: 'ComputationalBudgetExceeded' },
	{ name: 'writes its whole heap again and again', way: 3, ends: 'ComputationalBudgetExceeded' },
	{ name: 'asks for a terabyte', way: 4, ends: 'ProgramFailedToComplete' },
	{ name: 'calls itself without end', way: 5, ends: 'ProgramFailedToComplete' },
	{ name: 'makes an account as large as it may', way: 6, ends: null },
	{ name: 'reads return data again and again', way: 7, ends: 'ComputationalBudgetExceeded' },
	{ name: 'calls a program inside a program too deep', way: null, ends: 'CallDepth' },
];

const key = (name: string): Pubkey => {
	const bytes = new Uint8Array(32).fill(7);
	new TextEncoder().encodeInto(name, bytes);
	return Pubkey.fromBytes(bytes);
};
const PAYER = key('payer');
const HOSTILE = key('hostile');
const CHAIN = key('chain');
const ACCOUNT = key('account of hostile');
const CHAIN_ACCOUNT = key('account of chain');
const LAMPORTS = 1_000_000_000_000n;
const COMPUTE_UNITS = 1_400_000;
const HEAP_BYTES = 256 * 1024;

const writable = (pubkey: Pubkey): AccountMeta => ({ pubkey, isSigner: false, isWritable: true });

/** A compute budget instruction: its number and a word. */
function budget(instruction: number, value: number): Instruction {
	const data = new Uint8Array(5);
	data[0] = instruction;
	new DataView(data.buffer).setUint32(1, value, true);
	return { programId: programIds.computeBudget, accounts: [], data };
}

function setAccount(svm: LiteSVM, address: Pubkey, owner: Pubkey, data: Uint8Array): void {
	svm.setAccount({
		address: address.toBase58(),
		lamports: LAMPORTS,
		data,
		programAddress: owner.toBase58(),
		executable: false,
	});
}

function call(way: number | null): Instruction {
	if (way !== null) {
		const accounts = way === 6 ? [writable(ACCOUNT)] : [];
		return { programId: HOSTILE, accounts, data: new Uint8Array([way]) };
	}
	const accounts = [writable(CHAIN_ACCOUNT), { pubkey: CHAIN, isSigner: false, isWritable: false }];
	return { programId: CHAIN, accounts, data: new Uint8Array([200]) };
}

/** An instance with the programs, signatures unchecked and nothing remembered. */
export function hostileInstance(): LiteSVM {
	const svm = new LiteSVM().withSigverify(false).withTransactionHistory(0n);
	setAccount(svm, PAYER, programIds.systemProgram, new Uint8Array(0));
	svm.addProgram(HOSTILE.toBase58(), ownProgram('hostile'));
	svm.addProgram(CHAIN.toBase58(), ownProgram('chain'));
	setAccount(svm, CHAIN_ACCOUNT, CHAIN, new Uint8Array(8));
	return svm;
}

/** Runs a program of one way once, with all that a transaction may ask for. Error where it ends otherwise than meant. */
export function runHostile(svm: LiteSVM, { name, way, ends }: HostileWay): void {
	setAccount(svm, PAYER, programIds.systemProgram, new Uint8Array(0));
	if (way === 6) setAccount(svm, ACCOUNT, HOSTILE, new Uint8Array(0));
	const instructions = [budget(1, HEAP_BYTES), budget(2, COMPUTE_UNITS), call(way)];
	const message = compileLegacyMessage(PAYER, instructions, Hash.fromBase58(svm.latestBlockhash()));
	const outcome = svm.sendTransaction(encodeTransaction({ signatures: [new Uint8Array(64)], message }));
	const text = 'err' in outcome ? String(outcome.err()) : null;
	const isMeant = ends === null ? text === null : text?.includes(ends) === true;
	if (!isMeant) throw new Error(`a program that ${name} ends with ${text}`);
}
