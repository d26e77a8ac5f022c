import type { GraphProto, ModelProto, NodeProto } from '../../formats/onnx/proto.ts';

export interface OperatorCount {
  /** `''` is ONNX's own. */
  readonly domain: string;
  readonly op: string;
  readonly count: number;
}

/** The operators of a model, its subgraphs and its functions, by domain and name. */
export function countOperators(model: ModelProto): readonly OperatorCount[] {
  const counts = new Map<string, { domain: string; op: string; count: number }>();
  const visitNodes = (nodes: readonly NodeProto[]): void => {
    for (const { domain: rawDomain, opType, attributes } of nodes) {
      const domain = rawDomain === 'ai.onnx' ? '' : rawDomain;
      const key = JSON.stringify([domain, opType]);
      const entry = counts.get(key) ?? { domain, op: opType, count: 0 };
      entry.count += 1;
      counts.set(key, entry);
      for (const attribute of attributes) if (attribute.type === 'graph') visitGraph(attribute.value);
    }
  };
  // The reader bounds how deep graphs are nested.
  const visitGraph = (graph: GraphProto): void => visitNodes(graph.nodes);
  visitGraph(model.graph);
  for (const { nodes } of model.functions) visitNodes(nodes);
  return [...counts.values()].sort((a, b) => compare(a.domain, b.domain) || compare(a.op, b.op));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
