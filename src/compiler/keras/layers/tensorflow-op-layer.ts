import type { ValueId } from '../../graph/graph.ts';
import { defineLayer } from '../layer.ts';
import type { Emitter } from './nodes.ts';
import { FunctionCall } from './tf-functions/function-call.ts';
import { findTfFunction } from './tf-functions/index.ts';

/** A TensorFlow operation as TF 2.1 to 2.3 saved what later versions save as TFOpLambda: a NodeDef, and the inputs that are constants. */
interface OpLayerConfig {
  readonly op: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** By the input's position. */
  readonly constants: ReadonlyMap<number, unknown>;
}

/** The exported function that does the same, the names of its arguments after the first, and what attributes say. */
interface RawOp {
  readonly function: string;
  readonly parameters?: readonly string[];
  attributes?(read: AttributeReader): Readonly<Record<string, unknown>>;
}

type AttributeReader = (name: string, kind: 'b' | 'f' | 'i' | 's' | 'type') => unknown;

const Y = { parameters: ['y'] } as const;
const REDUCTION = { parameters: ['axis'], attributes: (read: AttributeReader) => ({ keepdims: read('keep_dims', 'b') ?? false }) } as const;

/** By the name of the operation in TensorFlow's registry. */
const RAW_OPS: Readonly<Record<string, RawOp>> = {
  Abs: { function: 'math.abs' },
  Add: { function: 'math.add', ...Y },
  AddV2: { function: 'math.add', ...Y },
  BiasAdd: { function: 'nn.bias_add', parameters: ['bias'], attributes: (read) => ({ data_format: text(read('data_format', 's')) ?? 'NHWC' }) },
  Cast: { function: 'cast', attributes: (read) => ({ dtype: CAST_TYPES[String(read('DstT', 'type'))] ?? String(read('DstT', 'type')) }) },
  Elu: { function: 'nn.elu' },
  Exp: { function: 'math.exp' },
  LeakyRelu: { function: 'nn.leaky_relu', attributes: (read) => ({ alpha: read('alpha', 'f') ?? 0.2 }) },
  Log: { function: 'math.log' },
  Max: { function: 'math.reduce_max', ...REDUCTION },
  Maximum: { function: 'math.maximum', ...Y },
  Mean: { function: 'math.reduce_mean', ...REDUCTION },
  Min: { function: 'math.reduce_min', ...REDUCTION },
  Minimum: { function: 'math.minimum', ...Y },
  Mul: { function: 'math.multiply', ...Y },
  Neg: { function: 'math.negative' },
  Pow: { function: 'math.pow', ...Y },
  RealDiv: { function: 'math.divide', ...Y },
  Relu: { function: 'nn.relu' },
  Relu6: { function: 'nn.relu6' },
  Reshape: { function: 'reshape', parameters: ['shape'] },
  Rsqrt: { function: 'math.rsqrt' },
  Selu: { function: 'nn.selu' },
  Sigmoid: { function: 'math.sigmoid' },
  Softmax: { function: 'nn.softmax' },
  Softplus: { function: 'math.softplus' },
  Softsign: { function: 'nn.softsign' },
  Sqrt: { function: 'math.sqrt' },
  Square: { function: 'math.square' },
  SquaredDifference: { function: 'math.squared_difference', ...Y },
  StridedSlice: { function: '__operators__.getitem', parameters: ['begin', 'end', 'strides'], attributes: readMasks },
  Sub: { function: 'math.subtract', ...Y },
  Sum: { function: 'math.reduce_sum', ...REDUCTION },
  Tanh: { function: 'math.tanh' },
  Transpose: { function: 'transpose', parameters: ['perm'] },
};

const CAST_TYPES: Readonly<Record<string, string>> = {
  DT_BOOL: 'bool',
  DT_FLOAT: 'float32',
  DT_INT32: 'int32',
  DT_INT64: 'int64',
  DT_UINT8: 'uint8',
};

/** Attributes that only repeat what the inputs say. */
const TYPE_ATTRIBUTES = new Set(['T', 'SrcT', 'Tidx', 'Tperm', 'Tshape', 'Index', 'Truncate', '_cloned']);

