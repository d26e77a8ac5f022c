import type { PlannedCall } from './calls/plan.ts';
import { isObject } from './dialect/plain-json.ts';
import type { Finding } from './finding.ts';
import type { LayerDefinition } from './layer.ts';
import { customScaleLayer } from './layers/custom-scale-layer.ts';
import { findLayer } from './layers/index.ts';
import { residualScaleOf } from './stock/residual-scale.ts';

export type Resolved =
  | { readonly definition: LayerDefinition<unknown>; readonly config: Readonly<Record<string, unknown>>; readonly warning?: string }
  | { readonly finding: Finding };

/** Refused classes with a way out of their own. */
const REMEDIES: Readonly<Record<string, { readonly what: string; readonly remedy: string }>> = {
  KerasLayer: {
    what: 'a TensorFlow Hub layer: the file holds its weights but no graph, only the address of one',
    remedy: 'Load the model where TensorFlow Hub is installed, export it with model.export() or tf.saved_model.save(), and convert that SavedModel.',
  },
  TFSMLayer: {
    what: 'it runs a SavedModel from another folder, which is not part of this file and is not opened',
    remedy: 'Convert that SavedModel itself.',
  },
};

/** How a call's class is converted, or why it isn't. */
export function resolveDefinition(call: PlannedCall): Resolved {
  const { className, path, config } = call.layer;
  const scale = residualScaleOf(call);
  if (scale !== undefined) {
    const how = className === 'Lambda' ? `a Lambda that has the structure of` : `${className}, by its name`;
    const warning = `${how} InceptionResNetV2's residual scaling: taken as inputs[0] + inputs[1] * scale without looking at its code; validate decides`;
    return { definition: customScaleLayer, config: { scale }, warning };
  }
  if (className === 'Lambda') {
    const remedy = 'Replace each Lambda by layers of Keras (Rescaling, Activation, Multiply …) and save the model again.';
    return { finding: { kind: 'unsafe', layer: path, className, what: 'a Lambda is Python bytecode; it is neither run nor read', remedy } };
  }
  if (holdsCode(config)) {
    const remedy = 'Replace the Python functions in its options by what Keras has a name for, and save the model again.';
    return { finding: { kind: 'unsafe', layer: path, className, what: 'its options hold Python bytecode; it is neither run nor read', remedy } };
  }
  const definition = findLayer(className);
  if (definition !== undefined) return { definition, config };
  const known = Object.hasOwn(REMEDIES, className) ? REMEDIES[className] : undefined;
  const what = known?.what ?? (className.includes('>') ? 'a custom class, of which the file holds no code' : 'this class is not supported');
  return { finding: { kind: 'unsupported', layer: path, className, what, remedy: known?.remedy } };
}

/** A Lambda inside a wrapper, or a function saved as its code (Keras 2.12 on), anywhere in a layer's options. */
function holdsCode(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsCode);
  if (!isObject(value)) return false;
  return value.class_name === 'Lambda' || value.class_name === '__lambda__' || Object.values(value).some(holdsCode);
}
