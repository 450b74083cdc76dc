/*
 * The equation of an Ed25519 verification: whether the encoding of [S]B - [k]A equals R, where k is the SHA-512 of R, A
 * and the message. Nothing here is constant-time; the inputs are public.
 *
 * No doubling is needed where every multiple j * 2^(w i) of a point stands in a table: one addition for a digit of the
 * scalar. B has such a table, made at the first use; so have the keys that come back, in a bounded cache.
 *
 * Compiled to WebAssembly by scripts/build-native.mjs; src/ed25519-kernel.ts calls it.
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

/* --- The field: p = 2^255 - 19, ten signed limbs of 26 and 25 bits in turn. --- */

#define LIMBS 10
typedef struct {
	i32 v[LIMBS];
} fe;

/* Products may be of limbs twice as large as what this leaves. */
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

/* --- The inverse, by "safegcd" as in libsecp256k1 (modinv32_impl.h, variable time): signed limbs of 30 bits. --- */

#define INV_LIMBS 9
#define INV_MASK 0x3fffffffu
/* p = 2^255 - 19 in such limbs, zero but for the first and the last. */
#define P_FIRST (-19)
#define P_LAST (1 << 15)
/* 1 / p mod 2^30. */
#define P_INVERSE 0x179435e5u

static void to_inv_limbs(i32 *out, const u8 *bytes)
{
	for (int i = 0; i < INV_LIMBS; i++) {
		int at = 30 * i, byte = at >> 3, shift = at & 7;
		if (byte > 24) {
			shift += 8 * (byte - 24);
			byte = 24;
		}
		out[i] = (i32)(load64(bytes + byte) >> shift & INV_MASK);
	}
}

