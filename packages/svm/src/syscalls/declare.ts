/**
 * Owns the adapter between a syscall and the virtual machine.
 *
 * Whatever a syscall throws, the machine reports as `EbpfError::SyscallError`, an access violation of its own
 * included: a failed syscall does not deplete the compute meter.
 *
 * Source: solana-sbpf 0.23, `declare_builtin_function!` (`BuiltinFunctionDefinition::vm`).
 */

import type { BuiltinFunction, EbpfVm } from '@parhelion/sbpf';
import type { InvokeContext } from '../invoke-context.ts';
import type { U64 } from '../u64.ts';

/** The machine a program runs in, as syscalls see it: arguments in registers 1 to 5. */
export type SyscallVm = EbpfVm<InvokeContext>;

/** A syscall: reads its arguments with `argU64`, answers what r0 becomes, throws a `Fault` to stop the program. */
export type Syscall = (invokeContext: InvokeContext, vm: SyscallVm) => U64;

/** The function to register with a loader. */
export function declareBuiltinFunction(syscall: Syscall): BuiltinFunction<InvokeContext> {
	return (vm) => vm.setReturn(syscall(vm.context, vm));
}
