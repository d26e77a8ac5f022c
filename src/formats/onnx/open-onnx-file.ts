import { basename, dirname } from 'node:path';
import { openByteSource } from '../files/open-byte-source.ts';
import { externalFilesIn } from './external-data.ts';
import type { ModelProto } from './proto.ts';
import { readModel } from './read-model.ts';

/** An open `.onnx` file: its messages in memory, its tensors on disk until they are read. */
export interface OnnxFile {
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly model: ModelProto;
  /** After this no tensor can be read. */
  close(): void;
}

/**
 * Opens a model without loading a tensor. External data is looked for beside it, by base name, never through a link.
 * Throws `file-not-found`, `not-a-model`, `malformed-file` (with the byte offset), `limit-exceeded`, `io`.
 */
export function openOnnxFile(path: string): OnnxFile {
  const source = openByteSource(path);
  try {
    const model = readModel(source, externalFilesIn(dirname(path)));
    return { fileName: basename(path), sizeBytes: source.sizeBytes, model, close: () => source.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}
