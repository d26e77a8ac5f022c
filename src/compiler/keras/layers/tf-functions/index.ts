import { invariant } from '../../../../core/errors.ts';
import { activationFunctions } from './activations.ts';
import { arithmeticFunctions } from './arithmetic.ts';
import type { TfFunction } from './function-call.ts';
import { getItem } from './get-item.ts';
import { imageFunctions } from './image.ts';
import { reductionFunctions } from './reductions.ts';
import { shapeFunctions } from './shapes.ts';

const FUNCTIONS: readonly TfFunction[] = [
  ...activationFunctions,
  ...arithmeticFunctions,
  ...imageFunctions,
  ...reductionFunctions,
  ...shapeFunctions,
  getItem,
];

const BY_NAME = new Map(FUNCTIONS.flatMap((definition) => definition.names.map((name) => [name, definition] as const)));
invariant(BY_NAME.size === FUNCTIONS.reduce((count, { names }) => count + names.length, 0), 'a TensorFlow function stands twice in the table');

/** A function by the name TensorFlow exports it under (`math.multiply`, `__operators__.getitem`); undefined where it isn't supported. */
export function findTfFunction(name: string): TfFunction | undefined {
  return BY_NAME.get(name);
}

/** All their names, sorted: for the support table. */
export function listTfFunctions(): readonly string[] {
  return [...BY_NAME.keys()].sort();
}
