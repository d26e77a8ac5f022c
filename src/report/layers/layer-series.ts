import type { ComparedLayer, LayerComparison } from '../../bundle/evidence/layer-comparison.ts';

/** One call of a chart. */
export interface LayerPoint {
  readonly layer: ComparedLayer;
  /** 0 at `LOWEST_EXPONENT` and below (no difference too), 1 at the chart's highest power of ten, and where the difference is infinite. */
  readonly height: number;
  /** It is where the divergence begins. */
  readonly isFirst: boolean;
}

/** Powers of ten that a chart of relative differences spans: from below float32's rounding (6·10⁻⁸) to the tensor's own size, or what was met. */
export const LOWEST_EXPONENT = -8;

/** The calls that were compared, in call order, with their relative difference on a scale of powers of ten. */
export function layerSeries({ layers, firstDivergenceAt }: LayerComparison): {
  readonly points: readonly LayerPoint[];
  readonly highestExponent: number;
} {
  const compared = layers.flatMap((layer, at) => ('absorbedBy' in layer ? [] : [{ layer, isFirst: at === firstDivergenceAt }]));
  const highestExponent = compared.reduce((highest, { layer }) => {
    const { maxRelativeDifference: difference } = layer;
    return difference === null || difference === 0 ? highest : Math.max(highest, Math.ceil(Math.log10(difference)));
  }, 0);
  const height = (difference: number | null): number => {
    if (difference === null) return 1;
    if (difference === 0) return 0;
    return Math.max(0, (Math.log10(difference) - LOWEST_EXPONENT) / (highestExponent - LOWEST_EXPONENT));
  };
  return { points: compared.map(({ layer, isFirst }) => ({ layer, isFirst, height: height(layer.maxRelativeDifference) })), highestExponent };
}

/** `2.4e-5`, or `infinite`. */
export function printDifference(difference: number | null): string {
  if (difference === null) return 'infinite';
  return difference === 0 ? '0' : difference.toExponential(1);
}

/** `base/conv`, `shared (call 2)`. */
export function callTitle({ name, index }: Pick<ComparedLayer, 'name' | 'index'>): string {
  return index === 0 ? name : `${name} (call ${index + 1})`;
}

/** Who is first to diverge, or that nobody does, and where the difference is largest. */
export function divergenceSentence({ points }: { readonly points: readonly LayerPoint[] }, print = printDifference): string {
  if (points.length === 0) return 'No call was compared.';
  const at = points.findIndex(({ isFirst }) => isFirst);
  const first = points[at];
  const largest = points.reduce((most, point) => (point.height > most.height ? point : most));
  const most = `the largest difference is ${print(largest.layer.maxRelativeDifference)}, in ${callTitle(largest.layer)}`;
  if (first === undefined) return `None of ${points.length} calls diverges; ${most}.`;
  const place = `${callTitle(first.layer)} is the first to diverge, call ${at + 1} of ${points.length}`;
  const by = `by ${print(first.layer.maxRelativeDifference)} of its size`;
  return largest === first ? `${place}: ${by}, the largest difference of all.` : `${place}: ${by}; ${most}.`;
}
