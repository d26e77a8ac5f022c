import type { PortRecord } from '../bundle/manifest.ts';
import type { Graph } from '../compiler/graph/graph.ts';
import { imageInput } from '../preprocess/print-preprocess.ts';
import { PRESETS, type Step } from '../preprocess/steps.ts';

/** The pipeline in front of a model, and how it is known. */
export interface KnownPipeline {
  readonly steps: readonly Step[];
  /** Nobody said which: it is a guess. */
  readonly assumed: boolean;
  readonly warnings: readonly string[];
}

/** `named`: what the user or the file says. Without it a model that scales its input itself, or takes whole numbers, takes 0..255, any other image model 0..1. */
export function knownPipeline(graph: Graph, inputs: readonly PortRecord[], named: readonly Step[] | undefined): KnownPipeline {
  const scaling = scalingCall(graph);
  if (named !== undefined) {
    const twice = scaling !== undefined && named.some(({ step }) => step === 'scale' || step === 'normalise');
    const warning = `the model begins with ${scaling}, and the pipeline scales too: check that the original was really fed scaled values`;
    return { steps: named, assumed: false, warnings: twice ? [warning] : [] };
  }
  if (imageInput(inputs) === undefined) return { steps: [], assumed: false, warnings: [] };
  // Whole numbers hold no 0..1: all pixels would be black.
  const preset = scaling === undefined && inputs[0]?.dtype === 'float32' ? '0..1' : '0..255';
  return {
    steps: PRESETS[preset] as readonly Step[],
    assumed: true,
    warnings: [`no pipeline is known for this model, so ${preset} is assumed in front of it; name yours with --preprocess`],
  };
}

/** What moves or blurs pixels, in training alone or always, and leaves their scale. */
const UNSCALED = /^(InputLayer|Random\w+|GaussianNoise|Dropout|Resizing|CenterCrop|ZeroPadding2D|Cropping2D)$/;
/** As keras.applications' `preprocess_input` writes itself into a model: arithmetic by constants, and a reversal of channels. */
const ARITHMETIC = /(^|\/)tf\.(math\.(truediv|divide|multiply|subtract|add)|__operators__\.(getitem|add)|nn\.bias_add)(_\d+)?$/;

/** The layer by which the model scales its own input, if it begins with one. */
function scalingCall({ calls }: Graph): string | undefined {
  const first = calls.find(({ className, layer }) => !UNSCALED.test(className) && !/(^|\/)tf\.(cast|image\.resize)(_\d+)?$/.test(layer.join('/')));
  if (first === undefined) return undefined;
  const name = first.layer.join('/');
  return first.className === 'Rescaling' || first.className === 'Normalization' || ARITHMETIC.test(name) ? name : undefined;
}
