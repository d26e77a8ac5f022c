import { expect, test } from 'vitest';
import { KerasGraph } from '../compiler/torch/testing/keras-graph.ts';
import { outputRecords } from './provenance.ts';

test("an output's head is its last operator that makes scores", () => {
  const keras = new KerasGraph();
  const x = keras.vector('x', 4);
  const graph = keras.graph({
    softmax: keras.dense(['a'], x, 3, { activation: 'Softmax' }),
    sigmoid: keras.node('Identity', [keras.dense(['b'], x, 1, { activation: 'Sigmoid' })]),
    linear: keras.dense(['c'], x, 2),
    tanh: keras.dense(['d'], x, 2, { activation: 'Tanh' }),
    'over the batch': keras.node('Softmax', [keras.dense(['e'], x, 2)], { axis: 0 }),
    input: x,
  });
  expect(Object.fromEntries(outputRecords(graph).map(({ name, head }) => [name, head]))).toEqual({
    softmax: 'softmax',
    sigmoid: 'sigmoid',
    linear: 'linear',
    tanh: null,
    'over the batch': null,
    input: null,
  });
});