/* 1 / a; 0 for 0. */
static void invert(fe *out, const fe *a)
{
	u8 bytes[40];
	i32 d[INV_LIMBS] = { 0 }, e[INV_LIMBS] = { 1 }, f[INV_LIMBS] = { P_FIRST }, g[INV_LIMBS];
	f[INV_LIMBS - 1] = P_LAST;
	to_bytes(bytes, a);
	to_inv_limbs(g, bytes);
	int length = INV_LIMBS, eta = -1;
	for (;;) {
		u32 u = 1, v = 0, q = 0, r = 1, f_low = (u32)f[0], g_low = (u32)g[0];
		int left = 30;
		for (;;) {
			int zeroes = __builtin_ctz(g_low | ~0u << left);
			g_low >>= zeroes;
			u <<= zeroes;
			v <<= zeroes;
			eta -= zeroes;
			left -= zeroes;
			if (left == 0)
				break;
			u32 multiple;
			if (eta < 0) {
				u32 spare = f_low;
				eta = -eta;
				f_low = g_low;
				g_low = -spare;
				spare = u;
				u = q;
				q = -spare;
				spare = v;
				v = r;
				r = -spare;
				int limit = eta + 1 < left ? eta + 1 : left;
				multiple = f_low * g_low * (f_low * f_low - 2) & ~0u >> (32 - limit) & 63;
			} else {
				int limit = eta + 1 < left ? eta + 1 : left;
				multiple = -(f_low + ((f_low + 1 & 4) << 1)) * g_low & ~0u >> (32 - limit) & 15;
			}
			g_low += f_low * multiple;
			q += u * multiple;
			r += v * multiple;
		}
		i64 su = (i32)u, sv = (i32)v, sq = (i32)q, sr = (i32)r;
		/* (d, e) = (u d + v e, q d + r e) / 2^30 mod p, in -2p..p. */
		i32 d_sign = d[INV_LIMBS - 1] >> 31, e_sign = e[INV_LIMBS - 1] >> 31;
		i32 md = ((i32)u & d_sign) + ((i32)v & e_sign), me = ((i32)q & d_sign) + ((i32)r & e_sign);
		i64 cd = su * d[0] + sv * e[0], ce = sq * d[0] + sr * e[0];
		md -= (i32)((P_INVERSE * (u32)cd + (u32)md) & INV_MASK);
		me -= (i32)((P_INVERSE * (u32)ce + (u32)me) & INV_MASK);
		cd = (cd + (i64)P_FIRST * md) >> 30;
		ce = (ce + (i64)P_FIRST * me) >> 30;
		for (int i = 1; i < INV_LIMBS; i++) {
			i64 di = d[i], ei = e[i];
			cd += su * di + sv * ei;
			ce += sq * di + sr * ei;
			if (i == INV_LIMBS - 1) {
				cd += (i64)P_LAST * md;
				ce += (i64)P_LAST * me;
			}
			d[i - 1] = (i32)((u32)cd & INV_MASK);
			e[i - 1] = (i32)((u32)ce & INV_MASK);
			cd >>= 30;
			ce >>= 30;
		}
		d[INV_LIMBS - 1] = (i32)cd;
		e[INV_LIMBS - 1] = (i32)ce;
		/* (f, g) likewise, exactly. */
		i64 cf = (su * f[0] + sv * g[0]) >> 30, cg = (sq * f[0] + sr * g[0]) >> 30;
		i32 rest = 0;
		for (int i = 1; i < length; i++) {
			i64 fi = f[i], gi = g[i];
			cf += su * fi + sv * gi;
			cg += sq * fi + sr * gi;
			f[i - 1] = (i32)((u32)cf & INV_MASK);
			g[i - 1] = (i32)((u32)cg & INV_MASK);
			rest |= g[i - 1];
			cf >>= 30;
			cg >>= 30;
		}
		f[length - 1] = (i32)cf;
		g[length - 1] = (i32)cg;
		if ((rest | (i32)cg) == 0)
			break;
		/* A top limb of both that is but a sign goes into the limb below. */
		i32 fn = f[length - 1], gn = g[length - 1];
		if (length > 2 && (fn ^ fn >> 31) == 0 && (gn ^ gn >> 31) == 0) {
			f[length - 2] |= (i32)((u32)fn << 30);
			g[length - 2] |= (i32)((u32)gn << 30);
			length--;
		}
	}
	/* f is 1 or -1 (or p, where a = 0 and d = 0); d has its sign. */
	i32 sign = f[length - 1] >> 31;
	fe result;
	i64 c = 0, words[LIMBS] = { 0 };
	i32 limbs[INV_LIMBS + 1];
	for (int i = 0; i < INV_LIMBS; i++) {
		c += (d[i] ^ sign) - sign;
		limbs[i] = (i32)((u32)c & INV_MASK);
		c >>= 30;
	}
	int at = 0;
	for (int i = 0; i < LIMBS; i++) {
		int bits = i & 1 ? 25 : 26, limb = at / 30, shift = at % 30;
		u64 window = (u64)(u32)limbs[limb];
		if (limb + 1 < INV_LIMBS)
			window |= (u64)(u32)limbs[limb + 1] << 30;
		/* The last one takes all that is left above bit 230: 40 bits. */
		words[i] = (i64)(window >> shift & ((1ull << (i == LIMBS - 1 ? 40 : bits)) - 1));
		at += bits;
	}
	words[LIMBS - 1] += c * (1ll << 40);
	carry(&result, words);
	*out = result;
}

/* --- The curve -x^2 + y^2 = 1 + d x^2 y^2. --- */

/* (X / Z, Y / Z), T = XY / Z. */
typedef struct {
	fe x, y, z, t;
} point;
/* A summand: y + x, y - x, 2 d x y of an affine point. */
typedef struct {
	fe plus, minus, xy;
} affine;
/* A summand of another Z. */
typedef struct {
	fe plus, minus, z2, t2d;
} projective;

static const fe D = { { -10913610, 13857413, -15372611, 6949391, 114729, -8787816, -6275908, -3247719, -18696448, -12055116 } };
static const fe D2 = { { -21827239, -5839606, -30745221, 13898782, 229458, 15978800, -12551817, -6495438, 29715968, 9444199 } };
static const fe SQRT_M1 = { { -32595792, -7943725, 9377950, 3500415, 12389472, -272473, -25146209, -2005654, 326686, 11406482 } };
static const u8 BASE_Y[32] = { 0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
			       0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
			       0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66 };

