import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dense, functional, input, layer, nested } from '../../src/compiler/keras/testing/model-file.ts';
import { type H5Content, ramp, writeH5 } from '../../src/formats/hdf5/testing/write-h5.ts';
import { expectRefusal, type Refusal } from '../support/expect-refusal.ts';
import { runCli } from '../support/run-cli.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { kerasFile, TINY_CONFIG, TINY_WEIGHTS } from '../support/tiny-model.ts';

const scratch = scratchFolder('keras-config');

async function refuse(content: H5Content, refusal: Refusal) {
  const folder = mkdtempSync(scratch.join('case-'));
  writeFileSync(join(folder, 'model.h5'), await writeH5(content));
  return expectRefusal(folder, ['convert', 'model.h5'], refusal);
}

/** `last` is what the model gives; the layers take `x`, four numbers, or one another. */
const withLayers = (...layers: object[]) => functional('m', [input('x', [null, 4]), ...layers], [['x', 0, 0]], [['last', 0, 0]]);
const MALFORMED = { code: 'malformed-config', names: ['model.h5'] } as const;

test.each<[string, unknown]>([
  ['no JSON', '{"class_name": "Functional", "config": '],
  ['an empty text', ''],
  ['Python instead of JSON', "{'class_name': 'Functional'}"],
  ['null', 'null'],
  ['a number', '3'],
  ['a text', '"model"'],
  ['a list', '[]'],
  ['an empty object', '{}'],
  ['no config', { class_name: 'Functional' }],
  ['a config that is a list', { class_name: 'Functional', config: [] }],
  ['layers that are an object', { class_name: 'Functional', config: { name: 'm', layers: {}, input_layers: [], output_layers: [] } }],
  ['layers that are numbers', { class_name: 'Functional', config: { name: 'm', layers: [1, 2], input_layers: [], output_layers: [] } }],
  ['no input', { class_name: 'Functional', config: { name: 'm', layers: [], input_layers: [], output_layers: [] } }],
  ['an output that is not there', functional('m', [input('x', [null, 4])], [['x', 0, 0]], [['gone', 0, 0]])],
  ['two layers of one name', withLayers(dense('last', 2, {}, [['x', 0, 0]]), dense('last', 2, {}, [['x', 0, 0]]))],
  ['a circle', withLayers(dense('a', 4, {}, [['last', 0, 0]]), dense('last', 4, {}, [['a', 0, 0]]))],
  ['a layer that feeds itself', withLayers(dense('last', 4, {}, [['last', 0, 0]]))],
  ['units below zero', withLayers(dense('last', -3, {}, [['x', 0, 0]]))],
  ['units that are a text', withLayers(layer('Dense', 'last', { units: '2; import os' }, [['x', 0, 0]]))],
  ['units beyond reason', withLayers(dense('last', 1e300, {}, [['x', 0, 0]]))],
  ['units that are NaN', JSON.stringify(withLayers(dense('last', 77, {}, [['x', 0, 0]]))).replace('77', 'NaN')],
  ['a kernel on too few axes', withLayers(layer('Conv2D', 'last', { filters: 2, kernel_size: [3, 3] }, [['x', 0, 0]]))],
])('%s', async (_, config) => {
  await refuse(kerasFile(config), MALFORMED);
});

