import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MigrationRecord } from './migration-record.ts';
import { runSteps, type Step } from './run-steps.ts';

let folder: string;
let ran: string[];
let results: Set<string>;
let inputs: Record<string, unknown>;
let fails: string | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'torchlift-steps-'));
  [ran, results, fails] = [[], new Set(), null];
  inputs = { convert: { model: 'a' }, validate: { images: ['1.png', 10, 5] }, report: {} };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const step = (name: string): Step => ({
  name,
  inputs: () => inputs[name],
  isThere: () => results.has(name),
  run: async () => {
    ran.push(name);
    if (fails === name) throw new Error('killed');
    results.add(name);
  },
});

/** As a new process would: the record is read again. Gives what ran. */
async function migrate(force = false): Promise<readonly string[]> {
  ran = [];
  const outcomes = await runSteps(['convert', 'validate', 'report'].map(step), MigrationRecord.open(folder), { force, onStep: () => {} });
  expect(outcomes.flatMap(({ step: name, seconds }) => (seconds === null ? [] : [name]))).toEqual(ran);
  return ran;
}

test('a second run does nothing, one with --force everything', async () => {
  expect(await migrate()).toEqual(['convert', 'validate', 'report']);
  expect(await migrate()).toEqual([]);
  expect(await migrate(true)).toEqual(['convert', 'validate', 'report']);
  expect(await migrate()).toEqual([]);
});

test('after an end in the middle it goes on with the step that was not finished', async () => {
  fails = 'validate';
  await expect(migrate()).rejects.toThrow('killed');
  expect(MigrationRecord.open(folder).wasBegun('validate')).toBe(true);
  // What was there of an unfinished step doesn't count as its result.
  results.add('validate');
  fails = null;
  expect(await migrate()).toEqual(['validate', 'report']);
});

test('a step is repeated where its inputs changed, and where its result is gone', async () => {
  await migrate();
  inputs.validate = { images: ['1.png', 10, 6] };
  expect(await migrate()).toEqual(['validate']);
  results.delete('report');
  expect(await migrate()).toEqual(['report']);
});

test('a forced run that ends in the middle leaves no step finished that it began', async () => {
  await migrate();
  fails = 'validate';
  await expect(migrate(true)).rejects.toThrow('killed');
  fails = null;
  expect(await migrate()).toEqual(['validate']);
});

test.each(['', '{"schema":1,"steps":{"conv', 'null', '{"schema":99,"steps":{}}', '{"schema":1,"steps":{"convert":null}}'])(
  'a record that holds %j counts for nothing',
  async (text) => {
    await migrate();
    writeFileSync(join(folder, 'migration.json'), text);
    expect(await migrate()).toEqual(['convert', 'validate', 'report']);
    expect(JSON.parse(readFileSync(join(folder, 'migration.json'), 'utf8')).schema).toBe(1);
  },
);
