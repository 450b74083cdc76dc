/** The commands about programs, in the order of the help. */
import { asmCommand } from './asm.ts';
import { buildCommand } from './build.ts';
import type { Command } from './command.ts';
import { deployCommand } from './deploy.ts';
import { disasmCommand } from './disasm.ts';
import { elfCommand } from './elf.ts';
import { newCommand } from './new.ts';
import { programCommand } from './program.ts';
import { verifyCommand } from './verify.ts';

export const PROGRAM_COMMANDS: readonly Command[] = [
	newCommand,
	buildCommand,
	asmCommand,
	disasmCommand,
	verifyCommand,
	elfCommand,
	deployCommand,
	programCommand,
];
