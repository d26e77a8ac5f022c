import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { invariant } from '../../core/errors.ts';
import type { AttributeProto, NodeProto, StringStringEntryProto, TensorProto, ValueInfoProto } from './proto.ts';
import { ATTRIBUTE_TYPE } from './read-graph.ts';

/** Encoders of the small messages: each writes one message's fields (numbers: onnx.proto), in the order of their numbers. */

/** A nested message with its tag and length. */
export function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

export function text(writer: BinaryWriter, field: number, value: string): void {
  if (value !== '') writer.tag(field, WireType.LengthDelimited).string(value);
}

/** A name that may be empty and still counts: an input left out, a string of a list. */
function listText(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

export function integer(writer: BinaryWriter, field: number, value: number | bigint): void {
  writer.tag(field, WireType.Varint).int64(BigInt(value));
}

export function encodeEntry(writer: BinaryWriter, { key, value }: StringStringEntryProto): void {
  text(writer, 1, key);
  text(writer, 2, value);
}

export function encodeNode(writer: BinaryWriter, node: NodeProto): void {
  for (const input of node.inputs) listText(writer, 1, input);
  for (const output of node.outputs) listText(writer, 2, output);
  text(writer, 3, node.name);
  text(writer, 4, node.opType);
  for (const attribute of node.attributes) message(writer, 5, () => encodeAttribute(writer, attribute));
  text(writer, 7, node.domain);
}

function encodeAttribute(writer: BinaryWriter, attribute: AttributeProto): void {
  invariant(
    attribute.type !== 'tensor' && attribute.type !== 'graph' && attribute.type !== 'other',
    `attribute ${attribute.name}: no ${attribute.type} is written`,
  );
  text(writer, 1, attribute.name);
  if (attribute.type === 'float') writer.tag(2, WireType.Bit32).float(attribute.value);
  else if (attribute.type === 'int') integer(writer, 3, attribute.value);
  else if (attribute.type === 'string') listText(writer, 4, attribute.value);
  // onnx.proto is proto2: these lists aren't packed.
  else if (attribute.type === 'floats') for (const value of attribute.values) writer.tag(7, WireType.Bit32).float(value);
  else if (attribute.type === 'ints') for (const value of attribute.values) integer(writer, 8, value);
  else for (const value of attribute.values) listText(writer, 9, value);
  integer(writer, 20, ATTRIBUTE_TYPE[attribute.type]);
}

export function encodeValueInfo(writer: BinaryWriter, { name, type }: ValueInfoProto): void {
  text(writer, 1, name);
  if (type === undefined) return;
  message(writer, 2, () =>
    message(writer, 1, () => {
      integer(writer, 1, type.elemType);
      const { shape } = type;
      if (shape === undefined) return;
      message(writer, 2, () => {
        for (const dim of shape) {
          message(writer, 1, () => {
            if (typeof dim === 'number') integer(writer, 1, dim);
            else if (dim !== null) text(writer, 2, dim);
          });
        }
      });
    }),
  );
}

/** All of a tensor but its elements; with `external`, where those are. */
export function encodeTensorHead(
  writer: BinaryWriter,
  { name, dims, dataType, sizeBytes }: TensorProto,
  external?: { location: string; offset: number },
): void {
  for (const dim of dims) integer(writer, 1, dim);
  integer(writer, 2, dataType);
  text(writer, 8, name);
  if (external === undefined) return;
  const entries = { location: external.location, offset: String(external.offset), length: String(sizeBytes) };
  for (const [key, value] of Object.entries(entries)) message(writer, 13, () => encodeEntry(writer, { key, value }));
  integer(writer, 14, 1);
}
