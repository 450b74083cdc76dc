import { describe, expect, it } from 'vitest';
import { legalise } from './legalise.ts';

/** The lines of a function's body after legalising, indentation left out. */
function body(source: string): string[] {
	const lines = legalise(source).split('\n');
	return lines
		.slice(lines.findIndex((line) => line.startsWith('define')) + 1, lines.indexOf('}'))
		.map((line) => line.trim());
}

describe('the legaliser', () => {
	it('leaves a module alone that asks for nothing', () => {
		const source = `source_filename = "a.c"

@text = private constant [3 x i8] c"%0\\00"

define i64 @f(i64 %a, ptr %p) #0 {
entry:
  %b = add nsw i64 %a, 1
  %c = udiv i64 %b, 7
  %d = mul i64 %c, %a
  %e = shl i128 undef, 3
  store i64 %d, ptr %p, align 8
  %g = call i64 @g(i64 %b), !range !0
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %p, ptr align 8 %p, i64 64, i1 false)
  ret i64 %g
}

attributes #0 = { nounwind }
!0 = !{i64 0, i64 9}
`;
		expect(legalise(source)).toBe(source);
	});

	it('takes functions of any length', () => {
		const lines = Array.from({ length: 200_000 }, (_, i) => `  %x${i} = add i64 %a, ${i}`);
		const source = ['define void @f(i64 %a) {', ...lines, '  ret void', '}', ''].join('\n');
		expect(legalise(source).split('\n').length).toBeGreaterThan(200_000);
	});

	it('passes what it does not know through', () => {
		const lines = [
			'  %x = frobnicate i128 %a, %b',
			'  %y = mul <2 x i64> %v, %w',
			'  call void asm sideeffect "nop", ""()',
		];
		const source = `define void @f() {\nentry:\n${lines.join('\n')}\n  ret void\n}\n`;
		expect(legalise(source)).toBe(source);
	});

	it('gives the first block a label, for unnamed values lose their order', () => {
		const source = 'define i128 @f(i64 %0, ptr %1) {\n  %3 = load i128, ptr %1\n  ret i128 %3\n}\n';
		expect(legalise(source)).toBe(
			[
				'define void @f(ptr %lg.sret, i64 %v.0, ptr %v.1) {',
				'v.2:',
				'  %v.3 = load i128, ptr %v.1',
				'  store i128 %v.3, ptr %lg.sret, align 8',
				'  ret void',
				'}',
				'',
			].join('\n'),
		);
	});

	it('passes what the registers do not hold through memory, on both sides alike', () => {
		const source = [
			'define i64 @callee(i64 %a, i128 noundef %b, i64 %c, ptr %d, i64 %e) {',
			'entry:',
			'  %r = tail call fastcc i64 %d(i64 %a, i128 %b, i64 %c, ptr %d, i64 %e), !dbg !7',
			'  ret i64 %r',
			'}',
		].join('\n');
		const text = legalise(source);
		expect(text).toContain('define i64 @callee(i64 %a, i128 noundef %b, i64 %c, ptr %lg.spilled) {');
		expect(text).toContain('%d = load ptr, ptr %lg.spilled.0, align 8');
		expect(text).toContain('%e = load i64, ptr %lg.spilled.8, align 8');
		// No tail call any more: the callee reads this frame.
		expect(text).toContain('  %r = call fastcc i64 %d(i64 %a, i128 %b, i64 %c, ptr %lg.args), !dbg !7');
		expect(text).toContain('%lg.args = alloca [16 x i8], align 8');
	});

	it('takes attributes off a function that writes memory now', () => {
		const source =
			'define internal fastcc noundef i128 @f(i128 %a) unnamed_addr #3 !dbg !5 {\nentry:\n  ret i128 %a\n}\n';
		expect(legalise(source)).toContain(
			'define internal fastcc void @f(ptr %lg.sret, i128 %a) unnamed_addr !dbg !5 {',
		);
	});

	it('takes sret off, which the code generator refuses', () => {
		const source =
			'define void @f(ptr noalias sret({ i64, i64 }) align 8 %to) {\nentry:\n  call void @g(ptr sret({ i64, i64 }) align 8 %to)\n  ret void\n}\n';
		const text = legalise(source);
		expect(text).toContain('define void @f(ptr noalias align 8 %to)');
		expect(text).toContain('call void @g(ptr align 8 %to)');
	});

	it('calls a function for memory of variable, large or unaligned size', () => {
		const copy = (args: string): string[] =>
			body(
				`define void @f(ptr %a, ptr %b, i64 %n) {\nentry:\n  call void @llvm.memcpy.p0.p0.i64(${args}, i1 false)\n  ret void\n}\n`,
			);
		expect(copy('ptr align 8 %a, ptr align 8 %b, i64 64')[1]).toContain('@llvm.memcpy');
		expect(copy('ptr align 8 %a, ptr align 8 %b, i64 72')[1]).toContain(
			'call ptr @memcpy(ptr %a, ptr %b, i64 72)',
		);
		expect(copy('ptr %a, ptr align 8 %b, i64 9')[1]).toContain('call ptr @memcpy');
		expect(copy('ptr align 8 %a, ptr align 8 %b, i64 %n')[1]).toContain('call ptr @memcpy');
	});

	it('leaves the runtime library its functions', () => {
		const source =
			'define weak i128 @__udivti3(i128 %a, i128 %b) {\nentry:\n  %q = udiv i128 %a, %b\n  ret i128 %q\n}\n';
		expect(legalise(source)).toBe('declare i128 @__udivti3(i128, i128)\n');
	});

	it('renames types without a name, and leaves strings alone', () => {
		const source = [
			'%0 = type { i64, i64 }',
			'@text = constant [3 x i8] c"%0\\00"',
			'define i64 @f(ptr %0) {',
			'  %2 = getelementptr %0, ptr %0, i64 0, i32 1',
			'  %3 = call %0 @g()',
			'  %4 = extractvalue %0 %3, 0',
			'  ret i64 %4',
			'}',
		].join('\n');
		const text = legalise(source);
		expect(text).toContain('%v.0 = type { i64, i64 }');
		expect(text).toContain('c"%0\\00"');
		expect(text).toContain('  %v.3 = load %v.0, ptr %lg.result, align 8');
		expect(text).toContain('%lg.result = alloca [16 x i8], align 8');
	});

	it('leaves a function alone whose head it cannot read', () => {
		const source = 'define strange!type @f(i128 %a) {\nentry:\n  ret i128 %a\n}\n';
		expect(legalise(source)).toBe(source);
	});

	it('knows the upper half of an extended factor', () => {
		const text = legalise(
			'define void @f(i64 %a, ptr %p) {\nentry:\n  %w = zext i64 %a to i128\n  %m = mul i128 %w, 10\n  store i128 %m, ptr %p\n  ret void\n}\n',
		);
		expect(text).toMatch(/call void @__multi3\(ptr %lg\.wide, i64 %lg\.0, i64 0, i64 10, i64 0\)/);
		expect(text).toContain('declare void @__multi3(ptr, i64, i64, i64, i64)');
	});
});
