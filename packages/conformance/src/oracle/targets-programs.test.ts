import { testTargets } from './target-suite.ts';

testTargets('stake', 'loader-v3', 'memo');
