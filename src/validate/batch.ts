import type { Tensor } from '../engines/tensor.ts';
import type { ImageFacts, Scores } from './sample.ts';

/** Rows that both models are asked at once. */
export interface Batch {
  /** One tensor for each of the model's inputs, in its order, the rows first. */
  readonly inputs: readonly Tensor[];
  readonly rows: readonly BatchRow[];
  /** Images that the pipeline refused: another one may take them. A batch can consist of them alone. */
  readonly refused?: readonly RefusedImage[];
}

export type RefusedImage = Pick<BatchRow, 'id' | 'scores'> & { readonly bytes: Uint8Array };

export interface BatchRow {
  /** For the reader: a path relative to the folder, a row's number, a line. */
  readonly id: string;
  readonly image: ImageFacts | null;
  /** The file as it is; null where the row came as a tensor. */
  readonly bytes: Uint8Array | null;
  /** What the reference answered when the row was recorded, one row for each output; null where it is to be asked now. */
  readonly scores: Scores | null;
  /** Which picture the row was made from; null where that isn't known. */
  readonly source: string | null;
}

/** Rows of inputs as they come, and how many there will be at most (for progress). */
export interface BatchSource {
  readonly total: number;
  /** A folder, a file, or `generated`. */
  readonly description: string;
  /** Whether the first input is a picture, whose near copies count once. */
  readonly arePictures: boolean;
  /** What was left out so far; complete after the last batch. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  batches(): AsyncIterable<Batch>;
}
