import { elementCount } from '../../../core/dtypes.ts';
import type { TensorSource } from '../../../core/tensor-source.ts';
import { readNumbers } from '../../graph/numbers.ts';
import { shortestFloat32 } from '../shortest-float32.ts';
import { torchDtype } from './literal-expression.ts';
import { type Expression, py } from './syntax.ts';

/** Elements that a reader may want to see; more are written as base64. */
const MAX_LISTED = 256;

/** A constant as `torch.tensor([0.485, 0.456, 0.406])`. It is no weight, so `model.safetensors` has no place for it. */
export function constantTensor(source: TensorSource): Expression {
  const { dtype, shape } = source;
  const keyword = [{ name: 'dtype', value: torchDtype(dtype) }];
  const listed = elementCount(shape) <= MAX_LISTED ? elements(source) : undefined;
  const flat =
    listed === undefined
      ? py.call(py.path(['torch', 'frombuffer']), [bytes(source)], keyword)
      : py.call(py.path(['torch', 'tensor']), [py.list(listed)], dtype === 'float32' ? [] : keyword);
  return shape.length === 1 ? flat : py.method(flat, 'reshape', shape.length === 0 ? [py.tuple([])] : shape.map(py.int));
}

/** undefined for dtypes that Python has no number for. */
function elements(source: TensorSource): readonly Expression[] | undefined {
  const numbers = readNumbers(source);
  if (source.dtype === 'float32') return numbers?.map((value) => py.float(shortestFloat32(value)));
  return numbers?.map(source.dtype === 'float64' ? py.float : py.int);
}

function bytes(source: TensorSource): Expression {
  const text = py.string(Buffer.from(source.read()).toString('base64'));
  return py.call(py.name('bytearray'), [py.call(py.path(['base64', 'b64decode']), [text])]);
}
