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
import { writeOnnx } from '../formats/onnx/write-onnx.ts';
import { writeSafetensors } from '../formats/safetensors/write-safetensors.ts';
import { writeTorchArchive } from '../formats/torch-archive/write-torch-archive.ts';
import type { Precision } from './options.ts';
import type { SharedWeights } from './shared-weights.ts';

/** A file that stands in the folder, complete but not yet hashed. */
export type WrittenArtefact = Omit<ArtefactRecord, 'sha256'> & { readonly file: string };

/** `model.onnx`: the graph saved. */
export function writeOnnxArtefact(folder: string, model: ModelProto, weights: SharedWeights): readonly WrittenArtefact[] {
  const initializers = model.graph.initializers.map((tensor) =>
    tensor.source === undefined ? tensor : { ...tensor, source: weights.share(tensor.name, tensor.source) },
  );
  return [writeFile(folder, 'model.onnx', 'float32', (sink) => writeOnnx({ ...model, graph: { ...model.graph, initializers } }, sink))];
}

/** `model.py` and `model.safetensors`: readable source and its weights by `state_dict` key. */
export function writePythonArtefacts(folder: string, graph: Graph, program: Program, weights: SharedWeights): readonly WrittenArtefact[] {
  const tensors = program.state
    .filter(({ kind }) => kind !== 'constant')
    .map(({ key, value, dtype, shape }): readonly [string, TensorSource] => [
      key,
      weights.share(key, { dtype, shape, place: key, read: () => evaluateConstant(graph, value).data }),
    ]);
  return [
    writeFile(folder, 'model.py', null, (sink) => sink.write(Buffer.from(printModelPy(program, graph)))),
    writeFile(folder, 'model.safetensors', 'float32', (sink) => writeSafetensors(sink, tensors)),
  ];
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
  return [writeFile(folder, file, dtype, (sink) => writeTorchArchive(sink, archive))];
}

function writeFile(folder: string, file: string, precision: ArtefactRecord['precision'], write: (sink: ByteSink) => void): WrittenArtefact {
  const sink = new FileSink(join(folder, file));
  try {
    write(sink);
    sink.finish();
    return { file, sizeBytes: sink.position, precision };
  } catch (error) {
    sink.abandon();
    throw error;
  }
}
