import type { Engine } from '../../engines/engine.ts';
import type { Arm } from './arm.ts';

/** What the last answers weigh in what the next is expected to take. */
const KEPT = 0.9;

/** A served model elsewhere as an arm: it batches for itself. */
export function remoteArm(engine: Engine): Arm {
  let expected = 0;
  return {
    isReady: true,
    expectedMs: () => expected,
    async answer(inputs, { signal }) {
      const started = performance.now();
      const gone = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
      const { outputs } = await Promise.race([engine.run(inputs), gone]);
      const took = performance.now() - started;
      expected = expected === 0 ? took : KEPT * expected + (1 - KEPT) * took;
      return { outputs, flags: [] };
    },
    close: () => engine.close(),
  };
}
