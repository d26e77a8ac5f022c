import { DTYPE_BYTES } from '../../../core/dtypes.ts';
import { invariant } from '../../../core/errors.ts';
import type { TensorSource } from '../../../core/tensor-source.ts';
import type { Attributes, CallId, Graph, Node, ValueId } from '../graph.ts';
import { readWindow, type Window } from '../operators/window.ts';
import { BROADCAST, erf, REDUCTIONS, UNARY } from './elementwise.ts';
import { at, broadcastAt, broadcastShape, countOf, type Position, type Tensor, tensorOf } from './tensor.ts';

export type { Tensor } from './tensor.ts';

/**
 * Runs a graph by definition, one element at a time, in doubles: the oracle that passes are held against. For tests only.
 * Dropout passes its input through and BatchNormalization uses its running statistics.
 */
export function interpretGraph(graph: Graph, inputs: Readonly<Record<string, Tensor>>): Map<ValueId, Tensor> {
  const values = new Map<ValueId, Tensor>();
  for (const { name, value } of graph.inputs) {
    const tensor = inputs[name];
    invariant(tensor !== undefined, `no input ${name}`);
    values.set(value, tensor);
  }
  for (const [id, weight] of graph.weights) values.set(id, readTensor(weight.source));
  for (const node of graph.nodes) {
    const operands = node.inputs.map((input) => (input === null ? undefined : values.get(input)));
    const results = run(node, operands);
    node.outputs.forEach((output, index) => {
      const result = results[index];
      if (result !== undefined) values.set(output, result);
    });
  }
  return values;
}

/** What a call gives, in Keras' order; undefined where another call absorbed it. */
export function tappedTensor(graph: Graph, values: ReadonlyMap<ValueId, Tensor>, call: CallId): Tensor | undefined {
  const tap = graph.calls[call]?.tap;
  invariant(tap !== undefined, `no call ${call}`);
  if ('absorbedBy' in tap) return undefined;
  const tensor = values.get(tap.value);
  invariant(tensor !== undefined, `the tap of call ${call} has no value`);
  return transpose(tensor, tap.toSource);
}

function readTensor(source: TensorSource): Tensor {
  const bytes = source.read();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = DTYPE_BYTES[source.dtype];
  const data = Array.from({ length: bytes.byteLength / width }, (_, index): number => {
    const place = index * width;
    if (source.dtype === 'float32') return view.getFloat32(place, true);
    if (source.dtype === 'float64') return view.getFloat64(place, true);
    if (source.dtype === 'int64') return Number(view.getBigInt64(place, true));
    if (source.dtype === 'int32') return view.getInt32(place, true);
    return view.getUint8(place);
  });
  return { shape: source.shape, data };
}

type Operands = readonly (Tensor | undefined)[];
type Kernel = (operands: Operands, node: Node) => Tensor | readonly Tensor[];

function run(node: Node, operands: Operands): readonly Tensor[] {
  const unary = UNARY[node.op];
  const attribute = (key: string): number => number(node.attributes, key);
  if (unary !== undefined) {
    const x = need(operands, 0);
    return [{ shape: x.shape, data: x.data.map((element) => unary(element, attribute)) }];
  }
  const broadcast = BROADCAST[node.op];
  if (broadcast !== undefined) {
    const tensors = operands.map((_, index) => need(operands, index));
    const shape = broadcastShape(tensors.map((tensor) => tensor.shape));
    return [
      tensorOf(shape, (position) =>
        broadcast(
          tensors.map((tensor) => broadcastAt(tensor, position)),
          node.attributes,
        ),
      ),
    ];
  }
  const reduction = REDUCTIONS[node.op];
  if (reduction !== undefined) return [reduce(need(operands, 0), operands[1]?.data ?? [], node, reduction)];
  const kernel = KERNELS[node.op];
  invariant(kernel !== undefined, `the interpreter has no ${node.op}`);
  const result = kernel(operands, node);
  return 'data' in result ? [result] : result;
}

function need(operands: Operands, index: number): Tensor {
  const operand = operands[index];
  invariant(operand !== undefined, `operand ${index} is missing`);
  return operand;
}

function number(attributes: Attributes, key: string): number {
  const value = attributes[key];
  invariant(typeof value === 'number', `attribute ${key} is missing`);
  return value;
}

