import { type Choices, DIMENSIONS, type PipelineChoice } from './pipeline-space.ts';

/** All that differ in one dimension, and the choice itself. */
export function neighbours(choice: PipelineChoice, choices: Choices): readonly PipelineChoice[] {
  return DIMENSIONS.flatMap((key) => choices[key].map((value) => ({ ...choice, [key]: value })));
}
