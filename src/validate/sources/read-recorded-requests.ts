import { dirname, resolve } from 'node:path';
import { TorchliftError } from '../../core/errors.ts';
import { parsePythonJson } from '../../formats/python-json.ts';
import { parseRows, type RowShape } from './parse-rows.ts';
import { readLines } from './read-lines.ts';

const EXPECTED = 'Each line is {"image": path} or {"inputs": numbers}, with "scores" where the reference\'s answer was kept.';

/** What production was asked, and what it answered where that was kept. */
export interface RecordedRequest {
  readonly line: number;
  /** An absolute path, or one row for each of the model's inputs. */
  readonly content: { readonly image: string } | { readonly inputs: readonly Float32Array[] };
  /** One row for each output. */
  readonly scores: readonly Float32Array[] | null;
}

export interface RecordedShapes {
  readonly inputs: readonly RowShape[];
  readonly outputs: readonly RowShape[];
}

/**
 * Recorded requests, one a line, read as they are taken: the file may be larger than memory. `NaN` and `Infinity` are allowed, as Python's json and
 * TF Serving write them. Errors: `file-not-found`, `limit-exceeded`, `malformed-file` with the line, also for shapes that aren't the model's.
 */
export async function* readRecordedRequests(path: string, shapes: RecordedShapes): AsyncGenerator<RecordedRequest> {
  for await (const { line, text } of readLines(path, EXPECTED)) {
    const malformed = (what: string, cause?: unknown) =>
      new TorchliftError('malformed-file', { what: `line ${line}: ${what}`, where: path, remedy: EXPECTED, cause });
    let json: unknown;
    try {
      json = parsePythonJson(text);
    } catch (cause) {
      throw malformed(`isn't JSON: ${(cause as Error).message}`, cause);
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw malformed('is no object');
    const { image, inputs, scores } = json as Record<string, unknown>;
    if ((image === undefined) === (inputs === undefined)) throw malformed(`has ${image === undefined ? 'neither' : 'both'} "image" and "inputs"`);
    const rows = <T extends string>(name: T, value: unknown, tensors: readonly RowShape[]) => {
      const parsed = parseRows(value, tensors);
      if (typeof parsed === 'string') throw malformed(`"${name}" ${parsed}`);
      return parsed;
    };
    if (image !== undefined && (typeof image !== 'string' || image === ''))
      throw malformed(`"image" is ${JSON.stringify(image).slice(0, 60)}, not a path`);
    yield {
      line,
      content: typeof image === 'string' ? { image: resolve(dirname(path), image) } : { inputs: rows('inputs', inputs, shapes.inputs) },
      scores: scores === undefined || scores === null ? null : rows('scores', scores, shapes.outputs),
    };
  }
}
