/* Structures as arguments and results, small and large, and functions of many arguments called through a pointer. */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned __int128 u128;

typedef struct { u64 a, b, c, d; } big;
typedef struct { u64 a; u32 b; } mid;
typedef struct { u8 x[3]; } tiny;
typedef struct { u64 a[40]; } huge;

#define APART __attribute__((noinline))

static APART u64 by_value(big b, mid m, tiny t, u64 z)
{
	b.a += m.a;
	b.c ^= m.b;
	return b.a * b.b + b.c * b.d + t.x[2] + z;
}

static APART big big_result(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	big r = { a + e, b, c, d };
	return r;
}

static APART mid mid_result(u64 a, u32 b)
{
	mid r = { a, b };
	return r;
}

static APART u128 wide_result(u128 a, u128 b, u128 c)
{
	return a * b + c;
}

static APART u64 changes_its_copy(huge h, u64 i)
{
	h.a[i % 40] += 5;
	return h.a[3] + h.a[i % 40];
}

static APART u64 seven(u64 a, u8 b, u64 c, u32 d, u64 e, big f, u64 g)
{
	return a ^ b ^ (c + d) ^ (e * f.b) ^ (g - f.d);
}

static APART u64 another(u64 a, u8 b, u64 c, u32 d, u64 e, big f, u64 g)
{
	return g ? seven(a + 1, b, c, d, e, f, g - 1) : seven(g, b, a, d, e, f, c);
}

static u64 (*const functions[])(u64, u8, u64, u32, u64, big, u64) = { seven, another };

void compute(const u8 *in, u8 *out)
{
	u64 w[8];
	__builtin_memcpy(w, in, 64);
	big b = big_result(w[0], w[1], w[2], w[3], w[4]);
	mid m = mid_result(w[5], (u32)w[6]);
	tiny t = { { 1, 2, (u8)w[7] } };
	huge h;
	for (int i = 0; i < 40; i++)
		h.a[i] = w[i & 7] * (i + 1);
	u128 x = wide_result((u128)w[0] << 32 | w[1], w[2], w[3]);
	const u64 results[] = {
		by_value(b, m, t, 7),
		b.a,
		b.c,
		m.a ^ m.b,
		(u64)x,
		(u64)(x >> 64),
		changes_its_copy(h, w[1]),
		changes_its_copy(h, w[2]),
		functions[w[0] & 1](w[1], (u8)w[2], w[3], (u32)w[4], w[5], b, w[6]),
		functions[w[1] & 1](w[2], (u8)w[3], w[4], (u32)w[5], w[6], b, w[7]),
		h.a[w[1] % 40],
	};
	__builtin_memcpy(out, results, sizeof(results));
}
