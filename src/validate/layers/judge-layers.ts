import type { LayerComparison, LayerRecord } from '../../bundle/evidence/layer-comparison.ts';
import type { CallRecord } from '../../bundle/manifest.ts';
import { type Coarseness, firstDivergence } from './first-divergence.ts';
import type { TensorDifference } from './tensor-difference.ts';

export interface MeasuredCall {
  readonly difference: TensorDifference;
  /** In which each side computed it. */
  readonly dtypes: readonly (string | undefined)[];
}

/** What is smaller than this share of the values it was computed from is rounding: a tensor that would be zero but for it has no scale of its own. */
const ROUNDING = 1e-6;

/** The records of all calls that were measured (by position in `calls`) or absorbed, and where a divergence begins. */
export function judgeLayers(calls: readonly CallRecord[], measured: ReadonlyMap<number, MeasuredCall>): Omit<LayerComparison, 'unmatched'> {
  const layers: LayerRecord[] = [];
  const judged: { readonly at: number; readonly maxRelative: number; readonly distance: number; readonly coarseness: Coarseness }[] = [];
  let coarseness: Coarseness = 'float32';
  let scaleBefore = 0;
  for (const [at, call] of calls.entries()) {
    const { layer: name, index, className } = call;
    const measurement = measured.get(at);
    if (measurement !== undefined) {
      const { maxAbsolute, rms, scale, referenceRms, cosine } = measurement.difference.result();
      const relative = (part: number, whole: number) => (part === 0 ? 0 : part / Math.max(whole, ROUNDING * scaleBefore));
      const maxRelative = relative(maxAbsolute, scale);
      const distance = relative(rms, referenceRms);
      coarseness = measurement.dtypes.reduce(coarser, coarseness);
      scaleBefore = scale;
      judged.push({ at: layers.length, maxRelative, distance, coarseness });
      layers.push({
        name,
        index,
        className,
        maxAbsoluteDifference: finite(maxAbsolute),
        maxRelativeDifference: finite(maxRelative),
        relativeDistance: finite(distance),
        cosine,
      });
    } else {
      const absorber = absorberOf(calls, call);
      if (absorber !== undefined) layers.push({ name, index, className, absorbedBy: absorber.layer });
    }
  }
  const first = firstDivergence(judged);
  const firstDivergenceAt = first === null ? null : (judged[first]?.at ?? null);
  return { layers, firstDivergence: firstDivergenceAt === null ? null : (layers[firstDivergenceAt]?.name ?? null), firstDivergenceAt };
}

/** Values of a coarse dtype make all that is computed from them coarse. */
function coarser(before: Coarseness, dtype: string | undefined): Coarseness {
  if (before === 'bfloat16' || dtype === 'bfloat16') return 'bfloat16';
  return dtype === 'float16' ? 'float16' : before;
}

/** The call that has the value in which this one's went; undefined for a call that has its own, or a constant. */
function absorberOf(calls: readonly CallRecord[], call: CallRecord): CallRecord | undefined {
  let absorber: CallRecord | undefined = call;
  while (absorber?.served && 'absorbedBy' in absorber.served) absorber = calls[absorber.served.absorbedBy];
  return absorber === call ? undefined : absorber;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
