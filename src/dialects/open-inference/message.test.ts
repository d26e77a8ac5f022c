import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../core/package-root.ts';
import type { WireTensor } from '../wire-tensor.ts';
import { decodeInferRequest, encodeInferRequest } from './infer-request.ts';
import { decodeInferResponse, encodeInferResponse } from './infer-response.ts';
import { decodeMetadata } from './metadata.ts';

interface Recorded {
  readonly title: string;
  readonly body: string;
  readonly jsonBytes: number | null;
  readonly id: string | null;
  readonly binaryOutput: boolean;
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: never;
    readonly shape: number[];
    readonly data?: string;
    readonly elements?: string[];
  }[];
}

/** Written by tritonclient: test/record/oip_messages.py. */
const { requests } = JSON.parse(readFileSync(join(packageRoot(), 'src/dialects/testing/open-inference.json'), 'utf8')) as { requests: Recorded[] };

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
const plain = (tensor: WireTensor) =>
  tensor.dtype === 'bytes'
    ? { ...tensor, elements: tensor.elements.map((each) => Buffer.from(each).toString('base64')) }
    : { ...tensor, data: Buffer.from(tensor.data).toString('base64') };

test.each(requests)('reads what tritonclient writes: $title', ({ body, jsonBytes, id, inputs, binaryOutput }) => {
  const request = decodeInferRequest({ body: bytes(body), jsonBytes: jsonBytes ?? undefined });
  expect(request.id ?? null).toBe(id);
  expect(request.inputs.map(plain)).toEqual(inputs);
  expect(request.isBinary('y')).toBe(binaryOutput);
});

test.each(['binary', 'JSON'])('a request and its answer, in %s', (form) => {
  const binary = form === 'binary';
  const x: WireTensor = {
    name: 'x',
    dtype: 'float32',
    shape: [2, 2],
    data: new Uint8Array(Float32Array.of(0.1, Number.NaN, -Infinity, 3e-9).buffer),
  };
  const image: WireTensor = { name: 'image', dtype: 'bytes', shape: [2], elements: [Buffer.from('one'), Buffer.from('')] };
  const request = decodeInferRequest(encodeInferRequest([x, image], binary));
  expect(request.inputs.map(plain)).toEqual([x, image].map(plain));
  expect([request.outputs, request.isBinary('any')]).toEqual([undefined, binary]);
  const answer = encodeInferResponse({ modelName: 'm', id: '3', outputs: [x, image] }, (name) => binary && name === 'x');
  expect(answer.jsonBytes === undefined).toBe(!binary);
  const ports = [image, x].map(({ name, dtype }) => ({ name, dtype, shape: null }));
  expect(decodeInferResponse(answer, ports).map(plain)).toEqual([image, x].map(plain));
  expect(() => decodeInferResponse(answer, [{ name: 'z', dtype: 'float32', shape: null }])).toThrow(/no output z/);
});

test('bytes that are no text cross as base64 where there is no binary extension, texts as they are', () => {
  const bytes = (...elements: Buffer[]): WireTensor => ({ name: 'x', dtype: 'bytes', shape: [elements.length], elements });
  const photo = bytes(Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('text'));
  const message = encodeInferRequest([photo], false);
  expect(JSON.parse(Buffer.from(message.body).toString())).toMatchObject({
    inputs: [{ datatype: 'BYTES', parameters: { content_type: 'base64' }, data: ['/9j/4A==', 'dGV4dA=='] }],
  });
  expect(decodeInferRequest(message).inputs).toEqual([photo]);
  expect(JSON.parse(Buffer.from(encodeInferRequest([bytes(Buffer.from('ä'))], false).body).toString())).toMatchObject({ inputs: [{ data: ['ä'] }] });
  const wrong = '{"inputs":[{"name":"x","datatype":"BYTES","shape":[1],"data":["?"],"parameters":{"content_type":"base64"}}]}';
  expect(() => decodeInferRequest({ body: Buffer.from(wrong), jsonBytes: undefined })).toThrow(/base64/);
});

test('data may be nested as the shape is', () => {
  const body = Buffer.from('{"inputs": [{"name": "x", "shape": [2, 2], "datatype": "INT32", "data": [[1, 2], [3, 4]]}]}');
  expect(decodeInferRequest({ body, jsonBytes: undefined }).inputs.map(plain)).toEqual([
    { name: 'x', dtype: 'int32', shape: [2, 2], data: Buffer.from(Int32Array.of(1, 2, 3, 4).buffer).toString('base64') },
  ]);
});

const one = (entry: object) => JSON.stringify({ inputs: [{ name: 'x', shape: [2], datatype: 'FP32', ...entry }] });
test.each([
  ['no list', '{}', '', /no list of inputs/],
  ['no name', one({ name: 1 }), '', /no name/],
  ['a negative size', one({ shape: [-1] }), '', /shape/],
  ['an unknown datatype', one({ datatype: 'FP8' }), '', /datatype/],
  ['no data', one({}), '', /no data/],
  ['too few elements', one({ data: [1] }), '', /1 elements/],
  ['too few bytes', one({ parameters: { binary_data_size: 4 } }), '1234', /4 bytes, expected 8/],
  ['a tensor beyond the body', one({ parameters: { binary_data_size: 8 } }), '1234', /4 bytes are left/],
  ['bytes nobody claims', one({ data: [1, 2] }), '1234', /behind the last tensor/],
  ['float16 in JSON', one({ datatype: 'FP16', data: [1, 2] }), '', /no form in JSON/],
  ['a byte string beyond its tensor', one({ shape: [1], datatype: 'BYTES', parameters: { binary_data_size: 5 } }), '\u0009\0\0\0a', /ends beyond/],
  ['too many byte strings', one({ shape: [0], datatype: 'BYTES', parameters: { binary_data_size: 4 } }), '\0\0\0\0', /1 elements/],
])('refuses %s', (_, json, binary, message) => {
  const body = Buffer.from(json + binary);
  const decode = () => decodeInferRequest({ body, jsonBytes: Buffer.byteLength(json) });
  expect(decode).toThrow(expect.objectContaining({ code: 'malformed-message', message: expect.stringMatching(message) }));
});

test('a JSON length beyond the body is refused', () => {
  expect(() => decodeInferRequest({ body: Buffer.from('{}'), jsonBytes: 3 })).toThrow(/has 2 bytes/);
});

test('metadata give the signature', () => {
  const text =
    '{"name":"m","versions":["1"],"platform":"p","inputs":[{"name":"x","datatype":"FP32","shape":[-1,4]}],"outputs":[{"name":"y","datatype":"BYTES","shape":[1]}]}';
  expect(decodeMetadata(text)).toEqual({
    inputs: [{ name: 'x', dtype: 'float32', shape: [-1, 4] }],
    outputs: [{ name: 'y', dtype: 'bytes', shape: [1] }],
  });
  expect(() => decodeMetadata('{"name":"m"}')).toThrow(/no inputs/);
});
