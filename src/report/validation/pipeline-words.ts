import type { FoundPipelineEvidence } from '../../bundle/evidence/validation-evidence.ts';
import { counted, small } from '../numbers.ts';

/** Which pipeline reproduces the recorded scores, how near it and the next one are, and which others no image tells apart from it. */
export function pipelineWords({ found, images, preset, steps, distance, equivalent, runnerUp }: FoundPipelineEvidence): readonly string[] {
  if (steps === null) return ['none could be tried: no image could be prepared'];
  const verdict = found ? 'found' : 'none reproduces the scores; the nearest is';
  return [
    `${verdict}: ${nameOf({ preset, steps })}, ${small(distance)} off on ${counted(images, 'image')}`,
    ...equivalent.map((other) => `no image tells it apart from ${nameOf(other)}`),
    ...(runnerUp === null ? [] : [`the next: ${nameOf(runnerUp)}, ${small(runnerUp.distance)} off`]),
  ];
}

/** The preset's name, or its steps as they stand in the manifest. */
function nameOf({ preset, steps }: { readonly preset: string | null; readonly steps: readonly unknown[] }): string {
  return preset ?? steps.map((step) => words(step as Readonly<Record<string, unknown>>)).join(' → ');
}

function words({ step, ...keys }: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(keys).flatMap(([key, value]) =>
    value === null || value === false ? [] : [value === true ? key : `${key} ${value}`],
  );
  return values.length === 0 ? String(step) : `${step} (${values.join(', ')})`;
}
