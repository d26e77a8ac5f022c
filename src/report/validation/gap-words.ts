import type { ValidationEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { count, counted } from '../numbers.ts';

/** What the figures don't speak of, or were disturbed by: one line each. */
export function gapWords({ warnings, coverage, undecided, nonFinite, skipped }: ValidationEvidence): readonly string[] {
  const broken = (['candidate', 'reference'] as const).flatMap((side) => {
    const { images, nan, infinite } = nonFinite[side];
    return images === 0
      ? []
      : [`the ${side} gave scores that are no numbers on ${counted(images, 'image')} (${count(nan)} NaN, ${count(infinite)} infinite)`];
  });
  return [
    ...broken,
    ...(undecided.both === 0 ? [] : [`left undecided by both sides, and not counted: ${counted(undecided.both, 'image')}`]),
    ...(skipped.total === 0 ? [] : [`skipped: ${counted(skipped.total, 'file')}`]),
    ...coverage.warnings,
    ...warnings,
  ];
}
