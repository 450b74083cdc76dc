import { describe, expect, it } from 'vitest';
import { createProgram } from './program.ts';
import type { StartOptions } from './start.ts';

interface Outcome {
	options: StartOptions | null;
	printed: string;
	exitCode: number | null;
}

async function run(...args: string[]): Promise<Outcome> {
	const outcome: Outcome = { options: null, printed: '', exitCode: null };
	const program = createProgram('1.2.3', async (options) => {
		outcome.options = options;
	});
	for (const command of [program, ...program.commands]) {
		command.exitOverride().configureOutput({
			writeOut: (text) => {
				outcome.printed += text;
			},
			writeErr: (text) => {
				outcome.printed += text;
			},
		});
	}
	try {
		await program.parseAsync(args, { from: 'user' });
	} catch (thrown) {
		outcome.exitCode = (thrown as { exitCode: number }).exitCode;
	}
	return outcome;
}

describe('the command line', () => {
	it('starts a node without a command, on the ports that clients expect', async () => {
		const expected = { rpcPort: 8899, bindAddress: '127.0.0.1', slotMs: 400, quiet: false };
		expect((await run()).options).toEqual(expected);
		expect((await run('start')).options).toEqual(expected);
	});

	it('takes ports, address and the time of a slot', async () => {
		const args = ['--rpc-port', '0', '--ws-port', '9', '--bind-address', '::1', '--slot-ms', '50', '--quiet'];
		const expected = { rpcPort: 0, wsPort: 9, bindAddress: '::1', slotMs: 50, quiet: true };
		expect((await run(...args)).options).toEqual(expected);
		expect((await run('start', ...args)).options).toEqual(expected);
	});

	it.each([
		['--rpc-port', '65536'],
		['--rpc-port', '-1'],
		['--rpc-port', '0x10'],
		['--ws-port', ''],
		['--slot-ms', '0'],
		['--slot-ms', '1.5'],
		['--slot-ms', 'NaN'],
	])('refuses %s %j and says what would do', async (option, value) => {
		const { options, printed, exitCode } = await run('start', option, value);
		expect(options).toBeNull();
		expect(exitCode).toBe(1);
		expect(printed).toMatch(/is from \d+ to \d+|argument missing/);
	});

	it('refuses commands and options it does not know', async () => {
		expect(await run('bogus')).toMatchObject({ options: null, exitCode: 1 });
		expect(await run('--bogus')).toMatchObject({ options: null, exitCode: 1 });
	});

	it('prints the version', async () => {
		expect(await run('--version')).toMatchObject({ options: null, printed: '1.2.3\n', exitCode: 0 });
	});
});
