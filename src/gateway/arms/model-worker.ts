import { TorchliftError } from '../../core/errors.ts';
import type { Device } from '../../engines/engine.ts';
import { loadWorker } from '../../engines/load-worker.ts';
import { ensureRuntime, type Progress } from '../../engines/runtimes/ensure-runtime.ts';
import type { RuntimeName } from '../../engines/runtimes/specifications.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { Outcome, PoolWorker } from '../pool/work.ts';

/** What a model is asked: its inputs, in its order, the rows first; or an image's bytes, which the worker prepares. */
export type ModelInput = { readonly inputs: readonly Tensor[] } | { readonly image: Uint8Array };

export interface ModelAnswer {
  /** In the model's order, the rows first. */
  readonly outputs: readonly Tensor[];
  /** What a decoder passed over. */
  readonly flags: readonly string[];
}

export interface ModelWorkerOptions {
  readonly engine: RuntimeName;
  /** Paths of files whose hashes were verified; no `preprocess` where no images are asked about. */
  readonly model: string;
  readonly preprocess?: string;
  readonly device: Device;
  /** Of one operator; the framework's default where omitted. */
  readonly threads?: number;
  /** Asked before the worker is ready, one after the other. */
  readonly warmUp: readonly (readonly ModelInput[])[];
  readonly progress: Progress;
}

/** A worker process with a model, warm. Errors: `runtime-unavailable`, `io` (pip), `worker-failed`. */
export async function startModelWorker(options: ModelWorkerOptions): Promise<PoolWorker<ModelInput, ModelAnswer>> {
  const { engine, model, preprocess, device, threads, warmUp, progress } = options;
  const runtime = await ensureRuntime(engine, progress);
  const load = { model, device, threads: threads ?? null, ...(preprocess !== undefined && { preprocess }) };
  const { worker } = await loadWorker({ engine, python: runtime.python, load, supervision: undefined });
  const run = async (asked: readonly ModelInput[]) => {
    const requests = asked.map((input) => ('image' in input ? 0 : input.inputs.length));
    const { header, tensors } = await worker.request('answer', { requests }, asked.flatMap(tensorsOf));
    return { outcomes: outcomesOf(header.requests as readonly Report[], tensors), peakBytes: Number(header.peakBytes) };
  };
  try {
    for (const batch of warmUp) await run(batch);
  } catch (error) {
    await worker.close();
    throw error;
  }
  return {
    pid: worker.pid,
    get ended() {
      return worker.ended;
    },
    run,
    close: () => worker.close(),
    kill: (why) => worker.kill(why),
  };
}

function tensorsOf(input: ModelInput): readonly Tensor[] {
  return 'image' in input ? [{ dtype: 'uint8', shape: [input.image.byteLength], data: input.image }] : input.inputs;
}

type Report = { readonly error: string } | { readonly flags: readonly string[]; readonly outputs: number };

function outcomesOf(reports: readonly Report[], tensors: readonly Tensor[]): readonly Outcome<ModelAnswer>[] {
  let next = 0;
  return reports.map((report) => {
    if ('error' in report) return { ok: false, error: new TorchliftError('refused-input', { what: report.error }) };
    const from = next;
    next += report.outputs;
    return { ok: true, value: { outputs: tensors.slice(from, next), flags: report.flags } };
  });
}
