/*
 * Whether 32 bytes decompress to a point of edwards25519: the steps of src/on-curve-portable.ts, which explains them, on
 * limbs of 29 bits with products of 64. Compiled to WebAssembly by scripts/build-native.mjs.
 */

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define LIMBS 9
#define BITS 29
#define MASK ((1u << BITS) - 1)
/* 2^261 mod p. */
#define FOLD (19u << 6)

/* p = 2^255 - 19 */
static const u32 P[LIMBS] = { 0x1fffffed, 0x1fffffff, 0x1fffffff, 0x1fffffff, 0x1fffffff,
			      0x1fffffff, 0x1fffffff, 0x1fffffff, 0x007fffff };
/* The curve's d, and 1 - d mod p. */
static const u32 D[LIMBS] = { 0x135978a3, 0x0f5a6e50, 0x10762add, 0x00149a82, 0x1e898007,
			      0x003cbbbc, 0x19ce331d, 0x1dc56dff, 0x0052036c };
static const u32 ONE_MINUS_D[LIMBS] = { 0x0ca6874b, 0x10a591af, 0x0f89d522, 0x1feb657d, 0x01767ff8,
					0x1fc34443, 0x0631cce2, 0x023a9200, 0x002dfc93 };

static u8 input[32];

__attribute__((export_name("input"))) u8 *input_address(void)
{
	return input;
}

/* Brings every limb below 2^29; what leaves the top returns at the bottom times 2^261 mod p. */
static void carry(u32 *out, const u64 *a)
{
	u64 c = 0;
	for (int i = 0; i < LIMBS; i++) {
		c += a[i];
		out[i] = c & MASK;
		c >>= BITS;
	}
	for (int round = 0; round < 2; round++) {
		c *= FOLD;
		for (int i = 0; i < LIMBS; i++) {
			c += out[i];
			out[i] = c & MASK;
			c >>= BITS;
		}
	}
}

/* out = a * b: congruent mod p, below 2^261. Limbs may be of 30 bits. */
static void multiply(u32 *out, const u32 *a, const u32 *b)
{
	u64 product[2 * LIMBS] = { 0 };
	for (int i = 0; i < LIMBS; i++)
		for (int j = 0; j < LIMBS; j++)
			product[i + j] += (u64)a[i] * b[j];
	u64 c = 0;
	for (int i = 0; i < 2 * LIMBS; i++) {
		c += product[i];
		product[i] = c & MASK;
		c >>= BITS;
	}
	/* What limbs of 30 bits may leave beyond the last. */
	product[2 * LIMBS - 1] += c << BITS;
	for (int i = 0; i < LIMBS; i++)
		product[i] += product[i + LIMBS] * FOLD;
	carry(out, product);
}

/* The Jacobi symbol of g over f (= p): 1 or -1, or 0 where 64 batches did not settle it (g = 0 mod p). */
static int jacobi(u32 *f, u32 *g)
{
	int eta = -1, length = LIMBS;
	u32 jac = 0;
	for (int batch = 0; batch < 64; batch++) {
		/* The low 32 bits decide the next 29 steps and two bits beyond. */
		u32 f_low = f[0] | f[1] << BITS, g_low = g[0] | g[1] << BITS;
		u32 u = 1, v = 0, q = 0, r = 1;
		int left = BITS;
		for (;;) {
			int zeroes = __builtin_ctz(g_low | ~0u << left);
			g_low >>= zeroes;
			u <<= zeroes;
			v <<= zeroes;
			eta -= zeroes;
			left -= zeroes;
			/* Halving g flips the sign where f is 3 or 5 mod 8. */
			jac ^= zeroes & (f_low >> 1 ^ f_low >> 2);
			if (left == 0)
				break;
			u32 multiple;
			if (eta < 0) {
				u32 spare = f_low;
				eta = -eta;
				f_low = g_low;
				g_low = spare;
				spare = u;
				u = q;
				q = spare;
				spare = v;
				v = r;
				r = spare;
				/* Reciprocity: exchanging them flips the sign where both are 3 mod 4. */
				jac ^= (f_low & g_low) >> 1;
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
		/* (f, g) = (u f + v g, q f + r g) / 2^29, exactly. */
		u64 cf = ((u64)u * f[0] + (u64)v * g[0]) >> BITS;
		u64 cg = ((u64)q * f[0] + (u64)r * g[0]) >> BITS;
		u32 rest = 0;
		for (int i = 1; i < length; i++) {
			u64 fi = f[i], gi = g[i];
			cf += u * fi + v * gi;
			cg += q * fi + r * gi;
			f[i - 1] = cf & MASK;
			g[i - 1] = cg & MASK;
			cf >>= BITS;
			cg >>= BITS;
			if (i > 1)
				rest |= f[i - 1];
		}
		f[length - 1] = (u32)cf;
		g[length - 1] = (u32)cg;
		if (length > 1)
			rest |= (u32)cf;
		if (f[0] == 1 && rest == 0)
			return 1 - 2 * (int)(jac & 1);
		if (length > 2 && cf == 0 && cg == 0)
			length--;
	}
	return 0;
}

/* 1 where the bytes at `input` are the encoding of a point, -1 where not, 0 where only a square root can tell. */
__attribute__((export_name("symbol"))) int symbol(void)
{
	u32 y[LIMBS], y2[LIMBS], w[LIMBS], f[LIMBS], g[LIMBS];
	u64 pending = 0, sum[LIMBS];
	int bits = 0, at = 0;
	for (int i = 0; i < LIMBS; i++) {
		while (bits < BITS && at < 32) {
			pending |= (u64)(at == 31 ? input[at] & 127 : input[at]) << bits;
			bits += 8;
			at++;
		}
		y[i] = pending & MASK;
		pending >>= BITS;
		bits -= BITS;
	}
	/* (y^2 - 1)(d y^2 + 1) = y^2 (d y^2 + 1 - d) - 1 */
	multiply(y2, y, y);
	multiply(w, y2, D);
	for (int i = 0; i < LIMBS; i++)
		w[i] += ONE_MINUS_D[i];
	multiply(g, y2, w);
	for (int i = 0; i < LIMBS; i++) {
		sum[i] = (u64)g[i] + P[i] - (i == 0);
		f[i] = P[i];
	}
	carry(g, sum);
	return jacobi(f, g);
}
