import type { DType } from '../../core/dtypes.ts';
import { TorchliftError } from '../../core/errors.ts';

/** The class that names a storage's dtype in a pickle. Source: torch/csrc/jit/serialization/pickler.cpp, `getStorageKey` and `toString`. */
const STORAGE_NAMES: Partial<Record<DType, string>> = {
  float64: 'DoubleStorage',
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  int64: 'LongStorage',
  int32: 'IntStorage',
  int16: 'ShortStorage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};

/** Errors: `unsupported` for the wide unsigned integers, which have no storage class. */
export function storageName(dtype: DType, tensor: string): string {
  const name = STORAGE_NAMES[dtype];
  if (name !== undefined) return name;
  throw new TorchliftError('unsupported', {
    what: `a TorchScript archive can't hold ${dtype} tensors`,
    where: tensor,
    remedy: 'Leave torchscript out of --formats.',
  });
}
