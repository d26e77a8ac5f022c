import type { Attributes, Dim, Shape, Value } from '../graph.ts';
import { legal } from '../legal.ts';
import type { InferContext } from '../operator.ts';

/** Reads of a node's inputs and attributes that inference shares; a miss is an importer's or a pass's bug. */
export function inputValue(context: InferContext, index: number): Value {
  const value = context.inputs[index];
  legal(value, () => `${context.node}: input ${index} is missing`);
  return value;
}

export function inputShape(context: InferContext, index: number): Shape {
  return inputValue(context, index).shape;
}

/** [N, C, H, W]. */
export function imageShape(shape: Shape, place: string): readonly [Dim, Dim, Dim, Dim] {
  legal(shape.length === 4, () => `${place}: rank ${shape.length}`);
  return shape as readonly Dim[] as readonly [Dim, Dim, Dim, Dim];
}

export function intAttribute(attributes: Attributes, key: string, place = 'attribute'): number {
  const value = attributes[key];
  legal(typeof value === 'number', () => `${place}: ${key} is ${JSON.stringify(value)}, expected a number`);
  return value;
}

export function intsAttribute(attributes: Attributes, key: string): readonly number[] | undefined {
  const value = attributes[key];
  if (value === undefined) return undefined;
  legal(Array.isArray(value), () => `attribute ${key} is ${JSON.stringify(value)}, expected integers`);
  return value as readonly number[];
}

export function stringAttribute(attributes: Attributes, key: string, place = 'attribute'): string {
  const value = attributes[key];
  legal(typeof value === 'string', () => `${place}: ${key} is ${JSON.stringify(value)}, expected a string`);
  return value;
}

/** Same dtype on every input that is there. */
export function sameDtypes(context: InferContext): void {
  const [first, ...rest] = context.inputs.filter((input) => input !== null);
  for (const input of rest) legal(input.dtype === first?.dtype, () => `${context.node}: inputs of ${first?.dtype} and ${input.dtype}`);
}
