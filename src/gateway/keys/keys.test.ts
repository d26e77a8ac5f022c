import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Scope } from '../http/route.ts';
import { makeKey, recordOf } from './api-key.ts';
import { authorize } from './authorize.ts';
import { readKeys, writeKeys } from './key-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'torchlift-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'keys.json');

const infer = makeKey({ name: 'uploader', scopes: ['infer'], expires: null });
const admin = makeKey({ name: 'operator', scopes: ['admin', 'metrics'], expires: null });
const expired = makeKey({ name: 'old', scopes: ['infer'], expires: new Date(Date.now() - 1) });
const keys = [infer, admin, expired].map(({ record }) => record);

test('what is kept of a key is not the key', () => {
  writeKeys(path, keys);
  const text = readFileSync(path, 'utf8');
  for (const { token } of [infer, admin]) expect(text).not.toContain(token.split('_')[2]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readKeys(path)).toEqual(keys);
  expect(readKeys(join(folder, 'none.json'))).toEqual([]);
});

test.each(['{', '{}', '{"schema":1,"keys":[{"id":"x"}]}'])('a file that is none is refused, never taken for no keys: %s', (text) => {
  writeFileSync(join(folder, 'bad.json'), text);
  expect(() => readKeys(join(folder, 'bad.json'))).toThrow(expect.objectContaining({ code: 'malformed-file' }));
});

test('a key is known by all of it', () => {
  expect(recordOf(infer.token, keys)?.name).toBe('uploader');
  expect(recordOf(`${infer.token.slice(0, -1)}${infer.token.endsWith('A') ? 'B' : 'A'}`, keys)).toBeUndefined();
  expect(recordOf(infer.token.replace(infer.record.id, admin.record.id), keys)).toBeUndefined();
  expect(recordOf(expired.token, keys)).toBeUndefined();
  expect(recordOf('', keys)).toBeUndefined();
});

describe.each<[string, string | undefined]>([
  ['nobody', undefined],
  ['somebody with a made-up key', `tl_${'0'.repeat(12)}_${'A'.repeat(43)}`],
  ['the owner of an expired key', expired.token],
  ['a client', infer.token],
  ['an operator', admin.token],
])('%s', (who, token) => {
  test.each<Scope>(['open', 'infer', 'metrics', 'admin'])('and a route of scope %s', (scope) => {
    const ask = (authorization: string | undefined, apiKey: string | undefined) => {
      try {
        return authorize({ authorization, apiKey, address: '10.0.0.1' }, scope, keys, false);
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const known = { 'a client': infer, 'an operator': admin }[who];
    const expected =
      scope === 'open'
        ? '10.0.0.1'
        : known === undefined
          ? 'unauthenticated'
          : (known.record.scopes as readonly string[]).includes(scope)
            ? `key ${known.record.id}`
            : 'forbidden';
    expect(ask(token && `Bearer ${token}`, undefined)).toBe(expected);
    expect(ask(undefined, token)).toBe(expected);
  });
});

test('with no key made, or where nobody is to be asked, everyone is taken by address', () => {
  const caller = { authorization: undefined, apiKey: undefined, address: '10.0.0.1' };
  expect(authorize(caller, 'admin', [], false)).toBe('10.0.0.1');
  expect(authorize(caller, 'admin', keys, true)).toBe('10.0.0.1');
});
