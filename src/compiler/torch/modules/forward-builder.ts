import { invariant } from '../../../core/errors.ts';
import type { Argument, Statement, Variable } from '../program.ts';
import type { Alignment } from './align-groups.ts';
import type { Group } from './group.ts';
import type { Layer } from './layer-tree.ts';
import type { BuiltinMatch } from './match-builtin.ts';
import type { ForwardStatement, LocalArgument, Mode, OwnTensor } from './module-class.ts';

/** What a forward asks about the program around it. */
export interface ModuleContext {
  /** The layer that a statement calls as a module, and how. */
  builtin(statement: Statement): { readonly layer: Layer; readonly match: BuiltinMatch } | undefined;
  /** undefined where the layer's calls differ: then it has no forward. */
  alignment(layer: Layer): Alignment | undefined;
  /** Whether a BatchNormalization's calls say the mode: they differ, or stand in a forward that is told it. */
  takesInference(layer: Layer): boolean;
  /** The Keras layer that a statement stands for; empty names where there is none. */
  layerOf(statement: Statement): { readonly name: string; readonly className: string };
  /** undefined where the key isn't a constant's. */
  constant(key: string): OwnTensor | undefined;
  /** The id of a variable that the program doesn't have. */
  nextVariable(): number;
}

/** Operations that deserve a line of their own. */
const HEAVY_MODULES = /^(Conv|Linear|Embedding)/;

/** The forward of one class: a group's statements, with modules called instead of aten operators where the class has some. */
export class ForwardBuilder {
  readonly #context: ModuleContext;
  readonly #layer: Layer;
  readonly #takesInference: boolean;
  /** By key: those that the statements read. A class holds its own copy, so that its forward reaches it. */
  readonly constants = new Map<string, OwnTensor>();

  constructor(context: ModuleContext, layer: Layer, takesInference: boolean) {
    this.#context = context;
    this.#layer = layer;
    this.#takesInference = takesInference;
  }

  statements(group: Group): readonly ForwardStatement[] {
    return group.items.flatMap((item) => (item.kind === 'group' ? [this.#callOf(item.group)] : this.#statement(item.statement)));
  }

  #callOf(group: Group): ForwardStatement {
    const alignment = this.#context.alignment(group.layer);
    const call = alignment?.calls.get(group);
    invariant(alignment !== undefined && call !== undefined, `${group.layer.path.join('/')}: a call without a forward`);
    return {
      operation: {
        kind: 'module',
        path: this.#path(group.layer.attributes),
        inputs: call.inputs.map((variable) => ({ kind: 'variable', variable })),
        mode: alignment.takesInference ? this.#mode(!call.isInference) : 'follows',
        takesInference: alignment.takesInference,
        isHeavy: group.items.length > 1,
      },
      results: call.outputs.map((variable, index) => variable ?? this.#unread(alignment.outputs[index] as Variable)),
      layer: group.layer.path.at(-1) ?? '',
      layerClass: group.layer.className ?? '',
    };
  }

  #statement(statement: Statement): readonly ForwardStatement[] {
    const { name: layer, className: layerClass } = this.#context.layerOf(statement);
    const results = statement.results;
    const isTraining = statement.arguments.some(({ kind }) => kind === 'training');
    const builtin = this.#context.builtin(statement);
    if (builtin === undefined || (this.#takesInference && isTraining && builtin.match.module.batchNorm === undefined)) {
      const args = statement.arguments.map((argument, index) =>
        // The rate of a Keras Dropout layer stays with the module that holds it.
        builtin !== undefined && index === 1 ? this.#attribute([...builtin.layer.attributes, 'p']) : this.#localise(argument),
      );
      return [{ operation: { kind: 'aten', op: statement.op, arguments: args, mode: this.#mode(isTraining) }, results, layer, layerClass }];
    }
    const { match } = builtin;
    const takesInference = match.module.batchNorm !== undefined && this.#context.takesInference(builtin.layer);
    const padded = this.#padded(statement, match, layer, layerClass);
    const input = padded?.result ?? this.#localise(statement.arguments[match.input] as Argument);
    const call: ForwardStatement = {
      operation: {
        kind: 'module',
        path: this.#path(builtin.layer.attributes),
        inputs: [input],
        mode: this.#mode(isTraining || match.module.batchNorm === undefined),
        takesInference: takesInference && match.module.batchNorm?.mode !== 'inference',
        isHeavy: HEAVY_MODULES.test(match.module.type),
      },
      results,
      layer,
      layerClass,
    };
    return padded === undefined ? [call] : [padded.statement, call];
  }

  /** Zeros around the input of a convolution whose calls pad differently. */
  #padded(
    statement: Statement,
    match: BuiltinMatch,
    layer: string,
    layerClass: string,
  ): { statement: ForwardStatement; result: LocalArgument } | undefined {
    const padding = match.paddingOf(statement);
    const input = statement.arguments[match.input];
    if (padding === undefined || input?.kind !== 'variable') return undefined;
    const spatial = input.variable.shape.length - padding.length;
    const shape = input.variable.shape.map((size, axis) =>
      typeof size === 'string' || axis < spatial ? size : size + 2 * (padding[axis - spatial] ?? 0),
    );
    const result: Variable = { ...input.variable, id: this.#context.nextVariable(), shape };
    const pad = [...padding].reverse().flatMap((size) => [size, size]);
    return {
      result: { kind: 'variable', variable: result },
      statement: {
        operation: {
          kind: 'aten',
          op: 'constant_pad_nd',
          arguments: [input, { kind: 'ints', values: pad }, { kind: 'float', value: 0 }],
          mode: 'follows',
        },
        results: [result],
        layer,
        layerClass,
      },
    };
  }

  #mode(follows: boolean): Mode {
    if (!follows) return 'inference';
    return this.#takesInference ? 'passed' : 'follows';
  }

  #localise(argument: Argument): LocalArgument {
    if (argument.kind === 'tensors') return { kind: 'tensors', items: argument.items.map((item) => this.#localise(item)) };
    if (argument.kind !== 'state') return argument;
    const constant = this.#context.constant(argument.key);
    if (constant === undefined) return this.#attribute(argument.key.split('.'));
    this.constants.set(constant.key, constant);
    return { kind: 'attribute', path: [constant.name] };
  }

  #attribute(attributes: readonly string[]): LocalArgument {
    return { kind: 'attribute', path: this.#path(attributes) };
  }

  /** From the class that this forward is in. */
  #path(attributes: readonly string[]): readonly string[] {
    const own = this.#layer.attributes;
    invariant(
      own.every((name, index) => attributes[index] === name),
      `${attributes.join('.')} isn't in ${own.join('.')}`,
    );
    return attributes.slice(own.length);
  }

  #unread(variable: Variable): Variable {
    return { ...variable, id: this.#context.nextVariable() };
  }
}
