import type { AbsorbedRecord, CallRecord, OutputRecord, PortRecord, WeightRecord } from '../bundle/manifest.ts';
import type { Call, CallId, Graph, GraphPort, Node, ValueId } from '../compiler/graph/graph.ts';
import type { Program } from '../compiler/torch/program.ts';
import { invariant } from '../core/errors.ts';

/** Inputs or outputs as the manifest lists them. An image is what has four axes and 1, 3 or 4 channels at one end. */
export function portRecords(graph: Graph, ports: readonly GraphPort[]): readonly PortRecord[] {
  return ports.map(({ name, value }) => {
    const { dtype, shape } = graphValue(graph, value);
    const isChannels = (size: number | string | undefined) => size === 1 || size === 3 || size === 4;
    const layout = shape.length !== 4 ? null : isChannels(shape[3]) ? 'NHWC' : isChannels(shape[1]) ? 'NCHW' : null;
    return { name, dtype, shape, layout };
  });
}

/** Outputs with the kind of their scores, which decides how a decision is read from them. */
export function outputRecords(graph: Graph): readonly OutputRecord[] {
  const producers = producersOf(graph);
  return portRecords(graph, graph.outputs).map((port, index) => {
    const { value } = graph.outputs[index] as GraphPort;
    return { ...port, head: headOf(graph, value, producers) };
  });
}

/** What only moves or renames scores. */
const TRANSPARENT: readonly string[] = ['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];
/** What leaves numbers of any size: the end of a Dense without activation. */
const LINEAR: readonly string[] = ['MatMul', 'Gemm', 'Add'];

function headOf(graph: Graph, value: ValueId, producers: ReadonlyMap<ValueId, Node>): NonNullable<OutputRecord['head']> | null {
  let node = producers.get(value);
  while (node !== undefined && TRANSPARENT.includes(node.op)) node = producers.get(node.inputs[0] as ValueId);
  if (node === undefined) return null;
  if (node.op === 'Sigmoid') return 'sigmoid';
  if (LINEAR.includes(node.op)) return 'linear';
  // Over another axis than the last it isn't a choice between the classes.
  const rank = graphValue(graph, node.outputs[0] as ValueId).shape.length;
  const axis = node.attributes.axis ?? -1;
  return node.op === 'Softmax' && (axis === -1 || axis === rank - 1) ? 'softmax' : null;
}

function producersOf(graph: Graph): ReadonlyMap<ValueId, Node> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
}

/** Every source weight with its `state_dict` key and what was done to its layout on the way there. */
export function weightRecords(graph: Graph, program: Program): readonly WeightRecord[] {
  const producers = producersOf(graph);
  return program.state
    .filter(({ kind }) => kind !== 'constant')
    .map(({ key, value, shape, dtype, trainable }) => {
      const layoutChange: string[] = [];
      let root = value;
      for (let node = producers.get(root); node !== undefined; node = producers.get(root)) {
        layoutChange.unshift(describe(graph, node));
        root = node.inputs[0] as ValueId;
      }
      const weight = graph.weights.get(root);
      invariant(weight !== undefined, `${key} comes from no weight`);
      return { source: weight.sourceName ?? key, key, sourceShape: weight.source.shape, shape, dtype, trainable, layoutChange };
    });
}

/** The graph as the train passes left it, with the names of its values in `model.onnx`. */
interface SavedGraph {
  readonly graph: Graph;
  readonly valueNames: ReadonlyMap<ValueId, string>;
}

/** The same graph after the inference passes, and its program, whose taps `model.pt` gives in their order. */
interface ServedGraph {
  readonly graph: Graph;
  readonly program: Program;
}

/** Every call, with where its value is found in what is saved and in what is served. Passes keep the calls; their taps move. */
export function callRecords(saved: SavedGraph, served: ServedGraph): readonly CallRecord[] {
  const { calls } = saved.graph;
  const positions = new Map(calls.map(({ id }, position) => [id, position]));
  const outputs = new Map([...served.program.taps.keys()].map((id, position) => [id, position]));
  const absorbed = (call: CallId): AbsorbedRecord => ({ absorbedBy: positions.get(call) ?? -1 });
  const servedRecord = ({ id, tap }: Call): CallRecord['served'] => {
    if ('absorbedBy' in tap) return absorbed(tap.absorbedBy);
    const output = outputs.get(id);
    return output === undefined ? null : { tap: output, toSource: tap.toSource };
  };
  return calls.map(({ layer, index, className, mode, tap }, position) => ({
    layer: layer.join('/'),
    index,
    className,
    mode,
    tap:
      'value' in tap
        ? { value: saved.valueNames.get(tap.value) ?? graphValue(saved.graph, tap.value).name, toSource: tap.toSource }
        : absorbed(tap.absorbedBy),
    served: servedRecord(served.graph.calls[position] as Call),
  }));
}

function describe(graph: Graph, node: Node): string {
  const { perm } = node.attributes;
  if (Array.isArray(perm)) return `${node.op} ${perm.join(',')}`;
  const [output] = node.outputs;
  return `${node.op} ${graphValue(graph, output as ValueId).shape.join('×')}`;
}

function graphValue(graph: Graph, id: ValueId) {
  const value = graph.values.get(id);
  invariant(value !== undefined, `no value ${id}`);
  return value;
}
