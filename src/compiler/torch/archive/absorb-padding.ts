import type { Argument, Program, StateEntry, Statement } from '../program.ts';
import { dropTaps } from '../program-passes/drop-taps.ts';
import { removeDeadStatements } from '../program-passes/remove-dead-statements.ts';
import { countReaders, producers, readKeys } from '../program-passes/rewrite.ts';

/** Zeros added to the two spatial axes, [height, width]. */
interface Padding {
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/**
 * Zeros padded in front of a convolution go into the convolution, which then reads its input where it lies instead of a copy
 * (an eighth of MobileNetV2's time at batch 32). Even padding is its `padding`. Where the end has one more (Keras' "same" at stride 2)
 * and the convolution is depthwise, both ends get that many and the kernel a row and a column of zeros in front: the same sums, for a
 * few more bytes. The entry's shape grows; `layOutState` adds the zeros. A tap on the padded tensor doesn't count as a reader: it keeps its
 * own Pad, which `dropTaps` takes away.
 */
export function absorbPadding(program: Program): Program {
  const readers = countReaders(dropTaps(program));
  const made = producers(program);
  const keyReads = new Map<string, number>();
  for (const key of program.body.flatMap(({ arguments: args }) => args.flatMap(readKeys))) keyReads.set(key, (keyReads.get(key) ?? 0) + 1);
  const state = new Map(program.state.map((entry) => [entry.key, entry]));
  const body = program.body.map((statement): Statement => {
    const [padded, weight, bias, strides, padding, dilation, groups] = statement.arguments;
    if (statement.op !== 'conv2d' || padded?.kind !== 'variable' || readers.get(padded.variable.id) !== 1) return statement;
    const pad = made.get(padded.variable.id);
    const zeros = pad === undefined ? undefined : zeroPadding(pad);
    if (pad === undefined || zeros === undefined || padding?.kind !== 'ints') return statement;
    const begins = zeros.begins.map((begin, axis) => begin + (padding.values[axis] as number));
    const ends = zeros.ends.map((end, axis) => end + (padding.values[axis] as number));
    const grown = ends.map((end, axis) => end - (begins[axis] as number));
    if (grown.some((by) => by !== 0)) {
      const entry = weight?.kind === 'state' ? state.get(weight.key) : undefined;
      const isUndilated = dilation?.kind === 'ints' && dilation.values.every((step) => step === 1);
      const isDepthwise = groups?.kind === 'int' && groups.value > 1 && entry?.shape[1] === 1;
      const isSmall = grown.every((by) => by === 0 || by === 1);
      if (entry === undefined || !isUndilated || !isDepthwise || !isSmall || keyReads.get(entry.key) !== 1) return statement;
      state.set(entry.key, grow(entry, grown));
    }
    const input = pad.arguments[0] as Argument;
    return { ...statement, arguments: [input, weight, bias, strides, { kind: 'ints', values: ends }, dilation, groups] as readonly Argument[] };
  });
  return removeDeadStatements({ ...program, state: [...state.values()], body });
}

/** Of the last two axes; undefined for anything that isn't zeros around an image. */
function zeroPadding({ op, arguments: args }: Statement): Padding | undefined {
  const [, pad, fill] = args;
  if (op !== 'constant_pad_nd' || pad?.kind !== 'ints' || pad.values.length !== 4 || pad.values.some((size) => size < 0)) return undefined;
  if (fill === undefined || !('value' in fill) || fill.value !== 0) return undefined;
  const [left, right, top, bottom] = pad.values as unknown as readonly [number, number, number, number];
  return { begins: [top, left], ends: [bottom, right] };
}

function grow(entry: StateEntry, by: readonly number[]): StateEntry {
  return { ...entry, shape: entry.shape.map((size, axis) => size + (by[axis - 2] ?? 0)) };
}
