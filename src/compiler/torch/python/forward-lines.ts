import { readBy } from '../modules/depth-first-order.ts';
import type { Forward, ForwardStatement, LocalArgument } from '../modules/module-class.ts';
import type { Variable } from '../program.ts';
import { atenExpression } from './aten-expression.ts';
import { ForwardNames, type Lifetime } from './forward-names.ts';
import { forwardSections } from './forward-sections.ts';
import { literalExpression } from './literal-expression.ts';
import { isMergeStatement } from './merge-statement.ts';
import { LINE_WIDTH, printExpression } from './print.ts';
import { type Expression, py, type Statement } from './syntax.ts';

/** Calls within calls, past which a reader loses the thread. */
const MAX_DEPTH = 4;
/** Two levels of indentation and `x = `. */
const EXPRESSION_WIDTH = LINE_WIDTH - 8 - 'x = '.length;

/** The lines of a forward, and the names of its parameters. */
export interface ForwardLines {
  readonly parameters: readonly string[];
  readonly body: readonly Statement[];
}

/**
 * Nests what is used once into what uses it while it stays easy to read (`x = F.relu6(self.bn(self.conv(x)))`): one convolution a line,
 * the order of the program kept, so that moving statistics and random masks come as in Keras.
 * @param outputNames what several outputs are called
 * @param parameterNames what the inputs are called; names of ours (`x`) may be assigned to, a model's own inputs aren't
 */
export function forwardLines(forward: Forward, parameterNames?: readonly string[], outputNames?: readonly string[]): ForwardLines {
  return new ForwardPrinter(forward, parameterNames, outputNames).lines();
}

/** An expression not assigned yet. */
interface Pending {
  readonly variable: Variable;
  readonly expression: Expression;
  readonly first: number;
  readonly position: number;
  readonly depth: number;
  readonly isHeavy: boolean;
  readonly isMerge: boolean;
  /** Ends its line: the reordering of axes that a comment explains. */
  readonly isLayout: boolean;
  readonly leaves: readonly Variable[];
}

class ForwardPrinter {
  readonly #forward: Forward;
  readonly #names: ForwardNames;
  readonly #lifetimes: ReadonlyMap<number, Lifetime>;
  readonly #body: Statement[] = [];
  readonly #parameters: readonly string[];
  readonly #sections: ReadonlyMap<number, string | undefined>;
  #pending: Pending | undefined;
  /** Made of parameters and buffers alone, and read once: written where they are read (`x / torch.sqrt(self.variance)`). */
  readonly #ofState = new Map<number, Expression>();

  constructor(forward: Forward, parameterNames: readonly string[] | undefined, outputNames: readonly string[] | undefined) {
    this.#forward = forward;
    this.#lifetimes = lifetimesOf(forward);
    const inputs = new Set(forward.inputs.map(({ id }) => id));
    const wanted = forward.outputs.flatMap(({ id }, index) =>
      outputNames?.[index] === undefined || inputs.has(id) ? [] : [[id, outputNames[index]] as const],
    );
    this.#names = new ForwardNames(this.#lifetimes, parameterNames ?? [], new Map(wanted.reverse()));
    this.#parameters = forward.inputs.map((input, index) => this.#names.bind(input, parameterNames?.[index] ?? this.#names.fresh(-1)));
    this.#sections = forwardSections(forward);
  }

