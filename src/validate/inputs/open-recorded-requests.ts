import { basename, dirname, relative } from 'node:path';
import type { PortRecord } from '../../bundle/manifest.ts';
import { TorchliftError } from '../../core/errors.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { Batch } from '../batch.ts';
import { type RecordedRequest, readRecordedRequests } from '../sources/read-recorded-requests.ts';
import { batchSize } from './batch-size.ts';
import { imageBatches } from './image-batches.ts';
import { imageFlags } from './image-flags.ts';
import { openPipeline } from './open-pipeline.ts';
import type { OpenedSource } from './opened-source.ts';
import type { SourceContext } from './source-context.ts';
import { stackRows } from './stack-rows.ts';

/**
 * What production was asked, with the scores it answered where they were kept. The first line says which kind the file is: images or inputs, with
 * scores or without; the others are held to it. Errors: `malformed-file` with the line, `file-not-found`.
 */
export async function openRecordedRequests(path: string, context: SourceContext): Promise<OpenedSource> {
  const { manifest, samples = Number.POSITIVE_INFINITY } = context;
  const shapes = { inputs: manifest.inputs.map(rowShape), outputs: manifest.outputs.map(rowShape) };
  const requests = () => readRecordedRequests(path, shapes);
  let first: RecordedRequest | undefined;
  let total = 0;
  /** By a bare name and by path, which images a label may mean. */
  const ids = new Map<string, string>();
  const idOf = ({ content, line }: RecordedRequest) => ('image' in content ? relative(process.cwd(), content.image) : `line ${line}`);
  for await (const request of requests()) {
    first ??= request;
    total += 1;
    if (!('image' in request.content)) continue;
    const id = idOf(request);
    const { image } = request.content;
    for (const name of [id, image, relative(dirname(path), image), basename(image)]) if (!ids.has(name)) ids.set(name, id);
  }
  if (first === undefined)
    throw new TorchliftError('usage', { what: 'has no recorded request', where: path, remedy: 'Give a file with one JSON object a line.' });
  const ofImages = 'image' in first.content;
  const isRecorded = first.scores !== null;
  const pipeline = ofImages ? await openPipeline(context) : undefined;
  const skipped: { path: string; reason: string }[] = [];
  const flags = imageFlags();
  const rows = batchSize(manifest.inputs);
  async function* held(): AsyncGenerator<RecordedRequest & { id: string }> {
    let taken = 0;
    for await (const request of requests()) {
      if (taken++ >= samples) return;
      if ('image' in request.content !== ofImages || (request.scores !== null) !== isRecorded)
        throw new TorchliftError('malformed-file', {
          what: `line ${request.line} isn't of the kind of the first: all have images or all have inputs, and all have scores or none`,
          where: path,
          remedy: 'Split the file by kind.',
        });
      yield { ...request, id: idOf(request) };
    }
  }
  return {
    total: Math.min(total, samples),
    description: path,
    arePictures: manifest.inputs.length === 1 && manifest.inputs[0]?.layout !== null,
    isRecorded,
    ranges: context.ranges,
    pipeline: pipeline ?? null,
    get warnings() {
      return [...(pipeline?.warnings ?? []), ...flags.warnings()];
    },
    skipped,
    batches: () =>
      pipeline === undefined
        ? inputBatches(held(), rows, manifest.inputs)
        : imageBatches(items(held()), pipeline, { onSkip: (id, reason) => skipped.push({ path: id, reason }), onFlag: flags.add }),
    imageOf: (name) => ids.get(name) ?? (/^line \d+$/.test(name) && Number(name.slice(5)) <= total ? name : undefined),
    close: async () => pipeline?.preprocessor.close(),
  };
}

async function* items(requests: AsyncIterable<RecordedRequest & { id: string }>) {
  for await (const { id, content, scores } of requests) if ('image' in content) yield { id, path: content.image, scores };
}

async function* inputBatches(
  requests: AsyncIterable<RecordedRequest & { id: string }>,
  rows: number,
  ports: readonly PortRecord[],
): AsyncGenerator<Batch> {
  let group: (RecordedRequest & { id: string })[] = [];
  const batch = (): Batch => ({
    inputs: ports.map((port, index) =>
      stackRows(group.map(({ content }) => rowTensor(port, 'inputs' in content ? content.inputs[index] : undefined))),
    ),
    rows: group.map(({ id, scores }) => ({ id, image: null, bytes: null, scores, source: null })),
  });
  for await (const request of requests) {
    group.push(request);
    if (group.length < rows) continue;
    yield batch();
    group = [];
  }
  if (group.length > 0) yield batch();
}

function rowTensor({ name, dtype, shape }: PortRecord, values: Float32Array = new Float32Array()): Tensor {
  const rowShape = [1, ...shape.slice(1).map(Number)];
  if (dtype === 'float32') return { dtype, shape: rowShape, data: new Uint8Array(values.slice().buffer) };
  if (dtype === 'uint8') return { dtype, shape: rowShape, data: Uint8Array.from(values) };
  if (dtype === 'int32') return { dtype, shape: rowShape, data: new Uint8Array(Int32Array.from(values).buffer) };
  if (dtype === 'int64')
    return { dtype, shape: rowShape, data: new Uint8Array(BigInt64Array.from(values, (value) => BigInt(Math.trunc(value))).buffer) };
  throw new TorchliftError('unsupported', {
    what: `recorded inputs for ${name} of ${dtype}`,
    where: 'recorded requests',
    remedy: 'Give them as a .npz.',
  });
}

function rowShape({ name, shape }: PortRecord) {
  return { name, shape: shape.slice(1) };
}
