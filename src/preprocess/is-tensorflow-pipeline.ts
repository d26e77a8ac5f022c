import type { Step } from './steps.ts';

/** Whether TensorFlow has an operation for every step, so that a service in TensorFlow can have run the pipeline itself. */
export function isTensorFlowPipeline(steps: readonly Step[]): boolean {
  return steps.every((step) => {
    switch (step.step) {
      case 'decode':
        return step.decoder === 'tensorflow';
      case 'resize':
        return step.library === 'tensorflow' || step.library === 'tensorflow-v1';
      case 'orient':
      case 're-encode':
        return false;
      default:
        return true;
    }
  });
}
