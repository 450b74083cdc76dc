/** The suites of the runner, by name. */
import type { Suite } from './suite.ts';
import { asmSuite } from './suites/asm.ts';
import { disasmSuite } from './suites/disasm.ts';
import { elfSuite } from './suites/elf.ts';
import { insnSuite } from './suites/insn.ts';
import { molluskSuite } from './suites/mollusk.ts';
import { serializeSuite } from './suites/serialize.ts';
import { verifySuite } from './suites/verify.ts';
import { vmSuite } from './suites/vm.ts';

/** Every suite; a new one is a line here. */
export const suites: ReadonlyMap<string, Suite> = new Map(
	[vmSuite, verifySuite, insnSuite, asmSuite, disasmSuite, elfSuite, serializeSuite, molluskSuite].map(
		(suite) => [suite.name, suite],
	),
);
