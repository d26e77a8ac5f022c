import type { ExternalFiles } from './external-data.ts';
import { LIMITS } from './limits.ts';
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from './proto.ts';
import { readTensor } from './read-tensor.ts';
import { readValueInfo } from './read-value-info.ts';
import type { WireCursor } from './wire-cursor.ts';

/** GraphProto, subgraphs included. Field numbers: onnx.proto. */
export function readGraph(cursor: WireCursor, externalFiles: ExternalFiles): GraphProto {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const valueInfo: ValueInfoProto[] = [];
  let name = '';
  let sparseInitializerCount = 0;
  while (cursor.next()) {
    if (cursor.field === 1) nodes.push(readNode(cursor.message(), externalFiles));
    else if (cursor.field === 2) name = cursor.string();
    else if (cursor.field === 5) initializers.push(readTensor(cursor.message(), externalFiles));
    else if (cursor.field === 11) inputs.push(readValueInfo(cursor.message()));
    else if (cursor.field === 12) outputs.push(readValueInfo(cursor.message()));
    else if (cursor.field === 13) valueInfo.push(readValueInfo(cursor.message()));
    else {
      if (cursor.field === 15) sparseInitializerCount += 1;
      cursor.skip();
    }
  }
  return { name, nodes, initializers, sparseInitializerCount, inputs, outputs, valueInfo };
}

export function readNode(cursor: WireCursor, externalFiles: ExternalFiles): NodeProto {
  cursor.count('nodes');
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: AttributeProto[] = [];
  let [name, opType, domain] = ['', '', ''];
  while (cursor.next()) {
    if (cursor.field === 1) inputs.push(cursor.string());
    else if (cursor.field === 2) outputs.push(cursor.string());
    else if (cursor.field === 3) name = cursor.string();
    else if (cursor.field === 4) opType = cursor.string();
    else if (cursor.field === 5) attributes.push(readAttribute(cursor.message(), externalFiles));
    else if (cursor.field === 7) domain = cursor.string();
    else cursor.skip();
  }
  return { name, opType, domain, inputs, outputs, attributes };
}

/** `AttributeProto.AttributeType`. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

function readAttribute(cursor: WireCursor, externalFiles: ExternalFiles): AttributeProto {
  const start = cursor.position;
  const floats: number[] = [];
  const ints: bigint[] = [];
  const strings: string[] = [];
  let [name, type, float, int, string, reference] = ['', 0, 0, 0n, '', false];
  let tensor: TensorProto | undefined;
  let graph: GraphProto | undefined;
  while (cursor.next()) {
    if (cursor.field === 1) name = cursor.string();
    else if (cursor.field === 2) float = cursor.float();
    else if (cursor.field === 3) int = cursor.integer();
    else if (cursor.field === 4) string = cursor.string(LIMITS.textBytes);
    else if (cursor.field === 5) {
      if (tensor !== undefined) throw cursor.malformed(`attribute ${name}: a second tensor`);
      tensor = readTensor(cursor.message(), externalFiles);
    } else if (cursor.field === 6) {
      if (graph !== undefined) throw cursor.malformed(`attribute ${name}: a second graph`);
      graph = readGraph(cursor.message(), externalFiles);
    } else if (cursor.field === 7) cursor.floats(floats);
    else if (cursor.field === 8) cursor.integers(ints);
    else if (cursor.field === 9) strings.push(cursor.string(LIMITS.textBytes));
    else if (cursor.field === 20) type = cursor.safeInteger();
    else {
      if (cursor.field === 21) reference = true;
      cursor.skip();
    }
  }
  if (reference) return { name, type: 'other', code: type };
  if (type === ATTRIBUTE_TYPE.float) return { name, type: 'float', value: float };
  if (type === ATTRIBUTE_TYPE.int) return { name, type: 'int', value: int };
  if (type === ATTRIBUTE_TYPE.string) return { name, type: 'string', value: string };
  if (type === ATTRIBUTE_TYPE.floats) return { name, type: 'floats', values: floats };
  if (type === ATTRIBUTE_TYPE.ints) return { name, type: 'ints', values: ints };
  if (type === ATTRIBUTE_TYPE.strings) return { name, type: 'strings', values: strings };
  if (type === ATTRIBUTE_TYPE.tensor) {
    if (tensor === undefined) throw cursor.malformed(`attribute ${name} says it is a tensor and has none`, start);
    return { name, type: 'tensor', value: tensor };
  }
  if (type === ATTRIBUTE_TYPE.graph) {
    if (graph === undefined) throw cursor.malformed(`attribute ${name} says it is a graph and has none`, start);
    return { name, type: 'graph', value: graph };
  }
  return { name, type: 'other', code: type };
}
