import type { Node, Shape, ValueId } from '../../graph.ts';
import { reshapeTarget } from '../fold-identity.ts';
import { sameSegments, segmentSize } from './feature-segment.ts';
import { type Flattening, follow } from './flattening.ts';
import type { FeaturesPlacement, LayoutState, Placement } from './layout-state.ts';
import { identityPermutation, inverse, isIdentity, movesOnlyOnes, type Permutation, permute, samePermutation } from './permutation.ts';
import type { Rule } from './rule.ts';

/** Operands that broadcast: all are brought into the order that costs the fewest Transposes. Constants cost nothing. */
export const broadcastRule: Rule = (node, state) => {
  const inputs = node.inputs.filter((input) => input !== null);
  const features = inputs.map((input) => state.placement(input)).find((placement) => placement.kind === 'features');
  if (features !== undefined) return throughFeatures(node, state, features);
  const rank = Math.max(...inputs.map((input) => state.oldShape(input).length));
  const best = cheapestOrder(inputs, rank, state);
  if (isIdentity(best)) return undefined;
  const operands = inputs.map((input) => operandInOrder(input, best, state));
  if (operands.some((operand) => operand === undefined)) return undefined;
  return state.rewriter.copy(node, operands as ValueId[]).map((base) => ({ kind: 'axes', base, perm: best }));
};

function cheapestOrder(inputs: readonly ValueId[], rank: number, state: LayoutState): Permutation {
  const plain = identityPermutation(rank);
  const candidates: Permutation[] = [plain];
  for (const input of inputs) {
    const moved = state.isConstant(input) ? undefined : state.moved(input);
    if (moved?.perm.length === rank && !candidates.some((perm) => samePermutation(perm, moved.perm))) candidates.push(moved.perm);
  }
  const cost = (perm: Permutation): number => inputs.reduce((sum, input) => sum + operandCost(input, perm, state), 0);
  const isBetter = (a: number, b: number): boolean => (state.policy.prefer === 'moved' ? a <= b : a < b);
  let best = plain;
  let lowest = cost(plain);
  for (const perm of candidates.slice(1)) {
    const total = cost(perm);
    if (!isBetter(total, lowest)) continue;
    best = perm;
    lowest = total;
  }
  return best;
}

/** The operand's shape with leading ones up to `rank`. */
function padded(shape: Shape, rank: number): Shape {
  return [...Array<number>(rank - shape.length).fill(1), ...shape];
}

function operandCost(input: ValueId, perm: Permutation, state: LayoutState): number {
  const shape = state.oldShape(input);
  if (state.isConstant(input)) return 0;
  if (shape.length === perm.length) return state.costInOrder(input, perm);
  const own = state.costInOrder(input, identityPermutation(shape.length));
  return own + (isIdentity(perm) || movesOnlyOnes(padded(shape, perm.length), inverse(perm)) ? 0 : 1);
}

/** The operand with its axes in the base's order; one of lower rank gets leading ones first, and loses them again after. */
function operandInOrder(input: ValueId, perm: Permutation, state: LayoutState): ValueId | undefined {
  const shape = state.oldShape(input);
  if (shape.length === perm.length && !state.isConstant(input)) return state.inOrder(input, perm);
  const value = state.plain(input);
  const full = padded(shape, perm.length);
  const order = inverse(perm);
  const moved = permute(full, order);
  if (movesOnlyOnes(full, order)) {
    const first = moved.findIndex((dim) => dim !== 1);
    // A scalar stays what it is; [C] becomes [C, 1, 1].
    return first < 0 ? value : state.reshaped(value, moved.slice(first));
  }
  if (reshapeTarget(shape, full) === undefined) return undefined;
  const apart = state.reshaped(value, full);
  return apart === undefined ? undefined : state.transposed(apart, order);
}

/** [N, F] in another order of features: per-feature constants are reordered with it. */
function throughFeatures(node: Node, state: LayoutState, features: FeaturesPlacement): readonly Placement[] | undefined {
  const size = features.segments.reduce((sum, segment) => sum + segmentSize(segment), 0);
  const operands: ValueId[] = [];
  const histories: Flattening[] = [];
  for (const input of node.inputs) {
    if (input === null) return undefined;
    const placement = state.placement(input);
    const shape = state.oldShape(input);
    if (placement.kind === 'features') {
      if (!sameSegments(placement.segments, features.segments)) return undefined;
      operands.push(placement.base);
      histories.push(placement.flattening);
    } else if (shape.every((dim) => dim === 1)) operands.push(placement.base);
    else if (state.isConstant(input) && shape.length <= 2 && shape.at(-1) === size && (shape.length === 1 || shape[0] === 1)) {
      operands.push(state.reorderedConstant(state.plain(input), shape.length - 1, features));
    } else if (shape.length === 2 && shape[1] === 1) operands.push(state.plain(input));
    else return undefined;
  }
  const flattening = follow(histories, node);
  return state.rewriter.copy(node, operands).map((base) => ({ ...features, base, flattening }));
}
