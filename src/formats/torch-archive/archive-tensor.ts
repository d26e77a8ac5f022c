import { DTYPE_BYTES, type DType, elementCount } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';
import { global, type PickleValue, reduce, tuple } from '../pickle/pickle-value.ts';
import { storageName } from './storage-names.ts';

/** A tensor on its way into an archive. */
export interface ArchiveTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** In elements. They may permute the axes (channels-last), but must leave no holes: the storage holds each element once. */
  readonly strides: readonly number[];
  /** Raw little-endian elements in the storage's order; called once, when the tensor's turn comes. */
  read(): Uint8Array;
}

/** Bytes of a tensor's storage. */
export function storageBytes({ dtype, shape }: ArchiveTensor): number {
  return elementCount(shape) * DTYPE_BYTES[dtype];
}

/** The call that rebuilds a tensor around the storage in record `key`. Source: torch/_utils.py, `_rebuild_tensor_v2`. */
export function pickleTensor(name: string, tensor: ArchiveTensor, key: string): PickleValue {
  const { dtype, shape, strides } = tensor;
  checkStrides(name, tensor);
  const storage: PickleValue = {
    kind: 'persistent',
    id: tuple('storage', global('torch', storageName(dtype, name)), key, 'cpu', elementCount(shape)),
  };
  const noHooks = reduce(global('collections', 'OrderedDict'));
  return reduce(global('torch._utils', '_rebuild_tensor_v2'), storage, 0, tuple(...shape), tuple(...strides), false, noHooks);
}

/** A stride beyond the storage would let the loaded tensor see other memory; torch checks that too. */
function checkStrides(name: string, { shape, strides }: ArchiveTensor): void {
  invariant(strides.length === shape.length, `${name} has ${shape.length} axes and ${strides.length} strides`);
  const axes = shape.map((size, axis) => ({ size, stride: strides[axis] ?? 0 })).filter(({ size }) => size !== 1);
  if (axes.some(({ size }) => size === 0)) return;
  let expected = 1;
  for (const { size, stride } of axes.toSorted((a, b) => a.stride - b.stride)) {
    invariant(stride === expected, `${name} [${shape.join(', ')}] has strides [${strides.join(', ')}], which leave holes or overlap`);
    expected *= size;
  }
}
