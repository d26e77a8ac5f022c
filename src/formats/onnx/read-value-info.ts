import { LIMITS } from './limits.ts';
import type { TensorTypeProto, ValueInfoProto } from './proto.ts';
import type { WireCursor } from './wire-cursor.ts';

/** ValueInfoProto with its TypeProto. Field numbers: onnx.proto. */
export function readValueInfo(cursor: WireCursor): ValueInfoProto {
  let name = '';
  let type: TensorTypeProto | undefined;
  while (cursor.next()) {
    if (cursor.field === 1) name = cursor.string();
    else if (cursor.field === 2) type = readType(cursor.message());
    else cursor.skip();
  }
  return { name, type };
}

/** TypeProto: its `tensor_type`, undefined for the other kinds. */
function readType(cursor: WireCursor): TensorTypeProto | undefined {
  let type: TensorTypeProto | undefined;
  while (cursor.next()) {
    if (cursor.field === 1) type = readTensorType(cursor.message());
    else cursor.skip();
  }
  return type;
}

function readTensorType(cursor: WireCursor): TensorTypeProto {
  let elemType = 0;
  let shape: TensorTypeProto['shape'];
  while (cursor.next()) {
    if (cursor.field === 1) elemType = cursor.safeInteger();
    else if (cursor.field === 2) shape = readShape(cursor.message());
    else cursor.skip();
  }
  return { elemType, shape };
}

function readShape(cursor: WireCursor): (number | string | null)[] {
  const shape: (number | string | null)[] = [];
  while (cursor.next()) {
    if (cursor.field !== 1) {
      cursor.skip();
      continue;
    }
    if (shape.length === LIMITS.rank) throw cursor.malformed(`a shape of more than ${LIMITS.rank} axes`);
    shape.push(readDimension(cursor.message()));
  }
  return shape;
}

/** Null where it is unknown; some exporters write that as −1. */
function readDimension(cursor: WireCursor): number | string | null {
  let dim: number | string | null = null;
  while (cursor.next()) {
    if (cursor.field === 1) {
      const size = cursor.safeInteger();
      dim = size < 0 ? null : size;
    } else if (cursor.field === 2) dim = cursor.string() || null;
    else cursor.skip();
  }
  return dim;
}
