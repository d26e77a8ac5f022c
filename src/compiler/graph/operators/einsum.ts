import { printShape } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputShape, inputValue, sameDtypes, stringAttribute } from './read.ts';

/** Explicit form only (`abc,cd->abd`), letters only: importers write out an ellipsis. */
export const einsum = defineOperator({
  op: 'Einsum',
  domain: '',
  since: 12,
  inputs: [1, Number.POSITIVE_INFINITY],
  outputs: [1, 1],
  attributes: { equation: { type: 'string' } },
  infer(context) {
    sameDtypes(context);
    const equation = stringAttribute(context.attributes, 'equation').replaceAll(' ', '');
    const match = /^([A-Za-z]*(?:,[A-Za-z]*)*)->([A-Za-z]*)$/.exec(equation);
    legal(match?.[1] !== undefined && match[2] !== undefined, () => `${context.node}: equation ${JSON.stringify(equation)}`);
    const terms = match[1].split(',');
    legal(terms.length === context.inputs.length, () => `${context.node}: ${terms.length} terms for ${context.inputs.length} inputs`);
    const sizes = new Map<string, Dim>();
    terms.forEach((term, index) => {
      const shape = inputShape(context, index);
      legal(term.length === shape.length, () => `${context.node}: term ${term} for shape ${printShape(shape)}`);
      [...term].forEach((letter, axis) => {
        const dim = shape[axis] as Dim;
        const known = sizes.get(letter);
        if (known === undefined || known === 1 || typeof known === 'string') sizes.set(letter, known === undefined || dim !== 1 ? dim : known);
        else legal(typeof dim === 'string' || dim === 1 || dim === known, () => `${context.node}: ${letter} is ${known} and ${dim}`);
      });
    });
    const shape = [...match[2]].map((letter) => {
      const dim = sizes.get(letter);
      legal(dim !== undefined, () => `${context.node}: ${letter} stands only in the result`);
      return dim;
    });
    return [{ dtype: inputValue(context, 0).dtype, shape }];
  },
});
