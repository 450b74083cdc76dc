/*
 * What verifying a proof asks of ristretto255: decoding (RFC 9496, 4.3.1), the map from uniform bytes (4.3.4), and whether
 * a sum of multiples is the identity; and the permutation of its transcript. Nothing is constant-time. The face is
 * src/zk/kernel.ts, the readable form of the same on big integers src/zk/kernel-portable.ts. Compiled to WebAssembly by
 * scripts/build-native.mjs.
 *
 * A sum has points of three kinds. Those that come with a proof (variables) and the two base points are added digit by digit
 * with common doublings, from tables of odd multiples: of five bits for the one sum, of eight for good. The generators, up
 * to 512 of them, have every multiple by 2^(10 j) kept, so that a generator's digits need no doublings: each digit puts one
 * of its points into the bucket of that digit, and the buckets are summed up in the end.
 */

#include "field25519.h"

static const fe D = { { -10913610, 13857413, -15372611, 6949391, 114729, -8787816, -6275908, -3247719, -18696448, -12055116 } };
static const fe D2 = { { -21827239, -5839606, -30745221, 13898782, 229458, 15978800, -12551817, -6495438, 29715968, 9444199 } };
static const fe SQRT_M1 = { { -32595792, -7943725, 9377950, 3500415, 12389472, -272473, -25146209, -2005654, 326686, 11406482 } };
static const fe ONE_MINUS_D_SQ = { { 6275446, -16617371, -22938544, -3773710, 11667077, 7397348, -27922721, 1766195, -24433858, 672203 } };
static const fe D_MINUS_ONE_SQ = { { 15551795, -11097455, -13425098, -10125071, -11896535, 10178284, -26634327, 4729244, -5282110, -10116402 } };
static const fe SQRT_AD_MINUS_ONE = { { 24849947, -153582, -23613485, 6347715, -21072328, -667138, -25271143, -15367704, -870347, 14525639 } };

static int is_zero(const fe *a)
{
	static const u8 zero[32];
	u8 bytes[32];
	to_bytes(bytes, a);
	return is_equal(bytes, zero);
}

static int is_negative(const fe *a)
{
	u8 bytes[32];
	to_bytes(bytes, a);
	return bytes[0] & 1;
}

static int same(const fe *a, const fe *b)
{
	fe difference;
	subtract(&difference, a, b);
	return is_zero(&difference);
}

static void absolute(fe *a)
{
	if (is_negative(a))
		negate(a, a);
}

/* 1 / a; 0 for 0. */
static void invert(fe *out, const fe *a)
{
	fe t, a3;
	square(&a3, a);
	mul(&a3, &a3, a);
	power_252_3(&t, a);
	square_times(&t, &t, 3);
	mul(out, &t, &a3); /* 2^255 - 21 */
}

/* SQRT_RATIO_M1 (RFC 9496, 4.2): whether u / v is a square, and the root of it or of it times sqrt(-1). */
static int sqrt_ratio(fe *out, const fe *u, const fe *v)
{
	fe v3, t, r, check, minus;
	square(&t, v);
	mul(&v3, &t, v);
	square(&t, &v3);
	mul(&t, &t, v);
	mul(&t, &t, u); /* u v^7 */
	power_252_3(&r, &t);
	mul(&t, &v3, u);
	mul(&r, &r, &t);
	square(&check, &r);
	mul(&check, &check, v);
	negate(&minus, u);
	int is_correct = same(&check, u);
	int is_flipped = same(&check, &minus);
	mul(&minus, &minus, &SQRT_M1);
	if (is_flipped || same(&check, &minus))
		mul(&r, &r, &SQRT_M1);
	absolute(&r);
	*out = r;
	return is_correct || is_flipped;
}

/* X / Z, Y / Z, T = X Y / Z. */
typedef struct {
	fe x, y, z, t;
} point;
/* X / Z, Y / T: what doubling and adding yield. */
typedef struct {
	fe x, y, z, t;
} completed;
/* A summand: Y + X, Y - X, Z, 2 d T. */
typedef struct {
	fe plus, minus, z, t2d;
} projective;
/* The same where Z is one. */
typedef struct {
	fe plus, minus, t2d;
} affine;

static const point IDENTITY = { { { 0 } }, { { 1 } }, { { 1 } }, { { 0 } } };

#define VARIABLES 32
#define BASES 2
#define GENERATORS 512

/* Digits of a scalar in the sum with doublings: odd, below 2^(window - 1) in absolute value. */
#define VARIABLE_WINDOW 5
#define BASE_WINDOW 8
#define VARIABLE_MULTIPLES (1 << (VARIABLE_WINDOW - 2))
#define BASE_MULTIPLES (1 << (BASE_WINDOW - 2))
#define BITS 256
/* Digits of a generator's scalar: up to 2^(RADIX_BITS - 1) in absolute value. */
#define RADIX_BITS 10
#define RADIX_DIGITS 26
#define BUCKETS (1 << (RADIX_BITS - 1))