  lines(): ForwardLines {
    const { body, outputs } = this.#forward;
    body.forEach((statement, position) => {
      this.#add(statement, position);
    });
    const [only] = outputs;
    if (outputs.length === 1 && this.#pending !== undefined && this.#pending.variable.id === only?.id) {
      this.#openSection(this.#pending.first);
      this.#body.push({ kind: 'return', value: this.#pending.expression });
    } else {
      this.#flush();
      const values = outputs.map((output) => py.name(this.#names.of(output)));
      this.#body.push({ kind: 'return', value: values.length === 1 ? (values[0] as Expression) : py.tuple(values) });
    }
    return { parameters: this.#parameters, body: this.#body };
  }

  #add(statement: ForwardStatement, position: number): void {
    const variables = readBy(statement).filter(({ id }) => !this.#ofState.has(id));
    const [only] = statement.results;
    if (variables.length === 0 && only !== undefined && statement.operation.kind === 'aten' && this.#lifetimes.get(only.id)?.reads === 1) {
      this.#ofState.set(only.id, this.#expression(statement, undefined));
      return;
    }
    if (this.#pending !== undefined && !this.#nests(statement, variables, position)) this.#flush();
    const nested = this.#pending;
    const expression = this.#expression(statement, nested);
    const leaves = variables.flatMap((variable) => (variable.id === nested?.variable.id ? nested.leaves : [variable]));
    const heavy = isHeavy(statement);
    const merge = isMergeStatement(statement);
    this.#pending = undefined;
    const [result] = statement.results;
    const whole = {
      expression,
      first: nested?.first ?? position,
      position,
      depth: (nested?.depth ?? 0) + (expression.kind === 'binary' ? 0 : 1),
      isHeavy: heavy || (nested?.isHeavy ?? false),
      isMerge: merge,
      isLayout: statement.operation.kind === 'aten' && statement.operation.op === 'permute',
      leaves,
    };
    if (statement.results.length === 1 && result !== undefined) this.#pending = { variable: result, ...whole };
    else this.#assign(statement.results, whole);
  }

  /** Whether the pending expression may stand inside the next statement's. */
  #nests(statement: ForwardStatement, variables: readonly Variable[], position: number): boolean {
    const pending = this.#pending as Pending;
    const { operation } = statement;
    const times = variables.filter(({ id }) => id === pending.variable.id).length;
    if (times !== 1 || this.#lifetimes.get(pending.variable.id)?.reads !== 1) return false;
    if (pending.isLayout || this.#sections.has(position) || pending.depth >= MAX_DEPTH) return false;
    if (operation.kind === 'aten' && operation.arguments.some(({ kind }) => kind === 'tensors')) return false;
    const isSameLayer = pending.depth === 1 && statement.layer !== '' && statement.layer === this.#forward.body[pending.position]?.layer;
    if (isHeavy(statement) && (pending.isHeavy || pending.isMerge) && !isSameLayer) return false;
    if (pending.isHeavy && operation.kind === 'aten' && STARTS_LINE.test(operation.op)) return false;
    const [result] = statement.results;
    const comment = result === undefined ? undefined : this.#comment(result, pending);
    const width = printExpression(this.#expression(statement, pending)).length + (comment === undefined ? 0 : '  # '.length + comment.length);
    return width <= EXPRESSION_WIDTH;
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending !== undefined) this.#assign([pending.variable], pending);
  }

  #assign(results: readonly Variable[], whole: Omit<Pending, 'variable'>): void {
    const layer = this.#forward.body[whole.position]?.layer ?? '';
    this.#openSection(whole.first);
    const targets = results.map((result) => {
      // Several results don't take each other's names.
      const leaves = results.length === 1 ? whole.leaves : [];
      return py.name(this.#names.assign(result, leaves, whole.position, whole.isMerge || results.length > 1, layer));
    });
    const comment = results.length === 1 ? this.#comment(results[0] as Variable, whole) : undefined;
    this.#body.push({ kind: 'assign', targets, value: whole.expression, ...(comment === undefined ? {} : { comment }) });
  }

  /** The shape where the rank or a spatial size changes; the layouts where axes are reordered. */
  #comment(result: Variable, { leaves, isLayout }: Pick<Pending, 'leaves' | 'isLayout'>): string | undefined {
    const source = leaves[0]?.shape;
    const shape = `[${result.shape.join(', ')}]`;
    if (this.#forward.shapesVary) return undefined;
    if (isLayout && source !== undefined) return `${layoutChange(source, result.shape)}${shape}`;
    if (source === undefined || source.length !== result.shape.length) return shape;
    return source.slice(2).some((size, axis) => size !== result.shape[axis + 2]) ? shape : undefined;
  }

  #openSection(position: number): void {
    const title = this.#sections.get(position);
    if (!this.#sections.has(position)) return;
    if (this.#body.length > 0) this.#body.push({ kind: 'blank' });
    if (title !== undefined) this.#body.push({ kind: 'comment', text: title });
  }

  #expression(statement: ForwardStatement, nested: Pending | undefined): Expression {
    const { operation } = statement;
    const print = (argument: LocalArgument): Expression => this.#argument(argument, operation.mode === 'passed', nested);
    if (operation.kind === 'aten') {
      const call = atenExpression(operation.op, operation.arguments, print);
      return operation.op === 'split_with_sizes' && statement.results.length === 1 ? { kind: 'subscript', object: call, items: [py.int(0)] } : call;
    }
    const inference = operation.mode === 'passed' ? py.name('inference') : py.bool(true);
    const keywords = operation.takesInference && operation.mode !== 'follows' ? [{ name: 'inference', value: inference }] : [];
    return py.call(py.path(['self', ...operation.path]), operation.inputs.map(print), keywords);
  }

  #argument(argument: LocalArgument, isPassed: boolean, nested: Pending | undefined): Expression {
    switch (argument.kind) {
      case 'variable':
        if (argument.variable.id === nested?.variable.id) return nested.expression;
        return this.#ofState.get(argument.variable.id) ?? py.name(this.#names.of(argument.variable));
      case 'attribute':
        return py.path(['self', ...argument.path]);
      case 'tensors':
        return py.list(argument.items.map((item) => this.#argument(item, isPassed, nested)));
      case 'training': {
        const training = py.path(['self', 'training']);
        return isPassed ? py.binary('and', training, { kind: 'unary', operator: 'not', operand: py.name('inference') }) : training;
      }
      default:
        return literalExpression(argument);
    }
  }
}

function isHeavy({ operation }: ForwardStatement): boolean {
  return operation.kind === 'module' ? operation.isHeavy : HEAVY.test(operation.op);
}

/** Read better in front of what takes their result, or on a line of their own, than behind a convolution. */
const STARTS_LINE = /^(constant_pad_nd|pad|permute|flatten|reshape|mean|sum|amax|amin|slice|select|transpose|squeeze|unsqueeze)$/;
const HEAVY = /^(conv|linear$|matmul$|max_pool|avg_pool|upsample|_upsample|embedding|batch_norm)/;

function lifetimesOf({ inputs, body, outputs }: Forward): ReadonlyMap<number, Lifetime> {
  const lifetimes = new Map<number, { reads: number; readers: number; last: number }>();
  const read = (id: number, position: number): void => {
    const life = lifetimes.get(id);
    if (life === undefined) return;
    life.reads++;
    if (life.last !== position) life.readers++;
    life.last = position;
  };
  for (const { id } of inputs) lifetimes.set(id, { reads: 0, readers: 0, last: -1 });
  body.forEach((statement, position) => {
    for (const { id } of readBy(statement)) read(id, position);
    for (const { id } of statement.results) lifetimes.set(id, { reads: 0, readers: 0, last: -1 });
  });
  for (const { id } of outputs) read(id, Number.POSITIVE_INFINITY);
  return lifetimes;
}

/** `NHWC → NCHW ` where the two shapes are an image's in these orders. */
function layoutChange(from: Variable['shape'], to: Variable['shape']): string {
  const isMove = (axes: readonly number[]) => from.length === axes.length && axes.every((axis, index) => from[axis] === to[index]);
  const last = from.at(-1);
  if (isMove([0, 3, 1, 2]) && !(from[1] === last && from[2] === last)) return 'NHWC → NCHW ';
  if (isMove([0, 2, 3, 1]) && from.length === 4) return 'NCHW → NHWC ';
  return '';
}
