/**
 * The runtime library in sBPF assembly: what compilers call on their own.
 *
 * Owns memory functions and 128-bit arithmetic. A 128-bit value is passed as two registers, lower half first, and
 * returned through a pointer in r1, as Solana's compilers do; the names are those of LLVM's compiler-rt. Functions may
 * use r6 to r9 freely, for the machine keeps them for the caller. `syscall` also calls functions of this library.
 */

/** A function of the library. */
export interface RuntimeFunction {
	/** The names it is known under. */
	readonly names: readonly string[];
	/** What it calls: functions of the library and syscalls. */
	readonly calls: readonly string[];
	readonly source: string;
}

/**
 * Shifts `value` left until its highest bit is set and leaves the number of steps in `count`. `value` is not zero;
 * `temp` is lost.
 */
function normalise(value: string, count: string, temp: string): string {
	const steps = [32, 16, 8, 4, 2].map(
		(bits) => `
		mov64 ${temp}, ${value}
		rsh64 ${temp}, ${64 - bits}
		jne ${temp}, 0, upper${bits}
		lsh64 ${value}, ${bits}
		add64 ${count}, ${bits}
	upper${bits}:`,
	);
	return `
		mov64 ${count}, 0
		${steps.join('')}
		jslt ${value}, 0, normal
		lsh64 ${value}, 1
		add64 ${count}, 1
	normal:`;
}

/** One digit of a long division: corrects the estimate in r0, of which `digit` is the next 32 bits of the dividend. */
function correctDigit(label: string, digit: string): string {
	return `
		mov64 r1, r0
		mul64 r1, r7
		mov64 r2, r6
		sub64 r2, r1
	again${label}:
		mov64 r1, r0
		rsh64 r1, 32
		jne r1, 0, less${label}
		mov64 r1, r0
		mul64 r1, r8
		mov64 r4, r2
		lsh64 r4, 32
		or64 r4, ${digit}
		jle r1, r4, done${label}
	less${label}:
		sub64 r0, 1
		add64 r2, r7
		mov64 r1, r2
		rsh64 r1, 32
		jeq r1, 0, again${label}
	done${label}:`;
}

/** Negates the 128-bit value in `low` and `high`. */
function negate(low: string, high: string, temp: string): string {
	return `
		neg64 ${high}
		mov64 ${temp}, 0
		jeq ${low}, 0, whole_${low}
		mov64 ${temp}, 1
	whole_${low}:
		neg64 ${low}
		sub64 ${high}, ${temp}`;
}

/** Divides and hands out one half of the answer: quotient at 0, remainder at 16. */
function unsignedHalf(offset: number): string {
	return `
		mov64 r6, r1
		mov64 r1, r10
		add64 r1, -32
		syscall __udivmodti4
		ldxdw r0, [r10${offset - 32}]
		stxdw [r6+0], r0
		ldxdw r0, [r10${offset - 24}]
		stxdw [r6+8], r0
		exit`;
}

/** The same for signed values; the sign of the answer is the sum of `signs`. */
function signedHalf(offset: number, signs: string): string {
	return `
		mov64 r6, r1
		mov64 r7, r3
		${signs}
		jsge r3, 0, positive
		${negate('r2', 'r3', 'r0')}
	positive:
		jsge r5, 0, divide
		${negate('r4', 'r5', 'r0')}
	divide:
		mov64 r1, r10
		add64 r1, -32
		syscall __udivmodti4
		ldxdw r1, [r10${offset - 32}]
		ldxdw r2, [r10${offset - 24}]
		jsge r7, 0, store
		${negate('r1', 'r2', 'r0')}
	store:
		stxdw [r6+0], r1
		stxdw [r6+8], r2
		exit`;
}

