import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { ByteSink, MemOp, ModuleBuilder, Op, ValType } from './index.ts';

const { i32, i64, f64 } = ValType;
const features = { bulk_memory: true, multi_value: true, sat_float_to_int: true, sign_extension: true };

type Exports = Record<string, (...args: (number | bigint)[]) => unknown>;

function instantiate(bytes: Uint8Array<ArrayBuffer>, imports: WebAssembly.Imports = {}): Exports {
	return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as Exports;
}

/** What an independent disassembler reads out of a module. */
async function disassemble(bytes: Uint8Array): Promise<string> {
	const module = (await wabt()).readWasm(bytes, { ...features, readDebugNames: true });
	module.validate();
	module.applyNames();
	const text = module.toText({ foldExprs: false, inlineExport: false });
	module.destroy();
	return text;
}

describe('LEB128', () => {
	/** The engine itself is the decoder. */
	const constant = (
		write: (code: ReturnType<ModuleBuilder['function']>['code']) => void,
		type: ValType,
	): unknown => {
		const module = new ModuleBuilder();
		const f = module.function(module.type([], [type]));
		write(f.code);
		module.exportFunction('f', f.index);
		return instantiate(module.toBytes())['f']?.();
	};

	it('encodes every i32 and i64 as the engine reads it', () => {
		fc.assert(fc.property(fc.integer(), (v) => constant((c) => c.i32Const(v), i32) === v));
		fc.assert(
			fc.property(
				fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
				(v) => constant((c) => c.i64Const(Number(v & 0xffffffffn), Number(v >> 32n)), i64) === v,
			),
		);
		for (const v of [0, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)]) {
			expect(constant((c) => c.i32Const(v), i32)).toBe(v);
			expect(constant((c) => c.i64Const(v), i64)).toBe(BigInt(v));
		}
	});

	it('encodes u32 in the fewest bytes', () => {
		const bytes = (v: number) => {
			const sink = new ByteSink(1);
			sink.u32(v);
			return [...sink.toBytes()];
		};
		expect(bytes(0)).toEqual([0]);
		expect(bytes(127)).toEqual([127]);
		expect(bytes(128)).toEqual([0x80, 1]);
		expect(bytes(0xffffffff)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
	});

	it('keeps doubles', () => {
		expect(constant((c) => c.f64Const(Math.PI), f64)).toBe(Math.PI);
	});
});

describe('every plain instruction', () => {
	it('stands under the name that a disassembler gives it', async () => {
		const spelled = (name: string): string =>
			name
				.replace(/^(i32|i64|f64)/, '$1.')
				.replace(/\.TruncSatF64/, '.trunc_sat_f64_')
				.replace(/\.WrapI64/, '.wrap_i64')
				.replace(/\.ExtendI32/, '.extend_i32_')
				.replace(
					/\.(Convert|Reinterpret)(I32|I64|F64)([SU]?)/,
					(_, verb, type, sign) =>
						`.${verb.toLowerCase()}_${type.toLowerCase()}${sign ? `_${sign.toLowerCase()}` : ''}`,
				)
				.replace(/([a-z0-9])([SU])$/, '$1_$2')
				.toLowerCase()
				.replace('__', '_');
		const module = new ModuleBuilder();
		module.memory({ min: 1 });
		const f = module.function(module.type([], []));
		// After `unreachable` the stack is polymorphic, so each instruction validates by itself.
		const expected: string[] = [];
		for (const [name, op] of Object.entries(Op)) {
			if (name === 'select') continue;
			f.code.op(Op.unreachable).op(op);
			expected.push(spelled(name));
		}
		for (const [name, op] of Object.entries(MemOp)) {
			f.code.op(Op.unreachable).mem(op, 12);
			expected.push(spelled(name));
		}
		const bytes = module.toBytes();
		expect(WebAssembly.validate(bytes)).toBe(true);
		const lines = (await disassemble(bytes)).split('\n').map((line) => line.trim().split(' ')[0] ?? '');
		const start = lines.indexOf('unreachable');
		const read = lines.slice(start).filter((_, i) => i % 2 === 1);
		expect(read.slice(0, expected.length)).toEqual(expected);
	});
});

