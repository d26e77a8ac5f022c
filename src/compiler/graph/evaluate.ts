import type { DType } from '../../core/dtypes.ts';
import { elementCount } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import { normalizeAxis, staticShape } from './dims.ts';
import { binary, isBinaryOp, isUnaryOp, unary } from './evaluate/arithmetic.ts';
import { concatViews, gatherView, padView } from './evaluate/assemble.ts';
import { castView, numericView, roundView } from './evaluate/convert.ts';
import { contiguousView, materialize, reshapeView, storageOf, type View } from './evaluate/view.ts';
import type { Graph, Node, ValueId } from './graph.ts';
import { dtypeOfOnnxCode } from './onnx-dtypes.ts';
import { intAttribute, intsAttribute } from './operators/read.ts';
import { sliceRange } from './operators/slice.ts';

/** A tensor in memory: raw little-endian elements in C order. The caller must not write to `data`: it may be the source's own. */
export interface ConstantTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

interface Constants {
  readonly producers: ReadonlyMap<ValueId, Node>;
  readonly constant: ReadonlySet<ValueId>;
  /** Constants that several nodes read. */
  readonly shared: ReadonlySet<ValueId>;
}

const CACHE = new WeakMap<Graph, Constants>();

const LAYOUT_OPS = new Set([
  'Cast',
  'Concat',
  'Expand',
  'Flatten',
  'Gather',
  'Identity',
  'Pad',
  'Reshape',
  'Slice',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Does this operator over constants have a value before the model runs? */
function canEvaluate(op: string): boolean {
  return LAYOUT_OPS.has(op) || isUnaryOp(op) || isBinaryOp(op);
}

/** A weight, or computed from weights alone by operators that `evaluateConstant` knows. Found once for a graph. */
export function isConstant(graph: Graph, value: ValueId): boolean {
  return constantsOf(graph).constant.has(value);
}

/**
 * The elements of a constant expression: a weight, or layout changes and arithmetic over weights. Moves of layout collapse into one
 * copy; arithmetic runs in doubles and is rounded once to the value's dtype. Nothing outlives the call.
 */
export function evaluateConstant(graph: Graph, value: ValueId): ConstantTensor {
  invariant(isConstant(graph, value), `value ${value} (${graph.values.get(value)?.name}) is not constant`);
  const view = roundView(new Evaluation(graph).view(value, false));
  const elements = materialize(view);
  return { dtype: view.dtype, shape: view.shape, data: new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength) };
}

/** The numbers of a small constant: an axis list, a shape, an alpha. */
export function constantNumbers(graph: Graph, value: ValueId): readonly number[] {
  return numbersOf(new Evaluation(graph).view(value, false));
}

function constantsOf(graph: Graph): Constants {
  const cached = CACHE.get(graph);
  if (cached !== undefined) return cached;
  const producers = new Map<ValueId, Node>();
  const constant = new Set<ValueId>(graph.weights.keys());
  const read = new Set<ValueId>();
  const shared = new Set<ValueId>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) producers.set(output, node);
    if (!canEvaluate(node.op) || !node.inputs.every((input) => input === null || constant.has(input))) continue;
    for (const output of node.outputs) constant.add(output);
    for (const input of node.inputs) if (input !== null) (read.has(input) ? shared : read).add(input);
  }
  const result = { producers, constant, shared };
  CACHE.set(graph, result);
  return result;
}

/** One evaluation; remembers, until it ends, what several nodes read. */
class Evaluation {
  readonly #graph: Graph;
  readonly #constants: Constants;
  readonly #known = new Map<string, View>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#constants = constantsOf(graph);
  }

  /** `wide`: floats of arithmetic may stay doubles, because more arithmetic follows. */
  view(value: ValueId, wide: boolean): View {
    if (!this.#constants.shared.has(value)) return this.#compute(value, wide);
    const key = `${value}:${wide}`;
    const known = this.#known.get(key) ?? this.#compute(value, wide);
    this.#known.set(key, known);
    return known;
  }

  #compute(value: ValueId, wide: boolean): View {
    const weight = this.#graph.weights.get(value);
    if (weight !== undefined) return sourceView(weight.source);
    const node = this.#constants.producers.get(value);
    const shape = staticShape(this.#graph.values.get(value)?.shape ?? ['?']);
    invariant(node !== undefined && shape !== undefined, `value ${value} has no static shape or nothing makes it`);
    const operand = (index: number, operandWide: boolean): View => {
      const input = node.inputs[index];
      invariant(input !== null && input !== undefined, `${node.name}: input ${index} is missing`);
      return this.view(input, operandWide);
    };
    return applyNode(node, shape, operand, wide);
  }
}

