export { ListenError } from './listen.ts';
export { methods } from './methods/index.ts';
export { SOLANA_CORE_VERSION } from './node.ts';
export {
	DEFAULT_BIND_ADDRESS,
	DEFAULT_RPC_PORT,
	DEFAULT_SLOT_MS,
	Validator,
	type ValidatorOptions,
} from './validator.ts';
