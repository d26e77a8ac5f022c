import type { GraphBuilder } from '../../builder.ts';
import { sameShape } from '../../dims.ts';
import { isConstant } from '../../evaluate.ts';
import type { CallId, Graph, Node, Shape, ValueId } from '../../graph.ts';
import { readIntegers } from '../../integers.ts';
import { legal } from '../../legal.ts';
import { readNumbers } from '../../numbers.ts';
import { reshapeTarget } from '../fold-identity.ts';
import { Rewriter } from '../rewriter.ts';
import { basePositions, type FeatureSegment } from './feature-segment.ts';
import { absorberOf, type Flattening, follow } from './flattening.ts';
import { channelsFirst, identityPermutation, inverse, isIdentity, movesOnlyOnes, type Permutation, permute } from './permutation.ts';

/** Where an old value is found in the new graph. */
export type Placement = AxesPlacement | FeaturesPlacement;

/** Axis i of the old value is axis perm[i] of `base`. */
export interface AxesPlacement {
  readonly kind: 'axes';
  readonly base: ValueId;
  readonly perm: Permutation;
}

/** The old value is [N, F], flattened in an order that `base`, also [N, F], doesn't have. */
export interface FeaturesPlacement {
  readonly kind: 'features';
  readonly base: ValueId;
  /** One, or several side by side after a Concat. */
  readonly segments: readonly FeatureSegment[];
  readonly flattening: Flattening;
}

/** What a rule may decide either way. */
export interface LayoutPolicy {
  /** Inputs (by position) that are transposed to channels first where they come in, instead of where that is needed. */
  readonly hoisted: ReadonlySet<number>;
  /** Where operands come in different orders and either costs the same: the order of the convolutions around, or the framework's. */
  readonly prefer: 'moved' | 'plain';
}

/** One run of the layout pass: every old value is carried as a new value in some order, and put in another only where a node needs it. */
export class LayoutState {
  readonly graph: Graph;
  readonly rewriter: Rewriter;
  readonly policy: LayoutPolicy;
  readonly #placements = new Map<ValueId, Placement>();
  /** Transposes made so far, by operand and permutation: each is made once. */
  readonly #transposed = new Map<string, ValueId>();
  readonly #reordered = new Map<string, ValueId>();
  readonly #constantProducers = new Map<ValueId, Node>();

  constructor(graph: Graph, policy: LayoutPolicy) {
    this.graph = graph;
    this.rewriter = new Rewriter(graph);
    this.policy = policy;
    graph.inputs.forEach(({ value }, index) => {
      const { shape } = this.rewriter.oldValue(value);
      const perm = policy.hoisted.has(index) ? channelsFirst(shape.length) : identityPermutation(shape.length);
      this.place(value, { kind: 'axes', base: this.transposed(this.rewriter.value(value), perm), perm: inverse(perm) });
    });
    for (const node of graph.nodes) {
      const [output] = node.outputs;
      if (output !== undefined && this.isConstant(output)) this.#constantProducers.set(output, node);
    }
    for (const id of graph.weights.keys()) this.placeInOrder(id, this.rewriter.value(id));
  }

  get builder(): GraphBuilder {
    return this.rewriter.builder;
  }

  place(old: ValueId, placement: Placement): void {
    this.#placements.set(old, placement);
  }

  placeInOrder(old: ValueId, value: ValueId): void {
    this.place(old, { kind: 'axes', base: value, perm: identityPermutation(this.builder.shape(value).length) });
  }

  placement(old: ValueId): Placement {
    const placement = this.#placements.get(old);
    legal(placement !== undefined, () => `value ${old} has no place in the new graph yet`);
    return placement;
  }

  /** Placements of what a node makes of one operand and leaves in its order. */
  derived(placement: Placement, bases: readonly ValueId[], node: Node): readonly Placement[] {
    if (placement.kind === 'axes') return bases.map((base) => ({ ...placement, base }));
    const flattening = follow([placement.flattening], node);
    return bases.map((base) => ({ ...placement, base, flattening }));
  }

  /** The placement of an input that is there and whose axes are known by a permutation that isn't trivial. */
  moved(old: ValueId | null | undefined): AxesPlacement | undefined {
    if (old === null || old === undefined) return undefined;
    const placement = this.placement(old);
    return placement.kind === 'axes' && !isIdentity(placement.perm) ? placement : undefined;
  }