test.each<[string, unknown, string]>([
  ['lists without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'malformed-config'],
  ['objects without end', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'malformed-config'],
  ['an option nested deep', withLayers(dense('last', 2, { activation: deep(120) }, [['x', 0, 0]])), 'limit-exceeded'],
  ['models inside models', modelsInModels(60), 'limit-exceeded'],
  ['calls that double twenty times', doublingCalls(20), 'limit-exceeded'],
  [
    'a name of ten thousand letters',
    withLayers(dense('last', 2, {}, [['x', 0, 0]]), dense('n'.repeat(10_000), 2, {}, [['x', 0, 0]])),
    'limit-exceeded',
  ],
])('%s', async (_, config, code) => {
  await refuse(kerasFile(config), { code: code as 'limit-exceeded', names: ['model.h5'] });
});

test('a call of a layer that was never called so often', async () => {
  const twice = withLayers(dense('a', 4, {}, [['x', 0, 0]]), dense('last', 2, {}, [['a', 7, 0]]), dense('b', 4, {}, [['a', 0, 0]]));
  await refuse(kerasFile(twice), { ...MALFORMED, names: ['model.h5', 'layer a', '7'] });
  const tensor = withLayers(dense('a', 4, {}, [['x', 0, 0]]), dense('last', 2, {}, [['a', 0, 3]]));
  await refuse(kerasFile(tensor), { ...MALFORMED, names: ['model.h5', 'last'] });
});

test('a subclass keeps its graph to itself', async () => {
  const error = await refuse(kerasFile({ class_name: 'Moderator', config: { name: 'm' } }), {
    code: 'unsupported',
    names: ['model.h5', 'Moderator'],
  });
  expect(error.remedy).toContain('functional');
});

test('code in an initializer is neither read nor written', async () => {
  const config = JSON.stringify(TINY_CONFIG).replace(
    '"units":3',
    '"units":3,"kernel_initializer":{"class_name":"__lambda__","config":{"code":"4wEA"}}',
  );
  const folder = mkdtempSync(scratch.join('case-'));
  writeFileSync(join(folder, 'model.h5'), await writeH5(kerasFile(config)));
  expect((await runCli(['convert', 'model.h5'], { cwd: folder })).exitCode).toBe(0);
  for (const file of readdirSync(join(folder, 'model'))) expect(readFileSync(join(folder, 'model', file)).includes('4wEA')).toBe(false);
});

test('all unsupported layers are listed at once, with what to do', async () => {
  const layers = [
    layer('Acme>Attention', 'attention', {}, [['x', 0, 0]]),
    layer('LSTM', 'memory', { units: 4 }, [['attention', 0, 0]]),
    layer('KerasLayer', 'hub', { handle: 'https://example.com/model.tar.gz', trainable: false }, [['memory', 0, 0]]),
    layer('TFSMLayer', 'saved', { filepath: '/etc/passwd', call_endpoint: 'serve' }, [['hub', 0, 0]]),
    layer('StringLookup', 'words', { vocabulary: '/etc/passwd' }, [['saved', 0, 0]]),
    dense('last', 2, { activation: 'wobble' }, [['words', 0, 0]]),
  ];
  const error = await refuse(kerasFile(withLayers(...layers)), { code: 'unsupported', names: ['model.h5'] });
  expect(error.details.map((line) => line.split(':')[0])).toEqual([
    'attention (Acme>Attention)',
    'memory (LSTM)',
    'hub (KerasLayer)',
    'saved (TFSMLayer)',
    'words (StringLookup)',
    'last (Dense)',
  ]);
});

test('paths and addresses in a config are never opened', async () => {
  const folder = mkdtempSync(scratch.join('case-'));
  const canary = join(folder, 'canary.txt');
  const layers = [
    layer('TFSMLayer', 'saved', { filepath: canary }, [['x', 0, 0]]),
    layer('StringLookup', 'words', { vocabulary: canary }, [['saved', 0, 0]]),
    layer('KerasLayer', 'last', { handle: `file://${canary}` }, [['words', 0, 0]]),
  ];
  writeFileSync(join(folder, 'model.h5'), await writeH5(kerasFile(withLayers(...layers))));
  // A pipe nobody writes to: whoever opens it waits for ever.
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [canary]);
  await expectRefusal(folder, ['convert', 'model.h5'], { code: 'unsupported', names: ['saved', 'words', 'last'] });
  const { exitCode } = await runCli(['inspect', 'model.h5'], { cwd: folder });
  expect(exitCode).toBe(0);
});

const LAMBDA = { function: ['4wEAAAAAAAAA\n', null, null], function_type: 'lambda' };