/* From (E, F, G, H): X = EF, Y = GH, Z = FG, T = EH. */
INLINE void complete(point *out, const fe *e, const fe *f, const fe *g, const fe *h)
{
	mul(&out->x, e, f);
	mul(&out->y, g, h);
	mul(&out->z, f, g);
	mul(&out->t, e, h);
}

/* p + q, or p - q where `negative`. */
static void add_affine(point *p, const affine *q, int negative)
{
	fe a, b, c, d, e, f, g, h, t;
	subtract(&t, &p->y, &p->x);
	mul(&a, &t, negative ? &q->plus : &q->minus);
	add(&t, &p->y, &p->x);
	mul(&b, &t, negative ? &q->minus : &q->plus);
	mul(&c, &p->t, &q->xy);
	add(&d, &p->z, &p->z);
	subtract(&e, &b, &a);
	add(&h, &b, &a);
	if (negative) {
		add(&f, &d, &c);
		subtract(&g, &d, &c);
	} else {
		subtract(&f, &d, &c);
		add(&g, &d, &c);
	}
	complete(p, &e, &f, &g, &h);
}

static void add_projective(point *out, const point *p, const projective *q, int negative)
{
	fe a, b, c, d, e, f, g, h, t;
	subtract(&t, &p->y, &p->x);
	mul(&a, &t, negative ? &q->plus : &q->minus);
	add(&t, &p->y, &p->x);
	mul(&b, &t, negative ? &q->minus : &q->plus);
	mul(&c, &p->t, &q->t2d);
	mul(&d, &p->z, &q->z2);
	subtract(&e, &b, &a);
	add(&h, &b, &a);
	if (negative) {
		add(&f, &d, &c);
		subtract(&g, &d, &c);
	} else {
		subtract(&f, &d, &c);
		add(&g, &d, &c);
	}
	complete(out, &e, &f, &g, &h);
}

static void to_projective(projective *out, const point *p)
{
	add(&out->plus, &p->y, &p->x);
	subtract(&out->minus, &p->y, &p->x);
	add(&out->z2, &p->z, &p->z);
	mul(&out->t2d, &p->t, &D2);
}

/* 2 p; T only where it is asked for. */
static void twice(point *out, const point *p, int with_t)
{
	fe a, b, c, e, f, g, h, t;
	square(&a, &p->x);
	square(&b, &p->y);
	square_and_double(&c, &p->z, 1);
	add(&t, &p->x, &p->y);
	square(&e, &t);
	/* The usual E, F, G, H with their signs turned, which cancel in each product. */
	add(&h, &a, &b);
	subtract(&e, &h, &e);
	subtract(&g, &a, &b);
	add(&f, &c, &g);
	mul(&out->x, &e, &f);
	mul(&out->y, &g, &h);
	mul(&out->z, &f, &g);
	if (with_t)
		mul(&out->t, &e, &h);
}

/* The point of an encoding as dalek takes it: y mod p, any sign bit. 0 where there is none. */
static int decompress(point *out, const u8 *bytes)
{
	fe y2, u, v, v3, x, x2, check, t;
	u8 a[32], b[32];
	from_bytes(&out->y, bytes);
	square(&y2, &out->y);
	subtract(&u, &y2, &ONE);
	mul(&v, &y2, &D);
	add(&v, &v, &ONE);
	/* x = u v^3 (u v^7)^((p-5)/8) */
	square(&v3, &v);
	mul(&v3, &v3, &v);
	square(&t, &v3);
	mul(&t, &t, &v);
	mul(&t, &t, &u);
	power_252_3(&t, &t);
	mul(&x, &u, &v3);
	mul(&x, &x, &t);
	square(&x2, &x);
	mul(&check, &x2, &v);
	to_bytes(a, &check);
	to_bytes(b, &u);
	if (!is_equal(a, b)) {
		negate(&t, &u);
		to_bytes(b, &t);
		if (!is_equal(a, b))
			return 0;
		mul(&x, &x, &SQRT_M1);
	}
	to_bytes(a, &x);
	if ((a[0] & 1) != bytes[31] >> 7)
		negate(&x, &x);
	out->x = x;
	out->z = ONE;
	mul(&out->t, &out->x, &out->y);
	return 1;
}

