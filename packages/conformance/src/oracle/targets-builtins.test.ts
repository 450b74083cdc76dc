import { testTargets } from './target-suite.ts';

testTargets('system', 'vote', 'config', 'compute-budget', 'loader-v2', 'address-lookup-table');
