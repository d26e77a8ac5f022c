import { invariant } from '../../../core/errors.ts';
import type { AttributeProto } from '../../../formats/onnx/proto.ts';
import type { AttributeValue, Node } from '../../graph/graph.ts';
import type { AttributeSpec } from '../../graph/operator.ts';
import { findOperator } from '../../graph/operators/index.ts';
import type { NodeMetadata } from '../metadata/metadata.ts';

/** A node's attributes as ONNX writes them, by name; types from the operator's spec. */
export function exportAttributes(node: Node): readonly AttributeProto[] {
  const spec = findOperator(node.op, node.domain);
  invariant(spec.since === node.since, `${node.name}: ${node.op} of opset ${node.since}, the graph's table has ${spec.since}`);
  return Object.entries(node.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => {
      const attribute = spec.attributes[name];
      invariant(attribute !== undefined, `${node.name}: ${node.op} has no attribute ${name}`);
      return toProto(name, value, attribute.type, node.name);
    });
}

function toProto(name: string, value: AttributeValue, type: AttributeSpec['type'], node: string): AttributeProto {
  const list = Array.isArray(value) ? (value as readonly (number | string)[]) : [value as number | string];
  const isList = type.endsWith('s');
  const element = type.startsWith('string') ? 'string' : 'number';
  invariant(Array.isArray(value) === isList && list.every((item) => typeof item === element), `${node}: ${name} is no ${type}`);
  if (type === 'string') return { name, type, value: value as string };
  if (type === 'strings') return { name, type, values: value as readonly string[] };
  if (type === 'float') return { name, type, value: value as number };
  if (type === 'floats') return { name, type, values: value as readonly number[] };
  invariant(list.every(Number.isSafeInteger), `${node}: ${name} is no integer`);
  const integers = (list as readonly number[]).map(BigInt);
  return type === 'int' ? { name, type, value: integers[0] as bigint } : { name, type, values: integers };
}

/** The float attributes that lose digits as float32, to be kept in the metadata; null for an element that doesn't. */
export function inexactFloats(node: Node): NodeMetadata['floats'] {
  const spec = findOperator(node.op, node.domain);
  const inexact: [string, number | readonly (number | null)[]][] = [];
  for (const [name, value] of Object.entries(node.attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const type = spec.attributes[name]?.type;
    if (type === 'float' && !isFloat32(value)) inexact.push([name, value as number]);
    else if (type === 'floats' && !(value as readonly unknown[]).every(isFloat32)) {
      inexact.push([name, (value as readonly number[]).map((number) => (isFloat32(number) ? null : number))]);
    }
  }
  return inexact.length === 0 ? undefined : Object.fromEntries(inexact);
}

/** NaN, infinities and -0, which JSON lacks, are float32 too. */
function isFloat32(value: unknown): boolean {
  return Object.is(Math.fround(value as number), value);
}
