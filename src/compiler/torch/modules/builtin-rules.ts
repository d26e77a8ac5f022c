import type { AtenName } from '../aten.ts';
import type { Argument, Program, StateEntry, Statement } from '../program.ts';
import type { BatchNormBehaviour, BuiltinModule, NamedSetting, Setting } from './module-class.ts';

/** One row of the table: where an aten call has its tensors, and the constructor that says the rest. */
export interface BuiltinRule {
  readonly input: number;
  /** Attribute of the module → argument of the aten call. */
  readonly state: Readonly<Record<string, number>>;
  /** Arguments that may differ by call. */
  readonly byCall?: readonly number[];
  /** The argument with the padding, where each call may say its own. */
  readonly padding?: number;
  build(uses: Uses): BuiltinModule | undefined;
}

interface Uses {
  readonly statements: readonly Statement[];
  readonly first: Statement;
  readonly weight: StateEntry | undefined;
  readonly taps: Program['taps'];
  has(attribute: string): boolean;
}

/** Of a convolution. */
const PADDING = 4;

function convolution(type: string): BuiltinRule {
  return {
    input: 0,
    state: { weight: 1, bias: 2 },
    byCall: [PADDING],
    padding: PADDING,
    build({ statements, first, weight, has }) {
      const [, , , stride, , dilation, groups] = first.arguments;
      if (weight === undefined || groups?.kind !== 'int') return undefined;
      const [outChannels = 0, inPerGroup = 0, ...kernel] = weight.shape;
      const paddings = statements.map((statement) => statement.arguments[PADDING]);
      const padding = allEqual(paddings.map((value) => JSON.stringify(value))) ? ints(paddings[0]) : [];
      return builtin(
        type,
        { in_channels: int(inPerGroup * groups.value), out_channels: int(outChannels), kernel_size: collapsed(kernel) },
        {
          stride: unless(1, stride),
          padding: padding.some((size) => size !== 0) ? collapsed(padding) : undefined,
          dilation: unless(1, dilation),
          groups: unless(1, groups),
          bias: has('bias') ? undefined : { kind: 'bool', value: false },
        },
      );
    },
  };
}

function transposedConvolution(type: string): BuiltinRule {
  return {
    input: 0,
    state: { weight: 1, bias: 2 },
    build({ first, weight, has }) {
      const [, , , stride, padding, outputPadding, groups, dilation] = first.arguments;
      if (weight === undefined || groups?.kind !== 'int') return undefined;
      const [inChannels = 0, outPerGroup = 0, ...kernel] = weight.shape;
      return builtin(
        type,
        { in_channels: int(inChannels), out_channels: int(outPerGroup * groups.value), kernel_size: collapsed(kernel) },
        {
          stride: unless(1, stride),
          padding: unless(0, padding),
          output_padding: unless(0, outputPadding),
          groups: unless(1, groups),
          bias: has('bias') ? undefined : { kind: 'bool', value: false },
          dilation: unless(1, dilation),
        },
      );
    },
  };
}

const BATCH_NORM = { input: 0, weight: 1, bias: 2, runningMean: 3, runningVar: 4, training: 5, momentum: 6, eps: 7 } as const;
const BATCH_NORM_BY_RANK: Readonly<Record<number, string>> = { 2: 'BatchNorm1d', 3: 'BatchNorm1d', 4: 'BatchNorm2d', 5: 'BatchNorm3d' };

/**
 * Keras' fused kernel (channels on axis 1 or 3 of rank 4, and rank 5) corrects the batch variance by n / (n − 1) before it enters the moving variance, as PyTorch
 * does; its other path doesn't (keras/layers/normalization/batch_normalization.py of Keras 2.10).
 */
const batchNorm: BuiltinRule = {
  input: BATCH_NORM.input,
  state: { weight: BATCH_NORM.weight, bias: BATCH_NORM.bias, running_mean: BATCH_NORM.runningMean, running_var: BATCH_NORM.runningVar },
  byCall: [BATCH_NORM.training],
  build({ statements, first, taps, has }) {
    const ranks = new Set(statements.map((statement) => statement.results[0]?.shape.length ?? 0));
    const [rank = 0] = ranks;
    const type = BATCH_NORM_BY_RANK[rank];
    const features = first.results[0]?.shape[1];
    const momentum = first.arguments[BATCH_NORM.momentum];
    const eps = first.arguments[BATCH_NORM.eps];
    if (type === undefined || ranks.size > 1 || typeof features !== 'number' || !has('running_mean') || !has('running_var')) return undefined;
    if (momentum?.kind !== 'float' || eps?.kind !== 'float') return undefined;
    const modes = new Set(statements.map((statement) => statement.arguments[BATCH_NORM.training]?.kind));
    const mode = modes.size > 1 ? 'argument' : modes.has('training') ? 'module' : 'inference';
    return normalization(type, { num_features: int(features) }, { eps, momentum }, 'affine', has, {
      mode,
      biasedVariance: mode !== 'inference' && (rank < 4 || (rank === 4 && kerasChannelAxis(first, taps) === 2)),
    });
  },
};

