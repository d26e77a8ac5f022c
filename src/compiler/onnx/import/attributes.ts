import type { AttributeProto } from '../../../formats/onnx/proto.ts';
import type { Attributes, AttributeValue } from '../../graph/graph.ts';
import type { OperatorSpec } from '../../graph/operator.ts';
import type { NodeMetadata } from '../metadata/metadata.ts';

/**
 * A node's attributes, checked against the operator's spec. `floats`: the doubles behind them, believed where they round to what the
 * file says. `fail` makes the error.
 */
export function importAttributes(
  spec: OperatorSpec,
  protos: readonly AttributeProto[],
  floats: NodeMetadata['floats'] = {},
  fail: (what: string) => Error,
): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const proto of protos) {
    const type = Object.hasOwn(spec.attributes, proto.name) ? spec.attributes[proto.name]?.type : undefined;
    if (type === undefined || attributes.has(proto.name)) throw fail(`${spec.op} has no attribute ${proto.name}, or has it twice`);
    if (proto.type !== type) throw fail(`attribute ${proto.name} is ${proto.type}, expected ${type}`);
    const double = Object.hasOwn(floats, proto.name) ? floats[proto.name] : undefined;
    attributes.set(proto.name, importValue(proto, double, fail));
  }
  for (const name of Object.keys(floats)) if (!attributes.has(name)) throw fail(`the metadata speaks of an attribute ${name}`);
  for (const [name, attribute] of Object.entries(spec.attributes)) {
    if (!attributes.has(name) && attribute.default === undefined && !attribute.optional) throw fail(`attribute ${name} is missing`);
  }
  return Object.fromEntries(attributes);
}

function importValue(proto: AttributeProto, double: number | readonly (number | null)[] | undefined, fail: (what: string) => Error): AttributeValue {
  if (double !== undefined && proto.type !== 'float' && proto.type !== 'floats')
    throw fail(`the metadata gives ${proto.name} digits, it is no float`);
  switch (proto.type) {
    case 'string':
      return proto.value;
    case 'strings':
      return proto.values;
    case 'int':
      return safeInteger(proto.value, proto.name, fail);
    case 'ints':
      return proto.values.map((value) => safeInteger(value, proto.name, fail));
    case 'float':
      if (typeof double === 'object') throw fail(`the metadata gives ${proto.name} as a list`);
      return withDigits(proto.value, double, proto.name, fail);
    case 'floats':
      if (double === undefined) return proto.values;
      if (typeof double === 'number' || double.length !== proto.values.length) throw fail(`the metadata gives ${proto.name} another length`);
      return proto.values.map((value, index) => withDigits(value, double[index] ?? undefined, proto.name, fail));
    default:
      throw fail(`attribute ${proto.name} is ${proto.type}`);
  }
}

function withDigits(value: number, double: number | undefined, name: string, fail: (what: string) => Error): number {
  if (double === undefined) return value;
  if (!Object.is(Math.fround(double), value)) throw fail(`the metadata says ${name} is ${double}, the node says ${value}`);
  return double;
}

function safeInteger(value: bigint, name: string, fail: (what: string) => Error): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw fail(`attribute ${name} is ${value}, out of range`);
  return number;
}
