/**
 * What a suite is to the runner and to the report.
 */
import type { JsonObject, Row } from './row.ts';

/** How programs are executed. */
export type Engine = 'interpreter' | 'jit';
export const ENGINES: readonly Engine[] = ['interpreter', 'jit'];

/** One suite of the runner: a row in, the fields of a result out (without the `id`). */
export interface Suite {
	readonly name: string;
	run(row: Row, engine: Engine): JsonObject;
}
