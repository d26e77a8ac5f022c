import { printable } from '../../core/printable.ts';
import type { ProgressDisplay } from '../progress.ts';
import { roundsDisplay } from '../rounds-display.ts';
import { samplesLine } from '../samples-line.ts';
import type { MigrationOptions } from './migration-steps.ts';
import type { RunStepsOptions } from './run-steps.ts';

/** What a person sees of a migration: the step, and within it how far it is. */
export function migrationProgress(
  progress: ProgressDisplay,
): Pick<MigrationOptions, 'onProgress' | 'onSamples' | 'onRounds'> & Pick<RunStepsOptions, 'onStep'> {
  let step = '';
  let started = 0;
  const show = (line: string) => progress.update(printable(`${step}: ${line}`));
  const rounds = roundsDisplay({ ...progress, update: show });
  return {
    onStep: (name, isSkipped) => {
      [step, started] = [name, performance.now()];
      show(isSkipped ? 'was done already' : 'begins');
    },
    onProgress: show,
    onSamples: (done, total, line) => show(done === 0 ? line : samplesLine(done, total, performance.now() - started, line)),
    onRounds: rounds,
  };
}
