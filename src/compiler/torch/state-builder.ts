import { invariant } from '../../core/errors.ts';
import type { ConstantExpressions } from '../graph/constant-expressions.ts';
import { isConstant } from '../graph/evaluate.ts';
import type { Graph, Node, ValueId, Weight } from '../graph/graph.ts';
import { weightLayouts } from '../graph/weight-layouts.ts';
import type { StateEntry } from './program.ts';

/** Where a constant is read: input `index` of `node`. */
export interface Reader {
  readonly node: Node;
  readonly index: number;
}

/**
 * Decides which constants of a graph a program holds as state, and under which keys.
 *
 * Train: every parameter and buffer is one entry, in the layout its readers want. Where they want different ones it stays as it is
 * and the program moves it; a computation over several weights is done by the program too, so that gradients reach them.
 * Inference: every constant that a reader asks for, and that can be evaluated, is one entry.
 */
export class StateBuilder {
  readonly #graph: Graph;
  readonly #constants: ConstantExpressions;
  readonly #weightKeys: ReadonlyMap<ValueId, string>;
  readonly #mode: 'train' | 'inference';
  /** By structure of the expression. */
  readonly #keys = new Map<number, string>();
  readonly #taken = new Set<string>();
  readonly #entries: StateEntry[] = [];

  constructor(graph: Graph, constants: ConstantExpressions, weightKeys: ReadonlyMap<ValueId, string>, mode: 'train' | 'inference') {
    this.#graph = graph;
    this.#constants = constants;
    this.#weightKeys = weightKeys;
    this.#mode = mode;
    if (mode === 'train') this.#addWeights();
  }

  entries(): readonly StateEntry[] {
    return this.#entries;
  }

  /** The key under which a constant is held; undefined where the program has to compute it. */
  key(value: ValueId, reader?: Reader): string | undefined {
    const structure = this.#constants.structure(value);
    const known = this.#keys.get(structure);
    if (known !== undefined) return known;
    if (!isConstant(this.#graph, value) || !this.#hasFixedShape(value)) return undefined;
    const weights = this.#constants.weights(value);
    const main = weights[0];
    if (main === undefined) return this.#add(value, this.#unique('constant_0'));
    if (this.#mode === 'train') return undefined;
    return this.#add(value, this.#unique(this.#inferenceKey(main, reader)), this.#weight(main));
  }

  /** A size that inference doesn't follow (of an Expand to computed sizes, say) is known to the program alone. */
  #hasFixedShape(value: ValueId): boolean {
    return this.#graph.values.get(value)?.shape.every((size) => typeof size === 'number') ?? false;
  }

  /** In graph order. The layout of a weight is the one that all its readers agree on. */
  #addWeights(): void {
    const layouts = weightLayouts(this.#graph, this.#constants);
    for (const [id, weight] of this.#graph.weights) {
      if (weight.kind === 'constant') continue;
      this.#add(layouts.get(id) ?? id, this.#unique(this.#weightKey(id)), weight);
    }
  }

  /** A folded bias is named after the weight beside it, since it is made of a BatchNormalization's parts. */
  #inferenceKey(main: ValueId, reader: Reader | undefined): string {
    const beside = reader?.index === 2 ? reader.node.inputs[1] : undefined;
    const owner = beside === undefined || beside === null ? undefined : this.#constants.weights(beside)[0];
    if (reader === undefined || !WEIGHT_AND_BIAS.has(reader.node.op) || owner === undefined) return this.#weightKey(main);
    return this.#weightKey(owner).replace(/[^.]*$/, 'bias');
  }

  #weightKey(id: ValueId): string {
    const key = this.#weightKeys.get(id);
    invariant(key !== undefined, `weight ${id} has no state_dict key`);
    return key;
  }

  #weight(id: ValueId): Weight {
    const weight = this.#graph.weights.get(id);
    invariant(weight !== undefined, `no weight ${id}`);
    return weight;
  }

  /** `name`, or with the next free number: `constant_0`, `constant_1`; `conv.weight`, `conv.weight_1`. */
  #unique(name: string): string {
    const stem = name.replace(/_\d+$/, '');
    let candidate = name;
    for (let number = 1; this.#taken.has(candidate); number++) candidate = `${stem}_${number}`;
    return candidate;
  }

  #add(value: ValueId, key: string, weight?: Weight): string {
    const shape = this.#graph.values.get(value)?.shape ?? [];
    const dtype = this.#graph.values.get(value)?.dtype;
    invariant(dtype !== undefined && shape.every((size) => typeof size === 'number'), `${key}: a constant of unknown shape`);
    this.#taken.add(key);
    this.#keys.set(this.#constants.structure(value), key);
    this.#entries.push({
      key,
      value,
      kind: weight?.kind ?? 'constant',
      trainable: weight?.trainable ?? false,
      owner: weight?.owner ?? [],
      ...(weight?.part === undefined ? {} : { part: weight.part }),
      role: weight?.role ?? key,
      shape: shape as readonly number[],
      dtype,
    });
    return key;
  }
}

const WEIGHT_AND_BIAS = new Set(['Conv', 'ConvTranspose', 'Gemm']);
