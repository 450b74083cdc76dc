/** `getAgGenesisCert`: the certificate that Alpenglow begins with; it has not begun. */
import { type Method, method } from './method.ts';

export const getAgGenesisCert: Method = method('getAgGenesisCert', [], () => null);
