import { invariant } from '../../../core/errors.ts';
import type { LayerConfig, ModelConfig } from '../dialect/model-config.ts';
import type { LayerInstance } from './plan.ts';

/**
 * Which layer each place of the config stands for. A place is a layer of its own, except where Keras says that several are one
 * (`shared_object_id`, and the layers inside of such models): then the first place gives the path.
 */
export class LayerInstances {
  readonly #byConfig = new Map<LayerConfig, LayerInstance>();
  readonly #byKey = new Map<string, LayerInstance>();

  constructor(model: ModelConfig) {
    this.#add(model, [], '', model.trainable);
  }

  get(layer: LayerConfig): LayerInstance {
    const instance = this.#byConfig.get(layer);
    invariant(instance !== undefined, `no instance of layer ${layer.name}`);
    return instance;
  }

  /** All layers that are no models, in the file's order, each once. */
  all(): LayerInstance[] {
    return [...this.#byKey.values()];
  }

  #add(model: ModelConfig, path: readonly string[], key: string, trainable: boolean): void {
    for (const layer of model.layers) {
      const own = layer.sharedId === undefined ? `${key}\0${layer.name}` : `#${layer.sharedId}\0${layer.className}`;
      const place = [...path, layer.name];
      if (layer.model !== undefined) {
        this.#add(layer.model, place, own, trainable && layer.model.trainable);
        continue;
      }
      const known = this.#byKey.get(own);
      const instance: LayerInstance = known ?? {
        path: place,
        className: layer.className,
        config: layer.config,
        ownTrainable: layer.trainable,
        trainable: trainable && layer.trainable,
      };
      this.#byKey.set(own, instance);
      this.#byConfig.set(layer, instance);
    }
  }
}