/* --- Tables: entry [i][j] is (j + 1) 2^(w i) P. --- */

#define CHUNK 256
static point pending[CHUNK];
static fe products[CHUNK];

/* Makes the pending points affine: one inversion for all of them. */
static void settle(affine *out, int count)
{
	fe inverse, z, x, y, t;
	products[0] = pending[0].z;
	for (int i = 1; i < count; i++)
		mul(&products[i], &products[i - 1], &pending[i].z);
	invert(&inverse, &products[count - 1]);
	for (int i = count - 1; i >= 0; i--) {
		if (i > 0)
			mul(&z, &inverse, &products[i - 1]);
		else
			z = inverse;
		mul(&inverse, &inverse, &pending[i].z);
		mul(&x, &pending[i].x, &z);
		mul(&y, &pending[i].y, &z);
		i64 wide[LIMBS];
		for (int k = 0; k < LIMBS; k++)
			wide[k] = (i64)y.v[k] + x.v[k];
		carry(&out[i].plus, wide);
		for (int k = 0; k < LIMBS; k++)
			wide[k] = (i64)y.v[k] - x.v[k];
		carry(&out[i].minus, wide);
		mul(&t, &x, &y);
		mul(&out[i].xy, &t, &D2);
	}
}

static void make_table(affine *table, const point *base, int width, int windows)
{
	int row = 1 << (width - 1), count = 0;
	point p = *base;
	projective step;
	affine *out = table;
	for (int i = 0; i < windows; i++) {
		if (count + row > CHUNK) {
			settle(out, count);
			out += count;
			count = 0;
		}
		to_projective(&step, &p);
		pending[count] = p;
		for (int j = 1; j < row; j++)
			add_projective(&pending[count + j], &pending[count + j - 1], &step, 0);
		count += row;
		twice(&p, &pending[count - 1], 1);
	}
	settle(out, count);
}

/* Digits from -2^(w-1) to 2^(w-1) - 1 of a scalar below 2^253. */
static void digits(signed char *out, const u8 *scalar, int width, int windows)
{
	u8 padded[40] = { 0 };
	__builtin_memcpy(padded, scalar, 32);
	int c = 0;
	for (int i = 0; i < windows; i++) {
		int at = i * width;
		int digit = (int)(load64(padded + (at >> 3)) >> (at & 7) & ((1u << width) - 1)) + c;
		c = digit >= 1 << (width - 1);
		out[i] = (signed char)(digit - (c << width));
	}
}

/* sum += [scalar] P of P's table, or less it. */
static void add_multiple(point *sum, const affine *table, const u8 *scalar, int width, int windows, int negative)
{
	signed char digit[64];
	digits(digit, scalar, width, windows);
	for (int i = 0; i < windows; i++, table += 1 << (width - 1)) {
		int one = digit[i];
		if (one > 0)
			add_affine(sum, table + (one - 1), negative);
		else if (one < 0)
			add_affine(sum, table + (-one - 1), !negative);
	}
}


/* Digits that are zero or odd, from -15 to 15, of a scalar below 2^253. */
static void sparse_digits(signed char *out, const u8 *scalar)
{
	u8 padded[40] = { 0 };
	__builtin_memcpy(padded, scalar, 32);
	__builtin_memset(out, 0, 256);
	for (int at = 0, c = 0; at < 256;) {
		int window = (int)(load64(padded + (at >> 3)) >> (at & 7) & 31) + c;
		if ((window & 1) == 0) {
			at++;
			continue;
		}
		c = window > 16;
		out[at] = (signed char)(window - (c << 5));
		at += 5;
	}
}

