import { TorchliftError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import type { ByteSource } from '../files/byte-source.ts';
import { dtypeFromSafetensors } from './dtypes.ts';
import { readSafetensorsHeader, type SafetensorsEntry } from './read-header.ts';

/**
 * The tensors of a safetensors file, in the order of their data; each stays in the file until it is read, so keep `source` open.
 * Errors: those of `readSafetensorsHeader`; `unsupported` for dtypes that PyTorch models of ours don't use, all of them at once.
 */
export function readSafetensors(source: ByteSource): Map<string, TensorSource> {
  const { entries } = readSafetensorsHeader(source);
  const tensors = new Map<string, TensorSource>();
  const foreign: SafetensorsEntry[] = [];
  for (const entry of entries) {
    const dtype = dtypeFromSafetensors(entry.dtype);
    if (dtype === undefined) foreign.push(entry);
    else {
      tensors.set(entry.name, {
        dtype,
        shape: entry.shape,
        place: `${source.name}: ${entry.name}`,
        read: () => source.read(entry.offset, entry.sizeBytes),
      });
    }
  }
  if (foreign.length > 0) {
    throw new TorchliftError('unsupported', {
      what: 'some tensors have a dtype that Torchlift does not read',
      where: source.name,
      details: foreign.slice(0, 50).map(({ name, dtype }) => `${name}: ${dtype}`),
      remedy: 'Save them as float32, float16 or bfloat16.',
    });
  }
  return tensors;
}
