import { DTYPE_BYTES, type DType } from '../../../core/dtypes.ts';
import type { Shape } from '../../graph/graph.ts';
import type { LayerInstance } from '../calls/plan.ts';

/** Sizes that are free, by their place in a tensor of that rank; the batch is always `N`. */
const AXIS_NAMES: Readonly<Record<number, readonly string[]>> = { 3: ['T', 'C'], 4: ['H', 'W', 'C'], 5: ['D', 'H', 'W', 'C'] };

/**
 * Dtype and shape of a model input, from its InputLayer. The batch is free whatever the file says; other free sizes get a name, each its
 * own (a second input's `H` is `H1`: nothing says that two inputs have one size).
 * `problem` says why there is none.
 */
export function modelInput(
  layer: LayerInstance,
  index: number,
): { dtype: DType; shape: Shape } | { problem: string; kind: 'malformed' | 'unsupported' } {
  const { config } = layer;
  if (config.sparse === true || config.ragged === true) return { kind: 'unsupported', problem: 'a sparse or ragged input' };
  const dtype = config.dtype ?? 'float32';
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    return { kind: 'unsupported', problem: `an input of dtype ${JSON.stringify(dtype)?.slice(0, 40)}` };
  }
  const declared = config.batch_input_shape;
  if (declared === undefined || declared === null) return { kind: 'unsupported', problem: 'the shape of the model’s input is not in the file' };
  if (!Array.isArray(declared) || declared.length === 0 || !declared.every((size) => size === null || (Number.isSafeInteger(size) && size > 0))) {
    return { kind: 'malformed', problem: `batch_input_shape is ${JSON.stringify(declared)?.slice(0, 80)}, expected sizes of at least 1 or null` };
  }
  const names = AXIS_NAMES[declared.length] ?? [];
  const suffix = index === 0 ? '' : String(index);
  const shape = declared.map((size: number | null, axis) => (axis === 0 ? 'N' : (size ?? `${names[axis - 1] ?? `D${axis}`}${suffix}`)));
  return { dtype: dtype as DType, shape };
}
