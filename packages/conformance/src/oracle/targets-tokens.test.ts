import { testTargets } from './target-suite.ts';

testTargets('token', 'token-2022', 'associated-token');