  oldShape(old: ValueId): Shape {
    return this.rewriter.oldValue(old).shape;
  }

  isConstant(old: ValueId): boolean {
    return isConstant(this.graph, old);
  }

  /** The numbers of one of our own constants; undefined where the input is absent or something else. */
  integers(old: ValueId | null | undefined): readonly number[] | undefined {
    const weight = old === null || old === undefined ? undefined : this.graph.weights.get(old);
    return weight?.kind === 'constant' ? readIntegers(weight.source) : undefined;
  }

  numbers(old: ValueId | null | undefined): readonly number[] | undefined {
    const weight = old === null || old === undefined ? undefined : this.graph.weights.get(old);
    return weight?.kind === 'constant' ? readNumbers(weight.source) : undefined;
  }

  /** The old value in its own order. */
  plain(old: ValueId): ValueId {
    const placement = this.placement(old);
    return placement.kind === 'axes' ? this.transposed(placement.base, placement.perm) : this.#plainFeatures(placement);
  }

  plainInputs(node: Node): (ValueId | null)[] {
    return node.inputs.map((input) => (input === null ? null : this.plain(input)));
  }

  /** A value b of the old one's rank with old axis i = b's axis perm[i]. */
  inOrder(old: ValueId, perm: Permutation): ValueId {
    const placement = this.placement(old);
    if (placement.kind === 'features') return this.transposed(this.plain(old), inverse(perm));
    return this.transposed(placement.base, this.#between(placement, perm));
  }

  /** Transposes that `inOrder` has to add: 0 for a constant, one that is there already, or one that moves axes of size 1 only. */
  costInOrder(old: ValueId, perm: Permutation): number {
    if (this.isConstant(old)) return 0;
    const placement = this.placement(old);
    if (placement.kind === 'features') return isIdentity(perm) ? 1 : 2;
    const between = this.#between(placement, perm);
    const isFree = isIdentity(between) || movesOnlyOnes(this.builder.shape(placement.base), between);
    return isFree || this.#transposed.has(keyOf(placement.base, between)) ? 0 : 1;
  }

  /** From b[perm[i]] = old axis i = base[placement.perm[i]]: b's axis j is base's axis between[j]. */
  #between(placement: AxesPlacement, perm: Permutation): Permutation {
    return permute(placement.perm, inverse(perm));
  }

  /** A Transpose of a new value, made once, left out where it changes nothing and a Reshape where it moves axes of size 1 only. */
  transposed(value: ValueId, perm: Permutation): ValueId {
    if (isIdentity(perm)) return value;
    const key = keyOf(value, perm);
    const known = this.#transposed.get(key);
    if (known !== undefined) return known;
    const shape = this.builder.shape(value);
    const reshaped = movesOnlyOnes(shape, perm) ? this.reshaped(value, permute(shape, perm)) : undefined;
    const result =
      reshaped ?? this.builder.node('Transpose', [value], { name: `${this.builder.value(value).name}_transposed`, attributes: { perm } });
    this.#transposed.set(key, result);
    return result;
  }

  /** A Reshape to the given sizes; undefined where two free sizes would move. */
  reshaped(value: ValueId, shape: Shape): ValueId | undefined {
    const from = this.builder.shape(value);
    if (sameShape(from, shape)) return value;
    const target = reshapeTarget(from, shape);
    if (target === undefined) return undefined;
    return this.builder.node('Reshape', [value, this.builder.constant(target)], { name: `${this.builder.value(value).name}_reshaped` });
  }