static u8 input[64];
static _Alignas(8) u8 scalars[VARIABLES + BASES + GENERATORS][40];
static point points[VARIABLES];
static projective variable_multiples[VARIABLES][VARIABLE_MULTIPLES];
static affine base_multiples[BASES][BASE_MULTIPLES];
static affine generator_multiples[GENERATORS][RADIX_DIGITS];
static signed char digits[VARIABLES + BASES][BITS];
static point buckets[BUCKETS];

EXPORT("input") u8 *input_address(void)
{
	return input;
}

EXPORT("scalars") u8 *scalars_address(void)
{
	return scalars[0];
}

static void extend(point *out, const completed *p)
{
	mul(&out->x, &p->x, &p->t);
	mul(&out->y, &p->y, &p->z);
	mul(&out->z, &p->z, &p->t);
	mul(&out->t, &p->x, &p->y);
}

/* As `extend`, but for T, which doubling does not need. */
static void project(point *out, const completed *p)
{
	mul(&out->x, &p->x, &p->t);
	mul(&out->y, &p->y, &p->z);
	mul(&out->z, &p->z, &p->t);
}

/* dbl-2008-hwcd, for a = -1. */
static void twice(completed *out, const point *p)
{
	fe xx, yy, zz;
	square(&xx, &p->x);
	square(&yy, &p->y);
	square(&zz, &p->z);
	add(&out->x, &p->x, &p->y);
	square(&out->x, &out->x);
	add(&out->y, &yy, &xx);
	subtract(&out->z, &yy, &xx);
	subtract(&out->x, &out->x, &out->y);
	add(&zz, &zz, &zz);
	subtract(&out->t, &zz, &out->z);
}

INLINE void combine(completed *out, const fe *a, const fe *b, const fe *c, const fe *d, int negative)
{
	subtract(&out->x, b, a);
	add(&out->y, b, a);
	if (negative) {
		subtract(&out->z, d, c);
		add(&out->t, d, c);
	} else {
		add(&out->z, d, c);
		subtract(&out->t, d, c);
	}
}

/* add-2008-hwcd-3: p + q, or p - q where `negative`. */
static void add_projective(completed *out, const point *p, const projective *q, int negative)
{
	fe a, b, c, d, t;
	subtract(&t, &p->y, &p->x);
	mul(&a, &t, negative ? &q->plus : &q->minus);
	add(&t, &p->y, &p->x);
	mul(&b, &t, negative ? &q->minus : &q->plus);
	mul(&c, &p->t, &q->t2d);
	mul(&d, &p->z, &q->z);
	add(&d, &d, &d);
	combine(out, &a, &b, &c, &d, negative);
}

static void add_affine(completed *out, const point *p, const affine *q, int negative)
{
	fe a, b, c, d, t;
	subtract(&t, &p->y, &p->x);
	mul(&a, &t, negative ? &q->plus : &q->minus);
	add(&t, &p->y, &p->x);
	mul(&b, &t, negative ? &q->minus : &q->plus);
	mul(&c, &p->t, &q->t2d);
	add(&d, &p->z, &p->z);
	combine(out, &a, &b, &c, &d, negative);
}

static void to_projective(projective *out, const point *p)
{
	add(&out->plus, &p->y, &p->x);
	subtract(&out->minus, &p->y, &p->x);
	out->z = p->z;
	mul(&out->t2d, &p->t, &D2);
}

static void add_points(point *out, const point *p, const point *q)
{
	completed sum;
	projective summand;
	to_projective(&summand, q);
	add_projective(&sum, p, &summand, 0);
	extend(out, &sum);
}

/* Summands of Z = 1, by one inversion; no more than BASE_MULTIPLES. */
static void to_affine(affine *out, const projective *in, int count)
{
	static fe products[BASE_MULTIPLES];
	fe inverse, own;
	products[0] = in[0].z;
	for (int i = 1; i < count; i++)
		mul(&products[i], &products[i - 1], &in[i].z);
	invert(&inverse, &products[count - 1]);
	for (int i = count - 1; i >= 0; i--) {
		if (i > 0)
			mul(&own, &inverse, &products[i - 1]);
		else
			own = inverse;
		mul(&inverse, &inverse, &in[i].z);
		mul(&out[i].plus, &in[i].plus, &own);
		mul(&out[i].minus, &in[i].minus, &own);
		mul(&out[i].t2d, &in[i].t2d, &own);
	}
}

