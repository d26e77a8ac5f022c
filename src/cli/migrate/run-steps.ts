import { createHash } from 'node:crypto';
import type { MigrationRecord } from './migration-record.ts';

export interface Step {
  readonly name: string;
  /** All that the result depends on, as JSON; asked when its turn comes, since earlier steps make some of it. */
  readonly inputs: () => unknown;
  /** Whether its result still lies where it left it. */
  readonly isThere: () => boolean;
  readonly run: () => Promise<void>;
}

export interface StepOutcome {
  readonly step: string;
  /** Null where an earlier run had finished it with the same inputs. */
  readonly seconds: number | null;
}

export interface RunStepsOptions {
  /** Repeats finished steps too. */
  readonly force: boolean;
  readonly onStep: (step: string, isSkipped: boolean) => void;
}

/**
 * Runs steps in their order, but not those that an earlier run finished with the same inputs and whose result is still there. A step that was
 * killed on its way, or failed, is done again from its beginning.
 */
export async function runSteps(steps: readonly Step[], record: MigrationRecord, { force, onStep }: RunStepsOptions): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const { name, inputs, isThere, run } of steps) {
    const hash = createHash('sha256').update(JSON.stringify(inputs())).digest('hex');
    const isSkipped = !force && record.isFinished(name, hash) && isThere();
    onStep(name, isSkipped);
    if (isSkipped) {
      outcomes.push({ step: name, seconds: null });
      continue;
    }
    record.begin(name, hash);
    const started = performance.now();
    await run();
    record.finish(name, hash);
    outcomes.push({ step: name, seconds: (performance.now() - started) / 1000 });
  }
  return outcomes;
}
