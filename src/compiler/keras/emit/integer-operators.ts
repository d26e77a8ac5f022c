import { type DType, isFloat } from '../../../core/dtypes.ts';

/**
 * Operators whose integers ONNX, ONNX Runtime or PyTorch don't have, with the types that all three do have. Importers cast where Keras
 * casts; where it doesn't, a layer on integers mostly fails in Keras too.
 */
const INTEGERS: Readonly<Record<string, readonly DType[]>> = {
  AveragePool: [],
  BatchNormalization: [],
  Celu: [],
  Conv: [],
  ConvTranspose: [],
  Dropout: [],
  Elu: [],
  Erf: [],
  Exp: [],
  Gelu: [],
  GlobalAveragePool: [],
  GlobalMaxPool: [],
  HardSigmoid: [],
  HardSwish: [],
  LayerNormalization: [],
  LeakyRelu: [],
  Log: [],
  LogSoftmax: [],
  MaxPool: ['uint8', 'int8'],
  Mish: [],
  PRelu: [],
  ReduceMean: [],
  Relu: ['int32'],
  Resize: ['uint8'],
  Selu: [],
  Sigmoid: [],
  Softmax: [],
  Softplus: [],
  Softsign: [],
  Sqrt: [],
  Tanh: [],
  ThresholdedRelu: [],
};

/** Whether the operator computes on tensors of this type wherever a converted model runs. */
export function computesOn(op: string, dtype: DType): boolean {
  return isFloat(dtype) || (INTEGERS[op]?.includes(dtype) ?? true);
}
