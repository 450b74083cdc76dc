/** What a thread of Node runs that checks proof of history: ranges come in, answers go out. */
/// <reference types="node" />
import { createHash, createPublicKey, hash, verify } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { nodeFastPaths, setFastPaths } from '@parhelion/crypto';
import { type RangeTask, verifyRangeTask } from './proof-verifier.ts';

setFastPaths(nodeFastPaths({ createHash, createPublicKey, hash, verify }));
parentPort?.on('message', (task: RangeTask) => parentPort?.postMessage(verifyRangeTask(task)));
