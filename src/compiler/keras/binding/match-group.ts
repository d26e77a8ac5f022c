import type { NamedWeight } from '../../../formats/keras-model-file.ts';
import type { LayerInstance } from '../calls/plan.ts';
import type { Variable, VariableOrder } from './variable-order.ts';

/** Lines of one group's problems before they are only counted: a shift by one would otherwise list a whole backbone. */
const MAX_LINES = 8;

/** Pairs a group's weights with the variables they should be, in order, and says of each pair that doesn't fit why. */
export function matchGroup(
  name: string,
  order: VariableOrder,
  weights: readonly NamedWeight[],
  problems: string[],
): { variable: Variable; weight: NamedWeight }[] {
  const { variables } = order;
  const known = order.unknown.length === 0 ? weights : withoutLayers(weights, order.unknown);
  const lines: string[] = [];
  if (known.length !== variables.length) {
    lines.push(`${name}: ${count(known.length)} in the file, expected ${variables.length}`);
  }
  const pairs: { variable: Variable; weight: NamedWeight }[] = [];
  variables.forEach((variable, index) => {
    const weight = known[index];
    const place = `${variable.layer.path.join('/')}: ${[variable.spec.part, variable.spec.kerasName].filter(Boolean).join(' ')}`;
    const shape = `[${variable.spec.shape.join(', ')}]`;
    if (weight === undefined) lines.push(`${place} ${shape} is missing`);
    else if (weight.source.shape.join() !== variable.spec.shape.join()) {
      lines.push(`${place} is ${weight.name} [${weight.source.shape.join(', ')}] in the file, expected ${shape}`);
    } else pairs.push({ variable, weight });
  });
  for (const extra of known.slice(variables.length)) lines.push(`${name}: ${extra.name} [${extra.source.shape.join(', ')}] belongs to no variable`);
  problems.push(...lines.slice(0, MAX_LINES));
  if (lines.length > MAX_LINES) problems.push(`${name}: and ${lines.length - MAX_LINES} more`);
  return pairs;
}

/**
 * Only where a nested model holds a layer that no output needs and whose variables nobody knows: its weights are left out by the layer's
 * name, which Keras writes as a part of theirs. What stays is bound by order and checked by shape as ever.
 */
function withoutLayers(weights: readonly NamedWeight[], unknown: readonly LayerInstance[]): NamedWeight[] {
  const names = new Set(unknown.map(({ path }) => path.at(-1)));
  return weights.filter(({ name }) => !name.split('/').some((part) => names.has(part)));
}

function count(weights: number): string {
  return weights === 1 ? '1 weight' : `${weights} weights`;
}
