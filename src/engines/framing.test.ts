import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, FrameDecoder } from './framing.ts';

const header = (value: unknown) => {
  const text = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(text.byteLength);
  return Buffer.concat([prefix, text]);
};

test('frames come out as they went in, however the stream is cut', () => {
  const tensor = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }).chain((shape) => {
    const size = shape.reduce((product, length) => product * length, 4);
    return fc.uint8Array({ minLength: size, maxLength: size }).map((data) => ({ dtype: 'float32' as const, shape, data }));
  });
  fc.assert(
    fc.property(
      fc.array(fc.array(tensor, { maxLength: 3 }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (sent, cuts) => {
        const stream = Buffer.concat(sent.flatMap((tensors, id) => encodeFrame({ id }, tensors)));
        const decoder = new FrameDecoder();
        const received = [];
        for (let at = 0, turn = 0; at < stream.byteLength; turn++) {
          const length = cuts[turn % cuts.length] as number;
          received.push(...decoder.push(stream.subarray(at, at + length)));
          at += length;
        }
        expect(received.map(({ header: { id } }) => id)).toEqual(sent.map((_, id) => id));
        received.forEach(({ tensors }, index) => {
          expect(tensors.map(({ shape, data }) => ({ shape, bytes: [...data] }))).toEqual(
            sent[index]?.map(({ shape, data }) => ({ shape, bytes: [...data] })),
          );
        });
      },
    ),
  );
});

test('NaN and Infinity survive', () => {
  const scores = new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0]);
  const [frame] = new FrameDecoder().push(Buffer.concat(encodeFrame({}, [{ dtype: 'float32', shape: [4], data: new Uint8Array(scores.buffer) }])));
  expect(Buffer.from(frame?.tensors[0]?.data as Uint8Array)).toEqual(Buffer.from(scores.buffer));
});

test.each([
  ['a header longer than any header is', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['no JSON', header('{"tensors": [')],
  ['no list of tensors', header({ id: 1 })],
  ['an unknown dtype', header({ tensors: [{ name: '0', dtype: '__proto__', shape: [1] }] })],
  ['a negative size', header({ tensors: [{ name: '0', dtype: 'float32', shape: [-1] }] })],
  ['a tensor larger than memory', header({ tensors: [{ name: '0', dtype: 'float32', shape: [1e6, 1e6] }] })],
])('%s ends the connection', (_, bytes) => {
  expect(() => new FrameDecoder().push(bytes)).toThrow(expect.objectContaining({ code: 'worker-failed' }));
});
