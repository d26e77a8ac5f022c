/** Where a value lies in pixels. */
export type Scale = (value: number) => number;

/** From `[low, high]` to `[start, end]`; what is outside is drawn at the edge. */
export function linearScale(low: number, high: number, start: number, end: number): Scale {
  const span = high - low || 1;
  return (value) => start + ((Math.min(Math.max(value, Math.min(low, high)), Math.max(low, high)) - low) / span) * (end - start);
}

/** About `count` round numbers between `low` and `high`: steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(low: number, high: number, count: number): readonly number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}
