import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Manifest, PortRecord } from '../bundle/manifest.ts';
import { readManifest, verifiedArtefact } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import type { Device } from '../engines/engine.ts';
import { float32Elements, type Tensor, tensorBytes } from '../engines/tensor.ts';
import { createDecider } from '../policy/create-decider.ts';
import { findHeads } from '../policy/find-heads.ts';
import { policyOf } from '../policy/policy-of.ts';
import { type ModelAnswer, type ModelInput, startModelWorker } from './arms/model-worker.ts';
import { createHttpServer } from './http/create-http-server.ts';
import { healthRoutes } from './http/health-routes.ts';
import { moderateRoutes } from './http/moderate-routes.ts';
import { openInferenceRoutes } from './http/open-inference-routes.ts';
import { tfServingRoutes } from './http/tf-serving-routes.ts';
import { Models } from './models.ts';
import { WorkerPool } from './pool/worker-pool.ts';
import { ServedModel } from './served-model.ts';

export interface ServeOptions {
  /** The bundle's folder. */
  readonly model: string;
  readonly name: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly device: Device;
  /** Path of a policy; the bundle's own where omitted. */
  readonly policy?: string;
  readonly workers?: number;
  readonly timeoutMs?: number;
  readonly onEvent: (line: string) => void;
}

export interface Gateway {
  readonly port: number;
  readonly isStopping: boolean;
  readonly workerPids: readonly number[];
  /** Takes nothing new, answers what was accepted, ends the workers. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const IMAGE_BYTES = 20 << 20;
const TENSOR_BYTES = 256 << 20;
const MAX_BATCH = 8;
const MAX_QUEUE = 1024;
const MEMORY_CAP_BYTES = 4e9;

/** Serves a bundle by all its contracts, ready when this resolves. Errors: those of the bundle's readers, of the workers, `io` (the port is taken). */
export async function serve(options: ServeOptions): Promise<Gateway> {
  const { model: bundle, name, host, port, device, onEvent } = options;
  const manifest = readManifest(bundle);
  const policy = policyOf(options.policy, manifest);
  const [model, preprocess] = [verifiedArtefact(bundle, manifest, 'model.pt'), verifiedArtefact(bundle, manifest, 'preprocess.py')];
  const first = rowsOf(manifest, 1);
  const candidate = await WorkerPool.open<ModelInput, ModelAnswer>({
    name: 'candidate',
    workers: options.workers ?? availableParallelism(),
    maxBatch: MAX_BATCH,
    maxQueue: MAX_QUEUE,
    memoryCapBytes: MEMORY_CAP_BYTES,
    start: () =>
      startModelWorker({
        ...{ engine: 'torch', model, preprocess, device, threads: 1, progress: onEvent },
        warmUp: first === undefined ? [] : [1, 1, MAX_BATCH].map((rows) => Array.from({ length: rows }, () => first)),
      }),
    events: { onBatch: () => {}, onRestart: (why) => onEvent(`a worker is replaced: ${why}`), onReady: () => {} },
  });
  let server: FastifyInstance | undefined;
  try {
    const seen = first === undefined ? [] : (await candidate.submit(warmWork(first))).outputs.map(scoresOf);
    const heads = findHeads(manifest.outputs, manifest.classes, seen);
    const sha256 = manifest.artefacts['model.pt']?.sha256 ?? '';
    const limits = { maxPixels: 20e6, minSide: 1, webp: false };
    const served = new ServedModel({ name, version: 1, manifest, sha256, heads, policy, decide: createDecider(heads, policy), limits, candidate });
    const models = new Models([served]);
    let isStopping = false;
    const routes = [
      ...moderateRoutes(models, IMAGE_BYTES),
      ...tfServingRoutes(models, TENSOR_BYTES),
      ...openInferenceRoutes(models, TENSOR_BYTES),
      ...healthRoutes(models, () => isStopping),
    ];
    server = createHttpServer({ routes, timeoutMs: options.timeoutMs ?? TIMEOUT_MS, identify: ({ address }) => address, onAnswer: () => {} });
    await listen(server, host, port);
    const address = server.server.address();
    const opened = server;
    return {
      port: typeof address === 'object' && address !== null ? address.port : port,
      get isStopping() {
        return isStopping;
      },
      get workerPids() {
        return candidate.pids;
      },
      async close() {
        isStopping = true;
        await opened.close();
        await candidate.close();
      },
    };
  } catch (error) {
    await server?.close();
    await candidate.close();
    throw error;
  }
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = code === 'EADDRINUSE' ? 'the port is taken' : `can't listen (${code})`;
    throw new TorchliftError('io', { what, where: `${host}:${port}`, remedy: 'Give another --port, or end what uses it.', cause });
  }
}

/** Zeros in the shape of the model's inputs; undefined where a size is free. */
function rowsOf({ inputs }: Manifest, rows: number): { readonly inputs: readonly Tensor[] } | undefined {
  const found = inputs.map(({ dtype, shape }: PortRecord): Tensor | undefined => {
    const sizes = shape.slice(1);
    if (!sizes.every((size) => typeof size === 'number')) return undefined;
    return { dtype, shape: [rows, ...sizes], data: new Uint8Array(tensorBytes(dtype, [rows, ...sizes])) };
  });
  return found.every((tensor) => tensor !== undefined) ? { inputs: found } : undefined;
}

function warmWork(input: ModelInput) {
  return { input, rows: 1, client: '', deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal, digest: () => '' };
}

function scoresOf(tensor: Tensor): Float32Array {
  return tensor.dtype === 'float32' ? float32Elements(tensor) : new Float32Array();
}
