import { GraphBuilder, memoryTensor } from '../../graph/builder.ts';
import type { Attributes, CallId, Graph, Path, ValueId, Weight } from '../../graph/graph.ts';

interface Options {
  readonly trainable?: boolean;
  readonly mode?: 'follows' | 'inference';
}

/**
 * Small graphs with Keras' provenance: nested layers, shared ones, modes and trainability. Values are channels first already, weights are
 * in PyTorch's layout. A layer called again keeps its weights.
 */
export class KerasGraph {
  readonly builder: GraphBuilder;
  readonly #weights = new Map<string, ValueId>();
  readonly #indexes = new Map<string, number>();

  constructor(sourceName = 'moderation_model.h5', classes?: readonly string[]) {
    const model = { name: 'model', sourceName, framework: 'keras', frameworkVersion: '2.10.0', classes, preprocess: undefined } as const;
    this.builder = new GraphBuilder(model);
  }

  /** An image, NHWC, and the permute that makes it channels first. */
  image(name: string, size: number): ValueId {
    return this.node('Transpose', [this.builder.input(name, 'float32', ['N', size, size, 3])], { perm: [0, 3, 1, 2] });
  }

  vector(name: string, size: number): ValueId {
    return this.builder.input(name, 'float32', ['N', size]);
  }

  node(op: string, inputs: readonly (ValueId | null)[], attributes: Attributes = {}, calls: readonly CallId[] = []): ValueId {
    return this.builder.node(op, inputs, { name: op.toLowerCase(), attributes, calls });
  }

  layer(path: Path, className: string, mode: Options['mode'], emit: (calls: readonly CallId[]) => ValueId): ValueId {
    const key = path.join('/');
    const index = this.#indexes.get(key) ?? 0;
    this.#indexes.set(key, index + 1);
    const id = this.builder.call({ layer: path, index, className, mode: mode ?? 'follows' });
    const value = emit([id]);
    this.builder.tap(id, {
      value,
      toSource: this.builder.shape(value).length === 4 ? [0, 2, 3, 1] : this.builder.shape(value).map((_, axis) => axis),
    });
    return value;
  }

  weight(path: Path, role: string, shape: readonly number[], options: { trainable?: boolean; part?: string; kind?: Weight['kind'] } = {}): ValueId {
    const key = [...path, options.part ?? '', role].join('/');
    const known = this.#weights.get(key);
    if (known !== undefined) return known;
    const { trainable = true, part, kind = role.startsWith('running') ? 'buffer' : 'parameter' } = options;
    const count = shape.reduce((product, size) => product * size, 1);
    const value = this.builder.weight({
      source: memoryTensor(Array<number>(count).fill(role === 'running_var' ? 1 : 0.1), 'float32', shape, key),
      kind,
      trainable: trainable && kind === 'parameter',
      owner: path,
      ...(part === undefined ? {} : { part }),
      role,
    });
    this.#weights.set(key, value);
    return value;
  }

  channels(x: ValueId): number {
    return this.builder.shape(x)[1] as number;
  }

  conv(
    path: Path,
    x: ValueId,
    filters: number,
    options: Options & { kernel?: number; strides?: number; pads?: readonly number[]; bias?: boolean; group?: number } = {},
  ): ValueId {
    const { kernel = 3, strides = 1, pads = [0, 0, 0, 0], bias = true, group = 1, mode, ...place } = options;
    const w = this.weight(path, 'weight', [filters, this.channels(x) / group, kernel, kernel], place);
    const inputs = bias ? [x, w, this.weight(path, 'bias', [filters], place)] : [x, w];
    const attributes = { strides: [strides, strides], pads, group };
    return this.layer(path, group > 1 ? 'DepthwiseConv2D' : 'Conv2D', mode, (calls) => this.node('Conv', inputs, attributes, calls));
  }

  separable(path: Path, x: ValueId, filters: number, pads: readonly number[]): ValueId {
    const channels = this.channels(x);
    const depthwise = this.weight(path, 'weight', [channels, 1, 3, 3], { part: 'depthwise' });
    const pointwise = this.weight(path, 'weight', [filters, channels, 1, 1], { part: 'pointwise' });
    const bias = this.weight(path, 'bias', [filters], { part: 'pointwise' });
    return this.layer(path, 'SeparableConv2D', 'follows', (calls) => {
      const y = this.node('Conv', [x, depthwise], { group: channels, pads }, calls);
      return this.node('Conv', [y, pointwise, bias], {}, calls);
    });
  }

  batchNorm(path: Path, x: ValueId, options: Options & { scale?: boolean } = {}): ValueId {
    const { trainable = true, scale = true } = options;
    const mode = trainable ? options.mode : 'inference';
    const size = this.channels(x);
    const gamma = scale
      ? this.weight(path, 'weight', [size], { trainable })
      : this.builder.constant(Array<number>(size).fill(1), { dtype: 'float32', name: 'ones' });
    const moving = ['running_mean', 'running_var'].map((role) => this.weight(path, role, [size]));
    const inputs = [x, gamma, this.weight(path, 'bias', [size], { trainable }), ...moving];
    return this.layer(path, 'BatchNormalization', mode, (calls) => this.node('BatchNormalization', inputs, { epsilon: 1e-3, momentum: 0.99 }, calls));
  }

  activation(path: Path, x: ValueId, op: string): ValueId {
    return this.layer(path, 'Activation', 'follows', (calls) => this.node(op, [x], {}, calls));
  }

  dense(path: Path, x: ValueId, units: number, options: Options & { activation?: string } = {}): ValueId {
    const { trainable = true, activation, mode } = options;
    const inputs = [x, this.weight(path, 'weight', [units, this.channels(x)], { trainable }), this.weight(path, 'bias', [units], { trainable })];
    return this.layer(path, 'Dense', mode, (calls) => {
      const y = this.node('Gemm', inputs, { transB: 1 }, calls);
      return activation === undefined ? y : this.node(activation, [y], {}, calls);
    });
  }

  dropout(path: Path, x: ValueId, rate: number, mode?: Options['mode']): ValueId {
    return this.layer(path, 'Dropout', mode, (calls) => this.node('Dropout', [x, this.builder.constant(rate, { dtype: 'float32' })], {}, calls));
  }

  merge(path: Path, className: 'Add' | 'Multiply' | 'Concatenate', inputs: readonly ValueId[]): ValueId {
    return this.layer(path, className, 'follows', (calls) =>
      className === 'Concatenate'
        ? this.node('Concat', inputs, { axis: 1 }, calls)
        : this.node(className === 'Add' ? 'Add' : 'Mul', inputs, {}, calls),
    );
  }

  globalAverage(path: Path, x: ValueId, keepdims = 0): ValueId {
    return this.layer(path, 'GlobalAveragePooling2D', 'follows', (calls) =>
      this.node('ReduceMean', [x, this.builder.constant([2, 3])], { keepdims }, calls),
    );
  }

  graph(outputs: Readonly<Record<string, ValueId>>): Graph {
    for (const [name, value] of Object.entries(outputs)) this.builder.output(name, value);
    return this.builder.build();
  }
}
