import { malformedMessage } from '../malformed-message.ts';
import { isBase64Object, printElements, printLists, tensorFromLists } from '../nested-lists.ts';
import { parseMessage } from '../parse-message.ts';
import type { WireSignature, WireTensor } from '../wire-tensor.ts';
import { stackRows } from './stack-rows.ts';

/** `row`: `instances` and `predictions`, one value a sample. `column`: `inputs` and `outputs`, one value a tensor. */
export type PredictFormat = 'row' | 'column';

export interface PredictRequest {
  /** Undefined: the server's default. */
  readonly signatureName: string | undefined;
  readonly format: PredictFormat;
  readonly inputs: readonly WireTensor[];
}

/**
 * The JSON of a `:predict` request (TensorFlow Serving, RESTful API): columns, so that inputs of different batch sizes have a form too, and
 * one input goes without its name. Floats are written in full (a float64's digits): shorter would be slower, and reads the same.
 * Errors: `malformed-message` (float16, bfloat16).
 */
export function encodePredictRequest(inputs: readonly WireTensor[]): string {
  const [only] = inputs;
  const print = (tensor: WireTensor) => printLists(printElements(tensor, true, printInFull), tensor.shape);
  if (only !== undefined && inputs.length === 1) return `{"inputs":${print(only)}}`;
  return `{"inputs":{${inputs.map((tensor) => `${JSON.stringify(tensor.name)}:${print(tensor)}`).join(',')}}}`;
}

function printInFull(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/**
 * Reads a `:predict` request as TensorFlow Serving does (util/json_tensor.cc): either `instances` or `inputs`, named or, where the signature
 * has one input, plain. Inputs come in the signature's order. Errors: `malformed-message`.
 */
export function decodePredictRequest(text: string, signature: WireSignature): PredictRequest {
  const message = parseMessage(text);
  const { signature_name: signatureName, instances, inputs } = message;
  if (signatureName !== undefined && typeof signatureName !== 'string') throw malformedMessage("'signature_name' key must be a string value");
  if (instances !== undefined && inputs !== undefined) {
    throw malformedMessage("Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist");
  }
  if (instances !== undefined) return { signatureName, format: 'row', inputs: fromInstances(instances, signature) };
  if (inputs !== undefined) return { signatureName, format: 'column', inputs: fromInputs(inputs, signature) };
  throw malformedMessage("Missing 'inputs' or 'instances' key");
}

function fromInstances(instances: unknown, { inputs: ports }: WireSignature): readonly WireTensor[] {
  if (!Array.isArray(instances)) throw malformedMessage("Expecting 'instances' to be an list/array");
  if (instances.length === 0) throw malformedMessage("No values in 'instances' array");
  const named = isNamed(instances[0]);
  const [only] = ports;
  if (!named && (only === undefined || ports.length > 1)) {
    throw malformedMessage('instances is a plain list, but expecting list of objects as multiple input tensors required');
  }
  instances.forEach((instance, index) => {
    if (named !== isNamed(instance)) {
      throw malformedMessage(`Expecting ${named ? 'object but got list' : 'value/list but got object'} at item ${index} of input list`);
    }
    if (named) checkNames(instance, ports, index);
  });
  return ports.map(({ name, dtype }) =>
    stackRows(instances.map((instance) => tensorFromLists(name, dtype, named ? (instance as Record<string, unknown>)[name] : instance))),
  );
}

function checkNames(instance: object, ports: WireSignature['inputs'], index: number): void {
  const names = ports.map(({ name }) => name);
  const keys = Object.keys(instance);
  if (keys.length !== names.length || !names.every((name) => Object.hasOwn(instance, name))) {
    throw malformedMessage(`Failed to process element: ${index} of 'instances' list. Keys must be equal to: ${names.join(',')}`);
  }
}

function fromInputs(inputs: unknown, { inputs: ports }: WireSignature): readonly WireTensor[] {
  const [only] = ports;
  if (!isNamed(inputs)) {
    if (only === undefined || ports.length > 1) {
      throw malformedMessage('inputs is a plain value/list, but expecting an object as multiple input tensors required');
    }
    return [tensorFromLists(only.name, only.dtype, inputs)];
  }
  return ports.map(({ name, dtype }) => {
    if (!Object.hasOwn(inputs, name)) throw malformedMessage(`Missing named input: ${name} in 'inputs' object`);
    return tensorFromLists(name, dtype, inputs[name]);
  });
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isBase64Object(value);
}
