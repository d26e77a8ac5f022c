import type { DType } from '../../core/dtypes.ts';

/** Every dtype of the format, with its bits; source: safetensors 0.8, `Dtype`. */
export const SAFETENSORS_DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type SafetensorsDType = keyof typeof SAFETENSORS_DTYPE_BITS;

export const DTYPE_TO_SAFETENSORS: Record<DType, SafetensorsDType> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
};

/** Torchlift's name of a dtype, undefined where it has none (8-bit floats, complex numbers). */
export function dtypeFromSafetensors(dtype: SafetensorsDType): DType | undefined {
  return (Object.keys(DTYPE_TO_SAFETENSORS) as DType[]).find((own) => DTYPE_TO_SAFETENSORS[own] === dtype);
}
