import { sameShape, staticShape } from '../../dims.ts';
import type { Dim, Node, Shape, ValueId } from '../../graph.ts';
import { reshapeTarget } from '../fold-identity.ts';
import type { AxesPlacement, LayoutState, Placement } from './layout-state.ts';
import { type ReshapeGroup, reshapeGroups } from './reshape-groups.ts';
import type { Rule } from './rule.ts';

/**
 * Reshape, Flatten, Squeeze, Unsqueeze. Where the axes that are merged or split lie together in the base too, the base is reshaped
 * instead; where [N, H, W, C] is flattened to [N, H·W·C], the base is flattened in its own order and the features are known to be
 * out of order from there on.
 */
export const reshapeRule: Rule = (node, state) => {
  const [input] = node.inputs;
  const [output] = node.outputs;
  const moved = state.moved(input);
  if (moved === undefined || input == null || output === undefined) return undefined;
  const from = state.oldShape(input);
  const to = state.oldShape(output);
  const groups = reshapeGroups(from, to);
  if (groups === undefined) return undefined;
  const inBase = orderInBase(groups, to, moved);
  if (inBase === undefined) return flattened(node, state, moved, from, to);
  const base = emit(
    node,
    state,
    moved.base,
    inBase.map((axis) => to[axis] as Dim),
  );
  if (base === undefined) return undefined;
  return [{ kind: 'axes', base, perm: to.map((_, axis) => inBase.indexOf(axis)) }];
};

/** The new axes in the order in which the base, reshaped, has them; undefined where a group's axes don't lie together there. */
function orderInBase(groups: readonly ReshapeGroup[], to: Shape, { perm }: AxesPlacement): readonly number[] | undefined {
  const place = (group: ReshapeGroup): readonly number[] => group.from.map((axis) => perm[axis] as number);
  const sorted = [...groups].sort((a, b) => (place(a)[0] as number) - (place(b)[0] as number));
  const places = sorted.flatMap(place);
  if (places.some((axis, index) => index > 0 && axis < (places[index - 1] as number))) return undefined;
  const order = sorted.flatMap((group) => [...group.to]);
  // A new axis of size 1 may stand anywhere: before the axis that follows it.
  for (let axis = to.length - 1; axis >= 0; axis--) {
    if (order.includes(axis)) continue;
    const next = order.indexOf(axis + 1);
    order.splice(next < 0 ? order.length : next, 0, axis);
  }
  return order;
}

function flattened(node: Node, state: LayoutState, moved: AxesPlacement, from: Shape, to: Shape): readonly Placement[] | undefined {
  const { base, perm } = moved;
  const shape = state.builder.shape(base);
  const split = staticShape(shape.slice(1));
  if (to.length !== 2 || perm[0] !== 0 || split === undefined || !sameShape(from.slice(0, 1), to.slice(0, 1))) return undefined;
  const [flat] = state.rewriter.copy(node, [base], { op: 'Flatten', attributes: { axis: 1 } });
  if (flat === undefined) return undefined;
  const order = perm.slice(1).map((axis) => axis - 1);
  return [{ kind: 'features', base: flat, segments: [{ split, order }], flattening: {} }];
}

function emit(node: Node, state: LayoutState, base: ValueId, shape: Shape): ValueId | undefined {
  const from = state.builder.shape(base);
  if (sameShape(from, shape)) return base;
  if (shape.length === 2 && from.length > 2 && from[0] === shape[0] && typeof shape[1] === 'number') {
    return state.rewriter.copy(node, [base], { op: 'Flatten', attributes: { axis: 1 } })[0];
  }
  const target = reshapeTarget(from, shape);
  if (target === undefined) return undefined;
  return state.rewriter.copy(node, [base, state.builder.constant(target)], { op: 'Reshape', attributes: {} })[0];
}
