export { createNodeBank, type NodeBank } from './node-bank.ts';
