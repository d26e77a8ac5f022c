import { malformedMessage } from '../malformed-message.ts';
import type { WireTensor } from '../wire-tensor.ts';

/** The protocol's names (Open Inference Protocol, Tensor Data Types). */
export const DATATYPES: Readonly<Record<WireTensor['dtype'], string>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  bfloat16: 'BF16',
  bytes: 'BYTES',
};

/** Errors: `malformed-message`. */
export function dtypeOfDatatype(datatype: unknown): WireTensor['dtype'] {
  const found = (Object.entries(DATATYPES) as [WireTensor['dtype'], string][]).find(([, name]) => name === datatype);
  if (found === undefined) throw malformedMessage(`datatype ${JSON.stringify(datatype)} is none of ${Object.values(DATATYPES).join(', ')}`);
  return found[0];
}
