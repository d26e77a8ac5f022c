import type { GraphBuilder } from '../builder.ts';
import { isConstant } from '../evaluate.ts';
import type { Graph, Node, ValueId } from '../graph.ts';
import { intAttribute } from '../operators/read.ts';
import type { Uses } from '../uses.ts';
import { type Fusion, fuseNodes } from './fusion.ts';
import type { Pass } from './pass.ts';
import type { Rewriter } from './rewriter.ts';

/**
 * Inference: y = (x − μ)·γ/√(σ² + ε) + β is a factor and a summand for each channel. Behind a Conv, ConvTranspose, Gemm or MatMul that
 * nobody else reads they go into its kernel and bias, elsewhere they become a Mul and an Add. All as expressions over constants,
 * computed in doubles when an artefact is written. A convolution that took one in has no value of its own any more: its call is
 * absorbed by the BatchNormalization's.
 */
export const foldBatchNormalization: Pass = {
  name: 'fold-batch-normalization',
  run(graph) {
    const folded = intoProducers(graph);
    return fuseNodes(folded, (node) => (isFoldable(folded, node) ? { swallowed: [], emit: scaleAndShift(node) } : undefined));
  },
};

/** First those that a producer takes in. */
function intoProducers(graph: Graph): Graph {
  return fuseNodes(graph, (node, uses) => {
    const producer = isFoldable(graph, node) ? producerThatTakesIn(graph, node, uses) : undefined;
    return producer === undefined ? undefined : { swallowed: [producer], emit: foldInto(producer, node) };
  });
}

function isFoldable(graph: Graph, node: Node): boolean {
  if (node.op !== 'BatchNormalization' || node.outputs.length > 1 || intAttribute(node.attributes, 'training_mode') === 1) return false;
  return node.inputs.slice(1).every((input) => {
    const dtype = input === null || !isConstant(graph, input) ? undefined : graph.values.get(input)?.dtype;
    return dtype === 'float32' || dtype === 'float64';
  });
}

function producerThatTakesIn(graph: Graph, node: Node, uses: Uses): Node | undefined {
  const input = node.inputs[0] as ValueId;
  const producer = uses.producers.get(input);
  const [, kernel, bias] = producer?.inputs ?? [];
  if (producer === undefined || kernel == null || !isConstant(graph, kernel)) return undefined;
  if (bias != null && (!isConstant(graph, bias) || graph.values.get(bias)?.shape.length !== 1)) return undefined;
  switch (producer.op) {
    case 'Conv':
      return producer;
    case 'ConvTranspose':
      // Output channels are spread over two axes of the kernel where there are groups.
      return intAttribute(producer.attributes, 'group') === 1 ? producer : undefined;
    case 'Gemm':
      return intAttribute(producer.attributes, 'alpha') === 1 && intAttribute(producer.attributes, 'beta') === 1 ? producer : undefined;
    case 'MatMul':
      // BatchNormalization's channels are axis 1: the product's columns for a matrix only.
      return graph.values.get(input)?.shape.length === 2 && graph.values.get(kernel)?.shape.length === 2 ? producer : undefined;
    default:
      return undefined;
  }
}

interface Affine {
  readonly scale: ValueId;
  /** β − μ·scale. */
  readonly shift: ValueId;
}

/** [C] each, over constants. */
function affine(node: Node, rewriter: Rewriter): Affine {
  const [gamma, beta, mean, variance] = node.inputs.slice(1).map((input) => rewriter.value(input as ValueId)) as [ValueId, ValueId, ValueId, ValueId];
  const { builder } = rewriter;
  const { dtype } = builder.value(variance);
  const epsilon = builder.constant(intAttribute(node.attributes, 'epsilon'), { dtype, name: 'epsilon' });
  const operate = (op: string, inputs: readonly ValueId[]): ValueId => builder.node(op, inputs, { name: `${node.name}_${op.toLowerCase()}` });
  const scale = operate('Div', [gamma, operate('Sqrt', [operate('Add', [variance, epsilon])])]);
  return { scale, shift: operate('Sub', [beta, operate('Mul', [mean, scale])]) };
}

function scaleAndShift(node: Node): Fusion['emit'] {
  return (rewriter, options) => {
    const { builder } = rewriter;
    const x = rewriter.value(node.inputs[0] as ValueId);
    const rank = builder.shape(x).length;
    const { scale, shift } = affine(node, rewriter);
    const product = builder.node('Mul', [x, alongChannels(scale, rank - 1, 0, builder)], { name: node.name, calls: options.calls });
    return builder.node('Add', [product, alongChannels(shift, rank - 1, 0, builder)], { name: node.name, ...options });
  };
}

/** [C] as a tensor of `rank` axes with C on `axis` and ones elsewhere. */
function alongChannels(vector: ValueId, rank: number, axis: number, builder: GraphBuilder): ValueId {
  if (rank <= 1) return vector;
  const shape = Array.from({ length: rank }, (_, at) => (at === axis ? -1 : 1));
  return builder.node('Reshape', [vector, builder.constant(shape)], { name: builder.value(vector).name });
}

function foldInto(producer: Node, node: Node): Fusion['emit'] {
  return (rewriter, options) => {
    const { builder } = rewriter;
    const [x, kernel, bias] = rewriter.inputs(producer) as [ValueId, ValueId, ValueId | null | undefined];
    const { scale, shift } = affine(node, rewriter);
    const operate = (op: string, inputs: readonly ValueId[]): ValueId => builder.node(op, inputs, { name: `${producer.name}_${op.toLowerCase()}` });
    // Where output channels stand in the kernel: Conv [M, C, …], ConvTranspose [C, M, …], Gemm [in, out] or transposed, MatMul [in, out].
    const isTransposed = producer.op === 'Gemm' && intAttribute(producer.attributes, 'transB') === 1;
    const axis = producer.op === 'Conv' || isTransposed ? 0 : 1;
    const folded = operate('Mul', [kernel, alongChannels(scale, builder.shape(kernel).length, axis, builder)]);
    const summand = bias == null ? shift : operate('Add', [shift, operate('Mul', [bias, scale])]);
    const { name, attributes } = producer;
    if (producer.op !== 'MatMul') return builder.node(producer.op, [x, folded, summand], { ...options, name, attributes });
    // Gemm reads the columns transposed: the form that torch's linear takes.
    const columns = builder.node('Transpose', [folded], { name, attributes: { perm: [1, 0] } });
    return builder.node('Gemm', [x, columns, summand], { ...options, name, attributes: { transB: 1 } });
  };
}
