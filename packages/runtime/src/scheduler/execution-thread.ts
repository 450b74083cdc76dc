/** What a thread of Node runs that executes transactions: {@link ExecutionWorker}, with the platform's hashes. */
/// <reference types="node" />
import { createHash, createPublicKey, hash, verify } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { nodeFastPaths, setFastPaths } from '@parhelion/crypto';
import { ExecutionWorker } from './execution-worker.ts';
import { sidePort, type ThreadData } from './node-port.ts';

setFastPaths(nodeFastPaths({ createHash, createPublicKey, hash, verify }));
const { memory, port } = workerData as ThreadData;
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
void new ExecutionWorker(memory, sidePort(port)).run(breathe);