describe('structured control', () => {
	it('branches out of blocks and back into loops', () => {
		const module = new ModuleBuilder();
		const f = module.function(module.type([i32], [i32]), 'sum');
		const { code } = f;
		const total = code.local(i32);
		const done = code.block();
		const again = code.loop();
		code.localGet(0).op(Op.i32Eqz).brIf(done);
		code.localGet(total).localGet(0).op(Op.i32Add).localSet(total);
		code.localGet(0).i32Const(1).op(Op.i32Sub).localSet(0);
		code.br(again).end().end().localGet(total);
		module.exportFunction('sum', f.index);
		expect(instantiate(module.toBytes())['sum']?.(100)).toBe(5050);
	});

	it('picks by a table, and between the arms of an if', () => {
		const module = new ModuleBuilder();
		const f = module.function(module.type([i32], [i32]));
		const { code } = f;
		const outer = code.block();
		const middle = code.block();
		const inner = code.block();
		code.localGet(0).brTable([inner, middle], outer);
		code.end().i32Const(10).op(Op.return);
		code.end().i32Const(20).op(Op.return);
		code.end();
		code.localGet(0).i32Const(2).op(Op.i32Eq);
		code.if(i32);
		code.i32Const(30).else().i32Const(40).end();
		module.exportFunction('pick', f.index);
		const { pick } = instantiate(module.toBytes());
		expect([0, 1, 2, 3].map((n) => pick?.(n))).toEqual([10, 20, 30, 40]);
	});

	it('gives several values from functions and blocks', () => {
		const module = new ModuleBuilder();
		const pair = module.type([], [i32, i64]);
		const f = module.function(pair);
		f.code.block({ type: pair });
		f.code.i32Const(7).i64Const(-1, -1).end();
		module.exportFunction('pair', f.index);
		expect(instantiate(module.toBytes())['pair']?.()).toEqual([7, -1n]);
	});

	it('refuses a branch to a closed block, an open block at the end, and an end too many', () => {
		const make = () => new ModuleBuilder().function(0, undefined);
		expect(make).toThrow(RangeError);
		const module = new ModuleBuilder();
		const f = module.function(module.type([], []));
		const label = f.code.block();
		expect(() => module.toBytes()).toThrow(/still open/);
		f.code.end();
		expect(() => f.code.br(label)).toThrow(/not open/);
		expect(() => f.code.end()).toThrow(/no block/);
	});
});

describe('a module', () => {
	it('imports, exports, calls, indexes tables, moves memory and keeps names', async () => {
		const module = new ModuleBuilder();
		const unary = module.type([i32], [i32]);
		expect(module.type([i32], [i32])).toBe(unary);
		const host = module.importFunction('env', 'host', unary);
		module.importMemory('env', 'memory', { min: 1 });
		const base = module.importGlobal('env', 'base', i32, false);
		const counter = module.global(i64, true, 5);
		const table = module.table({ min: 4, max: 4 }, ValType.funcref);
		const double = module.function(unary, 'double');
		double.code.localGet(0).i32Const(2).op(Op.i32Mul);
		module.elements(table, 1, [host, double.index]);
		module.data(8, Uint8Array.of(1, 2, 3, 4));
		const main = module.function(module.type([i32, i32], [i32]), 'main');
		main.code.globalGet(counter).i64Const(1).op(Op.i64Add).globalSet(counter);
		main.code.i32Const(64).i32Const(8).i32Const(4).memoryCopy();
		main.code.i32Const(66).i32Const(0xff).i32Const(1).memoryFill();
		main.code.localGet(1).localGet(0).callIndirect(unary, table).globalGet(base).op(Op.i32Add).call(host);
		module.exportFunction('main', main.index);
		module.exportGlobal('counter', counter);
		module.exportTable('table', table);
		const bytes = module.toBytes();

		const memory = new WebAssembly.Memory({ initial: 1 });
		const base100 = new WebAssembly.Global({ value: 'i32' }, 100);
		const { main: run, counter: count } = instantiate(bytes, {
			env: { host: (x: number) => x + 1, memory, base: base100 },
		});
		expect(run?.(2, 21)).toBe(143);
		expect(run?.(1, 21)).toBe(123);
		expect((count as unknown as WebAssembly.Global).value).toBe(7n);
		expect([...new Uint8Array(memory.buffer, 64, 4)]).toEqual([1, 2, 0xff, 4]);

		const text = await disassemble(bytes);
		expect(text).toMatch(/\(func \$double/);
		expect(text).toContain('memory.copy');
		expect(text).toContain('(global (;1;) (mut i64) (i64.const 5))');
		expect(text).toContain('(export "main" (func $main))');
	});

	it('reads back through a disassembler and its assembler to equal bytes', async () => {
		const module = new ModuleBuilder();
		const f = module.function(module.type([i64, i32], [i64]));
		const { code } = f;
		module.memory({ min: 1, max: 2 });
		const loop = code.loop();
		code.localGet(1).mem(MemOp.i64Load, 4096, 0).localGet(0).op(Op.i64Xor).localSet(0);
		code.localGet(1).i32Const(-8).op(Op.i32Add).localTee(1).brIf(loop).end().localGet(0);
		module.exportFunction('mix', f.index);
		module.exportMemory('memory');
		const bytes = module.toBytes();
		const again = (await wabt()).parseWat('again.wat', await disassemble(bytes), features);
		expect([...again.toBinary({}).buffer]).toEqual([...bytes]);
		again.destroy();
	});

	it('refuses a second memory, a name exported twice, late imports and a shared memory without a maximum', () => {
		const module = new ModuleBuilder();
		module.memory({ min: 1 });
		expect(() => module.memory({ min: 1 })).toThrow(RangeError);
		const f = module.function(module.type([], []));
		module.exportFunction('f', f.index);
		expect(() => module.exportFunction('f', f.index)).toThrow(RangeError);
		expect(() => module.importFunction('a', 'b', 0)).toThrow(RangeError);
		const shared = new ModuleBuilder();
		shared.memory({ min: 1, shared: true });
		expect(() => shared.toBytes()).toThrow(RangeError);
	});
});
