import { expect, test } from 'vitest';
import { progressBar } from './progress-bar.ts';

test('a bar with the time that is left', () => {
  expect(progressBar(0.4, 125)).toBe('████████░░░░░░░░░░░░  40 %, 2 min 5 s left');
  expect(progressBar(1, 0)).toBe(`${'█'.repeat(20)}  100 %, 0 s left`);
  expect(progressBar(0, 7300)).toMatch(/2 h 1 min left$/);
});