/* P, 3 P, 5 P and so on. */
static void odd_multiples(projective *out, const point *p)
{
	point sum, p2;
	to_projective(&out[0], p);
	twice(&p2, p, 1);
	for (int i = 1; i < 8; i++) {
		add_projective(&sum, &p2, &out[i - 1], 0);
		to_projective(&out[i], &sum);
	}
}

/* [s] B - [k] A by doublings, for a point without a table; without [s] B where there is no `base`. */
static void combine_slowly(point *sum, const point *a, const u8 *k, const projective *base, const u8 *s)
{
	projective odd[8];
	signed char k_digit[256], s_digit[256] = { 0 };
	odd_multiples(odd, a);
	sparse_digits(k_digit, k);
	if (base != 0)
		sparse_digits(s_digit, s);
	int at = 255;
	while (at >= 0 && (k_digit[at] | s_digit[at]) == 0)
		at--;
	for (; at >= 0; at--) {
		int kd = k_digit[at], sd = s_digit[at];
		twice(sum, sum, (kd | sd) != 0 || at == 0);
		if (kd != 0)
			add_projective(sum, sum, &odd[(kd < 0 ? -kd : kd) >> 1], kd > 0);
		if (sd != 0)
			add_projective(sum, sum, &base[(sd < 0 ? -sd : sd) >> 1], sd < 0);
	}
}

/* --- SHA-512. --- */

static const u64 ROUND[80] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

static void compress(u64 *state, const u8 *block)
{
	u64 w[16], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6],
		   h = state[7];
#define ROTATE(x, n) ((x) >> n | (x) << (64 - n))
	for (int j = 0; j < 16; j++)
		w[j] = __builtin_bswap64(load64(block + 8 * j));
	for (int i = 0; i < 80; i += 16) {
		UNROLL for (int j = 0; j < 16; j++) {
			u64 t1 = h + (ROTATE(e, 14) ^ ROTATE(e, 18) ^ ROTATE(e, 41)) + (g ^ (e & (f ^ g))) + ROUND[i + j] + w[j];
			u64 t2 = (ROTATE(a, 28) ^ ROTATE(a, 34) ^ ROTATE(a, 39)) + ((a & b) | (c & (a | b)));
			h = g;
			g = f;
			f = e;
			e = d + t1;
			d = c;
			c = b;
			b = a;
			a = t1 + t2;
		}
		for (int j = 0; j < 16; j++) {
			u64 w1 = w[(j + 1) & 15], w14 = w[(j + 14) & 15];
			w[j] += w[(j + 9) & 15] + (ROTATE(w1, 1) ^ ROTATE(w1, 8) ^ w1 >> 7) +
				(ROTATE(w14, 19) ^ ROTATE(w14, 61) ^ w14 >> 6);
		}
	}
#undef ROTATE
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

/* The hash of `length` bytes; room for 256 more must follow them. */
static void sha512(u8 *out, u8 *bytes, u32 length)
{
	u64 state[8] = { 0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
			 0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179 };
	u32 padded = (length + 17 + 127) & ~127u;
	__builtin_memset(bytes + length, 0, padded - length);
	bytes[length] = 0x80;
	u64 bits = __builtin_bswap64((u64)length * 8);
	__builtin_memcpy(bytes + padded - 8, &bits, 8);
	for (u32 at = 0; at < padded; at += 128)
		compress(state, bytes + at);
	for (int i = 0; i < 8; i++) {
		u64 word = __builtin_bswap64(state[i]);
		__builtin_memcpy(out + 8 * i, &word, 8);
	}
}

/* --- Scalars mod L = 2^252 + C. --- */

static const u32 C_WORDS[4] = { 0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de };

/* out = a C, of `count` + 4 words. */
static void times_c(u32 *out, const u32 *a, int count)
{
	for (int i = 0; i < count + 4; i++)
		out[i] = 0;
	for (int i = 0; i < count; i++) {
		u64 c = 0;
		for (int j = 0; j < 4; j++) {
			c += (u64)a[i] * C_WORDS[j] + out[i + j];
			out[i + j] = (u32)c;
			c >>= 32;
		}
		out[i + 4] = (u32)c;
	}
}

