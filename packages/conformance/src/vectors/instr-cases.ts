/** Firedancer's single-instruction vectors as rows of suite `insn`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExpectedCase } from '../provider.ts';
import { type InstrCase, parseInstrFile } from './firedancer-instr.ts';

/** The cases in `folder`, whose parts are named by version; `null` where it has none. */
export function instrCases(folder: string | null): ExpectedCase[] | null {
	if (folder === null) return null;
	const root = join(folder, 'firedancer-instr');
	const cases: ExpectedCase[] = [];
	for (const version of foldersOf(root)) {
		for (const file of readdirSync(join(root, version)).sort()) {
			const source = readFileSync(join(root, version, file), 'utf8');
			for (const instr of parseInstrFile(source)) {
				cases.push({ id: `${version}/${file}:${instr.line}`, ...rowOf(version, instr) });
			}
		}
	}
	return cases;
}

function foldersOf(root: string): string[] {
	return readdirSync(root, { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map((entry) => entry.name)
		.sort();
}

function rowOf(version: string, { input, status, reg }: InstrCase): Pick<ExpectedCase, 'row' | 'expected'> {
	const { op, dst, src, off, imm, regionBoundaries } = input;
	const row = {
		sbpf_version: version.toUpperCase(),
		...{ op, dst, src, off, imm: `0x${imm.toString(16)}` },
		reg: input.reg.map(hex),
		input: input.input,
		region_boundaries: regionBoundaries,
		budget: 100,
	};
	if (status === 'ok') return { row, expected: { status, reg: reg.map(hex) } };
	return { row, expected: { status: status === 'vfyub' ? 'vfy' : status } };
}

function hex(value: bigint): string {
	return `0x${value.toString(16)}`;
}
