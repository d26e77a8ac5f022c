import { describe, expect, test } from 'vitest';
import { imagesOf } from './moderate-body.ts';

const PHOTO = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x0d, 0x0a, 0x2d, 0x2d]);
const json = (value: unknown) =>
  imagesOf({ body: Buffer.from(JSON.stringify(value)), headers: { 'content-type': 'application/json; charset=utf-8' } });
const form = (body: Buffer | string, boundary = 'b') =>
  imagesOf({ body: Buffer.from(body), headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } });
const part = (head: string, content: Buffer | string) =>
  Buffer.concat([Buffer.from(`--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
const END = Buffer.from('--b--\r\n');

describe('an image', () => {
  test.each([undefined, 'image/jpeg', 'text/plain', 'application/x-www-form-urlencoded'])('as the body, called %s', async (type) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    expect(await imagesOf({ body: PHOTO, headers })).toEqual({ images: [PHOTO], several: false });
  });

  test.each(['', 'data:image/jpeg;base64,', 'data:;base64,'])('as JSON, %j before its base64', async (before) => {
    expect(await json({ image: before + PHOTO.toString('base64') })).toEqual({ images: [PHOTO], several: false });
    expect(await json({ image: before + PHOTO.toString('base64url') })).toEqual({ images: [PHOTO], several: false });
  });

  test('as a form: fields and names are nobody’s business, the order is kept', async () => {
    const other = Buffer.from('second');
    const first = part('name="x"; filename="a.exe"', PHOTO);
    const one = Buffer.concat([part('name="note"', 'hello'), first, END]);
    expect(await form(one)).toEqual({ images: [PHOTO], several: false });
    const two = Buffer.concat([first, part('name="note"', 'hello'), part('name="x"; filename="ä ö"', other), END]);
    expect(await form(two)).toEqual({ images: [PHOTO, other], several: true });
  });
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  ['nothing', () => imagesOf({ body: Buffer.alloc(0), headers: {} }), /no body/],
  ['JSON without an image', () => json({ picture: '' }), /no "image"/],
  ['an image that is a number', () => json({ image: 7 }), /no "image"/],
  ['null', () => json(null), /no "image"/],
  ['what is no base64', () => json({ image: 'caf\u00e9' }), /neither base64/],
  ['an address', () => json({ image: 'https://example.org/a.jpg' }), /URL are switched off/],
  ['half of a JSON', () => imagesOf({ body: Buffer.from('{"image"'), headers: { 'content-type': 'application/json' } }), /isn't JSON/],
  ['500,000 brackets', () => imagesOf({ body: Buffer.alloc(500_000, '['), headers: { 'content-type': 'application/json' } }), /isn't JSON/],
  ['a form without a boundary', () => imagesOf({ body: PHOTO, headers: { 'content-type': 'multipart/form-data' } }), /can't be read/],
  ['a form that breaks off', () => form(part('name="x"; filename="a"', PHOTO).subarray(0, 30)), /can't be read/],
  ['a form without a file', () => form(Buffer.concat([part('name="note"', 'hello'), END])), /no file/],
  [
    'a form of a thousand files',
    () => form(Buffer.concat([...Array.from({ length: 1000 }, () => part('name="x"; filename="a"', 'y')), END])),
    /more than 64/,
  ],
])('%s is refused', async (_, ask, told) => {
  await expect(ask()).rejects.toMatchObject({ code: 'malformed-message', what: expect.stringMatching(told) });
});
