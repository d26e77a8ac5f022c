import { type FoundPipelineEvidence, TELLING_IMAGES } from '../../bundle/evidence/validation-evidence.ts';
import { counted, small } from '../numbers.ts';

/** Of those that no image tells apart so many are named; a folder of squares has a hundred. */
const NAMED = 4;

/** Which pipeline reproduces the recorded scores, how near it and the next one are, and which others no image tells apart from it. */
export function pipelineWords(found: FoundPipelineEvidence): readonly string[] {
  const { images, preset, steps, distance, equivalent, runnerUp } = found;
  if (steps === null) return ['none could be tried: no image could be prepared'];
  const more = equivalent.length - NAMED;
  return [
    `${verdict(found)}: ${nameOf({ preset, steps })}, ${small(distance)} off on ${counted(images, 'image')}`,
    ...equivalent.slice(0, NAMED).map((other) => `no image tells it apart from ${nameOf(other)}`),
    ...(more > 0 ? [`nor from ${counted(more, 'other')}`] : []),
    ...(runnerUp === null ? [] : [`the next: ${nameOf(runnerUp)}, ${small(runnerUp.distance)} off`]),
  ];
}

function verdict({ found, images, telling }: FoundPipelineEvidence): string {
  if (found) return 'found';
  if (telling < Math.min(TELLING_IMAGES, images))
    return `the scores don't tell, since those of ${counted(images - telling, 'image')} are no more than a label; the nearest is`;
  return 'none reproduces the scores; the nearest is';
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
