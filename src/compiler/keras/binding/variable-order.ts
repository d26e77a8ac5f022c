import type { LayerInstances } from '../calls/layer-instances.ts';
import type { LayerInstance } from '../calls/plan.ts';
import type { LayerConfig, ModelConfig } from '../dialect/model-config.ts';
import type { WeightSpec } from '../layer.ts';

/** One variable a group of weights should hold. */
export interface Variable {
  readonly layer: LayerInstance;
  /** Its place in the layer's specs. */
  readonly index: number;
  readonly spec: WeightSpec;
}

/** Specs of each layer; undefined for a layer whose weights nobody knows (it is unsupported, and no output needs it). */
export type SpecsOf = (layer: LayerInstance) => readonly WeightSpec[] | undefined;

export interface VariableOrder {
  readonly variables: readonly Variable[];
  /** Layers whose weights stand somewhere in the group, nobody knows where. */
  readonly unknown: readonly LayerInstance[];
}

/** What the file's group of a top-level layer should hold. */
export interface ExpectedGroup {
  readonly layer: LayerConfig;
  readonly order: VariableOrder;
}

/**
 * The variables of one entry of `layer_names`, in the order Keras writes them: `trainable_weights + non_trainable_weights`. For a layer
 * that is its own order. A nested model has all its trainable weights first, in layer order and recursively, then the others: moving
 * statistics, everything of frozen layers, and everything of a model inside it that is itself frozen. A layer that stands twice in a
 * group (two nested models sharing it) is written once.
 */
export function variableOrder(layer: LayerConfig, instances: LayerInstances, specsOf: SpecsOf): VariableOrder {
  const unknown: LayerInstance[] = [];
  const { trainable, frozen } = split(layer, instances, specsOf, unknown);
  const seen = new Set<string>();
  const identity = new Map<LayerInstance, number>();
  const variables = [...trainable, ...frozen].filter(({ layer: owner, index }) => {
    if (!identity.has(owner)) identity.set(owner, identity.size);
    const key = `${identity.get(owner)}:${index}`;
    return seen.has(key) ? false : seen.add(key);
  });
  return { variables, unknown };
}

interface Split {
  readonly trainable: readonly Variable[];
  readonly frozen: readonly Variable[];
}

function split(layer: LayerConfig, instances: LayerInstances, specsOf: SpecsOf, unknown: LayerInstance[]): Split {
  if (layer.model !== undefined) return splitModel(layer.model, instances, specsOf, unknown);
  const instance = instances.get(layer);
  const specs = specsOf(instance);
  if (specs === undefined) unknown.push(instance);
  const variables = (specs ?? []).map((spec, index) => ({ layer: instance, index, spec }));
  const isTrained = ({ spec }: Variable): boolean => layer.trainable && spec.kind === 'parameter';
  return { trainable: variables.filter(isTrained), frozen: variables.filter((variable) => !isTrained(variable)) };
}

function splitModel(model: ModelConfig, instances: LayerInstances, specsOf: SpecsOf, unknown: LayerInstance[]): Split {
  const parts = model.layers.map((layer) => split(layer, instances, specsOf, unknown));
  const trainable = parts.flatMap((part) => part.trainable);
  const frozen = parts.flatMap((part) => part.frozen);
  return model.trainable ? { trainable, frozen } : { trainable: [], frozen: [...trainable, ...frozen] };
}
