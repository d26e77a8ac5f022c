import { constantNumbers, isConstant } from '../../graph/evaluate.ts';
import type { Graph, Node, ValueId } from '../../graph/graph.ts';
import type { Operand } from '../argument.ts';
import { defineLowering, type Lowering, type LoweringContext } from '../lowering.ts';

/** What `findSharedDropouts` recognised: how to lower the Mul, and the nodes that go with it. */
export interface SharedDropouts {
  readonly lowerings: ReadonlyMap<Node, Lowering>;
  readonly absorbed: ReadonlySet<Node>;
}

interface Match {
  /** Index of the Mul's input that is dropped from. */
  readonly data: 0 | 1;
  readonly dropout: Node | undefined;
  /** Axes of the data that have draws of their own. */
  readonly axes: readonly number[];
  readonly nodes: readonly Node[];
}

/**
 * `x · Dropout(Expand(1, Concat(Shape(x)[0:k], 1…)))`, Transposes anywhere between: dropout with one draw for whole channels
 * (SpatialDropout) or whole rows of the batch (StochasticDepth). torch's `feature_dropout` draws for the first two axes.
 */
export function findSharedDropouts(graph: Graph): SharedDropouts {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const readers = new Map<ValueId, Node[]>();
  for (const node of graph.nodes) for (const input of node.inputs) if (input !== null) readers.set(input, [...(readers.get(input) ?? []), node]);
  const lowerings = new Map<Node, Lowering>();
  const absorbed = new Set<Node>();
  for (const node of graph.nodes) {
    if (node.op !== 'Mul') continue;
    const match = matchSide(graph, producers, node, 0) ?? matchSide(graph, producers, node, 1);
    if (match === undefined) continue;
    lowerings.set(node, lowering(node, match));
    const inside = new Set([node, ...match.nodes]);
    for (const one of match.nodes) if (one.outputs.every((output) => readers.get(output)?.every((reader) => inside.has(reader)))) absorbed.add(one);
  }
  return { lowerings, absorbed };
}

type Producers = ReadonlyMap<ValueId, Node>;

function matchSide(graph: Graph, producers: Producers, mul: Node, data: 0 | 1): Match | undefined {
  const [x, mask] = [mul.inputs[data], mul.inputs[1 - data]];
  if (x === null || x === undefined || mask === null || mask === undefined) return undefined;
  const nodes: Node[] = [];
  const perms: (readonly number[])[] = [];
  let dropout: Node | undefined;
  let current = producers.get(mask);
  for (; current?.op === 'Transpose' || current?.op === 'Dropout'; current = producers.get(current.inputs[0] as ValueId)) {
    nodes.push(current);
    if (current.op === 'Transpose') perms.push(current.attributes.perm as readonly number[]);
    else if (dropout !== undefined) return undefined;
    else dropout = current;
  }
  if (current?.op !== 'Expand') return undefined;
  const [ones, sizes] = current.inputs as readonly ValueId[];
  if (ones === undefined || sizes === undefined || isConstant(graph, sizes) || !isConstant(graph, ones)) return undefined;
  if (graph.weights.get(ones)?.kind !== 'constant' || !constantNumbers(graph, ones).every((one) => one === 1)) return undefined;
  nodes.push(current);
  const drawn = drawnAxes(graph, producers, sizes, rootOf(producers, x), nodes);
  if (drawn === undefined) return undefined;
  const seen = perms.reduceRight((flags, perm) => perm.map((axis) => flags[axis] as boolean), drawn);
  return { data, dropout, axes: seen.flatMap((flag, axis) => (flag ? [axis] : [])), nodes };
}

/** For each axis of the mask whether it has the data's own size; undefined where the shape says anything else. */
function drawnAxes(graph: Graph, producers: Producers, sizes: ValueId, root: ValueId, nodes: Node[]): readonly boolean[] | undefined {
  const concat = producers.get(sizes);
  const parts = concat?.op === 'Concat' ? concat.inputs : [sizes];
  const flags: boolean[] = [];
  for (const part of parts) {
    if (part === null) return undefined;
    const shape = producers.get(part);
    if (isConstant(graph, part)) {
      const numbers = constantNumbers(graph, part);
      if (!numbers.every((size) => size === 1)) return undefined;
      flags.push(...numbers.map(() => false));
    } else if (shape?.op === 'Shape' && rootOf(producers, shape.inputs[0] as ValueId) === root) {
      const count = graph.values.get(part)?.shape[0];
      if (typeof count !== 'number') return undefined;
      flags.push(...Array<boolean>(count).fill(true));
      nodes.push(shape);
    } else return undefined;
  }
  if (concat?.op === 'Concat') nodes.push(concat);
  return flags;
}

/** The value before Transposes: the same elements. */
function rootOf(producers: Producers, value: ValueId): ValueId {
  const node = producers.get(value);
  return node?.op === 'Transpose' ? rootOf(producers, node.inputs[0] as ValueId) : value;
}

function lowering(mul: Node, { data, dropout, axes }: Match): Lowering {
  return defineLowering({
    op: mul.op,
    since: mul.since,
    lower(_node, context) {
      const input = context.tensor(data);
      if (dropout === undefined || context.training.kind !== 'training') return input;
      const p = dropout.inputs[1] === null || dropout.inputs[1] === undefined ? 0.5 : (context.numbersOf(dropout.inputs[1])?.[0] ?? 0.5);
      return emitDropout(context, input, axes, p, context.value(data).shape);
    },
  });
}

function emitDropout(context: LoweringContext, input: Operand, axes: readonly number[], p: number, shape: readonly (number | string)[]): Operand {
  if (axes.length === shape.length) return context.emit('dropout', [input, p, context.training]);
  const [first, second, ...more] = axes;
  if (first !== 0 || more.length > 0) return context.unsupported(`dropout with draws along the axes ${axes.join(', ')}`);
  if (second === undefined) {
    // One draw for each row: the batch stands where channels do.
    const rows = context.emit('unsqueeze', [input, 0], { shape: [1, ...shape] });
    return context.emit('squeeze', [context.emit('feature_dropout', [rows, p, context.training], { shape: [1, ...shape] }), 0]);
  }
  if (second === 1) return context.emit('feature_dropout', [input, p, context.training]);
  const swapped = shape.with(1, shape[second] as number).with(second, shape[1] as number);
  const channels = context.emit('transpose', [input, 1, second], { shape: swapped });
  return context.emit('transpose', [context.emit('feature_dropout', [channels, p, context.training], { shape: swapped }), 1, second]);
}
