import type { LayerComparison } from '../../bundle/evidence/layer-comparison.ts';
import type { Manifest } from '../../bundle/manifest.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { RunOptions } from '../../engines/engine.ts';
import { sliceRows } from '../../engines/slice-rows.ts';
import type { Tensor } from '../../engines/tensor.ts';
import { judgeLayers, type MeasuredCall } from './judge-layers.ts';
import { matchCalls, type RecordedCall } from './match-calls.ts';
import { Taps, type TapWorker } from './taps.ts';
import { TensorDifference } from './tensor-difference.ts';

export interface LayerSides {
  readonly manifest: Manifest;
  /** TensorFlow with the Keras file. */
  readonly reference: TapWorker;
  /** PyTorch with the bundle's `model.pt` or a variant of it. */
  readonly candidate: TapWorker;
  /** In Keras' order, any number of rows each. */
  readonly inputs: readonly Tensor[];
  readonly precision?: RunOptions['precision'];
}

/** Both processes hold what all calls give for so many rows: InceptionV3's are 160 MB a row. */
const ROWS_AT_ONCE = 4;

/**
 * Compares what every Keras call gives with its tap in the served artefact. Tensors come one by one, so that this process holds two.
 * Errors: `usage` (the bundle knows no calls or no taps, or none of them is a call of the reference), `worker-failed`.
 */
export async function compareLayers({ manifest: { calls }, reference, candidate, inputs, precision = 'fp32' }: LayerSides): Promise<LayerComparison> {
  if (!calls.some(({ served }) => served !== undefined)) {
    throw new TorchliftError('usage', {
      what: calls.length === 0 ? 'this bundle was made from a file that knows no Keras calls' : 'this bundle was made before model.pt had taps',
      remedy: 'Convert the Keras file again: torchlift convert <model> -o <bundle> --force.',
    });
  }
  const measured = new Map<number, MeasuredCall>();
  let matches: readonly number[] = [];
  const rows = inputs[0]?.shape[0] ?? 0;
  for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
    const piece = inputs.map((input) => sliceRows(input, start, start + ROWS_AT_ONCE));
    const [left, right] = [new Taps(reference, {}, piece), new Taps(candidate, { precision }, piece)];
    const [recorded, dtypes] = await Promise.all([
      left.compute().then(({ calls: found }) => found as readonly RecordedCall[]),
      right.compute().then(({ dtypes: found }) => found as readonly string[]),
    ]);
    matches = matchCalls(calls, recorded);
    for (const [at, { served }] of calls.entries()) {
      const position = matches[at] ?? -1;
      if (position < 0 || served === null || 'absorbedBy' in served) continue;
      const [expected, found] = await Promise.all([left.fetch({ position }), right.fetch({ position: served.tap, axes: served.toSource })]);
      const call = measured.get(at) ?? { difference: new TensorDifference(), dtypes: [recorded[position]?.dtype, dtypes[served.tap]] };
      call.difference.add(expected, found);
      measured.set(at, call);
    }
  }
  if (matches.every((position) => position < 0)) {
    throw new TorchliftError('usage', {
      what: "none of the reference's calls is a call of the bundle's model",
      remedy: 'Give the file that was converted.',
    });
  }
  const unmatched = calls.filter(({ className }, at) => matches[at] === -1 && className !== 'InputLayer').map(({ layer }) => layer);
  return { ...judgeLayers(calls, measured), unmatched };
}
