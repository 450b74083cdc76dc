import { testTargets } from './target-suite.ts';

testTargets('confidential-tokens', 'zk-elgamal-proof');
