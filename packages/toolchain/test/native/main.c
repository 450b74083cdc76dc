/* Runs `compute` natively: blocks of input from standard input, blocks of output to standard output. */
#include <stdio.h>
#include <string.h>

#ifndef IN
#define IN 64
#endif
#ifndef OUT
#define OUT 512
#endif

void compute(const unsigned char *in, unsigned char *out);

int main(void)
{
	_Alignas(16) unsigned char in[IN], out[OUT];
	while (fread(in, 1, IN, stdin) == IN) {
		memset(out, 0, OUT);
		compute(in, out);
		fwrite(out, 1, OUT, stdout);
	}
	return 0;
}
