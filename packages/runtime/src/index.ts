/** The face of the runtime: state over time. */
export * from './accounts-db/accounts-db.ts';
export * from './balances.ts';
export * from './bank/bank.ts';
export * from './bank/bank-context.ts';
export * from './bank/bank-events.ts';
export * from './bank/bank-forks.ts';
export * from './bank-types.ts';
export * from './blockhash-queue.ts';
export * from './chain.ts';
export * from './events.ts';
export { keypairFromSeed, LAMPORTS_PER_SOL, MS_PER_SLOT, transferInstruction } from './genesis.ts';
export * from './genesis-accounts.ts';
export { signatureKey } from './transaction-history.ts';
export * from './verify-transaction.ts';
