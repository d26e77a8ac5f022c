/** Numbers as people read them. A dash stands for what isn't known. */
const DASH = '–';

/** `12,345` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 image`, `12 images` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A share that somebody chose, as they would write it: `99 %`, `0.5 %`. */
export function roundPercent(share: number): string {
  return `${Number((100 * share).toPrecision(10))} %`;
}

/** A difference of two shares in percentage points, with its sign: `−0.33`. */
export function points(difference: number): string {
  const text = Math.abs(100 * difference).toFixed(2);
  return text === '0.00' ? text : `${difference < 0 ? '−' : '+'}${text}`;
}

/** A threshold, as exact as float32 scores are told apart in practice. */
export function threshold(value: number | null): string {
  return value === null ? DASH : String(Number(value.toPrecision(5)));
}

/** Which side a bound may be rounded to: never to the better one. */
type Rounding = 'nearest' | 'down' | 'up';

/**
 * `99.87 %`. What is nearly everything or nearly nothing gets digits until it shows: 49,999 of 50,000 aren't 100 %.
 */
export function percent(share: number | null, rounding: Rounding = 'nearest'): string {
  if (share === null) return DASH;
  const value = 100 * share;
  for (let digits = 2; digits <= 8; digits++) {
    const text = rounded(value, digits, rounding);
    const shown = Number(text);
    if (shown === value && (value === 0 || value === 100)) return `${value} %`;
    if (shown !== 100 && shown !== 0) return `${text} %`;
  }
  return `${value} %`;
}

function rounded(value: number, digits: number, rounding: Rounding): string {
  const scale = 10 ** digits;
  // A product like 28.999999999999996 means 29, on whichever side it fell.
  const scaled = Number((value * scale).toPrecision(14));
  const whole = rounding === 'down' ? Math.floor(scaled) : rounding === 'up' ? Math.ceil(scaled) : Math.round(scaled);
  return (whole / scale).toFixed(digits);
}

/** `99.12 to 99.95 %`, rounded outwards. */
export function percentRange({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  return `${percent(lower, 'down').replace(' %', '')} to ${percent(upper, 'up')}`;
}

/** A difference of scores, a latency: three digits, a power of ten where it is tiny. */
export function small(value: number | null): string {
  if (value === null) return DASH;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 0.001 && size < 1e6) return String(Number(value.toPrecision(3)));
  const [mantissa = '', exponent = ''] = value.toExponential(1).split('e');
  return `${mantissa}·10${superscript(exponent.replace('+', ''))}`;
}

/** `⁻⁷` */
export function superscript(exponent: number | string): string {
  return [...String(exponent)].map((character) => (character === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(character)])).join('');
}

/** `1,240`, of something per million. */
export function rounded3(value: number | null): string {
  return value === null ? DASH : Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 3 });
}

/** `10.4 MB` */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value >= 100 ? value.toFixed(0) : value >= 0.1 || value === 0 ? Number(value.toFixed(1)) : Number(value.toPrecision(2))} MB`;
}

/** `31.2 ms` */
export function milliseconds(value: number): string {
  return `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3)} ms`;
}

/** A change as a share, with its sign: `−40 %`. */
export function change(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(0)} %`;
}
