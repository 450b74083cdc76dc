export { createNodeChain, type NodeChain, type NodeLedgerOptions, openNodeChain } from './node-chain.ts';