function sourceView(source: TensorSource): View {
  const { dtype, shape, place } = source;
  const bytes = source.read();
  const data = storageOf(bytes, dtype);
  invariant(data.length === elementCount(shape), `${place}: ${bytes.byteLength} bytes for ${dtype} [${shape.join(', ')}]`);
  return contiguousView(data, dtype, shape);
}

type Operand = (index: number, wide: boolean) => View;

function applyNode(node: Node, shape: readonly number[], operand: Operand, wide: boolean): View {
  const { op } = node;
  const integers = (index: number): readonly number[] | undefined => (node.inputs[index] == null ? undefined : numbersOf(operand(index, false)));
  if (isUnaryOp(op)) return unary(op, operand(0, true), wide);
  if (isBinaryOp(op)) {
    // Max and Min take any number of operands.
    let folded = operand(0, true);
    for (let index = 1; index < node.inputs.length; index++) {
      folded = binary(op, folded, operand(index, true), wide || index < node.inputs.length - 1);
    }
    return folded;
  }
  switch (op) {
    case 'Identity':
      return operand(0, wide);
    case 'Transpose': {
      const view = operand(0, wide);
      const perm = intsAttribute(node.attributes, 'perm') ?? [];
      const pick = (list: readonly number[]): number[] => perm.map((axis) => list[axis] as number);
      return { ...view, shape: pick(view.shape), strides: pick(view.strides) };
    }
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
    case 'Flatten':
      return reshapeView(operand(0, wide), shape);
    case 'Cast':
      return castView(operand(0, false), dtypeOfOnnxCode(intAttribute(node.attributes, 'to'), node.name));
    case 'Expand': {
      const view = operand(0, wide);
      const missing = shape.length - view.shape.length;
      const strides = shape.map((_, axis) => (axis < missing || view.shape[axis - missing] === 1 ? 0 : (view.strides[axis - missing] as number)));
      return { ...view, shape, strides };
    }
    case 'Slice':
      return sliceView(operand(0, wide), node, integers);
    case 'Concat': {
      const views = equallyWide(node.inputs.map((_, index) => operand(index, wide)));
      return concatViews(views, normalizeAxis(intAttribute(node.attributes, 'axis'), views[0]?.shape.length ?? 0, node.name));
    }
    case 'Gather': {
      const view = operand(0, wide);
      const indices = operand(1, false);
      const axis = normalizeAxis(intAttribute(node.attributes, 'axis'), view.shape.length, node.name);
      return gatherView(view, numbersOf(indices), indices.shape, axis);
    }
    case 'Pad': {
      invariant(node.attributes.mode === 'constant', `${node.name}: padding ${node.attributes.mode} of a constant`);
      const view = operand(0, wide);
      const axes = integers(3) ?? [...view.shape.keys()];
      const given = integers(1) ?? [];
      const pads = view.shape.map((_, axis): readonly [number, number] => {
        const at = axes.findIndex((candidate) => normalizeAxis(candidate, view.shape.length, node.name) === axis);
        return at < 0 ? [0, 0] : [given[at] ?? 0, given[at + axes.length] ?? 0];
      });
      return padView(view, pads, integers(2)?.[0] ?? 0);
    }
    default:
      invariant(false, `${node.name}: ${op} can't be evaluated`);
  }
}

function numbersOf(view: View): readonly number[] {
  return Array.from(materialize(numericView(view)) as ArrayLike<number>);
}

function equallyWide(views: readonly View[]): readonly View[] {
  return views.every((view) => view.wide) ? views : views.map(roundView);
}

function sliceView(view: View, node: Node, integers: (index: number) => readonly number[] | undefined): View {
  const starts = integers(1) ?? [];
  const ends = integers(2) ?? [];
  const axes = integers(3) ?? [...starts.keys()];
  const shape = [...view.shape];
  const strides = [...view.strides];
  let { offset } = view;
  axes.forEach((given, index) => {
    const axis = normalizeAxis(given, view.shape.length, node.name);
    const step = integers(4)?.[index] ?? 1;
    const { start, count } = sliceRange(view.shape[axis] as number, starts[index] as number, ends[index] as number, step);
    const stride = view.strides[axis] as number;
    if (count > 0) offset += start * stride;
    shape[axis] = count;
    strides[axis] = stride * step;
  });
  return { ...view, shape, strides, offset };
}
