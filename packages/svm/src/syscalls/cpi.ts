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
 * number)`. Cost and errors: see `cpiCommon`.
 */
function syscallInvokeSigned(abi: CpiAbi): Syscall {
	return (invokeContext, vm) => {
		cpiCommon(abi, invokeContext, argU64(vm, 1), argU64(vm, 2), argU64(vm, 3), argU64(vm, 4), argU64(vm, 5));
		return 0;
	};
}

export const syscallInvokeSignedRust: Syscall = syscallInvokeSigned(RUST_ABI);
export const syscallInvokeSignedC: Syscall = syscallInvokeSigned(C_ABI);
