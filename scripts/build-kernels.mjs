/**
 * Compiles the bench's C programs (packages/bench/kernels and packages/bench/programs) to sBPF V3 files in
 * packages/bench/elf. The files are committed, so that the bench needs no compiler: run this after a change of the C.
 *
 * Needs clang with the BPF target, 19 or newer: as `clang`, `clang-22` and so on, or named by CLANG. sBPF is told
 * apart from BPF by the linking alone, which is done here: `.text` and `.rodata`, internal calls relative with
 * 1 in the source field, whatever is undefined a syscall by the hash of its name.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BENCH = join(dirname(fileURLToPath(import.meta.url)), '../packages/bench');
const OUT = join(BENCH, 'elf');
const FOLDERS = ['kernels', 'programs'];
/** `-mcpu=v2`: sBPF sign-extends 32-bit sums, which v3's code does not expect. */
const FLAGS = [
	'-target',
	'bpf',
	'-mcpu=v2',
	'-O2',
	'-ffreestanding',
	'-fno-builtin',
	'-mllvm',
	'-bpf-stack-size=4096',
];
const CLANGS = [process.env.CLANG, 'clang', 'clang-22', 'clang-21', 'clang-20', 'clang-19'].filter(Boolean);

const EHDR_SIZE = 64;
const PHDR_SIZE = 56;
const R_BPF_64_64 = 1;
const R_BPF_64_32 = 10;
/** Where V3 maps the instructions; read-only data lie at 0. */
const TEXT_ADDRESS = 0x1_0000_0000n;

function fail(message) {
	console.error(message);
	process.exit(1);
}

function findClang() {
	for (const clang of CLANGS) {
		const { status, stdout } = spawnSync(clang, ['--version'], { encoding: 'utf8' });
		const version = /clang version (\d+)/.exec(stdout ?? '');
		if (status === 0 && version !== null && Number(version[1]) >= 19) return clang;
	}
	return fail('no clang 19 or newer was found; install one, or name it by the variable CLANG');
}