/* out = a >> 252, a &= 2^252 - 1; `count` words of a. */
static void split(u32 *out, u32 *a, int count)
{
	for (int i = 7; i < count; i++)
		out[i - 7] = a[i] >> 28 | (i + 1 < count ? a[i + 1] << 4 : 0);
	a[7] &= 0x0fffffff;
}

/* The 64 bytes mod L, 32 bytes. */
static void reduce(u8 *out, const u8 *bytes)
{
	u32 low[16], high[9], low1[13], high1[6], low2[10], high2[3], low3[7];
	__builtin_memcpy(low, bytes, 64);
	/* x = low + 2^252 high = low - C high, three times over. */
	split(high, low, 16);
	times_c(low1, high, 9);
	split(high1, low1, 13);
	times_c(low2, high1, 6);
	split(high2, low2, 10);
	times_c(low3, high2, 3);
	u32 l[8] = { C_WORDS[0], C_WORDS[1], C_WORDS[2], C_WORDS[3], 0, 0, 0, 1u << 28 }, result[8];
	i64 c = 0;
	for (int i = 0; i < 8; i++) {
		c += (i64)low[i] - low1[i] + low2[i] - (i < 7 ? low3[i] : 0) + l[i];
		result[i] = (u32)c;
		c >>= 32;
	}
	/* Now between 0 and 3 L. */
	for (int round = 0; round < 3; round++) {
		u32 less[8];
		c = 0;
		for (int i = 0; i < 8; i++) {
			c += (i64)result[i] - l[i];
			less[i] = (u32)c;
			c >>= 32;
		}
		if (c < 0)
			break;
		__builtin_memcpy(result, less, 32);
	}
	__builtin_memcpy(out, result, 32);
}

/* --- Verifying. --- */

/* Bits of a digit. Wider ones make fewer additions and larger tables: 98 KB for a key, 492 KB for B. */
#define BASE_WIDTH 8
#define KEY_WIDTH 5
/* Digits of a scalar below 2^253, whose last carry must find room. */
#define WINDOWS(width) (253 / width + 1)
#define KEY_ENTRIES (WINDOWS(KEY_WIDTH) << (KEY_WIDTH - 1))

static affine base_table[WINDOWS(BASE_WIDTH) << (BASE_WIDTH - 1)];
static projective base_odd[8];
/* B gets its table at so manieth a use: short runs do without. */
#define USES_FOR_BASE_TABLE 32
static u32 base_uses;

/* Keys with tables: sets of a few, and in a set the one that was not used for longest gives way. */
#define SETS 64
#define WAYS 3
/* A key gets its table at this use; before, and where there is no room, it is verified by doublings. */
#define USES_FOR_A_TABLE 4
/* Verifications that a table must not have been used for before another takes its place. */
#define IDLE 4096
#define SEEN 2048
static struct cached {
	u8 key[32];
	affine *table;
	u32 last_use;
} cache[SETS][WAYS];
static struct seen {
	u32 hash, uses;
} seen[SEEN];
static u32 now;

/* Memory that is never given back: tables are made anew in their places. Null where there is no more. */
static affine *new_table(void)
{
	static u8 *next;
	static u32 left;
	u32 size = KEY_ENTRIES * sizeof(affine);
	if (left < size) {
		u32 pages = (size + 0xffff) >> 16;
		int first = __builtin_wasm_memory_grow(0, pages);
		if (first < 0)
			return 0;
		if (next + left != (u8 *)(first << 16)) {
			next = (u8 *)(first << 16);
			left = 0;
		}
		left += pages << 16;
	}
	affine *table = (affine *)next;
	next += size;
	left -= size;
	return table;
}

/*
 * The table of a key if it has one, or may and is to have one now. Null for none: then `a` is the key's point, or
 * `is_bad` says that it has none.
 */
