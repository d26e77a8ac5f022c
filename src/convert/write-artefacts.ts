import { join } from 'node:path';
import { FileSink } from '../bundle/file-sink.ts';
import type { ArtefactRecord } from '../bundle/manifest.ts';
import { evaluateConstant } from '../compiler/graph/evaluate.ts';
import type { Graph } from '../compiler/graph/graph.ts';
import { planTorchArchive } from '../compiler/torch/archive/plan.ts';
import type { Program } from '../compiler/torch/program.ts';
import { printModelPy } from '../compiler/torch/python/print-model.ts';
import type { TensorSource } from '../core/tensor-source.ts';
import type { ByteSink } from '../formats/files/byte-sink.ts';
import type { ModelProto } from '../formats/onnx/proto.ts';
import { onnxSteps } from '../formats/onnx/write-onnx.ts';
import { safetensorsSteps } from '../formats/safetensors/write-safetensors.ts';
import { writeTorchArchive } from '../formats/torch-archive/write-torch-archive.ts';
import type { ArtefactFormat, Precision } from './options.ts';
import { SharedWeights } from './shared-weights.ts';

/** A file that stands in the folder, complete but not yet hashed. */
export type WrittenArtefact = Omit<ArtefactRecord, 'sha256'> & { readonly file: string };

/** The graph as the train passes left it, in its two forms, and the pipeline in front of it. */
export interface TrainForms {
  /** Source of `preprocess.py`; undefined for a model that takes no image of a known size. */
  readonly preprocess: string | undefined;
  readonly graph: Graph;
  readonly program: Program;
  readonly onnx: ModelProto;
}

/**
 * `model.onnx`, and `model.py` with `model.safetensors`, whichever are wanted. Both hold the same weights under the same keys, so they are
 * written side by side, tensor by tensor, and each weight is read and laid out once.
 */
export function writeTrainArtefacts(
  folder: string,
  { graph, program, onnx, preprocess }: TrainForms,
  formats: readonly ArtefactFormat[],
): readonly WrittenArtefact[] {
  const state = program.state.filter(({ kind }) => kind !== 'constant');
  const [wantsOnnx, wantsPython] = [formats.includes('onnx'), formats.includes('python')];
  const weights = new SharedWeights(wantsOnnx && wantsPython ? state.map(({ key }) => key) : []);
  const files: OpenFile[] = [];
  if (wantsOnnx) {
    const initializers = onnx.graph.initializers.map((tensor) =>
      tensor.source === undefined ? tensor : { ...tensor, source: weights.share(tensor.name, tensor.source) },
    );
    files.push({ file: 'model.onnx', precision: 'float32', steps: (sink) => onnxSteps({ ...onnx, graph: { ...onnx.graph, initializers } }, sink) });
  }
  if (wantsPython) {
    const tensors = state.map(({ key, value, dtype, shape }): readonly [string, TensorSource] => [
      key,
      weights.share(key, { dtype, shape, place: key, read: () => evaluateConstant(graph, value).data }),
    ]);
    files.push({ file: 'model.py', precision: null, steps: once((sink) => sink.write(Buffer.from(printModelPy(program, graph)))) });
    if (preprocess !== undefined) files.push({ file: 'preprocess.py', precision: null, steps: once((sink) => sink.write(Buffer.from(preprocess))) });
    files.push({ file: 'model.safetensors', precision: 'float32', steps: (sink) => safetensorsSteps(sink, tensors) });
  }
  return writeSideBySide(folder, files);
}

/** `model.pt`, or the variant of another precision: TorchScript in inference form. */
export function writeTorchScriptArtefact(
  folder: string,
  graph: Graph,
  program: Program,
  precision: Precision | undefined,
): readonly WrittenArtefact[] {
  const file = precision === undefined ? 'model.pt' : `model.${precision}.pt`;
  const archive = planTorchArchive(graph, program, precision === undefined ? {} : { precision });
  const dtype = precision === undefined ? 'float32' : precision === 'bf16' ? 'bfloat16' : 'float16';
  return writeSideBySide(folder, [{ file, precision: dtype, steps: once((sink) => writeTorchArchive(sink, archive)) }]);
}

interface OpenFile {
  readonly file: string;
  readonly precision: ArtefactRecord['precision'];
  /** Writes the file; what it yields is a turn for the others. */
  readonly steps: (sink: ByteSink) => Iterator<void>;
}

function once(write: (sink: ByteSink) => void): OpenFile['steps'] {
  return function* (sink) {
    write(sink);
    yield;
  };
}

function writeSideBySide(folder: string, files: readonly OpenFile[]): readonly WrittenArtefact[] {
  const open: { sink: FileSink; steps: Iterator<void> }[] = [];
  try {
    for (const { file, steps } of files) {
      const sink = new FileSink(join(folder, file));
      open.push({ sink, steps: steps(sink) });
    }
    for (let going = open; going.length > 0; ) going = going.filter(({ steps }) => steps.next().done !== true);
    return files.map(({ file, precision }, index) => {
      const { sink } = open[index] as { sink: FileSink };
      sink.finish();
      return { file, sizeBytes: sink.position, precision };
    });
  } catch (error) {
    for (const { sink } of open) sink.abandon();
    throw error;
  }
}
