/** `parhelion program`: what is done to programs and buffers besides deploying. */
import { programdataAddressOf } from '@parhelion/runtime';
import { Pubkey } from '@parhelion/sdk';
import { manageProgram, type ProgramAction } from '@parhelion/toolchain';
import { EXIT } from '../cli-error.ts';
import {
	keypairFlag,
	openSender,
	orFail,
	SENDER_FLAGS,
	type SenderOptions,
	signerOf,
} from '../deploy/deploy-context.ts';
import { type FlagTable, one, toggle, UsageError } from '../flags/flag.ts';
import { JSON_FLAG } from '../flags/json-flag.ts';
import { oneOf } from '../flags/program-flags.ts';
import { address, integer } from '../flags/readers.ts';
import { addressOrKeypairFile, readKeypairFile } from '../keypair-file.ts';
import { processOutput } from '../output.ts';
import { type Command, defineCommand } from './command.ts';

interface ProgramOptions extends SenderOptions {
	readonly recipient?: Pubkey;
	readonly bytes?: number;
	readonly newAuthority?: string;
	readonly final?: boolean;
	readonly json?: boolean;
}

const ACTIONS = ['close', 'extend', 'set-authority'] as const;
const GROUP = 'Programs and accounts';

const FLAGS: FlagTable<ProgramOptions> = {
	...SENDER_FLAGS,
	recipient: one('ADDRESS', address, {
		group: GROUP,
		help: 'close: who gets the lamports',
		fallbackText: 'who pays',
	}),
	bytes: one('BYTES', integer('A number of bytes', 1, 10 * 1024 * 1024), {
		group: GROUP,
		help: 'extend: room for so many more, 10,240 at least',
	}),
	newAuthority: keypairFlag(
		'set-authority: the address or the key pair of the new one; loader v4 needs the key pair',
		'none',
	),
	final: toggle({ group: GROUP, help: 'set-authority: nobody, for ever' }),
	json: JSON_FLAG,
};

function actionOf(name: string, options: ProgramOptions, payer: Pubkey): ProgramAction {
	const { recipient = payer, bytes, newAuthority, final = false } = options;
	switch (oneOf('What is done', ACTIONS)(name)) {
		case 'close':
			return { kind: 'close', recipient };
		case 'extend':
			if (bytes === undefined) throw new UsageError('--bytes says how much to extend by.');
			return { kind: 'extend', bytes };
		case 'set-authority':
			if ((newAuthority === undefined) !== final) {
				throw new UsageError('Either --new-authority or --final says whose it becomes.');
			}
			return {
				kind: 'set-authority',
				newAuthority:
					newAuthority === undefined ? null : addressOrKeypairFile(newAuthority, '--new-authority'),
			};
	}
}

async function run([name = '', subject = '']: readonly string[], options: ProgramOptions): Promise<number> {
	const { print, printJson, note } = processOutput();
	const { target, payer, authority, signers } = openSender(options, note);
	const action = actionOf(name, options, payer);
	const account = addressOrKeypairFile(subject, 'The program');
	const { newAuthority } = options;
	const heir =
		newAuthority === undefined || Pubkey.tryFromBase58(newAuthority) !== null
			? []
			: [signerOf(readKeypairFile(newAuthority))];
	const request = { account, programData: programdataAddressOf(account), payer, authority };
	const slot = orFail(await manageProgram(action, request, target, [...signers, ...heir]));
	if (options.json === true) printJson({ account, action: action.kind, slot });
	else print(`${account}`);
	return EXIT.ok;
}

export const programCommand: Command = defineCommand<ProgramOptions>({
	name: 'program',
	args: ['<action>', '<address>'],
	summary: 'close, extend or set-authority of a program or a buffer',
	flags: FLAGS,
	examples: [
		[
			'parhelion program close hello-buffer-keypair.json',
			'an upload that is given up: its lamports come back',
		],
		['parhelion program extend 6t…Qk --bytes 20000', 'room for a larger program'],
		['parhelion program set-authority 6t…Qk --final', 'nobody may change it any more'],
	],
	run,
});
