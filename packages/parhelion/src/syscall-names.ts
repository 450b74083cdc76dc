/**
 * The names of the syscalls that programs may call: the runtime's, or what a caller tells.
 */
import { SYSCALLS } from '@parhelion/svm';
import { wrongType } from './expect-type.ts';

/** The names of the runtime's syscalls. */
export const SYSCALL_NAMES: readonly string[] = SYSCALLS.map(({ name }) => name);

/** What programs may call. */
export interface SyscallOptions {
	/** Names of syscalls; those of the runtime unless told. */
	readonly syscalls?: readonly string[];
}

/** The names that `options` give. */
export function syscallsOf({ syscalls = SYSCALL_NAMES }: SyscallOptions): readonly string[] {
	const isNames = Array.isArray(syscalls) && syscalls.every((name) => typeof name === 'string');
	if (!isNames) throw wrongType('syscalls', 'an array of names', syscalls);
	return syscalls;
}