/* The point of the encoding in `input`, into `points[slot]`; 0 where it encodes none. */
EXPORT("decompress") int decompress(int slot)
{
	fe s, ss, u1, u2, v, t, root;
	u8 bytes[32];
	from_bytes(&s, input);
	to_bytes(bytes, &s);
	if (!is_equal(bytes, input) || (bytes[0] & 1))
		return 0;
	square(&ss, &s);
	subtract(&u1, &ONE, &ss);
	add(&u2, &ONE, &ss);
	square(&t, &u1);
	mul(&v, &t, &D);
	square(&t, &u2);
	add(&v, &v, &t);
	negate(&v, &v);
	mul(&t, &v, &t);
	if (!sqrt_ratio(&root, &ONE, &t))
		return 0;
	point *p = &points[slot];
	mul(&t, &root, &u2); /* the denominator of x */
	mul(&v, &v, &root);
	mul(&v, &v, &t); /* and of y */
	mul(&t, &t, &s);
	add(&p->x, &t, &t);
	absolute(&p->x);
	mul(&p->y, &u1, &v);
	mul(&p->t, &p->x, &p->y);
	p->z = ONE;
	return !is_negative(&p->t) && !is_zero(&p->y);
}

/* MAP (RFC 9496, 4.3.4). */
static void map(point *out, const u8 *bytes)
{
	fe t, r, u, v, s, n, c;
	from_bytes(&t, bytes);
	square(&r, &t);
	mul(&r, &r, &SQRT_M1);
	add(&u, &r, &ONE);
	mul(&u, &u, &ONE_MINUS_D_SQ);
	mul(&v, &r, &D);
	add(&v, &v, &ONE);
	negate(&v, &v);
	add(&c, &r, &D);
	mul(&v, &v, &c);
	if (sqrt_ratio(&s, &u, &v)) {
		negate(&c, &ONE);
	} else {
		mul(&s, &s, &t);
		absolute(&s);
		negate(&s, &s);
		c = r;
	}
	subtract(&n, &r, &ONE);
	mul(&n, &n, &c);
	mul(&n, &n, &D_MINUS_ONE_SQ);
	subtract(&n, &n, &v);
	mul(&u, &s, &v);
	add(&u, &u, &u);
	mul(&n, &n, &SQRT_AD_MINUS_ONE);
	square(&s, &s);
	subtract(&c, &ONE, &s);
	add(&s, &ONE, &s);
	mul(&out->x, &u, &s);
	mul(&out->y, &c, &n);
	mul(&out->z, &n, &s);
	mul(&out->t, &u, &c);
}

/* The element of the 64 uniform bytes in `input`, into `points[slot]`. */
EXPORT("map") void from_uniform_bytes(int slot)
{
	point left, right;
	map(&left, input);
	map(&right, input + 32);
	add_points(&points[slot], &left, &right);
}

/* `p` times 1, 3, 5 and so on. */
static void odd_multiples(projective *out, const point *p, int count)
{
	completed next;
	point twofold, multiple = *p;
	projective step;
	twice(&next, p);
	extend(&twofold, &next);
	to_projective(&step, &twofold);
	to_projective(&out[0], p);
	for (int i = 1; i < count; i++) {
		add_projective(&next, &multiple, &step, 0);
		extend(&multiple, &next);
		to_projective(&out[i], &multiple);
	}
}

/* Makes `points[slot]` a base point. */
EXPORT("set_base") void set_base(int index, int slot)
{
	static projective multiples[BASE_MULTIPLES];
	odd_multiples(multiples, &points[slot], BASE_MULTIPLES);
	to_affine(base_multiples[index], multiples, BASE_MULTIPLES);
}

/* Makes `points[slot]` a generator. */
EXPORT("set_generator") void set_generator(int index, int slot)
{
	static projective multiples[RADIX_DIGITS];
	completed next;
	point multiple = points[slot];
	for (int i = 0; i < RADIX_DIGITS; i++) {
		to_projective(&multiples[i], &multiple);
		for (int bit = 1; bit < RADIX_BITS; bit++) {
			twice(&next, &multiple);
			project(&multiple, &next);
		}
		twice(&next, &multiple);
		extend(&multiple, &next);
	}
	to_affine(generator_multiples[index], multiples, RADIX_DIGITS);
}

/* The digits of a scalar below 2^253: zero, or odd and below 2^(window - 1) in absolute value. The highest, or -1. */
static int to_digits(signed char *out, const u8 *scalar, int window)
{
	int last = -1, carry = 0;
	for (int i = 0; i < BITS; i++)
		out[i] = 0;
	for (int i = 0; i < BITS;) {
		u32 word = scalar[i >> 3] | (u32)scalar[(i >> 3) + 1] << 8;
		word >>= i & 7;
		if ((word & 1) == (u32)carry) {
			i++;
			continue;
		}
		int digit = (int)(word & ((1u << window) - 1)) + carry;
		carry = digit >> (window - 1);
		out[i] = (signed char)(digit - (carry << window));
		last = i;
		i += window;
	}
	return last;
}

