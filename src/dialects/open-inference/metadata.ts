import { malformedMessage } from '../malformed-message.ts';
import { parseMessage } from '../parse-message.ts';
import type { WirePort, WireSignature } from '../wire-tensor.ts';
import { DATATYPES, dtypeOfDatatype } from './datatypes.ts';

/** The signature from the answer of `GET …/v2/models/<name>`. Errors: `malformed-message`. */
export function decodeMetadata(text: string): WireSignature {
  const { inputs, outputs } = parseMessage(text);
  return { inputs: portsOf(inputs, 'inputs'), outputs: portsOf(outputs, 'outputs') };
}

function portsOf(listed: unknown, key: string): readonly WirePort[] {
  if (!Array.isArray(listed) || listed.length === 0) throw malformedMessage(`the server's metadata name no ${key} of the model`);
  return listed.map((entry) => {
    const { name, datatype, shape } = (entry ?? {}) as Record<string, unknown>;
    if (typeof name !== 'string') throw malformedMessage(`the server's metadata name no ${key} of the model`);
    return { name, dtype: dtypeOfDatatype(datatype), shape: Array.isArray(shape) ? shape.map(Number) : null };
  });
}

export interface ModelDescription {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly signature: WireSignature;
}

/** The answer of `GET …/v2/models/<name>`. */
export function encodeMetadata({ name, versions, platform, signature }: ModelDescription): string {
  const described = (ports: readonly WirePort[]) => ports.map(({ name: port, dtype, shape }) => ({ name: port, datatype: DATATYPES[dtype], shape }));
  return JSON.stringify({ name, versions, platform, inputs: described(signature.inputs), outputs: described(signature.outputs) });
}
