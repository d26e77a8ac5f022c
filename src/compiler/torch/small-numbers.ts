import { elementCount } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';
import { constantNumbers } from '../graph/evaluate.ts';
import type { Graph, ValueId } from '../graph/graph.ts';
import { shortestFloat32 } from './shortest-float32.ts';

/** A constant that becomes arguments of a call; more elements than this belong into a tensor. */
const MAX_ELEMENTS = 65_536;

/** The elements of a small constant. int64 past 2⁵³ comes rounded (ONNX writes INT64_MAX for "to the end"). */
export function smallNumbers(graph: Graph, id: ValueId): readonly number[] {
  const value = graph.values.get(id);
  const count = elementCount((value?.shape ?? []) as readonly number[]);
  if (count > MAX_ELEMENTS) {
    const what = `a constant of ${count} elements where at most ${MAX_ELEMENTS} are expected`;
    throw new TorchliftError('unsupported', { what, where: value?.name ?? 'a constant' });
  }
  const numbers = constantNumbers(graph, id);
  return value?.dtype === 'float32' ? numbers.map(shortestFloat32) : numbers;
}
