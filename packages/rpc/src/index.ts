export { type AccountProvider, AccountsUnavailable, type TokenAccountsFilter } from './account-provider.ts';
export { featureSetId } from './feature-set-id.ts';
export { createInProcessRpc, type InProcessRpc, type TransportConfig } from './in-process.ts';
export { ListenError, listenError } from './listen.ts';
export { methods } from './methods/index.ts';
export { SOLANA_CORE_VERSION } from './node.ts';
export { DEFAULT_SLOT_MS } from './slot-clock.ts';
export {
	DEFAULT_BIND_ADDRESS,
	DEFAULT_RPC_PORT,
	Validator,
	type ValidatorOptions,
} from './validator.ts';
