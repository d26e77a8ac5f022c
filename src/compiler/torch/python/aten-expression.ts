import { ATEN, type AtenName } from '../aten.ts';
import type { LocalArgument } from '../modules/module-class.ts';
import { type ArgumentPrinter, AtenCall } from './aten-call.ts';
import { type BinaryOperator, type Expression, type Keyword, py, type Slice } from './syntax.ts';

/** One aten call as a person would write it: `F.relu(x)`, `x + y`, `x.flatten(1)`. Arguments that are PyTorch's defaults are left out. */
export function atenExpression(op: AtenName, args: readonly LocalArgument[], print: ArgumentPrinter): Expression {
  // In place or not, the value is the same, and what it overwrites is read no more.
  const pure = op.endsWith('_') && op.slice(0, -1) in ATEN ? (op.slice(0, -1) as AtenName) : op;
  return (FORMS[pure] ?? torchFunction)(new AtenCall(pure, args, print));
}

/** Whether the call is arithmetic on two tensors, or joins several: a place where branches meet. */
export function isMerge(op: AtenName, args: readonly LocalArgument[]): boolean {
  if (op === 'cat') return true;
  return (ARITHMETIC.has(op) || op === 'maximum' || op === 'minimum' || op === 'matmul') && args.slice(0, 2).every(({ kind }) => kind === 'variable');
}

type Form = (call: AtenCall) => Expression;

const F = py.name('F');
const TORCH = py.name('torch');

function functional(name: string, args: readonly Expression[], keywords: readonly Keyword[] = []): Expression {
  return py.call(py.attribute(F, name), args, keywords);
}

/** `torch.sqrt(x)`: required arguments by position, the others by name. */
const torchFunction: Form = (call) => required(call, (args, keywords) => py.call(py.attribute(TORCH, call.name), args, keywords));

/** `F.leaky_relu(x, negative_slope=0.3)`. */
const functionalForm: Form = (call) => required(call, (args, keywords) => functional(call.name, args, keywords));

/** `x.squeeze(1)`. */
const method: Form = (call) => required(call, ([self, ...args], keywords) => py.method(self as Expression, call.name, args, keywords));

/** `x.reshape(-1, 16)`: the sizes as arguments of their own. */
const methodOfSizes: Form = (call) => py.method(call.expression(0), call.name, call.ints(1).map(py.int));

function required(call: AtenCall, build: (args: Expression[], keywords: Keyword[]) => Expression): Expression {
  const first = call.parameters.findIndex(([, , options]) => options?.default !== undefined || options?.keyword);
  const count = first < 0 ? call.parameters.length : first;
  const args = call.parameters.slice(0, count).map((_, index) => call.expression(index));
  return build(args, call.keywords(count));
}

/** `alpha` scales the second operand; the lowerings leave it at 1. */
function arithmetic(operator: BinaryOperator, swapped = false): Form {
  return (call) => {
    if (call.parameters.length > 2 && !call.isDefault(2)) return torchFunction(call);
    const [left, right] = [call.expression(0), call.expression(1)];
    const isNegative = (right.kind === 'int' || right.kind === 'float') && right.value < 0;
    const opposite = operator === '+' ? '-' : operator === '-' && !swapped ? '+' : undefined;
    if (opposite !== undefined && isNegative) return py.binary(opposite, left, { ...right, value: -right.value });
    return swapped ? py.binary(operator, right, left) : py.binary(operator, left, right);
  };
}

/** Reductions: `x.mean((2, 3), keepdim=True)`; over one axis `x.mean(1)`. */
const reduction: Form = (call) => {
  const [only, ...others] = call.ints(1);
  const dims = only === undefined ? [] : others.length === 0 ? [py.int(only)] : [call.expression(1)];
  return py.method(call.expression(0), call.name, dims, call.keywords(2));
};

const pool: Form = (call) => {
  const kernel = call.ints(1);
  const keywords = call.keywords(2, undefined, (index) => (call.raw(index).kind === 'ints' ? call.window(index) : call.expression(index)));
  // The stride is the kernel's size where left out.
  const ownStride = keywords.filter(({ name }) => name !== 'stride' || call.ints(2).join() !== kernel.join());
  return functional(call.name, [call.expression(0), call.window(1)], ownStride);
};

