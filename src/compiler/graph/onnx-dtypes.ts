import type { DType } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';

/** ONNX's numbers of element types (TensorProto.DataType), as Cast's `to` and saved tensors write them. */
export const ONNX_DTYPE_CODES: Readonly<Record<DType, number>> = {
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

const BY_CODE = new Map(Object.entries(ONNX_DTYPE_CODES).map(([dtype, code]) => [code, dtype as DType]));

export function dtypeOfOnnxCode(code: number, place: string): DType {
  const dtype = BY_CODE.get(code);
  invariant(dtype !== undefined, `${place}: no element type with ONNX's number ${code}`);
  return dtype;
}
