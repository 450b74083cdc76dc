/*
 * BLAKE3, with as much of its extendable output as is asked for, up to 2048 bytes: those of the accounts lattice hash. The
 * output blocks differ in their counter only, so four are computed at once, one in each lane of a 128-bit vector; so are
 * four chunks of long inputs. Compiled to WebAssembly by scripts/build-native.mjs; called by src/blake3.ts.
 *
 * Source: the BLAKE3 paper, 2.1 to 2.6.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef u32 v4 __attribute__((vector_size(16)));

#define EXPORT(name) __attribute__((export_name(name)))

enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };
enum { CHUNK_BYTES = 1024, BLOCK_BYTES = 64, INPUT_BYTES = 65536, OUTPUT_BYTES = 2048, STACK = 54 };

static const u32 IV[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
static const u8 SCHEDULE[7][16] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	{ 2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8 },
	{ 3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1 },
	{ 10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6 },
	{ 12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4 },
	{ 9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7 },
	{ 11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13 },
};

static u8 input_bytes[INPUT_BYTES] __attribute__((aligned(16)));
static u32 output_words[OUTPUT_BYTES / 4] __attribute__((aligned(16)));

/* The chunk that is being read, and the roots of the complete subtrees before it. */
static u32 chunk_cv[8];
static u8 block[BLOCK_BYTES] __attribute__((aligned(16)));
static u32 block_length, blocks_done;
static u64 chunks_done;
static u32 stack[STACK][8];
static u32 stack_length;
static u32 is_started;

EXPORT("input") u8 *input(void) { return input_bytes; }
EXPORT("output") u32 *output(void) { return output_words; }

#define ROTATE(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define G(a, b, c, d, x, y)                                                                                            \
	v[a] += v[b] + (x);                                                                                                 \
	v[d] = ROTATE(v[d] ^ v[a], 16);                                                                                     \
	v[c] += v[d];                                                                                                       \
	v[b] = ROTATE(v[b] ^ v[c], 12);                                                                                     \
	v[a] += v[b] + (y);                                                                                                 \
	v[d] = ROTATE(v[d] ^ v[a], 8);                                                                                      \
	v[c] += v[d];                                                                                                       \
	v[b] = ROTATE(v[b] ^ v[c], 7);
#define ROUND(s)                                                                                                       \
	G(0, 4, 8, 12, m[SCHEDULE[s][0]], m[SCHEDULE[s][1]])                                                                \
	G(1, 5, 9, 13, m[SCHEDULE[s][2]], m[SCHEDULE[s][3]])                                                                \
	G(2, 6, 10, 14, m[SCHEDULE[s][4]], m[SCHEDULE[s][5]])                                                               \
	G(3, 7, 11, 15, m[SCHEDULE[s][6]], m[SCHEDULE[s][7]])                                                               \
	G(0, 5, 10, 15, m[SCHEDULE[s][8]], m[SCHEDULE[s][9]])                                                               \
	G(1, 6, 11, 12, m[SCHEDULE[s][10]], m[SCHEDULE[s][11]])                                                             \
	G(2, 7, 8, 13, m[SCHEDULE[s][12]], m[SCHEDULE[s][13]])                                                              \
	G(3, 4, 9, 14, m[SCHEDULE[s][14]], m[SCHEDULE[s][15]])
#define ROUNDS ROUND(0) ROUND(1) ROUND(2) ROUND(3) ROUND(4) ROUND(5) ROUND(6)

/* The chaining value of a block, in place. */
__attribute__((noinline)) static void compress(u32 *cv, const u32 *m, u64 counter, u32 length, u32 flags) {
	u32 v[16];
	for (int i = 0; i < 8; i++) v[i] = cv[i];
	for (int i = 0; i < 4; i++) v[8 + i] = IV[i];
	v[12] = (u32)counter;
	v[13] = (u32)(counter >> 32);
	v[14] = length;
	v[15] = flags;
	ROUNDS
	for (int i = 0; i < 8; i++) cv[i] = v[i] ^ v[i + 8];
}

static v4 splat(u32 x) { return (v4){ x, x, x, x }; }

/* Rounds over four states at once. */
__attribute__((noinline)) static void rounds4(v4 *v, const v4 *m) { ROUNDS }

static void start_chunk(void) {
	for (int i = 0; i < 8; i++) chunk_cv[i] = IV[i];
	block_length = 0;
	blocks_done = 0;
}

/* Appends the root of a chunk and joins subtrees of equal size. */
__attribute__((noinline)) static void push(const u32 *cv) {
	u32 joined[16];
	u32 node[8];
	for (int i = 0; i < 8; i++) node[i] = cv[i];
	chunks_done++;
	for (u64 total = chunks_done; (total & 1) == 0; total >>= 1) {
		stack_length--;
		for (int i = 0; i < 8; i++) {
			joined[i] = stack[stack_length][i];
			joined[8 + i] = node[i];
			node[i] = IV[i];
		}
		compress(node, joined, 0, BLOCK_BYTES, PARENT);
	}
	for (int i = 0; i < 8; i++) stack[stack_length][i] = node[i];
	stack_length++;
}

