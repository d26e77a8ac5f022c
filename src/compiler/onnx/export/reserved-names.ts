import type { UniqueNames } from './unique-names.ts';

export interface ReservedNames {
  readonly inputs: readonly string[];
  readonly keys: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * The ONNX names of inputs, of parameters and buffers, and of outputs, which take theirs before all others: exact, but where an
 * output is called as an input (a model that hands an input through) and needs another.
 */
export function reserveNames(names: UniqueNames, inputs: readonly string[], keys: readonly string[], outputs: readonly string[]): ReservedNames {
  const take = (wanted: string): string => names.take(wanted);
  return { inputs: inputs.map(take), keys: keys.map(take), outputs: outputs.map(take) };
}
