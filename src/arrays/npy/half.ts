/** The bits of a number of 16 bits: the nearest one, of two the even one, as NumPy rounds. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  // Halfway to the number that would follow the largest one.
  if (size >= 65520) return sign | 0x7c00;
  // Steps are as wide as the power of two allows, and no narrower than the smallest number.
  const exponent = Math.max(-14, exponentOf(size));
  const steps = roundHalfToEven(size * 2 ** (10 - exponent));
  // A full count of steps is the first of the next power, whose bits follow.
  return sign | (((exponent + 14) << 10) + steps);
}

const double = new Float64Array(1);
const bits = new BigUint64Array(double.buffer);

function exponentOf(value: number): number {
  double[0] = value;
  return Number((bits[0]! >> 52n) & 0x7ffn) - 1023;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
