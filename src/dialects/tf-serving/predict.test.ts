import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementsOf } from '../elements.ts';
import { printFloat } from '../print-float.ts';
import type { WirePort, WireTensor } from '../wire-tensor.ts';
import { decodeMetadata } from './metadata.ts';
import { decodePredictRequest, encodePredictRequest } from './predict-request.ts';
import { decodePredictResponse, encodePredictResponse } from './predict-response.ts';

const port = (name: string, dtype: WirePort['dtype']): WirePort => ({ name, dtype, shape: null });
const signature = (...inputs: WirePort[]) => ({ inputs, outputs: [] });
const plain = (tensor: WireTensor | undefined) =>
  tensor && {
    shape: tensor.shape,
    values: tensor.dtype === 'bytes' ? tensor.elements.map((bytes) => Buffer.from(bytes).toString()) : [...elementsOf(tensor.dtype, tensor.data)],
  };
const floats = (name: string, shape: number[], ...values: number[]): WireTensor => ({
  name,
  dtype: 'float32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

// The cases of tensorflow/serving's util/json_tensor_test.cc that concern `predict`.
test.each([
  ['{"instances": [[1,2],[3,4],[5,6]]}', port('x', 'int32'), { shape: [3, 2], values: [1, 2, 3, 4, 5, 6] }],
  ['{"instances": [1, 2.0, 3, 5.003, 0.0]}', port('x', 'float32'), { shape: [5], values: [1, 2, 3, Math.fround(5.003), 0] }],
  ['{"instances": [1435774380]}', port('x', 'float32'), { shape: [1], values: [1435774336] }],
  ['{"instances": [1.7e308]}', port('x', 'float32'), { shape: [1], values: [Number.POSITIVE_INFINITY] }],
  ['{"instances": [NaN, Infinity, -Infinity]}', port('x', 'float32'), { shape: [3], values: [Number.NaN, Infinity, -Infinity] }],
  ['{"instances": [{"b64": "aGVsbG8="}, {"b64": "d29ybGQ"}]}', port('x', 'bytes'), { shape: [2], values: ['hello', 'world'] }],
  ['{"instances": [[{"b64": "aGVsbG8="}], [{"b64": "d29ybGQ="}]]}', port('x', 'bytes'), { shape: [2, 1], values: ['hello', 'world'] }],
  ['{"instances": [{"x": [["foo"], ["bar"]]}]}', port('x', 'bytes'), { shape: [1, 2, 1], values: ['foo', 'bar'] }],
  ['{"inputs": [[1,2],[3,4]]}', port('x', 'int64'), { shape: [2, 2], values: [1n, 2n, 3n, 4n] }],
  ['{"inputs": {"x": [true, false]}}', port('x', 'bool'), { shape: [2], values: [1, 0] }],
  ['{"inputs": {"b64": "aGVsbG8="}}', port('x', 'bytes'), { shape: [], values: ['hello'] }],
  ['{"inputs": 7}', port('x', 'uint8'), { shape: [], values: [7] }],
])('reads %s', (text, input, expected) => {
  expect(plain(decodePredictRequest(text, signature(input)).inputs[0])).toEqual(expected);
});

test('several inputs by name, in rows and in columns, in the order of the signature', () => {
  const both = signature(port('ids', 'int32'), port('score', 'float64'));
  const rows = decodePredictRequest('{"signature_name": "s", "instances": [{"score": [NaN], "ids": 1}, {"ids": 2, "score": [0.5]}]}', both);
  expect(rows).toMatchObject({ signatureName: 's', format: 'row' });
  expect(rows.inputs.map(plain)).toEqual([
    { shape: [2], values: [1, 2] },
    { shape: [2, 1], values: [Number.NaN, 0.5] },
  ]);
  const columns = decodePredictRequest('{"inputs": {"score": [[1], [2], [3]], "ids": [1]}}', both);
  expect(columns).toMatchObject({ signatureName: undefined, format: 'column' });
  expect(columns.inputs.map(({ shape }) => shape)).toEqual([[1], [3, 1]]);
});

test.each([
  ['', 'document is empty'],
  ['[1]', 'no JSON object'],
  ['{"instances": [1}', 'JSON Parse error'],
  ['{"signature_name": 5, "instances": [1]}', 'must be a string value'],
  ['{"instances": [1], "inputs": [1]}', 'only one of'],
  ['{}', "Missing 'inputs' or 'instances'"],
  ['{"instances": 1}', 'list/array'],
  ['{"instances": []}', 'No values'],
  ['{"instances": [[1,2],[3,4],[5,6,7]]}', 'Expecting shape'],
  ['{"instances": [[1,2],[3,[4]]]}', 'a list at level'],
  ['{"instances": [[1,[2]]]}', 'a list at level'],
  ['{"instances": [[[1],2]]}', 'a value at level'],
  ['{"instances": [[1,2],["a","b"]]}', 'not of expected type'],
  ['{"instances": [1.5]}', 'not of expected type'],
  ['{"instances": [3000000000]}', 'not of expected type'],
  ['{"instances": [{"b64": "AAAA"}]}', 'not of expected type'],
  ['{"instances": [{"x": 1}, 2]}', 'Expecting object'],
  ['{"instances": [1, {"x": 2}]}', 'got object'],
  ['{"instances": [{"y": 1}]}', 'Keys must be equal to: x'],
  ['{"inputs": {"__proto__": 1}}', 'Missing named input'],
  [`{"instances": ${'['.repeat(600)}${']'.repeat(600)}}`, 'nested'],
])('refuses %s', (text, message) => {
  const decode = () => decodePredictRequest(text, signature(port('x', 'int32')));
  expect(decode).toThrow(expect.objectContaining({ code: 'malformed-message', message: expect.stringContaining(message) }));
});

test('refuses base64 that is none, and a plain list for two inputs', () => {
  expect(() => decodePredictRequest('{"instances": [{"b64": "a-b_"}]}', signature(port('x', 'bytes')))).toThrow(/base64/);
  expect(() => decodePredictRequest('{"instances": [1]}', signature(port('x', 'int32'), port('y', 'int32')))).toThrow(/plain list/);
  expect(() => decodePredictRequest('{"inputs": [1]}', signature(port('x', 'int32'), port('y', 'int32')))).toThrow(/plain value/);
  expect(() => decodePredictRequest('{"instances": [9007199254740993]}', signature(port('x', 'int64')))).toThrow(/expected type/);
});

test('floats are printed as TensorFlow Serving prints them', () => {
  const print = (value: number) => printFloat(Math.fround(value), 'float32');
  expect([9000000, 999999, 0.5, 0.0003, 0.00003, 555557.5].map(print)).toEqual(['9e+06', '999999.0', '0.5', '0.0003', '3e-05', '555557.5']);
  expect([3, -Infinity, Infinity, Number.NaN, 0, -0, 0.1, 1e-45, 1e10].map(print)).toEqual([
    '3.0',
    '-Infinity',
    'Infinity',
    'NaN',
    '0.0',
    '-0.0',
    '0.1',
    '1.4013e-45',
    '1e+10',
  ]);
  // %.9g where six digits don't read back.
  expect([0.12345678, 16777217, 123456.78].map(print)).toEqual(['0.123456784', '16777216.0', '123456.781']);
  expect(printFloat(1 / 3, 'float64')).toBe('0.33333333333333331');
});

test('whatever is printed reads back bit for bit', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: false }), (value) => {
      const text = encodePredictResponse([floats('y', [1], value)], 'row');
      expect(plain(decodePredictResponse(text, [port('y', 'float32')])[0])).toEqual({ shape: [1], values: [value] });
      const request = encodePredictRequest([floats('x', [1, 1], value)]);
      expect(plain(decodePredictRequest(request, signature(port('x', 'float32'))).inputs[0])).toEqual({ shape: [1, 1], values: [value] });
    }),
  );
});

