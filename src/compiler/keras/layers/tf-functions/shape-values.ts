import type { GraphBuilder } from '../../../graph/builder.ts';
import type { CallId, Dim, ValueId } from '../../../graph/graph.ts';

/** The sizes a tensor holds, where it was made from `tf.shape`: a list of them, or one alone. */
export interface ShapeValue {
  readonly dims: readonly Dim[];
  readonly isScalar: boolean;
  /** The calls it took: `tf.shape`, then `[0]`. */
  readonly calls: readonly CallId[];
}

const KNOWN = new WeakMap<GraphBuilder, Map<ValueId, ShapeValue>>();

/** Notes that `value` holds these sizes, so that `tf.reshape(x, [tf.shape(x)[0], -1])` needs no arithmetic at run time. */
export function noteShapeValue(builder: GraphBuilder, value: ValueId, shape: ShapeValue): ValueId {
  const known = KNOWN.get(builder) ?? new Map<ValueId, ShapeValue>();
  KNOWN.set(builder, known.set(value, shape));
  return value;
}

export function shapeValue(builder: GraphBuilder, value: ValueId): ShapeValue | undefined {
  return KNOWN.get(builder)?.get(value);
}

/** The sizes, for a call that takes them as numbers: the calls that made them are part of it from now on. */
export function absorbShapeValue(builder: GraphBuilder, value: ValueId, into: CallId): ShapeValue | undefined {
  const known = shapeValue(builder, value);
  for (const call of known?.calls ?? []) builder.tap(call, { absorbedBy: into });
  return known;
}
