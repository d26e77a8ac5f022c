import { TorchliftError } from '../core/errors.ts';
import { float32Elements, type Tensor } from '../engines/tensor.ts';
import type { Scores } from './sample.ts';

/** An answer's outputs [rows, …] by row. Errors: `worker-failed` where it has another number of rows. */
export function rowsOf(outputs: readonly Tensor[], rows: number, side: string): readonly Scores[] {
  const flat = outputs.map((output) => {
    if (output.shape[0] !== rows)
      throw new TorchliftError('worker-failed', { what: `the ${side} answered [${output.shape.join(', ')}] to ${rows} rows` });
    return float32Elements(output);
  });
  return Array.from({ length: rows }, (_, row) =>
    flat.map((elements) => {
      const size = elements.length / rows;
      return elements.slice(row * size, (row + 1) * size);
    }),
  );
}
