import type { DType } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';
import { DATA_TYPE, dataTypeToDType } from '../../formats/onnx/data-types.ts';

/** ONNX's numbers of element types, as Cast's `to` has them. */
export const ONNX_DTYPE_CODES = DATA_TYPE;

export function dtypeOfOnnxCode(code: number, place: string): DType {
  const dtype = dataTypeToDType(code);
  invariant(dtype !== undefined, `${place}: no element type with ONNX's number ${code}`);
  return dtype;
}
