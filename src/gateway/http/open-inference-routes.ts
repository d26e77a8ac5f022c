import { TorchliftError } from '../../core/errors.ts';
import { version as ownVersion } from '../../core/version.ts';
import { decodeInferRequest } from '../../dialects/open-inference/infer-request.ts';
import { encodeInferResponse } from '../../dialects/open-inference/infer-response.ts';
import { JSON_LENGTH_HEADER } from '../../dialects/open-inference/message.ts';
import { encodeMetadata } from '../../dialects/open-inference/metadata.ts';
import type { WireSignature, WireTensor } from '../../dialects/wire-tensor.ts';
import type { Models } from '../models.ts';
import { content } from './openapi/openapi-document.ts';
import type { SchemaName } from './openapi/schemas.ts';
import type { Exchange, Route } from './route.ts';

const PLACES = ['/v2/models/:name', '/v2/models/:name/versions/:version'];
const PLATFORM = 'pytorch_torchscript';

/** The Open Inference Protocol v2 over HTTP, with the binary tensor extension. */
export function openInferenceRoutes(models: Models, bodyLimit: number): readonly Route[] {
  const found = ({ params: { name, version } }: Exchange) => models.find({ name, version });
  const json = { 'content-type': 'application/json' };
  const get = (path: string, summary: string, schema: SchemaName, answer: Route['answer']): Route => ({
    ...{ method: 'GET', path, scope: 'infer', form: 'open-inference', answer },
    doc: { summary, answer: content(schema) },
  });
  const live = get('/v2/health/live', 'Whether the process answers', 'ServerLive', () => ({ status: 200, body: { live: true } }));
  const ready = get('/v2/health/ready', 'Whether models can be asked', 'ServerReady', () => {
    const isReady = models.all.every((model) => model.isReady);
    return { status: isReady ? 200 : 503, body: { ready: isReady } };
  });
  return [
    get('/v2', 'The server and its extensions', 'ServerMetadata', () => ({
      status: 200,
      body: { name: 'torchlift', version: ownVersion(), extensions: ['binary_tensor_data'] },
    })),
    { ...live, scope: 'open' },
    { ...ready, scope: 'open' },
    ...PLACES.flatMap((place): Route[] => [
      get(place, 'What the model takes and gives', 'ModelMetadata', (exchange) => {
        const { name, version, signature } = found(exchange);
        return { status: 200, headers: json, body: encodeMetadata({ name, versions: [String(version)], platform: PLATFORM, signature }) };
      }),
      get(`${place}/ready`, 'Whether the model can be asked', 'ModelReady', (exchange) => {
        const { name, isReady } = found(exchange);
        return { status: isReady ? 200 : 503, body: { name, ready: isReady } };
      }),
      {
        ...{ method: 'POST', path: `${place}/infer`, scope: 'infer', form: 'open-inference', bodyLimit },
        doc: {
          summary: 'Scores of tensors or images',
          request: {
            ...content('InferRequest'),
            'application/octet-stream': { schema: { type: 'string', description: 'JSON, then the binary tensors.' } },
          },
          answer: content('InferAnswer'),
        },
        answer: async (exchange) => {
          const model = found(exchange);
          const length = exchange.headers[JSON_LENGTH_HEADER];
          const request = decodeInferRequest({ body: exchange.body, jsonBytes: length === undefined ? undefined : Number(length) });
          const all = await model.answer(inOrder(request.inputs, model.signature), exchange);
          const outputs = request.outputs === undefined ? all : request.outputs.map((name) => pick(all, name));
          for (const output of outputs) if (!request.isBinary(output.name)) checkFinite(output);
          const { body, jsonBytes } = encodeInferResponse(
            { modelName: model.name, modelVersion: String(model.version), id: request.id, outputs },
            (name) => request.isBinary(name),
          );
          if (jsonBytes === undefined) return { status: 200, headers: json, body };
          return { status: 200, headers: { 'content-type': 'application/octet-stream', [JSON_LENGTH_HEADER]: String(jsonBytes) }, body };
        },
      },
    ]),
  ];
}

/** By name, in the model's order. */
function inOrder(inputs: readonly WireTensor[], { inputs: ports }: WireSignature): readonly WireTensor[] {
  const names = ports.map(({ name }) => name);
  const strange = inputs.find(({ name }) => !names.includes(name));
  if (strange !== undefined) throw malformed(`unexpected input ${strange.name}, the model takes ${names.join(', ')}`);
  return names.map((name) => {
    const found = inputs.filter((input) => input.name === name);
    if (found.length !== 1) throw malformed(found.length === 0 ? `input ${name} is missing` : `input ${name} is given ${found.length} times`);
    return found[0] as WireTensor;
  });
}

function pick(outputs: readonly WireTensor[], name: string): WireTensor {
  const found = outputs.find((output) => output.name === name);
  if (found === undefined) throw malformed(`the model has no output ${name}, it gives ${outputs.map((output) => output.name).join(', ')}`);
  return found;
}

/** JSON has no form for them (RFC 8259, section 6); the binary extension has. */
function checkFinite(output: WireTensor): void {
  if (output.dtype !== 'float32') return;
  const values = new Float32Array(Uint8Array.from(output.data).buffer);
  if (!values.every(Number.isFinite))
    throw new TorchliftError('not-finite', { what: `output ${output.name} has scores that aren't finite: ask for it in binary` });
}

function malformed(what: string): TorchliftError {
  return new TorchliftError('malformed-message', { what });
}
