import type { Variable } from '../program.ts';
import type { ForwardStatement, LocalArgument } from './module-class.ts';

/**
 * The statements of a forward with each branch in one piece, in the order of the operands where branches meet. Keras builds branches
 * layer by layer in turn (conv2d_8, conv2d_6, conv2d_9, …), which nobody can read.
 *
 * Calls of one module keep their order: each may move statistics that the next one moves further.
 */
export function depthFirstOrder(body: readonly ForwardStatement[], outputs: readonly Variable[]): readonly ForwardStatement[] {
  const maker = new Map<number, number>();
  body.forEach((statement, index) => {
    for (const { id } of statement.results) maker.set(id, index);
  });
  const previousCall = previousCalls(body);
  const needs = (index: number): readonly number[] => {
    const statement = body[index] as ForwardStatement;
    const made = readBy(statement).flatMap(({ id }) => maker.get(id) ?? []);
    return [...(previousCall.get(index) ?? []), ...made];
  };
  const ordered: ForwardStatement[] = [];
  const placed = new Set<number>();
  const place = (root: number): void => {
    const stack = [{ index: root, needs: needs(root), next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = top.needs[top.next++];
      if (need !== undefined) {
        if (!placed.has(need)) stack.push({ index: need, needs: needs(need), next: 0 });
        continue;
      }
      stack.pop();
      if (placed.has(top.index)) continue;
      placed.add(top.index);
      ordered.push(body[top.index] as ForwardStatement);
    }
  };
  for (const { id } of outputs) {
    const index = maker.get(id);
    if (index !== undefined) place(index);
  }
  // What no output needs, but moves statistics.
  body.forEach((_, index) => {
    if (!placed.has(index)) place(index);
  });
  return ordered;
}

/** The variables that a statement reads, in the order of its arguments. */
export function readBy({ operation }: ForwardStatement): readonly Variable[] {
  return (operation.kind === 'module' ? operation.inputs : operation.arguments).flatMap(variablesOf);
}

/** The attributes of `self` that a statement reaches. */
export function pathsOf({ operation }: ForwardStatement): readonly (readonly string[])[] {
  if (operation.kind === 'module') return [operation.path];
  return operation.arguments.flatMap((argument) => (argument.kind === 'attribute' ? [argument.path] : []));
}

function variablesOf(argument: LocalArgument): readonly Variable[] {
  if (argument.kind === 'variable') return [argument.variable];
  return argument.kind === 'tensors' ? argument.items.flatMap(variablesOf) : [];
}

/** Earlier statements that must stay before this one. A statement may reach one attribute several times, and several attributes. */
function previousCalls(body: readonly ForwardStatement[]): ReadonlyMap<number, readonly number[]> {
  const last = new Map<string, number>();
  const previous = new Map<number, readonly number[]>();
  body.forEach((statement, index) => {
    const { operation } = statement;
    if (operation.kind === 'aten' && operation.op !== 'batch_norm') return;
    const keys = new Set(pathsOf(statement).map((path) => path.join('.')));
    previous.set(index, [...new Set([...keys].flatMap((key) => last.get(key) ?? []))]);
    for (const key of keys) last.set(key, index);
  });
  return previous;
}
