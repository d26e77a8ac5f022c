/**
 * The aten operators a program may call, with their schemas as TorchScript prints and reads them.
 * Source: PyTorch's native_functions.yaml. A statement has one argument for each parameter here, defaults explicit.
 */
export type AtenType =
  | 'Tensor'
  | 'Tensor?'
  | 'Tensor[]'
  /** An overload each: `add.Tensor` and `add.Scalar`. */
  | 'Tensor|Scalar'
  | 'int'
  | 'int?'
  | 'int[]'
  | 'int[]?'
  | 'float'
  | 'float?'
  | 'bool'
  | 'Scalar'
  | 'Scalar?'
  | 'dtype'
  | 'dtype?'
  | 'memory_format'
  | 'memory_format?'
  | 'str'
  | 'str?';

export interface AtenParameterOptions {
  /** Keyword-only in the schema: printed `alpha=1`. */
  readonly keyword?: true;
  /** The schema's default; `null` is None, one number for an `int[]` stands for each of its items. Readable source may leave such an argument out. */
  readonly default?: number | boolean | string | null | readonly number[];
}

export type AtenParameter = readonly [name: string, type: AtenType, options?: AtenParameterOptions];

export interface AtenOperator {
  /** The operator's name where the row's own differs from it (several rows for several overloads). */
  readonly name?: string;
  readonly parameters: readonly AtenParameter[];
  /** 1 where omitted. A `Tensor[]` result (split) is unpacked into this many variables. */
  readonly results?: 'list';
  /** TorchScript archive version from which the operator means what it means today; 3 where omitted (caffe2/serialize/versions.h). */
  readonly version?: number;
}

const SELF = ['self', 'Tensor'] as const;
const INPUT = ['input', 'Tensor'] as const;
const UNARY = { parameters: [SELF] } as const;
const COMPARISON = { parameters: [SELF, ['other', 'Tensor|Scalar']] } as const;
const BINARY_TENSORS = { parameters: [SELF, ['other', 'Tensor']] } as const;
const KEYWORD_DTYPE = ['dtype', 'dtype?', { keyword: true, default: null }] as const;
const ALPHA = ['alpha', 'Scalar', { keyword: true, default: 1 }] as const;
const DROPOUT = {
  parameters: [INPUT, ['p', 'float'], ['train', 'bool']],
} as const;
const SOFTMAX = {
  parameters: [SELF, ['dim', 'int'], ['dtype', 'dtype?', { default: null }]],
} as const;
const EXTREMUM_OVER_DIMS = {
  parameters: [SELF, ['dim', 'int[]', { default: [] }], ['keepdim', 'bool', { default: false }]],
} as const;
const ARG_EXTREMUM = {
  parameters: [SELF, ['dim', 'int?', { default: null }], ['keepdim', 'bool', { default: false }]],
} as const;
const SUM_OVER_DIMS = {
  parameters: [SELF, ['dim', 'int[]?'], ['keepdim', 'bool', { default: false }], KEYWORD_DTYPE],
} as const;
const CONV = {
  parameters: [
    INPUT,
    ['weight', 'Tensor'],
    ['bias', 'Tensor?', { default: null }],
    ['stride', 'int[]', { default: 1 }],
    ['padding', 'int[]', { default: 0 }],
    ['dilation', 'int[]', { default: 1 }],
    ['groups', 'int', { default: 1 }],
  ],
} as const;
const CONV_TRANSPOSE = {
  parameters: [
    INPUT,
    ['weight', 'Tensor'],
    ['bias', 'Tensor?', { default: null }],
    ['stride', 'int[]', { default: 1 }],
    ['padding', 'int[]', { default: 0 }],
    ['output_padding', 'int[]', { default: 0 }],
    ['groups', 'int', { default: 1 }],
    ['dilation', 'int[]', { default: 1 }],
  ],
} as const;
const MAX_POOL = {
  parameters: [
    SELF,
    ['kernel_size', 'int[]'],
    ['stride', 'int[]', { default: [] }],
    ['padding', 'int[]', { default: 0 }],
    ['dilation', 'int[]', { default: 1 }],
    ['ceil_mode', 'bool', { default: false }],
  ],
} as const;
const AVG_POOL = [
  SELF,
  ['kernel_size', 'int[]'],
  ['stride', 'int[]', { default: [] }],
  ['padding', 'int[]', { default: 0 }],
  ['ceil_mode', 'bool', { default: false }],
  ['count_include_pad', 'bool', { default: true }],
] as const;
const SCALES = [
  ['scales_h', 'float?', { default: null }],
  ['scales_w', 'float?', { default: null }],
] as const;
const UPSAMPLE = { parameters: [SELF, ['output_size', 'int[]'], ['align_corners', 'bool'], ...SCALES] } as const;
const UPSAMPLE_NEAREST = { parameters: [SELF, ['output_size', 'int[]'], ...SCALES] } as const;
const HARDTANH = {
  parameters: [SELF, ['min_val', 'Scalar', { default: -1 }], ['max_val', 'Scalar', { default: 1 }]],
} as const;
const CLAMP = {
  parameters: [SELF, ['min', 'Scalar?', { default: null }], ['max', 'Scalar?', { default: null }]],
} as const;
const LEAKY_RELU = { parameters: [SELF, ['negative_slope', 'Scalar', { default: 0.01 }]] } as const;
const ELU = {
  parameters: [SELF, ['alpha', 'Scalar', { default: 1 }], ['scale', 'Scalar', { default: 1 }], ['input_scale', 'Scalar', { default: 1 }]],
} as const;

