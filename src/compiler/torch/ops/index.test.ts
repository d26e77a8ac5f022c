import { expect, test } from 'vitest';
import { listOperators } from '../../graph/operators/index.ts';
import { findLowering, LOWERINGS } from './index.ts';

/** Sizes that only the data decides have no torch form in a straight-line program; a shared Dropout's shape is recognised as a whole. */
const WITHOUT_LOWERING = ['Shape', 'Size'];

test('every operator of the graph has a lowering at its exact version', () => {
  const missing = listOperators().filter((spec) => findLowering(spec) === undefined);
  expect(missing.map(({ op }) => op)).toEqual(WITHOUT_LOWERING);
});

test('a version that the table lacks has none', () => {
  expect(findLowering({ op: 'Conv', domain: '', since: 1 })).toBeUndefined();
  expect(findLowering({ op: 'Conv', domain: 'com.example', since: 11 })).toBeUndefined();
});

test('no lowering is for an operator that the graph cannot hold', () => {
  const known = new Set(listOperators().map(({ op, since }) => `${op} ${since}`));
  expect(LOWERINGS.filter(({ op, since }) => !known.has(`${op} ${since}`)).map(({ op }) => op)).toEqual([]);
});
