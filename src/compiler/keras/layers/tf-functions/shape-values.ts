import type { GraphBuilder } from '../../../graph/builder.ts';
import type { Dim, ValueId } from '../../../graph/graph.ts';

/** The sizes a tensor holds, where it was made from `tf.shape`: a list of them, or one alone. */
export interface ShapeValue {
  readonly dims: readonly Dim[];
  readonly isScalar: boolean;
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
