; What the BPF code generator refuses, in a form that any machine's accepts: 64 bytes in, 512 bytes out.

%triple = type { i64, i32, ptr }

declare { i64, i1 } @llvm.umul.with.overflow.i64(i64, i64)
declare { i64, i1 } @llvm.smul.with.overflow.i64(i64, i64)
declare { i128, i1 } @llvm.umul.with.overflow.i128(i128, i128)
declare { i128, i1 } @llvm.smul.with.overflow.i128(i128, i128)
declare i128 @llvm.fshl.i128(i128, i128, i128)
declare i128 @llvm.fshr.i128(i128, i128, i128)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

@table = internal constant [3 x ptr] [ptr @many, ptr @many_more, ptr @many]

define void @compute(ptr %in, ptr %out) {
  %pb = getelementptr i8, ptr %in, i64 16
  %pc = getelementptr i8, ptr %in, i64 32
  %pd = getelementptr i8, ptr %in, i64 48
  %a = load i128, ptr %in, align 1
  %b = load i128, ptr %pb, align 1
  %c = load i64, ptr %pc, align 1
  %d = load i64, ptr %pd, align 1
  call void @wide(i128 %a, i128 %b, ptr %out)
  %out1 = getelementptr i8, ptr %out, i64 96
  call void @shifts(i128 %a, i128 %b, i64 %c, ptr %out1)
  %out2 = getelementptr i8, ptr %out, i64 176
  call void @signed(i64 %c, i64 %d, ptr %out2)
  %out3 = getelementptr i8, ptr %out, i64 240
  call void @overflows(i128 %a, i128 %b, i64 %c, i64 %d, ptr %out3)
  %out4 = getelementptr i8, ptr %out, i64 320
  call void @calls(i128 %a, i128 %b, i64 %c, i64 %d, ptr %out4)
  %out5 = getelementptr i8, ptr %out, i64 400
  call void @memory(ptr %in, i64 %c, ptr %out5)
  ret void
}

define internal void @wide(i128 %a, i128 %b, ptr %out) noinline {
  %x = zext i128 %a to i256
  %y = zext i128 %b to i256
  %full = mul i256 %x, %y
  store i256 %full, ptr %out, align 1
  %z = sext i128 %a to i256
  %odd = add i256 %z, 77
  %both = mul i256 %odd, %full
  %p1 = getelementptr i8, ptr %out, i64 32
  store i256 %both, ptr %p1, align 1
  %constant = mul nuw nsw i256 %x, 76624777043294442917917351357515459181
  %high = lshr i256 %constant, 179
  %part = trunc i256 %high to i128
  %p2 = getelementptr i8, ptr %out, i64 64
  store i128 %part, ptr %p2, align 1
  %n = trunc i128 %a to i100
  %m = trunc i128 %b to i100
  %small = mul i100 %n, %m
  %extended = zext i100 %small to i128
  %p3 = getelementptr i8, ptr %out, i64 80
  store i128 %extended, ptr %p3, align 1
  ret void
}

define internal void @shifts(i128 %a, i128 %b, i64 %c, ptr %0) noinline {
  %2 = and i64 %c, 127
  %3 = zext i64 %2 to i128
  %4 = shl i128 %a, %3
  store i128 %4, ptr %0, align 1
  %5 = lshr i128 %a, %3
  %6 = getelementptr i8, ptr %0, i64 16
  store i128 %5, ptr %6, align 1
  %7 = ashr i128 %a, %3
  %8 = getelementptr i8, ptr %0, i64 32
  store i128 %7, ptr %8, align 1
  %9 = zext i64 %c to i128
  %10 = call i128 @llvm.fshl.i128(i128 %a, i128 %b, i128 %9)
  %11 = getelementptr i8, ptr %0, i64 48
  store i128 %10, ptr %11, align 1
  %12 = call i128 @llvm.fshr.i128(i128 %a, i128 %b, i128 %9)
  %13 = getelementptr i8, ptr %0, i64 64
  store i128 %12, ptr %13, align 1
  ret void
}