function list(attributes: Attributes, key: string): readonly number[] {
  const value = attributes[key];
  return Array.isArray(value) ? (value as number[]) : [];
}

const from = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

function reduce(x: Tensor, given: readonly number[], node: Node, combine: (values: readonly number[]) => number): Tensor {
  if (given.length === 0 && node.attributes.noop_with_empty_axes === 1) return x;
  const axes = new Set(given.length === 0 ? x.shape.keys() : given.map((axis) => from(axis, x.shape.length)));
  const kept = x.shape.map((size, axis) => (axes.has(axis) ? 1 : size));
  const inner = x.shape.map((size, axis) => (axes.has(axis) ? size : 1));
  const result = tensorOf(kept, (position) => combine(tensorOf(inner, (offset) => at(x, add(position, offset))).data));
  return number(node.attributes, 'keepdims') === 1 ? result : { shape: x.shape.filter((_, axis) => !axes.has(axis)), data: result.data };
}

function add(a: Position, b: Position): number[] {
  return a.map((index, axis) => index + (b[axis] as number));
}

function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return tensorOf(
    perm.map((axis) => x.shape[axis] as number),
    (position) => {
      const source = Array<number>(perm.length).fill(0);
      perm.forEach((axis, index) => {
        source[axis] = position[index] as number;
      });
      return at(x, source);
    },
  );
}

function reshape(x: Tensor, target: readonly number[]): Tensor {
  const sizes = target.map((size, axis) => (size === 0 ? (x.shape[axis] as number) : size));
  const known = sizes.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  return { shape: sizes.map((size) => (size === -1 ? x.data.length / known : size)), data: x.data };
}

/** Where the window's taps fall: calls `visit` with the kernel's position and the input's. */
function eachTap(window: Window, output: Position, visit: (kernel: Position, input: Position) => void): void {
  for (let index = 0; index < countOf(window.kernelShape); index++) {
    const kernel = tensorPosition(index, window.kernelShape);
    const input = output.map(
      (place, axis) =>
        place * (window.strides[axis] as number) - (window.pads[axis] as number) + (kernel[axis] as number) * (window.dilations[axis] as number),
    );
    visit(kernel, input);
  }
}

function tensorPosition(index: number, shape: readonly number[]): number[] {
  const position: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    position.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return position;
}

function windowSizes(window: Window, spatial: readonly number[]): number[] {
  const rank = spatial.length;
  return spatial.map((size, axis) => {
    const extent = ((window.kernelShape[axis] as number) - 1) * (window.dilations[axis] as number) + 1;
    return Math.floor((size + (window.pads[axis] as number) + (window.pads[axis + rank] as number) - extent) / (window.strides[axis] as number)) + 1;
  });
}

function pool(x: Tensor, node: Node, combine: (values: readonly number[], taps: number) => number): Tensor {
  const window = readWindow(node.attributes, list(node.attributes, 'kernel_shape'), node.name);
  const shape = [...x.shape.slice(0, 2), ...windowSizes(window, x.shape.slice(2))];
  return tensorOf(shape, ([n = 0, c = 0, ...place]) => {
    const values: number[] = [];
    let taps = 0;
    eachTap(window, place, (_, input) => {
      taps++;
      const value = at(x, [n, c, ...input], Number.NaN);
      if (!Number.isNaN(value)) values.push(value);
    });
    return combine(values, taps);
  });
}

function alongAxis(x: Tensor, axis: number, apply: (line: readonly number[]) => readonly number[]): Tensor {
  const place = from(axis, x.shape.length);
  return tensorOf(x.shape, (position) => {
    const line = Array.from({ length: x.shape[place] as number }, (_, index) => at(x, position.with(place, index)));
    return apply(line)[position[place] as number] as number;
  });
}

function softmax(line: readonly number[]): number[] {
  const top = Math.max(...line);
  const powers = line.map((x) => Math.exp(x - top));
  const sum = powers.reduce((total, x) => total + x, 0);
  return powers.map((x) => x / sum);
}

function matmul(a: Tensor, b: Tensor): Tensor {
  const batch = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)].map((shape) => (shape.length === 0 ? [1] : shape)));
  const leading = a.shape.length === 2 && b.shape.length === 2 ? [] : batch;
  const shape = [...leading, a.shape.at(-2) as number, b.shape.at(-1) as number];
  const depth = a.shape.at(-1) as number;
  return tensorOf(shape, (position) => {
    const [row, column] = position.slice(-2) as [number, number];
    let sum = 0;
    for (let k = 0; k < depth; k++) {
      sum += broadcastMatrixAt(a, position, row, k) * broadcastMatrixAt(b, position, k, column);
    }
    return sum;
  });
}

