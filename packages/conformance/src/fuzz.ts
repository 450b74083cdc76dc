/**
 * The command `fuzz [--programs N] [--seconds S] [--seed N] [--engines A,B] [--versions 0,3]`.
 *
 * Runs random programs on two engines, or on both engines and the oracle (`--engines jit,oracle`), and compares.
 * Prints what differs with its seed and a shrunk program. Ends with 1 where something differs, with 2 where it was
 * called wrongly.
 */
import { runFuzz } from './generators/fuzz-command.ts';

process.exitCode = await runFuzz(process.argv.slice(2));
