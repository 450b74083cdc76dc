/** A case in words, for whoever has to find out why it differs. */
import { type AccountMeta, type Instruction, type Pubkey, programIds, sysvarIds } from '@parhelion/sdk';
import type { FuzzCase, Step } from './case.ts';

const NAMES = new Map<string, string>(
	[...Object.entries(programIds), ...Object.entries(sysvarIds)].map(([name, id]) => [id.key, name]),
);

/** An address by what it is known as: a well-known name, the name it was made of, or base58. */
export function keyText(pubkey: Pubkey): string {
	const known = NAMES.get(pubkey.key);
	if (known !== undefined) return known;
	const { bytes } = pubkey;
	const end = bytes.indexOf(0);
	const isNamed = bytes[31] === 0xee && end > 0 && bytes.subarray(end, 31).every((byte) => byte === 0);
	const name = isNamed ? new TextDecoder().decode(bytes.subarray(0, end)) : '';
	return /^[\x20-\x7e]+$/.test(name) ? `'${name}'` : pubkey.toBase58();
}

function bytesText(bytes: Uint8Array): string {
	const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
	const shown = Buffer.from(bytes.subarray(0, Math.min(end, 2_000))).toString('hex');
	const rest = end > 2_000 ? '...' : '';
	const zeros = bytes.length - end;
	return `${bytes.length} bytes ${shown}${rest}${zeros > 0 ? ` and ${zeros} zeros` : ''}`;
}

function metaText({ pubkey, isSigner, isWritable }: AccountMeta): string {
	return `${keyText(pubkey)}${isSigner ? ' s' : ''}${isWritable ? ' w' : ''}`;
}

function instructionText({ programId, accounts, data }: Instruction): string {
	const metas = accounts.map((meta) => `\n      ${metaText(meta)}`).join('');
	return `    ${keyText(programId)}, ${bytesText(data)}${metas}`;
}

function stepText(step: Step, index: number): string {
	const number = `${String(index).padStart(2)} `;
	switch (step.kind) {
		case 'set': {
			const { lamports, data, owner, executable } = step.account;
			const flag = executable ? ', executable' : '';
			return `${number}set ${keyText(step.pubkey)}: ${lamports} lamports of ${keyText(owner)}${flag}, ${bytesText(data)}`;
		}
		case 'program':
			return `${number}program ${keyText(step.programId)} of ${keyText(step.loader)}:\n${step.text ?? bytesText(step.elf)}`;
		case 'wire':
			return `${number}wire ${step.label}${step.text === undefined ? '' : ` (${step.text})`}: ${Buffer.from(step.bytes).toString('hex')}`;
		default: {
			const version = step.config !== undefined ? ', v1' : step.tables !== undefined ? ', v0' : '';
			const config = step.config === undefined ? '' : ` ${Object.values(step.config).join('/')}`;
			const blockhash = step.blockhash === undefined ? '' : `, blockhash ${step.blockhash.toBase58()}`;
			const tables = (step.tables ?? [])
				.map(({ key, addresses }) => `\n    table ${keyText(key)}: ${addresses.map(keyText).join(', ')}`)
				.join('');
			const head = `${number}send ${step.label}, paid by ${keyText(step.payer)}${version}${config}${blockhash}`;
			return `${head}${tables}\n${step.instructions.map(instructionText).join('\n')}`;
		}
	}
}

/** The steps of a case, one below the other. */
export function caseText({ steps, checks }: FuzzCase): string {
	const head = checks === undefined ? [] : [`checks: ${JSON.stringify(checks)}`];
	return [...head, ...steps.map(stepText)].join('\n');
}