test.each<[string, unknown, readonly string[]]>([
  ['a Lambda', withLayers(layer('Lambda', 'last', LAMBDA, [['x', 0, 0]])), ['last (Lambda)']],
  [
    'a Lambda inside a model, beside an unknown class: the Lambda decides',
    withLayers(
      layer('Acme>Attention', 'attention', {}, [['x', 0, 0]]),
      nested(functional('base', [input('i', [null, 4]), layer('Lambda', 'code', LAMBDA, [['i', 0, 0]])], [['i', 0, 0]], [['code', 0, 0]]), 'last', [
        ['attention', 0, 0],
      ]),
    ),
    ['last/code (Lambda)', 'attention (Acme>Attention)'],
  ],
  [
    'a Lambda inside a wrapper',
    withLayers(layer('TimeDistributed', 'last', { layer: { class_name: 'Lambda', config: LAMBDA } }, [['x', 0, 0]])),
    ['last'],
  ],
  [
    'a function saved as code',
    withLayers(dense('last', 2, { activation: { class_name: '__lambda__', config: { code: '4wEA' } } }, [['x', 0, 0]])),
    ['last'],
  ],
])('%s', async (_, config, layers) => {
  const error = await refuse(kerasFile(config), { code: 'unsafe-lambda', names: ['model.h5', ...layers] });
  expect(error.details).toHaveLength(layers.length);
  expect(error.remedy).toMatch(/Replace .* by/);
});

test('inspect tells all of it and ends with 0', async () => {
  const folder = mkdtempSync(scratch.join('case-'));
  const layers = [layer('Acme>Attention', 'attention', {}, [['x', 0, 0]]), layer('Lambda', 'last', LAMBDA, [['attention', 0, 0]])];
  writeFileSync(join(folder, 'model.h5'), await writeH5(kerasFile(withLayers(...layers))));
  const { exitCode, stdout, stderr } = await runCli(['inspect', 'model.h5', '--json'], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    unsupported: [expect.stringContaining('attention (Acme>Attention)')],
    unsafe: [expect.stringContaining('last (Lambda)')],
  });
});

test('keys of an object’s prototype are keys like others', async () => {
  const config = JSON.stringify(TINY_CONFIG).replace('"units":3', '"units":3,"__proto__":{"units":9},"constructor":{"prototype":{}}');
  const folder = mkdtempSync(scratch.join('case-'));
  writeFileSync(join(folder, 'model.h5'), await writeH5(kerasFile(config)));
  expect((await runCli(['convert', 'model.h5'], { cwd: folder })).exitCode).toBe(0);
  const named = JSON.stringify(TINY_CONFIG).replaceAll('"hidden"', '"__proto__"');
  const weights = Object.fromEntries(Object.entries(TINY_WEIGHTS).map(([name, group]) => [name === 'hidden' ? 'toString' : name, group]));
  await refuse(kerasFile(named, { ...weights, constructor: { k: ramp(2) } }), { code: 'malformed-weights', names: ['model.h5'] });
});

function deep(depth: number): unknown {
  let value: unknown = 'relu';
  for (let level = 0; level < depth; level++) value = { class_name: 'Activation', config: { activation: value } };
  return value;
}

function modelsInModels(depth: number): unknown {
  let model = functional('m0', [input('i', [null, 4]), dense('d', 4, {}, [['i', 0, 0]])], [['i', 0, 0]], [['d', 0, 0]]);
  for (let level = 1; level < depth; level++) {
    model = functional(`m${level}`, [input('i', [null, 4]), nested(model, 'n', [['i', 0, 0]])], [['i', 0, 0]], [['n', 1, 0]]);
  }
  return model;
}

function doublingCalls(levels: number): unknown {
  let model = functional('m0', [input('i', [null, 4]), dense('d', 4, {}, [['i', 0, 0]])], [['i', 0, 0]], [['d', 0, 0]]);
  for (let level = 1; level <= levels; level++) {
    model = functional(`m${level}`, [input('i', [null, 4]), nested(model, 'n', [['i', 0, 0]], [['n', 1, 0]])], [['i', 0, 0]], [['n', 2, 0]]);
  }
  return model;
}