const convolution: Form = (call) =>
  functional(
    call.name,
    [call.expression(0), call.expression(1)],
    call.keywords(2, undefined, (index) => (call.raw(index).kind === 'ints' ? call.window(index) : call.expression(index))),
  );

const constantPad: Form = (call) => {
  const value = call.raw(2);
  const isZero = (value.kind === 'float' || value.kind === 'int') && value.value === 0;
  return functional('pad', [call.expression(0), call.expression(1)], isZero ? [] : [{ name: 'value', value: call.expression(2) }]);
};

/** As aten has it where the scale is told and isn't the quotient of the sizes: F.interpolate can't say both. */
function upsample(mode: string, scales: number, alignCorners?: number): Form {
  return (call) => {
    const given = [call.raw(scales), call.raw(scales + 1)];
    if (given.some(({ kind }) => kind !== 'none')) {
      const args = call.parameters.map((_, index) =>
        call.raw(index).kind === 'ints' ? py.list(call.ints(index).map(py.int)) : call.expression(index),
      );
      return py.call(py.path(['torch', 'ops', 'aten', call.name]), args);
    }
    const keywords: Keyword[] = [
      { name: 'size', value: py.list(call.ints(1).map(py.int)) },
      { name: 'mode', value: py.string(mode) },
    ];
    if (alignCorners !== undefined) keywords.push({ name: 'align_corners', value: call.expression(alignCorners) });
    return functional('interpolate', [call.expression(0)], keywords);
  };
}

/** `x[:, 1:3]`. ONNX's "to the end" is the largest integer. */
const slice: Form = (call) => {
  const bound = (index: number): Expression | undefined => {
    const argument = call.raw(index);
    const isOpen = argument.kind !== 'int' || argument.value === Number.MAX_SAFE_INTEGER || (index === 2 && argument.value === 0);
    return isOpen ? undefined : call.expression(index);
  };
  const step = call.int(4) === 1 ? undefined : call.expression(4);
  return subscript(call, { kind: 'slice', start: bound(2), stop: bound(3), step });
};

/** `x[:, 0]`; axes counted from the end as `x[..., 0]`. */
function subscript(call: AtenCall, item: Expression | Slice): Expression {
  const dim = call.int(1);
  const all: Slice = { kind: 'slice', start: undefined, stop: undefined, step: undefined };
  const around = Array<Slice>(dim < 0 ? -dim - 1 : dim).fill(all);
  return { kind: 'subscript', object: call.expression(0), items: dim < 0 ? [py.name('...'), item, ...around] : [...around, item] };
}

