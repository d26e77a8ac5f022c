import { parsePythonJson } from '../formats/python-json.ts';
import { malformedMessage } from './malformed-message.ts';

/**
 * A message's JSON object. The tokens NaN, Infinity and -Infinity are numbers: TensorFlow Serving reads and writes them bare, and so do
 * Python servers of the Open Inference Protocol. Errors: `malformed-message`.
 */
export function parseMessage(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch (cause) {
    throw malformedMessage(`JSON Parse error: ${text === '' ? 'The document is empty' : (cause as Error).message}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformedMessage('the message is no JSON object');
  return value as Readonly<Record<string, unknown>>;
}
