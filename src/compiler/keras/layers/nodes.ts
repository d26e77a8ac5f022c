import { type DType, elementCount, isFloat } from '../../../core/dtypes.ts';
import type { ValueId } from '../../graph/graph.ts';
import { ONNX_DTYPE_CODES } from '../../graph/onnx-dtypes.ts';
import type { EmitContext } from '../layer.ts';
import type { DataFormat } from './options.ts';

/** The nodes every family writes. All leave out what would change nothing. */
export type Emitter = EmitContext<unknown>;

/** Largest constant of ours, in elements (64 MB of float32): past it a config asks for memory that no weight of the file justifies. */
const MAX_CONSTANT_ELEMENTS = 2 ** 24;

/** Dtypes `GraphBuilder.constant` can write. */
const CONSTANT_DTYPES: readonly DType[] = ['float32', 'float64', 'int32', 'int64', 'uint8', 'bool'];

/** A constant of `like`'s dtype; a scalar unless a shape is given. */
export function constantLike(context: Emitter, like: ValueId, data: number | readonly number[], shape: readonly number[] = []): ValueId {
  const { dtype } = context.builder.value(like);
  const numbers = typeof data === 'number' ? [data] : data;
  if (!CONSTANT_DTYPES.includes(dtype)) return context.unsupported(`a constant of dtype ${dtype}`);
  if (!isFloat(dtype) && !numbers.every(Number.isInteger)) return context.unsupported(`a constant ${numbers[0]} for a tensor of dtype ${dtype}`);
  return context.builder.constant(numbers, { dtype, shape });
}

/** A constant of `like`'s dtype filled with one number: a missing gamma's ones. */
export function filled(context: Emitter, like: ValueId, number: number, shape: readonly number[]): ValueId {
  checkConstantSize(context, shape);
  return constantLike(context, like, Array<number>(elementCount(shape)).fill(number), shape);
}

export function checkConstantSize(context: Emitter, shape: readonly number[]): void {
  if (elementCount(shape) > MAX_CONSTANT_ELEMENTS) context.unsupported(`a constant of shape [${shape.join(', ')}]`);
}

export function transpose(context: Emitter, x: ValueId, perm: readonly number[]): ValueId {
  return perm.every((axis, index) => axis === index) ? x : context.node('Transpose', [x], { perm });
}

/** [N, spatial…, C] → [N, C, spatial…], what ONNX' convolutions and pools take; channels_first is that already. */
export function toChannelsFirst(context: Emitter, x: ValueId, format: DataFormat): ValueId {
  const rank = context.shape(x).length;
  if (format === 'channels_first') return x;
  return transpose(context, x, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, index) => index + 1)]);
}

/** [N, C, spatial…] → Keras' order. */
export function fromChannelsFirst(context: Emitter, x: ValueId, format: DataFormat): ValueId {
  const rank = context.shape(x).length;
  if (format === 'channels_first') return x;
  return transpose(context, x, [0, ...Array.from({ length: rank - 2 }, (_, index) => index + 2), 1]);
}

export function castTo(context: Emitter, x: ValueId, dtype: DType): ValueId {
  return context.builder.value(x).dtype === dtype ? x : context.node('Cast', [x], { to: ONNX_DTYPE_CODES[dtype] });
}

/** Integers become float32, as a Keras layer of float32 computes; floats stay. */
export function castToFloat(context: Emitter, x: ValueId): ValueId {
  return isFloat(context.builder.value(x).dtype) ? x : castTo(context, x, 'float32');
}

export function reshape(context: Emitter, x: ValueId, shape: readonly number[]): ValueId {
  return context.node('Reshape', [x, context.builder.constant(shape)]);
}

export function unsqueeze(context: Emitter, x: ValueId, axes: readonly number[]): ValueId {
  return axes.length === 0 ? x : context.node('Unsqueeze', [x, context.builder.constant(axes)]);
}

export function reduce(
  context: Emitter,
  op: 'ReduceMean' | 'ReduceMax' | 'ReduceMin' | 'ReduceSum' | 'ReduceProd',
  x: ValueId,
  axes: readonly number[],
  keepdims: boolean,
): ValueId {
  return context.node(op, [x, context.builder.constant(axes)], { keepdims: keepdims ? 1 : 0 });
}

/** One axis or several, `[start, end)` each; an end past the axis is its end. */
export function slice(context: Emitter, x: ValueId, parts: readonly { axis: number; start: number; end: number; step?: number }[]): ValueId {
  if (parts.length === 0) return x;
  const list = (values: readonly number[]): ValueId => context.builder.constant(values);
  const inputs = [x, list(parts.map((part) => part.start)), list(parts.map((part) => part.end)), list(parts.map((part) => part.axis))];
  const steps = parts.map((part) => part.step ?? 1);
  return context.node('Slice', steps.every((step) => step === 1) ? inputs : [...inputs, list(steps)]);
}

/** Refuses a call whose input hasn't the rank the layer works on. */
export function expectRank(context: Emitter, x: ValueId, rank: number): void {
  const shape = context.shape(x);
  if (shape.length !== rank) context.unsupported(`an input of shape [${shape.join(', ')}] (expected rank ${rank})`);
}

/** The call's only tensor. */
export function onlyInput(context: Emitter): ValueId {
  refuseArguments(context);
  const [x, ...more] = context.inputs;
  if (x === undefined || more.length > 0) return context.unsupported(`a call with ${context.inputs.length} inputs (expected 1)`);
  return x;
}

/** An argument that isn't looked at would be ignored (a `mask`, say); `training` is the call's mode already. */
export function refuseArguments(context: Emitter): void {
  for (const [name, value] of Object.entries(context.arguments))
    if (name !== 'training' && value !== null && value !== undefined) context.unsupported(`a call with the argument ${JSON.stringify(name)}`);
}
