import { malformedMessage } from '../malformed-message.ts';
import { printElements, printLists, tensorFromLists } from '../nested-lists.ts';
import { parseMessage } from '../parse-message.ts';
import type { WirePort, WireTensor } from '../wire-tensor.ts';
import type { PredictFormat } from './predict-request.ts';
import { stackRows } from './stack-rows.ts';

/** TensorFlow has one type for texts and bytes; the server takes what is called so for bytes. */
const BYTES_SUFFIX = '_bytes';

/**
 * The JSON of an answer, floats as TensorFlow Serving prints them; the name is dropped where there is one output.
 * Errors: `malformed-message` (no outputs; in rows: outputs without one common batch).
 */
export function encodePredictResponse(outputs: readonly WireTensor[], format: PredictFormat): string {
  const [first] = outputs;
  if (first === undefined) throw malformedMessage('Cannot convert empty tensor map to JSON');
  const printed = outputs.map((tensor) => ({ ...tensor, texts: printElements(tensor, tensor.name.endsWith(BYTES_SUFFIX)) }));
  if (format === 'column') {
    const columns = printed.map(({ name, texts, shape }) => ({ name, text: printLists(texts, shape) }));
    return `{"outputs":${together(columns)}}`;
  }
  const batch = first.shape[0];
  for (const { name, shape } of outputs) {
    if (shape[0] === undefined) throw malformedMessage(`Tensor name: ${name} has no shape information`);
    if (shape[0] !== batch) throw malformedMessage(`Tensor name: ${name} has inconsistent batch size: ${shape[0]} expecting: ${batch}`);
  }
  const rows = Array.from({ length: batch ?? 0 }, (_, row) =>
    together(
      printed.map(({ name, texts, shape: [, ...inner] }) => {
        const step = texts.length / (batch ?? 1);
        return { name, text: printLists(texts.slice(row * step, (row + 1) * step), inner) };
      }),
    ),
  );
  return `{"predictions":[${rows.join(',')}]}`;
}

function together(values: readonly { readonly name: string; readonly text: string }[]): string {
  const [only] = values;
  if (only !== undefined && values.length === 1) return only.text;
  return `{${values.map(({ name, text }) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** The outputs of an answer in either format, in the order of `ports`. Errors: `malformed-message`. */
export function decodePredictResponse(text: string, ports: readonly WirePort[]): readonly WireTensor[] {
  const { predictions, outputs } = parseMessage(text);
  if (outputs !== undefined) {
    return ports.map(({ name, dtype }) => tensorFromLists(name, dtype, pick(outputs, name, ports)));
  }
  if (!Array.isArray(predictions) || predictions.length === 0) throw malformedMessage("the answer has neither 'predictions' nor 'outputs'");
  return ports.map(({ name, dtype }) => stackRows(predictions.map((row) => tensorFromLists(name, dtype, pick(row, name, ports)))));
}

function pick(value: unknown, name: string, ports: readonly WirePort[]): unknown {
  if (ports.length === 1) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) throw malformedMessage(`the answer has no output ${name}`);
  return (value as Record<string, unknown>)[name];
}
