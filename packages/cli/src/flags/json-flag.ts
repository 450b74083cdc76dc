/** `--json`, which every command that prints something has. */
import { type Flag, toggle } from './flag.ts';

export const JSON_FLAG: Flag<boolean> = toggle({ group: 'Output', help: 'print JSON' });
