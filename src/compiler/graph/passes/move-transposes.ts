import { isConstant } from '../evaluate.ts';
import type { Graph, Node, ValueId } from '../graph.ts';
import { intsAttribute } from '../operators/read.ts';
import { findUses } from '../uses.ts';
import { argumentRule, axisAttributeRule, concatRule, gatherRule, reductionRule } from './move-transposes/axis-rules.ts';
import { broadcastRule } from './move-transposes/broadcast-rule.ts';
import { elementwiseRule } from './move-transposes/elementwise-rule.ts';
import { type LayoutPolicy, LayoutState } from './move-transposes/layout-state.ts';
import { batchNormalizationRule, einsumRule, gemmRule, layerNormalizationRule, matmulRule } from './move-transposes/matrix-rules.ts';
import { permute } from './move-transposes/permutation.ts';
import { reshapeRule } from './move-transposes/reshape-rule.ts';
import type { Rule } from './move-transposes/rule.ts';
import { padRule, resizeRule, sizesRule, sliceRule } from './move-transposes/window-rules.ts';
import type { Pass } from './pass.ts';

/**
 * The layout pass. Importers write the framework's axis order (NHWC), with Transposes around what ONNX wants channels first; this
 * carries every value in the order in which it is computed, lets opposite Transposes cancel, and puts axes back only where a node or
 * an output needs it. A Dense after a Flatten gets its kernel's rows reordered instead. Weights stay in the file: what they need is
 * written as nodes over constants.
 *
 * Several ways of placing what is left are tried; the one with the fewest Transposes is taken.
 */
export const moveTransposes: Pass = {
  name: 'move-transposes',
  run(graph) {
    const before = countTransposes(graph);
    if (before === 0) return graph;
    const best = choose(graph);
    return best.count <= before ? best.graph : graph;
  },
};

/** Transposes of anything but constants: what a model pays for at run time. */
export function countTransposes(graph: Graph): number {
  return graph.nodes.filter((node) => node.op === 'Transpose' && !node.outputs.some((output) => isConstant(graph, output))).length;
}

/** More inputs than this are hoisted together or not at all: each single trial is a run over the graph. */
const MAX_SINGLE_TRIALS = 4;

interface Trial {
  readonly graph: Graph;
  readonly count: number;
}

function choose(graph: Graph): Trial {
  const images = [...graph.inputs.keys()].filter((index) => (graph.values.get(graph.inputs[index]?.value as ValueId)?.shape.length ?? 0) >= 3);
  const run = (hoisted: readonly number[], prefer: LayoutPolicy['prefer']): Trial => {
    const moved = move(graph, { hoisted: new Set(hoisted), prefer });
    return { graph: moved, count: countTransposes(moved) };
  };
  // On equal counts the earlier trial stays: a Transpose at the input reads best.
  let best = run(images, 'moved');
  const consider = (trial: Trial): void => {
    if (trial.count < best.count) best = trial;
  };
  // Each image that a convolution reads costs one, wherever that is.
  const least = images.filter((index) => isReadChannelsFirst(graph, graph.inputs[index]?.value as ValueId)).length;
  if (best.count <= least) return best;
  if (images.length > 0) consider(run([], 'moved'));
  if (best.count <= 1) return best;
  consider(run(images, 'plain'));
  consider(run([], 'plain'));
  if (images.length > 1 && images.length <= MAX_SINGLE_TRIALS) for (const image of images) consider(run([image], 'moved'));
  return best;
}

const CHANNELS_FIRST = new Set(['AveragePool', 'BatchNormalization', 'Conv', 'ConvTranspose', 'MaxPool']);

/** Does a Transpose of this input, or of what is made of it element by element, feed a node that works channels first? */
function isReadChannelsFirst(graph: Graph, input: ValueId): boolean {
  const uses = findUses(graph);
  const reached = new Set<ValueId>([input]);
  for (const value of reached) {
    for (const node of uses.consumers(value)) {
      const [output] = node.outputs;
      if (output === undefined) continue;
      if (node.op === 'Transpose') {
        if (uses.consumers(output).some((reader) => CHANNELS_FIRST.has(reader.op))) return true;
      } else if (RULES[node.op] === elementwiseRule || RULES[node.op] === broadcastRule || node.op === 'Pad') reached.add(output);
    }
  }
  return false;
}

