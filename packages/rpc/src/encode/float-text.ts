/** Floats as Rust's `Display` prints them: the shortest digits, never an exponent. */

/** The text of an f64. */
export function displayFloat(value: number): string {
	if (Number.isNaN(value)) return 'NaN';
	if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
	if (Object.is(value, -0)) return '-0';
	const text = String(value);
	const [mantissa, exponent] = text.split('e');
	if (exponent === undefined) return text;
	const sign = value < 0 ? '-' : '';
	const [whole, fraction = ''] = mantissa!.replace('-', '').split('.');
	const digits = whole! + fraction;
	const point = 1 + Number(exponent);
	if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
	return `${sign}${digits.padEnd(point, '0')}`;
}
