/** How coarsely a call was computed: by the coarsest dtype that the values on the way to it had. */
export type Coarseness = 'float32' | 'float16' | 'bfloat16';

interface Measured {
  /** Infinity where it has no bound. */
  readonly maxRelative: number;
  readonly distance: number;
  readonly coarseness: Coarseness;
}

/**
 * What rounding may come to, with what it came to. In float32 the largest difference of all calls over the tensor's scale was 3·10⁻⁶ in the
 * zoo's 1,931 calls, 2·10⁻⁵ in a trained MobileNetV2. In less than float32 single elements are off by up to the largest there is (0.6 in that
 * MobileNetV2's bfloat16), so the tensor is judged as a whole: 0.02 came up in float16, 0.1 in bfloat16.
 */
const LIMITS: Readonly<Record<Coarseness, { readonly measure: 'maxRelative' | 'distance'; readonly limit: number }>> = {
  float32: { measure: 'maxRelative', limit: 1e-4 },
  float16: { measure: 'distance', limit: 0.06 },
  bfloat16: { measure: 'distance', limit: 0.3 },
};

/** As shares of the limit: below this, calls are as good as equal, and the step from one to the next says nothing. */
const FLOOR = 0.1;

/**
 * The position of the call where a divergence begins; null where no call is beyond its limit. A wrong weight need not push its own call beyond
 * the limit, a later one may make more of it: so of the calls up to the first that is beyond, it is the one that is furthest above all
 * before it. Rounding grows slowly; a mistake is a step.
 */
export function firstDivergence(calls: readonly Measured[]): number | null {
  const shares = calls.map((call) => {
    const { measure, limit } = LIMITS[call.coarseness];
    return call[measure] / limit;
  });
  const end = shares.findIndex((share) => share > 1);
  if (end < 0) return null;
  let first = end;
  let largestStep = 0;
  let highest = FLOOR;
  for (const [position, share] of shares.slice(0, end + 1).entries()) {
    const step = share / highest;
    if (step > largestStep) [largestStep, first] = [step, position];
    highest = Math.max(highest, share);
  }
  return first;
}
