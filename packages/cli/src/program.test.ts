import { describe, expect, it } from 'vitest';
import { defineCommand } from './commands/command.ts';
import { START_FLAGS, type StartOptions } from './flags/start-flags.ts';
import { commandArguments, createProgram } from './program.ts';

interface Outcome {
	options: StartOptions | null;
	printed: string;
	exitCode: number | null;
}

async function run(...args: string[]): Promise<Outcome> {
	const outcome: Outcome = { options: null, printed: '', exitCode: null };
	const commands = [
		defineCommand<StartOptions>({
			name: 'start',
			args: [],
			summary: 'start it',
			flags: START_FLAGS,
			examples: [['parhelion start', 'starts it']],
			run: async (_args, options) => {
				outcome.options = options;
				return 0;
			},
		}),
	];
	const program = createProgram('1.2.3', commands, (exitCode) => {
		outcome.exitCode = exitCode;
	});
	for (const command of [program, ...program.commands]) {
		command.configureOutput({
			writeOut: (text) => {
				outcome.printed += text;
			},
			writeErr: (text) => {
				outcome.printed += text;
			},
		});
	}
	try {
		await program.parseAsync(commandArguments(args, commands), { from: 'user' });
	} catch (thrown) {
		outcome.exitCode = (thrown as { exitCode?: number }).exitCode ?? null;
		if (outcome.exitCode === null) outcome.printed += (thrown as Error).message;
	}
	return outcome;
}

const ADDRESS = 'So11111111111111111111111111111111111111112';

describe('the command line', () => {
	it('starts a node without a command, on the ports that clients expect', async () => {
		const expected = { rpcPort: 8899, bindAddress: '127.0.0.1', quiet: false };
		expect((await run()).options).toMatchObject(expected);
		expect((await run('start')).options).toMatchObject(expected);
	});

	it('takes ports, address and the time of a slot', async () => {
		const args = ['--rpc-port', '0', '--ws-port', '9', '--bind-address', '::1', '--slot-ms', '50', '--quiet'];
		const expected = { rpcPort: 0, wsPort: 9, bindAddress: '::1', slotMs: 50, quiet: true };
		expect((await run(...args)).options).toMatchObject(expected);
		expect((await run('start', ...args)).options).toMatchObject(expected);
	});

	it('takes flags with several arguments, any number of times', async () => {
		const { options } = await run(
			...['--bpf-program', ADDRESS, 'a.so', '--bpf-program', 'key.json', 'b c.so'],
			...['--upgradeable-program', ADDRESS, 'd.so', 'none', '--account', '-', 'e.json'],
			...['--clone', ADDRESS, '-c', ADDRESS, '--account-dir', 'x', '--account-dir', 'y'],
		);
		expect(options?.bpfProgram).toEqual([
			{ address: ADDRESS, file: 'a.so', authority: 'none' },
			{ address: 'key.json', file: 'b c.so', authority: 'none' },
		]);
		expect(options?.upgradeableProgram).toEqual([{ address: ADDRESS, file: 'd.so', authority: 'none' }]);
		expect(options?.account).toEqual([{ address: null, file: 'e.json' }]);
		expect(options?.clone?.map(String)).toEqual([ADDRESS, ADDRESS]);
		expect(options?.accountDir).toEqual(['x', 'y']);
	});

	it.each([
		['m', 'https://api.mainnet-beta.solana.com'],
		['mainnet-beta', 'https://api.mainnet-beta.solana.com'],
		['t', 'https://api.testnet.solana.com'],
		['devnet', 'https://api.devnet.solana.com'],
		['l', 'http://localhost:8899'],
		['http://127.0.0.1:1234/x', 'http://127.0.0.1:1234/x'],
	])('knows the cluster %s', async (name, url) => {
		expect((await run('-u', name)).options?.url).toBe(url);
	});

	it('reads amounts of SOL exactly, and a slot to begin at with or without a number', async () => {
		expect((await run('--faucet-sol', '1.000000001')).options?.faucetSol).toBe(1_000_000_001n);
		expect((await run('--warp-slot', '123')).options?.warpSlot).toBe(123n);
		expect((await run('--warp-slot')).options?.warpSlot).toBe(true);
	});

	it.each([
		['--rpc-port', '65536'],
		['--rpc-port', '-1'],
		['--rpc-port', '0x10'],
		['--ws-port', ''],
		['--slot-ms', '0'],
		['--slot-ms', '1.5'],
		['--slot-ms', 'NaN'],
		['--slots-per-epoch', '31'],
		['--bind-address', 'no address'],
		['--clone', 'O0'],
		['--url', 'ftp://x'],
		['--url', 'moon'],
		['--faucet-sol', '1e9'],
		['--mint', 'me'],
		['--warp-slot', '0'],
	])('refuses %s %j and says what would do', async (option, value) => {
		const { options, printed, exitCode } = await run('start', option, value);
		expect(options).toBeNull();
		expect(exitCode).toBe(2);
		expect(printed).toMatch(/ is | are |argument missing/);
	});

	it('says which arguments a flag lacks', async () => {
		const lacking = await run('--bpf-program', ADDRESS, '--quiet');
		expect(lacking.options).toBeNull();
		expect(lacking.printed).toBe('--bpf-program takes ADDRESS_OR_KEYPAIR FILE.so.');
		const wrong = await run('--account', 'x', 'y.json');
		expect(wrong.printed).toContain("argument 'x y.json' is invalid. An address is 32 bytes in base58.");
	});

	it('refuses commands and options it does not know, and names the nearest', async () => {
		expect(await run('strat')).toMatchObject({ options: null, exitCode: 2 });
		expect((await run('strat')).printed).toContain('Did you mean start?');
		expect(await run('--rpc-prot', '1')).toMatchObject({ options: null, exitCode: 2 });
		expect((await run('--rpc-prot', '1')).printed).toContain('Did you mean --rpc-port?');
		expect(await run('start', 'now')).toMatchObject({ options: null, exitCode: 2 });
	});

	it('prints the version and help', async () => {
		expect(await run('--version')).toMatchObject({ options: null, printed: '1.2.3\n', exitCode: 0 });
		const { printed, exitCode } = await run('start', '--help');
		expect(exitCode).toBe(0);
		for (const part of [
			'Network:',
			'--bpf-program <ADDRESS_OR_KEYPAIR> <FILE.so>',
			'Examples:',
			'# starts it',
		]) {
			expect(printed).toContain(part);
		}
	});
});