/* The sum over the variables and the base points. */
static void sum_with_doublings(point *sum, int variables)
{
	int top = -1;
	for (int i = 0; i < variables + BASES; i++) {
		int is_base = i >= variables;
		const u8 *scalar = scalars[is_base ? VARIABLES + i - variables : i];
		int last = to_digits(digits[i], scalar, is_base ? BASE_WINDOW : VARIABLE_WINDOW);
		if (!is_base && last >= 0)
			odd_multiples(variable_multiples[i], &points[i], VARIABLE_MULTIPLES);
		if (last > top)
			top = last;
	}
	completed next;
	*sum = IDENTITY;
	for (int bit = top; bit >= 0; bit--) {
		twice(&next, sum);
		for (int i = 0; i < variables + BASES; i++) {
			int digit = digits[i][bit];
			if (digit == 0)
				continue;
			int multiple = (digit < 0 ? -digit : digit) >> 1;
			extend(sum, &next);
			if (i < variables)
				add_projective(&next, sum, &variable_multiples[i][multiple], digit < 0);
			else
				add_affine(&next, sum, &base_multiples[i - variables][multiple], digit < 0);
		}
		if (bit > 0)
			project(sum, &next);
		else
			extend(sum, &next);
	}
}

/* Adds the sum over the generators. */
static void sum_of_buckets(point *sum, int generators)
{
	completed next;
	for (int i = 0; i < BUCKETS; i++)
		buckets[i] = IDENTITY;
	for (int i = 0; i < generators; i++) {
		const u8 *scalar = scalars[VARIABLES + BASES + i];
		int carry = 0;
		for (int k = 0; k < RADIX_DIGITS; k++) {
			int at = RADIX_BITS * k;
			int digit = (int)(load64(scalar + (at >> 3)) >> (at & 7) & ((1 << RADIX_BITS) - 1)) + carry;
			carry = digit > BUCKETS;
			digit -= carry << RADIX_BITS;
			if (digit == 0)
				continue;
			point *bucket = &buckets[(digit < 0 ? -digit : digit) - 1];
			add_affine(&next, bucket, &generator_multiples[i][k], digit < 0);
			extend(bucket, &next);
		}
	}
	/* The bucket of digit k is in `above` for every k' up to k. */
	point above = IDENTITY;
	for (int i = BUCKETS - 1; i >= 0; i--) {
		add_points(&above, &above, &buckets[i]);
		add_points(sum, sum, &above);
	}
}

/* Whether variables, both base points and generators, as many as told, each times its scalar, add up to the identity. */
EXPORT("sum_is_identity") int sum_is_identity(int variables, int generators)
{
	point sum;
	sum_with_doublings(&sum, variables);
	if (generators > 0)
		sum_of_buckets(&sum, generators);
	/* One of the four points that stand for the identity. */
	return is_zero(&sum.x) || is_zero(&sum.y);
}

/* --- Keccak-f[1600] on `state`. --- */

static u64 state[25];

EXPORT("state") u64 *state_address(void)
{
	return state;
}

EXPORT("keccak") void keccak(void)
{
	static const u64 ROUNDS[24] = {
		0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
		0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
		0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
		0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
		0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008
	};
	/* Where a lane goes to, and by how much it is rotated, following the path from lane 1. */
	static const u8 LANES[24] = { 10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1 };
	static const u8 TURNS[24] = { 1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44 };
	u64 a[25], c[5];
	UNROLL for (int i = 0; i < 25; i++) a[i] = state[i];
	for (int round = 0; round < 24; round++) {
		UNROLL for (int x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
		UNROLL for (int x = 0; x < 5; x++)
		{
			u64 next = c[(x + 1) % 5];
			u64 d = c[(x + 4) % 5] ^ (next << 1 | next >> 63);
			UNROLL for (int y = 0; y < 25; y += 5) a[x + y] ^= d;
		}
		u64 lane = a[1];
		UNROLL for (int i = 0; i < 24; i++)
		{
			u64 spare = a[LANES[i]];
			a[LANES[i]] = lane << TURNS[i] | lane >> (64 - TURNS[i]);
			lane = spare;
		}
		UNROLL for (int y = 0; y < 25; y += 5)
		{
			UNROLL for (int x = 0; x < 5; x++) c[x] = a[y + x];
			UNROLL for (int x = 0; x < 5; x++) a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
		}
		a[0] ^= ROUNDS[round];
	}
	UNROLL for (int i = 0; i < 25; i++) state[i] = a[i];
}
