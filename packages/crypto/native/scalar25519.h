/* Scalars mod L = 2^252 + C, the order of the group of edwards25519. */

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
