import type { DType } from '../../../core/dtypes.ts';
import { TorchliftError } from '../../../core/errors.ts';
import type { TorchScriptArchive } from '../../../formats/torch-archive/write-torch-archive.ts';
import { evaluateConstant } from '../../graph/evaluate.ts';
import type { Graph } from '../../graph/graph.ts';
import type { Program } from '../program.ts';
import { activateInPlace } from '../program-passes/activate-in-place.ts';
import { dropTaps } from '../program-passes/drop-taps.ts';
import { lowerPrecision } from '../program-passes/lower-precision.ts';
import { readKeys } from '../program-passes/rewrite.ts';
import { printTorchScript } from '../torchscript/print.ts';
import { absorbPadding } from './absorb-padding.ts';
import { layOutState } from './layouts.ts';

export interface TorchArchiveOptions {
  /** Precision inside; inputs and outputs stay float32. float32 where omitted. */
  readonly precision?: 'bf16' | 'fp16';
}

const PRECISIONS = { bf16: 'bfloat16', fp16: 'float16' } as const;

/**
 * `model.pt` of an inference graph: the program in TorchScript, weights as torch's fastest kernels read them. Beside `forward` it has
 * `layers`, which gives the taps (`printTorchScript`) and computes with the same calls.
 * Equal graphs give equal bytes. Weights are read when the archive is written, one at a time.
 *
 * @param graph after the inference passes
 * @param program `lowerGraph(graph, { mode: 'inference' })`
 */
export function planTorchArchive(graph: Graph, program: Program, { precision }: TorchArchiveOptions = {}): TorchScriptArchive {
  const padded = absorbPadding(program);
  const layers = withoutUnreadState(precision === undefined ? padded : lowerPrecision(padded, PRECISIONS[precision]));
  // Both methods stand over one state. What is tapped must not be written over, so only `forward` activates in place.
  const { className, code, attributes, version } = printTorchScript({ ...activateInPlace(dropTaps(layers)), state: layers.state }, layers);
  const layout = layOutState(graph, layers);
  const tensors = layout.stored.map(({ entry, strides, value }, index) => {
    const tensor = {
      dtype: entry.dtype,
      shape: entry.shape,
      strides,
      read: () => checkRange(evaluateConstant(layout.graph, value).data, entry.dtype, entry.key),
    };
    return [attributes[index]?.name ?? entry.key, tensor] as const;
  });
  return { name: className, className, code, attributes: [['training', false], ...tensors], version };
}

/** An inference model holds what it reads. */
function withoutUnreadState(program: Program): Program {
  const read = new Set(program.body.flatMap(({ arguments: args }) => args.flatMap(readKeys)));
  return { ...program, state: program.state.filter(({ key }) => read.has(key)) };
}

/** A weight past float16's 65,504 would become infinite without a word. */
function checkRange(data: Uint8Array, dtype: DType, key: string): Uint8Array {
  if (dtype !== 'float16') return data;
  const halves = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  if (halves.some((half) => (half & 0x7c00) === 0x7c00)) {
    throw new TorchliftError('unsupported', {
      what: `the weight ${key} has values that float16 can't hold (more than 65,504)`,
      remedy: 'Use --precision bf16, which has the range of float32.',
    });
  }
  return data;
}
