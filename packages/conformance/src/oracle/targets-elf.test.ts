import { testTargets } from './target-suite.ts';

testTargets('elf');
