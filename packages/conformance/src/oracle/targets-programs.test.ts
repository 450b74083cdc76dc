import { testTargets } from './target-suite.ts';

testTargets('stake', 'address-lookup-table', 'loader-v3', 'memo');
