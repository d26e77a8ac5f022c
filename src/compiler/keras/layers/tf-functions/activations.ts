import { type Activation, emitActivation, RELU } from '../activations.ts';
import type { FunctionCall, TfFunction } from './function-call.ts';

function plain(names: readonly string[], activation: Activation): TfFunction {
  return { names, parameters: [], emit: (call) => emitActivation(call.context, activation, call.expectFloat(call.tensor)) };
}

function softmaxAxis(call: FunctionCall): number {
  return call.number('axis', -1);
}

export const activationFunctions: readonly TfFunction[] = [
  plain(['math.sigmoid', 'nn.sigmoid', 'sigmoid'], { kind: 'sigmoid' }),
  plain(['math.softplus', 'nn.softplus'], { kind: 'softplus' }),
  plain(['math.tanh', 'nn.tanh', 'tanh'], { kind: 'tanh' }),
  plain(['nn.elu'], { kind: 'elu', alpha: 1 }),
  plain(['nn.relu'], RELU),
  plain(['nn.relu6'], { ...RELU, maxValue: 6 }),
  plain(['nn.selu'], { kind: 'selu' }),
  plain(['nn.softsign'], { kind: 'softsign' }),
  {
    names: ['nn.silu', 'nn.swish'],
    parameters: ['beta'],
    emit(call) {
      if (call.number('beta', 1) !== 1) return call.refuse(`beta ${call.number('beta')}`);
      return emitActivation(call.context, { kind: 'silu' }, call.expectFloat(call.tensor));
    },
  },
  {
    names: ['nn.gelu'],
    parameters: ['approximate'],
    emit: (call) => emitActivation(call.context, { kind: 'gelu', approximate: call.boolean('approximate', false) }, call.expectFloat(call.tensor)),
  },
  {
    names: ['nn.leaky_relu'],
    parameters: ['alpha'],
    emit: (call) => call.node('LeakyRelu', [call.expectFloat(call.tensor)], { alpha: call.number('alpha', 0.2) }),
  },
  {
    names: ['nn.softmax'],
    parameters: ['axis'],
    emit: (call) => emitActivation(call.context, { kind: 'softmax', axes: [softmaxAxis(call)] }, call.expectFloat(call.tensor)),
  },
  {
    names: ['nn.log_softmax', 'math.log_softmax'],
    parameters: ['axis'],
    emit: (call) => emitActivation(call.context, { kind: 'log_softmax', axis: softmaxAxis(call) }, call.expectFloat(call.tensor)),
  },
];
