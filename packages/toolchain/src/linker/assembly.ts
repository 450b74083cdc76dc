/**
 * Assembly text as an input of the linker.
 *
 * Owns turning what the assembler makes into an object: one section of code, and a symbol for `entrypoint` and for each
 * label that starts with `function_`. Syscalls are called by name, `syscall sol_log_`. Data has no place in it.
 */
import { assembleText, INSN_SIZE } from '@parhelion/sbpf';
import { Fault } from '@parhelion/sdk';
import { SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS, STB_GLOBAL, STB_LOCAL, STT_FUNC } from './elf-format.ts';
import type { LinkError } from './errors.ts';
import { InputSection, type InputSymbol, ObjectFile } from './object.ts';

/**
 * The object made of `source`, called `name` in errors.
 *
 * @throws Fault<LinkError[]> Assembly.
 */
export function assembleObject(name: string, source: string): ObjectFile {
	// V3's forms say of each call whether it means a function or a syscall; the code writer turns them into V0's.
	const assembled = assembleText(source, 3);
	if (!assembled.ok)
		throw new Fault<LinkError[]>([{ kind: 'Assembly', object: name, detail: assembled.error }]);
	const { text, functionRegistry } = assembled.value;
	const bytes = text.slice();
	const object = new ObjectFile(name, true);
	const section = new InputSection(object, {
		name: '.text',
		type: SHT_PROGBITS,
		flags: SHF_ALLOC | SHF_EXECINSTR,
		align: INSN_SIZE,
		entrySize: 0,
		bytes,
		size: bytes.length,
	});
	const functions = [...functionRegistry.entries()]
		.map(([, entry]) => entry)
		.sort((a, b) => a.value - b.value);
	const decoder = new TextDecoder();
	object.sections = [section];
	object.symbols = functions.map((fn, i): InputSymbol => {
		const label = decoder.decode(fn.name);
		const value = fn.value * INSN_SIZE;
		const end = (functions[i + 1]?.value ?? bytes.length / INSN_SIZE) * INSN_SIZE;
		const binding = label === 'entrypoint' ? STB_GLOBAL : STB_LOCAL;
		return { name: label, binding, type: STT_FUNC, kind: 'defined', section, value, size: end - value };
	});
	return object;
}
