/**
 * The ComputeBudget program. Its instructions are read before a transaction runs (see
 * `compute-budget-instructions.ts`); running one only costs.
 *
 * Source: solana-compute-budget-program 4.3.0.
 */

import type { InvokeContext } from '../invoke-context.ts';

/** CU of an instruction. */
export const DEFAULT_COMPUTE_UNITS = 150;

/** The entry point. CU: 150. Fails with `ComputationalBudgetExceeded`. */
export function computeBudgetEntrypoint(invokeContext: InvokeContext): void {
	invokeContext.computeMeter.consumeChecked(DEFAULT_COMPUTE_UNITS);
}
