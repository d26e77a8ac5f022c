import { addDims, multiplyDims, printShape } from '../dims.ts';
import type { Dim } from '../graph.ts';
import { legal } from '../legal.ts';
import { defineOperator } from '../operator.ts';
import { inputValue, intAttribute, intsAttribute } from './read.ts';
import { kernelOf, readWindow, WINDOW_ATTRIBUTES } from './window.ts';

/** X [N, C, spatial…], W [C, M/group, kernel…], B [M] → [N, M, spatial…]; size = stride·(in − 1) + output_padding + extent − pads. */
export const convTranspose = defineOperator({
  op: 'ConvTranspose',
  domain: '',
  since: 11,
  inputs: [2, 3],
  outputs: [1, 1],
  attributes: {
    ...WINDOW_ATTRIBUTES,
    group: { type: 'int', default: 1 },
    kernel_shape: { type: 'ints', optional: true },
    output_padding: { type: 'ints', optional: true },
    output_shape: { type: 'ints', optional: true },
  },
  infer(context) {
    const { dtype, shape } = inputValue(context, 0);
    const weight = kernelOf(context, shape.length);
    const [batch, channels, ...spatial] = shape;
    const [depth, filters, ...kernel] = weight;
    legal(batch !== undefined && depth !== undefined && filters !== undefined, () => `${context.node}: rank`);
    legal(typeof channels === 'string' || channels === depth, () => `${context.node}: ${channels} channels, a kernel of shape ${printShape(weight)}`);
    const window = readWindow(context.attributes, kernel, context.node);
    const explicit = intsAttribute(context.attributes, 'output_shape');
    const outputPadding = intsAttribute(context.attributes, 'output_padding') ?? kernel.map(() => 0);
    const sizes = spatial.map((size, axis): Dim => {
      const at = (list: readonly number[], index: number): number => list[index] as number;
      if (explicit) return at(explicit, axis);
      const stride = at(window.strides, axis);
      if (window.autoPad.startsWith('SAME')) return multiplyDims([size, stride]);
      const extent = (at(window.kernelShape, axis) - 1) * at(window.dilations, axis) + 1;
      const pads = at(window.pads, axis) + at(window.pads, axis + kernel.length);
      return addDims(multiplyDims([size, stride]), at(outputPadding, axis) + extent - stride - pads);
    });
    return [{ dtype, shape: [batch, filters * intAttribute(context.attributes, 'group'), ...sizes] }];
  },
});
