import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TorchliftError } from '../../core/errors.ts';
import { byteSourceOf } from '../files/byte-source.ts';
import { MemorySink } from '../files/memory-sink.ts';
import { message } from './encode.ts';
import { noExternalFiles } from './external-data.ts';
import { LIMITS } from './limits.ts';
import { openOnnxFile } from './open-onnx-file.ts';
import type { ModelProto, TensorProto } from './proto.ts';
import { readModel } from './read-model.ts';
import { encodeModel, floatTensor, sampleModel } from './testing/sample-model.ts';
import { onnxSizeBytes, writeOnnx } from './write-onnx.ts';

function read(bytes: Uint8Array): ModelProto {
  return readModel(byteSourceOf('model.onnx', bytes), noExternalFiles);
}

/** Everything but the tensors' sources, which hold functions. */
function messages(model: ModelProto): unknown {
  const initializers = model.graph.initializers.map(({ source, ...rest }) => ({ ...rest, dtype: source?.dtype, bytes: source?.read().slice() }));
  return { ...model, graph: { ...model.graph, initializers } };
}

function encode(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

/** A model file with one initializer, its fields as given. */
function modelWithTensor(write: (writer: BinaryWriter) => void): Uint8Array {
  return encode((writer) => message(writer, 7, () => message(writer, 5, () => write(writer))));
}

function onlyTensor(bytes: Uint8Array): TensorProto {
  const [tensor] = read(bytes).graph.initializers;
  if (tensor === undefined) throw new Error('no initializer');
  return tensor;
}

function errorOf(action: () => unknown): TorchliftError {
  try {
    action();
  } catch (error) {
    if (error instanceof TorchliftError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('writeOnnx and readModel', () => {
  it('give back what was written', () => {
    const model = sampleModel();
    const bytes = encodeModel(model);
    expect(messages(read(bytes))).toEqual(messages(model));
    expect(onnxSizeBytes(model)).toBe(bytes.byteLength);
    expect(encodeModel(read(bytes))).toEqual(bytes);
  });

  it('hold one tensor at a time, and read none to open a file', () => {
    const tensors = Array.from({ length: 20 }, (_, index) => floatTensor(`w${index}`, [64, 1024]));
    const bytes = encodeModel(sampleModel(tensors));
    let bytesRead = 0;
    const source = byteSourceOf('model.onnx', bytes);
    const counted = {
      ...source,
      read: (offset: number, length: number) => {
        bytesRead += length;
        return source.read(offset, length);
      },
    };
    const model = readModel(counted, noExternalFiles);
    expect(bytesRead).toBeLessThan(bytes.byteLength / 3);
    bytesRead = 0;
    expect(model.graph.initializers[7]?.source?.read()).toEqual(tensors[7]?.source?.read());
    expect(bytesRead).toBe(64 * 1024 * 4);
  });

  it('weigh a model over 2 GiB without reading it, and refuse it', () => {
    const source = { dtype: 'float32' as const, shape: [600_000_000], place: 'w', read: () => new Uint8Array(0) };
    const model = sampleModel([{ name: 'w', dataType: 1, dims: [600_000_000], source, sizeBytes: 2_400_000_000 }]);
    expect(onnxSizeBytes(model)).toBeGreaterThan(2_400_000_000);
    const sink = new MemorySink();
    expect(errorOf(() => writeOnnx(model, sink)).code).toBe('limit-exceeded');
    expect(sink.position).toBe(0);
  });
});

describe('typed data fields', () => {
  const head = (writer: BinaryWriter, dataType: number, dims: readonly number[]) => {
    for (const dim of dims) writer.tag(1, WireType.Varint).int64(dim);
    writer.tag(2, WireType.Varint).int32(dataType);
  };

  it('float_data, packed and not', () => {
    const packed = modelWithTensor((writer) => {
      head(writer, 1, [3]);
      writer.tag(4, WireType.LengthDelimited).fork().float(1.5).float(-2).float(0.25).join();
    });
    const single = modelWithTensor((writer) => {
      head(writer, 1, [3]);
      for (const value of [1.5, -2, 0.25]) writer.tag(4, WireType.Bit32).float(value);
    });
    for (const bytes of [packed, single]) expect(onlyTensor(bytes).source?.read()).toEqual(new Uint8Array(new Float32Array([1.5, -2, 0.25]).buffer));
  });

  it('int32_data holds the small types, a float16 as its bits', () => {
    const small = modelWithTensor((writer) => {
      head(writer, 3, [2]);
      writer.tag(5, WireType.LengthDelimited).fork().int32(-1).int32(7).join();
    });
    expect(onlyTensor(small).source?.read()).toEqual(new Uint8Array([255, 7]));
    const half = modelWithTensor((writer) => {
      head(writer, 10, [1]);
      writer.tag(5, WireType.Varint).int32(0x3c00);
    });
    expect(onlyTensor(half).source?.read()).toEqual(new Uint8Array([0x00, 0x3c]));
  });

  it('int64_data, uint64_data and double_data', () => {
    const long = modelWithTensor((writer) => {
      head(writer, 7, [2]);
      writer.tag(7, WireType.Varint).int64(-1n).tag(7, WireType.Varint).int64(5n);
    });
    expect(onlyTensor(long).source?.read()).toEqual(new Uint8Array(new BigInt64Array([-1n, 5n]).buffer));
    const unsigned = modelWithTensor((writer) => {
      head(writer, 13, [1]);
      writer.tag(11, WireType.Varint).uint64(2n ** 64n - 1n);
    });
    expect(onlyTensor(unsigned).source?.read()).toEqual(new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255]));
    const double = modelWithTensor((writer) => {
      head(writer, 11, [2]);
      writer.tag(10, WireType.Bit64).double(0.1).tag(10, WireType.Bit64).double(-3);
    });
    expect(onlyTensor(double).source?.read()).toEqual(new Uint8Array(new Float64Array([0.1, -3]).buffer));
  });

  it('another number of elements than the shape is malformed', () => {
    for (const count of [1, 3]) {
      const bytes = modelWithTensor((writer) => {
        head(writer, 7, [2]);
        for (let index = 0; index < count; index += 1) writer.tag(7, WireType.Varint).int64(300n);
      });
      expect(errorOf(() => onlyTensor(bytes).source?.read()).code).toBe('malformed-file');
    }
  });
});

describe('hostile files', () => {
  it('a shape bomb is refused before anything is allocated', () => {
    const raw = modelWithTensor((writer) => {
      for (const dim of [2 ** 31, 2 ** 31, 2 ** 31]) writer.tag(1, WireType.Varint).int64(dim);
      writer.tag(2, WireType.Varint).int32(1).tag(9, WireType.LengthDelimited).bytes(new Uint8Array(4));
    });
    const typed = modelWithTensor((writer) => {
      writer.tag(1, WireType.Varint).int64(2 ** 40);
      writer.tag(2, WireType.Varint).int32(1).tag(4, WireType.LengthDelimited).fork().float(1).join();
    });
    for (const bytes of [raw, typed])
      expect(errorOf(() => read(bytes))).toMatchObject({ code: 'malformed-file', where: expect.stringMatching(/byte \d+/) });
  });

  it('negative sizes, too many axes, raw and typed data together', () => {
    const cases = [
      (writer: BinaryWriter) => writer.tag(1, WireType.Varint).int64(-1),
      (writer: BinaryWriter) => {
        for (let axis = 0; axis <= LIMITS.rank; axis += 1) writer.tag(1, WireType.Varint).int64(1);
      },
      (writer: BinaryWriter) =>
        writer.tag(2, WireType.Varint).int32(1).tag(9, WireType.LengthDelimited).bytes(new Uint8Array(4)).tag(4, WireType.Bit32).float(1),
    ];
    for (const write of cases) expect(errorOf(() => read(modelWithTensor(write))).code).toBe('malformed-file');
  });

  it('graphs nested without end', () => {
    let inner = new Uint8Array(0);
    for (let level = 0; level < 100; level += 1) {
      // graph { node { attribute { g: inner, type: GRAPH } } }
      const attribute = encode((writer) => writer.tag(6, WireType.LengthDelimited).bytes(inner).tag(20, WireType.Varint).int32(5));
      const node = encode((writer) => writer.tag(5, WireType.LengthDelimited).bytes(attribute));
      inner = encode((writer) => writer.tag(1, WireType.LengthDelimited).bytes(node)) as Uint8Array<ArrayBuffer>;
    }
    const bytes = encode((writer) => writer.tag(7, WireType.LengthDelimited).bytes(inner));
    expect(errorOf(() => read(bytes)).code).toBe('limit-exceeded');
  });

  it('more nodes than any model has', () => {
    const graph = new Uint8Array(2 * (LIMITS.nodes + 1));
    for (let index = 0; index < graph.length; index += 2) graph[index] = 0x0a; // node, of no bytes
    const bytes = encode((writer) => writer.tag(7, WireType.LengthDelimited).bytes(graph));
    expect(errorOf(() => read(bytes)).code).toBe('limit-exceeded');
  });

  it('a name of megabytes', () => {
    const bytes = modelWithTensor((writer) => writer.tag(8, WireType.LengthDelimited).string('x'.repeat(LIMITS.nameBytes + 1)));
    expect(errorOf(() => read(bytes)).code).toBe('limit-exceeded');
  });

  it('nothing, text, a zip', () => {
    for (const bytes of [new Uint8Array(0), Buffer.from('hello, I am no model'), Buffer.from('PK\u0003\u0004')]) {
      expect(errorOf(() => read(bytes)).exitCode).toBe(5);
    }
  });

  it('every truncation is malformed, with the byte offset', () => {
    const bytes = encodeModel(sampleModel());
    for (let length = 1; length < bytes.byteLength; length += 1) {
      let error: TorchliftError | undefined;
      try {
        const model = read(bytes.subarray(0, length));
        // Cut between two fields after the graph, it is a shorter model.
        expect(messages(model)).toMatchObject({ producerName: 'torchlift' });
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(TorchliftError);
        error = thrown as TorchliftError;
      }
      if (error?.code === 'malformed-file') expect(error.where).toMatch(/^model\.onnx: byte \d+$/);
      else if (error !== undefined) expect(error.code).toBe('not-a-model');
    }
  });

  it('mutations end in a model or a TorchliftError', () => {
    const bytes = encodeModel(sampleModel());
    const mutation = fc.array(fc.tuple(fc.nat(bytes.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(mutation, (changes) => {
        const mutated = bytes.slice();
        for (const [index, value] of changes) mutated[index] = value;
        try {
          messages(read(mutated));
        } catch (error) {
          expect(error).toBeInstanceOf(TorchliftError);
          expect((error as TorchliftError).exitCode).toBeLessThan(70);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('external data', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is written to a second file and read from it', () => {
    const model = sampleModel([floatTensor('big', [1000]), floatTensor('small', [3]), floatTensor('bigger', [2000])]);
    const [sink, data] = [new MemorySink(), new MemorySink()];
    writeOnnx(model, sink, { location: 'model.onnx.data', sink: data });
    expect(sink.position).toBeLessThan(1500);
    writeFileSync(join(folder, 'model.onnx'), sink.bytes());
    writeFileSync(join(folder, 'model.onnx.data'), data.bytes());
    const file = openOnnxFile(join(folder, 'model.onnx'));
    expect(file.model.graph.initializers.map((tensor) => tensor.external?.location)).toEqual(['model.onnx.data', undefined, 'model.onnx.data']);
    for (const [index, tensor] of file.model.graph.initializers.entries()) {
      expect([...(tensor.source?.read() ?? [])]).toEqual([...(model.graph.initializers[index]?.source?.read() ?? [])]);
    }
    file.close();
  });

  const outside = (location: string, length = 16) =>
    modelWithTensor((writer) => {
      writer.tag(1, WireType.Varint).int64(4).tag(2, WireType.Varint).int32(1).tag(14, WireType.Varint).int32(1);
      for (const [key, value] of Object.entries({ location, length: String(length) })) {
        message(writer, 13, () => writer.tag(1, WireType.LengthDelimited).string(key).tag(2, WireType.LengthDelimited).string(value));
      }
    });

  it.each(['../secret', '/etc/passwd', 'a/b', 'a\\b', '..', '', 'C:x', 'missing', 'link', '.'])('%j is listed and never read', (location) => {
    writeFileSync(join(folder, 'target'), new Uint8Array(16));
    symlinkSync('target', join(folder, 'link'));
    writeFileSync(join(folder, 'model.onnx'), outside(location));
    const file = openOnnxFile(join(folder, 'model.onnx'));
    const tensor = file.model.graph.initializers[0];
    expect(tensor?.external?.refusal?.what).toBeTypeOf('string');
    expect(errorOf(() => tensor?.source?.read()).code).toBe(location === 'missing' ? 'malformed-file' : 'unsafe-file');
    file.close();
  });

  it('shorter than the shape needs', () => {
    writeFileSync(join(folder, 'target'), new Uint8Array(15));
    for (const length of [16, 15, 2 ** 60]) {
      writeFileSync(join(folder, 'model.onnx'), outside('target', length));
      const file = openOnnxFile(join(folder, 'model.onnx'));
      expect(errorOf(() => file.model.graph.initializers[0]?.source?.read()).code).toBe('malformed-file');
      file.close();
    }
  });
});
