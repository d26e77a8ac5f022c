import type { DType } from '../../core/dtypes.ts';

/** `TensorProto.DataType` of onnx.proto: its number for each dtype a graph has. */
export const DATA_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

const DTYPE_BY_NUMBER = new Map(Object.entries(DATA_TYPE).map(([dtype, number]) => [number, dtype as DType]));

/** Undefined for strings, complex numbers, 8-bit floats, 4-bit and 2-bit integers. */
export function dataTypeToDType(dataType: number): DType | undefined {
  return DTYPE_BY_NUMBER.get(dataType);
}
