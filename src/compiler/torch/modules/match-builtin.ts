import type { Argument, Program, Statement } from '../program.ts';
import { BUILTIN_RULES, builtin } from './builtin-rules.ts';
import { keysOf } from './keys-of.ts';
import { attributeName, type Layer } from './layer-tree.ts';
import type { BuiltinModule } from './module-class.ts';

/** The module of torch.nn that a layer is, and what its calls still say themselves. */
export interface BuiltinMatch {
  readonly module: BuiltinModule;
  /** Argument of the aten call that the module is called with. */
  readonly input: number;
  /** Zeros to put around the input of this call, since the calls pad differently; undefined where the constructor says it. */
  paddingOf(statement: Statement): readonly number[] | undefined;
}

/** undefined where the layer is none: then its tensors stand in a class of their own. */
export function matchBuiltin(layer: Layer, statements: readonly Statement[], taps: Program['taps']): BuiltinMatch | undefined {
  const [first] = statements;
  const rule = first === undefined ? undefined : BUILTIN_RULES[first.op];
  if (first === undefined || rule === undefined || layer.children.size > 0) return undefined;
  const entries = new Map(layer.state.map((entry) => [attributeName(entry.key), entry]));
  if (![...entries.keys()].every((attribute) => attribute in rule.state)) return undefined;
  const places = Object.entries(rule.state);
  for (const statement of statements) {
    if (statement.op !== first.op) return undefined;
    for (const [attribute, index] of places) {
      const argument = statement.arguments[index];
      const entry = entries.get(attribute);
      if (entry === undefined ? argument?.kind !== 'none' : !isState(argument, entry.key)) return undefined;
    }
    if (keysOf(statement).length !== entries.size) return undefined;
    const agrees = statement.arguments.every(
      (argument, index) =>
        index === rule.input || rule.byCall?.includes(index) || JSON.stringify(argument) === JSON.stringify(first.arguments[index]),
    );
    if (!agrees) return undefined;
  }
  const built = rule.build({ statements, first, taps, weight: entries.get('weight'), has: (attribute) => entries.has(attribute) });
  if (built === undefined) return undefined;
  const dtypes = new Set(layer.state.map((entry) => entry.dtype));
  const [dtype = 'float32'] = dtypes;
  if (dtypes.size > 1) return undefined;
  const module =
    dtype === 'float32' ? built : { ...built, keyword: [...built.keyword, { name: 'dtype', value: { kind: 'dtype', value: dtype } as const }] };
  const paddings = new Map(statements.map((statement) => [statement, rule.padding === undefined ? undefined : statement.arguments[rule.padding]]));
  const differs = new Set([...paddings.values()].map((padding) => JSON.stringify(padding))).size > 1;
  return {
    module,
    input: rule.input,
    paddingOf: (statement) => {
      const padding = paddings.get(statement);
      return differs && padding?.kind === 'ints' && padding.values.some((size) => size !== 0) ? padding.values : undefined;
    },
  };
}

/** Dropout holds nothing, but Keras had a layer there. `statements`: all that stand for calls of that one layer. */
export function matchDropout(statements: readonly Statement[]): BuiltinMatch | undefined {
  const [first] = statements;
  const p = first?.arguments[1];
  if (first === undefined || p?.kind !== 'float') return undefined;
  const rank = first.results[0]?.shape.length;
  const type = first.op === 'dropout' ? 'Dropout' : first.op === 'feature_dropout' ? CHANNEL_DROPOUT[rank ?? 0] : undefined;
  const alike = statements.every(
    (statement) =>
      statement.op === first.op &&
      statement.results[0]?.shape.length === rank &&
      statement.arguments[2]?.kind === 'training' &&
      JSON.stringify(statement.arguments[1]) === JSON.stringify(p),
  );
  if (type === undefined || !alike) return undefined;
  return { module: builtin(type, { p: p }, {}), input: 0, paddingOf: () => undefined };
}

const CHANNEL_DROPOUT: Readonly<Record<number, string>> = { 3: 'Dropout1d', 4: 'Dropout2d', 5: 'Dropout3d' };
function isState(argument: Argument | undefined, key: string): boolean {
  return argument?.kind === 'state' && argument.key === key;
}
