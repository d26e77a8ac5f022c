import type { DType } from '../../../core/dtypes.ts';
import type { Argument } from '../program.ts';
import { type Expression, py } from './syntax.ts';

/** An argument that stands for itself. */
type Literal = Exclude<Argument, { readonly kind: 'variable' | 'state' | 'tensors' | 'training' }>;

export function literalExpression(literal: Literal): Expression {
  switch (literal.kind) {
    case 'int':
      return py.int(literal.value);
    case 'float':
      return py.float(literal.value);
    case 'ints':
      return py.ints(literal.values);
    case 'bool':
      return py.bool(literal.value);
    case 'string':
      return py.string(literal.value);
    case 'dtype':
      return torchDtype(literal.value);
    case 'memory-format':
      return py.path(['torch', literal.value === 'contiguous' ? 'contiguous_format' : literal.value]);
    case 'none':
      return py.none;
  }
}

export function torchDtype(dtype: DType): Expression {
  return py.path(['torch', dtype]);
}
