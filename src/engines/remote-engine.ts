import { TorchliftError } from '../core/errors.ts';
import { decodeErrorMessage } from '../dialects/error-message.ts';
import { type ModelUrl, parseModelUrl } from '../dialects/model-url.ts';
import { encodeInferRequest } from '../dialects/open-inference/infer-request.ts';
import { decodeInferResponse } from '../dialects/open-inference/infer-response.ts';
import { JSON_LENGTH_HEADER } from '../dialects/open-inference/message.ts';
import { decodeMetadata as decodeOpenInferenceMetadata } from '../dialects/open-inference/metadata.ts';
import { decodeMetadata as decodeTfServingMetadata } from '../dialects/tf-serving/metadata.ts';
import { encodePredictRequest } from '../dialects/tf-serving/predict-request.ts';
import { decodePredictResponse } from '../dialects/tf-serving/predict-response.ts';
import type { WirePort, WireSignature, WireTensor } from '../dialects/wire-tensor.ts';
import type { Engine, RunOptions, RunResult } from './engine.ts';
import { type HttpAnswer, requestHttp } from './request-http.ts';
import type { Tensor } from './tensor.ts';

export interface RemoteOptions {
  /** A served model, as `parseModelUrl` takes it. */
  readonly url: string;
  /** Names in the order of the model, as its manifest has them; the server's own order where omitted or where its names are others. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  /** Of one request. */
  readonly timeoutMs?: number;
}

/** A model behind TensorFlow Serving's REST or the Open Inference Protocol: what runs in production today. */
export interface RemoteEngine extends Engine {
  readonly signature: WireSignature;
  /** Sends images as they are, compressed, to a model whose one input is bytes. Errors: `usage` where it isn't, `remote-refused` (an image that it doesn't take), `remote-failed`. */
  runBytes(images: readonly Uint8Array[]): Promise<RunResult>;
}

const TIMEOUT_MS = 60_000;

/** Asks a served model for its signature. Errors: `usage` (no such form of address), `remote-failed`, `malformed-message`. */
export async function openRemote({ url, inputs, outputs, timeoutMs = TIMEOUT_MS }: RemoteOptions): Promise<RemoteEngine> {
  const address = parseModelUrl(url);
  const started = performance.now();
  const text = textOf(expectOk(await requestHttp(address.metadata, { timeoutMs }), address));
  const signature = address.dialect === 'tf-serving' ? decodeTfServingMetadata(text) : decodeOpenInferenceMetadata(text);
  const ordered = { inputs: inOrder(signature.inputs, inputs), outputs: inOrder(signature.outputs, outputs) };
  const binary = address.dialect === 'open-inference' && (await takesBinary(address, timeoutMs));
  return new ServedModel(address, ordered, binary, timeoutMs, performance.now() - started);
}

function inOrder(ports: readonly WirePort[], names: readonly string[] | undefined): readonly WirePort[] {
  const found = (names ?? []).map((name) => ports.find((port) => port.name === name));
  return found.length === ports.length && found.every((port) => port !== undefined) ? found : ports;
}

/** Whether the server has the binary tensor extension; one that doesn't say has it not. */
async function takesBinary({ metadata }: ModelUrl, timeoutMs: number): Promise<boolean> {
  const { status, body } = await requestHttp(metadata.replace(/\/models\/.*/, ''), { timeoutMs });
  return status === 200 && Buffer.from(body).includes('"binary_tensor_data"');
}

class ServedModel implements RemoteEngine {
  readonly description: string;
  readonly loadMs: number;
  readonly signature: WireSignature;
  readonly #address: ModelUrl;
  readonly #binary: boolean;
  readonly #timeoutMs: number;

  constructor(address: ModelUrl, signature: WireSignature, binary: boolean, timeoutMs: number, loadMs: number) {
    this.description = `${address.text} (${address.dialect === 'tf-serving' ? 'TensorFlow Serving REST' : 'Open Inference Protocol'})`;
    this.loadMs = loadMs;
    this.signature = signature;
    this.#address = address;
    this.#binary = binary;
    this.#timeoutMs = timeoutMs;
  }

