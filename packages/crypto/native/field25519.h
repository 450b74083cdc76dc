/*
 * The field of edwards25519, for the C of this folder: p = 2^255 - 19. Nothing here is constant-time.
 */

typedef unsigned char u8;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define EXPORT(name) __attribute__((export_name(name)))
#define UNROLL _Pragma("clang loop unroll(full)")

/* Ten signed limbs of 26 and 25 bits in turn. */

#define LIMBS 10
typedef struct {
	i32 v[LIMBS];
} fe;

/* Leaves limbs of 25 and 24 bits and their sign. A product may be of limbs eight times as large. */
INLINE void carry(fe *out, i64 *h)
{
	i64 c;
#define STEP(from, to, bits, factor)                   \
	c = (h[from] + (1ll << (bits - 1))) >> bits;   \
	h[to] += c * factor;                           \
	h[from] -= c << bits;
	STEP(0, 1, 26, 1)
	STEP(4, 5, 26, 1)
	STEP(1, 2, 25, 1)
	STEP(5, 6, 25, 1)
	STEP(2, 3, 26, 1)
	STEP(6, 7, 26, 1)
	STEP(3, 4, 25, 1)
	STEP(7, 8, 25, 1)
	STEP(4, 5, 26, 1)
	STEP(8, 9, 26, 1)
	STEP(9, 0, 25, 19)
	STEP(0, 1, 26, 1)
#undef STEP
	UNROLL for (int i = 0; i < LIMBS; i++) out->v[i] = (i32)h[i];
}

NOINLINE void mul(fe *out, const fe *a, const fe *b)
{
	i64 f[LIMBS], f2[LIMBS], g[LIMBS], g19[LIMBS], h[LIMBS];
	UNROLL for (int i = 0; i < LIMBS; i++) {
		f[i] = a->v[i];
		f2[i] = 2 * f[i];
		g[i] = b->v[i];
		g19[i] = 19 * g[i];
	}
	UNROLL for (int k = 0; k < LIMBS; k++) {
		i64 sum = 0;
		UNROLL for (int i = 0; i < LIMBS; i++) {
			int j = (k - i + LIMBS) % LIMBS;
			sum += (i & 1 && j & 1 ? f2[i] : f[i]) * (i > k ? g19[j] : g[j]);
		}
		h[k] = sum;
	}
	carry(out, h);
}

/* a^2, or 2 a^2 where `doubled` is 1. */
NOINLINE void square_and_double(fe *out, const fe *a, int doubled)
{
	i64 f[LIMBS], h[LIMBS];
	UNROLL for (int i = 0; i < LIMBS; i++) f[i] = a->v[i];
	UNROLL for (int k = 0; k < LIMBS; k++) {
		i64 sum = 0;
		UNROLL for (int i = 0; i < LIMBS; i++) {
			int j = (k - i + LIMBS) % LIMBS;
			if (i > j)
				continue;
			i64 factor = (i < j ? 2 : 1) * (i & 1 && j & 1 ? 2 : 1);
			sum += i + j >= LIMBS ? f[i] * factor * (19 * f[j]) : f[i] * factor * f[j];
		}
		h[k] = sum << doubled;
	}
	carry(out, h);
}

static void square(fe *out, const fe *a)
{
	square_and_double(out, a, 0);
}

NOINLINE void square_times(fe *out, const fe *a, int count)
{
	square(out, a);
	for (int i = 1; i < count; i++)
		square(out, out);
}

INLINE void add(fe *out, const fe *a, const fe *b)
{
	UNROLL for (int i = 0; i < LIMBS; i++) out->v[i] = a->v[i] + b->v[i];
}

INLINE void subtract(fe *out, const fe *a, const fe *b)
{
	UNROLL for (int i = 0; i < LIMBS; i++) out->v[i] = a->v[i] - b->v[i];
}

INLINE void negate(fe *out, const fe *a)
{
	UNROLL for (int i = 0; i < LIMBS; i++) out->v[i] = -a->v[i];
}

static const fe ZERO, ONE = { { 1 } };

INLINE u64 load64(const u8 *bytes)
{
	u64 word;
	__builtin_memcpy(&word, bytes, 8);
	return word;
}

/* The low 255 bits. */
static void from_bytes(fe *out, const u8 *bytes)
{
	int at = 0;
	for (int i = 0; i < LIMBS; i++) {
		int bits = i & 1 ? 25 : 26;
		int byte = at >> 3, shift = at & 7;
		if (byte > 24) {
			shift += 8 * (byte - 24);
			byte = 24;
		}
		out->v[i] = (i32)(load64(bytes + byte) >> shift & ((1u << bits) - 1));
		at += bits;
	}
}

/* The representative in 0..p-1. */
static void to_bytes(u8 *bytes, const fe *a)
{
	i64 h[LIMBS];
	fe reduced;
	for (int i = 0; i < LIMBS; i++)
		h[i] = a->v[i];
	carry(&reduced, h);
	/* The quotient by p, of a value between -p and 2p: what 19 added at the bottom carries out of the top. */
	i64 q = (19ll * reduced.v[9] + (1 << 24)) >> 25;
	for (int i = 0; i < LIMBS; i++)
		q = (reduced.v[i] + q) >> (i & 1 ? 25 : 26);
	i64 c = 19 * q;
	u64 words[4] = { 0 };
	int at = 0;
	for (int i = 0; i < LIMBS; i++) {
		int bits = i & 1 ? 25 : 26;
		c += reduced.v[i];
		u64 limb = (u64)c & ((1u << bits) - 1);
		c >>= bits;
		words[at >> 6] |= limb << (at & 63);
		if ((at & 63) + bits > 64)
			words[(at >> 6) + 1] |= limb >> (64 - (at & 63));
		at += bits;
	}
	__builtin_memcpy(bytes, words, 32);
}

static int is_equal(const u8 *a, const u8 *b)
{
	u64 difference = 0;
	for (int i = 0; i < 32; i += 8)
		difference |= load64(a + i) ^ load64(b + i);
	return difference == 0;
}

/* a^(2^252 - 3) */
static void power_252_3(fe *out, const fe *a)
{
	fe a2, a9, a11, x5, x10, x20, x40, x50, x100, t;
	square(&a2, a);
	square_times(&t, &a2, 2);
	mul(&a9, &t, a);
	mul(&a11, &a9, &a2);
	square(&t, &a11);
	mul(&x5, &t, &a9);
	square_times(&t, &x5, 5);
	mul(&x10, &t, &x5);
	square_times(&t, &x10, 10);
	mul(&x20, &t, &x10);
	square_times(&t, &x20, 20);
	mul(&x40, &t, &x20);
	square_times(&t, &x40, 10);
	mul(&x50, &t, &x10);
	square_times(&t, &x50, 50);
	mul(&x100, &t, &x50);
	square_times(&t, &x100, 100);
	mul(&t, &t, &x100);
	square_times(&t, &t, 50);
	mul(&t, &t, &x50);
	square_times(&t, &t, 2);
	mul(out, &t, a);
}
