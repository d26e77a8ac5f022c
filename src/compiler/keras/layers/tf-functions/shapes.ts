import type { DType } from '../../../../core/dtypes.ts';
import type { Dim, ValueId } from '../../../graph/graph.ts';
import { castTo, constantLike, slice, transpose, unsqueeze } from '../nodes.ts';
import { asTensor, type FunctionCall, type TfFunction } from './function-call.ts';
import { noteShapeValue } from './shape-values.ts';

/** More outputs of a split or unstack than any model has. */
const MAX_PARTS = 4096;

const CAST_DTYPES: readonly DType[] = ['float32', 'int32', 'int64', 'uint8', 'bool'];

function tensors(call: FunctionCall): readonly ValueId[] {
  const like = call.list.map(asTensor).find((value) => value !== undefined);
  if (like === undefined) return call.refuse('no tensor');
  return call.list.map((item) => {
    const value = call.operand(item, like);
    const [given, expected] = [call.context.builder.value(value), call.context.builder.value(like)];
    if (given.dtype !== expected.dtype || given.shape.length !== expected.shape.length) return call.refuse('tensors of several dtypes or ranks');
    return value;
  });
}

/** ONNX' form of it: 0 copies the input's size of that axis, -1 takes what is left. */
function onnxShape(call: FunctionCall, x: ValueId, target: readonly Dim[]): readonly number[] {
  const from = call.shape(x);
  const result = target.map((dim, axis) => {
    if (dim === 0) return call.refuse('a size of 0');
    return typeof dim === 'string' ? (from[axis] === dim ? 0 : -1) : dim;
  });
  if (result.filter((size) => size === -1).length > 1) return call.refuse(`a shape of several free sizes (${target.join(', ')})`);
  return result;
}

/** A single axis put in or dropped, counted in the larger of the two ranks. */
function squeezed(call: FunctionCall): ValueId {
  const x = call.tensor;
  const shape = call.shape(x);
  const given = call.raw('axis') ?? call.raw('squeeze_dims');
  if (given === null || given === undefined || (Array.isArray(given) && given.length === 0)) {
    if (shape.some((dim) => typeof dim === 'string')) return call.refuse('no axis: which are of size 1 is not known');
    const axes = [...shape.keys()].filter((axis) => shape[axis] === 1);
    return axes.length === 0 ? x : call.node('Squeeze', [x, call.context.builder.constant(axes)]);
  }
  const axes = (Array.isArray(given) ? given : [given]).map((axis) => call.toAxis(axis, shape.length));
  if (axes.some((axis) => shape[axis] !== 1)) return call.refuse(`axis ${axes.join(', ')} of a shape [${shape.join(', ')}]`);
  return call.node('Squeeze', [x, call.context.builder.constant(axes)]);
}

function identity(names: readonly string[], parameters: readonly string[] = []): TfFunction {
  return { names, parameters, emit: (call) => call.tensor };
}

