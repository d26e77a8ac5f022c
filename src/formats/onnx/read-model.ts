import { TorchliftError } from '../../core/errors.ts';
import type { ByteSource } from '../files/byte-source.ts';
import type { ExternalFiles } from './external-data.ts';
import type { FunctionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, StringStringEntryProto } from './proto.ts';
import { readGraph, readNode } from './read-graph.ts';
import { readStringStringEntry } from './string-entry.ts';
import { WireCursor } from './wire-cursor.ts';

/**
 * Reads a ModelProto (field numbers: onnx.proto). Tensors stay in the file as sources that read on demand.
 * Throws `malformed-file` with the byte offset, `not-a-model` where no graph is in it, `limit-exceeded`.
 */
export function readModel(file: ByteSource, externalFiles: ExternalFiles): ModelProto {
  if (file.sizeBytes === 0) throw new TorchliftError('not-a-model', { what: 'the file is empty', where: file.name });
  const cursor = WireCursor.overFile(file);
  const opsetImport: OperatorSetIdProto[] = [];
  const metadataProps: StringStringEntryProto[] = [];
  const functions: FunctionProto[] = [];
  let [irVersion, trainingInfoCount, producerName, producerVersion, domain] = [0, 0, '', '', ''];
  let graph: GraphProto | undefined;
  while (cursor.next()) {
    if (cursor.field === 1) irVersion = cursor.safeInteger();
    else if (cursor.field === 2) producerName = cursor.string();
    else if (cursor.field === 3) producerVersion = cursor.string();
    else if (cursor.field === 4) domain = cursor.string();
    else if (cursor.field === 7) {
      // protobuf would merge two of them; no exporter writes that, and readers that differ in it can be played against each other.
      if (graph !== undefined) throw cursor.malformed('a second graph');
      graph = readGraph(cursor.message(), externalFiles);
    } else if (cursor.field === 8) opsetImport.push(readOperatorSetId(cursor.message()));
    else if (cursor.field === 14) metadataProps.push(readStringStringEntry(cursor.message()));
    else if (cursor.field === 20) {
      trainingInfoCount += 1;
      cursor.skip();
    } else if (cursor.field === 25) functions.push(readFunction(cursor.message(), externalFiles));
    else cursor.skip();
  }
  if (graph === undefined) {
    throw new TorchliftError('not-a-model', { what: 'no graph in it', where: file.name, remedy: 'Give the .onnx file that an exporter wrote.' });
  }
  return { irVersion, opsetImport, producerName, producerVersion, domain, graph, metadataProps, functions, trainingInfoCount };
}

function readOperatorSetId(cursor: WireCursor): OperatorSetIdProto {
  let [domain, version] = ['', 0];
  while (cursor.next()) {
    if (cursor.field === 1) domain = cursor.string();
    else if (cursor.field === 2) version = cursor.safeInteger();
    else cursor.skip();
  }
  return { domain, version };
}

function readFunction(cursor: WireCursor, externalFiles: ExternalFiles): FunctionProto {
  const nodes: NodeProto[] = [];
  let [name, domain] = ['', ''];
  while (cursor.next()) {
    if (cursor.field === 1) name = cursor.string();
    else if (cursor.field === 7) nodes.push(readNode(cursor.message(), externalFiles));
    else if (cursor.field === 10) domain = cursor.string();
    else cursor.skip();
  }
  return { name, domain, nodes };
}
