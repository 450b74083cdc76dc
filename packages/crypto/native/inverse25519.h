/*
 * The inverse in the field of edwards25519, by "safegcd" as in libsecp256k1 (modinv32_impl.h, variable time): signed limbs
 * of 30 bits.
 */

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
