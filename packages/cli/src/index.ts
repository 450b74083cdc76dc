export { createNodeChain, type NodeChain } from './node-chain.ts';
