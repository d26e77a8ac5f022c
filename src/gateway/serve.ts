import { availableParallelism } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Manifest, PortRecord } from '../bundle/manifest.ts';
import { readManifest, verifiedArtefact } from '../bundle/read-bundle.ts';
import { TorchliftError } from '../core/errors.ts';
import { float32Elements, type Tensor, tensorBytes } from '../engines/tensor.ts';
import { createDecider } from '../policy/create-decider.ts';
import { findHeads } from '../policy/find-heads.ts';
import { policyOf } from '../policy/policy-of.ts';
import { type ModelAnswer, type ModelInput, startModelWorker } from './arms/model-worker.ts';
import type { GatewayConfig } from './config/gateway-config.ts';
import { adminRoutes } from './http/admin-routes.ts';
import { type Answered, createHttpServer } from './http/create-http-server.ts';
import { healthRoutes } from './http/health-routes.ts';
import { moderateRoutes } from './http/moderate-routes.ts';
import { openInferenceRoutes } from './http/open-inference-routes.ts';
import { tfServingRoutes } from './http/tf-serving-routes.ts';
import { Models } from './models.ts';
import { GatewayMetrics } from './observe/gateway-metrics.ts';
import { WorkerPool } from './pool/worker-pool.ts';
import { ServedModel } from './served-model.ts';

export interface ServeEvents {
  /** For people, while it starts and when something happens to it. */
  readonly onLine: (line: string) => void;
  readonly onAnswer: (answered: Answered) => void;
}

export interface Gateway {
  readonly port: number;
  readonly adminPort: number;
  readonly workerPids: readonly number[];
  /** Takes nothing new, answers what was accepted, ends the workers. */
  close(): Promise<void>;
}

/** What nobody configured may see. */
const LOOPBACK = '127.0.0.1';

/** What can be found wrong without starting anything: the bundle, its files' hashes, the policy. Errors: those of their readers. */
export function checkServed({ model: bundle, policy: policyPath }: GatewayConfig) {
  const manifest = readManifest(bundle);
  const policy = policyOf(policyPath, manifest);
  const [model, preprocess] = [verifiedArtefact(bundle, manifest, 'model.pt'), verifiedArtefact(bundle, manifest, 'preprocess.py')];
  return { manifest, policy, model, preprocess };
}

/** Serves a bundle by all its contracts, ready when this resolves. Errors: as of `checkServed`, of the workers, `io` (a port is taken). */
export async function serve(config: GatewayConfig, { onLine, onAnswer }: ServeEvents): Promise<Gateway> {
  const { name, limits, device, maxBatch } = config;
  const { manifest, policy, model, preprocess } = checkServed(config);
  const metrics = new GatewayMetrics();
  const counted = metrics.eventsOf('candidate');
  const first = firstRow(manifest);
  const candidate = await WorkerPool.open<ModelInput, ModelAnswer>({
    ...{ name: 'candidate', workers: config.workers ?? availableParallelism(), maxBatch, maxQueue: config.maxQueue },
    memoryCapBytes: config.memoryCapMb * 1e6,
    start: () =>
      startModelWorker({
        ...{ engine: 'torch', model, preprocess, device, threads: 1, progress: onLine },
        warmUp: first === undefined ? [] : [1, 1, maxBatch].map((rows) => Array.from({ length: rows }, () => first)),
      }),
    events: {
      onBatch: counted.onBatch,
      onRestart: (why) => {
        counted.onRestart(why);
        onLine(`a worker is replaced: ${why}`);
      },
    },
  });
  metrics.watch('candidate', candidate);
  const servers: FastifyInstance[] = [];
  let isStopping = false;
  const close = async () => {
    isStopping = true;
    await Promise.all(servers.map((server) => server.close()));
    await candidate.close();
  };
  try {
    const seen = first === undefined ? [] : (await candidate.submit(warmWork(first))).outputs.map(scoresOf);
    const heads = findHeads(manifest.outputs, manifest.classes, seen);
    const decide = createDecider(heads, policy);
    const sha256 = manifest.artefacts['model.pt']?.sha256 ?? '';
    const imageLimits = { maxPixels: limits.pixels, minSide: limits.minSide, webp: config.webp };
    const models = new Models([new ServedModel({ name, version: 1, manifest, sha256, heads, policy, decide, limits: imageLimits, candidate })]);
    const listen = async (routes: Parameters<typeof createHttpServer>[0]['routes'], host: string, port: number) => {
      const server = createHttpServer({
        ...{ routes, timeoutMs: config.timeoutMs, identify: ({ address }) => address },
        onAnswer: (answered) => {
          metrics.answered(answered.route, answered.status, answered.milliseconds);
          onAnswer(answered);
        },
      });
      servers.push(server);
      return listenOn(server, host, port);
    };
    const routes = [
      ...moderateRoutes(models, limits.imageBytes),
      ...tfServingRoutes(models, limits.tensorBytes),
      ...openInferenceRoutes(models, limits.tensorBytes),
      ...healthRoutes(models, () => isStopping),
    ];
    const adminPort = await listen([...adminRoutes(metrics), ...healthRoutes(models, () => isStopping)], LOOPBACK, config.adminPort);
    const port = await listen(routes, config.host, config.port);
    return {
      ...{ port, adminPort, close },
      get workerPids() {
        return candidate.pids;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The port that it got. */
async function listenOn(server: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = code === 'EADDRINUSE' ? 'the port is taken' : `can't listen (${code})`;
    throw new TorchliftError('io', { what, where: `${host}:${port}`, remedy: 'Give another port, or end what uses it.', cause });
  }
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** One row of zeros in the shape of the model's inputs; undefined where a size is free. */
function firstRow({ inputs }: Manifest): ModelInput | undefined {
  const found = inputs.map(({ dtype, shape }: PortRecord): Tensor | undefined => {
    const sizes = shape.slice(1);
    if (!sizes.every((size) => typeof size === 'number')) return undefined;
    return { dtype, shape: [1, ...sizes], data: new Uint8Array(tensorBytes(dtype, [1, ...sizes])) };
  });
  return found.every((tensor) => tensor !== undefined) ? { inputs: found } : undefined;
}

function warmWork(input: ModelInput) {
  return { input, rows: 1, client: '', deadline: Number.POSITIVE_INFINITY, signal: new AbortController().signal, digest: () => '' };
}

function scoresOf(tensor: Tensor): Float32Array {
  return tensor.dtype === 'float32' ? float32Elements(tensor) : new Float32Array();
}
