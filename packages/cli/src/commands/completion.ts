/** `parhelion completion`: what a shell needs to complete the command line. */
import { EXIT } from '../cli-error.ts';
import { completionScript, SHELLS } from '../completion.ts';
import { UsageError } from '../flags/flag.ts';
import { processOutput } from '../output.ts';
import { type Command, defineCommand } from './command.ts';

/** The command, for the shells to complete these `commands`. */
export function completionCommand(commands: () => readonly Command[]): Command {
	return defineCommand<Record<never, never>>({
		name: 'completion',
		args: [`<${SHELLS.join('|')}>`],
		summary: 'print a script that lets a shell complete commands, flags and files',
		flags: {},
		examples: [
			['source <(parhelion completion bash)', 'in ~/.bashrc'],
			['source <(parhelion completion zsh)', 'in ~/.zshrc, after compinit'],
			['parhelion completion fish > ~/.config/fish/completions/parhelion.fish', 'for fish'],
		],
		run: async ([shell = '']) => {
			const script = completionScript(shell, commands());
			if (script === null) throw new UsageError(`${shell}: there are scripts for ${SHELLS.join(', ')}.`);
			processOutput().print(script);
			return EXIT.ok;
		},
	});
}
