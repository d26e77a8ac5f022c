import type { Graph, ValueId } from '../graph.ts';
import { ModelBuilder } from './model-builder.ts';

/** A layer that may be added to a value of rank 4 ([N, H, W, C]). */
type Step = (model: ModelBuilder, x: ValueId, pick: <T>(list: readonly T[]) => T, others: readonly ValueId[]) => ValueId;

const named = (model: ModelBuilder, className: string, emit: () => ValueId): ValueId => model.layer(className, emit);

/** Sizes of the axes of a static value; the batch stands for 1, as broadcasting takes it. */
function sizes(model: ModelBuilder, x: ValueId): number[] {
  return model.shape(x).map((dim) => (typeof dim === 'number' ? dim : 1));
}

const IMAGE_STEPS: readonly Step[] = [
  (m, x, pick) => m.conv(x, pick([2, 3])),
  (m, x) => m.conv(x, 3, 3, { pads: [1, 1, 1, 1] }),
  (m, x) => m.batchNorm(x),
  (m, x) => m.relu(x),
  (m, x) => m.dropout(x),
  (m, x, pick) => named(m, 'Unary', () => m.node(pick(['Sigmoid', 'Tanh', 'HardSwish', 'Neg', 'Softplus']), [x])),
  (m, x) =>
    named(m, 'MaxPool', () =>
      m.toChannelsLast(m.node('MaxPool', [m.toChannelsFirst(x)], { kernel_shape: [2, 2], pads: [1, 1, 0, 0], strides: [1, 1] })),
    ),
  (m, x) => named(m, 'Scale', () => m.node('Mul', [x, m.weight([m.channels(x)])])),
  (m, x) => named(m, 'Bias', () => m.node('Sub', [m.weight(sizes(m, x).slice(1)), x])),
  (m, x) => named(m, 'PReLU', () => m.node('PRelu', [x, m.weight([...sizes(m, x).slice(1, 2), 1, m.channels(x)])])),
  (m, x, pick) => named(m, 'Softmax', () => m.node('Softmax', [x], { axis: pick([-1, 1, 2]) })),
  (m, x, pick) =>
    named(m, 'Gate', () => m.node('Mul', [x, m.node('ReduceMean', [x, m.integers(...pick([[1, 2], [3], [1], [-2, -1]]))], { keepdims: 1 })])),
  (m, x) => {
    const s = named(m, 'Reshape', () => m.node('Reshape', [m.globalAverage(x), m.integers(0, 1, 1, m.channels(x))]));
    return named(m, 'Multiply', () => m.node('Mul', [m.conv(s, m.channels(x)), x]));
  },
  (m, x) => m.dense(x, 3),
  (m, x) =>
    named(m, 'LayerNormalization', () => m.node('LayerNormalization', [x, m.weight([m.channels(x)]), m.weight([m.channels(x)])], { axis: -1 })),
  (m, x, pick) =>
    named(m, 'Permute', () =>
      m.transpose(
        x,
        0,
        ...pick([
          [2, 1, 3],
          [3, 1, 2],
          [1, 3, 2],
        ]),
      ),
    ),
  (m, x) => named(m, 'Pad', () => m.node('Pad', [x, m.integers(0, 0, 1, 0, 0, 1, 0, 0)])),
  (m, x) => named(m, 'Slice', () => m.node('Slice', [x, m.integers(0), m.integers(2), m.integers(-2)])),
  (m, x) => named(m, 'Concat', () => m.node('Concat', [x, m.node('Relu', [x])], { axis: -1 })),
  (m, x, pick, others) => {
    const same = others.filter((other) => m.shape(other).join() === m.shape(x).join());
    return named(m, 'Add', () => m.node('Add', [pick([x, ...same]), x]));
  },
  (m, x, pick, others) => {
    const joinable = others.filter((other) => m.shape(other).slice(0, 3).join() === m.shape(x).slice(0, 3).join());
    return named(m, 'Concatenate', () => m.node('Concat', [pick([x, ...joinable]), x], { axis: 3 }));
  },
  (m, x) => {
    const [, h = 1, w = 1, c = 1] = sizes(m, x);
    const merged = named(m, 'Reshape', () => m.node('Reshape', [x, m.integers(0, h * w, c)]));
    return named(m, 'Reshape', () => m.node('Reshape', [m.node('Tanh', [merged]), m.integers(-1, w, h, c)]));
  },
  (m, x) => {
    const squeezed = named(m, 'Mean', () => m.node('ReduceMean', [x, m.integers(2)], { keepdims: 0 }));
    return named(m, 'Unsqueeze', () => m.node('Unsqueeze', [m.node('Relu', [squeezed]), m.integers(2)]));
  },
];

const HEADS: readonly Step[] = [
  (m, x) => m.dense(m.flatten(x), 3),
  (m, x) => m.dense(m.batchNorm(m.dropout(m.flatten(x))), 2),
  (m, x) => m.dense(m.globalAverage(x), 2),
  (m, x) => m.globalAverage(x, 1),
  (m, x) => m.flatten(x),
  (m, x, pick, others) => named(m, 'Concatenate', () => m.node('Concat', [m.flatten(x), m.globalAverage(x), m.flatten(pick(others))], { axis: 1 })),
  (m, x, pick, others) => {
    const joined = named(m, 'Concatenate', () => m.node('Concat', [m.flatten(x), m.relu(m.flatten(pick(others)))], { axis: -1 }));
    return m.dense(m.batchNorm(m.dropout(joined)), 2);
  },
  (_, x) => x,
  (m, x) => {
    const count = sizes(m, x).reduce((product, size) => product * size, 1);
    return named(m, 'MatMul', () => m.node('MatMul', [m.node('Mul', [m.flatten(x), m.weight([1, count])]), m.weight([count, 2])]));
  },
  (m, x) => named(m, 'Add', () => m.node('Add', [m.flatten(x), m.node('Sigmoid', [m.node('Flatten', [x], { axis: 1 })])])),
];

/** Largest value of a random model, in elements of one row: the interpreter is slow. */
const MAX_ELEMENTS = 150;

/** A model decided by a list of numbers: each adds a layer to some earlier value; the last values get heads. */
export function randomModel(choices: readonly number[]): Graph {
  const model = new ModelBuilder();
  const values = [model.input(['N', 3, 4, 2])];
  for (const choice of choices) {
    const pick = picker(Math.floor(choice / IMAGE_STEPS.length));
    const x = choice % 5 === 0 ? pick(values) : (values.at(-1) as ValueId);
    const step = IMAGE_STEPS[choice % IMAGE_STEPS.length] as Step;
    if (sizes(model, x).reduce((product, size) => product * size, 1) > MAX_ELEMENTS || (sizes(model, x)[2] as number) < 1) continue;
    values.push(step(model, x, pick, values));
  }
  const pick = picker(choices.reduce((sum, choice) => sum + choice, 0));
  const tops = [values.at(-1) as ValueId, ...(choices.length % 3 === 0 ? [pick(values)] : [])];
  return model.graph(...tops.map((x) => pick(HEADS)(model, x, pick, values)));
}

/** Picks from lists by the digits of one number. */
function picker(seed: number): <T>(list: readonly T[]) => T {
  let rest = seed;
  return <T>(list: readonly T[]): T => {
    const item = list[rest % list.length] as T;
    rest = Math.floor(rest / list.length) + 7;
    return item;
  };
}
