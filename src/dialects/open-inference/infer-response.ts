import { malformedMessage } from '../malformed-message.ts';
import type { WirePort, WireTensor } from '../wire-tensor.ts';
import { decodeMessage, encodeMessage, type MessageBody } from './message.ts';

export interface InferResponse {
  readonly modelName: string;
  readonly modelVersion?: string;
  /** The request's own, repeated. */
  readonly id: string | undefined;
  readonly outputs: readonly WireTensor[];
}

export function encodeInferResponse({ modelName, modelVersion, id, outputs }: InferResponse, isBinary: (output: string) => boolean): MessageBody {
  return encodeMessage(
    { model_name: modelName, model_version: modelVersion, id },
    'outputs',
    outputs.map((tensor) => ({ tensor, binary: isBinary(tensor.name) })),
  );
}

/** The outputs of an answer in the order of `ports`. Errors: `malformed-message` (one of them is missing, too). */
export function decodeInferResponse(message: MessageBody, ports: readonly WirePort[]): readonly WireTensor[] {
  const { tensors } = decodeMessage(message, 'outputs');
  return ports.map(({ name }) => {
    const found = tensors.find((tensor) => tensor.name === name);
    if (found === undefined) throw malformedMessage(`the answer has no output ${name}`);
    return found;
  });
}
