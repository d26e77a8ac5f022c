import type { Dim, ValueId } from '../../../graph/graph.ts';
import { slice, unsqueeze } from '../nodes.ts';
import { asTensor, type FunctionCall, type TfFunction } from './function-call.ts';
import { noteShapeValue, type ShapeValue, shapeValue } from './shape-values.ts';

/** Past every axis' end. */
const END = 2 ** 31 - 1;

type Item = { readonly kind: 'newaxis' } | { readonly kind: 'index'; readonly index: number } | Range;
interface Range {
  readonly kind: 'range';
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;
}

const ALL: Range = { kind: 'range', start: null, stop: null, step: 1 };

/** `x[:, 1:, ::2, 0]`, `x[..., None]`, `x[..., ::-1]`: one item for each axis, with an ellipsis for as many as are missing. */
export const getItem: TfFunction = {
  names: ['__operators__.getitem'],
  parameters: ['slice_spec'],
  emit(call) {
    const x = call.tensor;
    const spec = call.raw('slice_spec');
    const items = expandEllipsis(call, Array.isArray(spec) ? spec : [spec], call.shape(x).length);
    const known = knownSizes(call, x, items);
    const result = emitItems(call, x, items);
    return known === undefined ? result : noteShapeValue(call.context.builder, result, known);
  },
};

/** The sizes that are taken from a `tf.shape`. */
function knownSizes(call: FunctionCall, x: ValueId, items: readonly Item[]): ShapeValue | undefined {
  const from = shapeValue(call.context.builder, x);
  const [item, ...more] = items;
  if (from === undefined || from.isScalar || item === undefined || more.length > 0 || item.kind === 'newaxis') return undefined;
  const calls = [...from.calls, call.context.call];
  if (item.kind === 'range')
    return item.step === 1 ? { dims: from.dims.slice(item.start ?? 0, item.stop ?? undefined), isScalar: false, calls } : undefined;
  const dim = from.dims.at(item.index);
  return dim === undefined ? undefined : { dims: [dim], isScalar: true, calls };
}

function emitItems(call: FunctionCall, x: ValueId, items: readonly Item[]): ValueId {
  const shape = call.shape(x);
  const parts: { axis: number; start: number; end: number; step?: number }[] = [];
  const reversed: { axis: number; indices: readonly number[] }[] = [];
  const dropped: number[] = [];
  const added: number[] = [];
  let axis = 0;
  let kept = 0;
  for (const item of items) {
    if (item.kind === 'newaxis') {
      added.push(kept++);
      continue;
    }
    const size = shape[axis] as Dim;
    if (item.kind === 'index') {
      if (typeof size === 'number' && (item.index >= size || item.index < -size)) return call.refuse(`index ${item.index} of a size of ${size}`);
      parts.push({ axis, start: item.index, end: item.index === -1 ? END : item.index + 1 });
      dropped.push(axis);
    } else {
      if (item.step < 0) reversed.push({ axis, indices: backwards(call, item, size) });
      else if (item.start !== null || item.stop !== null || item.step !== 1)
        parts.push({ axis, start: item.start ?? 0, end: item.stop ?? END, step: item.step });
      kept++;
    }
    axis++;
  }
  let result = slice(call.context, x, parts);
  for (const { axis: at, indices } of reversed) result = call.node('Gather', [result, call.context.builder.constant(indices)], { axis: at });
  if (call.shape(result).some((size) => size === 0)) return call.refuse('an empty range');
  if (dropped.length > 0) result = call.node('Squeeze', [result, call.context.builder.constant(dropped)]);
  return unsqueeze(call.context, result, added);
}

/** The positions of a range with a negative step, in order: Python's rules. */
function backwards(call: FunctionCall, { start, stop, step }: Range, size: Dim): readonly number[] {
  if (typeof size !== 'number') return call.refuse(`step ${step} over a free size (${size})`);
  const clamp = (position: number): number => Math.min(Math.max(position < 0 ? position + size : position, -1), size - 1);
  const first = start === null ? size - 1 : clamp(start);
  const last = stop === null ? -1 : clamp(stop);
  const positions: number[] = [];
  for (let position = first; position > last; position += step) positions.push(position);
  return positions.length === 0 ? call.refuse('an empty range') : positions;
}

function expandEllipsis(call: FunctionCall, spec: readonly unknown[], rank: number): readonly Item[] {
  const ellipses = spec.filter(isEllipsis).length;
  const axes = spec.filter((item) => !isEllipsis(item) && item !== null).length;
  if (ellipses > 1 || axes > rank) return call.refuse(`${axes} items for a tensor of rank ${rank}`);
  const missing = Array<Item>(rank - axes).fill(ALL);
  const items = spec.flatMap((item) => (isEllipsis(item) ? missing : [readItem(call, item)]));
  return ellipses === 0 ? [...items, ...missing] : items;
}

function readItem(call: FunctionCall, item: unknown): Item {
  if (item === null) return { kind: 'newaxis' };
  if (Number.isSafeInteger(item)) return { kind: 'index', index: item as number };
  if (typeof item !== 'object' || asTensor(item) !== undefined || Array.isArray(item)) return call.refuse('a computed index');
  const { start = null, stop = null, step = null } = item as { start?: unknown; stop?: unknown; step?: unknown };
  const isBound = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);
  if (!isBound(start) || !isBound(stop) || !isBound(step) || step === 0) return call.refuse('a computed range');
  return { kind: 'range', start, stop, step: step ?? 1 };
}

/** Keras writes `{"class_name": "__ellipsis__"}`. */
function isEllipsis(item: unknown): boolean {
  return typeof item === 'object' && item !== null && (item as { class_name?: unknown }).class_name === '__ellipsis__';
}
