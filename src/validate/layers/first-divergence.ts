/** How coarsely a call was computed: by the coarsest dtype that the values on the way to it had. */
export type Coarseness = 'float32' | 'float16' | 'bfloat16';

interface Measured {
  /** The largest difference over the reference's scale, and the root of its mean square over the reference's; both may be infinite. */
  readonly maxRelative: number;
  readonly distance: number;
  readonly coarseness: Coarseness;
}

/**
 * Twice to five times what rounding came to in the zoo's 1,931 calls and in two trained models. In float32 single elements were up to 2.4·10⁻⁵ of
 * the tensor's largest off, tensors as a whole 4.5·10⁻⁶. In less, single elements are off by as much as the largest there is (0.6 in MobileNetV2
 * in bfloat16), so that only the whole is judged: 0.02 came up in float16, 0.1 in bfloat16.
 */
const LIMITS: Readonly<Record<Coarseness, { readonly maxRelative: number; readonly distance: number }>> = {
  float32: { maxRelative: 1e-4, distance: 2e-5 },
  float16: { maxRelative: Number.POSITIVE_INFINITY, distance: 0.06 },
  bfloat16: { maxRelative: Number.POSITIVE_INFINITY, distance: 0.3 },
};

/** As shares of the limit: below this, calls are as good as equal, and the step from one to the next says nothing. */
const FLOOR = 0.1;

/**
 * The position of the call where a divergence begins; null where no call is beyond its limit. A wrong weight need not push its own call beyond
 * the limit, a later one may make more of it: so of the calls up to the first that is beyond, it is the one that is furthest above all
 * before it. Rounding grows slowly, a mistake is a step.
 */
export function firstDivergence(calls: readonly Measured[]): number | null {
  const shares = calls.map(({ maxRelative, distance, coarseness }) => {
    const limits = LIMITS[coarseness];
    return Math.max(maxRelative === Number.POSITIVE_INFINITY ? maxRelative : maxRelative / limits.maxRelative, distance / limits.distance);
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
