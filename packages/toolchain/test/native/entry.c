/* The same for a program: input and output lie in the input region. */
void compute(const unsigned char *in, unsigned char *out);

unsigned long long entrypoint(unsigned char *input)
{
	compute(input, input + 64);
	return 0;
}
