import { invariant } from '../../core/errors.ts';
import type { Tensor } from '../../engines/tensor.ts';
import type { WorkerEngine } from '../../engines/worker-engine.ts';

export type TapWorker = Pick<WorkerEngine, 'call' | 'pid'>;

/**
 * What all calls of a model give for some rows. The tensors wait in the worker and are fetched one by one; where the worker was replaced
 * meanwhile, they are computed again, once for each loss.
 */
export class Taps {
  readonly #worker: TapWorker;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #inputs: readonly Tensor[];
  #pid = 0;

  /** `options`: of the host's method `layers`. */
  constructor(worker: TapWorker, options: Readonly<Record<string, unknown>>, inputs: readonly Tensor[]) {
    this.#worker = worker;
    this.#options = options;
    this.#inputs = inputs;
  }

  /** Computes them; gives what the worker says of them. Errors: `worker-failed`. */
  async compute(): Promise<Readonly<Record<string, unknown>>> {
    const { header } = await this.#worker.call('layers', this.#options, this.#inputs);
    this.#pid = this.#worker.pid;
    return header;
  }

  /** One of them; `options`: of the host's method `layer`. It is forgotten there. Errors: `worker-failed`. */
  async fetch(options: Readonly<Record<string, unknown>>): Promise<Tensor> {
    try {
      return await this.#fetch(options);
    } catch (error) {
      if (this.#worker.pid === this.#pid) throw error;
      await this.compute();
      return this.#fetch(options);
    }
  }

  async #fetch(options: Readonly<Record<string, unknown>>): Promise<Tensor> {
    const [tensor] = (await this.#worker.call('layer', options, [])).tensors;
    invariant(tensor !== undefined, 'a layer without a tensor');
    return tensor;
  }
}
