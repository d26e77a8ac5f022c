import { invariant, TorchliftError } from '../../core/errors.ts';
import { ConstantExpressions } from '../graph/constant-expressions.ts';
import type { Call, CallId, Graph, Node, Value, ValueId } from '../graph/graph.ts';
import { stateKeys } from '../graph/state-keys.ts';
import { NONE, type Operand, variable } from './argument.ts';
import { type LoweringRun, NodeContext, UnsupportedNode } from './node-context.ts';
import { findLowering } from './ops/index.ts';
import { findSharedDropouts, type SharedDropouts } from './ops/shared-dropout.ts';
import type { Argument, Program, Statement, Variable } from './program.ts';
import { type Reader, StateBuilder } from './state-builder.ts';

export interface LowerOptions {
  /** `train`: layers follow the module's mode. `inference`: dropout is gone, what is constant is one tensor. */
  readonly mode: 'train' | 'inference';
}

/** One lowering run: operands by graph value, statements as they come. */
export class GraphLowering implements LoweringRun {
  readonly graph: Graph;
  readonly mode: LowerOptions['mode'];
  readonly constants: ConstantExpressions;
  readonly #state: StateBuilder;
  readonly #shared: SharedDropouts;
  readonly #calls: ReadonlyMap<CallId, Call>;
  readonly #operands = new Map<ValueId, Operand>();
  readonly #body: Statement[] = [];
  readonly #findings: string[] = [];
  #variables = 0;

  constructor(graph: Graph, options: LowerOptions) {
    this.graph = graph;
    this.mode = options.mode;
    this.constants = new ConstantExpressions(graph);
    this.#state = new StateBuilder(graph, this.constants, stateKeys(graph), options.mode);
    this.#shared = findSharedDropouts(graph);
    this.#calls = new Map(graph.calls.map((call) => [call.id, call]));
  }

  program(): Program {
    const { graph } = this;
    const inputs = graph.inputs.map((port) => ({ ...this.variable(this.value(port.value)), portName: port.name }));
    graph.inputs.forEach((port, index) => {
      this.#operands.set(port.value, variable(inputs[index] as Variable));
    });
    for (const node of graph.nodes) {
      if (!this.#shared.absorbed.has(node) && !node.outputs.every((output) => this.constants.isConstant(output))) this.#lower(node);
    }
    const outputs = graph.outputs.map((port) => ({ portName: port.name, operand: this.#findings.length > 0 ? NONE : this.#output(port.value) }));
    if (this.#findings.length > 0) {
      throw new TorchliftError('unsupported', {
        what: `${this.#findings.length === 1 ? 'an operation has' : `${this.#findings.length} operations have`} no PyTorch form`,
        where: graph.model.sourceName,
        details: this.#findings,
        remedy: 'Replace these layers in Keras by ones that are supported (docs/supported.md) and save the model again.',
      });
    }
    const taps = new Map<CallId, { variable: Variable; toSource: readonly number[] }>();
    for (const { id, tap } of graph.calls) {
      const operand = 'value' in tap ? this.#operands.get(tap.value) : undefined;
      if ('value' in tap && operand?.kind === 'variable') taps.set(id, { variable: operand.variable, toSource: tap.toSource });
    }
    return {
      model: graph.model,
      state: this.#state.entries(),
      inputs,
      body: this.#body,
      outputs: outputs.map(({ portName, operand }) => {
        invariant(operand.kind === 'variable', `output ${portName} is a constant`);
        return { portName, variable: operand.variable };
      }),
      calls: graph.calls,
      taps,
    };
  }

  value(id: ValueId): Value {
    const value = this.graph.values.get(id);
    invariant(value !== undefined, `no value ${id}`);
    return value;
  }

  operand(id: ValueId, reader?: Reader): Operand {
    const known = this.#operands.get(id);
    if (known !== undefined) return known;
    invariant(this.constants.isConstant(id), `${this.value(id).name}: read before it is made`);
    const key = this.#state.key(id, reader);
    if (key !== undefined) return { kind: 'state', key };
    const node = this.constants.producer(id);
    invariant(node !== undefined, `${this.value(id).name}: a weight without a key`);
    this.#lower(node);
    return this.operand(id);
  }

  variable({ name, dtype, shape }: Pick<Value, 'name' | 'dtype' | 'shape'>): Variable {
    return { id: this.#variables++, name, dtype, shape };
  }

  append(statement: Statement): void {
    this.#body.push(statement);
  }

  training(node: Node): Argument {
    const follows = node.calls.every((id) => this.#calls.get(id)?.mode !== 'inference');
    return this.mode === 'train' && follows ? { kind: 'training' } : { kind: 'bool', value: false };
  }

  #lower(node: Node): void {
    const lowering = this.#shared.lowerings.get(node) ?? findLowering(node);
    if (lowering === undefined) {
      this.#fail(node, 'no lowering');
      return;
    }
    try {
      const result = lowering.lower(node, new NodeContext(this, node));
      const operands = Array.isArray(result) ? (result as readonly Operand[]) : [result as Operand];
      node.outputs.forEach((output, index) => {
        const operand = operands[index];
        invariant(operand !== undefined, `${node.name}: ${node.op} has no output ${index}`);
        this.#operands.set(output, operand);
      });
    } catch (error) {
      if (!(error instanceof UnsupportedNode)) throw error;
      this.#fail(node, error.message);
    }
  }

  /** Records the finding and goes on with stand-ins, so that the rest of the graph is judged too. */
  #fail(node: Node, what: string): void {
    this.#findings.push(`${node.name}: ${node.op} (version ${node.since}${node.domain === '' ? '' : ` of ${node.domain}`}): ${what}`);
    for (const output of node.outputs) this.#operands.set(output, variable(this.variable(this.value(output))));
  }

  #output(id: ValueId): Operand {
    const operand = this.operand(id);
    if (operand.kind === 'variable') return operand;
    throw new TorchliftError('unsupported', {
      what: `the output ${this.value(id).name} doesn't depend on any input`,
      where: this.graph.model.sourceName,
      remedy: 'Remove this output from the Keras model and save it again.',
    });
  }
}
