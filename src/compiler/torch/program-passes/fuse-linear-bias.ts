import type { CallId } from '../../graph/graph.ts';
import type { Program, Statement } from '../program.ts';
import { countReaders, producers } from './rewrite.ts';

/** `linear(x, W, None) + b`, with a vector b of the state and no other reader in between, is one `linear(x, W, b)`. */
export function fuseLinearBias(program: Program): Program {
  const readers = countReaders(program);
  const made = producers(program);
  const vectors = new Set(program.state.filter(({ shape }) => shape.length === 1).map(({ key }) => key));
  const absorbed = new Set<Statement>();
  const body = program.body.map((statement): Statement => {
    if (statement.op !== 'add') return statement;
    for (const [product, bias] of [statement.arguments.slice(0, 2), statement.arguments.slice(0, 2).reverse()]) {
      if (product?.kind !== 'variable' || bias?.kind !== 'state' || !vectors.has(bias.key)) continue;
      const linear = made.get(product.variable.id);
      const [input, weight, none] = linear?.arguments ?? [];
      if (linear?.op !== 'linear' || none?.kind !== 'none' || readers.get(product.variable.id) !== 1) continue;
      if (input === undefined || weight === undefined || !isOutFeatures(program, weight, bias.key)) continue;
      absorbed.add(linear);
      return { op: 'linear', arguments: [input, weight, bias], results: statement.results, calls: mergeCalls(linear.calls, statement.calls) };
    }
    return statement;
  });
  return { ...program, body: body.filter((statement) => !absorbed.has(statement)) };
}

/** A bias of one element would broadcast where linear wants one for each output. */
function isOutFeatures(program: Program, weight: Statement['arguments'][number], bias: string): boolean {
  const shapeOf = (key: string): readonly number[] | undefined => program.state.find((entry) => entry.key === key)?.shape;
  return weight.kind === 'state' && shapeOf(weight.key)?.[0] === shapeOf(bias)?.[0];
}

export function mergeCalls(first: readonly CallId[], second: readonly CallId[]): readonly CallId[] {
  return [...new Set([...first, ...second])];
}