/* Four whole chunks. */
static void chunks4(const u8 *bytes) {
	v4 cv[8];
	for (int i = 0; i < 8; i++) cv[i] = splat(IV[i]);
	v4 low, high;
	for (int lane = 0; lane < 4; lane++) {
		low[lane] = (u32)(chunks_done + lane);
		high[lane] = (u32)((chunks_done + lane) >> 32);
	}
	for (int b = 0; b < CHUNK_BYTES / BLOCK_BYTES; b++) {
		v4 m[16], v[16];
		const u32 *words = (const u32 *)(bytes + b * BLOCK_BYTES);
		for (int i = 0; i < 16; i++) m[i] = (v4){ words[i], words[i + 256], words[i + 512], words[i + 768] };
		for (int i = 0; i < 8; i++) v[i] = cv[i];
		for (int i = 0; i < 4; i++) v[8 + i] = splat(IV[i]);
		v[12] = low;
		v[13] = high;
		v[14] = splat(BLOCK_BYTES);
		v[15] = splat((b == 0 ? CHUNK_START : 0) | (b == 15 ? CHUNK_END : 0));
		rounds4(v, m);
		for (int i = 0; i < 8; i++) cv[i] = v[i] ^ v[i + 8];
	}
	for (int lane = 0; lane < 4; lane++) {
		u32 one[8];
		for (int i = 0; i < 8; i++) one[i] = cv[i][lane];
		push(one);
	}
}

/* Takes in the first `length` bytes of the input. */
EXPORT("update") void update(u32 length) {
	const u8 *bytes = input_bytes;
	if (!is_started) {
		is_started = 1;
		chunks_done = 0;
		stack_length = 0;
		start_chunk();
	}
	while (length > 0) {
		/* the last block and the last chunk stay open: only the end tells how to close them */
		if (block_length == BLOCK_BYTES) {
			u32 is_last = blocks_done == CHUNK_BYTES / BLOCK_BYTES - 1;
			compress(chunk_cv, (const u32 *)block, chunks_done, BLOCK_BYTES,
				(blocks_done == 0 ? CHUNK_START : 0) | (is_last ? CHUNK_END : 0));
			block_length = 0;
			blocks_done++;
			if (is_last) {
				push(chunk_cv);
				start_chunk();
			}
		}
		if (block_length == 0 && blocks_done == 0) {
			while (length > 4 * CHUNK_BYTES) {
				chunks4(bytes);
				bytes += 4 * CHUNK_BYTES;
				length -= 4 * CHUNK_BYTES;
			}
		}
		u32 take = BLOCK_BYTES - block_length;
		if (take > length) take = length;
		for (u32 i = 0; i < take; i++) block[block_length + i] = bytes[i];
		block_length += take;
		bytes += take;
		length -= take;
	}
}

/* Ends the input; leaves so many blocks of 64 bytes, rounded up to four, in the output. */
EXPORT("finish") void finish(u32 blocks) {
	if (!is_started) {
		chunks_done = 0;
		stack_length = 0;
		start_chunk();
	}
	is_started = 0;
	for (u32 i = block_length; i < BLOCK_BYTES; i++) block[i] = 0;
	u32 cv[8], words[16];
	u32 length = block_length;
	u32 flags = (blocks_done == 0 ? CHUNK_START : 0) | CHUNK_END;
	u64 counter = chunks_done;
	for (int i = 0; i < 8; i++) cv[i] = chunk_cv[i];
	for (int i = 0; i < 16; i++) words[i] = ((const u32 *)block)[i];
	while (stack_length > 0) {
		compress(cv, words, counter, length, flags);
		stack_length--;
		for (int i = 0; i < 8; i++) {
			words[i] = stack[stack_length][i];
			words[8 + i] = cv[i];
			cv[i] = IV[i];
		}
		length = BLOCK_BYTES;
		flags = PARENT;
		counter = 0;
	}
	v4 m[16];
	for (int i = 0; i < 16; i++) m[i] = splat(words[i]);
	for (u32 at = 0; at < blocks && at < OUTPUT_BYTES / BLOCK_BYTES; at += 4) {
		v4 v[16];
		for (int i = 0; i < 8; i++) v[i] = splat(cv[i]);
		for (int i = 0; i < 4; i++) v[8 + i] = splat(IV[i]);
		v[12] = (v4){ at, at + 1, at + 2, at + 3 };
		v[13] = splat(0);
		v[14] = splat(length);
		v[15] = splat(flags | ROOT);
		rounds4(v, m);
		for (int i = 0; i < 8; i++) {
			v[i] ^= v[i + 8];
			v[i + 8] ^= splat(cv[i]);
		}
		/* four rows of four words become four words of four rows */
		u32 *out = output_words + at * 16;
		for (int i = 0; i < 16; i += 4) {
			v4 a = __builtin_shufflevector(v[i], v[i + 1], 0, 4, 1, 5);
			v4 b = __builtin_shufflevector(v[i + 2], v[i + 3], 0, 4, 1, 5);
			v4 c = __builtin_shufflevector(v[i], v[i + 1], 2, 6, 3, 7);
			v4 d = __builtin_shufflevector(v[i + 2], v[i + 3], 2, 6, 3, 7);
			*(v4 *)(out + i) = __builtin_shufflevector(a, b, 0, 1, 4, 5);
			*(v4 *)(out + 16 + i) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
			*(v4 *)(out + 32 + i) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
			*(v4 *)(out + 48 + i) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
		}
	}
}
