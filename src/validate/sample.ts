/** What is known of the file a sample came from, for coverage. */
export interface ImageFacts {
  readonly path: string;
  /** By content: `jpeg`, `png`, `gif`, `bmp`, `webp`. */
  readonly format: string;
  /** Pixels, before any step of the pipeline. */
  readonly width: number;
  readonly height: number;
  /** How many of its pixels, along one side, went into one of the model's: 1 for none lost, below 1 where it was enlarged. */
  readonly downscale: number;
}

/** What a model answers to one row: an array for each of its outputs. */
export type Scores = readonly Float32Array[];

/** One row that both models were asked. */
export interface Sample {
  /** For the reader: a path, a row's number. */
  readonly id: string;
  /** Null for rows of tensors. */
  readonly image: ImageFacts | null;
  /** One row of scores for each output, in the model's order, of the same lengths on both sides; null where that side refused the image. */
  readonly reference: Scores | null;
  readonly candidate: Scores | null;
  /** An earlier sample that this one nearly copies, from `NearCopyIndex`; null for a new one, and where inputs are no pictures. */
  readonly nearCopyOf: string | null;
  /** Which picture the sample was made from (a crop, say); null where that isn't known. */
  readonly source: string | null;
  /** Positions of the labelled classes, ascending; null without a label. */
  readonly label: readonly number[] | null;
}
