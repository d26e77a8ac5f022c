import { byteSourceOf } from '../../../formats/files/byte-source.ts';
import { MemorySink } from '../../../formats/files/memory-sink.ts';
import { noExternalFiles } from '../../../formats/onnx/external-data.ts';
import type { ModelProto } from '../../../formats/onnx/proto.ts';
import { readModel } from '../../../formats/onnx/read-model.ts';
import { writeOnnx } from '../../../formats/onnx/write-onnx.ts';
import type { Graph } from '../../graph/graph.ts';
import { exportOnnx } from '../export/export-onnx.ts';
import { importOnnx } from '../import/import-onnx.ts';

/** The bytes of `model.onnx`. */
export function onnxBytes(graph: Graph): Uint8Array {
  return modelBytes(exportOnnx(graph, '0.1.0').model);
}

export function modelBytes(model: ModelProto): Uint8Array {
  const sink = new MemorySink();
  writeOnnx(model, sink);
  return sink.bytes();
}

export function graphOfBytes(bytes: Uint8Array): Graph {
  return importOnnx({ model: readModel(byteSourceOf('model.onnx', bytes), noExternalFiles), fileName: 'model.onnx' });
}