export const tensorFlowOpLayer = defineLayer<OpLayerConfig>({
  className: 'TensorFlowOpLayer',
  parse(reader) {
    const node = reader.raw('node_def');
    // TF 2.0 wrote the message itself into a string.
    if (!isRecord(node) || typeof node.op !== 'string') throw reader.unsupported('a node_def that is not JSON');
    if (!Object.hasOwn(RAW_OPS, node.op)) throw reader.unsupported(`the operation ${node.op.slice(0, 80)}`);
    const constants = reader.raw('constants') ?? {};
    if (!isRecord(constants) || !Object.keys(constants).every((key) => /^\d$/.test(key)))
      throw reader.malformed('constants has keys that are no positions');
    return {
      op: node.op,
      attributes: isRecord(node.attr) ? node.attr : {},
      constants: new Map(Object.entries(constants).map(([key, value]) => [Number(key), value])),
    };
  },
  weights: () => [],
  emit(context) {
    const { op, attributes, constants } = context.config;
    const raw = RAW_OPS[op] as RawOp;
    const [firstArgument, ...others] = operands(context, constants);
    const understood = new Set<string>();
    const read: AttributeReader = (name, kind) => {
      understood.add(name);
      const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
      return isRecord(value) ? value[kind] : undefined;
    };
    const named = Object.fromEntries((raw.parameters ?? []).map((parameter, index) => [parameter, others[index]]));
    const given = { ...named, ...raw.attributes?.(read) };
    const unknown = Object.keys(attributes).find((name) => !understood.has(name) && !TYPE_ATTRIBUTES.has(name));
    if (unknown !== undefined) return context.unsupported(`${op} with the attribute ${unknown}`);
    if (others.length !== (raw.parameters?.length ?? 0)) return context.unsupported(`${op} with ${others.length + 1} inputs`);
    const definition = findTfFunction(raw.function);
    if (definition === undefined) return context.unsupported(op);
    const call: Emitter = { ...context, firstArgument, arguments: op === 'StridedSlice' ? sliceSpec(context, given) : given };
    const result = definition.emit(new FunctionCall(call, raw.function, definition.parameters));
    return typeof result === 'number' ? [result] : result;
  },
});

/** The operation's inputs in order: constants at their positions, the call's tensors at the others. */
function operands(context: Emitter, constants: ReadonlyMap<number, unknown>): readonly unknown[] {
  const tensors: ValueId[] = [...context.inputs];
  const count = tensors.length + constants.size;
  return Array.from({ length: count }, (_, index) => {
    if (constants.has(index)) return constants.get(index);
    const tensor = tensors.shift();
    return tensor === undefined ? context.unsupported('constants that leave gaps') : { tensor };
  });
}

const MASKS = ['begin_mask', 'ellipsis_mask', 'end_mask', 'new_axis_mask', 'shrink_axis_mask'] as const;

function readMasks(read: AttributeReader): Readonly<Record<string, unknown>> {
  return Object.fromEntries(MASKS.map((mask) => [mask, Number(read(mask, 'i') ?? 0)]));
}

/** Bit i of a mask is about item i (tensorflow/core/ops/array_ops.cc, StridedSlice). */
function sliceSpec(context: Emitter, { begin, end, strides, ...masks }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!Array.isArray(begin) || !Array.isArray(end) || !Array.isArray(strides)) return context.unsupported('StridedSlice with computed positions');
  const has = (mask: (typeof MASKS)[number], index: number): boolean => ((masks[mask] as number) & (1 << index)) !== 0;
  const spec = begin.map((start, index) => {
    if (has('ellipsis_mask', index)) return { class_name: '__ellipsis__' };
    if (has('new_axis_mask', index)) return null;
    if (has('shrink_axis_mask', index)) return start;
    return { start: has('begin_mask', index) ? null : start, stop: has('end_mask', index) ? null : end[index], step: strides[index] };
  });
  return { slice_spec: spec };
}

/** Bytes stand in JSON as base64. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('latin1') : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
