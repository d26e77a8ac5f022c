import { CHOICES, DIMENSIONS, type PipelineChoice } from '../pipeline-space.ts';

/** One choice of each dimension by chance. */
export function drawChoice(random: () => number): PipelineChoice {
  return Object.fromEntries(DIMENSIONS.map((key) => [key, CHOICES[key][Math.floor(random() * CHOICES[key].length)]])) as unknown as PipelineChoice;
}