define internal void @signed(i64 %c, i64 %d, ptr %out) noinline {
  ; Neither 0 nor -1, with which native division may trap.
  %positive = lshr i64 %d, 1
  %safe = or i64 %positive, 3
  %negative = sub i64 0, %safe
  %q = sdiv i64 %c, %safe
  %r = srem i64 %c, %negative
  store i64 %q, ptr %out, align 1
  %p1 = getelementptr i8, ptr %out, i64 8
  store i64 %r, ptr %p1, align 1
  %s = trunc i64 %c to i32
  %t = trunc i64 %safe to i32
  %t1 = and i32 %t, 2147483647
  %minus = sub i32 0, %t1
  %q32 = sdiv i32 %s, %minus
  %r32 = srem i32 %s, %t1
  %p2 = getelementptr i8, ptr %out, i64 16
  store i32 %q32, ptr %p2, align 1
  %p3 = getelementptr i8, ptr %out, i64 20
  store i32 %r32, ptr %p3, align 1
  %by7 = sdiv i64 %c, -7
  %p4 = getelementptr i8, ptr %out, i64 24
  store i64 %by7, ptr %p4, align 1
  %byte = trunc i64 %c to i8
  %half = sdiv i8 %byte, 3
  %p5 = getelementptr i8, ptr %out, i64 32
  store i8 %half, ptr %p5, align 1
  %w = sext i64 %c to i128
  %v = sext i64 %negative to i128
  %ww = shl i128 %w, 40
  %wq = sdiv i128 %ww, %v
  %p6 = getelementptr i8, ptr %out, i64 40
  store i128 %wq, ptr %p6, align 1
  %exact = shl i64 %c, 3
  %back = sdiv exact i64 %exact, 8
  %p7 = getelementptr i8, ptr %out, i64 56
  store i64 %back, ptr %p7, align 1
  ret void
}

define internal void @overflows(i128 %a, i128 %b, i64 %c, i64 %d, ptr %out) noinline {
  %u = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %c, i64 %d)
  %s = call { i64, i1 } @llvm.smul.with.overflow.i64(i64 %c, i64 %d)
  %wu = call { i128, i1 } @llvm.umul.with.overflow.i128(i128 %a, i128 %b)
  %ws = call { i128, i1 } @llvm.smul.with.overflow.i128(i128 %a, i128 %b)
  %h = lshr i128 %a, 70
  %hb = ashr i128 %b, 68
  %wu2 = call { i128, i1 } @llvm.umul.with.overflow.i128(i128 %h, i128 %b)
  %ws2 = call { i128, i1 } @llvm.smul.with.overflow.i128(i128 %h, i128 %hb)
  %u0 = extractvalue { i64, i1 } %u, 0
  %s0 = extractvalue { i64, i1 } %s, 0
  %wu0 = extractvalue { i128, i1 } %wu, 0
  %ws0 = extractvalue { i128, i1 } %ws, 0
  %u1 = extractvalue { i64, i1 } %u, 1
  %s1 = extractvalue { i64, i1 } %s, 1
  %wu1 = extractvalue { i128, i1 } %wu, 1
  %ws1 = extractvalue { i128, i1 } %ws, 1
  %wu3 = extractvalue { i128, i1 } %wu2, 1
  %ws3 = extractvalue { i128, i1 } %ws2, 1
  store i64 %u0, ptr %out, align 1
  %p1 = getelementptr i8, ptr %out, i64 8
  store i64 %s0, ptr %p1, align 1
  %p2 = getelementptr i8, ptr %out, i64 16
  store i128 %wu0, ptr %p2, align 1
  %p3 = getelementptr i8, ptr %out, i64 32
  store i128 %ws0, ptr %p3, align 1
  %z0 = zext i1 %u1 to i8
  %z1 = zext i1 %s1 to i8
  %z2 = zext i1 %wu1 to i8
  %z3 = zext i1 %ws1 to i8
  %z4 = zext i1 %wu3 to i8
  %z5 = zext i1 %ws3 to i8
  %p4 = getelementptr i8, ptr %out, i64 48
  store i8 %z0, ptr %p4, align 1
  %p5 = getelementptr i8, ptr %out, i64 49
  store i8 %z1, ptr %p5, align 1
  %p6 = getelementptr i8, ptr %out, i64 50
  store i8 %z2, ptr %p6, align 1
  %p7 = getelementptr i8, ptr %out, i64 51
  store i8 %z3, ptr %p7, align 1
  %p8 = getelementptr i8, ptr %out, i64 52
  store i8 %z4, ptr %p8, align 1
  %p9 = getelementptr i8, ptr %out, i64 53
  store i8 %z5, ptr %p9, align 1
  ret void
}

; Two halves and their sum with all that comes behind: more than five registers, and a wide result.
define internal i128 @many(i64 %0, i128 %1, i8 zeroext %2, i32 signext %3, i64 %4, ptr %5, i64 %6) noinline {
  %8 = zext i64 %0 to i128
  %9 = add i128 %8, %1
  %10 = zext i8 %2 to i128
  %11 = shl i128 %10, 100
  %12 = xor i128 %9, %11
  %13 = sext i32 %3 to i128
  %14 = add i128 %12, %13
  %15 = load i64, ptr %5, align 1
  %16 = add i64 %15, %4
  %17 = mul i64 %16, %6
  %18 = zext i64 %17 to i128
  %19 = icmp eq i64 %6, 0
  br i1 %19, label %22, label %20

20:                                               ; preds = %7
  %21 = sub i128 %14, %18
  br label %22

22:                                               ; preds = %20, %7
  %23 = phi i128 [ %14, %7 ], [ %21, %20 ]
  ret i128 %23
}

