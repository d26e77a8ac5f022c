import type { AtenName } from '../aten.ts';
import type { Program, Statement } from '../program.ts';
import { countReaders, producers } from './rewrite.ts';

/** The same formula, written over its input. */
const IN_PLACE: Partial<Record<AtenName, AtenName>> = {
  clamp: 'clamp_',
  elu: 'elu_',
  hardsigmoid: 'hardsigmoid_',
  hardswish: 'hardswish_',
  leaky_relu: 'leaky_relu_',
  mish: 'mish_',
  relu: 'relu_',
  selu: 'selu_',
  sigmoid: 'sigmoid_',
  silu: 'silu_',
  tanh: 'tanh_',
};

/** Their results are tensors of their own, never a view of an input. */
const FRESH = new Set<AtenName>([
  'conv1d',
  'conv2d',
  'conv3d',
  'conv_transpose1d',
  'conv_transpose2d',
  'linear',
  'matmul',
  'batch_norm',
  'add',
  'mul',
  'cat',
]);

/** An activation whose input is fresh and has no other reader needs no memory of its own. Inference only: autograd needs the inputs of some. */
export function activateInPlace(program: Program): Program {
  const readers = countReaders(program);
  const made = producers(program);
  return {
    ...program,
    body: program.body.map((statement): Statement => {
      const input = statement.arguments[0];
      if (input?.kind !== 'variable' || readers.get(input.variable.id) !== 1) return statement;
      const maker = made.get(input.variable.id);
      if (maker === undefined || !FRESH.has(maker.op)) return statement;
      if (statement.op === 'relu6') {
        const bounds = [0, 6].map((value) => ({ kind: 'float', value }) as const);
        return { ...statement, op: 'hardtanh_', arguments: [input, ...bounds] };
      }
      const op = IN_PLACE[statement.op];
      return op === undefined ? statement : { ...statement, op };
    }),
  };
}