function broadcastMatrixAt(x: Tensor, position: Position, row: number, column: number): number {
  const skip = position.length - x.shape.length;
  const batch = x.shape.slice(0, -2).map((size, axis) => (size === 1 ? 0 : (position[axis + skip] as number)));
  return at(x, [...batch, row, column]);
}

interface ResizeTap {
  readonly index: number;
  readonly weight: number;
}

/** Where one output place of one axis reads: one element (nearest), or two that are weighted (linear). */
function resizeTaps(node: Node, place: number, scale: number, size: number): readonly ResizeTap[] {
  const { mode, nearest_mode: rounding, coordinate_transformation_mode: coordinates } = node.attributes;
  invariant(coordinates === 'half_pixel' || coordinates === 'asymmetric', `the interpreter has no ${coordinates}`);
  const clamp = (index: number): number => Math.min(Math.max(index, 0), size - 1);
  const source = coordinates === 'half_pixel' ? (place + 0.5) / scale - 0.5 : place / scale;
  const low = Math.floor(source);
  if (mode === 'linear')
    return [
      { index: clamp(low), weight: 1 - (source - low) },
      { index: clamp(low + 1), weight: source - low },
    ];
  invariant(mode === 'nearest' && (rounding === 'floor' || rounding === 'round_prefer_ceil'), `the interpreter has no ${mode} ${rounding}`);
  // A distance of 1e-9 is the double's, not the tie's.
  return [{ index: clamp(Math.floor(source + (rounding === 'floor' ? 1e-9 : 0.5 + 1e-9))), weight: 1 }];
}

function interpolate(x: Tensor, taps: readonly (readonly ResizeTap[])[], position: Position): number {
  const [first, ...rest] = taps;
  if (first === undefined) return at(x, position);
  return first.reduce((sum, { index, weight }) => sum + weight * interpolate(x, rest, [...position, index]), 0);
}

