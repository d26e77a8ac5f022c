import type { TensorSource } from '../../../core/tensor-source.ts';
import { MemorySink } from '../../files/memory-sink.ts';
import type { ModelProto, TensorProto } from '../proto.ts';
import { writeOnnx } from '../write-onnx.ts';

/** A float32 initializer of `count` elements 0, 1, 2 … */
export function floatTensor(name: string, dims: readonly number[]): TensorProto {
  const count = dims.reduce((product, dim) => product * dim, 1);
  const bytes = new Uint8Array(Float32Array.from({ length: count }, (_, index) => index).buffer);
  const source: TensorSource = { dtype: 'float32', shape: dims, place: name, read: () => bytes };
  return { name, dataType: 1, dims, source, sizeBytes: bytes.byteLength };
}

/** One of everything that we write. */
export function sampleModel(
  initializers: readonly TensorProto[] = [floatTensor('w', [2, 3]), floatTensor('scalar', []), floatTensor('none', [0, 4])],
): ModelProto {
  return {
    irVersion: 9,
    opsetImport: [{ domain: '', version: 20 }],
    producerName: 'torchlift',
    producerVersion: '0.1.0',
    domain: '',
    metadataProps: [{ key: 'torchlift', value: '{"größe":1}' }],
    functions: [],
    trainingInfoCount: 0,
    graph: {
      name: 'main',
      sparseInitializerCount: 0,
      nodes: [
        {
          name: 'first',
          opType: 'Clip',
          domain: '',
          inputs: ['x', '', 'scalar'],
          outputs: ['y'],
          attributes: [
            { name: 'f', type: 'float', value: 0.5 },
            { name: 'i', type: 'int', value: -(2n ** 63n) },
            { name: 's', type: 'string', value: '' },
            { name: 'fs', type: 'floats', values: [-1, Number.POSITIVE_INFINITY] },
            { name: 'is', type: 'ints', values: [0n, -1n, 2n ** 63n - 1n] },
            { name: 'ss', type: 'strings', values: ['a', ''] },
          ],
        },
        { name: 'second', opType: 'Custom', domain: 'com.example', inputs: ['y'], outputs: ['z'], attributes: [] },
      ],
      initializers,
      inputs: [{ name: 'x', type: { elemType: 1, shape: ['N', 3] } }],
      outputs: [{ name: 'z', type: { elemType: 1, shape: [] } }],
      valueInfo: [
        { name: 'y', type: { elemType: 1, shape: [null, 0] } },
        { name: 'u', type: { elemType: 7, shape: undefined } },
        { name: 'v', type: undefined },
      ],
    },
  };
}

export function encodeModel(model: ModelProto): Uint8Array {
  const sink = new MemorySink();
  writeOnnx(model, sink);
  return sink.bytes();
}