define internal i128 @many_more(i64 %a, i128 %b, i8 zeroext %c, i32 signext %d, i64 %e, ptr %f, i64 %g) noinline {
entry:
  %half = lshr i128 %b, 1
  %next = sub i64 %g, 1
  %r = call i128 @many(i64 %e, i128 %half, i8 zeroext %c, i32 signext %d, i64 %a, ptr %f, i64 %next)
  ret i128 %r
}

define internal %triple @three(i64 %x, ptr %p) noinline {
  %t = trunc i64 %x to i32
  %r0 = insertvalue %triple poison, i64 %x, 0
  %r1 = insertvalue %triple %r0, i32 %t, 1
  %r2 = insertvalue %triple %r1, ptr %p, 2
  ret %triple %r2
}

define internal void @by_pointer(ptr sret({ i64, i64 }) align 8 %to, i64 %x, i64 %y) noinline {
  %sum = add i64 %x, %y
  store i64 %sum, ptr %to, align 8
  %second = getelementptr i8, ptr %to, i64 8
  %product = mul i64 %x, %y
  store i64 %product, ptr %second, align 8
  ret void
}

; No register holds its six arguments, though its result is small.
define internal i64 @six(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %f) noinline {
  %ab = xor i64 %a, %b
  %cd = add i64 %c, %d
  %ef = sub i64 %e, %f
  %x = mul i64 %ab, %cd
  %y = add i64 %x, %ef
  ret i64 %y
}

define internal void @calls(i128 %a, i128 %b, i64 %c, i64 %d, ptr %out) noinline {
  %pair = alloca { i64, i64 }, align 8
  %which = urem i64 %c, 3
  %slot = getelementptr [3 x ptr], ptr @table, i64 0, i64 %which
  %f = load ptr, ptr %slot, align 8
  %byte = trunc i64 %d to i8
  %word = trunc i64 %c to i32
  %r = tail call i128 %f(i64 %c, i128 %a, i8 zeroext %byte, i32 signext %word, i64 %d, ptr %out, i64 5)
  store i128 %r, ptr %out, align 1
  %t = call %triple @three(i64 %d, ptr %out)
  %t0 = extractvalue %triple %t, 0
  %t1 = extractvalue %triple %t, 1
  %t2 = extractvalue %triple %t, 2
  %same = icmp eq ptr %t2, %out
  %flag = zext i1 %same to i64
  %p1 = getelementptr i8, ptr %out, i64 16
  store i64 %t0, ptr %p1, align 1
  %p2 = getelementptr i8, ptr %out, i64 24
  store i32 %t1, ptr %p2, align 1
  %p3 = getelementptr i8, ptr %out, i64 28
  store i64 %flag, ptr %p3, align 1
  call void @by_pointer(ptr sret({ i64, i64 }) align 8 %pair, i64 %c, i64 %d)
  %sum = load i128, ptr %pair, align 8
  %p4 = getelementptr i8, ptr %out, i64 40
  store i128 %sum, ptr %p4, align 1
  %low = trunc i128 %b to i64
  %six = call i64 @six(i64 %c, i64 %d, i64 %low, i64 %t0, i64 7, i64 %d)
  %p5 = getelementptr i8, ptr %out, i64 56
  store i64 %six, ptr %p5, align 1
  ret void
}

define internal void @memory(ptr %in, i64 %c, ptr %out) noinline {
  %n = and i64 %c, 31
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %out, ptr align 1 %in, i64 %n, i1 false)
  %far = getelementptr i8, ptr %out, i64 3
  call void @llvm.memmove.p0.p0.i64(ptr align 1 %far, ptr align 1 %out, i64 40, i1 false)
  %rest = getelementptr i8, ptr %out, i64 48
  %byte = trunc i64 %c to i8
  call void @llvm.memset.p0.i64(ptr align 1 %rest, i8 %byte, i64 60, i1 false)
  %part = getelementptr i8, ptr %out, i64 56
  call void @llvm.memset.p0.i64(ptr align 1 %part, i8 0, i64 %n, i1 false)
  call void @llvm.memcpy.p0.p0.i64(ptr align 1 %rest, ptr align 1 %in, i64 5, i1 false)
  ret void
}
