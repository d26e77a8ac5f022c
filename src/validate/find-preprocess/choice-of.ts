import type { Step } from '../../preprocess/steps.ts';
import { CHOICES, type PipelineChoice, SIMPLEST, stepsOf } from './pipeline-space.ts';

const resizeName = ({ kernel, library, align_corners = false, antialias = false }: PipelineChoice['resize']) =>
  JSON.stringify([kernel, library, align_corners, antialias]);

/** The choice that becomes these steps; undefined where the space has none. */
export function choiceOf(steps: readonly Step[], height: number, width: number): PipelineChoice | undefined {
  const pick = <K extends keyof PipelineChoice>(key: K, partOf: (step: Step) => boolean) => {
    const part = JSON.stringify(steps.filter(partOf));
    return CHOICES[key].find((value) => JSON.stringify(stepsOf({ ...SIMPLEST, [key]: value }, height, width).filter(partOf)) === part);
  };
  const parts = {
    decoding: pick('decoding', ({ step }) => step === 'decode' || step === 'orient'),
    resize: CHOICES.resize.find((choice) => steps.some((step) => step.step === 'resize' && resizeName(step) === resizeName(choice))),
    reEncode: pick('reEncode', ({ step }) => step === 're-encode'),
    order: pick('order', ({ step }) => step === 'channel-order'),
    values: pick('values', ({ step }) => step === 'scale' || step === 'normalise'),
  };
  if (Object.values(parts).includes(undefined)) return undefined;
  const name = JSON.stringify(steps);
  return CHOICES.frame
    .map((frame) => ({ ...parts, frame }) as PipelineChoice)
    .find((choice) => JSON.stringify(stepsOf(choice, height, width)) === name);
}
