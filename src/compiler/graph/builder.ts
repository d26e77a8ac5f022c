import { DTYPE_BYTES, type DType, elementCount } from '../../core/dtypes.ts';
import { invariant } from '../../core/errors.ts';
import type { TensorSource } from '../../core/tensor-source.ts';
import type { Attributes, Call, CallId, Graph, GraphPort, ModelInfo, Node, Shape, Tap, Value, ValueId, Weight } from './graph.ts';
import { readIntegers } from './integers.ts';
import { legal } from './legal.ts';
import { readNumbers } from './numbers.ts';
import { findOperator } from './operators/index.ts';

export interface NodeOptions {
  readonly name?: string;
  readonly calls?: readonly CallId[];
  readonly attributes?: Attributes;
  readonly outputCount?: number;
  /** Names of the output values; the node's name where omitted. */
  readonly outputNames?: readonly string[];
}

/**
 * Makes a graph node by node; shapes and dtypes are inferred by the operator's spec as it goes.
 * Importers and passes both use it; `build` returns the finished, immutable graph (verify it with `verifyGraph`).
 */
export class GraphBuilder {
  readonly #values = new Map<ValueId, Value>();
  readonly #nodes: Node[] = [];
  readonly #weights = new Map<ValueId, Weight>();
  readonly #calls: Call[] = [];
  readonly #inputs: GraphPort[] = [];
  readonly #outputs: GraphPort[] = [];
  readonly #model: ModelInfo;

  constructor(model: ModelInfo) {
    this.#model = model;
  }

  /** A model input, in the framework's axis order. */
  input(name: string, dtype: DType, shape: Shape, valueName = name): ValueId {
    const value = this.#value(valueName, dtype, shape);
    this.#inputs.push({ name, value });
    return value;
  }

  output(name: string, value: ValueId): void {
    this.#outputs.push({ name, value });
  }

  /** A parameter, buffer or constant whose bytes stay where they are. */
  weight(weight: Omit<Weight, 'value'>, name = [...weight.owner, weight.part, weight.role].filter(Boolean).join('/')): ValueId {
    const value = this.#value(name, weight.source.dtype, weight.source.shape);
    this.#weights.set(value, { ...weight, value });
    return value;
  }

  /** A small constant of ours: a shape, pads, a scalar. Integers default to int64, as ONNX wants for shapes. */
  constant(data: number | readonly number[], options: { dtype?: DType; shape?: readonly number[]; name?: string } = {}): ValueId {
    const numbers = typeof data === 'number' ? [data] : data;
    const shape = options.shape ?? (typeof data === 'number' ? [] : [numbers.length]);
    const source = memoryTensor(numbers, options.dtype ?? 'int64', shape, options.name ?? 'constant');
    return this.weight({ source, kind: 'constant', trainable: false, owner: [], role: 'constant' }, options.name ?? 'constant');
  }

  /** One node with one output. */
  node(op: string, inputs: readonly (ValueId | null)[], options: NodeOptions = {}): ValueId {
    const [value] = this.nodes(op, inputs, options);
    legal(value !== undefined, () => `${op} has no output`);
    return value;
  }

  /** One node; all its outputs. */
  nodes(op: string, inputs: readonly (ValueId | null)[], options: NodeOptions = {}): readonly ValueId[] {
    const spec = findOperator(op, '');
    const name = options.name ?? op;
    const outputCount = options.outputCount ?? 1;
    const attributes: Record<string, Attributes[string]> = {};
    for (const [key, attribute] of Object.entries(spec.attributes)) {
      const value = options.attributes?.[key] ?? attribute.default;
      if (value !== undefined) attributes[key] = value;
      else legal(attribute.optional, () => `${name}: ${op} needs the attribute ${key}`);
    }
    for (const key of Object.keys(options.attributes ?? {})) legal(key in spec.attributes, () => `${name}: ${op} has no attribute ${key}`);
    const results = spec.infer({
      node: name,
      inputs: inputs.map((input) => (input === null ? null : this.value(input))),
      attributes,
      outputCount,
      constant: (index) => {
        const input = inputs[index];
        return input === null || input === undefined ? undefined : this.integers(input);
      },
      numbers: (index) => {
        const input = inputs[index];
        const weight = input === null || input === undefined ? undefined : this.#weights.get(input);
        return weight?.kind === 'constant' ? readNumbers(weight.source) : undefined;
      },
    });
    const outputs = results.map(({ dtype, shape }, index) => this.#value(options.outputNames?.[index] ?? name, dtype, shape));
    this.#nodes.push({ op, domain: '', since: spec.since, name, inputs, outputs, attributes, calls: options.calls ?? [] });
    return outputs;
  }

  /** Starts a call; give its tap with `tap` when its value is known. */
  call(call: Omit<Call, 'id' | 'tap'>): CallId {
    const id = this.#calls.length as CallId;
    this.#calls.push({ ...call, id, tap: { absorbedBy: id } });
    return id;
  }

  tap(id: CallId, tap: Tap): void {
    const call = this.#calls[id];
    legal(call !== undefined, () => `no call ${id}`);
    this.#calls[id] = { ...call, tap };
  }

  value(id: ValueId): Value {
    const value = this.#values.get(id);
    legal(value !== undefined, () => `no value ${id}`);
    return value;
  }

  shape(id: ValueId): Shape {
    return this.value(id).shape;
  }

  /** The integers of a constant, read; undefined for anything else. */
  integers(id: ValueId): readonly number[] | undefined {
    const weight = this.#weights.get(id);
    return weight?.kind === 'constant' ? readIntegers(weight.source) : undefined;
  }

  build(): Graph {
    return {
      model: this.#model,
      inputs: this.#inputs,
      outputs: this.#outputs,
      values: this.#values,
      nodes: this.#nodes,
      weights: this.#weights,
      calls: this.#calls,
    };
  }

  #value(name: string, dtype: DType, shape: Shape): ValueId {
    const id = this.#values.size as ValueId;
    this.#values.set(id, { id, name, dtype, shape });
    return id;
  }
}

/** A tensor of ours, held in memory. `data` has `elementCount(shape)` numbers. */
export function memoryTensor(data: readonly number[], dtype: DType, shape: readonly number[], place: string): TensorSource {
  invariant(data.length === elementCount(shape), `${place}: ${data.length} numbers for shape [${shape.join(', ')}]`);
  const bytes = new Uint8Array(data.length * DTYPE_BYTES[dtype]);
  const view = new DataView(bytes.buffer);
  data.forEach((number, index) => {
    if (dtype === 'float32') view.setFloat32(index * 4, number, true);
    else if (dtype === 'float64') view.setFloat64(index * 8, number, true);
    else if (dtype === 'int64') view.setBigInt64(index * 8, BigInt(number), true);
    else if (dtype === 'int32') view.setInt32(index * 4, number, true);
    else if (dtype === 'uint8' || dtype === 'bool') view.setUint8(index, number);
    else invariant(false, `${place}: no constant of ${dtype}`);
  });
  return { dtype, shape, place, read: () => bytes };
}
