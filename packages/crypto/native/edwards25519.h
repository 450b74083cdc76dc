/*
 * The curve -x^2 + y^2 = 1 + d x^2 y^2 over that field: sums, multiples, tables of multiples. Nothing here is constant-time.
 */

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

/* Tables: entry [i][j] is (j + 1) 2^(w i) P. */

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
