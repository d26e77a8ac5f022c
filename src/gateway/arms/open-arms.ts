import { availableParallelism } from 'node:os';
import type { Manifest, PortRecord } from '../../bundle/manifest.ts';
import { checkTensorflowModel } from '../../engines/open-tensorflow.ts';
import { openRemote } from '../../engines/remote-engine.ts';
import { type Tensor, tensorBytes } from '../../engines/tensor.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { GatewayMetrics } from '../observe/gateway-metrics.ts';
import type { PoolWorker } from '../pool/work.ts';
import { WorkerPool } from '../pool/worker-pool.ts';
import type { Arm } from './arm.ts';
import { type Arms, pairedArms, singleArm } from './arms.ts';
import { startModelWorker } from './model-worker.ts';
import { poolArm } from './pool-arm.ts';
import { startPreprocessWorker } from './preprocess-worker.ts';
import { remoteArm } from './remote-arm.ts';

export interface ArmsOptions {
  readonly config: GatewayConfig;
  readonly manifest: Manifest;
  /** Paths of the bundle's files, their hashes verified. */
  readonly model: string;
  readonly preprocess: string;
  readonly metrics: GatewayMetrics;
  /** For people. */
  readonly onLine: (line: string) => void;
}

export interface OpenedArms {
  readonly arms: Arms;
  /** Of all workers there are now. */
  readonly workerPids: () => readonly number[];
}

/** Threads of one worker of PyTorch: several of one thread answer more than one of several, and sooner. */
const THREADS = 1;

/** Starts the models of a configuration, warm. Errors: those of the workers and of the reference. */
export async function openArms(options: ArmsOptions): Promise<OpenedArms> {
  const { config, manifest, model, preprocess, metrics, onLine: progress } = options;
  const { device, maxBatch } = config;
  const pools: WorkerPool<never, unknown>[] = [];
  const opened: { close(): Promise<void> }[] = [];
  const open = async <Input, Output>(name: string, workers: number, start: () => Promise<PoolWorker<Input, Output>>) => {
    const pool = await WorkerPool.open({ ...poolOptions(name, options), workers, start });
    metrics.watch(name, pool);
    pools.push(pool as WorkerPool<never, unknown>);
    opened.push(pool);
    return pool;
  };
  const row = oneRow(manifest);
  const warmUp = row === undefined ? [] : [1, 1, maxBatch].map((rows) => Array.from({ length: rows }, () => row));
  try {
    const workers = config.workers ?? availableParallelism();
    const candidate = await open('candidate', workers, () =>
      startModelWorker({ ...{ engine: 'torch', model, preprocess, device, threads: THREADS, warmUp, progress } }),
    );
    const pids = () => pools.flatMap((pool) => pool.pids);
    if (config.reference === undefined) return { arms: singleArm(candidate), workerPids: pids };
    const reference = await openReference(config.reference, manifest, (path) =>
      open('reference', 1, () => startModelWorker({ ...{ engine: 'tensorflow', model: path, device, warmUp, progress } })),
    );
    opened.push(reference);
    const prepared = await open('preprocess', 1, () => startPreprocessWorker({ source: preprocess, progress }));
    const arms = pairedArms({
      ...{ candidate: poolArm(candidate), reference, preprocess: prepared },
      onFallback: ({ code }) => metrics.fellBack(code),
    });
    return { arms, workerPids: pids };
  } catch (error) {
    await Promise.all(opened.map((each) => each.close()));
    throw error;
  }
}

function poolOptions(name: string, { config, metrics, onLine }: ArmsOptions) {
  const { maxBatch, maxQueue, memoryCapMb } = config;
  const counted = metrics.eventsOf(name);
  return {
    ...{ name, maxBatch, maxQueue, memoryCapBytes: memoryCapMb * 1e6 },
    events: {
      onBatch: counted.onBatch,
      onRestart: (why: string) => {
        counted.onRestart(why);
        onLine(`a worker of the ${name} is replaced: ${why}`);
      },
    },
  };
}

type OpenPool = (path: string) => Promise<Parameters<typeof poolArm>[0]>;

/** A Keras file in TensorFlow, or a served model by its address. */
async function openReference(named: string, { inputs, outputs }: Manifest, openPool: OpenPool): Promise<Arm> {
  if (/^https?:/.test(named)) {
    const names = (ports: readonly PortRecord[]) => ports.map(({ name }) => name);
    return remoteArm(await openRemote({ url: named, inputs: names(inputs), outputs: names(outputs) }));
  }
  await checkTensorflowModel(named);
  return poolArm(await openPool(named));
}

/** One row of zeros in the shape of the model's inputs; undefined where a size is free. */
export function oneRow({ inputs }: Manifest): { readonly inputs: readonly Tensor[] } | undefined {
  const found = inputs.map(({ dtype, shape }): Tensor | undefined => {
    const sizes = shape.slice(1);
    if (!sizes.every((size) => typeof size === 'number')) return undefined;
    return { dtype, shape: [1, ...sizes], data: new Uint8Array(tensorBytes(dtype, [1, ...sizes])) };
  });
  return found.every((tensor) => tensor !== undefined) ? { inputs: found } : undefined;
}
