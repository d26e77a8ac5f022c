import type { ValueId } from '../../../graph/graph.ts';
import { constantLike } from '../nodes.ts';
import type { FunctionCall, TfFunction } from './function-call.ts';

/** f(x, y), element by element with broadcasting. */
function binary(names: readonly string[], op: string, floatsOnly = false): TfFunction {
  return {
    names,
    parameters: ['y'],
    emit(call) {
      const [x, y] = call.operands(call.context.firstArgument, call.raw('y'));
      if (floatsOnly) call.expectFloat(x);
      return call.node(op, [x, y]);
    },
  };
}

function unary(names: readonly string[], emit: (call: FunctionCall, x: ValueId) => ValueId): TfFunction {
  return { names, parameters: [], emit: (call) => emit(call, call.expectFloat(call.tensor)) };
}

/** Division of integers gives floats in TensorFlow and integers in ONNX: only floats here. */
const division = [
  binary(['math.divide', 'math.truediv', 'divide', 'truediv', 'realdiv', '__operators__.truediv', 'compat.v1.div', 'RealDiv'], 'Div', true),
  {
    ...binary(['math.floordiv', 'floor_div', 'compat.v1.floor_div', 'compat.v1.floordiv', '__operators__.floordiv'], 'Div', true),
    emit(call: FunctionCall): ValueId {
      const [x, y] = call.operands(call.context.firstArgument, call.raw('y'));
      return call.node('Floor', [call.node('Div', [call.expectFloat(x), y])]);
    },
  },
] as const satisfies readonly TfFunction[];

export const arithmeticFunctions: readonly TfFunction[] = [
  binary(['math.add', 'add', '__operators__.add'], 'Add'),
  binary(['math.subtract', 'subtract', '__operators__.sub'], 'Sub'),
  binary(['math.multiply', 'multiply', '__operators__.mul', 'compat.v1.math.multiply'], 'Mul'),
  ...division,
  binary(['math.maximum', 'maximum'], 'Max'),
  binary(['math.minimum', 'minimum'], 'Min'),
  binary(['math.pow', 'pow', '__operators__.pow'], 'Pow', true),
  binary(['math.greater', 'greater', '__operators__.gt'], 'Greater'),
  binary(['math.greater_equal', 'greater_equal', '__operators__.ge'], 'GreaterOrEqual'),
  binary(['math.less', 'less', '__operators__.lt'], 'Less'),
  binary(['math.less_equal', 'less_equal', '__operators__.le'], 'LessOrEqual'),
  {
    names: ['math.squared_difference'],
    parameters: ['y'],
    emit(call) {
      const difference = call.node('Sub', call.operands(call.context.firstArgument, call.raw('y')));
      return call.node('Mul', [difference, difference]);
    },
  },
  {
    names: ['math.add_n', 'add_n'],
    parameters: [],
    emit: (call) => call.list.map((item) => call.operands(item, item)[0]).reduce((sum, item) => call.node('Add', [sum, item])),
  },
  unary(['math.abs', 'abs', '__operators__.abs'], (call, x) => call.node('Abs', [x])),
  unary(['math.ceil', 'math.ceiling'], (call, x) => call.node('Ceil', [x])),
  unary(['math.cos', 'cos'], (call, x) => call.node('Cos', [x])),
  unary(['math.erf'], (call, x) => call.node('Erf', [x])),
  unary(['math.exp', 'exp'], (call, x) => call.node('Exp', [x])),
  unary(['math.floor', 'floor'], (call, x) => call.node('Floor', [x])),
  unary(['math.log'], (call, x) => call.node('Log', [x])),
  unary(['math.negative', 'negative', '__operators__.neg'], (call, x) => call.node('Neg', [x])),
  unary(['math.reciprocal'], (call, x) => call.node('Reciprocal', [x])),
  unary(['math.rsqrt', 'compat.v1.rsqrt'], (call, x) => call.node('Reciprocal', [call.node('Sqrt', [x])])),
  unary(['math.sin', 'sin'], (call, x) => call.node('Sin', [x])),
  unary(['math.sqrt', 'sqrt'], (call, x) => call.node('Sqrt', [x])),
  unary(['math.square', 'square'], (call, x) => call.node('Mul', [x, x])),
  {
    names: ['clip_by_value', 'compat.v1.clip_by_value'],
    parameters: ['clip_value_min', 'clip_value_max'],
    emit(call) {
      const x = call.tensor;
      const [min, max] = [call.raw('clip_value_min'), call.raw('clip_value_max')];
      if (typeof min === 'number' && typeof max === 'number')
        return call.node('Clip', [x, constantLike(call.context, x, min), constantLike(call.context, x, max)]);
      const capped = call.node('Min', call.operands({ tensor: x }, max));
      return call.node('Max', call.operands({ tensor: capped }, min));
    },
  },
  {
    names: ['where', 'compat.v1.where_v2', 'where_v2'],
    parameters: ['x', 'y'],
    emit(call) {
      const condition = call.tensor;
      if (call.context.builder.value(condition).dtype !== 'bool') return call.refuse('a condition that is not bool');
      return call.node('Where', [condition, ...call.operands(call.raw('x'), call.raw('y'))]);
    },
  },
  {
    names: ['linalg.matmul', 'matmul', '__operators__.matmul'],
    parameters: ['b', 'y', 'transpose_a', 'transpose_b', 'adjoint_a', 'adjoint_b', 'a_is_sparse', 'b_is_sparse'],
    emit(call) {
      const [a, b] = call.operands(call.context.firstArgument, call.raw('b') ?? call.raw('y'));
      const flipped = (x: ValueId, which: 'a' | 'b'): ValueId => {
        const rank = call.shape(x).length;
        if (rank < 2) return call.refuse(`an operand of rank ${rank}`);
        // The adjoint of a real matrix is its transpose; both at once TensorFlow refuses.
        if (!call.boolean(`transpose_${which}`, false) && !call.boolean(`adjoint_${which}`, false)) return x;
        const axes = Array.from({ length: rank }, (_, axis) => axis);
        return call.node('Transpose', [x], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] });
      };
      return call.node('MatMul', [flipped(call.expectFloat(a), 'a'), flipped(b, 'b')]);
    },
  },
  {
    names: ['nn.bias_add', 'compat.v1.nn.bias_add'],
    parameters: ['bias', 'data_format'],
    emit(call) {
      const x = call.tensor;
      const format = call.string('data_format', 'NHWC');
      if (!format.startsWith('N') || !format.endsWith('C')) return call.refuse(`data_format ${format}`);
      return call.node('Add', call.operands({ tensor: x }, call.raw('bias')));
    },
  },
];
