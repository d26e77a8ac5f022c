import { TorchliftError } from '../core/errors.ts';
import type { ServedModel } from './served-model.ts';

/** How a request says which model it means; the newest version where it names none. */
export interface ModelName {
  readonly name: string | undefined;
  readonly version?: string | undefined;
  readonly label?: string | undefined;
}

/** What is served, by name and version. */
export class Models {
  readonly #served: readonly ServedModel[];
  /** By label the version: `stable`, `canary`. */
  readonly #labels: ReadonlyMap<string, number>;

  constructor(served: readonly ServedModel[], labels: ReadonlyMap<string, number> = new Map()) {
    this.#served = [...served].sort((left, right) => right.version - left.version);
    this.#labels = labels;
  }

  get names(): readonly string[] {
    return [...new Set(this.#served.map(({ name }) => name))];
  }

  get labels(): readonly string[] {
    return [...this.#labels.keys()];
  }

  get all(): readonly ServedModel[] {
    return this.#served;
  }

  /** The model that routes without a name mean. */
  get main(): ServedModel {
    return this.#served[0] as ServedModel;
  }

  /** Errors: `not-found`, in TensorFlow Serving's words. */
  find({ name = '', version, label }: ModelName): ServedModel {
    const wanted = label === undefined ? version : this.#labels.get(label);
    if (label !== undefined && wanted === undefined) throw notFound(`Unrecognized servable version label: ${label}`);
    const found = this.#served.find((model) => model.name === name && (wanted === undefined || model.version === Number(wanted)));
    if (found === undefined)
      throw notFound(`Servable not found for request: ${wanted === undefined ? `Latest(${name})` : `Specific(${name}, ${wanted})`}`);
    return found;
  }
}

function notFound(what: string): TorchliftError {
  return new TorchliftError('not-found', { what });
}
