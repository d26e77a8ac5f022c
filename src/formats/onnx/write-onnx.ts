import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { invariant, TorchliftError } from '../../core/errors.ts';
import type { ByteSink } from '../files/byte-sink.ts';
import { encodeEntry, encodeNode, encodeTensorHead, encodeValueInfo, integer, message, text } from './encode.ts';
import type { ModelProto, TensorProto } from './proto.ts';

/** protobuf's own limit for a message, and what the onnx checker and ONNX Runtime read as one file. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;

/** Smaller tensors (shapes, scalars) stay in the model file: shape inference must see them. */
const MIN_EXTERNAL_BYTES = 1024;
/** What onnx's documentation recommends (the allocation granularity of memory maps). */
const EXTERNAL_ALIGNMENT = 65_536;

/** A second file beside the model for the tensors. */
export interface ExternalSink {
  /** The file's name, without a folder. */
  readonly location: string;
  readonly sink: ByteSink;
}

interface Plan {
  /** Model fields in front of the graph, and the graph's fields in front of the initializers. */
  readonly head: Uint8Array;
  readonly initializers: readonly { readonly tensor: TensorProto; readonly head: Uint8Array; readonly externalOffset: number | undefined }[];
  readonly tail: Uint8Array;
  readonly sizeBytes: number;
}

/** The size of the file that `writeOnnx` would write without external data; above `MAX_ONNX_BYTES` it needs some. */
export function onnxSizeBytes(model: ModelProto): number {
  return planFile(model, undefined).sizeBytes;
}

/**
 * Writes a model: the small messages from memory, then the initializers one at a time, so that no more than one tensor is held.
 * Lengths come from the declared shapes. Deterministic: the same model gives the same bytes.
 * With `external`, tensors of 1 kB and more go to that file. Throws `limit-exceeded` over 2 GiB without it.
 */
export function writeOnnx(model: ModelProto, sink: ByteSink, external?: ExternalSink): void {
  for (const _ of onnxSteps(model, sink, external)) {
    // Nobody else has a turn.
  }
}

/** `writeOnnx` in steps: yields behind each tensor, so that another file can be written beside it. */
export function* onnxSteps(model: ModelProto, sink: ByteSink, external?: ExternalSink): Generator<void> {
  const plan = planFile(model, external?.location);
  if (plan.sizeBytes > MAX_ONNX_BYTES) {
    throw new TorchliftError('limit-exceeded', {
      what: `model.onnx would have ${plan.sizeBytes.toLocaleString('en')} bytes, one ONNX file holds at most ${MAX_ONNX_BYTES.toLocaleString('en')}`,
      remedy: 'Leave onnx out of --formats.',
    });
  }
  sink.write(plan.head);
  for (const { tensor, head, externalOffset } of plan.initializers) {
    sink.write(head);
    if (tensor.sizeBytes === 0) continue;
    const bytes = tensor.source?.read();
    invariant(bytes?.byteLength === tensor.sizeBytes, `${tensor.name}: ${bytes?.byteLength} bytes, declared ${tensor.sizeBytes}`);
    if (externalOffset === undefined) sink.write(bytes);
    else if (external !== undefined) {
      external.sink.write(new Uint8Array(externalOffset - external.sink.position));
      external.sink.write(bytes);
    }
    yield;
  }
  sink.write(plan.tail);
}

function planFile(model: ModelProto, location: string | undefined): Plan {
  invariant(model.functions.length === 0 && model.trainingInfoCount === 0 && model.graph.sparseInitializerCount === 0, 'not written');
  const { graph } = model;
  const graphHead = encode((writer) => {
    for (const node of graph.nodes) message(writer, 1, () => encodeNode(writer, node));
    text(writer, 2, graph.name);
  });
  const graphTail = encode((writer) => {
    for (const info of graph.inputs) message(writer, 11, () => encodeValueInfo(writer, info));
    for (const info of graph.outputs) message(writer, 12, () => encodeValueInfo(writer, info));
    for (const info of graph.valueInfo) message(writer, 13, () => encodeValueInfo(writer, info));
  });
  let externalEnd = 0;
  const initializers = graph.initializers.map((tensor) => {
    const isExternal = location !== undefined && tensor.sizeBytes >= MIN_EXTERNAL_BYTES;
    const externalOffset = isExternal ? Math.ceil(externalEnd / EXTERNAL_ALIGNMENT) * EXTERNAL_ALIGNMENT : undefined;
    if (externalOffset !== undefined) externalEnd = externalOffset + tensor.sizeBytes;
    return { tensor, head: initializerHead(tensor, location, externalOffset), externalOffset };
  });
  const inFile = initializers.reduce(
    (sum, { tensor, head, externalOffset }) => sum + head.byteLength + (externalOffset === undefined ? tensor.sizeBytes : 0),
    0,
  );
  const graphBytes = graphHead.byteLength + inFile + graphTail.byteLength;
  const head = encode((writer) => {
    integer(writer, 1, model.irVersion);
    text(writer, 2, model.producerName);
    text(writer, 3, model.producerVersion);
    text(writer, 4, model.domain);
    writer.tag(7, WireType.LengthDelimited);
    varint(writer, graphBytes);
    writer.raw(graphHead);
  });
  const tail = encode((writer) => {
    writer.raw(graphTail);
    for (const { domain, version } of model.opsetImport) {
      message(writer, 8, () => {
        text(writer, 1, domain);
        integer(writer, 2, version);
      });
    }
    for (const entry of model.metadataProps) message(writer, 14, () => encodeEntry(writer, entry));
  });
  return { head, initializers, tail, sizeBytes: head.byteLength + inFile + tail.byteLength };
}

/** Tag, length and fields of one initializer up to its elements, which follow as `raw_data`. */
function initializerHead(tensor: TensorProto, location: string | undefined, externalOffset: number | undefined): Uint8Array {
  const fields = encode((writer) => {
    if (location !== undefined && externalOffset !== undefined) {
      encodeTensorHead(writer, tensor, { location, offset: externalOffset });
      return;
    }
    encodeTensorHead(writer, tensor);
    writer.tag(9, WireType.LengthDelimited);
    varint(writer, tensor.sizeBytes);
  });
  return encode((writer) => {
    writer.tag(5, WireType.LengthDelimited);
    varint(writer, fields.byteLength + (externalOffset === undefined ? tensor.sizeBytes : 0));
    writer.raw(fields);
  });
}

/** A length, which may pass 32 bits while the plan is only weighed. */
function varint(writer: BinaryWriter, value: number): void {
  writer.uint64(value);
}

function encode(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}
