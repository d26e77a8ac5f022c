import type { DType } from '../../../core/dtypes.ts';
import { GraphBuilder, memoryTensor, type NodeOptions } from '../../graph/builder.ts';
import type { Call, Graph, Shape, ValueId } from '../../graph/graph.ts';
import { lowerGraph } from '../lower.ts';
import { formatProgram } from './format-program.ts';

/** What a case can put on a node: inputs of the model, weights, constants of ours, other nodes. */
export class Bench {
  readonly #builder = new GraphBuilder({
    name: 'bench',
    sourceName: 'bench.h5',
    framework: 'keras',
    frameworkVersion: '2.10.0',
    classes: undefined,
    preprocess: undefined,
  });
  readonly #call;
  #weights = 0;

  constructor(mode: Call['mode'] = 'follows') {
    this.#call = this.#builder.call({ layer: ['layer'], index: 0, className: 'Layer', mode });
  }

  input(shape: Shape, dtype: DType = 'float32', name = 'x'): ValueId {
    return this.#builder.input(name, dtype, shape);
  }

  /** A parameter (a buffer, for statistics) counted up from 0. */
  weight(shape: readonly number[], role = `w${this.#weights++}`): ValueId {
    const numbers = Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => index);
    const kind = role.startsWith('running') ? 'buffer' : 'parameter';
    const source = memoryTensor(numbers, 'float32', shape, role);
    return this.#builder.weight({ source, kind, trainable: kind === 'parameter', owner: ['layer'], role });
  }

  floats(data: number | readonly number[], shape?: readonly number[]): ValueId {
    return this.#builder.constant(data, { dtype: 'float32', ...(shape && { shape }) });
  }

  ints(data: number | readonly number[]): ValueId {
    return this.#builder.constant(data);
  }

  node(op: string, inputs: readonly (ValueId | null)[], attributes: NodeOptions['attributes'] = {}): ValueId {
    return this.#builder.node(op, inputs, { name: op, calls: [this.#call], attributes });
  }

  nodes(op: string, inputs: readonly (ValueId | null)[], outputCount: number, attributes: NodeOptions['attributes'] = {}): readonly ValueId[] {
    return this.#builder.nodes(op, inputs, { name: op, calls: [this.#call], attributes, outputCount });
  }

  /** What the call gives; the last node otherwise. */
  tap(value: ValueId): void {
    this.#builder.tap(this.#call, { value, toSource: this.#builder.shape(value).map((_, axis) => axis) });
  }

  graph(outputs: ValueId | readonly ValueId[]): Graph {
    [outputs].flat().forEach((output, index) => {
      this.#builder.output(`output_${index}`, output as ValueId);
    });
    return this.#builder.build();
  }
}

/** The statements that a case becomes, without the state and without the casts of its outputs. */
export function lowerCase(make: (bench: Bench) => ValueId | readonly ValueId[], mode: Call['mode'] = 'follows'): readonly string[] {
  const bench = new Bench(mode);
  const lines = formatProgram(lowerGraph(bench.graph(make(bench)), { mode: 'train' }));
  return lines.filter((line) => !/^(parameter|buffer|constant|return) |, float32, false, false, None\)$/.test(line));
}
