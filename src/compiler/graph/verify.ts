import { invariant, TorchliftError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import { printShape, sameShape } from './dims.ts';
import type { AttributeValue, Call, CallId, Graph, Node, Value, ValueId } from './graph.ts';
import { readIntegers } from './integers.ts';
import { readNumbers } from './numbers.ts';
import type { AttributeSpec, OperatorSpec } from './operator.ts';
import { findOperator } from './operators/index.ts';
import { stateKeys } from './state-keys.ts';

/**
 * What a legal graph is. Runs after import and after every pass.
 *
 * @param after the importer's or pass's name, for the message.
 * @throws TorchliftError `internal`: whatever breaks a rule here is a bug of ours.
 */
export function verifyGraph(graph: Graph, after: string): void {
  new Verifier(graph, after).verify();
}

class Verifier {
  readonly #graph: Graph;
  readonly #after: string;
  readonly #defined = new Set<ValueId>();

  constructor(graph: Graph, after: string) {
    this.#graph = graph;
    this.#after = after;
  }

  verify(): void {
    this.#values();
    this.#ports();
    this.#weights();
    for (const node of this.#graph.nodes) this.#node(node);
    this.#check(this.#defined.size === this.#graph.values.size, () => `${this.#graph.values.size - this.#defined.size} values come from nowhere`);
    for (const { name, value } of this.#graph.outputs)
      this.#check(this.#defined.has(value), () => `output ${name} is value ${value}, which nothing makes`);
    this.#calls();
  }

  #check(condition: boolean, what: () => string): asserts condition {
    if (!condition) invariant(false, `the graph is illegal after ${this.#after}: ${what()}`);
  }

  #value(id: ValueId, reader: string): Value {
    const value = this.#graph.values.get(id);
    this.#check(value !== undefined, () => `${reader}: there is no value ${id}`);
    return value;
  }

  #define(id: ValueId, maker: string): void {
    this.#value(id, maker);
    this.#check(!this.#defined.has(id), () => `${maker}: value ${id} is made twice`);
    this.#defined.add(id);
  }

  #values(): void {
    const { values } = this.#graph;
    for (const [id, value] of values) {
      this.#check(value.id === id && Number.isInteger(id) && id >= 0 && id < values.size, () => `value ids aren't dense: ${id} of ${values.size}`);
      const legal = value.shape.every((dim) => (typeof dim === 'number' ? Number.isInteger(dim) && dim >= 0 : dim !== ''));
      this.#check(legal, () => `value ${value.name} has shape ${printShape(value.shape)}`);
    }
  }

  #ports(): void {
    for (const ports of [this.#graph.inputs, this.#graph.outputs]) {
      const names = new Set(ports.map((port) => port.name));
      this.#check(names.size === ports.length, () => `port names repeat: ${ports.map((port) => port.name).join(', ')}`);
    }
    for (const { name, value } of this.#graph.inputs) this.#define(value, `input ${name}`);
  }

  #weights(): void {
    for (const [id, weight] of this.#graph.weights) {
      const place = `weight ${[...weight.owner, weight.role].join('/')}`;
      this.#define(id, place);
      const { dtype, shape } = this.#value(id, place);
      const { source } = weight;
      this.#check(weight.value === id, () => `${place} stands under value ${id}, but names ${weight.value}`);
      this.#check(
        dtype === source.dtype && sameShape(shape, source.shape),
        () => `${place} is ${dtype} ${printShape(shape)}, its source ${source.dtype} ${printShape(source.shape)}`,
      );
      this.#check(weight.kind === 'parameter' || !weight.trainable, () => `${place}: a ${weight.kind} can't be trainable`);
    }
    const keys = new Map<string, ValueId>();
    for (const [id, key] of stateKeys(this.#graph)) {
      this.#check(!keys.has(key), () => `values ${keys.get(key)} and ${id} share the state_dict key ${key}`);
      keys.set(key, id);
    }
  }

  #node(node: Node): void {
    for (const input of node.inputs) {
      if (input !== null && !this.#defined.has(input)) this.#fail(node, `reads value ${input} before it is made`);
    }
    const spec = findOperator(node.op, node.domain);
    if (node.since !== spec.since) this.#fail(node, `is of version ${node.since}, the table has ${spec.since}`);
    this.#arity(node, spec);
    for (const key in spec.attributes) this.#attribute(node, key, spec.attributes[key] as AttributeSpec);
    for (const key in node.attributes) if (!Object.hasOwn(spec.attributes, key)) this.#fail(node, `has no attribute ${key}`);
    for (const call of node.calls) if (this.#graph.calls[call] === undefined) this.#fail(node, `belongs to call ${call}, which isn't there`);
    for (const output of node.outputs) this.#define(output, node.name);
    this.#shapes(node, spec);
  }

  /** Nodes are many: their messages are made where they are needed only. */
  #fail(node: Node, what: string): never {
    throw new TorchliftError('internal', { what: `the graph is illegal after ${this.#after}: node ${node.name} (${node.op}) ${what}` });
  }

  #arity(node: Node, spec: OperatorSpec): void {
    const isWithin = (count: number, [min, max]: readonly [number, number]): boolean => count >= min && count <= max;
    const { inputs, outputs } = node;
    if (!isWithin(inputs.length, spec.inputs)) this.#fail(node, `has ${inputs.length} inputs, expected ${spec.inputs.join(' to ')}`);
    if (!isWithin(outputs.length, spec.outputs)) this.#fail(node, `has ${outputs.length} outputs, expected ${spec.outputs.join(' to ')}`);
    const missing = inputs.indexOf(null);
    if (missing >= 0 && missing < spec.inputs[0]) this.#fail(node, `lacks one of its first ${spec.inputs[0]} inputs`);
  }

  #attribute(node: Node, key: string, attribute: AttributeSpec): void {
    const value = node.attributes[key];
    if (value === undefined) {
      if (attribute.optional !== true) this.#fail(node, `lacks the attribute ${key}`);
    } else if (!isOfType(value, attribute)) this.#fail(node, `has ${JSON.stringify(value)} for ${key}, expected ${attribute.type}`);
  }

  #shapes(node: Node, spec: OperatorSpec): void {
    const constantSource = (index: number): TensorSource | undefined => {
      const input = node.inputs[index];
      const weight = input === null || input === undefined ? undefined : this.#graph.weights.get(input);
      return weight?.kind === 'constant' ? weight.source : undefined;
    };
    const inferred = spec.infer({
      node: node.name,
      inputs: node.inputs.map((input) => (input === null ? null : this.#value(input, node.name))),
      attributes: node.attributes,
      outputCount: node.outputs.length,
      constant: (index) => {
        const source = constantSource(index);
        return source === undefined ? undefined : readIntegers(source);
      },
      numbers: (index) => {
        const source = constantSource(index);
        return source === undefined ? undefined : readNumbers(source);
      },
    });
    node.outputs.forEach((output, index) => {
      const { dtype, shape } = this.#value(output, node.name);
      const expected = inferred[index];
      if (expected !== undefined && expected.dtype === dtype && sameShape(expected.shape, shape)) return;
      this.#fail(node, `gives ${dtype} ${printShape(shape)} as output ${index}, inferred ${expected?.dtype} ${printShape(expected?.shape ?? [])}`);
    });
  }

  #calls(): void {
    const places = new Set<string>();
    this.#graph.calls.forEach((call, index) => {
      const place = `call ${call.index} of ${call.layer.join('/')}`;
      this.#check(call.id === index, () => `${place} has id ${call.id} at position ${index}`);
      const key = JSON.stringify([call.layer, call.index]);
      this.#check(!places.has(key), () => `${place} stands twice`);
      places.add(key);
      this.#tap(call, place);
    });
  }

  #tap(call: Call, place: string): void {
    const seen = new Set<CallId>();
    let current = call;
    while ('absorbedBy' in current.tap) {
      this.#check(!seen.has(current.id), () => `${place}: nobody gives its value (its tap runs in a circle)`);
      seen.add(current.id);
      const next = this.#graph.calls[current.tap.absorbedBy];
      this.#check(next !== undefined, () => `${place} is absorbed by a call that isn't there`);
      current = next;
    }
    const { value, toSource } = current.tap;
    this.#check(this.#defined.has(value), () => `${place}: its tap is value ${value}, which nothing makes`);
    const { length } = this.#value(value, place).shape;
    const isPermutation = toSource.length === length && new Set(toSource).size === length && toSource.every((axis) => axis >= 0 && axis < length);
    this.#check(isPermutation, () => `${place}: toSource [${toSource.join(', ')}] is no permutation of ${length} axes`);
  }
}

function isOfType(value: AttributeValue, { type }: AttributeSpec): boolean {
  switch (type) {
    case 'int':
      return Number.isInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'ints':
      return Array.isArray(value) && value.every(Number.isInteger);
    case 'floats':
      return Array.isArray(value) && value.every((item) => typeof item === 'number');
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
  }
}