/** Where Keras has the channels, which stand on axis 1 here; undefined where the call's value can't be seen. */
function kerasChannelAxis({ calls, results }: Statement, taps: Program['taps']): number | undefined {
  const tap = calls.map((call) => taps.get(call)).find((found) => found?.variable.id === results[0]?.id);
  return tap?.toSource.indexOf(1);
}

const layerNorm: BuiltinRule = {
  input: 0,
  state: { weight: 2, bias: 3 },
  build({ first, has }) {
    const [, shape, , , eps] = first.arguments;
    if (shape?.kind !== 'ints' || eps?.kind !== 'float') return undefined;
    const sizes = shape.values.length === 1 ? int(shape.values[0] ?? 0) : shape;
    return normalization('LayerNorm', { normalized_shape: sizes }, { eps }, 'elementwise_affine', has);
  },
};

const groupNorm: BuiltinRule = {
  input: 0,
  state: { weight: 2, bias: 3 },
  build({ first, has }) {
    const [, groups, , , eps] = first.arguments;
    const channels = first.results[0]?.shape[1];
    if (groups?.kind !== 'int' || eps?.kind !== 'float' || typeof channels !== 'number') return undefined;
    return normalization('GroupNorm', { num_groups: groups, num_channels: int(channels) }, { eps }, 'affine', has);
  },
};

const linear: BuiltinRule = {
  input: 0,
  state: { weight: 1, bias: 2 },
  build({ weight, has }) {
    const [outFeatures, inFeatures] = weight?.shape ?? [];
    if (outFeatures === undefined || inFeatures === undefined) return undefined;
    return builtin(
      'Linear',
      { in_features: int(inFeatures), out_features: int(outFeatures) },
      { bias: has('bias') ? undefined : { kind: 'bool', value: false } },
    );
  },
};

const prelu: BuiltinRule = {
  input: 0,
  state: { weight: 1 },
  build: ({ weight }) => (weight?.shape.length === 1 ? builtin('PReLU', { num_parameters: int(weight.shape[0] ?? 1) }, {}) : undefined),
};

const embedding: BuiltinRule = {
  input: 1,
  state: { weight: 0 },
  build({ first, weight }) {
    const [rows, columns] = weight?.shape ?? [];
    const padding = first.arguments[2];
    if (rows === undefined || columns === undefined || padding?.kind !== 'int' || padding.value >= 0) return undefined;
    return builtin('Embedding', { num_embeddings: int(rows), embedding_dim: int(columns) }, {});
  },
};

/** By the aten operator that the layer's calls are. */
export const BUILTIN_RULES: Partial<Record<AtenName, BuiltinRule>> = {
  batch_norm: batchNorm,
  conv1d: convolution('Conv1d'),
  conv2d: convolution('Conv2d'),
  conv3d: convolution('Conv3d'),
  conv_transpose1d: transposedConvolution('ConvTranspose1d'),
  conv_transpose2d: transposedConvolution('ConvTranspose2d'),
  embedding,
  group_norm: groupNorm,
  layer_norm: layerNorm,
  linear,
  prelu,
};

function normalization(
  type: string,
  positional: Readonly<Record<string, Setting>>,
  keyword: Readonly<Record<string, Setting>>,
  affine: string,
  has: (attribute: string) => boolean,
  batchNormBehaviour?: BatchNormBehaviour,
): BuiltinModule {
  const absent = ['weight', 'bias'].filter((attribute) => !has(attribute));
  const withoutBoth = absent.length === 2;
  const module = builtin(type, positional, { ...keyword, [affine]: withoutBoth ? { kind: 'bool', value: false } : undefined });
  return { ...module, absent: withoutBoth ? [] : absent, ...(batchNormBehaviour === undefined ? {} : { batchNorm: batchNormBehaviour }) };
}

/** Settings that are undefined are PyTorch's defaults. */
export function builtin(
  type: string,
  positional: Readonly<Record<string, Setting>>,
  keyword: Readonly<Record<string, Setting | undefined>>,
): BuiltinModule {
  const named = (settings: Readonly<Record<string, Setting | undefined>>): NamedSetting[] =>
    Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  return { kind: 'builtin', type, positional: named(positional), keyword: named(keyword), absent: [] };
}

function int(value: number): Setting {
  return { kind: 'int', value };
}

/** PyTorch takes one number for all axes. */
function collapsed(values: readonly number[]): Setting {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? int(first) : { kind: 'ints', values };
}

function unless(usual: number, argument: Argument | undefined): Setting | undefined {
  if (argument?.kind === 'int') return argument.value === usual ? undefined : argument;
  const values = ints(argument);
  return values.every((value) => value === usual) ? undefined : collapsed(values);
}

function ints(argument: Argument | undefined): readonly number[] {
  return argument?.kind === 'ints' ? argument.values : [];
}

function allEqual(items: readonly string[]): boolean {
  return items.every((item) => item === items[0]);
}
