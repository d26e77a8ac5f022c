/**
 * The aten operators a program may call, with their schemas as TorchScript prints and reads them.
 * Source: PyTorch's native_functions.yaml. A statement has one argument for each parameter here, defaults explicit.
 */
export type AtenType =
  | 'Tensor'
  | 'Tensor?'
  | 'Tensor[]'
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
  | 'str';

export interface AtenOperator {
  readonly parameters: readonly (readonly [name: string, type: AtenType])[];
  /** 1 where omitted. A `Tensor[]` result (split) is unpacked into this many variables. */
  readonly results?: 'list';
}

export const ATEN = {
  conv2d: {
    parameters: [
      ['input', 'Tensor'],
      ['weight', 'Tensor'],
      ['bias', 'Tensor?'],
      ['stride', 'int[]'],
      ['padding', 'int[]'],
      ['dilation', 'int[]'],
      ['groups', 'int'],
    ],
  },
  linear: {
    parameters: [
      ['input', 'Tensor'],
      ['weight', 'Tensor'],
      ['bias', 'Tensor?'],
    ],
  },
  batch_norm: {
    parameters: [
      ['input', 'Tensor'],
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
  dropout: {
    parameters: [
      ['input', 'Tensor'],
      ['p', 'float'],
      ['train', 'bool'],
    ],
  },
  relu: { parameters: [['self', 'Tensor']] },
  softmax: {
    parameters: [
      ['self', 'Tensor'],
      ['dim', 'int'],
      ['dtype', 'dtype?'],
    ],
  },
  permute: {
    parameters: [
      ['self', 'Tensor'],
      ['dims', 'int[]'],
    ],
  },
  flatten: {
    parameters: [
      ['self', 'Tensor'],
      ['start_dim', 'int'],
      ['end_dim', 'int'],
    ],
  },
  reshape: {
    parameters: [
      ['self', 'Tensor'],
      ['shape', 'int[]'],
    ],
  },
} as const satisfies Record<string, AtenOperator>;

export type AtenName = keyof typeof ATEN;
