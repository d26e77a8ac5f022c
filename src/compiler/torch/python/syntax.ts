/**
 * The Python that `model.py` needs, as a typed tree. Everything that comes from a model is a `name` (sanitised by `pythonIdentifiers`)
 * or a literal, so that one printer (print.ts) decides how text is escaped.
 */
export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly callee: Expression; readonly arguments: readonly Expression[]; readonly keywords: readonly Keyword[] }
  | { readonly kind: 'subscript'; readonly object: Expression; readonly items: readonly (Expression | Slice)[] }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'unary'; readonly operator: '-' | 'not'; readonly operand: Expression }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'int' | 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'constant'; readonly value: 'True' | 'False' | 'None' };

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | '@' | '<' | '<=' | '>' | '>=' | '==' | '!=' | 'and' | '|';

export interface Keyword {
  readonly name: string;
  readonly value: Expression;
}

export interface Slice {
  readonly kind: 'slice';
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}

export type Statement =
  | { readonly kind: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression; readonly comment?: string }
  /** A bare annotation, `self.mean: Tensor`. */
  | { readonly kind: 'annotate'; readonly target: Expression; readonly annotation: Expression }
  | { readonly kind: 'expression'; readonly value: Expression; readonly comment?: string }
  | { readonly kind: 'return'; readonly value: Expression }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'blank' }
  | FunctionDefinition
  | ClassDefinition
  /** Text of ours, the same for every model. Nothing of a model may be in it. */
  | { readonly kind: 'source'; readonly text: string };

export interface Parameter {
  readonly name: string;
  readonly annotation?: Expression;
  readonly default?: Expression;
}

export interface FunctionDefinition {
  readonly kind: 'function';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: Expression;
  readonly docstring?: string;
  readonly body: readonly Statement[];
}

export interface ClassDefinition {
  readonly kind: 'class';
  readonly name: string;
  readonly base: Expression;
  readonly docstring?: string;
  readonly body: readonly Statement[];
}

export interface Module {
  readonly docstring: string;
  readonly imports: readonly Import[];
  readonly body: readonly Statement[];
}

/** `import name`, or `from module import names`. Groups are parted by a blank line. */
export interface Import {
  readonly group: 'future' | 'standard' | 'torch';
  readonly module: string;
  readonly names?: readonly string[];
}

export const py = {
  name: (name: string): Expression => ({ kind: 'name', name }),
  /** `self.base.conv` from `['self', 'base', 'conv']`. */
  path: (names: readonly string[]): Expression => names.slice(1).reduce(py.attribute, py.name(names[0] ?? '')),
  attribute: (object: Expression, name: string): Expression => ({ kind: 'attribute', object, name }),
  call: (callee: Expression, args: readonly Expression[] = [], keywords: readonly Keyword[] = []): Expression => ({
    kind: 'call',
    callee,
    arguments: args,
    keywords,
  }),
  method: (object: Expression, name: string, args: readonly Expression[] = [], keywords: readonly Keyword[] = []): Expression =>
    py.call(py.attribute(object, name), args, keywords),
  binary: (operator: BinaryOperator, left: Expression, right: Expression): Expression => ({ kind: 'binary', operator, left, right }),
  int: (value: number): Expression => ({ kind: 'int', value }),
  float: (value: number): Expression => ({ kind: 'float', value }),
  string: (value: string): Expression => ({ kind: 'string', value }),
  bool: (value: boolean): Expression => ({ kind: 'constant', value: value ? 'True' : 'False' }),
  none: { kind: 'constant', value: 'None' } as Expression,
  tuple: (items: readonly Expression[]): Expression => ({ kind: 'tuple', items }),
  list: (items: readonly Expression[]): Expression => ({ kind: 'list', items }),
  ints: (values: readonly number[]): Expression => py.tuple(values.map(py.int)),
};
