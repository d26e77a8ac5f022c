import { malformedMessage } from '../malformed-message.ts';
import type { NumberTensor, WireTensor } from '../wire-tensor.ts';

/** One tensor from those of the single samples, which must have one shape: the batch comes first. Errors: `malformed-message`. */
export function stackRows(rows: readonly WireTensor[]): WireTensor {
  const [first] = rows as readonly [WireTensor, ...WireTensor[]];
  const wrong = rows.find(({ shape }) => String(shape) !== String(first.shape));
  if (wrong !== undefined) throw malformedMessage(`Expecting shape [${first.shape}] but got: [${wrong.shape}]`);
  const shape = [rows.length, ...first.shape];
  if (first.dtype === 'bytes') return { ...first, shape, elements: rows.flatMap((row) => (row.dtype === 'bytes' ? row.elements : [])) };
  return { ...first, shape, data: Buffer.concat(rows.map((row) => (row as NumberTensor).data)) };
}
