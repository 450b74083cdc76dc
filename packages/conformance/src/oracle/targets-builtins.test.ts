import { testTargets } from './target-suite.ts';

testTargets('system', 'vote', 'config', 'precompiles', 'compute-budget', 'loader-v2');