function move(graph: Graph, policy: LayoutPolicy): Graph {
  const state = new LayoutState(graph, policy);
  for (const node of graph.nodes) {
    const isOfConstants = node.outputs.every((output) => isConstant(graph, output));
    const placements = isOfConstants ? undefined : RULES[node.op]?.(node, state);
    if (placements !== undefined) {
      node.outputs.forEach((output, index) => {
        const placement = placements[index];
        if (placement !== undefined) state.place(output, placement);
      });
      continue;
    }
    const outputs = state.rewriter.copy(node, state.plainInputs(node));
    node.outputs.forEach((output, index) => {
      const value = outputs[index];
      if (value !== undefined) state.placeInOrder(output, value);
    });
  }
  return state.finish();
}

/** No node at all: axis i of the result is axis perm[i] of the operand, wherever that is. */
const transposeRule: Rule = (node: Node, state) => {
  const [input] = node.inputs;
  if (input == null) return undefined;
  const placement = state.placement(input);
  const perm = intsAttribute(node.attributes, 'perm') ?? [];
  if (placement.kind === 'axes') return [{ ...placement, perm: permute(placement.perm, perm) }];
  return [{ kind: 'axes', base: state.plain(input), perm }];
};

const RULES: Readonly<Record<string, Rule>> = {
  Abs: elementwiseRule,
  Add: broadcastRule,
  And: broadcastRule,
  ArgMax: argumentRule,
  ArgMin: argumentRule,
  BatchNormalization: batchNormalizationRule,
  Cast: elementwiseRule,
  Ceil: elementwiseRule,
  Celu: elementwiseRule,
  Clip: elementwiseRule,
  Concat: concatRule,
  Cos: elementwiseRule,
  Div: broadcastRule,
  Dropout: elementwiseRule,
  Einsum: einsumRule,
  Elu: elementwiseRule,
  Equal: broadcastRule,
  Erf: elementwiseRule,
  Exp: elementwiseRule,
  Expand: sizesRule,
  Flatten: reshapeRule,
  Floor: elementwiseRule,
  Gather: gatherRule,
  Gelu: elementwiseRule,
  Gemm: gemmRule,
  Greater: broadcastRule,
  GreaterOrEqual: broadcastRule,
  HardSigmoid: elementwiseRule,
  HardSwish: elementwiseRule,
  Identity: elementwiseRule,
  LayerNormalization: layerNormalizationRule,
  LeakyRelu: elementwiseRule,
  Less: broadcastRule,
  LessOrEqual: broadcastRule,
  Log: elementwiseRule,
  LogSoftmax: axisAttributeRule,
  MatMul: matmulRule,
  Max: broadcastRule,
  Mean: broadcastRule,
  Min: broadcastRule,
  Mish: elementwiseRule,
  Mod: broadcastRule,
  Mul: broadcastRule,
  Neg: elementwiseRule,
  Not: elementwiseRule,
  Or: broadcastRule,
  PRelu: broadcastRule,
  Pad: padRule,
  Pow: broadcastRule,
  Reciprocal: elementwiseRule,
  ReduceL1: reductionRule,
  ReduceL2: reductionRule,
  ReduceMax: reductionRule,
  ReduceMean: reductionRule,
  ReduceMin: reductionRule,
  ReduceProd: reductionRule,
  ReduceSum: reductionRule,
  ReduceSumSquare: reductionRule,
  Relu: elementwiseRule,
  Reshape: reshapeRule,
  Resize: resizeRule,
  Round: elementwiseRule,
  Selu: elementwiseRule,
  Sigmoid: elementwiseRule,
  Sign: elementwiseRule,
  Sin: elementwiseRule,
  Slice: sliceRule,
  Softmax: axisAttributeRule,
  Softplus: elementwiseRule,
  Softsign: elementwiseRule,
  Split: axisAttributeRule,
  Sqrt: elementwiseRule,
  Squeeze: reshapeRule,
  Sub: broadcastRule,
  Sum: broadcastRule,
  Tanh: elementwiseRule,
  ThresholdedRelu: elementwiseRule,
  Tile: sizesRule,
  Transpose: transposeRule,
  Unsqueeze: reshapeRule,
  Where: broadcastRule,
  Xor: broadcastRule,
};
