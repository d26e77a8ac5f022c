import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '../core/package-root.ts';
import { loadPolicy } from './load-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'torchlift-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (text: string, classes?: readonly string[]) => {
  const path = join(folder, 'policy.json');
  writeFileSync(path, text);
  return loadPolicy(path, classes);
};

test("the example's policy fits its classes", () => {
  const policy = loadPolicy(join(packageRoot(), 'examples', 'nsfwjs', 'policy.json'), ['drawing', 'hentai', 'neutral', 'porn', 'sexy']);
  expect(policy.rules).toMatchObject({ porn: 'block', hentai: 'block', sexy: 'review' });
});

test('thresholds and decisions are rules', () => {
  expect(load('{"rules": {"a": "allow", "b": {"review": 0.5, "block": 0.9}}}').rules.b).toEqual({ review: 0.5, block: 0.9 });
});

test('gates for validate', () => {
  const gates = { minAgreement: { a: 0.98 }, maxShare: { 'block->allow': 0.001 } };
  expect(load(JSON.stringify({ rules: { a: 'block' }, gates }), ['a']).gates).toEqual(gates);
});

test.each([
  ['no JSON', '{', "isn't JSON"],
  ['no rules', '{"porn": "block"}', 'no "rules"'],
  ['an unknown decision', '{"rules": {"a": "ban"}}', 'the rule "ban" for "a"'],
  ['a threshold above 1', '{"rules": {"a": {"block": 1.5}}}', 'for "a"'],
  ['a review above the block', '{"rules": {"a": {"review": 0.9, "block": 0.5}}}', 'for "a"'],
  ['a rule without thresholds', '{"rules": {"a": {}}}', 'for "a"'],
  ['a failure that nobody knows', '{"rules": {}, "on_failure": {"bad luck": "block"}}', 'none of unsupported-image'],
  ['a failure that comes to nothing', '{"rules": {}, "on_failure": {"overloaded": "ignore"}}', '"ignore" on overloaded'],
  ['gates that are none', '{"rules": {}, "gates": []}', 'no object'],
  ['an unknown gate', '{"rules": {}, "gates": {"agreement": 0.99}}', 'the gate "agreement"'],
  ['a gate that nothing can certify', '{"rules": {}, "gates": {"minAgreement": {"a": 1}}}', 'the gate 1 for "a"'],
  ['a gate for a misspelt class', '{"rules": {}, "gates": {"minAgreement": {"c": 0.9}}}', 'gate for "c", which is none of the classes'],
  ['a gate for no direction', '{"rules": {}, "gates": {"maxShare": {"block->block": 0.1}}}', 'expected a direction'],
  ['a misspelt class', '{"rules": {"prn": "block"}}', 'none of the classes'],
])('%s is refused', (_, text, message) => {
  expect(() => load(text, ['a', 'b'])).toThrow(message);
  expect(() => load(text, ['a', 'b'])).toThrow(expect.objectContaining({ code: 'malformed-file' }));
});

test('a missing file is named', () => {
  expect(() => loadPolicy(join(folder, 'none.json'), undefined)).toThrow(expect.objectContaining({ code: 'file-not-found' }));
});
