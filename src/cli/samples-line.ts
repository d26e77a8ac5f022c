import { formatCount } from './format.ts';
import { progressBar } from './progress-bar.ts';

/** How far a validation is. `done` is at least 1; `line`: what there is to say of it so far. */
export function samplesLine(done: number, total: number, milliseconds: number, line: string): string {
  const secondsLeft = ((total - done) / done) * (milliseconds / 1000);
  return `${progressBar(total === 0 ? 1 : done / total, secondsLeft)}, ${formatCount(done)} of ${formatCount(total)}; ${line}`;
}