const KERNELS: Readonly<Record<string, Kernel>> = {
  AveragePool: ([x], node) =>
    pool(
      need([x], 0),
      node,
      (values, taps) => values.reduce((sum, v) => sum + v, 0) / (node.attributes.count_include_pad === 1 ? taps : values.length),
    ),
  MaxPool: ([x], node) => pool(need([x], 0), node, (values) => Math.max(...values)),
  BatchNormalization(operands, node) {
    const [x, gamma, beta, mean, variance] = operands.map((_, index) => need(operands, index)) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    return tensorOf(x.shape, (position) => {
      const c = [position[1] as number];
      return ((at(x, position) - at(mean, c)) * at(gamma, c)) / Math.sqrt(at(variance, c) + number(node.attributes, 'epsilon')) + at(beta, c);
    });
  },
  Clip: ([x, low, high]) => ({
    shape: need([x], 0).shape,
    data: need([x], 0).data.map((element) => Math.min(Math.max(element, low?.data[0] ?? -Infinity), high?.data[0] ?? Infinity)),
  }),
  Cast([x], node) {
    const to = number(node.attributes, 'to');
    const isFloat = [1, 10, 11, 16].includes(to);
    return { shape: need([x], 0).shape, data: need([x], 0).data.map((v) => (isFloat ? v : to === 9 ? Number(v !== 0) : Math.trunc(v))) };
  },
  Concat(operands, node) {
    const tensors = operands.map((_, index) => need(operands, index));
    const first = tensors[0] as Tensor;
    const axis = from(number(node.attributes, 'axis'), first.shape.length);
    const total = tensors.reduce((sum, tensor) => sum + (tensor.shape[axis] as number), 0);
    return tensorOf(first.shape.with(axis, total), (position) => {
      let index = position[axis] as number;
      for (const tensor of tensors) {
        const size = tensor.shape[axis] as number;
        if (index < size) return at(tensor, position.with(axis, index));
        index -= size;
      }
      return Number.NaN;
    });
  },
  Conv(operands, node) {
    const [x, w] = [need(operands, 0), need(operands, 1)];
    const window = readWindow(node.attributes, w.shape.slice(2), node.name);
    const group = number(node.attributes, 'group');
    const depth = w.shape[1] as number;
    const perGroup = (w.shape[0] as number) / group;
    return tensorOf([x.shape[0] as number, w.shape[0] as number, ...windowSizes(window, x.shape.slice(2))], ([n = 0, m = 0, ...place]) => {
      let sum = operands[2]?.data[m] ?? 0;
      const start = Math.floor(m / perGroup) * depth;
      eachTap(window, place, (kernel, input) => {
        for (let c = 0; c < depth; c++) sum += at(x, [n, start + c, ...input], 0) * at(w, [m, c, ...kernel]);
      });
      return sum;
    });
  },
  ConvTranspose(operands, node) {
    const [x, w] = [need(operands, 0), need(operands, 1)];
    const window = readWindow(node.attributes, w.shape.slice(2), node.name);
    const rank = window.kernelShape.length;
    const extra = list(node.attributes, 'output_padding');
    const sizes = x.shape.slice(2).map((size, axis) => {
      const extent = ((window.kernelShape[axis] as number) - 1) * (window.dilations[axis] as number) + 1;
      return (
        (size - 1) * (window.strides[axis] as number) +
        extent +
        (extra[axis] ?? 0) -
        (window.pads[axis] as number) -
        (window.pads[axis + rank] as number)
      );
    });
    return tensorOf([x.shape[0] as number, w.shape[1] as number, ...sizes], ([n = 0, m = 0, ...place]) => {
      let sum = operands[2]?.data[m] ?? 0;
      for (let index = 0; index < countOf(window.kernelShape); index++) {
        const kernel = tensorPosition(index, window.kernelShape);
        const scaled = place.map((p, axis) => p + (window.pads[axis] as number) - (kernel[axis] as number) * (window.dilations[axis] as number));
        if (scaled.some((p, axis) => p % (window.strides[axis] as number) !== 0)) continue;
        const source = scaled.map((p, axis) => p / (window.strides[axis] as number));
        for (let c = 0; c < (x.shape[1] as number); c++) sum += at(x, [n, c, ...source], 0) * at(w, [c, m, ...kernel]);
      }
      return sum;
    });
  },
  DepthToSpace([x], node) {
    const input = need([x], 0);
    const b = number(node.attributes, 'blocksize');
    const [n = 0, c = 0, h = 0, w = 0] = input.shape;
    const depth = c / (b * b);
    return tensorOf([n, depth, h * b, w * b], ([i = 0, k = 0, y = 0, z = 0]) =>
      at(input, [i, ((y % b) * b + (z % b)) * depth + k, Math.floor(y / b), Math.floor(z / b)]),
    );
  },
  Einsum(operands, node) {
    const [left = '', right = ''] = String(node.attributes.equation).split('->');
    const terms = left.split(',');
    const sizes = new Map<string, number>();
    terms.forEach((term, index) => {
      [...term].forEach((letter, axis) => {
        sizes.set(letter, need(operands, index).shape[axis] as number);
      });
    });
    const summed = [...sizes.keys()].filter((letter) => !right.includes(letter));
    return tensorOf(
      [...right].map((letter) => sizes.get(letter) as number),
      (position) =>
        tensorOf(
          summed.map((letter) => sizes.get(letter) as number),
          (inner) => {
            const index = (letter: string): number =>
              right.includes(letter) ? (position[right.indexOf(letter)] as number) : (inner[summed.indexOf(letter)] as number);
            return terms.reduce((product, term, which) => product * at(need(operands, which), [...term].map(index)), 1);
          },
        ).data.reduce((sum, value) => sum + value, 0),
    );
  },
  Expand([x, target]) {
    const input = need([x], 0);
    return tensorOf(broadcastShape([input.shape, target?.data ?? []]), (position) => broadcastAt(input, position));
  },
  Flatten([x], node) {
    const input = need([x], 0);
    const axis = number(node.attributes, 'axis');
    return { shape: [countOf(input.shape.slice(0, axis)), countOf(input.shape.slice(axis))], data: input.data };
  },
  Gather([x, indices], node) {
    const [input, index] = [need([x], 0), need([indices], 0)];
    const axis = from(number(node.attributes, 'axis'), input.shape.length);
    const rank = index.shape.length;
    return tensorOf([...input.shape.slice(0, axis), ...index.shape, ...input.shape.slice(axis + 1)], (position) => {
      const chosen = from(at(index, position.slice(axis, axis + rank)), input.shape[axis] as number);
      return at(input, [...position.slice(0, axis), chosen, ...position.slice(axis + rank)]);
    });
  },
  Gelu: ([x], node) => ({
    shape: need([x], 0).shape,
    data: need([x], 0).data.map((v) =>
      node.attributes.approximate === 'tanh'
        ? 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))
        : 0.5 * v * (1 + erf(v / Math.SQRT2)),
    ),
  }),
  Gemm(operands, node) {
    const flip = (tensor: Tensor, flag: string): Tensor => (node.attributes[flag] === 1 ? transpose(tensor, [1, 0]) : tensor);
    const product = matmul(flip(need(operands, 0), 'transA'), flip(need(operands, 1), 'transB'));
    const summand = operands[2];
    return tensorOf(
      product.shape,
      (position) =>
        number(node.attributes, 'alpha') * at(product, position) +
        (summand === undefined ? 0 : number(node.attributes, 'beta') * broadcastAt(summand, position)),
    );
  },
  GlobalAveragePool: ([x], node) =>
    reduce(need([x], 0), [...need([x], 0).shape.keys()].slice(2), { ...node, attributes: { keepdims: 1 } }, REDUCTIONS.ReduceMean as never),
  GlobalMaxPool: ([x], node) =>
    reduce(need([x], 0), [...need([x], 0).shape.keys()].slice(2), { ...node, attributes: { keepdims: 1 } }, REDUCTIONS.ReduceMax as never),
  LayerNormalization(operands, node) {
    const x = need(operands, 0);
    const axis = from(number(node.attributes, 'axis'), x.shape.length);
    const inner = x.shape.map((size, index) => (index < axis ? 1 : size));
    return tensorOf(x.shape, (position) => {
      const start = position.map((index, which) => (which < axis ? index : 0));
      const values = tensorOf(inner, (offset) => at(x, add(start, offset))).data;
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
      const normal = (at(x, position) - mean) / Math.sqrt(variance + number(node.attributes, 'epsilon'));
      return normal * broadcastAt(need(operands, 1), position) + (operands[2] === undefined ? 0 : broadcastAt(operands[2], position));
    });
  },
  LogSoftmax: ([x], node) => alongAxis(need([x], 0), number(node.attributes, 'axis'), (line) => softmax(line).map(Math.log)),
  Softmax: ([x], node) => alongAxis(need([x], 0), number(node.attributes, 'axis'), softmax),
  MatMul: (operands) => matmul(need(operands, 0), need(operands, 1)),
  Pad([x, pads, fill, axes], node) {
    const input = need([x], 0);
    const rank = input.shape.length;
    const which = axes === undefined ? [...input.shape.keys()] : axes.data.map((axis) => from(axis, rank));
    const amounts = need([pads], 0).data;
    const begin = input.shape.map((_, axis) => (which.includes(axis) ? (amounts[which.indexOf(axis)] as number) : 0));
    const end = input.shape.map((_, axis) => (which.includes(axis) ? (amounts[which.indexOf(axis) + which.length] as number) : 0));
    return tensorOf(add(add(input.shape, begin), end), (position) => {
      const source = position.map((index, axis) => {
        const size = input.shape[axis] as number;
        const place = index - (begin[axis] as number);
        if (node.attributes.mode === 'edge') return Math.min(Math.max(place, 0), size - 1);
        if (node.attributes.mode === 'reflect') return place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place;
        return place;
      });
      return at(input, source, fill?.data[0] ?? 0);
    });
  },
  Reshape: ([x, target]) => reshape(need([x], 0), need([target], 0).data),
  Resize([x, , scales, sizes], node) {
    const input = need([x], 0);
    const given = list(node.attributes, 'axes');
    const axes = node.attributes.axes === undefined ? [...input.shape.keys()] : given;
    const shape = input.shape.map((size, axis) => {
      const index = axes.indexOf(axis);
      if (index < 0) return size;
      return sizes === undefined ? Math.floor(size * (scales?.data[index] as number)) : (sizes.data[index] as number);
    });
    const taps = shape.map((size, axis) => {
      const index = axes.indexOf(axis);
      const scale = index >= 0 && sizes === undefined ? (scales?.data[index] as number) : size / (input.shape[axis] as number);
      return Array.from({ length: size }, (_, place) => resizeTaps(node, place, scale, input.shape[axis] as number));
    });
    return tensorOf(shape, (position) =>
      interpolate(
        input,
        position.map((place, axis) => taps[axis]?.[place] ?? []),
        [],
      ),
    );
  },
  Shape([x], node) {
    const sizes = need([x], 0).shape.slice(
      number(node.attributes, 'start'),
      typeof node.attributes.end === 'number' ? node.attributes.end : undefined,
    );
    return { shape: [sizes.length], data: sizes };
  },
  Slice([x, starts, ends, axes, steps]) {
    const input = need([x], 0);
    const which = axes?.data.map((axis) => from(axis, input.shape.length)) ?? [...need([starts], 0).data.keys()];
    const picks = input.shape.map((size, axis) => {
      const index = which.indexOf(axis);
      const all = Array.from({ length: size }, (_, place) => place);
      if (index < 0) return all;
      const [start, end, step] = [starts?.data[index] as number, ends?.data[index] as number, steps?.data[index] ?? 1];
      const chosen: number[] = [];
      const first = start < 0 ? start + size : start;
      const last = end < 0 ? end + size : end;
      if (step > 0) for (let place = Math.max(first, 0); place < Math.min(last, size); place += step) chosen.push(place);
      else for (let place = Math.min(first, size - 1); place > Math.max(last, -1); place += step) chosen.push(place);
      return chosen;
    });
    return tensorOf(
      picks.map((pick) => pick.length),
      (position) =>
        at(
          input,
          position.map((index, axis) => picks[axis]?.[index] as number),
        ),
    );
  },
  SpaceToDepth([x], node) {
    const input = need([x], 0);
    const b = number(node.attributes, 'blocksize');
    const [n = 0, c = 0, h = 0, w = 0] = input.shape;
    return tensorOf([n, c * b * b, h / b, w / b], ([i = 0, k = 0, y = 0, z = 0]) => {
      const block = Math.floor(k / c);
      return at(input, [i, k % c, y * b + Math.floor(block / b), z * b + (block % b)]);
    });
  },
  Split([x, sizes], node) {
    const input = need([x], 0);
    const axis = from(number(node.attributes, 'axis'), input.shape.length);
    const part = Math.ceil((input.shape[axis] as number) / node.outputs.length);
    let start = 0;
    return node.outputs.map((_, index) => {
      const size = sizes?.data[index] ?? Math.min(part, (input.shape[axis] as number) - start);
      const offset = start;
      start += size;
      return tensorOf(input.shape.with(axis, size), (position) => at(input, position.with(axis, (position[axis] as number) + offset)));
    });
  },
  Squeeze([x, axes]) {
    const input = need([x], 0);
    const gone = axes?.data.map((axis) => from(axis, input.shape.length));
    return { shape: input.shape.filter((size, axis) => (gone === undefined ? size !== 1 : !gone.includes(axis))), data: input.data };
  },
  Tile([x, repeats]) {
    const input = need([x], 0);
    return tensorOf(
      input.shape.map((size, axis) => size * (repeats?.data[axis] as number)),
      (position) =>
        at(
          input,
          position.map((index, axis) => index % (input.shape[axis] as number)),
        ),
    );
  },
  Transpose: ([x], node) => transpose(need([x], 0), list(node.attributes, 'perm')),
  Unsqueeze([x, axes]) {
    const input = need([x], 0);
    const rank = input.shape.length + (axes?.data.length ?? 0);
    const added = axes?.data.map((axis) => from(axis, rank)) ?? [];
    let next = 0;
    return { shape: Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : (input.shape[next++] as number))), data: input.data };
  },
  ArgMax: ([x], node) => argument(need([x], 0), node, (a, b) => a > b),
  ArgMin: ([x], node) => argument(need([x], 0), node, (a, b) => a < b),
};

function argument(x: Tensor, node: Node, beats: (a: number, b: number) => boolean): Tensor {
  const axis = from(number(node.attributes, 'axis'), x.shape.length);
  const result = tensorOf(x.shape.with(axis, 1), (position) => {
    let best = 0;
    for (let index = 1; index < (x.shape[axis] as number); index++)
      if (beats(at(x, position.with(axis, index)), at(x, position.with(axis, best)))) best = index;
    return best;
  });
  return number(node.attributes, 'keepdims') === 1 ? result : { shape: x.shape.toSpliced(axis, 1), data: result.data };
}