test('answers: the name is dropped where there is one output, bytes are base64 by their name', () => {
  const scores = floats('scores', [2, 2], 0.25, 0.75, Number.NaN, 1);
  const texts: WireTensor = { name: 'label', dtype: 'bytes', shape: [2], elements: [Buffer.from('a"b'), Buffer.from('c')] };
  expect(encodePredictResponse([scores], 'row')).toBe('{"predictions":[[0.25,0.75],[NaN,1.0]]}');
  expect(encodePredictResponse([scores], 'column')).toBe('{"outputs":[[0.25,0.75],[NaN,1.0]]}');
  expect(encodePredictResponse([scores, texts], 'row')).toBe(
    '{"predictions":[{"scores":[0.25,0.75],"label":"a\\"b"},{"scores":[NaN,1.0],"label":"c"}]}',
  );
  expect(encodePredictResponse([{ ...texts, name: 'label_bytes' }], 'row')).toBe('{"predictions":[{"b64":"YSJi"},{"b64":"Yw=="}]}');
  const ports = [port('label', 'bytes'), port('scores', 'float32')];
  for (const format of ['row', 'column'] as const) {
    const back = decodePredictResponse(encodePredictResponse([scores, texts], format), ports);
    expect(back.map(plain)).toEqual([
      { shape: [2], values: ['a"b', 'c'] },
      { shape: [2, 2], values: [0.25, 0.75, Number.NaN, 1] },
    ]);
  }
});

test('answers that are none are refused', () => {
  expect(() => encodePredictResponse([], 'row')).toThrow(/empty/);
  expect(() => encodePredictResponse([floats('a', [2], 1, 2), floats('b', [1], 1)], 'row')).toThrow(/inconsistent batch/);
  expect(() => encodePredictResponse([floats('a', [], 1)], 'row')).toThrow(/no shape/);
  expect(() => decodePredictResponse('{"predictions": []}', [port('y', 'float32')])).toThrow(/neither/);
  expect(() => decodePredictResponse('{"predictions": [{"a": 1}]}', [port('a', 'float32'), port('b', 'float32')])).toThrow(/no output b/);
});

test('metadata give the signature', () => {
  const text = JSON.stringify({
    model_spec: { name: 'm', signature_name: '', version: '1' },
    metadata: {
      signature_def: {
        signature_def: {
          __saved_model_init_op: { inputs: {}, outputs: {}, method_name: '' },
          serving_default: {
            inputs: {
              image: {
                dtype: 'DT_FLOAT',
                tensor_shape: {
                  dim: [
                    { size: '-1', name: '' },
                    { size: '4', name: '' },
                  ],
                  unknown_rank: false,
                },
                name: 'i:0',
              },
            },
            outputs: { scores: { dtype: 'DT_FLOAT', tensor_shape: { dim: [], unknown_rank: true }, name: 'PartitionedCall:0' } },
            method_name: 'tensorflow/serving/predict',
          },
        },
      },
    },
  });
  expect(decodeMetadata(text)).toEqual({
    inputs: [{ name: 'image', dtype: 'float32', shape: [-1, 4] }],
    outputs: [{ name: 'scores', dtype: 'float32', shape: null }],
  });
  expect(() => decodeMetadata(text, 'other')).toThrow(/no signature other; it has/);
});
