import { expect, test } from 'vitest';
import { decodeErrorMessage, encodeErrorMessage } from './error-message.ts';
import { parseModelUrl } from './model-url.ts';

test.each([
  ['http://h:8501/v1/models/m', 'tf-serving', 'http://h:8501/v1/models/m/metadata', 'http://h:8501/v1/models/m:predict'],
  ['http://h:8501/v1/models/m:predict', 'tf-serving', 'http://h:8501/v1/models/m/metadata', 'http://h:8501/v1/models/m:predict'],
  [
    'https://h/a/v1/models/m/versions/3/?k=1',
    'tf-serving',
    'https://h/a/v1/models/m/versions/3/metadata?k=1',
    'https://h/a/v1/models/m/versions/3:predict?k=1',
  ],
  [
    'http://h/v1/models/m/labels/stable:predict',
    'tf-serving',
    'http://h/v1/models/m/labels/stable/metadata',
    'http://h/v1/models/m/labels/stable:predict',
  ],
  ['http://h:8000/v2/models/m', 'open-inference', 'http://h:8000/v2/models/m', 'http://h:8000/v2/models/m/infer'],
  ['http://h/v2/models/m/versions/1/infer', 'open-inference', 'http://h/v2/models/m/versions/1', 'http://h/v2/models/m/versions/1/infer'],
])('%s', (address, dialect, metadata, predict) => {
  expect(parseModelUrl(address)).toMatchObject({ dialect, metadata, predict });
});

test.each([
  ['moderation', 'no URL'],
  ['ftp://h/v1/models/m', 'scheme'],
  ['http://h/models/m', 'no served model'],
  ['http://user:secret@h/v1/models/m', 'credentials'],
])('%s is refused', (address, what) => {
  let message = '';
  try {
    parseModelUrl(address);
  } catch (error) {
    message = String(error);
    expect(error).toMatchObject({ code: 'usage' });
  }
  expect(message).toContain(what);
  expect(message).not.toContain('secret');
});

test('errors of both dialects, and a proxy’s page', () => {
  expect(decodeErrorMessage(encodeErrorMessage('no "x"'))).toBe('no "x"');
  expect(decodeErrorMessage(' <html>502 ')).toBe('<html>502');
});
