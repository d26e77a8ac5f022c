import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import { verifyGraph } from '../graph/verify.ts';
import { describeKeras } from './describe-keras.ts';
import { importKeras } from './import-keras.ts';
import { dense, functional, input, layer, modelFile, nested } from './testing/model-file.ts';

const inner = functional(
  'base',
  [
    input('i', [null, 8, 8, 3]),
    layer('Conv2D', 'c', { filters: 2, kernel_size: [3, 3], strides: [1, 1], padding: 'same', use_bias: true, activation: 'relu' }, [
      ['i', 0, 0, {}],
    ]),
    layer('BatchNormalization', 'b', { axis: [3], momentum: 0.9, epsilon: 0.001, center: true, scale: true }, [['c', 0, 0, {}]]),
  ],
  [['i', 0, 0]],
  [['b', 0, 0]],
);
const config = functional(
  'm',
  [
    input('x', [null, 8, 8, 3]),
    nested(inner, 'base', [['x', 0, 0, {}]], [['x', 0, 0, { training: false }]]),
    layer('Add', 'sum', {}, [
      ['base', 1, 0, {}],
      ['base', 2, 0, {}],
    ]),
    layer('Flatten', 'f', {}, [['sum', 0, 0, {}]]),
    dense('d', 2, { activation: 'softmax' }, [['f', 0, 0, {}]]),
  ],
  [['x', 0, 0]],
  [['d', 0, 0]],
);
const weights = { base: { k: [3, 3, 3, 2], b: [2], g: [2], be: [2], m: [2], v: [2] }, d: { k: [128, 2], b: [2] } };

/** Every place of a JSON value. */
function places(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))];
}

function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? replaced(item, rest, by) : item));
  return Object.fromEntries(Object.entries(value as object).map(([name, item]) => [name, name === key ? replaced(item, rest, by) : item]));
}

/** Imported and legal, or refused with an error that is the user's to mend: never a crash, never one of ours. */
function check(candidate: unknown): void {
  const file = modelFile(candidate, weights);
  for (const action of [() => verifyGraph(importKeras(file).graph, 'import'), () => describeKeras(file)]) {
    try {
      action();
    } catch (error) {
      expect(error).toBeInstanceOf(TorchliftError);
      expect((error as TorchliftError).code, (error as TorchliftError).message).not.toBe('internal');
    }
  }
}

test('any one place of a config replaced by anything', () => {
  const everywhere = places(config);
  const values = fc.oneof(
    fc.constantFrom(
      null,
      true,
      -1,
      0,
      1,
      2,
      0.5,
      1e9,
      2 ** 53,
      '',
      'x',
      'base',
      'sum',
      'Lambda',
      'InputLayer',
      'Sequential',
      'same',
      [],
      {},
      [['x', 0, 0]],
      ['x', 0, 0],
    ),
    fc.jsonValue(),
    fc.constantFrom(...everywhere).map((path) => path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], config)),
  );
  fc.assert(
    fc.property(fc.constantFrom(...everywhere), values, (path, value) => check(replaced(config, path, value))),
    { numRuns: 300 },
  );
});