  /** A constant of the new graph with one axis of F features, in the order of a placement's base. */
  reorderedConstant(value: ValueId, axis: number, { segments }: FeaturesPlacement): ValueId {
    const key = `${value} ${axis} ${JSON.stringify(segments)}`;
    const known = this.#reordered.get(key);
    if (known !== undefined) return known;
    const [segment, ...more] = segments;
    const { name } = this.builder.value(value);
    const result =
      segment !== undefined && more.length === 0
        ? this.#reorderedAsOne(value, axis, segment)
        : this.builder.node('Gather', [value, this.#indices(segments, 'base')], { name, attributes: { axis } });
    this.#reordered.set(key, result);
    return result;
  }

  /** Reshape to the parts, Transpose, Reshape back. */
  #reorderedAsOne(value: ValueId, axis: number, { split, order }: FeatureSegment): ValueId {
    const shape = this.builder.shape(value) as readonly number[];
    const before = shape.slice(0, axis);
    const after = shape.slice(axis + 1);
    const rank = before.length + order.length + after.length;
    const parts = [...before, ...permute(split, order), ...after];
    const perm = identityPermutation(rank).map((at) => {
      const inside = at - before.length;
      return inside < 0 || inside >= order.length ? at : before.length + (inverse(order)[inside] as number);
    });
    const { name } = this.builder.value(value);
    const isOneAxis = before.length + after.length === 0;
    const apart = this.builder.node('Reshape', [value, this.builder.constant(parts)], { name });
    const moved = this.builder.node('Transpose', [apart], { name, attributes: { perm } });
    return this.builder.node('Reshape', [moved, this.builder.constant(isOneAxis ? [-1] : shape)], { name });
  }

  /** For a Gather from the old order into the base's, or back. Made once: layouts of a weight are the same where their indices are. */
  #indices(segments: readonly FeatureSegment[], target: 'base' | 'old'): ValueId {
    const key = `indices ${target} ${JSON.stringify(segments)}`;
    const known = this.#reordered.get(key);
    if (known !== undefined) return known;
    const positions = basePositions(segments);
    const result = this.builder.constant(target === 'base' ? inverse(positions) : positions, { name: 'feature_order' });
    this.#reordered.set(key, result);
    return result;
  }

  /** The old constant's matrix transposed; what it is a Transpose of, where it is one. */
  transposedConstant(old: ValueId): ValueId {
    const producer = this.#constantProducers.get(old);
    const [input] = producer?.op === 'Transpose' && !isIdentity(producer.attributes.perm as Permutation) ? producer.inputs : [];
    return input == null ? this.transposed(this.plain(old), [1, 0]) : this.plain(input);
  }

  #plainFeatures({ base, segments }: FeaturesPlacement): ValueId {
    const key = featuresKey(base, segments);
    const known = this.#transposed.get(key);
    if (known !== undefined) return known;
    const name = `${this.builder.value(base).name}_reordered`;
    const [segment, ...more] = segments;
    const result =
      segment !== undefined && more.length === 0
        ? this.#plainSegment(base, segment, name)
        : this.builder.node('Gather', [base, this.#indices(segments, 'old')], { name, attributes: { axis: 1 } });
    this.#transposed.set(key, result);
    return result;
  }

  #plainSegment(base: ValueId, { split, order }: FeatureSegment, name: string): ValueId {
    const apart = this.builder.node('Reshape', [base, this.builder.constant([0, ...split])], { name });
    const moved = this.transposed(apart, [0, ...order.map((axis) => axis + 1)]);
    return this.builder.node('Flatten', [moved], { name, attributes: { axis: 1 } });
  }

  /** Was the old order of these features needed, and so made? */
  knownPlain(old: ValueId): ValueId | undefined {
    const placement = this.placement(old);
    if (placement.kind === 'axes') return this.#transposed.get(keyOf(placement.base, placement.perm));
    return this.#transposed.get(featuresKey(placement.base, placement.segments));
  }

  finish(): Graph {
    for (const { value } of this.graph.outputs) this.rewriter.set(value, this.plain(value));
    for (const { id, tap } of this.graph.calls) if ('value' in tap) this.#redirect(id, tap.value, tap.toSource);
    return this.rewriter.finish();
  }

  /** A tap follows its value: by axes where it can; features out of order by the call that took the order in. */
  #redirect(call: CallId, old: ValueId, toSource: readonly number[]): void {
    const placement = this.placement(old);
    if (placement.kind === 'axes') {
      this.rewriter.redirectTap(call, { value: placement.base, toSource: permute(placement.perm, toSource) });
      return;
    }
    const absorber = absorberOf(placement.flattening, call);
    const value = this.knownPlain(old);
    if (value === undefined && absorber !== undefined) this.rewriter.redirectTap(call, { absorbedBy: absorber });
    else this.rewriter.redirectTap(call, { value: value ?? this.plain(old), toSource });
  }
}

function keyOf(value: ValueId, perm: Permutation): string {
  return `${value} ${perm}`;
}

function featuresKey(base: ValueId, segments: readonly FeatureSegment[]): string {
  return `features ${base} ${JSON.stringify(segments)}`;
}
