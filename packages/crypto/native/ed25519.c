/*
 * The equation of an Ed25519 verification: whether the encoding of [S]B - [k]A equals R, where k is the SHA-512 of R, A
 * and the message. Nothing here is constant-time; the inputs are public.
 *
 * No doubling is needed where every multiple j * 2^(w i) of a point stands in a table: one addition for a digit of the
 * scalar. B gets such a table after a few uses; so do the keys that come back, in a bounded cache.
 *
 * Compiled to WebAssembly by scripts/build-native.mjs; src/ed25519-kernel.ts calls it.
 */

#include "field25519.h"
#include "inverse25519.h"
#include "edwards25519.h"
#include "sha512.h"
#include "scalar25519.h"

/* Bits of a digit. Wider ones make fewer additions and larger tables: 98 KB for a key, 492 KB for B. */
#define BASE_WIDTH 8
#define KEY_WIDTH 5
/* Digits of a scalar below 2^253, whose last carry must find room. */
#define WINDOWS(width) (253 / width + 1)
#define KEY_ENTRIES (WINDOWS(KEY_WIDTH) << (KEY_WIDTH - 1))

static affine base_table[WINDOWS(BASE_WIDTH) << (BASE_WIDTH - 1)];
static projective base_odd[8];
/* B gets its table at this use: short runs do without. */
#define USES_FOR_BASE_TABLE 32
static u32 base_uses;

/* Keys with tables: sets of a few, and in a set the one that was not used for longest gives way. */
#define SETS 64
#define WAYS 3
/* A key gets its table, which costs as much as ten verifications, at this use; before it is verified by doublings. */
#define USES_FOR_A_TABLE 8
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
