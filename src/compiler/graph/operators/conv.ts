import { printShape } from '../dims.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute, intsAttribute } from './read.ts';
import { kernelOf, readWindow, WINDOW_ATTRIBUTES, windowOutput } from './window.ts';

/** X [N, C, spatial…], W [M, C/group, kernel…], B [M] → [N, M, spatial…]. */
export const conv = defineOperator({
  op: 'Conv',
  domain: '',
  since: 11,
  inputs: [2, 3],
  outputs: [1, 1],
  attributes: { ...WINDOW_ATTRIBUTES, group: { type: 'int', default: 1 }, kernel_shape: { type: 'ints', optional: true } },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const weight = kernelOf(context, shape.length);
    const [batch, channels, ...spatial] = shape;
    const [filters, depth, ...kernel] = weight;
    legal(batch !== undefined && filters !== undefined && depth !== undefined, () => `${context.node}: rank`);
    const group = intAttribute(context.attributes, 'group');
    legal(
      (typeof channels === 'string' || channels === depth * group) && filters % group === 0,
      () => `${context.node}: ${channels} channels, a kernel of shape ${printShape(weight)} and ${group} groups`,
    );
    const declared = intsAttribute(context.attributes, 'kernel_shape') ?? kernel;
    legal(declared.join() === kernel.join(), () => `${context.node}: kernel_shape ${declared.join('×')}, the kernel is ${kernel.join('×')}`);
    const bias = context.inputs[2];
    legal(
      !bias || (bias.shape.length === 1 && bias.shape[0] === filters),
      () => `${context.node}: bias ${printShape(bias?.shape ?? [])} for ${filters} filters`,
    );
    const window = readWindow(context.attributes, kernel, context.node);
    return [{ dtype, shape: [batch, filters, ...windowOutput(window, spatial, false, context.node)] }];
  },
});