  async run(inputs: readonly Tensor[], options: RunOptions = {}): Promise<RunResult> {
    if (options.precision === 'autocast' || options.call === 'function') throw this.#usage('decides itself how it runs: it has no such option');
    const ports = this.signature.inputs;
    if (inputs.length !== ports.length)
      throw this.#usage(`takes ${ports.length} inputs (${ports.map(({ name }) => name).join(', ')}), got ${inputs.length}`);
    const named = inputs.map((tensor, index): WireTensor => {
      const { name, dtype } = ports[index] as WirePort;
      if (dtype !== tensor.dtype) throw this.#usage(`takes ${dtype} for ${name}, got ${tensor.dtype}`);
      return { name, ...tensor };
    });
    return this.#ask(named);
  }

  async runBytes(images: readonly Uint8Array[]): Promise<RunResult> {
    const [port, ...more] = this.signature.inputs;
    if (port?.dtype !== 'bytes' || more.length > 0) throw this.#usage('takes tensors, not the bytes of an image');
    // One image a row; some servers wrap each in a list of one.
    const inner = (port.shape ?? []).slice(1).map(() => 1);
    return this.#ask([{ name: port.name, dtype: 'bytes', shape: [images.length, ...inner], elements: images }]);
  }

  async close(): Promise<void> {}

  async #ask(inputs: readonly WireTensor[]): Promise<RunResult> {
    const started = performance.now();
    const outputs = await this.#outputsFor(inputs);
    const milliseconds = performance.now() - started;
    return {
      outputs: outputs.map((output): Tensor => {
        if (output.dtype === 'bytes') throw this.#usage(`gives bytes for ${output.name}, expected scores`);
        return output;
      }),
      milliseconds,
      cpuMilliseconds: null,
      peakBytes: null,
    };
  }

  /** An answer that isn't of its protocol is the server's fault, and said to be. */
  async #outputsFor(inputs: readonly WireTensor[]): Promise<readonly WireTensor[]> {
    let outputs: readonly WireTensor[];
    try {
      outputs = await (this.#address.dialect === 'tf-serving' ? this.#predict(inputs) : this.#infer(inputs));
    } catch (cause) {
      if (!(cause instanceof TorchliftError) || cause.code !== 'malformed-message') throw cause;
      throw this.#failed(`gave an answer that can't be read: ${cause.what}`, cause);
    }
    const rows = inputs[0]?.shape[0];
    const other = outputs.find(({ shape }) => shape[0] !== rows);
    if (other !== undefined) throw this.#failed(`answered ${other.name} [${other.shape.join(', ')}] to ${rows} rows`);
    return outputs;
  }

  #failed(what: string, cause?: unknown): TorchliftError {
    return new TorchliftError('remote-failed', { what, where: this.#address.text, cause });
  }

  async #predict(inputs: readonly WireTensor[]): Promise<readonly WireTensor[]> {
    const answer = await this.#post(encodePredictRequest(inputs), { 'content-type': 'application/json' });
    return decodePredictResponse(textOf(answer), this.signature.outputs);
  }

  async #infer(inputs: readonly WireTensor[]): Promise<readonly WireTensor[]> {
    const { body, jsonBytes } = encodeInferRequest(inputs, this.#binary);
    const answer = await this.#post(
      body,
      jsonBytes === undefined
        ? { 'content-type': 'application/json' }
        : { 'content-type': 'application/octet-stream', [JSON_LENGTH_HEADER]: String(jsonBytes) },
    );
    const length = answer.headers.get(JSON_LENGTH_HEADER);
    return decodeInferResponse({ body: answer.body, jsonBytes: length === null ? undefined : Number(length) }, this.signature.outputs);
  }

  async #post(body: string | Uint8Array, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    return expectOk(await requestHttp(this.#address.predict, { body, headers, timeoutMs: this.#timeoutMs }), this.#address);
  }

  #usage(what: string): TorchliftError {
    return new TorchliftError('usage', { what, where: this.#address.text, remedy: 'Check that it serves the model that is meant.' });
  }
}

/** What servers answer to an input that they don't take; they would take another. */
const REFUSALS = new Set([400, 413, 415, 422]);

function expectOk(answer: HttpAnswer, address: ModelUrl): HttpAnswer {
  if (answer.status === 200) return answer;
  throw new TorchliftError(REFUSALS.has(answer.status) ? 'remote-refused' : 'remote-failed', {
    what: `answered ${answer.status}: ${decodeErrorMessage(textOf(answer)) || 'nothing'}`,
    where: address.text,
    remedy:
      answer.status === 401 || answer.status === 403
        ? 'Put what the Authorization header is to be into TORCHLIFT_REMOTE_AUTHORIZATION.'
        : "Check the model's name and version in the address, and that the inputs are what it takes.",
  });
}

function textOf({ body }: HttpAnswer): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}