static const affine *table_of(const u8 *key, point *a, int may_make, int *is_bad)
{
	u32 hash = 0;
	for (int i = 0; i < 32; i += 4) {
		u32 word;
		__builtin_memcpy(&word, key + i, 4);
		hash = (hash ^ word) * 0x9e3779b1u;
		hash ^= hash >> 15;
	}
	struct cached *set = cache[hash % SETS], *oldest = set;
	now++;
	for (int i = 0; i < WAYS; i++) {
		if (set[i].table == 0) {
			oldest = &set[i];
			break;
		}
		if (is_equal(set[i].key, key)) {
			set[i].last_use = now;
			return set[i].table;
		}
		if (now - set[i].last_use > now - oldest->last_use)
			oldest = &set[i];
	}
	if (!decompress(a, key)) {
		*is_bad = 1;
		return 0;
	}
	struct seen *entry = &seen[hash >> 6 & (SEEN - 1)];
	if (entry->hash != hash) {
		entry->hash = hash;
		entry->uses = 0;
	}
	if (++entry->uses < USES_FOR_A_TABLE || !may_make)
		return 0;
	affine *table = oldest->table;
	if (table == 0)
		table = new_table();
	else if (now - oldest->last_use < IDLE)
		table = 0;
	if (table == 0)
		return 0;
	entry->uses = 0;
	make_table(table, a, KEY_WIDTH, WINDOWS(KEY_WIDTH));
	__builtin_memcpy(oldest->key, key, 32);
	oldest->table = table;
	oldest->last_use = now;
	return table;
}

/* The signature (R, S), R once more, A, then the message and room for its padding. */
#define CAPACITY 4096
#define S (input + 32)
#define R (input + 64)
#define A (input + 96)
#define MESSAGE (input + 128)
static u8 input[128 + CAPACITY + 256];

EXPORT("input") u8 *input_address(void)
{
	return input;
}

/* B's table; null as long as it does not pay. */
static const affine *table_of_base(void)
{
	point base;
	if (base_uses < USES_FOR_BASE_TABLE) {
		if (base_uses == 0) {
			decompress(&base, BASE_Y);
			odd_multiples(base_odd, &base);
		}
		if (++base_uses < USES_FOR_BASE_TABLE)
			return 0;
		decompress(&base, BASE_Y);
		make_table(base_table, &base, BASE_WIDTH, WINDOWS(BASE_WIDTH));
	}
	return base_table;
}

/* 1 where the equation holds for R, S, A and the hash of 64 bytes that stands where the message would. */
EXPORT("verifyHash") int verify_hash(void)
{
	u8 k[32], encoded[32], x_bytes[32];
	point sum = { ZERO, ONE, ONE, ZERO }, a;
	fe inverse, t;
	int is_bad = 0;
	const affine *base = table_of_base(), *table = table_of(A, &a, base != 0, &is_bad);
	if (is_bad)
		return 0;
	reduce(k, MESSAGE);
	if (table != 0)
		add_multiple(&sum, table, k, KEY_WIDTH, WINDOWS(KEY_WIDTH), 1);
	else
		combine_slowly(&sum, &a, k, base == 0 ? base_odd : 0, S);
	if (base != 0)
		add_multiple(&sum, base, S, BASE_WIDTH, WINDOWS(BASE_WIDTH), 0);
	invert(&inverse, &sum.z);
	mul(&t, &sum.y, &inverse);
	to_bytes(encoded, &t);
	mul(&t, &sum.x, &inverse);
	to_bytes(x_bytes, &t);
	encoded[31] |= x_bytes[0] << 7;
	return is_equal(encoded, input);
}

/* The same for a message of so many bytes, CAPACITY at most. */
EXPORT("verify") int verify(u32 length)
{
	u8 hash[64];
	__builtin_memcpy(R, input, 32);
	sha512(hash, R, 64 + length);
	__builtin_memcpy(MESSAGE, hash, 64);
	return verify_hash();
}