const FORMS: Partial<Record<AtenName, Form>> = {
  // Layers without a module of their own
  batch_norm: (call) =>
    functional(
      'batch_norm',
      [call.expression(0), call.expression(3), call.expression(4)],
      [
        { name: 'weight', value: call.expression(1) },
        { name: 'bias', value: call.expression(2) },
        { name: 'training', value: call.expression(5) },
        { name: 'momentum', value: call.expression(6) },
        { name: 'eps', value: call.expression(7) },
      ],
    ),
  conv1d: convolution,
  conv2d: convolution,
  conv3d: convolution,
  conv_transpose1d: convolution,
  conv_transpose2d: convolution,
  linear: functionalForm,
  matmul: arithmetic('@'),
  einsum: (call) => py.call(py.attribute(TORCH, 'einsum'), [call.expression(0), call.expression(1)]),
  embedding: (call) => functional('embedding', [call.expression(1), call.expression(0)]),
  layer_norm: (call) => functional('layer_norm', [call.expression(0), call.expression(1)], call.keywords(2, 5)),
  group_norm: (call) => functional('group_norm', [call.expression(0), call.expression(1)], call.keywords(2, 5)),
  dropout: (call) => functional('dropout', [call.expression(0), call.expression(1), call.expression(2)]),

  // Activations
  relu: functionalForm,
  relu6: functionalForm,
  hardtanh: functionalForm,
  leaky_relu: functionalForm,
  prelu: functionalForm,
  elu: (call) =>
    call.isDefault(2) && call.isDefault(3)
      ? functionalForm(call)
      : py.call(
          py.path(['torch', 'ops', 'aten', 'elu']),
          [0, 1, 2, 3].map((index) => call.expression(index)),
        ),
  celu: functionalForm,
  selu: functionalForm,
  hardsigmoid: functionalForm,
  hardswish: functionalForm,
  silu: functionalForm,
  mish: functionalForm,
  gelu: functionalForm,
  softplus: functionalForm,
  threshold: functionalForm,
  softmax: (call) => functional('softmax', [call.expression(0)], call.keywords(1)),
  log_softmax: (call) => functional('log_softmax', [call.expression(0)], call.keywords(1)),
  clamp: (call) => {
    const [min, max] = [call.raw(1), call.raw(2)];
    if (min.kind !== 'none' && max.kind !== 'none') return py.method(call.expression(0), 'clamp', [call.expression(1), call.expression(2)]);
    return py.method(call.expression(0), 'clamp', [], call.keywords(1));
  },

  // Elementwise
  add: arithmetic('+'),
  sub: arithmetic('-'),
  rsub: arithmetic('-', true),
  mul: arithmetic('*'),
  div: arithmetic('/'),
  remainder: arithmetic('%'),
  pow: arithmetic('**'),
  lt: arithmetic('<'),
  le: arithmetic('<='),
  gt: arithmetic('>'),
  ge: arithmetic('>='),
  neg: (call) => ({ kind: 'unary', operator: '-', operand: call.expression(0) }),
  to: (call) => py.method(call.expression(0), 'to', [call.expression(1)]),

  // Pooling and resizing
  max_pool1d: pool,
  max_pool2d: pool,
  max_pool3d: pool,
  avg_pool1d: pool,
  avg_pool2d: pool,
  avg_pool3d: pool,
  upsample_bilinear2d: upsample('bilinear', 3, 2),
  upsample_bicubic2d: upsample('bicubic', 3, 2),
  upsample_nearest2d: upsample('nearest', 2),
  _upsample_nearest_exact2d: upsample('nearest-exact', 2),

  // Reductions
  amax: reduction,
  amin: reduction,
  mean: reduction,
  sum: reduction,
  argmax: (call) => py.method(call.expression(0), 'argmax', call.isDefault(1) ? [] : [call.expression(1)], call.keywords(2)),
  argmin: (call) => py.method(call.expression(0), 'argmin', call.isDefault(1) ? [] : [call.expression(1)], call.keywords(2)),
  prod: method,
  cumsum: method,

  // Layout
  cat: (call) => py.call(py.attribute(TORCH, 'cat'), [call.expression(0)], call.keywords(1)),
  constant_pad_nd: constantPad,
  pad: (call) => functional('pad', [call.expression(0), call.expression(1)], call.keywords(2)),
  contiguous: method,
  expand: methodOfSizes,
  flatten: (call) => py.method(call.expression(0), 'flatten', call.isDefault(2) ? [call.expression(1)] : [call.expression(1), call.expression(2)]),
  flip: method,
  index_select: method,
  permute: methodOfSizes,
  pixel_shuffle: functionalForm,
  repeat: methodOfSizes,
  repeat_interleave: (call) => py.method(call.expression(0), call.name, [call.expression(1)], [{ name: 'dim', value: call.expression(2) }]),
  reshape: methodOfSizes,
  select: (call) => subscript(call, call.expression(2)),
  slice,
  split_with_sizes: (call) => py.call(py.attribute(TORCH, 'split'), [call.expression(0), py.list(call.ints(1).map(py.int))], call.keywords(2)),
  squeeze: method,
  transpose: method,
  unflatten: method,
  unsqueeze: method,
};

const ARITHMETIC: ReadonlySet<AtenName> = new Set(['add', 'sub', 'rsub', 'mul', 'div']);
