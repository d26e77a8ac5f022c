import { GraphBuilder } from '../builder.ts';
import type { Attributes, CallId, Graph, Shape, ValueId } from '../graph.ts';

/** Builds small graphs the way an importer does: framework order, Transposes around what is channels first, a call with a tap for each layer. */
export class ModelBuilder {
  readonly builder = new GraphBuilder({
    name: 'model',
    sourceName: 'model.h5',
    framework: 'keras',
    frameworkVersion: '2.10.0',
    classes: undefined,
    preprocess: undefined,
  });
  #seed = 11;
  #layers = 0;
  #call: CallId | undefined;

  input(shape: Shape, name = 'x'): ValueId {
    return this.builder.input(name, 'float32', shape);
  }

  shape(value: ValueId): Shape {
    return this.builder.shape(value);
  }

  /** One layer's call: what `emit` adds belongs to it, and its result is its tap. */
  layer(className: string, emit: () => ValueId): ValueId {
    const call = this.builder.call({ layer: [`${className.toLowerCase()}_${this.#layers++}`], index: 0, className, mode: 'follows' });
    const outer = this.#call;
    this.#call = call;
    const value = emit();
    this.#call = outer;
    this.builder.tap(call, { value, toSource: this.shape(value).map((_, axis) => axis) });
    return value;
  }

  node(op: string, inputs: readonly (ValueId | null)[], attributes: Attributes = {}): ValueId {
    return this.nodes(op, inputs, attributes, 1)[0] as ValueId;
  }

  nodes(op: string, inputs: readonly (ValueId | null)[], attributes: Attributes, outputCount: number): readonly ValueId[] {
    const name = `${op.toLowerCase()}_${this.#seed % 1000}`;
    return this.builder.nodes(op, inputs, { attributes, outputCount, name, calls: this.#call === undefined ? [] : [this.#call] });
  }

  integers(...numbers: readonly number[]): ValueId {
    return this.builder.constant(numbers);
  }

  scalar(number: number): ValueId {
    return this.builder.constant(number, { dtype: 'float32' });
  }

  /** A parameter with numbers between −1 and 1, or above 0.5 where `positive`. */
  weight(shape: readonly number[], role = 'weight', positive = false): ValueId {
    const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => {
      this.#seed = (this.#seed * 48271) % 2147483647;
      return positive ? 0.5 + this.#seed / 2147483647 : (this.#seed / 2147483647 - 0.5) * 2;
    });
    const source = { dtype: 'float32', shape, place: role, read: () => new Uint8Array(data.buffer) } as const;
    return this.builder.weight({ source, kind: 'parameter', trainable: true, owner: [`weights_${this.#layers}_${this.#seed}`], role });
  }

  transpose(x: ValueId, ...perm: readonly number[]): ValueId {
    return this.node('Transpose', [x], { perm });
  }

  toChannelsFirst(x: ValueId): ValueId {
    const rank = this.shape(x).length;
    return this.transpose(x, 0, rank - 1, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 1));
  }

  toChannelsLast(x: ValueId): ValueId {
    const rank = this.shape(x).length;
    return this.transpose(x, 0, ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2), 1);
  }

  channels(x: ValueId): number {
    return this.shape(x).at(-1) as number;
  }

  conv(x: ValueId, filters: number, kernel = 1, attributes: Attributes = {}): ValueId {
    return this.layer('Conv2D', () => {
      const w = this.transpose(this.weight([kernel, kernel, this.channels(x), filters]), 3, 2, 0, 1);
      return this.toChannelsLast(this.node('Conv', [this.toChannelsFirst(x), w, this.weight([filters], 'bias')], attributes));
    });
  }

  batchNorm(x: ValueId): ValueId {
    return this.layer('BatchNormalization', () => {
      const c = [this.channels(x)];
      const parameters = [this.weight(c), this.weight(c, 'bias'), this.weight(c, 'running_mean'), this.weight(c, 'running_var', true)];
      const isMatrix = this.shape(x).length === 2;
      const y = this.node('BatchNormalization', [isMatrix ? x : this.toChannelsFirst(x), ...parameters], { epsilon: 1e-3, momentum: 0.99 });
      return isMatrix ? y : this.toChannelsLast(y);
    });
  }

  relu(x: ValueId): ValueId {
    return this.layer('ReLU', () => this.node('Relu', [x]));
  }

  globalAverage(x: ValueId, keepdims = 0): ValueId {
    return this.layer('GlobalAveragePooling2D', () => {
      const y = this.node('ReduceMean', [this.toChannelsFirst(x), this.integers(2, 3)], { keepdims });
      return keepdims === 1 ? this.toChannelsLast(y) : y;
    });
  }

  dense(x: ValueId, units: number): ValueId {
    return this.layer('Dense', () => {
      const w = this.transpose(this.weight([this.channels(x), units]), 1, 0);
      const bias = this.weight([units], 'bias');
      if (this.shape(x).length === 2) return this.node('Gemm', [x, w, bias], { transB: 1 });
      return this.node('Add', [this.node('MatMul', [x, this.transpose(w, 1, 0)]), bias]);
    });
  }

  flatten(x: ValueId): ValueId {
    return this.layer('Flatten', () => this.node('Flatten', [x], { axis: 1 }));
  }

  dropout(x: ValueId): ValueId {
    return this.layer('Dropout', () => this.node('Dropout', [x, this.scalar(0.5)]));
  }

  graph(...outputs: readonly ValueId[]): Graph {
    outputs.forEach((value, index) => {
      this.builder.output(`y${index}`, value);
    });
    return this.builder.build();
  }
}
