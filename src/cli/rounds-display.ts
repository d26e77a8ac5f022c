import type { ProgressDisplay } from './progress.ts';
import { progressBar } from './progress-bar.ts';

/** Shows how far a benchmark is: a bar on a terminal; elsewhere a line at each tenth. */
export function roundsDisplay(progress: ProgressDisplay) {
  let tenth = -1;
  return ({ share, secondsLeft, round, rounds }: { share: number; secondsLeft: number; round: number; rounds: number }) => {
    if (!process.stderr.isTTY && Math.floor(10 * share) === tenth) return;
    tenth = Math.floor(10 * share);
    progress.update(`measuring  ${progressBar(share, secondsLeft)} (round ${round} of ${rounds})`);
  };
}
