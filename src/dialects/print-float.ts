/**
 * A float as TensorFlow Serving prints it (`WriteDecimal` in util/json_tensor.cc): six digits (C's `%g`) where they read back as the same
 * number, else all digits that can matter; `.0` behind whole numbers; NaN and the infinities bare.
 */
export function printFloat(value: number, dtype: 'float32' | 'float64'): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Infinity' : 'Infinity';
  const short = printG(value, 6);
  const same = dtype === 'float32' ? Math.fround(Number(short)) === value : Number(short) === value;
  const text = same ? short : printG(value, dtype === 'float32' ? 9 : 17);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** C's `%.<digits>g`. */
function printG(value: number, digits: number): string {
  const [mantissa = '', power = ''] = value.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (exponent < -4 || exponent >= digits)
    return `${withoutZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return withoutZeros(value.toFixed(digits - 1 - exponent));
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
