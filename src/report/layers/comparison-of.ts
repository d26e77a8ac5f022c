import type { LayerComparison } from '../../bundle/evidence/layer-comparison.ts';

/** The comparison of layers that a validation holds; null where none was asked for. */
export function comparisonOf({
  layers,
  firstDivergence = null,
  firstDivergenceAt = null,
  unmatched = [],
}: Partial<LayerComparison>): LayerComparison | null {
  return layers === undefined ? null : { layers, firstDivergence, firstDivergenceAt, unmatched };
}