export const shapeFunctions: readonly TfFunction[] = [
  identity(['identity']),
  {
    names: ['stop_gradient'],
    parameters: [],
    emit(call) {
      if (call.context.mode === 'follows') call.context.warn('tf.stop_gradient: gradients pass here in fine-tuning');
      return call.tensor;
    },
  },
  {
    names: ['convert_to_tensor', 'compat.v1.convert_to_tensor'],
    parameters: ['dtype', 'dtype_hint', 'preferred_dtype'],
    emit(call) {
      const x = call.tensor;
      const { dtype } = call.context.builder.value(x);
      return call.string('dtype', dtype) === dtype ? x : call.refuse(`dtype ${call.string('dtype', dtype)} of a tensor of ${dtype}`);
    },
  },
  {
    names: ['cast', 'compat.v1.cast'],
    parameters: ['dtype'],
    emit(call) {
      const name = call.string('dtype', '');
      const dtype = CAST_DTYPES.find((known) => known === name) ?? call.refuse(`dtype ${JSON.stringify(name)}`);
      return castTo(call.context, call.tensor, dtype);
    },
  },
  {
    names: ['concat', 'compat.v1.concat'],
    parameters: ['axis'],
    emit(call) {
      const inputs = tensors(call);
      const axis = call.axis('axis', call.shape(inputs[0] as ValueId).length);
      return inputs.length === 1 ? (inputs[0] as ValueId) : call.node('Concat', inputs, { axis });
    },
  },
  {
    names: ['stack', 'compat.v1.stack'],
    parameters: ['axis'],
    emit(call) {
      const inputs = tensors(call);
      if (inputs.length === 1) return call.refuse('one tensor');
      const axis = call.axis('axis', call.shape(inputs[0] as ValueId).length + 1, 0);
      return call.node(
        'Concat',
        inputs.map((input) => unsqueeze(call.context, input, [axis])),
        { axis },
      );
    },
  },
  {
    names: ['unstack', 'compat.v1.unstack'],
    parameters: ['num', 'axis'],
    emit(call) {
      const x = call.tensor;
      const axis = call.axis('axis', call.shape(x).length, 0);
      const size = call.shape(x)[axis];
      if (typeof size !== 'number' || size < 1 || size > MAX_PARTS) return call.refuse(`an axis of size ${size}`);
      return Array.from({ length: size }, (_, index) => {
        const part = slice(call.context, x, [{ axis, start: index, end: index + 1 }]);
        return call.node('Squeeze', [part, call.context.builder.constant([axis])]);
      });
    },
  },
  {
    names: ['split', 'compat.v1.split'],
    parameters: ['num_or_size_splits', 'axis', 'num'],
    emit(call) {
      const x = call.tensor;
      const axis = call.axis('axis', call.shape(x).length, 0);
      const total = call.shape(x)[axis];
      const given = call.raw('num_or_size_splits');
      if (typeof total !== 'number') return call.refuse(`a free size (${total})`);
      let sizes: readonly number[];
      if (typeof given === 'number') {
        if (!Number.isInteger(given) || given < 1 || given > MAX_PARTS || total % given !== 0) return call.refuse(`${given} parts of ${total}`);
        sizes = Array<number>(given).fill(total / given);
      } else {
        const list = call.integers('num_or_size_splits');
        const known = list.reduce((sum, size) => sum + Math.max(size, 0), 0);
        sizes = list.map((size) => (size === -1 ? total - known : size));
        const sum = sizes.reduce((all, size) => all + size, 0);
        if (sum !== total || sizes.some((size) => size < 1)) return call.refuse(`sizes [${list.join(', ')}] of ${total}`);
      }
      if (sizes.length === 1) return x;
      return call.context.nodes('Split', [x, call.context.builder.constant(sizes)], sizes.length, { axis });
    },
  },
  {
    names: ['reshape', 'compat.v1.reshape'],
    parameters: ['shape'],
    emit(call) {
      const x = call.tensor;
      return call.node('Reshape', [x, call.context.builder.constant(onnxShape(call, x, call.sizes('shape')))]);
    },
  },
  {
    names: ['shape', 'compat.v1.shape'],
    parameters: ['out_type', 'optimize'],
    emit(call) {
      const x = call.tensor;
      const type = call.string('out_type', 'int32');
      if (type !== 'int32' && type !== 'int64') return call.refuse(`out_type ${type}`);
      const sizes = castTo(call.context, call.node('Shape', [x]), type);
      return noteShapeValue(call.context.builder, sizes, { dims: call.shape(x), isScalar: false, calls: [call.context.call] });
    },
  },
  {
    names: ['transpose', 'compat.v1.transpose'],
    parameters: ['perm', 'conjugate'],
    emit(call) {
      const x = call.tensor;
      const axes = [...call.shape(x).keys()];
      const perm = call.has('perm') ? call.integers('perm') : [...axes].reverse();
      if (perm.length !== axes.length || axes.some((axis) => !perm.includes(axis))) return call.refuse(`perm [${perm.join(', ')}]`);
      return transpose(call.context, x, perm);
    },
  },
  {
    names: ['expand_dims', 'compat.v1.expand_dims'],
    parameters: ['axis', 'dim'],
    emit(call) {
      const x = call.tensor;
      const given = call.raw('axis') ?? call.raw('dim');
      return unsqueeze(call.context, x, [call.toAxis(given, call.shape(x).length + 1)]);
    },
  },
  { names: ['squeeze', 'compat.v1.squeeze'], parameters: ['axis', 'squeeze_dims'], emit: squeezed },
  {
    names: ['tile', 'compat.v1.tile'],
    parameters: ['multiples'],
    emit(call) {
      const x = call.tensor;
      const multiples = call.integers('multiples');
      if (multiples.length !== call.shape(x).length || multiples.some((count) => count < 1))
        return call.refuse(`multiples [${multiples.join(', ')}]`);
      return call.node('Tile', [x, call.context.builder.constant(multiples)]);
    },
  },
  {
    names: ['broadcast_to'],
    parameters: ['shape'],
    emit(call) {
      const x = call.tensor;
      const target = call.sizes('shape');
      const from = call.shape(x);
      const offset = target.length - from.length;
      // A 1 in Expand's shape keeps the size, which is how a free one passes through.
      const shape = target.map((dim, axis) => {
        if (typeof dim === 'number' && dim >= 1) return dim;
        return dim === from[axis - offset] ? 1 : call.refuse(`a shape of free sizes (${target.join(', ')})`);
      });
      return offset < 0 ? call.refuse(`a shape of rank ${target.length}`) : call.node('Expand', [x, call.context.builder.constant(shape)]);
    },
  },
  {
    names: ['pad', 'compat.v1.pad'],
    parameters: ['paddings', 'mode', 'constant_values'],
    emit(call) {
      const x = call.tensor;
      const rank = call.shape(x).length;
      const paddings = call.raw('paddings');
      const isPair = (item: unknown): item is readonly [number, number] =>
        Array.isArray(item) && item.length === 2 && item.every((amount) => Number.isInteger(amount) && amount >= 0);
      if (!Array.isArray(paddings) || paddings.length !== rank || !paddings.every(isPair)) return call.refuse('paddings that are not constant');
      const pads = call.context.builder.constant([...paddings.map(([begin]) => begin), ...paddings.map(([, end]) => end)]);
      const mode = call.string('mode', 'CONSTANT').toUpperCase();
      if (mode === 'REFLECT') return call.node('Pad', [x, pads], { mode: 'reflect' });
      if (mode !== 'CONSTANT') return call.refuse(`mode ${mode}`);
      const value = call.number('constant_values', 0);
      return call.node('Pad', value === 0 ? [x, pads] : [x, pads, constantLike(call.context, x, value)], { mode: 'constant' });
    },
  },
];
