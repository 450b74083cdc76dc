/** Every flow, in the order in which the report lists them. */
import type { Flow } from './harness.ts';
import { programFlows } from './programs.ts';
import { systemFlows } from './system.ts';
import { tokenFlows } from './token.ts';
import { v1Flows } from './v1.ts';

export const flows: readonly Flow[] = [...systemFlows, ...tokenFlows, ...programFlows, ...v1Flows];
