import { malformedMessage } from '../malformed-message.ts';
import type { WireTensor } from '../wire-tensor.ts';
import { decodeMessage, encodeMessage, type MessageBody } from './message.ts';

export interface InferRequest {
  readonly id: string | undefined;
  readonly inputs: readonly WireTensor[];
  /** What is asked for, by name; undefined: every output. */
  readonly outputs: readonly string[] | undefined;
  /** Whether an output is wanted in binary. */
  isBinary(output: string): boolean;
}

/** A request for all outputs. `binary`: inputs and outputs by the binary tensor extension (Triton, KServe); else JSON, which every server takes. */
export function encodeInferRequest(inputs: readonly WireTensor[], binary: boolean): MessageBody {
  const fields = binary ? { parameters: { binary_data_output: true } } : {};
  return encodeMessage(
    fields,
    'inputs',
    inputs.map((tensor) => ({ tensor, binary })),
  );
}

/** Errors: `malformed-message`. */
export function decodeInferRequest(message: MessageBody): InferRequest {
  const { fields, tensors } = decodeMessage(message, 'inputs');
  const { id, outputs, parameters } = fields;
  if (id !== undefined && typeof id !== 'string') throw malformedMessage(`the id is ${JSON.stringify(id)}, expected a string`);
  if (outputs !== undefined && !(Array.isArray(outputs) && outputs.every((output) => typeof output?.name === 'string'))) {
    throw malformedMessage('outputs is no list of names');
  }
  const wanted = outputs as readonly { readonly name: string; readonly parameters?: { readonly binary_data?: unknown } }[] | undefined;
  const byDefault = (parameters as { binary_data_output?: unknown } | undefined)?.binary_data_output === true;
  const own = new Map(wanted?.map(({ name, parameters: each }) => [name, each?.binary_data]));
  return {
    id,
    inputs: tensors,
    outputs: wanted?.map(({ name }) => name),
    isBinary: (output) => (own.get(output) === undefined ? byDefault : own.get(output) === true),
  };
}
