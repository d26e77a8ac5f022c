import type { UniqueNames } from './unique-names.ts';

export interface ReservedNames {
  readonly inputs: readonly string[];
  readonly keys: readonly string[];
  readonly outputs: readonly string[];
}

/** A model's output, and which input it hands through, if it does. */
export interface WantedOutput {
  readonly name: string;
  readonly input: number | undefined;
}

/**
 * The ONNX names of inputs, of parameters and buffers, and of outputs, which take theirs before all others: exact, but where an
 * output is called as an input and is another value. (An input handed through under its own name is an ONNX output itself.)
 */
export function reserveNames(
  names: UniqueNames,
  inputs: readonly string[],
  keys: readonly string[],
  outputs: readonly WantedOutput[],
): ReservedNames {
  const take = (wanted: string): string => names.take(wanted);
  const inputNames = inputs.map(take);
  const keyNames = keys.map(take);
  const outputNames = outputs.map(({ name, input }) =>
    input !== undefined && inputs[input] === name ? (inputNames[input] as string) : names.take(name),
  );
  return { inputs: inputNames, keys: keyNames, outputs: outputNames };
}
