import { printable } from '../../core/printable.ts';
import { formatCount } from '../format.ts';
import type { ProgressDisplay } from '../progress.ts';
import { progressBar } from '../progress-bar.ts';
import { roundsDisplay } from '../rounds-display.ts';
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
    onSamples: (done, total, line) => {
      if (done === 0) return show(line);
      const secondsLeft = ((total - done) / done) * ((performance.now() - started) / 1000);
      show(`${progressBar(total === 0 ? 1 : done / total, secondsLeft)}, ${formatCount(done)} of ${formatCount(total)}; ${line}`);
    },
    onRounds: rounds,
  };
}
