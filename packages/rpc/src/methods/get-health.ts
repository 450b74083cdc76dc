/** `getHealth`: a node with one validator is never behind. */
import { type Method, method } from './method.ts';

export const getHealth: Method = method('getHealth', [], () => 'ok');
