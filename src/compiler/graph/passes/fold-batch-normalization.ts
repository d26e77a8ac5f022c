import { isFloat } from '../../../core/dtypes.ts';
import type { GraphBuilder } from '../builder.ts';
import { isConstant } from '../evaluate.ts';
import type { CallId, Graph, Node, ValueId } from '../graph.ts';
import { intAttribute } from '../operators/read.ts';
import { findUses, type Uses } from '../uses.ts';
import type { Pass } from './pass.ts';
import { type Rewriter, rewriteGraph } from './rewriter.ts';

/**
 * Inference: y = (x − μ)·γ/√(σ² + ε) + β is a factor and a summand for each channel. Behind a Conv, ConvTranspose, Gemm or MatMul that
 * nobody else reads they go into its kernel and bias, elsewhere they become a Mul and an Add. All as expressions over constants,
 * computed in doubles when an artefact is written. A convolution that took one in has no value of its own any more: its call is
 * absorbed by the BatchNormalization's.
 */
export const foldBatchNormalization: Pass = {
  name: 'fold-batch-normalization',
  run(graph) {
    const uses = findUses(graph);
    /** Producers that take a BatchNormalization in, by their output; emitted where the BatchNormalization stood. */
    const absorbed = new Map<ValueId, Node>();
    for (const node of graph.nodes) {
      const producer = isFoldable(graph, node) ? producerThatTakesIn(graph, node, uses) : undefined;
      if (producer !== undefined) absorbed.set(node.outputs[0] as ValueId, producer);
    }
    if (!graph.nodes.some((node) => isFoldable(graph, node))) return graph;
    const skipped = new Set(absorbed.values());
    return rewriteGraph(graph, (node, rewriter) => {
      // Nothing reads it but the BatchNormalization, which is where it is written.
      if (skipped.has(node)) return [];
      if (!isFoldable(graph, node)) return undefined;
      const producer = absorbed.get(node.outputs[0] as ValueId);
      if (producer === undefined) return [scaleAndShift(node, rewriter)];
      redirectTaps(producer, node, uses, rewriter);
      return [foldInto(producer, node, rewriter)];
    });
  },
};

function isFoldable(graph: Graph, node: Node): boolean {
  if (node.op !== 'BatchNormalization' || node.outputs.length > 1 || intAttribute(node.attributes, 'training_mode') === 1) return false;
  const parameters = node.inputs.slice(1);
  return parameters.every((input) => input !== null && isConstant(graph, input) && isFloat(graph.values.get(input)?.dtype ?? 'bool'));
}

function producerThatTakesIn(graph: Graph, node: Node, uses: Uses): Node | undefined {
  const input = node.inputs[0] as ValueId;
  const producer = uses.producers.get(input);
  const [, kernel, bias] = producer?.inputs ?? [];
  if (producer === undefined || kernel == null || !isConstant(graph, kernel)) return undefined;
  if (bias != null && (!isConstant(graph, bias) || graph.values.get(bias)?.shape.length !== 1)) return undefined;
  if (uses.consumers(input).length !== 1 || uses.isOutput(input)) return undefined;
  // A tap on the swallowed value must be able to point at the call that swallows it.
  if (uses.taps(input).length > 0 && absorber(node, uses) === undefined) return undefined;
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

/** The call that gives the BatchNormalization's value. */
function absorber(node: Node, uses: Uses): CallId | undefined {
  return uses.taps(node.outputs[0] as ValueId)[0];
}

function redirectTaps(producer: Node, node: Node, uses: Uses, rewriter: Rewriter): void {
  const absorbedBy = absorber(node, uses);
  if (absorbedBy !== undefined) for (const call of uses.taps(producer.outputs[0] as ValueId)) rewriter.redirectTap(call, { absorbedBy });
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

function scaleAndShift(node: Node, rewriter: Rewriter): ValueId {
  const { builder } = rewriter;
  const x = rewriter.value(node.inputs[0] as ValueId);
  const rank = builder.shape(x).length;
  const { scale, shift } = affine(node, rewriter);
  const options = { name: node.name, calls: node.calls };
  const product = builder.node('Mul', [x, alongChannels(scale, rank - 1, 0, builder)], options);
  return builder.node('Add', [product, alongChannels(shift, rank - 1, 0, builder)], {
    ...options,
    outputNames: [rewriter.oldValue(node.outputs[0] as ValueId).name],
  });
}

/** [C] as a tensor of `rank` axes with C on `axis` and ones elsewhere. */
function alongChannels(vector: ValueId, rank: number, axis: number, builder: GraphBuilder): ValueId {
  if (rank <= 1) return vector;
  const shape = Array.from({ length: rank }, (_, at) => (at === axis ? -1 : 1));
  return builder.node('Reshape', [vector, builder.constant(shape)], { name: builder.value(vector).name });
}

function foldInto(producer: Node, node: Node, rewriter: Rewriter): ValueId {
  const { builder } = rewriter;
  const [x, kernel, bias] = rewriter.inputs(producer) as [ValueId, ValueId, ValueId | null | undefined];
  const { scale, shift } = affine(node, rewriter);
  const operate = (op: string, inputs: readonly ValueId[]): ValueId => builder.node(op, inputs, { name: `${producer.name}_${op.toLowerCase()}` });
  // Where output channels stand in the kernel: Conv [M, C, …], ConvTranspose [C, M, …], Gemm [in, out] or transposed, MatMul [in, out].
  const isTransposed = producer.op === 'Gemm' && intAttribute(producer.attributes, 'transB') === 1;
  const axis = producer.op === 'Conv' || isTransposed ? 0 : 1;
  const folded = operate('Mul', [kernel, alongChannels(scale, builder.shape(kernel).length, axis, builder)]);
  const summand = bias == null ? shift : operate('Add', [shift, operate('Mul', [bias, scale])]);
  const options = {
    name: producer.name,
    calls: [...new Set([...producer.calls, ...node.calls])],
    outputNames: [rewriter.oldValue(node.outputs[0] as ValueId).name],
  };
  if (producer.op !== 'MatMul') return builder.node(producer.op, [x, folded, summand], { ...options, attributes: producer.attributes });
  // Gemm reads the columns transposed: the form that torch's linear takes.
  const columns = builder.node('Transpose', [folded], { name: producer.name, attributes: { perm: [1, 0] } });
  return builder.node('Gemm', [x, columns, summand], { ...options, attributes: { transB: 1 } });
}
