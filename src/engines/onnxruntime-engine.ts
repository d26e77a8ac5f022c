import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { DType } from '../core/dtypes.ts';
import { DTYPE_BYTES } from '../core/dtypes.ts';
import { TorchliftError } from '../core/errors.ts';
import { TYPED_ARRAYS } from '../core/typed-arrays.ts';
import type { Engine, RunOptions, RunResult } from './engine.ts';
import type { Tensor } from './tensor.ts';

/** What is used of `onnxruntime-node`, which isn't a dependency: 290 MB that only this engine needs. */
interface OnnxRuntime {
  readonly env: { readonly versions: { readonly node?: string; readonly common: string } };
  readonly InferenceSession: { create(path: string, options: object): Promise<Session> };
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => OnnxTensor;
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

interface OnnxTensor {
  readonly type: string;
  readonly data: ArrayBufferView;
  readonly dims: readonly number[];
}

export interface OnnxRuntimeOptions {
  /** A `model.onnx` whose hash was verified. */
  readonly model: string;
  /** Threads of one operator; ONNX Runtime's default where omitted. */
  readonly threads?: number;
}

/**
 * Opens a model in ONNX Runtime, in this process. Errors: `runtime-unavailable` (`onnxruntime-node` isn't installed), `worker-failed` (it
 * refuses the model).
 */
export async function openOnnxRuntime({ model, threads }: OnnxRuntimeOptions): Promise<Engine> {
  const started = performance.now();
  const runtime = loadOnnxRuntime();
  // 3: errors. Its warnings on standard error are no help to people.
  const options = { executionProviders: ['cpu'], logSeverityLevel: 3, ...(threads !== undefined && { intraOpNumThreads: threads }) };
  const session = await refusedAs(() => runtime.InferenceSession.create(model, options), model);
  return new OnnxRuntimeEngine(runtime, session, performance.now() - started);
}

/** Where it stands: TORCHLIFT_ONNXRUNTIME names a folder with its own `node_modules`; else it stands beside Torchlift. */
function loadOnnxRuntime(): OnnxRuntime {
  const folder = process.env.TORCHLIFT_ONNXRUNTIME;
  const from = folder ? createRequire(join(resolve(folder), 'package.json')) : createRequire(import.meta.url);
  try {
    return from('onnxruntime-node') as OnnxRuntime;
  } catch (cause) {
    throw new TorchliftError('runtime-unavailable', {
      what: `onnxruntime-node can't be loaded: ${String((cause as Error).message).split('\n')[0]}`,
      where: folder ?? 'node_modules',
      remedy: 'Run npm install onnxruntime-node beside torchlift, or in any folder, and name that in TORCHLIFT_ONNXRUNTIME.',
      cause,
    });
  }
}

class OnnxRuntimeEngine implements Engine {
  readonly description: string;
  readonly loadMs: number;
  readonly #runtime: OnnxRuntime;
  readonly #session: Session;

  constructor(runtime: OnnxRuntime, session: Session, loadMs: number) {
    this.description = `onnxruntime ${runtime.env.versions.node ?? runtime.env.versions.common}`;
    this.loadMs = loadMs;
    this.#runtime = runtime;
    this.#session = session;
  }

  async run(inputs: readonly Tensor[], options: RunOptions = {}): Promise<RunResult> {
    if (options.precision === 'autocast' || options.call === 'function') {
      throw new TorchliftError('usage', { what: 'runs a model as it is: autocast and tf.function are of other frameworks', where: this.description });
    }
    const names = this.#session.inputNames;
    if (inputs.length !== names.length) {
      throw new TorchliftError('usage', {
        what: `takes ${names.length} inputs (${names.join(', ')}), got ${inputs.length}`,
        where: this.description,
      });
    }
    const feeds = Object.fromEntries(inputs.map((tensor, index) => [names[index] as string, this.#toOnnx(tensor)]));
    const cpu = process.cpuUsage();
    const started = performance.now();
    const results = await refusedAs(() => this.#session.run(feeds), this.description);
    const milliseconds = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    return {
      outputs: this.#session.outputNames.map((name) => fromOnnx(results[name] as OnnxTensor)),
      milliseconds,
      cpuMilliseconds: (user + system) / 1e3,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    };
  }

  close(): Promise<void> {
    return this.#session.release();
  }

  #toOnnx({ dtype, shape, data }: Tensor): OnnxTensor {
    if (dtype === 'bfloat16') throw new TorchliftError('usage', { what: "onnxruntime-node can't take bfloat16", where: this.description });
    const aligned = data.byteOffset % DTYPE_BYTES[dtype] === 0 ? data : new Uint8Array(data);
    const elements = new TYPED_ARRAYS[dtype](aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.byteLength / DTYPE_BYTES[dtype]);
    return new this.#runtime.Tensor(dtype, elements, shape);
  }
}

function fromOnnx({ type, data, dims }: OnnxTensor): Tensor {
  return { dtype: type as DType, shape: dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** What ONNX Runtime throws, as an error of ours. */
async function refusedAs<T>(action: () => Promise<T>, where: string): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new TorchliftError('worker-failed', { what: `onnxruntime refused: ${(cause as Error).message}`, where, cause });
  }
}