export const ATEN = {
  // Layers
  batch_norm: {
    parameters: [
      INPUT,
      ['weight', 'Tensor?'],
      ['bias', 'Tensor?'],
      ['running_mean', 'Tensor?'],
      ['running_var', 'Tensor?'],
      ['training', 'bool'],
      ['momentum', 'float'],
      ['eps', 'float'],
      ['cudnn_enabled', 'bool'],
    ],
  },
  conv1d: CONV,
  conv2d: CONV,
  conv3d: CONV,
  conv_transpose1d: CONV_TRANSPOSE,
  conv_transpose2d: CONV_TRANSPOSE,
  linear: { parameters: [INPUT, ['weight', 'Tensor'], ['bias', 'Tensor?', { default: null }]] },
  matmul: BINARY_TENSORS,
  einsum: {
    parameters: [
      ['equation', 'str'],
      ['tensors', 'Tensor[]'],
      ['path', 'int[]?', { keyword: true, default: null }],
    ],
  },
  embedding: {
    parameters: [
      ['weight', 'Tensor'],
      ['indices', 'Tensor'],
      ['padding_idx', 'int', { default: -1 }],
      ['scale_grad_by_freq', 'bool', { default: false }],
      ['sparse', 'bool', { default: false }],
    ],
  },
  layer_norm: {
    parameters: [
      INPUT,
      ['normalized_shape', 'int[]'],
      ['weight', 'Tensor?', { default: null }],
      ['bias', 'Tensor?', { default: null }],
      ['eps', 'float', { default: 1e-5 }],
      ['cudnn_enable', 'bool', { default: true }],
    ],
  },
  group_norm: {
    parameters: [
      INPUT,
      ['num_groups', 'int'],
      ['weight', 'Tensor?', { default: null }],
      ['bias', 'Tensor?', { default: null }],
      ['eps', 'float', { default: 1e-5 }],
      ['cudnn_enabled', 'bool', { default: true }],
    ],
  },
  dropout: DROPOUT,
  /** Drops whole channels: one draw for each of the first two axes, whatever the rank. */
  feature_dropout: DROPOUT,

  // Activations
  relu: UNARY,
  relu_: UNARY,
  relu6: UNARY,
  hardtanh: HARDTANH,
  hardtanh_: HARDTANH,
  clamp: CLAMP,
  clamp_: CLAMP,
  leaky_relu: LEAKY_RELU,
  leaky_relu_: LEAKY_RELU,
  prelu: { parameters: [SELF, ['weight', 'Tensor']] },
  elu: ELU,
  elu_: ELU,
  celu: { parameters: [SELF, ['alpha', 'Scalar', { default: 1 }]] },
  selu: UNARY,
  selu_: UNARY,
  sigmoid: UNARY,
  sigmoid_: UNARY,
  hardsigmoid: UNARY,
  hardsigmoid_: UNARY,
  hardswish: UNARY,
  hardswish_: UNARY,
  silu: UNARY,
  silu_: UNARY,
  mish: UNARY,
  mish_: UNARY,
  tanh: UNARY,
  tanh_: UNARY,
  gelu: { parameters: [SELF, ['approximate', 'str', { keyword: true, default: 'none' }]], version: 10 },
  softplus: { parameters: [SELF, ['beta', 'Scalar', { default: 1 }], ['threshold', 'Scalar', { default: 20 }]] },
  threshold: { parameters: [SELF, ['threshold', 'Scalar'], ['value', 'Scalar']] },
  softmax: SOFTMAX,
  log_softmax: SOFTMAX,

  // Elementwise
  abs: UNARY,
  acos: UNARY,
  acosh: UNARY,
  asin: UNARY,
  asinh: UNARY,
  atan: UNARY,
  atanh: UNARY,
  ceil: UNARY,
  cos: UNARY,
  cosh: UNARY,
  erf: UNARY,
  exp: UNARY,
  floor: UNARY,
  isinf: UNARY,
  isnan: UNARY,
  log: UNARY,
  neg: UNARY,
  reciprocal: UNARY,
  round: UNARY,
  rsqrt: UNARY,
  sign: UNARY,
  sin: UNARY,
  sinh: UNARY,
  sqrt: UNARY,
  square: UNARY,
  tan: UNARY,
  add: { parameters: [SELF, ['other', 'Tensor|Scalar'], ALPHA] },
  add_: { parameters: [SELF, ['other', 'Tensor|Scalar'], ALPHA] },
  sub: { parameters: [SELF, ['other', 'Tensor|Scalar'], ALPHA] },
  /** other − self */
  rsub: { parameters: [SELF, ['other', 'Tensor|Scalar'], ALPHA] },
  mul: { parameters: [SELF, ['other', 'Tensor|Scalar']] },
  mul_: { parameters: [SELF, ['other', 'Tensor|Scalar']] },
  div: { parameters: [SELF, ['other', 'Tensor|Scalar']], version: 4 },
  /** Integer division as ONNX has it: `rounding_mode='trunc'`. */
  div_rounded: { name: 'div', parameters: [SELF, ['other', 'Tensor|Scalar'], ['rounding_mode', 'str?', { keyword: true }]], version: 4 },
  fmod: { parameters: [SELF, ['other', 'Tensor|Scalar']] },
  remainder: { parameters: [SELF, ['other', 'Tensor|Scalar']] },
  pow: {
    parameters: [
      ['self', 'Tensor|Scalar'],
      ['exponent', 'Tensor|Scalar'],
    ],
  },
  maximum: BINARY_TENSORS,
  minimum: BINARY_TENSORS,
  eq: COMPARISON,
  ne: COMPARISON,
  lt: COMPARISON,
  le: COMPARISON,
  gt: COMPARISON,
  ge: COMPARISON,
  logical_and: BINARY_TENSORS,
  logical_not: UNARY,
  logical_or: BINARY_TENSORS,
  logical_xor: BINARY_TENSORS,
  where: {
    parameters: [
      ['condition', 'Tensor'],
      ['self', 'Tensor'],
      ['other', 'Tensor'],
    ],
  },
  to: {
    parameters: [
      SELF,
      ['dtype', 'dtype'],
      ['non_blocking', 'bool', { default: false }],
      ['copy', 'bool', { default: false }],
      ['memory_format', 'memory_format?', { default: null }],
    ],
  },

  // Pooling and resizing
  max_pool1d: MAX_POOL,
  max_pool2d: MAX_POOL,
  max_pool3d: MAX_POOL,
  avg_pool1d: { parameters: AVG_POOL },
  avg_pool2d: { parameters: [...AVG_POOL, ['divisor_override', 'int?', { default: null }]] },
  avg_pool3d: { parameters: [...AVG_POOL, ['divisor_override', 'int?', { default: null }]] },
  upsample_bilinear2d: UPSAMPLE,
  upsample_bicubic2d: UPSAMPLE,
  upsample_nearest2d: UPSAMPLE_NEAREST,
  _upsample_nearest_exact2d: UPSAMPLE_NEAREST,

  // Reductions
  amax: EXTREMUM_OVER_DIMS,
  amin: EXTREMUM_OVER_DIMS,
  argmax: ARG_EXTREMUM,
  argmin: ARG_EXTREMUM,
  mean: SUM_OVER_DIMS,
  sum: SUM_OVER_DIMS,
  prod: { parameters: [SELF, ['dim', 'int'], ['keepdim', 'bool', { default: false }], KEYWORD_DTYPE] },
  cumsum: { parameters: [SELF, ['dim', 'int'], KEYWORD_DTYPE] },

  // Layout
  cat: {
    parameters: [
      ['tensors', 'Tensor[]'],
      ['dim', 'int', { default: 0 }],
    ],
  },
  constant_pad_nd: { parameters: [SELF, ['pad', 'int[]'], ['value', 'Scalar', { default: 0 }]] },
  /** `mode`: reflect, replicate or circular. */
  pad: { parameters: [SELF, ['pad', 'int[]'], ['mode', 'str', { default: 'constant' }], ['value', 'float?', { default: null }]] },
  contiguous: { parameters: [SELF, ['memory_format', 'memory_format', { keyword: true, default: 'contiguous' }]] },
  expand: { parameters: [SELF, ['size', 'int[]'], ['implicit', 'bool', { keyword: true, default: false }]] },
  flatten: { parameters: [SELF, ['start_dim', 'int', { default: 0 }], ['end_dim', 'int', { default: -1 }]] },
  flip: { parameters: [SELF, ['dims', 'int[]']] },
  index_select: { parameters: [SELF, ['dim', 'int'], ['index', 'Tensor']] },
  permute: { parameters: [SELF, ['dims', 'int[]']] },
  pixel_shuffle: { parameters: [SELF, ['upscale_factor', 'int']] },
  repeat: { parameters: [SELF, ['repeats', 'int[]']] },
  repeat_interleave: { parameters: [SELF, ['repeats', 'int'], ['dim', 'int?', { default: null }]] },
  reshape: { parameters: [SELF, ['shape', 'int[]']] },
  select: { parameters: [SELF, ['dim', 'int'], ['index', 'int']] },
  slice: {
    parameters: [
      SELF,
      ['dim', 'int', { default: 0 }],
      ['start', 'int?', { default: null }],
      ['end', 'int?', { default: null }],
      ['step', 'int', { default: 1 }],
    ],
  },
  split_with_sizes: { parameters: [SELF, ['split_sizes', 'int[]'], ['dim', 'int', { default: 0 }]], results: 'list' },
  squeeze: { parameters: [SELF, ['dim', 'int']] },
  transpose: { parameters: [SELF, ['dim0', 'int'], ['dim1', 'int']] },
  unflatten: { parameters: [SELF, ['dim', 'int'], ['sizes', 'int[]']] },
  unsqueeze: { parameters: [SELF, ['dim', 'int']] },
} as const satisfies Record<string, AtenOperator>;

export type AtenName = keyof typeof ATEN;

/** The row of an operator, without its literal type. */
export function atenOperator(name: AtenName): AtenOperator {
  return ATEN[name];
}