/** Murmur3 (32 bits, seed 0) of a syscall's name: how a program calls it. */
function syscallHash(name) {
	const bytes = new TextEncoder().encode(name);
	const mix = (k) => {
		const product = Math.imul(k, 0xcc9e2d51);
		return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
	};
	const whole = bytes.length & ~3;
	let h = 0;
	for (let i = 0; i < whole; i += 4) {
		h ^= mix(bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
		h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
	}
	let tail = 0;
	for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i];
	if (bytes.length > whole) h ^= mix(tail);
	h ^= bytes.length;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

/** Sections and symbols of an object file, as far as they matter here. */
function readObject(file) {
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const u64 = (at) => Number(view.getBigUint64(at, true));
	const text = (at) => new TextDecoder().decode(file.subarray(at, file.indexOf(0, at)));
	const headers = u64(40);
	const sections = Array.from({ length: view.getUint16(60, true) }, (_, i) => {
		const at = headers + i * view.getUint16(58, true);
		const field = (offset) => view.getUint32(at + offset, true);
		return {
			name: field(0),
			type: field(4),
			flags: u64(at + 8),
			offset: u64(at + 24),
			size: u64(at + 32),
			info: field(44),
		};
	});
	const names = sections[view.getUint16(62, true)].offset;
	for (const section of sections) {
		section.name = text(names + section.name);
		section.bytes = file.slice(section.offset, section.offset + (section.type === 8 ? 0 : section.size));
	}
	const strings = sections.find(({ name }) => name === '.strtab').offset;
	const table = sections.find(({ type }) => type === 2);
	const symbols = Array.from({ length: table.size / 24 }, (_, i) => {
		const at = table.offset + i * 24;
		return {
			name: text(strings + view.getUint32(at, true)),
			section: view.getUint16(at + 6, true),
			value: u64(at + 8),
		};
	});
	return { sections, symbols };
}

/** The program file of an object file. */
function link(object, name) {
	const { sections, symbols } = readObject(object);
	const kept = new Map([['.text', 0]]);
	const text = sections.find((section) => section.name === '.text').bytes;
	let rodata = new Uint8Array(0);
	for (const section of sections) {
		const isAllocated = (section.flags & 2) !== 0;
		if (!isAllocated || section.size === 0 || section.name === '.text') continue;
		if (!section.name.startsWith('.rodata')) fail(`${name}: section ${section.name} cannot be linked`);
		// Nothing may have the address 0.
		const start = Math.max(16, Math.ceil(rodata.length / 16) * 16);
		const grown = new Uint8Array(start + section.size);
		grown.set(rodata);
		grown.set(section.bytes, start);
		rodata = grown;
		kept.set(section.name, start);
	}
	const view = new DataView(text.buffer);
	for (const { type, info, bytes } of sections) {
		if (type !== 9 || sections[info].name !== '.text') continue;
		const relocations = new DataView(bytes.buffer);
		for (let i = 0; i < bytes.length; i += 16) {
			const at = Number(relocations.getBigUint64(i, true));
			const kind = relocations.getUint32(i + 8, true);
			const symbol = symbols[relocations.getUint32(i + 12, true)];
			const target = sections[symbol.section];
			if (kind === R_BPF_64_64 && kept.has(target.name) && target.name !== '.text') {
				view.setUint32(at + 4, kept.get(target.name) + symbol.value + view.getUint32(at + 4, true), true);
			} else if (kind === R_BPF_64_32 && symbol.section === 0) {
				view.setUint8(at + 1, 0);
				view.setUint32(at + 4, syscallHash(symbol.name), true);
			} else if (kind === R_BPF_64_32 && target.name === '.text') {
				const slot = symbol.value / 8 + view.getInt32(at + 4, true) + 1;
				view.setUint8(at + 1, 0x10);
				view.setInt32(at + 4, slot - at / 8 - 1, true);
			} else fail(`${name}: relocation ${kind} of ${symbol.name} cannot be linked`);
		}
	}
	const entry = symbols.find((symbol) => symbol.name === 'entrypoint');
	if (entry === undefined) fail(`${name}: no function "entrypoint"`);
	return programFile(text, rodata, entry.value);
}

/** The strict form of SIMD-0189: header, two program headers, read-only data, instructions. */
function programFile(text, rodata, entry) {
	const start = EHDR_SIZE + 2 * PHDR_SIZE;
	const dataSize = Math.max(8, Math.ceil(rodata.length / 8) * 8);
	const file = new Uint8Array(start + dataSize + text.length);
	const view = new DataView(file.buffer);
	file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
	view.setUint16(16, 3, true); // e_type: ET_DYN
	view.setUint16(18, 247, true); // e_machine: EM_BPF
	view.setUint32(20, 1, true); // e_version
	view.setBigUint64(24, TEXT_ADDRESS + BigInt(entry), true); // e_entry
	view.setBigUint64(32, BigInt(EHDR_SIZE), true); // e_phoff
	view.setUint32(48, 3, true); // e_flags: the version
	view.setUint16(52, EHDR_SIZE, true);
	view.setUint16(54, PHDR_SIZE, true);
	view.setUint16(56, 2, true); // e_phnum
	const segment = (index, flags, offset, address, size) => {
		const at = EHDR_SIZE + index * PHDR_SIZE;
		view.setUint32(at, 1, true); // PT_LOAD
		view.setUint32(at + 4, flags, true);
		for (const [i, value] of [BigInt(offset), address, address, BigInt(size), BigInt(size)].entries()) {
			view.setBigUint64(at + 8 + 8 * i, value, true);
		}
	};
	segment(0, 4, start, 0n, dataSize);
	segment(1, 1, start + dataSize, TEXT_ADDRESS, text.length);
	file.set(rodata, start);
	file.set(text, start + dataSize);
	return file;
}

const clang = findClang();
const work = mkdtempSync(join(tmpdir(), 'parhelion-kernels-'));
mkdirSync(OUT, { recursive: true });
try {
	for (const folder of FOLDERS) {
		for (const source of readdirSync(join(BENCH, folder)).filter((name) => name.endsWith('.c'))) {
			const name = basename(source, '.c');
			const object = join(work, `${name}.o`);
			const { status } = spawnSync(clang, [...FLAGS, '-c', join(BENCH, folder, source), '-o', object], {
				stdio: 'inherit',
			});
			if (status !== 0) fail(`${source} does not compile`);
			const file = link(new Uint8Array(readFileSync(object)), source);
			writeFileSync(join(OUT, `${name}.so`), file);
			console.log(`${name.padEnd(20)} ${file.length} bytes`);
		}
	}
} finally {
	rmSync(work, { recursive: true, force: true });
}
