/**
 * The command `fuzz [TARGET]`, the target being `programs` unless it is named.
 *
 * `programs [--programs N] [--seconds S] [--seed N] [--engines A,B] [--versions 0,3]` runs random programs on two
 * engines, or on both engines and the oracle (`--engines jit,oracle`), and compares.
 *
 * `rpc [--requests N] [--seed N]` sends requests to a node, over HTTP and WebSocket, good, bad and no requests at all: each is
 * answered, the memory stands still, and the node is what it was before.
 *
 * Every other target, `TARGET [--cases N] [--transactions N] [--seconds S] [--seed N] [--features mainnet|all]`,
 * sends generated transactions to Parhelion's `LiteSVM`, interpreting and compiling, and to the oracle;
 * `generators/targets` has the table of them. A case is one transaction or several, one after the other. Half of
 * everything is run under each feature set, unless one is named.
 *
 * Prints what differs with its seed, shrunk. Ends with 1 where something differs, with 2 where it was
 * called wrongly.
 */
import { runFuzz } from './generators/fuzz-command.ts';

process.exitCode = await runFuzz(process.argv.slice(2));
