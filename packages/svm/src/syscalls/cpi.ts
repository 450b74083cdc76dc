/**
 * `sol_invoke_signed_rust`, `sol_invoke_signed_c`.
 *
 * Source: solana-syscalls 4.3.0, cpi.rs.
 */

import { cpiCommon } from '../cpi.ts';
import { C_ABI, type CpiAbi, RUST_ABI } from '../cpi-translate.ts';
import { argU64 } from '../u64.ts';
import type { Syscall } from './declare.ts';

/**
 * `sol_invoke_signed_*(r1 instruction, r2 account infos, r3 their number, r4 signers' seeds, r5 their
 * number)`: runs an instruction of another program; each list of seeds makes an address of the caller a signer.
 *
 * Cost: 946, then by 250 the bytes of the instruction's data, of its account metas (34 each), of the account infos (80
 * each), and of the data of every account that is handed over. Errors: ComputationalBudgetExceeded, those of the
 * instruction, of the signers, ProgramNotSupported, of the privileges, of the account infos, of the caller's changes; the
 * callee's; those of its changes.
 */
function syscallInvokeSigned(abi: CpiAbi): Syscall {
	return (invokeContext, vm) => {
		cpiCommon(abi, invokeContext, argU64(vm, 1), argU64(vm, 2), argU64(vm, 3), argU64(vm, 4), argU64(vm, 5));
		return 0;
	};
}

export const syscallInvokeSignedRust: Syscall = syscallInvokeSigned(RUST_ABI);
export const syscallInvokeSignedC: Syscall = syscallInvokeSigned(C_ABI);