/** The functions of the library. */
export const RUNTIME_FUNCTIONS: readonly RuntimeFunction[] = [
	{
		// Its syscall allows overlap, as compilers do where both places are the same.
		names: ['memcpy', 'memmove'],
		calls: ['sol_memmove_'],
		source: `
			mov64 r6, r1
			syscall sol_memmove_
			mov64 r0, r6
			exit`,
	},
	{
		names: ['memset'],
		calls: ['sol_memset_'],
		source: `
			mov64 r6, r1
			syscall sol_memset_
			mov64 r0, r6
			exit`,
	},
	{
		names: ['memcmp', 'bcmp'],
		calls: ['sol_memcmp_'],
		source: `
			mov64 r4, r10
			add64 r4, -8
			syscall sol_memcmp_
			ldxw r0, [r10-8]
			lsh64 r0, 32
			arsh64 r0, 32
			exit`,
	},
	{
		// (out, a_low, a_high, b_low, b_high): 32-bit halves give the upper word of the product of the lower ones.
		names: ['__multi3'],
		calls: [],
		source: `
			mul64 r3, r4
			mul64 r5, r2
			add64 r3, r5
			mov64 r0, r2
			mul64 r0, r4
			stxdw [r1+0], r0
			mov64 r6, r2
			lsh64 r6, 32
			rsh64 r6, 32
			mov64 r7, r4
			lsh64 r7, 32
			rsh64 r7, 32
			rsh64 r2, 32
			rsh64 r4, 32
			mov64 r8, r6
			mul64 r8, r7
			rsh64 r8, 32
			mul64 r6, r4
			add64 r8, r6
			mul64 r7, r2
			mul64 r2, r4
			mov64 r9, r8
			rsh64 r8, 32
			lsh64 r9, 32
			rsh64 r9, 32
			add64 r9, r7
			rsh64 r9, 32
			add64 r2, r8
			add64 r2, r9
			add64 r2, r3
			stxdw [r1+8], r2
			exit`,
	},
	{
		// (high, low, divisor) with high < divisor: Knuth's algorithm D with two digits of 32 bits.
		names: ['__udivdi128'],
		calls: [],
		source: `
			${normalise('r3', 'r4', 'r5')}
			lsh64 r1, r4
			mov64 r5, 63
			sub64 r5, r4
			mov64 r6, r2
			rsh64 r6, 1
			rsh64 r6, r5
			or64 r6, r1
			lsh64 r2, r4
			mov64 r9, r2
			rsh64 r9, 32
			mov64 r5, r2
			lsh64 r5, 32
			rsh64 r5, 32
			mov64 r7, r3
			rsh64 r7, 32
			mov64 r8, r3
			lsh64 r8, 32
			rsh64 r8, 32
			mov64 r0, r6
			div64 r0, r7
			${correctDigit('high', 'r9')}
			lsh64 r6, 32
			add64 r6, r9
			mov64 r1, r0
			mul64 r1, r3
			sub64 r6, r1
			mov64 r9, r0
			mov64 r0, r6
			div64 r0, r7
			${correctDigit('low', 'r5')}
			lsh64 r9, 32
			add64 r0, r9
			exit`,
	},
	{
		// (out, n_low, n_high, d_low, d_high) -> quotient, remainder. A zero divisor ends in the machine's own error.
		names: ['__udivmodti4'],
		calls: ['__udivdi128', '__multi3'],
		source: `
			mov64 r6, r1
			mov64 r7, r2
			mov64 r8, r3
			mov64 r9, r4
			jne r5, 0, wide
			stdw [r6+8], 0
			stdw [r6+24], 0
			jlt r8, r9, low
			mov64 r0, r8
			div64 r0, r9
			stxdw [r6+8], r0
			mod64 r8, r9
		low:
			jne r8, 0, long
			mov64 r0, r7
			div64 r0, r9
			mod64 r7, r9
			stxdw [r6+0], r0
			stxdw [r6+16], r7
			exit
		long:
			mov64 r1, r8
			mov64 r2, r7
			mov64 r3, r9
			syscall __udivdi128
			stxdw [r6+0], r0
			mul64 r0, r9
			sub64 r7, r0
			stxdw [r6+16], r7
			exit
		wide:
			jgt r8, r5, divide
			jlt r8, r5, small
			jge r7, r9, divide
		small:
			stdw [r6+0], 0
			stdw [r6+8], 0
			stxdw [r6+16], r7
			stxdw [r6+24], r8
			exit
		divide:
			stxdw [r10-8], r5
			mov64 r3, r5
			${normalise('r3', 'r4', 'r5')}
			mov64 r5, 63
			sub64 r5, r4
			stxdw [r10-16], r5
			mov64 r0, r9
			rsh64 r0, 1
			rsh64 r0, r5
			or64 r3, r0
			mov64 r1, r8
			rsh64 r1, 1
			mov64 r2, r8
			lsh64 r2, 63
			mov64 r0, r7
			rsh64 r0, 1
			or64 r2, r0
			syscall __udivdi128
			ldxdw r5, [r10-16]
			rsh64 r0, r5
			jeq r0, 0, estimated
			sub64 r0, 1
		estimated:
			stxdw [r10-16], r0
			mov64 r1, r10
			add64 r1, -32
			mov64 r2, r0
			mov64 r3, 0
			mov64 r4, r9
			ldxdw r5, [r10-8]
			syscall __multi3
			ldxdw r1, [r10-32]
			ldxdw r2, [r10-24]
			sub64 r8, r2
			jge r7, r1, borrowed
			sub64 r8, 1
		borrowed:
			sub64 r7, r1
			ldxdw r0, [r10-16]
			ldxdw r5, [r10-8]
			jgt r8, r5, again
			jlt r8, r5, store
			jlt r7, r9, store
		again:
			add64 r0, 1
			sub64 r8, r5
			jge r7, r9, subtracted
			sub64 r8, 1
		subtracted:
			sub64 r7, r9
		store:
			stxdw [r6+0], r0
			stdw [r6+8], 0
			stxdw [r6+16], r7
			stxdw [r6+24], r8
			exit`,
	},
	{
		// C++: a call of a function that its class left out.
		names: ['__cxa_pure_virtual'],
		calls: ['abort'],
		source: 'syscall abort\n exit',
	},
	{
		// C++: `delete`, with and without a size. The heap is gone after the instruction.
		names: ['_ZdlPv', '_ZdlPvm'],
		calls: [],
		source: 'exit',
	},
	{ names: ['__udivti3'], calls: ['__udivmodti4'], source: unsignedHalf(0) },
	{ names: ['__umodti3'], calls: ['__udivmodti4'], source: unsignedHalf(16) },
	{ names: ['__divti3'], calls: ['__udivmodti4'], source: signedHalf(0, 'xor64 r7, r5') },
	{ names: ['__modti3'], calls: ['__udivmodti4'], source: signedHalf(16, '') },
	{
		// (out, low, high, count)
		names: ['__ashlti3'],
		calls: [],
		source: `
			and64 r4, 127
			jge r4, 64, words
			mov64 r5, 63
			sub64 r5, r4
			mov64 r0, r2
			rsh64 r0, 1
			rsh64 r0, r5
			lsh64 r3, r4
			or64 r3, r0
			lsh64 r2, r4
			stxdw [r1+0], r2
			stxdw [r1+8], r3
			exit
		words:
			sub64 r4, 64
			lsh64 r2, r4
			stdw [r1+0], 0
			stxdw [r1+8], r2
			exit`,
	},
	{ names: ['__lshrti3'], calls: [], source: shiftRight('rsh64', 'mov64 r0, 0') },
	{ names: ['__ashrti3'], calls: [], source: shiftRight('arsh64', 'mov64 r0, r3\n arsh64 r0, 63') },
	{ names: ['__divdi3'], calls: [], source: signedDivision('div64', 'xor64 r3, r2') },
	{ names: ['__moddi3'], calls: [], source: signedDivision('mod64', '') },
];

/** (out, low, high, count): `fill` leaves in r0 what comes in from above. */
function shiftRight(shift: string, fill: string): string {
	return `
		and64 r4, 127
		jge r4, 64, words
		mov64 r5, 63
		sub64 r5, r4
		mov64 r0, r3
		lsh64 r0, 1
		lsh64 r0, r5
		rsh64 r2, r4
		or64 r2, r0
		${shift} r3, r4
		stxdw [r1+0], r2
		stxdw [r1+8], r3
		exit
	words:
		${fill}
		sub64 r4, 64
		${shift} r3, r4
		stxdw [r1+0], r3
		stxdw [r1+8], r0
		exit`;
}

/** (a, b) of 64 bits; the sign of the answer is that of r3, which starts as a. */
function signedDivision(operation: string, sign: string): string {
	return `
		mov64 r3, r1
		${sign}
		jsge r1, 0, positive
		neg64 r1
	positive:
		jsge r2, 0, divide
		neg64 r2
	divide:
		mov64 r0, r1
		${operation} r0, r2
		jsge r3, 0, done
		neg64 r0
	done:
		exit`;
}
