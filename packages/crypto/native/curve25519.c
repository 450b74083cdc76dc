/*
 * The operations of programs on edwards25519 and ristretto255 (RFC 9496): sums, differences, multiples and sums of multiples
 * of encoded elements. Nothing here is constant-time; the inputs are public. src/curve25519-kernel.ts calls it, the readable
 * form of the same by a library is src/curve25519-portable.ts. Compiled to WebAssembly by scripts/build-native.mjs.
 */

#include "field25519.h"
#include "inverse25519.h"
#include "edwards25519.h"

static const fe INVSQRT_A_MINUS_D = { { 6111485, 4156064, -27798727, 12243468, -25904040, 120897, 20826367, -7060776, 6093568, -1986012 } };

static int is_negative(const fe *a)
{
	u8 bytes[32];
	to_bytes(bytes, a);
	return bytes[0] & 1;
}

static int is_same(const fe *a, const fe *b)
{
	u8 x[32], y[32];
	to_bytes(x, a);
	to_bytes(y, b);
	return is_equal(x, y);
}

static void absolute(fe *a)
{
	if (is_negative(a))
		negate(a, a);
}

/* SQRT_RATIO_M1 (RFC 9496, 4.2) of 1 and v: whether 1 / v is a square, and its root or that of sqrt(-1) / v. */
static int inverse_root(fe *r, const fe *v)
{
	fe v3, t, check, minus = ZERO;
	square(&v3, v);
	mul(&v3, &v3, v);
	square(&t, &v3);
	mul(&t, &t, v);
	power_252_3(&t, &t);
	mul(r, &v3, &t);
	square(&check, r);
	mul(&check, &check, v);
	minus.v[0] = -1;
	int is_correct = is_same(&check, &ONE), is_flipped = is_same(&check, &minus);
	mul(&minus, &minus, &SQRT_M1);
	if (is_flipped || is_same(&check, &minus))
		mul(r, r, &SQRT_M1);
	absolute(r);
	return is_correct || is_flipped;
}

/* The element of an encoding (4.3.1). 0 where there is none. */
static int decode_ristretto(point *out, const u8 *bytes)
{
	fe s, ss, u1, u2, u2_square, v, root, den_x, den_y, t;
	u8 canonical[32];
	from_bytes(&s, bytes);
	to_bytes(canonical, &s);
	if (!is_equal(canonical, bytes) || bytes[0] & 1)
		return 0;
	square(&ss, &s);
	subtract(&u1, &ONE, &ss);
	add(&u2, &ONE, &ss);
	square(&u2_square, &u2);
	square(&v, &u1);
	mul(&v, &v, &D);
	add(&v, &v, &u2_square);
	negate(&v, &v);
	mul(&t, &v, &u2_square);
	int is_square = inverse_root(&root, &t);
	mul(&den_x, &root, &u2);
	mul(&den_y, &root, &den_x);
	mul(&den_y, &den_y, &v);
	mul(&t, &s, &den_x);
	add(&out->x, &t, &t);
	mul(&out->x, &out->x, &ONE);
	absolute(&out->x);
	mul(&out->y, &u1, &den_y);
	out->z = ONE;
	mul(&out->t, &out->x, &out->y);
	return is_square && !is_negative(&out->t) && !is_same(&out->y, &ZERO);
}

/* The encoding of an element (4.3.2). */
static void encode_ristretto(u8 *bytes, const point *p)
{
	fe u1, u2, t, root, den1, den2, z_inverse, x = p->x, y = p->y;
	add(&u1, &p->z, &p->y);
	subtract(&t, &p->z, &p->y);
	mul(&u1, &u1, &t);
	mul(&u2, &p->x, &p->y);
	square(&t, &u2);
	mul(&t, &t, &u1);
	inverse_root(&root, &t);
	mul(&den1, &root, &u1);
	mul(&den2, &root, &u2);
	mul(&z_inverse, &den1, &den2);
	mul(&z_inverse, &z_inverse, &p->t);
	mul(&t, &p->t, &z_inverse);
	if (is_negative(&t)) {
		mul(&x, &p->y, &SQRT_M1);
		mul(&y, &p->x, &SQRT_M1);
		mul(&den2, &den1, &INVSQRT_A_MINUS_D);
	}
	mul(&t, &x, &z_inverse);
	if (is_negative(&t))
		negate(&y, &y);
	subtract(&t, &p->z, &y);
	mul(&t, &t, &den2);
	absolute(&t);
	to_bytes(bytes, &t);
}

static void encode_edwards(u8 *bytes, const point *p)
{
	fe inverse, t;
	u8 x[32];
	invert(&inverse, &p->z);
	mul(&t, &p->y, &inverse);
	to_bytes(bytes, &t);
	mul(&t, &p->x, &inverse);
	to_bytes(x, &t);
	bytes[31] |= x[0] << 7;
}

#define MAX_POINTS 512
#define RISTRETTO 1

/* Where operands are put, and results found. */
static u8 points[MAX_POINTS][32], scalars[MAX_POINTS][32], result[32];
static projective multiples[MAX_POINTS][8];
static signed char digit[MAX_POINTS][256];

EXPORT("points") u8 *points_address(void)
{
	return points[0];
}

EXPORT("scalars") u8 *scalars_address(void)
{
	return scalars[0];
}

EXPORT("result") u8 *result_address(void)
{
	return result;
}

static int decode(int group, point *out, const u8 *bytes)
{
	return group == RISTRETTO ? decode_ristretto(out, bytes) : decompress(out, bytes);
}

static void encode(int group, const point *p)
{
	if (group == RISTRETTO)
		encode_ristretto(result, p);
	else
		encode_edwards(result, p);
}

/* 1 where the first of the points is the encoding of an element. */
EXPORT("validate") int validate(int group)
{
	point p;
	return decode(group, &p, points[0]);
}

/* The sum or the difference of the first two points. 0 where one of them is none. */
EXPORT("add") int add_points(int group, int negative)
{
	point p, q;
	projective summand;
	if (!decode(group, &p, points[0]) || !decode(group, &q, points[1]))
		return 0;
	to_projective(&summand, &q);
	add_projective(&p, &p, &summand, negative);
	encode(group, &p);
	return 1;
}

/* The sum of so many points' multiples by as many scalars, which are below 2^253. 0 where one of the points is none. */
EXPORT("multiply") int multiply(int group, int count)
{
	point p, sum = { ZERO, ONE, ONE, ZERO };
	for (int i = 0; i < count; i++) {
		if (!decode(group, &p, points[i]))
			return 0;
		odd_multiples(multiples[i], &p);
		sparse_digits(digit[i], scalars[i]);
	}
	int top = 255, any = 0;
	for (; top >= 0 && any == 0; top--)
		for (int i = 0; i < count; i++)
			any |= digit[i][top];
	for (int at = top + 1; at >= 0; at--) {
		twice(&sum, &sum, 1);
		for (int i = 0; i < count; i++) {
			int one = digit[i][at];
			if (one != 0)
				add_projective(&sum, &sum, &multiples[i][(one < 0 ? -one : one) >> 1], one < 0);
		}
	}
	encode(group, &sum);
	return 1;
}
